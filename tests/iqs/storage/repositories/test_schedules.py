"""Schedules and their runs keep their promises in both databases."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from iqs.schedules import Due, Outcome, ScheduleKind
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


def test_the_last_date_is_that_of_the_newest_due_time(store, schedule):
    """None before the first; the order of recording does not matter."""
    with store.write() as tx:
        assert schedules.last_date(tx, schedule.id) is None
        schedules.record(tx, schedule.id, DUE, Outcome.DONE, now=NOW)
        earlier = Due(date(2026, 11, 9), NOW - timedelta(weeks=1))
        schedules.record(tx, schedule.id, earlier, Outcome.SKIPPED, now=NOW)
        assert schedules.last_date(tx, schedule.id) == date(2026, 11, 16)


def test_what_is_not_there_is_none(store, schedule):
    """An unknown schedule locks nothing, an unknown run is no run."""
    with store.write() as tx:
        assert schedules.lock(tx, schedule.id) == schedule
        assert schedules.lock(tx, 99) is None
        assert schedules.run(tx, 99) is None
