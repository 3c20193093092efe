"""No personal word and no secret reaches a log: more than fifty markers go through the whole journey at DEBUG."""

import itertools
import json
import time
from datetime import datetime, timedelta

import httpx
import pytest
from pydantic import SecretStr
from slack_bolt import BoltRequest

from blocks import ids
from blocks.ids import ActionId
from bot.app import build
from bot.config import Settings
from bot.door import signature
from bot.sandbox import Sandbox, SandboxChannel, SandboxUser
from bot.sandbox.faults import ERROR, LIMITED, RESET
from iqs import periods
from iqs.files import scorecards
from iqs.services import configuring, drawing, enrolling, importing, publishing, reviewing, scheduling
from tests.bot.conftest import MANIFEST, Payloads, served
from tests.bot.playing import play


class Markers:
    """Words that stand nowhere else, one for each personal field."""

    def __init__(self):
        self._numbers = itertools.count(100)
        self.made = []

    def __call__(self, what):
        self.made.append(f"zqx{next(self._numbers)}{''.join(filter(str.isalpha, what))}")
        return self.made[-1]


@pytest.fixture
def mark():
    return Markers()


@pytest.fixture
def unmarked(mark, ear, capfd):
    """What is logged and printed while a test runs holds none of its markers, not even within a longer word."""
    yield
    told = "\n".join([*ear.lines, *capfd.readouterr()]).lower()
    assert [each for each in mark.made if each.lower() in told] == []


@pytest.fixture
def marked(mark, unmarked, sqlite_store, now, monkeypatch):
    """The bot in a workspace where every name, address, text and secret is a marker."""
    monkeypatch.setattr("bot.answers.UPDATE_SPACING", 0.01)
    ids_ = {"U0RITA": "reviewer", "U0OMAR": "reviewer", "U0ADA": "agent", "U0BEN": "agent", "U0LENA": "lead"}
    people = [(id_, role, mark("name"), f"{mark('mail')}@example.com") for id_, role in ids_.items()]
    lines = [
        f"Support,{mail},{name},{role},{id_ if id_ != 'U0BEN' else ''},h-{id_}"
        for id_, role, name, mail in people
    ]
    enrolling.import_people(
        sqlite_store, "team,email,name,roles,slack_user_id,helpdesk_id\n" + "\n".join(lines) + "\n"
    )
    configuring.configure(
        sqlite_store, None, "Support", channel_id="C0TEAM", opens=datetime.min.time(), closes=datetime.max.time(),
        working_days=range(7), quota=3,
    )  # fmt: skip
    publishing.apply_scorecard(sqlite_store, scorecards.preset(), [], now=now())
    week = periods.last_week(now(), "UTC")
    records = [
        conversation(mark, number, week.start + timedelta(days=1, minutes=number)) for number in range(8)
    ]
    importing.import_conversations(sqlite_store, records, now=now())
    scheduling.ensure_schedules(sqlite_store, now=now())
    drawing.draw(
        sqlite_store, "Support", periods.iso_label(periods.local_date(week.start, "UTC")), now=now(), seed="s"
    )
    users = [SandboxUser(id_, mark("user"), name, email=mail, tz="UTC") for id_, _, name, mail in people]
    with Sandbox(MANIFEST, users=users, channels=[SandboxChannel("C0TEAM", "support", ["U0LENA"])]) as slack:
        mark.made += [slack.bot_token, slack.app_token, slack.signing_secret]
        app = build(
            Settings(
                _env_file=None,
                database_url=SecretStr(f"sqlite:///{sqlite_store.path}"),
                slack_bot_token=SecretStr(slack.bot_token),
                slack_app_token=SecretStr(slack.app_token),
                slack_signing_secret=SecretStr(slack.signing_secret),
                slack_api_url=slack.api_url,
            ),
            now=now,
        )
        yield app, slack
        app.close()


def conversation(mark, number, closed):
    opened, agent = closed - timedelta(hours=1), f"h-U0{('ADA', 'BEN')[number % 2]}"
    return json.dumps(
        {
            "id": f"c{number}",
            "source": "desk",
            "channel": "email",
            "subject": mark("subject"),
            "url": f"https://desk.example.com/{mark('url')}",
            "opened_at": opened.isoformat(),
            "closed_at": closed.isoformat(),
            "agent": {"id": agent},
            "customer": {
                "id": f"k{number}",
                "name": mark("customer"),
                "email": f"{mark('mail')}@example.org",
            },
            "messages": [
                {
                    "author": "customer",
                    "text": f"{mark('question')} +49 30 1234567",
                    "at": opened.isoformat(),
                },
                {"author": "note", "text": mark("internal"), "at": opened.isoformat()},
                {"author": "agent", "author_id": agent, "text": mark("answer"), "at": closed.isoformat()},
            ],
        }
    ).encode()


def test_the_journey_leaves_no_marker(marked, mark, now, ear):
    """Import, draw, scorecards, ratings, comments, windows, feedback and commands, over Socket Mode."""
    app, slack = marked
    app.connect()
    app.delivery.drain()
    play(app, slack, now, words=mark("comment"))
    rita = slack.driver("U0RITA")
    rita.command(f"/iqs {mark('typed')}")
    rita.command(f"/iqs team {mark('typed')}")
    app.clock.tick()
    assert app.answers.settle(60)
    assert len(mark.made) > 50
    assert ear.lines  # the listening itself works


