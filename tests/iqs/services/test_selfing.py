"""An agent's own view beside a colleague's review: asked for, kept apart, shown side by side, never waited for long."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import select

from blocks import feedback, scorecard
from iqs.assignments import AssignmentState
from iqs.errors import NotAllowed, NotFound, TooLate
from iqs.reviews import ReviewKind, Stream
from iqs.services import (
    configuring,
    delivering,
    examining,
    reporting,
    reviewing,
    selfing,
    telling,
    tracking,
)
from iqs.storage import tables
from iqs.storage.repositories import assignments
from tests.world import MONDAY, World, build

MINUTE = timedelta(minutes=1)
ASSIGNMENT = tables.Assignment
OVER = 11 * MINUTE  # just past the undo window


@dataclass
class Pair:
    """One conversation of the sample: its reviewer with their assignment, its agent with theirs."""

    world: object
    reviewer: object
    review: int
    agent: object
    own: int

    def submit(self, person, task, *, at=MONDAY, value=None):
        self.world.rate_all(person, task, value=value, now=at)
        return reviewing.submit(self.world.store, person, task, now=at)

    def told(self):
        """When the feedback leaves, if it is still to leave."""
        with self.world.store.read() as tx:
            found = select(tables.Notice.not_before).where(
                tables.Notice.kind == "feedback", tables.Notice.state == "pending"
            )
            return tx.execute(found).scalar_one()

    def state(self):
        with self.world.store.read() as tx:
            return tx.execute(
                select(tables.Assignment.state, tables.Assignment.due_at).where(
                    tables.Assignment.id == self.own
                )
            ).one()


def asked(store):
    """Support's agents are asked about the one conversation of each that was drawn."""
    world = build(store)
    configuring.configure(world.store, None, "Support", self_reviews=True, quota=1, now=MONDAY)
    world.draw(seed="s")
    selfing.keep_up(world.store, now=MONDAY)


@pytest.fixture
def pair(store, furnish):
    furnish(store, asked)
    world = World(store)
    with world.store.read() as tx:
        own = tx.execute(
            select(ASSIGNMENT.__table__).where(ASSIGNMENT.kind == "self").order_by(ASSIGNMENT.id)
        ).first()
        other = tx.execute(
            select(ASSIGNMENT.__table__).where(
                ASSIGNMENT.conversation_id == own.conversation_id, ASSIGNMENT.kind != "self"
            )
        ).one()
    people = {each.id: each for each in (world.ada, world.ben, world.cleo, world.rosa)}
    return Pair(world, people[other.reviewer_id], other.id, people[own.reviewer_id], own.id)


def test_every_agent_is_asked_once_about_what_is_reviewed(world, pair):
    """One question for each conversation of the sample, with its deadline and scorecard; asking again asks nothing."""
    selfing.keep_up(world.store, now=MONDAY + MINUTE)
    with world.store.read() as tx:
        rows = tx.execute(select(ASSIGNMENT.__table__)).all()
    own = [each for each in rows if each.kind == ReviewKind.SELF]
    others = [each for each in rows if each.kind != ReviewKind.SELF]
    assert len(own) == len(others) == 3
    assert {(each.conversation_id, each.reviewee_id, each.due_at) for each in own} == {
        (each.conversation_id, each.reviewee_id, each.due_at) for each in others
    }
    assert all(each.reviewer_id == each.reviewee_id and each.stream == Stream.RANDOM for each in own)
    assert pair.own in world.tasks(pair.agent)


def test_the_card_says_what_it_is_and_goes_to_nobody_else(pair):
    """It is the same scorecard under another title, and cannot be handed on."""
    card = reviewing.open_card(pair.world.store, pair.agent, pair.own)
    drawn = str(scorecard.message(card))
    assert "How do you see this conversation?" in drawn
    assert "self review" in drawn
    assert "Give to another reviewer" not in drawn


def test_neither_sees_the_others_before_both_are_released(pair):
    """Submitted is not enough: both undo windows must be over. Then the two stand side by side for both."""
    world, later = pair.world, MONDAY + timedelta(hours=1)
    pair.submit(pair.agent, pair.own, value=2)
    with pytest.raises(NotAllowed):
        reviewing.open_card(world.store, pair.agent, pair.review)
    card = pair.submit(pair.reviewer, pair.review, at=later)
    assert "own view" not in str(scorecard.message(card, now=later + 9 * MINUTE))
    with pytest.raises(NotAllowed):
        telling.read_feedback(world.store, pair.agent, card.review_id, now=later + 9 * MINUTE)
    after = later + OVER
    card = reviewing.open_card(world.store, pair.reviewer, pair.review)
    assert "The agent's own view" in str(scorecard.message(card, now=after))
    read = telling.read_feedback(world.store, pair.agent, card.review_id, now=after)
    drawn = str(feedback.message(read))
    assert "Your own view" in drawn
    assert "2 of 5, your reviewer: 5 of 5" in drawn
    assert pair.told() == later + 10 * MINUTE


