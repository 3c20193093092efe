"""Deadlines: reminded before and on the day, once and gathered; afterwards work is carried over or expires."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from iqs.errors import NotFound, TooLate
from iqs.notices import NoticeKind, reminder_key
from iqs.people import AfterDeadline
from iqs.services import closing, configuring, enrolling, handing, reviewing, tracking
from iqs.storage import tables
from iqs.storage.repositories import events
from tests.world import MONDAY, WEEK

DUE = datetime(2026, 11, 23, 18, tzinfo=UTC)  # a week later, when the team closes
FRIDAY, DAY = datetime(2026, 11, 20, 9, tzinfo=UTC), datetime(2026, 11, 23, 9, tzinfo=UTC)


def reminders(store):
    with store.read() as tx:
        return tx.execute(
            select(tables.Notice.key, tables.Notice.person_id, tables.Notice.not_before)
            .where(tables.Notice.kind == NoticeKind.REMINDER)
            .order_by(tables.Notice.id)
        ).all()


def finish(world, person):
    for task in world.tasks(person):
        world.rate_all(person, task)
        reviewing.submit(world.store, person, task, now=MONDAY)


def test_reminders_come_the_working_day_before_and_on_the_day(drawn):
    """At nine, one message for all of a reviewer's work; not before, and none after the deadline."""
    store = drawn.store
    for early in (MONDAY, FRIDAY - timedelta(minutes=1)):
        assert closing.tick(store, now=early).reminded == 0
    assert closing.tick(store, now=FRIDAY).reminded == 2  # Cleo and Rosa
    for again in (FRIDAY, FRIDAY + timedelta(days=2)):
        assert closing.tick(store, now=again).reminded == 0
    assert closing.tick(store, now=DAY).reminded == 2
    assert closing.tick(store, now=DUE + timedelta(days=7)).reminded == 0
    assert {(row.person_id, row.not_before) for row in reminders(store)} == {
        (person.id, at) for person in (drawn.cleo, drawn.rosa) for at in (FRIDAY, DAY)
    }


def test_a_reminder_keeps_the_reviewers_own_hours(drawn):
    """Nine o'clock in New York, where the deadline is at one in the afternoon."""
    store = drawn.store
    enrolling.link(store, drawn.rosa.id, "U4", "America/New_York")
    closing.tick(store, now=FRIDAY)
    closing.tick(store, now=FRIDAY + timedelta(hours=5))
    at = {row.person_id: row.not_before for row in reminders(store)}
    assert at[drawn.cleo.id] == FRIDAY
    assert at[drawn.rosa.id] == FRIDAY + timedelta(hours=5)


def test_a_missed_reminder_comes_when_the_clock_is_back(drawn):
    """Off on Friday: on Saturday it is written for Monday morning, one for both."""
    saturday = FRIDAY + timedelta(days=1)
    assert closing.tick(drawn.store, now=saturday).reminded == 2
    assert {row.not_before for row in reminders(drawn.store)} == {DAY}


def test_a_reminder_tells_what_is_open_when_it_is_sent(drawn):
    """Nothing open, nothing sent; nobody who is done is reminded at all."""
    store, rosa = drawn.store, drawn.rosa
    assert closing.reminder(store, rosa.id).open == ((DUE, len(drawn.tasks(rosa))),)
    finish(drawn, rosa)
    with pytest.raises(NotFound):
        closing.reminder(store, rosa.id)
    assert closing.tick(store, now=FRIDAY).reminded == 1


def test_open_work_is_carried_over_unless_the_team_says_otherwise(drawn):
    """It stays open, is called late, and can still be done."""
    store = drawn.store
    late = DUE + timedelta(minutes=1)
    assert closing.tick(store, now=DUE - timedelta(minutes=1)).draws == 0
    assert closing.tick(store, now=late) == closing.Closed(draws=1)
    assert closing.tick(store, now=late) == closing.Closed()
    [task, *_] = drawn.tasks(drawn.rosa)
    drawn.rate_all(drawn.rosa, task, now=late)
    reviewing.submit(store, drawn.rosa, task, now=late)
    whole = tracking.progress(store, drawn.lea, team(drawn), now=late).whole
    assert (whole.done, whole.late, whole.expired) == (1, whole.drawn, 0)


