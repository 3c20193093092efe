"""A file that somebody asked for arrives once, or words in its place; a doubt is looked into by its name."""

import csv
import io
import json

import httpx
import pytest
from sqlalchemy import select

from iqs.services import enrolling, exporting
from iqs.storage import tables


@pytest.fixture
def asked(programme, submitted, now):
    """The lead asked for last week's CSV a moment ago."""
    lena = enrolling.identify(programme, "U0LENA")
    return exporting.ask(programme, lena, 1, form="csv", now=now())


def files(slack, user="U0LENA"):
    return [(message, message["files"]) for message in slack.driver(user).dm() if message["files"]]


def state(store):
    with store.read() as tx:
        return tx.execute(
            select(tables.Notice.state, tables.Notice.error, tables.Notice.ts).where(
                tables.Notice.kind == "export"
            )
        ).one()


def content(slack, file, user="U0LENA"):
    return httpx.get(f"{slack.url}/files/{file['id']}", params={"as": user}).content.decode("utf-8-sig")


def test_the_file_arrives_once(slack, sender, asked, programme):
    """One direct message with both files, for the asker alone; the row knows that it was sent."""
    made = sender()
    made.drain()
    made.drain()
    ((message, shared),) = files(slack)
    assert [each["title"] for each in shared] == [
        "IQS Support last 30 days report.csv",
        "IQS Support last 30 days reviews.csv",
    ]
    assert "1 review" in message["text"]
    assert state(programme).state == "sent"
    assert not files(slack, "U0ADA") + files(slack, "U0RITA")
    head, row = csv.reader(io.StringIO(content(slack, shared[1]), newline=""))
    assert dict(zip(head, row, strict=True))["agent"] == "Ada Agent"
    assert "Question" not in content(slack, shared[1]) + content(slack, shared[0])


@pytest.mark.parametrize("form", ["xlsx", "json"])
def test_other_forms(slack, sender, submitted, programme, now, form):
    """A workbook and JSON are one file each, with the reviews in it."""
    lena = enrolling.identify(programme, "U0LENA")
    exporting.ask(programme, lena, 1, form=form, now=now())
    sender().drain()
    ((_, (file,)),) = files(slack)
    assert file["title"] == f"IQS Support last 30 days.{form}"
    body = httpx.get(f"{slack.url}/files/{file['id']}", params={"as": "U0LENA"}).content
    assert body.startswith(b"PK") if form == "xlsx" else len(json.loads(body)["reviews"]) == 1


@pytest.mark.parametrize(
    ("method", "fault"),
    [
        ("files.getUploadURLExternal", "drop"),
        ("files.getUploadURLExternal", "500"),
        ("files.getUploadURLExternal", "429"),
        ("upload", "drop"),
        ("upload", "500"),
    ],
)
def test_what_is_not_visible_yet_is_done_again(slack, sender, send, asked, programme, method, fault):
    """Lost before it was shared: later once more, without a doubt."""
    slack.faults.next(method, fault, 1)
    made = sender()
    send(made, rounds=2)
    made.drain()  # after a 429 the channel rests in real time
    assert len(files(slack)) == 1
    assert state(programme).state == "sent"


@pytest.mark.parametrize("fault", ["drop", "reset", "500"])
def test_a_doubt_is_looked_into(slack, sender, send, asked, programme, fault):
    """Whether it was shared is found out by the mark in the file's name: it stands there once."""
    slack.faults.next("files.completeUploadExternal", fault, 1)
    made = sender()
    send(made, rounds=6)
    assert len(files(slack)) == 1
    assert state(programme).state == "sent"


@pytest.mark.parametrize(("faults", "most", "end"), [(1, 2, "sent"), (2, 2, "dead")])
def test_a_doubt_that_nobody_can_look_into(make_slack, sender, send, asked, programme, faults, most, end):
    """Without the history scopes a file comes once more rather than not at all, and never a third time."""
    blind = make_slack(without_scopes=frozenset({"im:history", "channels:history", "groups:history"}))
    blind.faults.next("files.completeUploadExternal", "drop", faults)
    send(sender(blind), rounds=8)
    assert 1 <= len(files(blind)) <= most
    assert state(programme).state == end


def test_without_the_scope_words_come(slack, programme, asked, sender, make_slack):
    """Slack takes no files from the app: a message says so, and how to make the report; nothing else stands still."""
    poor = make_slack(without_scopes=frozenset({"files:write"}))
    made = sender(poor)
    made.drain()
    said = poor.driver("U0LENA").dm()
    assert len(said) == 1
    words = json.dumps(said[0], ensure_ascii=False)
    assert "files:write" in words
    assert "iqs report --team Support" in words
    assert "--output report.csv" in words
    assert state(programme).state == "sent"
    assert made.blocked is None
    assert poor.driver("U0RITA").dm()


def test_who_may_not_any_more_gets_nothing(slack, sender, asked, programme, now):
    """Between asking and sending the lead lost the role: nothing is sent."""
    enrolling.import_people(
        programme,
        "team,email,name,roles,slack_user_id,helpdesk_id\nSupport,lena@example.com,Lena Lead,agent,U0LENA,\n",
    )
    sender().drain()
    assert files(slack) == []
    assert state(programme).state == "cancelled"
