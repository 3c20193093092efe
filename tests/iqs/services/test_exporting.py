"""An export is asked for by leads, written down, and holds what they may see: every score, no word."""

import csv
import io
import json
import zipfile
from datetime import UTC, datetime

import pytest
from sqlalchemy import insert, select, update

from iqs import period_words, periods
from iqs.errors import Invalid, NotAllowed, NotFound
from iqs.reviews import UNDO_WINDOW
from iqs.services import exporting
from iqs.storage import tables
from iqs.storage.repositories import people
from tests import history

NOW = datetime(2026, 11, 3, 15, tzinfo=UTC)
LEAD, ADMIN, AUDITOR, OTHER_LEAD = 20, 21, 22, 23
OCTOBER = periods.month(2026, 10, "UTC")


def remember(store):
    with store.write() as tx:
        made = history.people(tx)
        tx.execute(update(tables.Team).values(scorecard_id=1))
        roles = {LEAD: "lead", ADMIN: "admin", AUDITOR: "auditor", OTHER_LEAD: "lead"}
        tx.execute(insert(tables.Person), [{"id": n, "name": f"Other {n}", "active": True} for n in roles])
        tx.execute(
            insert(tables.Membership),
            [{"team_id": 2 if n == OTHER_LEAD else 1, "person_id": n, "role": r} for n, r in roles.items()],
        )
        history.reviews(tx, made, 200, days=56)
    return made


@pytest.fixture
def past(store, furnish):
    """Six agents, three reviewers, a lead, an admin, an auditor and another team's lead; 200 reviews."""
    return furnish(store, remember)


def person(store, number):
    with store.read() as tx:
        return people.by_id(tx, number)


def asked(store):
    with store.read() as tx:
        return tx.execute(
            select(tables.Notice.object_id, tables.Notice.person_id, tables.Notice.kind)
            .where(tables.Notice.kind == "export")
            .order_by(tables.Notice.id)
        ).all()


def test_it_holds_every_released_review(store, past):
    """As many rows as reviews of the team in the period that can no longer be undone, with their scores."""
    wish = exporting.ask(store, person(store, LEAD), 1, form="json", now=NOW, period=OCTOBER)
    ((entry, who, _),) = asked(store)
    (file,) = exporting.made(store, entry, now=NOW).files
    found = json.loads(file.body)
    expected = [
        (n, each)
        for n, each in enumerate(past.reviews, 1)
        if each.team == 1 and OCTOBER.start <= each.at < OCTOBER.end and each.at <= NOW - UNDO_WINDOW
    ]
    assert who == LEAD
    assert wish.reviews == len(found["reviews"]) == len(expected)
    scores = {each["review"]: each["score"] for each in found["reviews"]}
    for number, each in expected:
        known = None if each.score is None else float(each.score)
        assert scores[number] == (known if known is None else pytest.approx(known, abs=0.006))
    assert {each["stream"] for each in found["reviews"]} == {each.stream for _, each in expected}
    assert found["team"]["name"] == "Team 1"


@pytest.mark.parametrize("form", ["csv", "json", "xlsx"])
def test_no_word_of_a_conversation_is_in_it(store, past, form):
    """Neither subjects nor comments leave in any form."""
    with store.write() as tx:
        tx.execute(update(tables.Review).values(comment="SECRET comment"))
        tx.execute(update(tables.Conversation).values(subject="SECRET subject", csat=["5", "1", "5"]))
        tx.execute(update(tables.Rating).values(note="SECRET note"))
    exporting.ask(store, person(store, LEAD), 1, form=form, now=NOW, period=OCTOBER)
    made = exporting.made(store, asked(store)[0].object_id, now=NOW)
    for file in made.files:
        body = file.body
        if form == "xlsx":
            with zipfile.ZipFile(io.BytesIO(body)) as packed:
                body = b"".join(packed.read(name) for name in packed.namelist())
        assert b"SECRET" not in body
        assert file.name.endswith(form)


def test_csv_is_two_tables(store, past):
    """Figures and single reviews are different tables, and both open as such."""
    exporting.ask(store, person(store, ADMIN), 1, form="csv", now=NOW, period=OCTOBER)
    report, reviews = exporting.made(store, asked(store)[0].object_id, now=NOW).files
    assert (report.name, reviews.name) == (
        "IQS Team 1 October 2026 report.csv",
        "IQS Team 1 October 2026 reviews.csv",
    )
    for file in (report, reviews):
        rows = list(csv.reader(io.StringIO(file.body.decode("utf-8-sig"), newline="")))
        assert len({len(row) for row in rows}) == 1


