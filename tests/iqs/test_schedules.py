"""Schedules come due once a week at their local time, whatever the clocks, the zone or the process do."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iqs import periods, schedules
from iqs.errors import Invalid
from iqs.schedules import Due, Last, Outcome, Schedule, ScheduleKind

START = datetime(2026, 1, 1, tzinfo=UTC)


def schedule(zone="Europe/Berlin", weekday=0, minute=9 * 60, starts_after=START, **more):
    return Schedule(1, 1, ScheduleKind.DIGEST, weekday, minute, zone, starts_after, **more)


SAMPLE = sorted(each for each in available_timezones() if "/" in each)[::4]


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
    assert (step.due, step.outcome) == (Due(date(2026, 11, 23), due), outcome)


def test_only_the_newest_missed_period_is_done():
    """After a month off, three are skipped and one is late: nobody gets four digests."""
    now = datetime(2026, 11, 23, 12, tzinfo=UTC)
    steps = schedules.to_do(schedule(starts_after=datetime(2026, 11, 1, tzinfo=UTC)), now=now, last=None)
    assert [each.outcome for each in steps] == [Outcome.SKIPPED] * 3 + [Outcome.LATE]
    assert [each.due.local_date.day for each in steps] == [2, 9, 16, 23]


def test_what_is_recorded_is_never_due_again():
    """The last recorded date ends the search."""
    now = datetime(2026, 11, 23, 8, tzinfo=UTC)
    assert schedules.to_do(schedule(), now=now, last=Last(date(2026, 11, 23))) == ()


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
    last = Last(date(2026, 11, 23))
    later = replace(schedule(), **moved)
    in_this_week = datetime(2026, 11, 29, 9, tzinfo=UTC)
    assert schedules.to_do(later, now=in_this_week, last=last) == ()
    following = next(schedules.due_times(later, after=in_this_week, last=last))
    assert following.local_date.isocalendar().week == last.local_date.isocalendar().week + 1


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


@pytest.mark.parametrize(("name", "number"), [("monday", 0), ("Sun", 6), (" THURSDAY ", 3)])
def test_a_weekday_is_known_by_its_name(name, number):
    """Full or three letters, in any case."""
    assert schedules.weekday_of(name) == number


@pytest.mark.parametrize("name", ["1", "0", "7", "", "mo", "mond", "someday", "montag"])
def test_a_weekday_has_no_number(name):
    """One calendar's 1 is another's 0, so nobody guesses."""
    with pytest.raises(Invalid, match="monday, tuesday"):
        schedules.weekday_of(name)


@pytest.mark.parametrize(("text", "minute"), [("09:00", 540), ("9:05", 545), ("00:00", 0), ("23:59", 1439)])
def test_a_time_of_day_reads(text, minute):
    """Hours and minutes of a day of 24 hours."""
    assert schedules.minute_of(text) == minute


@pytest.mark.parametrize("text", ["24:00", "9", "9:5", "09:60", "9 am", "", "09:00:00", "٠٩:٠٠"])
def test_what_is_no_time_of_day_is_refused(text):
    """With an example of one that is."""
    with pytest.raises(Invalid, match="09:00"):
        schedules.minute_of(text)


def test_a_window_is_the_iso_week_before():
    """Monday's digest is about Monday to Sunday, and so is Friday's."""
    week = periods.named_week("2026-W47", "Europe/Berlin")
    for day in (23, 27):
        assert schedules.window(schedule(), date(2026, 11, day)) == week
    last = Last(date(2026, 11, 16))  # of an old version, without its end
    assert schedules.window(schedule(), date(2026, 11, 23), last) == week


@pytest.mark.parametrize(
    ("zone", "hours"), [("America/Los_Angeles", 177), ("Pacific/Kiritimati", 155), ("Africa/Lagos", 168)]
)
def test_after_a_move_the_window_begins_where_the_last_one_ended(zone, hours):
    """To the west it is longer by the hours between, to the east shorter: none is left out or counted twice."""
    last = Last(date(2026, 11, 16), schedules.window(schedule(), date(2026, 11, 16)).end)
    window = schedules.window(schedule(zone), date(2026, 11, 23), last)
    assert window.start == last.ends_at
    assert window.end == periods.named_week("2026-W47", zone).end
    assert (window.end - window.start) / timedelta(hours=1) == hours
    assert window.label == "week 47"


def test_windows_of_missed_weeks_follow_each_other():
    """What is skipped has its window too, so that the next one begins after it."""
    moved = schedule("America/Los_Angeles")
    last = Last(date(2026, 11, 2), schedules.window(schedule(), date(2026, 11, 2)).end)
    steps = schedules.to_do(moved, now=datetime(2026, 11, 23, 18, tzinfo=UTC), last=last)
    assert [each.outcome for each in steps] == [Outcome.SKIPPED, Outcome.SKIPPED, Outcome.LATE]
    assert steps[0].window.start == last.ends_at
    for earlier, later in pairwise(steps):
        assert later.window.start == earlier.window.end


@pytest.mark.parametrize(
    "moved", [{"zone": "Pacific/Kiritimati"}, {"weekday": 0}, {"weekday": 2, "minute": 0}]
)
def test_a_time_moved_into_the_past_comes_with_the_move(moved):
    """The week was not missed: nobody was late, whoever moved it made it due."""
    last = Last(date(2026, 11, 20))  # a Friday
    now = datetime(2026, 11, 26, 12, 30, tzinfo=UTC)  # the Thursday after; Friday's is still to come
    friday = schedule("Pacific/Niue", weekday=4, minute=600)
    assert schedules.to_do(friday, now=now, last=last) == ()
    changed = replace(friday, **{"weekday": 3, "minute": 10} | moved, starts_after=now)
    (step,) = schedules.to_do(changed, now=now + timedelta(minutes=1), last=last)
    assert step.outcome is Outcome.DONE
    assert now - step.due.at > schedules.CATCH_UP


def test_a_move_before_the_first_period_owes_nothing():
    """A schedule made and moved in its first week begins with its next time."""
    moved = schedule(weekday=1, starts_after=datetime(2026, 11, 18, 12, tzinfo=UTC))
    assert schedules.to_do(moved, now=datetime(2026, 11, 18, 13, tzinfo=UTC), last=None) == ()