def team(world):
    return next(each.id for each in configuring.teams(world.store) if each.name == "Support")


def test_open_work_expires_where_the_team_says_so(drawn):
    """Once; drafts stay and count for nothing, the history knows, and a late click is told."""
    store, rosa = drawn.store, drawn.rosa
    configuring.configure(store, None, "Support", after_deadline=AfterDeadline.EXPIRE, now=MONDAY)
    [begun, done, *_] = drawn.tasks(rosa)
    drawn.rate_all(rosa, begun)
    drawn.rate_all(rosa, done)
    reviewing.submit(store, rosa, done, now=MONDAY)
    closed = closing.tick(store, now=DUE)
    assert (closed.draws, closed.expired) == (1, 8)
    assert closing.tick(store, now=DUE) == closing.Closed()
    assert drawn.tasks(rosa) == drawn.tasks(drawn.cleo) == []
    with pytest.raises(TooLate):
        reviewing.submit(store, rosa, begun, now=DUE)
    with store.read() as tx:
        assert [each.what for each in events.of(tx, begun)][-1] == "expired"
        found = tx.execute(select(tables.Review.assignment_id, tables.Review.state))
        states = {row.assignment_id: row.state for row in found}
        scorecards = tx.execute(
            select(tables.Notice.state).where(
                tables.Notice.kind == NoticeKind.SCORECARD, tables.Notice.object_id != done
            )
        )
        assert {row.state for row in scorecards} == {"cancelled"}
    assert states == {begun: "draft", done: "submitted"}
    found = tracking.progress(store, None, team(drawn), now=DUE)
    assert (found.whole.drawn, found.whole.done, found.whole.expired) == (9, 1, 8)
    assert found.period == WEEK


def test_what_ended_is_named_once_for_its_messages(drawn):
    """By whichever process asks, a moment after it is stored."""
    store = drawn.store
    configuring.configure(store, None, "Support", after_deadline=AfterDeadline.EXPIRE, now=MONDAY)
    assert closing.newly_ended(store, now=DUE) == []
    closing.tick(store, now=DUE)
    assert closing.newly_ended(store, now=DUE) == []
    soon = DUE + timedelta(minutes=1)
    assert len(closing.newly_ended(store, now=soon)) == 9
    assert closing.newly_ended(store, now=soon + timedelta(minutes=1)) == []


def test_a_reminder_has_one_key_a_day():
    """Whichever replica writes it."""
    assert reminder_key(7, FRIDAY.date().toordinal()) == f"reminder:7:{FRIDAY.date().toordinal()}"


@pytest.mark.parametrize("after", AfterDeadline)
def test_what_a_lead_picked_ends_like_the_rest(world, after):
    """Beside any draw: at its own deadline it expires where work expires, once, and stays where it is carried over."""
    configuring.configure(world.store, None, "Support", after_deadline=after, due_days=2, now=MONDAY)
    picked = handing.hand_over(world.store, world.lea, "demo:c0", now=MONDAY, reviewer_name="Rosa")
    assert closing.tick(world.store, now=picked.due_at - timedelta(seconds=1)).expired == 0
    expires = after is AfterDeadline.EXPIRE
    assert [closing.tick(world.store, now=picked.due_at).expired for _ in range(2)] == [int(expires), 0]
    assert world.tasks(world.rosa) == ([] if expires else [picked.assignment_id])
    told = closing.newly_ended(world.store, now=picked.due_at + timedelta(minutes=1))
    assert told == ([picked.assignment_id] if expires else [])
