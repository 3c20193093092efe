"""Days are counted into periods without gap or overlap, each with one name; deadlines end working days."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iqs import cycles
from iqs.cycles import Calendar
from iqs.errors import Invalid
from iqs.people import Cycle, Team
from iqs.periods import DAY
from iqs.reports import Period

DAYS = st.dates(date(1999, 1, 1), date(2040, 1, 1))
WORKING = frozenset(range(5))
CALENDARS = st.builds(
    Calendar, st.sampled_from(Cycle), st.integers(0, 6), st.frozensets(st.integers(0, 6), min_size=1)
)


@given(CALENDARS, DAYS)
def test_every_day_is_in_one_period(calendar, day):
    """Periods follow each other: the next one begins after the last day, the one before ends before the first."""
    first, following = calendar.first(day), calendar.following(day)
    assert first <= day < following
    assert calendar.first(first) == calendar.first(following - DAY) == first
    assert calendar.first(following) == following
    assert calendar.previous(following) == first
    assert calendar.following(calendar.previous(day)) == first


@given(CALENDARS, DAYS, st.integers(0, 6))
def test_what_is_about_a_period_is_done_in_the_next_one(calendar, day, weekday):
    """On its first such weekday; daily, on the working day itself."""
    first = calendar.first(day)
    due = calendar.due(first, weekday)
    assert first <= due < max(calendar.following(first), first + 7 * DAY)
    assert due == first if calendar.cycle is Cycle.DAILY else due.weekday() == weekday


@given(st.sampled_from(Cycle), DAYS)
def test_a_label_reads_back(cycle, day):
    """However it is typed; it names one period only and fits its column."""
    calendar = Calendar(cycle, 0, WORKING)
    label = calendar.label(day)
    assert calendar.read(label) == calendar.read(f" {label.lower()} ") == calendar.first(day)
    assert cycles.canonical(label.lower()) == label
    assert calendar.label(calendar.following(day)) != label
    assert len(label) <= 20


@pytest.mark.parametrize(
    ("cycle", "day", "label"),
    [
        (Cycle.DAILY, date(2026, 11, 22), "2026-11-20"),  # a Sunday belongs to Friday
        (Cycle.WEEKLY, date(2026, 11, 22), "2026-W47"),
        (Cycle.BIWEEKLY, date(2026, 11, 22), "2026-W46..W47"),
        (Cycle.BIWEEKLY, date(2027, 1, 3), "2026-W52..W53"),
        (Cycle.BIWEEKLY, date(2021, 1, 5), "2020-W53..2021-W01"),
        (Cycle.MONTHLY, date(2026, 11, 22), "2026-11"),
    ],
)
def test_labels_are_the_ones_people_know(cycle, day, label):
    """Also over a year's end."""
    assert Calendar(cycle, 0, WORKING).label(day) == label


@pytest.mark.parametrize(
    ("cycle", "label", "sentence"),
    [
        (Cycle.MONTHLY, "2026-W47", "write a month such as 2026-11"),
        (Cycle.WEEKLY, "2026-11", "write a week such as 2026-W47"),
        (Cycle.DAILY, "2026-11-22", "belongs to 2026-11-20"),
        (Cycle.DAILY, "2026-02-30", "There is no day"),
        (Cycle.BIWEEKLY, "2026-W47..W48", "the pair is 2026-W46..W47"),
        (Cycle.BIWEEKLY, "2026-W47..W49", "do not follow each other"),
        (Cycle.WEEKLY, "2026-W54", "no week 2026-W54"),
        (Cycle.MONTHLY, "2026-13", "no period"),
        (Cycle.WEEKLY, "soon", "no period"),
    ],
)
def test_a_label_that_does_not_fit_gets_one_sentence(cycle, label, sentence):
    """It says what to write."""
    with pytest.raises(Invalid, match=sentence) as caught:
        Calendar(cycle, 0, WORKING).read(label)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("days", "now", "due"),
    [
        (7, datetime(2026, 11, 16, 8, tzinfo=UTC), datetime(2026, 11, 23, 17, tzinfo=UTC)),
        (1, datetime(2026, 11, 20, 8, tzinfo=UTC), datetime(2026, 11, 23, 17, tzinfo=UTC)),  # Friday → Monday
        (
            1,
            datetime(2026, 11, 16, 23, 30, tzinfo=UTC),
            datetime(2026, 11, 18, 17, tzinfo=UTC),
        ),  # Tuesday there
        (7, datetime(2026, 10, 19, 8, tzinfo=UTC), datetime(2026, 10, 26, 17, tzinfo=UTC)),  # clocks change
    ],
)
def test_a_deadline_is_the_end_of_a_working_day(days, now, due):
    """Counted in the calendar's days of the team's zone; 18:00 stays 18:00."""
    team = Team(1, "Support", timezone="Europe/Berlin", due_days=days)
    assert cycles.deadline(team, now) == due
    assert due.astimezone(ZoneInfo("Europe/Berlin")).hour == 18


def span(start, end):
    return Period(datetime(2026, 11, start, tzinfo=UTC), datetime(2026, 11, end, tzinfo=UTC), "")


@pytest.mark.parametrize(
    ("taken", "left"),
    [
        ([], (1, 30)),
        ([(1, 9), (9, 16)], (16, 30)),
        ([(16, 30)], (1, 16)),
        ([(8, 10)], (10, 30)),
        ([(10, 12), (9, 13), (20, 21)], (21, 30)),
        ([(1, 30)], None),
        ([(2, 29)], (1, 2)),
    ],
)
def test_what_was_drawn_is_not_drawn_again(taken, left):
    """Of what is left of a period, the longest part is taken."""
    found = cycles.free(span(1, 30), [span(*each) for each in taken])
    assert (found and (found.start.day, found.end.day)) == left


def test_without_working_days_any_day_is_one():
    """A team that has not said when it works is drawn every day."""
    calendar = Calendar(Cycle.DAILY, 0, frozenset())
    assert calendar.following(date(2026, 11, 20)) - date(2026, 11, 20) == timedelta(days=1)
