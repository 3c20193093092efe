"""A team that hides both: nothing drawn for a reviewer names an agent, and nothing drawn for an agent a reviewer."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from blocks import beside, explain, feedback, home, me, picking, refusal, review, scorecard, skip
from bot import drawing as pictures
from iqs.errors import IQSError
from iqs.files import exports
from iqs.services import configuring, drawing, handing, reporting, reviewing, selfing, telling
from iqs.storage import tables
from iqs.storage.repositories import notices
from iqs.streams import read
from tests import world as small
from tests.world import MONDAY, WEEK, conversation

AT = MONDAY - timedelta(days=4)
LATER = MONDAY + timedelta(hours=2)
NAMES = {
    "ada": ("Ada", "ada@example.com", "U1", "Lovelace", "a.l@desk.example.com"),
    "ben": ("Ben", "ben@example.com", "U2"),
    "cleo": ("Cleo", "cleo@example.com", "U3"),
    "rosa": ("Rosa", "rosa@example.com", "U4"),
}


def named(text, *people):
    """The names, ids and addresses of these people that stand in a text."""
    words = [word for person in people for word in NAMES[person]]
    return [word for word in words if re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text, re.IGNORECASE)]


def spoken(number, agent, name, mail):
    """A conversation full of its agent's name."""
    made = conversation(number, agent, at=AT)
    made["agent"] = {"id": agent, "name": f"{name} Lovelace" if name == "Ada" else name, "email": mail}
    made["subject"] = f"Question for {name}"
    made["url"] = f"https://desk.example.com/{name.lower()}/{number}"
    made["tags"] = [f"{name.lower()}"]
    made["csat"] = {"value": 1, "min": 1, "max": 5}
    made["messages"] = [
        {"author": "customer", "text": f"Hi {name.lower()}, is {name} there? I wrote to {mail}."},
        {
            "author": "agent",
            "author_id": agent,
            "text": f"Hello, {name} here.\n\nBest,\n{name.upper()}\n{mail}",
        },
        {"author": "note", "author_id": agent, "text": f"{name} will call back"},
    ]
    return made


@pytest.fixture
def team(sqlite_store):
    """The small team, hiding both, with a sample, picks, second readings and own views; all of it submitted."""
    made = small.build(sqlite_store)
    made.import_(
        *(
            spoken(place * 40 + n, agent, *who)
            for place, (agent, who) in enumerate(
                {"h1": ("Ada", "a.l@desk.example.com"), "h2": ("Ben", "ben@example.com")}.items(), 1
            )
            for n in range(30)
        )
    )
    configuring.configure(
        sqlite_store, None, "Support", hides_agent=True, shows_reviewer=False, self_reviews=True,
        targets=read("csat<=20,max=6"), double_percent=100, now=MONDAY,
    )  # fmt: skip
    drawing.draw(sqlite_store, "Support", WEEK, now=MONDAY, seed="s")
    selfing.keep_up(sqlite_store, now=MONDAY)
    return made


def every(table, store):
    with store.read() as tx:
        return tx.execute(select(table.__table__)).all()


def told_to(team, person, now):
    """Every message that the outbox holds for somebody, drawn as it would leave now."""
    with team.store.read() as tx:
        keys = [
            row.key
            for row in tx.execute(select(tables.Notice.key).where(tables.Notice.person_id == person.id))
        ]
        waiting = [notices.by_key(tx, key) for key in keys]
    for notice in waiting:
        try:
            yield str(pictures.draw(team.store, notice, now=now, excerpts=True))
        except IQSError as error:
            yield str(refusal.sentence(str(error)))


def shown_to_reviewer(team, person, now):
    """All that somebody reads of the assignments and reviews that are theirs."""
    store = team.store
    for row in every(tables.Assignment, store):
        if row.reviewer_id != person.id or row.kind == "self":
            continue
        card = reviewing.open_card(store, person, row.id)
        yield str(scorecard.message(card, now=now))
        yield str(skip.modal(card))
        yield from (str(review.modal(card, page=page)) for page in range(3))
        if card.review_id is not None and card.submitted_at is not None:
            read_again = telling.read_feedback(store, person, card.review_id, now=now)
            yield str(feedback.modal(read_again))
            yield str(feedback.conversation_modal(read_again))
            yield str(explain_lines(store, person, card.review_id, now))
        if card.beside is not None:
            yield str(beside.block(card.scorecard, "The agent's own view", card.beside, card.draft, "you"))
    yield str(home.view(reporting.home(store, person, now=now)))
    yield str(me.message(reporting.personal_report(store, person, now=now)))
    yield exports.report(reporting.personal_report(store, person, now=now), "json")


def explain_lines(store, person, review_id, now):
    return explain.message(telling.explain(store, review_id, actor=person, now=now))


def submit_all(team):
    people = {each.id: each for each in (team.ada, team.ben, team.cleo, team.rosa)}
    for row in every(tables.Assignment, team.store):
        person = people[row.reviewer_id]
        team.rate_all(person, row.id)
        reviewing.submit(team.store, person, row.id, now=MONDAY)


def test_a_reviewer_reads_of_no_agent(team):
    """Before and after submitting: messages, modals, the Home, the answer to a question, and exports of their own."""
    answer = handing.take_next(team.store, team.rosa, now=MONDAY)
    texts = [str(picking.message(answer, team.rosa)), *told_to(team, team.rosa, MONDAY)]
    texts += shown_to_reviewer(team, team.rosa, MONDAY)
    submit_all(team)
    texts += [*told_to(team, team.rosa, LATER), *shown_to_reviewer(team, team.rosa, LATER)]
    assert len(texts) > 60
    assert any("Agent here." in text for text in texts)
    assert not [found for text in texts if (found := named(text, "ada", "ben", "cleo"))]


def test_an_agent_reads_of_no_reviewer(team):
    """Nothing that is theirs to read, before or after the release, names who reviewed them."""
    submit_all(team)
    texts = [*told_to(team, team.ada, LATER), *shown_to_reviewer(team, team.ada, LATER)]
    for row in every(tables.Review, team.store):
        if row.reviewee_id == team.ada.id and row.kind != "self" and row.stream != "double":
            read_it = telling.read_feedback(team.store, team.ada, row.id, now=LATER)
            texts += [str(feedback.modal(read_it)), str(feedback.message(read_it))]
            texts.append(str(explain_lines(team.store, team.ada, row.id, LATER)))
    assert any("Your own view" in text for text in texts)
    assert not [found for text in texts if (found := named(text, "rosa", "cleo"))]


def test_a_lead_reads_both(team):
    """Somebody must answer for both: leads and admins are told as ever."""
    submit_all(team)
    row = next(
        each
        for each in every(tables.Review, team.store)
        if each.reviewee_id == team.ada.id and each.kind == "manager"
    )
    for person in (team.lea, team.max):
        read_it = telling.read_feedback(team.store, person, row.id, now=LATER)
        assert (read_it.reviewee.name, read_it.reviewer_name) == ("Ada", "Rosa")
    card = reviewing.open_card(team.store, team.lea, row.assignment_id)
    assert card.reviewee_name == "Ada"
