"""Periods are half-open spans of whole local days, whatever the clocks do."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iqs import period_words, periods
from iqs.errors import Invalid

# Where clocks did something rare: gaps and overlaps at midnight, half hours, skipped dates, quarter hours.
ODD = (
    "Europe/Berlin", "America/New_York", "America/Santiago", "America/Havana", "America/St_Johns",
    "Asia/Beirut",
    "Africa/Cairo", "Africa/Casablanca", "Asia/Tehran", "Asia/Gaza", "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Australia/Sydney", "Pacific/Apia", "Pacific/Auckland", "Pacific/Chatham", "Pacific/Kiritimati",
    "America/Sao_Paulo", "America/Asuncion", "America/Scoresbysund", "Antarctica/Troll", "Europe/Dublin",
    "Asia/Pyongyang", "America/Caracas", "UTC",
)  # fmt: skip

zones = st.sampled_from(sorted({*ODD, *(each for each in available_timezones() if "/" in each)}))
days = st.dates(date(1990, 1, 1), date(2037, 12, 31))


def wall(moment, zone):
    return moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


@given(days, st.times().map(lambda at: at.replace(second=0, microsecond=0, tzinfo=None, fold=0)), zones)
def test_an_instant_is_the_first_at_which_the_clock_shows_the_time_or_a_later_one(day, at, zone):
    """Before it the clock shows less; at it, the time itself or, after a gap, more."""
    found = periods.instant(day, at, zone)
    asked = datetime.combine(day, at)
    assert wall(found, zone) >= asked
    assert wall(found - timedelta(seconds=1), zone) < asked


@given(days, zones)
def test_weeks_leave_nothing_out_and_never_overlap(day, zone):
    """A week ends where the next begins."""
    week = periods.week(day, zone)
    assert week.end == periods.week(day + timedelta(weeks=1), zone).start
    assert timedelta(days=6) <= week.end - week.start <= timedelta(days=8)


@pytest.mark.parametrize("zone", ODD)
def test_every_local_day_of_twenty_years_is_whole(zone):
    """Days follow each other without gap or overlap, and each instant lies in the day its calendar shows."""
    day, last = date(2006, 1, 1), date(2026, 12, 31)
    end = periods.instant(day, time.min, zone)
    while day <= last:
        start, end = end, periods.instant(day + timedelta(days=1), time.min, zone)
        assert start <= end
        if start < end:  # a date that was skipped (Samoa, 30 December 2011) has no time at all
            assert periods.local_date(start, zone) == day
        day += timedelta(days=1)


@pytest.mark.parametrize(
    ("day", "zone", "hours"),
    [
        (date(2026, 3, 29), "Europe/Berlin", 167),
        (date(2026, 10, 25), "Europe/Berlin", 169),
        (date(2026, 3, 8), "America/New_York", 167),
        (date(2026, 11, 1), "America/New_York", 169),
        (date(2026, 4, 5), "Australia/Lord_Howe", 168.5),
        (date(2011, 12, 30), "Pacific/Apia", 144),
        (date(2026, 7, 1), "Europe/Berlin", 168),
    ],
)
def test_a_week_with_a_clock_change_is_longer_or_shorter(day, zone, hours):
    """The week lasts as long as it lasted there."""
    week = periods.week(day, zone)
    assert (week.end - week.start) / timedelta(hours=1) == hours


@pytest.mark.parametrize(
    ("day", "at", "zone", "expected"),
    [
        (date(2026, 3, 29), time(2, 30), "Europe/Berlin", datetime(2026, 3, 29, 1, tzinfo=UTC)),  # gap
        (
            date(2026, 10, 25),
            time(2, 30),
            "Europe/Berlin",
            datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
        ),  # twice
        (date(2023, 9, 3), time(0), "America/Santiago", datetime(2023, 9, 3, 4, tzinfo=UTC)),  # no midnight
        (date(2020, 11, 1), time(0), "America/Havana", datetime(2020, 11, 1, 4, tzinfo=UTC)),  # two midnights
        (date(2011, 12, 30), time(9), "Pacific/Apia", datetime(2011, 12, 30, 10, tzinfo=UTC)),  # no such day
    ],
)
def test_clock_changes(day, at, zone, expected):
    """A gap ends at the first valid instant, an overlap counts once and early."""
    assert periods.instant(day, at, zone) == expected


@given(days)
def test_a_week_label_reads_back(day):
    """What names a draw finds its Monday again."""
    assert periods.monday(periods.iso_label(day)) == day - timedelta(days=day.weekday())


def test_week_labels_follow_iso():
    """The days around New Year belong to the ISO week, also when that is another year's."""
    assert periods.iso_label(date(2027, 1, 3)) == "2026-W53"
    assert periods.named_week("2026-W53", "UTC").end == datetime(2027, 1, 4, tzinfo=UTC)


