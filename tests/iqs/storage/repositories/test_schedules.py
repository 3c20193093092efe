"""Schedules and their runs keep their promises in both databases."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import insert, update
from sqlalchemy.exc import IntegrityError

from iqs.people import Cycle
from iqs.periods import WEEK
from iqs.schedules import Due, Last, Outcome, ScheduleKind, window
from iqs.storage import tables
from iqs.storage.repositories import schedules

NOW = datetime(2026, 11, 16, 9, tzinfo=UTC)
DUE = Due(date(2026, 11, 16), NOW)


@pytest.fixture
def schedule(store):
    """The digest of one team in Berlin."""
    with store.write() as tx:
        tx.execute(insert(tables.Team).values(id=1, name="Support", timezone="Europe/Berlin"))
        assert add(tx)
        return schedules.every(tx)[0]


def add(tx, **changed):
    given = {"team_id": 1, "kind": ScheduleKind.DIGEST, "weekday": 0, "minute": 540, "starts_after": NOW}
    return schedules.add(tx, **{**given, **changed})


def test_a_schedule_reads_back_in_its_teams_zone(schedule):
    """The zone is the team's, not the schedule's own."""
    assert (schedule.kind, schedule.weekday, schedule.minute) == (ScheduleKind.DIGEST, 0, 540)
    assert (schedule.zone, schedule.starts_after, schedule.paused) == ("Europe/Berlin", NOW, False)


def test_a_team_has_one_schedule_of_a_kind(store, schedule):
    """A second one changes nothing; another kind is another schedule."""
    with store.write() as tx:
        assert not add(tx, weekday=3)
        assert add(tx, kind=ScheduleKind.DRAW)
        assert [each.weekday for each in schedules.every(tx)] == [0, 0]


@pytest.mark.parametrize("wrong", [{"weekday": 7}, {"minute": 1440}, {"minute": -1}])
def test_no_schedule_has_an_impossible_time(store, schedule, wrong):
    """The database refuses it too."""
    with pytest.raises(IntegrityError), store.write() as tx:
        add(tx, kind=ScheduleKind.DRAW, **wrong)


def test_a_period_is_recorded_once(store, schedule):
    """The second replica gets no run, and so tells nobody."""
    with store.write() as tx:
        first = schedules.record(tx, schedule.id, DUE, Outcome.DONE, now=NOW)
        assert schedules.record(tx, schedule.id, DUE, Outcome.LATE, now=NOW + timedelta(hours=1)) is None
        run = schedules.run(tx, first)
    assert (run.id, run.schedule, run.due, run.outcome) == (first, schedule, DUE, Outcome.DONE)


def test_the_last_period_is_that_of_the_newest_due_time(store, schedule):
    """None before the first; the order of recording does not matter."""
    with store.write() as tx:
        assert schedules.last(tx, schedule.id) is None
        assert schedules.lasts(tx) == {}
        schedules.record(tx, schedule.id, DUE, Outcome.DONE, now=NOW)
        earlier = Due(date(2026, 11, 9), NOW - timedelta(weeks=1))
        schedules.record(tx, schedule.id, earlier, Outcome.SKIPPED, now=NOW)
        assert schedules.last(tx, schedule.id) == Last(date(2026, 11, 16))
        assert schedules.lasts(tx) == {schedule.id: Last(date(2026, 11, 16))}


def test_what_is_not_there_is_none(store, schedule):
    """An unknown schedule locks nothing, an unknown run is no run."""
    with store.write() as tx:
        assert schedules.lock(tx, schedule.id) == schedule
        assert schedules.lock(tx, 99) is None
        assert schedules.run(tx, 99) is None


def test_a_local_date_is_recorded_once(store, schedule):
    """The same date at another instant, after a move of the zone, is the same period; the database insists."""
    later = Due(DUE.local_date, NOW + timedelta(hours=9))
    with store.write() as tx:
        assert schedules.record(tx, schedule.id, DUE, Outcome.DONE, now=NOW)
        assert schedules.record(tx, schedule.id, later, Outcome.DONE, now=NOW) is None
    with pytest.raises(IntegrityError), store.write() as tx:
        tx.execute(
            insert(tables.ScheduleRun).values(
                schedule_id=schedule.id, due_at=later.at, local_date=later.local_date, outcome="done",
                created_at=NOW,
            )
        )  # fmt: skip


def test_a_run_keeps_its_window_when_the_zone_moves(store, schedule):
    """And knows the window before it; a run without one is reckoned in the zone of now."""
    with store.write() as tx:
        old = schedules.record(tx, schedule.id, Due(date(2026, 11, 2), NOW - 2 * WEEK), Outcome.DONE, now=NOW)
        (first, second) = (window(schedule, date(2026, 11, day)) for day in (9, 16))
        schedules.record(
            tx, schedule.id, Due(date(2026, 11, 9), NOW - WEEK), Outcome.DONE, now=NOW, covers=first
        )
        new = schedules.record(tx, schedule.id, DUE, Outcome.DONE, now=NOW, covers=second)
        tx.execute(update(tables.Team).values(timezone="Asia/Tokyo"))
        run = schedules.run(tx, new)
        assert (run.window, run.before) == (second, first)
        assert schedules.last(tx, schedule.id) == Last(date(2026, 11, 16), second.end)
        run = schedules.run(tx, old)
        assert (run.window, run.before) == (
            window(replace(schedule, zone="Asia/Tokyo"), date(2026, 11, 2)),
            None,
        )


def test_what_the_draws_covered_is_found_by_label(store, schedule):
    """Also what was skipped; of a run before labels, the week before it; nothing without a window or far away."""
    with store.write() as tx:
        assert add(tx, kind=ScheduleKind.DRAW)
        draw = schedules.of_team(tx, 1, ScheduleKind.DRAW)
        old, new = (window(draw, date(2026, 11, day)) for day in (16, 23))
        for day, covers, label in ((16, old, None), (23, new, "2026-W47"), (9, None, "2026-W45")):
            due = Due(date(2026, 11, day), NOW + timedelta(days=day))
            schedules.record(tx, draw.id, due, Outcome.SKIPPED, now=NOW, covers=covers, period=label)
        schedules.record(tx, schedule.id, Due(date(2026, 11, 30), NOW), Outcome.DONE, now=NOW, covers=new)

        def found(team=1, after=old.start, before=new.end):
            return {
                label: (each.start, each.end)
                for label, each in schedules.windows(tx, team, after=after, before=before).items()
            }

        assert found() == {"2026-W46": (old.start, old.end), "2026-W47": (new.start, new.end)}
        assert set(found(after=new.end)) == {"2026-W47"}
        assert found(team=2) == found(after=new.end + WEEK) == {}


def test_a_changed_cycle_counts_for_the_draw_alone(store, schedule):
    """The digests go on as they were."""
    with store.write() as tx:
        add(tx, kind=ScheduleKind.DRAW)
        tx.execute(update(tables.Team).values(cycle="monthly", week_start=6))
        schedules.cycle_changed(tx, 1, now=NOW)
        draw = schedules.of_team(tx, 1, ScheduleKind.DRAW)
        assert (draw.calendar.cycle, draw.cycle_since) == (Cycle.MONTHLY, NOW)
        digest = schedules.of_team(tx, 1, ScheduleKind.DIGEST)
        assert (digest.calendar.cycle, digest.calendar.week_start, digest.cycle_since) == (
            Cycle.WEEKLY,
            6,
            None,
        )


def test_a_moved_zone_counts_only_for_schedules_that_ran(store, schedule):
    """One that has not begun keeps its beginning, so that it owes what it owed."""
    later = NOW + timedelta(days=3)
    with store.write() as tx:
        schedules.zone_moved(tx, 1, now=later)
        assert schedules.lock(tx, schedule.id) == schedule
        schedules.record(tx, schedule.id, DUE, Outcome.DONE, now=NOW)
        schedules.zone_moved(tx, 2, now=later)
        assert schedules.lock(tx, schedule.id) == schedule
        schedules.zone_moved(tx, 1, now=later)
        assert schedules.lock(tx, schedule.id).starts_after == later


def test_a_moved_schedule_reads_back(store, schedule):
    """Weekday, minute, pause and beginning are stored; team and kind stay."""
    moved = replace(schedule, weekday=4, minute=30, paused=True, starts_after=NOW + WEEK)
    with store.write() as tx:
        schedules.put(tx, moved)
        assert schedules.every(tx) == [moved]