def test_who_has_not_begun_keeps_nothing_waiting(pair):
    """The feedback leaves after ten minutes as always, and the question is withdrawn with it."""
    card = pair.submit(pair.reviewer, pair.review)
    assert pair.told() == MONDAY + 10 * MINUTE
    assert selfing.keep_up(pair.world.store, now=MONDAY + 9 * MINUTE) == []
    assert selfing.keep_up(pair.world.store, now=MONDAY + OVER) == [pair.own]
    assert pair.state().state == AssignmentState.CANCELLED
    assert (
        telling.read_feedback(pair.world.store, pair.agent, card.review_id, now=MONDAY + OVER).beside is None
    )
    drawn = str(scorecard.message(reviewing.card_of_notice(pair.world.store, pair.own)))
    assert "Nothing more to do" in drawn


def test_who_begins_too_late_is_told_kindly(pair):
    """Once a colleague's review is out, a first click changes nothing, also before the clock has withdrawn it."""
    pair.submit(pair.reviewer, pair.review)
    with pytest.raises(TooLate, match="is out already"):
        reviewing.rate(pair.world.store, pair.agent, pair.own, "solution", 4, now=MONDAY + OVER)


def seen(pair, at):
    """How many reviews stand in the agent's list and behind their mean: in their answer, their Home, their lead's."""
    store, lead = pair.world.store, pair.world.lea
    team = next(iter(pair.agent.roles))
    cards = [
        reporting.personal_report(store, pair.agent, now=at),
        reporting.home(store, pair.agent, now=at).personal,
        reporting.agent_report(store, lead, team, pair.agent.id, now=at),
    ]
    return [(len(each.recent), each.iqs.n) for each in cards]


def test_feedback_waits_for_who_has_begun(pair):
    """Begun within the window, it is kept from them everywhere until their own view is in, and leaves then."""
    world, store = pair.world, pair.world.store
    card = pair.submit(pair.reviewer, pair.review)
    reviewing.rate(store, pair.agent, pair.own, "solution", 4, now=MONDAY + 5 * MINUTE)
    assert pair.told() >= pair.state().due_at
    at = MONDAY + timedelta(hours=3)
    assert selfing.keep_up(store, now=at) == []
    with pytest.raises(NotAllowed):
        telling.read_feedback(store, pair.agent, card.review_id, now=at)
    assert seen(pair, at) == [(0, 0)] * 3
    with pytest.raises(NotFound):
        examining.explained(store, pair.agent, "", now=at)
    pair.submit(pair.agent, pair.own, at=at)
    assert seen(pair, at + 5 * MINUTE) == [(0, 0)] * 3  # it can still be taken back
    assert pair.told() == at + 10 * MINUTE
    assert telling.read_feedback(store, pair.agent, card.review_id, now=at + OVER).beside is not None
    assert seen(pair, at + OVER) == [(1, 1)] * 3
    reviewing.undo(store, pair.agent, pair.own, now=at + 5 * MINUTE)
    assert pair.told() >= pair.state().due_at
    assert world is pair.world


def test_it_waits_until_their_deadline_at_the_most(pair):
    """After the deadline the question is over, the feedback is theirs to read, and what they began is not shown."""
    store = pair.world.store
    card = pair.submit(pair.reviewer, pair.review)
    reviewing.rate(store, pair.agent, pair.own, "solution", 4, now=MONDAY + MINUTE)
    due = pair.state().due_at
    assert telling.read_feedback(store, pair.agent, card.review_id, now=due).beside is None
    assert pair.own in selfing.keep_up(store, now=due)
    assert pair.state().state == AssignmentState.EXPIRED


def test_what_is_not_reviewed_is_not_asked(pair):
    """When the reviewer's assignment ends without a review, an agent who has not begun is asked no longer."""
    reviewing.skip(pair.world.store, pair.reviewer, pair.review, reviewing.SkipReason.OTHER, now=MONDAY)
    assert pair.own in selfing.keep_up(pair.world.store, now=MONDAY + MINUTE)


def test_own_views_are_not_the_teams_work(world, pair):
    """The progress of a draw counts reviews by others alone, and so does whose turn it is next."""
    team_id = next(iter(world.rosa.roles))
    progress = tracking.progress(world.store, None, team_id, now=MONDAY)
    assert progress.whole.drawn == 3
    assert {name for name, _ in progress.by_reviewer} <= {"Rosa", "Cleo"}
    assert len(world.draw().assignments) == 3
    with world.store.read() as tx:
        turns = assignments.handed_out(tx, team_id, since=MONDAY)
    assert turns == dict.fromkeys((world.ada.id, world.ben.id, world.cleo.id), 1)


def test_nobody_is_told_of_an_own_view(pair):
    """Submitting it writes no message to anybody, and no one but the agent (and a lead) opens it."""
    pair.submit(pair.agent, pair.own)
    store = pair.world.store
    kinds = {each.kind for each in delivering.claim(store, now=MONDAY + timedelta(days=2), limit=100)}
    assert "feedback" not in kinds
    with pytest.raises((NotAllowed, NotFound)):
        reviewing.open_card(store, pair.reviewer, pair.own)
