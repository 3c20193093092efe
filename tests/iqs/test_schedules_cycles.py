"""Whatever cycle a team draws by and however that changes, its windows follow each other, each with its own label."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import dropwhile, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iqs import schedules
from iqs.cycles import Calendar
from iqs.people import Cycle
from iqs.schedules import Last, Outcome, Schedule, ScheduleKind

MADE = datetime(2026, 3, 20, 12, tzinfo=UTC)  # a Friday, a week before Europe's clocks change
ZONES = (
    "UTC",
    "Europe/Berlin",
    "America/Los_Angeles",
    "Australia/Lord_Howe",
    "Pacific/Kiritimati",
    "Pacific/Niue",
)
WORKING = frozenset(range(5))

CHANGE = st.fixed_dictionaries(
    {"days": st.integers(0, 40)},
    optional={
        "cycle": st.sampled_from(Cycle),
        "zone": st.sampled_from(ZONES),
        "weekday": st.integers(0, 6),
        "days_off": st.frozensets(st.integers(0, 6), max_size=5),
    },
)


@given(st.sampled_from(Cycle), st.lists(CHANGE, min_size=1, max_size=8))
@settings(max_examples=80, deadline=None)
def test_nothing_is_left_out_and_nothing_comes_twice(cycle, changes):
    """Ticked twice a day, nothing is skipped once one was done: every window begins where the one before ended."""
    schedule = Schedule(1, 1, ScheduleKind.DRAW, 0, 480, "UTC", MADE, calendar=Calendar(cycle, 0, WORKING))
    now, last, runs = MADE, None, []
    for change in [*changes, {"days": 70}]:
        calendar = schedule.calendar
        if change.get("cycle", calendar.cycle) is not calendar.cycle:
            schedule = replace(schedule, calendar=replace(calendar, cycle=change["cycle"]), cycle_since=now)
        if "days_off" in change:
            works = frozenset(range(7)) - change["days_off"]
            schedule = replace(schedule, calendar=replace(schedule.calendar, working_days=works))
        moved = {name: change[name] for name in ("zone", "weekday") if name in change}
        if moved or "days_off" in change:
            schedule = replace(schedule, **moved, starts_after=now if last else schedule.starts_after)
        for _ in range(2 * change["days"]):
            now += timedelta(hours=12)
            steps = schedules.to_do(schedule, now=now, last=last)
            for step in steps:
                runs.append((step, schedules.label(schedule, step.due.local_date)))
                last = Last(step.due.local_date, step.window.end, runs[-1][1])
    assert runs
    begun = dropwhile(lambda run: run[0].outcome is Outcome.SKIPPED, runs)
    assert all(step.outcome is not Outcome.SKIPPED for step, _ in begun)
    for (earlier, _), (later, _) in pairwise(runs):
        assert later.window.start == earlier.window.end
        assert later.due.local_date > earlier.due.local_date
    for step, _ in runs:
        assert step.window.start < step.window.end <= step.due.at
    labels = [label for _, label in runs]
    assert len(set(labels)) == len(labels)


def at(*day):
    return datetime(*day, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("old", "new", "last", "changed", "due", "label", "start"),
    [
        (Cycle.WEEKLY, Cycle.MONTHLY, (16, 16), at(2026, 11, 18), date(2026, 12, 7), "2026-11", 16),
        (Cycle.WEEKLY, Cycle.MONTHLY, (23, 23), at(2026, 11, 24), date(2027, 1, 4), "2026-12", 23),
        (Cycle.MONTHLY, Cycle.WEEKLY, (2, 1), at(2026, 11, 18), date(2026, 11, 23), "2026-W47", 1),
        (Cycle.WEEKLY, Cycle.BIWEEKLY, (16, 16), at(2026, 11, 18), date(2026, 11, 23), "2026-W46..W47", 16),
        (Cycle.WEEKLY, Cycle.DAILY, (16, 16), at(2026, 11, 18), date(2026, 11, 19), "2026-11-18", 16),
        (Cycle.DAILY, Cycle.WEEKLY, (20, 20), at(2026, 11, 20), date(2026, 11, 30), "2026-W48", 20),
    ],
)
def test_after_a_change_the_first_draw_takes_in_what_the_old_cycle_left(
    old, new, last, changed, due, label, start
):
    """Its next due time by the new cycle; less than half a period is left to the draw after that."""
    schedule = Schedule(1, 1, ScheduleKind.DRAW, 0, 480, "UTC", MADE, calendar=Calendar(old, 0, WORKING))
    changed_to = replace(schedule, calendar=Calendar(new, 0, WORKING), cycle_since=changed)
    known = Last(date(2026, 11, last[0]), datetime(2026, 11, last[1], tzinfo=UTC))
    coming = schedules.upcoming(changed_to, now=changed, last=known, count=1)[0]
    window = schedules.window(changed_to, coming.local_date, known)
    assert (coming.local_date, schedules.label(changed_to, coming.local_date)) == (due, label)
    assert window.start.day == start


def test_a_monthly_digest_comes_once_a_month_over_the_years_end():
    """On the first Monday, about the calendar month before."""
    schedule = Schedule(
        1, 1, ScheduleKind.MONTHLY, 0, 600, "Europe/Berlin", MADE, calendar=Calendar(Cycle.MONTHLY)
    )
    coming = schedules.upcoming(schedule, now=at(2026, 11, 20))
    assert [each.local_date for each in coming] == [date(2026, 12, 7), date(2027, 1, 4), date(2027, 2, 1)]
    assert [schedules.window(schedule, each.local_date).label for each in coming] == [
        "November 2026", "December 2026", "January 2027",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("week_start", "weekday", "due", "first", "label"),
    [
        (0, 0, date(2026, 11, 23), date(2026, 11, 16), "week 47"),
        (6, 0, date(2026, 11, 23), date(2026, 11, 15), "week of Nov 15"),
        (6, 6, date(2026, 11, 22), date(2026, 11, 15), "week of Nov 15"),
        (5, 5, date(2026, 11, 21), date(2026, 11, 14), "week of Nov 14"),
    ],
)
def test_a_digests_week_is_the_teams_own(week_start, weekday, due, first, label):
    """It is about the last complete one."""
    schedule = Schedule(
        1, 1, ScheduleKind.DIGEST, weekday, 540, "UTC", MADE, calendar=Calendar(Cycle.WEEKLY, week_start)
    )
    [coming] = schedules.upcoming(schedule, now=at(2026, 11, 18), count=1)
    window = schedules.window(schedule, coming.local_date)
    assert (coming.local_date, window.start.date(), window.label) == (due, first, label)
    assert window.end - window.start == timedelta(days=7)