@given(days, st.integers(1, 400), zones)
def test_the_period_before_ends_where_this_one_starts(day, length, zone):
    """It has as many local days, however many hours those had."""
    period = periods.days(day, day + timedelta(days=length - 1), zone)
    earlier = periods.before(period, zone)
    assert earlier.end == period.start
    first, last = periods.dates(period, zone)
    months = first.day == (last + timedelta(days=1)).day == 1
    before = periods.instant(first - (last - first + timedelta(days=1)), time.min, zone)
    assert months or before == earlier.start


@pytest.mark.parametrize(
    ("words", "first", "last"),
    [
        ("October", "2026-09-01", "2026-09-30"),
        ("February 2024", "2024-01-01", "2024-01-31"),
        ("january 2026", "2025-12-01", "2025-12-31"),
        ("Q1", "2025-10-01", "2025-12-31"),
        ("this quarter", "2026-07-01", "2026-09-30"),
        ("2025", "2024-01-01", "2024-12-31"),
        ("2026-08-01..2026-09-30", "2026-06-01", "2026-07-31"),
        ("2026-10-02..2026-10-31", "2026-09-02", "2026-10-01"),
    ],
)
def test_whole_months_are_compared_with_as_many_whole_months(words, first, last):
    """October with September and a quarter with the one before, though they differ by a day or two."""
    period = period_words.parse(words, "Europe/Berlin", datetime(2026, 11, 18, 12, tzinfo=UTC))
    before = periods.before(period, "Europe/Berlin")
    assert tuple(map(str, periods.dates(before, "Europe/Berlin"))) == (first, last)
    assert before.end == period.start


@given(days, st.integers(0, 6), zones)
def test_every_label_of_a_report_can_be_typed(day, week_start, zone):
    """What stands above a digest or a figure finds the same days again within the year after it."""
    now = periods.instant(day + timedelta(days=40), time(12), zone)
    for period in (
        periods.week(day, zone, week_start),
        periods.month(day.year, day.month, zone),
        periods.quarter(day.year, (day.month + 2) // 3, zone),
        periods.year(day.year, zone),
        periods.last_days(now, zone, 30),
        periods.days(day, day + timedelta(days=3), zone),
        periods.all_time(now, zone),
    ):
        assert period_words.parse(period.label, zone, now, week_start) == period


def test_what_has_not_begun_is_no_gap_in_a_trend():
    """On a Wednesday the running quarter ends with this week, and its trend too."""
    now = datetime(2026, 11, 18, 12, tzinfo=UTC)
    spans = periods.spans(period_words.parse("this quarter", "UTC", now), "UTC")
    assert spans.weeks[-1].label == "week 53"
    begun = spans.begun(now)
    assert begun.weeks == begun.windows == spans.weeks[:8]
    assert begun.weeks[-1].label == "week 47"
    assert begun.period == spans.period


def test_a_trend_is_twelve_weeks_without_a_gap_up_to_the_period():
    """The last week is the one in which the period ends."""
    now = datetime(2026, 11, 18, 12, tzinfo=UTC)
    weeks = periods.trend(periods.last_week(now, "Europe/Berlin"), "Europe/Berlin")
    assert [each.label for each in weeks] == [f"week {number}" for number in range(35, 47)]
    assert all(earlier.end == later.start for earlier, later in pairwise(weeks))


@pytest.mark.parametrize("name", ["", "Berlin", "Europe/Nowhere", "../etc/passwd", "Europe"])
def test_an_unknown_zone_is_refused(name):
    """The sentence shows what a zone looks like."""
    with pytest.raises(Invalid, match="Europe/Berlin"):
        periods.this_week(datetime(2026, 11, 18, tzinfo=UTC), name)


def test_nothing_lies_before_all_time():
    """Its comparison is with an empty period, and it holds what has no time."""
    period = period_words.parse("all time", "UTC", datetime(2026, 11, 18, tzinfo=UTC))
    before = periods.before(period, "UTC")
    assert period.undated
    assert before.start == before.end == period.start
