"""Periods are half-open spans of whole local days, whatever the clocks do."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iqs import periods
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


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-W54",
        "2025-W53",
        "2026-W00",
        "week",
        "2026-13-01..2026-13-02",
        "last 0 days",
        "۲۰۲۶-W10",
    ],
)
def test_an_unreadable_period_is_refused_with_the_mend(text):
    """Whoever mistypes a period learns how one is written."""
    with pytest.raises(Invalid, match="2026-W"):
        periods.parse(text, "UTC", datetime(2026, 11, 18, tzinfo=UTC))


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2026-W47", date(2026, 11, 16), date(2026, 11, 22)),
        ("2026w7", date(2026, 2, 9), date(2026, 2, 15)),
        ("this week", date(2026, 11, 16), date(2026, 11, 22)),
        ("Last  Week", date(2026, 11, 9), date(2026, 11, 15)),
        ("last 30 days", date(2026, 10, 20), date(2026, 11, 18)),
        ("2026-11-01..2026-11-30", date(2026, 11, 1), date(2026, 11, 30)),
        ("2026-11-01 to 2026-11-01", date(2026, 11, 1), date(2026, 11, 1)),
        ("2026-11-01..", date(2026, 11, 1), date(2026, 11, 18)),
    ],
)
def test_periods_as_people_type_them(text, first, last):
    """A period reads in the team's zone: 23:30 UTC is Wednesday in London and Thursday in Berlin."""
    now = datetime(2026, 11, 17, 23, 30, tzinfo=UTC)
    assert periods.dates(periods.parse(text, "Europe/Berlin", now), "Europe/Berlin") == (first, last)


def test_a_period_that_ends_before_it_starts_is_refused():
    """Both days are named."""
    with pytest.raises(Invalid, match=r"ends .* before it starts"):
        periods.parse("2026-11-02..2026-11-01", "UTC", datetime(2026, 11, 18, tzinfo=UTC))


@pytest.mark.parametrize("text", ["0001-01-01..0001-01-02", "9999-12-30..9999-12-31", "9999-W52"])
def test_a_period_at_the_ends_of_the_calendar_is_refused(text):
    """No overflow reaches anybody."""
    with pytest.raises(Invalid, match="outside the years"):
        periods.parse(text, "Pacific/Apia", datetime(2026, 11, 18, tzinfo=UTC))


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
    period = periods.parse(words, "Europe/Berlin", datetime(2026, 11, 18, 12, tzinfo=UTC))
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
        assert periods.parse(period.label, zone, now, week_start) == period


def test_what_has_not_begun_is_no_gap_in_a_trend():
    """On a Wednesday the running quarter ends with this week, and its trend too."""
    now = datetime(2026, 11, 18, 12, tzinfo=UTC)
    spans = periods.spans(periods.parse("this quarter", "UTC", now), "UTC")
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


@pytest.mark.parametrize(
    ("words", "first", "last", "label"),
    [
        ("today", "2026-11-18", "2026-11-18", "today"),
        ("yesterday", "2026-11-17", "2026-11-17", "yesterday"),
        ("2026-11-03", "2026-11-03", "2026-11-03", "2026-11-03"),
        ("October", "2026-10-01", "2026-10-31", "October 2026"),
        ("december", "2025-12-01", "2025-12-31", "December 2025"),
        ("Feb 2024", "2024-02-01", "2024-02-29", "February 2024"),
        ("2026-10", "2026-10-01", "2026-10-31", "October 2026"),
        ("this month", "2026-11-01", "2026-11-30", "November 2026"),
        ("last  month", "2026-10-01", "2026-10-31", "October 2026"),
        ("Q3", "2026-07-01", "2026-09-30", "Q3 2026"),
        ("q4 2024", "2024-10-01", "2024-12-31", "Q4 2024"),
        ("this quarter", "2026-10-01", "2026-12-31", "Q4 2026"),
        ("last quarter", "2026-07-01", "2026-09-30", "Q3 2026"),
        ("2025", "2025-01-01", "2025-12-31", "2025"),
        ("last year", "2025-01-01", "2025-12-31", "2025"),
        ("all", "1971-01-01", "2026-11-18", "all time"),
        ("week 47", "2026-11-16", "2026-11-22", "week 47"),
        ("W48", "2025-11-24", "2025-11-30", "week 48"),
        ("tomorrow", "2026-11-19", "2026-11-19", "tomorrow"),
        ("next week", "2026-11-23", "2026-11-29", "week 48"),
        ("next month", "2026-12-01", "2026-12-31", "December 2026"),
        ("next quarter", "2027-01-01", "2027-03-31", "Q1 2027"),
        ("next year", "2027-01-01", "2027-12-31", "2027"),
    ],
)
def test_a_period_as_people_say_it(words, first, last, label):
    """Days, months, quarters and years by name; a month or quarter without a year is the last that has begun."""
    period = periods.parse(words, "Europe/Berlin", datetime(2026, 11, 18, 12, tzinfo=UTC))
    assert tuple(map(str, periods.dates(period, "Europe/Berlin"))) == (first, last)
    assert period.label == label


@pytest.mark.parametrize(
    "words",
    [
        "ju",
        "ma",
        "mai",
        "Q5",
        "2026-13",
        "2026-11-31",
        "0000",
        "soon",
        "may 12",
        "week 54",
        "week of nov",
        "week of may 40",
        "w",
    ],
)
def test_what_is_no_period_is_told_with_examples(words):
    """Too short or wrong: a sentence that shows how to write one."""
    with pytest.raises(Invalid):
        periods.parse(words, "UTC", datetime(2026, 11, 18, tzinfo=UTC))


def test_the_first_quarter_follows_the_fourth_of_the_year_before():
    """In January "last quarter" is in the old year."""
    period = periods.parse("last quarter", "UTC", datetime(2026, 1, 5, tzinfo=UTC))
    assert period.label == "Q4 2025"


def test_nothing_lies_before_all_time():
    """Its comparison is with an empty period, and it holds what has no time."""
    period = periods.parse("all time", "UTC", datetime(2026, 11, 18, tzinfo=UTC))
    before = periods.before(period, "UTC")
    assert period.undated
    assert before.start == before.end == period.start