@pytest.mark.parametrize("who", [1, 7, AUDITOR, OTHER_LEAD])
def test_only_leads_and_admins_may(store, past, who):
    """An agent, a reviewer, an auditor and the lead of another team are refused, and nothing is written."""
    with pytest.raises(NotAllowed):
        exporting.ask(store, person(store, who), 1, form="csv", now=NOW)
    assert asked(store) == []


def test_bad_wishes(store, past, monkeypatch):
    """Another form, another team, too many reviews, the same again: one sentence each, nothing written twice."""
    lead = person(store, LEAD)
    with pytest.raises(Invalid, match="csv, xlsx or json"):
        exporting.ask(store, lead, 1, form="pdf", now=NOW)
    with pytest.raises(NotFound):
        exporting.ask(store, lead, 99, form="csv", now=NOW)
    exporting.ask(store, lead, 1, form="csv", now=NOW)
    with pytest.raises(Invalid, match="on its way"):
        exporting.ask(store, lead, 1, form="csv", now=NOW)
    monkeypatch.setattr(exporting, "MOST", 3)
    with pytest.raises(Invalid, match="too many for one file"):
        exporting.ask(store, lead, 1, form="json", now=NOW, period=OCTOBER)
    with store.read() as tx:
        rows = tx.scalars(select(tables.Audit.actor_id).where(tables.Audit.action == "export")).all()
    assert rows == [LEAD]
    assert len(asked(store)) == 1


def test_rights_are_asked_again_when_it_is_sent(store, past):
    """Who lost the role between asking and sending gets nothing; what was never asked for is not there."""
    exporting.ask(store, person(store, LEAD), 1, form="csv", now=NOW)
    with store.write() as tx:
        tx.execute(update(tables.Membership).where(tables.Membership.person_id == LEAD).values(role="agent"))
    with pytest.raises(NotAllowed):
        exporting.made(store, asked(store)[0].object_id, now=NOW)
    with pytest.raises(NotFound):
        exporting.made(store, 10**6, now=NOW)


def test_nobody_exports_a_second_reading_of_their_own_work(store, past):
    """A lead who is an agent too finds every review in the file but the hidden ones about themself."""
    number = next(each.reviewee for each in past.reviews if each.team == 1)
    with store.write() as tx:
        tx.execute(
            update(tables.Membership)
            .where(tables.Membership.person_id == number, tables.Membership.team_id == 1)
            .values(role="lead")
        )
        theirs = select(tables.Review.id).where(
            tables.Review.reviewee_id == number, tables.Review.team_id == 1
        )
        hidden = tx.scalars(theirs.order_by(tables.Review.id).limit(3)).all()
        tx.execute(update(tables.Review).where(tables.Review.id.in_(hidden)).values(stream="double"))
    found = {}
    for who in (number, ADMIN):
        wish = exporting.ask(
            store, person(store, who), 1, form="json", now=NOW, period=period_words.parse("all", "UTC", NOW)
        )
        made = exporting.made(store, asked(store)[-1].object_id, now=NOW)
        found[who] = {each["review"] for each in json.loads(made.files[0].body)["reviews"]}
        assert len(found[who]) == wish.reviews
    assert found[ADMIN] - found[number] == set(hidden)


def test_files_are_not_asked_for_without_end(store, past):
    """Each is made in memory: while a few are on their way, the next one is refused, for this person alone."""
    days = [period_words.parse(f"2026-10-{day:02}", "UTC", NOW) for day in range(1, exporting.AT_ONCE + 2)]
    for day in days[:-1]:
        exporting.ask(store, person(store, LEAD), 1, form="csv", now=NOW, period=day)
    with pytest.raises(Invalid, match="on their way"):
        exporting.ask(store, person(store, LEAD), 1, form="csv", now=NOW, period=days[-1])
    exporting.ask(store, person(store, ADMIN), 1, form="csv", now=NOW, period=days[-1])
    with store.write() as tx:
        tx.execute(update(tables.Notice).values(state="cancelled"))
    exporting.ask(store, person(store, LEAD), 1, form="csv", now=NOW, period=days[-1])
