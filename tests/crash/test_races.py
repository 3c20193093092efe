"""A hundred people press at the same moment: one of them wins, the others read why, and nothing is half done."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from iqs.assignments import AssignmentState, SkipReason
from iqs.errors import Conflict, Invalid, NotAllowed, TooLate, Unavailable
from iqs.reviews import Draft, Rating, ReviewKind, Stream
from iqs.services import reviewing
from iqs.storage import tables
from iqs.storage.repositories import assignments
from tests import world

SHORT = pytest.param(12, 25)
LONG = pytest.param(100, 1_000, marks=[pytest.mark.long, pytest.mark.timeout(7200)])
SENTENCES = (TooLate, Conflict, NotAllowed, Invalid)
NOW = datetime(2026, 11, 16, 10, tzinfo=UTC)


@pytest.fixture
def team(store):
    return world.build(store)


def hand_out(team, count):
    """Open assignments of Rosa's for the same few conversations; nobody else has any."""
    with team.store.write() as tx:
        reviewer, agent = team.rosa.id, team.ada.id
        conversations = list(
            tx.scalars(select(tables.Conversation.id).where(tables.Conversation.reviewee_id == agent))
        )
        card = tx.scalar(select(func.max(tables.ScorecardVersion.id)))
        same = {
            "team_id": 1,
            "reviewer_id": reviewer,
            "reviewee_id": agent,
            "scorecard_version_id": card,
            "kind": ReviewKind.MANAGER,
            "stream": Stream.RANDOM,
        }
        rows = [{**same, "conversation_id": conversations[n % len(conversations)]} for n in range(count)]
        return assignments.add(tx, rows, now=NOW - timedelta(hours=1))


def race(threads, tasks, act):
    """All threads act on each task at once; the outcomes by task, a sentence or what was returned.

    Whoever reads that the database is busy and nothing was saved presses again, as people do.
    """
    line = threading.Barrier(threads)

    def press(task, number):
        while True:
            try:
                return act(task, number)
            except SENTENCES as error:
                return error
            except Unavailable:
                continue

    def run(number):
        found = []
        for task in tasks:
            line.wait(600)
            try:
                found.append(press(task, number))
            except BaseException:
                line.abort()  # the others need not wait for who will not come
                raise
        return found

    with ThreadPoolExecutor(threads) as pool:
        running = [pool.submit(run, number) for number in range(threads)]
        errors = [each.exception() for each in running]
    for error in errors:
        if error is not None and not isinstance(error, threading.BrokenBarrierError):
            raise error
    return list(zip(*(each.result() for each in running), strict=True))


def won(outcomes):
    return [each for each in outcomes if not isinstance(each, Exception)]


@pytest.mark.parametrize(("threads", "count"), [SHORT, LONG])
def test_one_window_of_many_submits(team, threads, count):
    """Each brings its own complete draft on the same version: one review each, whole and as its winner wrote it."""
    tasks, rosa = hand_out(team, count), team.rosa
    keys = [category.key for category in reviewing.open_card(team.store, rosa, tasks[0]).scorecard.categories]

    def submit(task, number):
        draft = Draft({key: Rating(1 + number % 3) for key in keys}, f"from window {number}")
        reviewing.submit(team.store, rosa, task, now=NOW, draft=draft, version=0)
        return draft

    for task, outcomes in zip(tasks, race(threads, tasks, submit), strict=True):
        [winner] = won(outcomes)
        assert all(isinstance(each, Conflict) for each in outcomes if each is not winner)
        card = reviewing.open_card(team.store, rosa, task)
        assert (card.draft, card.review_version) == (winner, 1)
    with team.store.read() as tx:
        kept = tx.scalars(select(tables.Notice.key).where(tables.Notice.kind == "feedback")).all()
    assert len(kept) == len(set(kept)) == count


@pytest.mark.parametrize(("threads", "count"), [SHORT, LONG])
def test_one_way_to_end_an_assignment_wins(team, threads, count):
    """Skipping, handing on and submitting race for each assignment: one happens, and only that one shows."""
    tasks, rosa, lea = hand_out(team, count), team.rosa, team.lea
    whole = Draft(
        {
            key: Rating(2)
            for key in ("solution", "tone_and_empathy", "product_knowledge", "process", "grammar")
        }
    )

    def end(task, number):
        if number % 3 == 0:
            reviewing.skip(team.store, lea, task, SkipReason.OTHER, now=NOW)
        elif number % 3 == 1:
            reviewing.reassign(team.store, rosa, task, now=NOW)
        else:
            reviewing.submit(team.store, rosa, task, now=NOW, draft=whole, version=0)
        return number % 3

    results = race(threads, tasks, end)
    states = [AssignmentState.SKIPPED, AssignmentState.CANCELLED, AssignmentState.SUBMITTED]
    with team.store.read() as tx:
        for task, outcomes in zip(tasks, results, strict=True):
            [winner] = won(outcomes)
            assert assignments.get(tx, task).state == states[winner]
        successors = tx.scalar(
            select(func.count()).select_from(tables.Assignment).where(tables.Assignment.id > max(tasks))
        )
        submitted = tx.scalar(
            select(func.count()).select_from(tables.Review).where(tables.Review.state == "submitted")
        )
    handed_on = sum(won(outcomes) == [1] for outcomes in results)
    assert successors == handed_on
    assert submitted == sum(won(outcomes) == [2] for outcomes in results)


@pytest.mark.parametrize(("threads", "count"), [SHORT, LONG])
def test_ratings_at_once_leave_one_that_was_chosen(team, threads, count):
    """Many clicks on one category and many on the others: one row a category, and each is one of the clicks."""
    tasks, rosa = hand_out(team, count), team.rosa

    def rate(task, number):
        category = ("solution", "process")[number % 2]
        reviewing.rate(team.store, rosa, task, category, 1 + number % 3, now=NOW)
        return category, 1 + number % 3

    for task, outcomes in zip(tasks, race(threads, tasks, rate), strict=True):
        assert len(won(outcomes)) == threads
        stored = reviewing.open_card(team.store, rosa, task).draft.ratings
        assert stored.keys() == {"solution", "process"}
        assert all((key, rating.value) in outcomes for key, rating in stored.items())


def test_the_losers_sentence_tells_what_happened(team):
    """Whoever comes second reads a sentence of ours, not an error."""
    [task] = hand_out(team, 1)
    reviewing.skip(team.store, team.rosa, task, SkipReason.OTHER, now=NOW)
    with pytest.raises(TooLate, match="no longer yours"):
        reviewing.rate(team.store, team.rosa, task, "solution", 1, now=NOW)
