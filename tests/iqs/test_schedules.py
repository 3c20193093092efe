"""Schedules come due once a week at their local time, whatever the clocks, the zone or the process do."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iqs import schedules
from iqs.errors import Invalid
from iqs.schedules import Due, Outcome, Schedule, ScheduleKind

START = datetime(2026, 1, 1, tzinfo=UTC)


def schedule(zone="Europe/Berlin", weekday=0, minute=9 * 60, starts_after=START, **more):
    return Schedule(1, 1, ScheduleKind.DIGEST, weekday, minute, zone, starts_after, **more)


def wall(moment, zone):
    return moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


SAMPLE = sorted(each for each in available_timezones() if "/" in each)[::4]


@pytest.mark.parametrize("part", range(4))
def test_due_times_of_ten_years_all_over_the_world(part):
    """Each week comes exactly once, at its local time or at the end of the gap that swallowed it."""
    for number, zone in enumerate(SAMPLE[part::4]):
        minute = (number * 37) % 1440 if number % 2 else (0, 30, 60, 90, 120, 150, 180)[number % 7]
        planned = schedule(zone, weekday=6, minute=minute, starts_after=datetime(2017, 1, 1, tzinfo=UTC))
        due = list(islice(schedules.due_times(planned, after=planned.starts_after), 520))
        for earlier, later in pairwise(due):
            assert later.local_date - earlier.local_date == timedelta(weeks=1)
            assert earlier.at < later.at
        for each in due:
            asked = datetime.combine(each.local_date, schedules.local_time(minute))
            assert wall(each.at, zone) >= asked
            assert wall(each.at - timedelta(seconds=1), zone) < asked


@given(
    st.sampled_from(SAMPLE),
    st.integers(0, 6),
    st.integers(0, 1439),
    st.datetimes(datetime(2000, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - strategy
)
def test_due_times_are_later_than_asked_and_none_is_left_out(zone, weekday, minute, after):
    """The first one lies within a week and a day, on the weekday."""
    first = next(schedules.due_times(schedule(zone, weekday, minute, starts_after=after), after=after))
    assert timedelta(0) < first.at - after <= timedelta(days=8)
    assert first.local_date.weekday() == weekday


def test_before_its_start_a_schedule_owes_nothing():
    """An installation made on Wednesday does not send last Monday's digest."""
    made = datetime(2026, 11, 18, 12, tzinfo=UTC)
    assert schedules.to_do(schedule(starts_after=made), now=made, last=None) == ()
    due = datetime(2026, 11, 23, 8, tzinfo=UTC)
    assert schedules.to_do(schedule(starts_after=due), now=due + timedelta(minutes=1), last=None) == ()


@pytest.mark.parametrize(
    ("late", "outcome"),
    [
        (timedelta(0), Outcome.DONE),
        (timedelta(minutes=5), Outcome.DONE),
        (timedelta(minutes=5, seconds=1), Outcome.LATE),
        (timedelta(hours=24), Outcome.LATE),
        (timedelta(hours=24, seconds=1), Outcome.SKIPPED),
    ],
)
def test_a_missed_period_is_caught_up_for_a_day(late, outcome):
    """Later than five minutes it says so; later than a day it is recorded and left."""
    due = datetime(2026, 11, 23, 8, tzinfo=UTC)
    (step,) = schedules.to_do(schedule(starts_after=due - timedelta(days=1)), now=due + late, last=None)
    assert step == schedules.Step(Due(date(2026, 11, 23), due), outcome)


def test_only_the_newest_missed_period_is_done():
    """After a month off, three are skipped and one is late: nobody gets four digests."""
    now = datetime(2026, 11, 23, 12, tzinfo=UTC)
    steps = schedules.to_do(schedule(starts_after=datetime(2026, 11, 1, tzinfo=UTC)), now=now, last=None)
    assert [each.outcome for each in steps] == [Outcome.SKIPPED] * 3 + [Outcome.LATE]
    assert [each.due.local_date.day for each in steps] == [2, 9, 16, 23]


def test_what_is_recorded_is_never_due_again():
    """The last recorded date ends the search."""
    now = datetime(2026, 11, 23, 8, tzinfo=UTC)
    assert schedules.to_do(schedule(), now=now, last=date(2026, 11, 23)) == ()


@pytest.mark.parametrize(
    "moved",
    [
        {"zone": "America/Los_Angeles"},  # Monday 09:00 comes again nine hours later
        {"zone": "Pacific/Kiritimati"},
        {"weekday": 2},
        {"minute": 10 * 60},
    ],
)
def test_moving_a_schedule_does_not_repeat_the_week(moved):
    """Whoever changes zone, day or hour after Monday's digest gets the next one next week."""
    last = date(2026, 11, 23)
    later = replace(schedule(), **moved)
    in_this_week = datetime(2026, 11, 29, 9, tzinfo=UTC)
    assert schedules.to_do(later, now=in_this_week, last=last) == ()
    following = next(schedules.due_times(later, after=in_this_week, last=last))
    assert following.local_date.isocalendar().week == last.isocalendar().week + 1


def test_a_paused_schedule_has_nothing_to_do_and_nothing_coming():
    """A pause is a pause."""
    paused = schedule(paused=True)
    assert schedules.to_do(paused, now=datetime(2026, 11, 23, 8, tzinfo=UTC), last=None) == ()
    assert schedules.upcoming(paused, now=START) == ()


def test_the_next_times_are_shown_before_they_come():
    """Three of them, across a clock change: 09:00 stays 09:00."""
    found = schedules.upcoming(schedule(), now=datetime(2026, 10, 18, tzinfo=UTC))
    assert [each.at.hour for each in found] == [7, 8, 8]


@pytest.mark.parametrize("minute", [-1, 1440])
def test_a_time_outside_the_day_is_refused(minute):
    """A day has 1440 minutes."""
    with pytest.raises(Invalid, match="23:59"):
        schedules.local_time(minute)