def test_what_is_asked_for_leaves_no_marker(marked, mark, now):
    """Every word of the command with names in it, files that come and files that break off, each newer button."""
    app, slack = marked
    hand_in(app, now)
    now.move(minutes=11)
    sent = Payloads()
    lena, rita = "U0LENA", "U0RITA"
    name = enrolling.identify(app.store, "U0ADA").name
    mails = [each for each in mark.made if each.endswith("mail")]
    asked = [
        *(f"agent {each}" for each in (name, "<@U0ADA>", f"{mails[0]}@example.com", mark("nobody"))),
        *(f"category {each}" for each in ("tone", mark("category"))),
        f"team {mark('team')}",
        f"explain https://desk.example.com/{mark('link')}",
        f"digest preview {mark('team')}",
        f"digest move {mark('day')}",
        f"draw {mark('team')}",
        f"review desk:c1 {mark('reviewer')}",
        f"review https://desk.example.com/{mark('address')}",
        f"review https://[{mark('odd')}",
        f"export {mark('team')}",
        "digest preview", "draw", "explain", "review desk:c1", "export csv",
    ]  # fmt: skip
    numbers = [
        each.assignment_id for each in reviewing.waiting(app.store, enrolling.identify(app.store, rita))
    ]
    clicks = [
        (lena, ActionId.WORK, "1"),
        (lena, ActionId.WORK_HAND_ON, f"{numbers[0]}:1"),
        (lena, ActionId.DRAW_VERIFY, "1:2026-W01"),
        (lena, ActionId.DRAW_REDRAW, f"1:{mark('period')}"),
        (lena, ActionId.FEEDBACK_OPEN, "1"),
        (lena, ActionId.WHY_REVIEW, "1"),
        (rita, ActionId.ABSENCE, mark("value")),
        (rita, ActionId.BACK, mark("value")),
    ]
    bodies = [sent.command(who, text) for text in asked for who in (lena, rita)]
    bodies += [sent.click(*each) for each in clicks]
    slack.faults.next("upload", RESET, 1)
    for body in bodies:
        assert app.bolt.dispatch(BoltRequest(body=body, mode="socket_mode")).status == 200
    for _ in range(2):
        app.delivery.drain(seconds=3)
        now.move(minutes=11)
    assert app.answers.settle(60)
    assert [each for each in slack.driver(lena).dm() if each["files"]]


def hand_in(app, now):
    """Submits the first of a reviewer's scorecards."""
    rita = enrolling.identify(app.store, "U0RITA")
    number = reviewing.waiting(app.store, rita)[0].assignment_id
    for category in reviewing.card_of_notice(app.store, number).scorecard.categories:
        reviewing.rate(app.store, rita, number, category.key, 2, now=now())
    reviewing.submit(app.store, rita, number, now=now())


def test_what_goes_wrong_leaves_no_marker(marked, mark, now, monkeypatch):
    """Slack refuses, breaks off and answers nonsense; our own code fails with a customer's words in its error."""
    app, slack = marked
    app.connect()
    app.delivery.drain()
    rita = slack.driver("U0RITA")
    card = rita.wait_for(lambda: [m for m in rita.dm() if m["blocks"]])[-1]
    row = next(b for b in card["blocks"] if ids.rated_category(b.get("block_id", "")))
    hand_in(app, now)
    for fault in (ERROR, RESET, LIMITED):
        slack.faults.next("chat.postMessage", fault, 1)
    for _ in range(2):
        now.move(minutes=11)
        app.delivery.drain()
    slack.faults.next("views.open", RESET, 1)
    rita.click(card, ActionId.READ)
    assert app.answers.settle(60)

    def broken(*_, **__):
        raise RuntimeError(mark("broken"))

    monkeypatch.setattr(reviewing, "rate", broken)
    rita.click(card, "scorecard.rate.1", row["block_id"])
    monkeypatch.setattr(reviewing, "card_of_notice", broken)
    rita.click(card, "scorecard.rate.2", row["block_id"])
    app.bolt.dispatch(
        BoltRequest(body={"type": mark("type"), "user": {"id": mark("id")}}, mode="socket_mode")
    )
    assert app.answers.settle(60)


def test_what_is_refused_at_the_door_leaves_no_marker(marked, mark):
    """Badly signed, unreadable and unknown requests, and an old button with a name in its id."""
    app, slack = marked
    with served(app.door) as url:
        body = json.dumps({"type": mark("type"), "text": mark("words")}).encode()
        stamp = str(int(time.time()))
        good = {
            "X-Slack-Request-Timestamp": stamp,
            "X-Slack-Signature": signature(slack.signing_secret, stamp, body),
        }
        for headers in ({}, good | {"X-Slack-Signature": mark("signature")}, good):
            httpx.post(url, content=body, headers=headers)
        nonsense = f"payload={mark('payload')}".encode()
        signed = good | {"X-Slack-Signature": signature(slack.signing_secret, stamp, nonsense)}
        assert httpx.post(url, content=nonsense, headers=signed).status_code == 400
        httpx.get(url.replace("/slack/events", f"/{mark('path')}"))
