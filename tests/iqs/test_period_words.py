"""Periods are read as people say and type them, in the team's zone."""

from datetime import UTC, date, datetime

import pytest

from iqs import period_words, periods
from iqs.errors import Invalid


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
        period_words.parse(text, "UTC", datetime(2026, 11, 18, tzinfo=UTC))


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
    assert periods.dates(period_words.parse(text, "Europe/Berlin", now), "Europe/Berlin") == (first, last)


def test_a_period_that_ends_before_it_starts_is_refused():
    """Both days are named."""
    with pytest.raises(Invalid, match=r"ends .* before it starts"):
        period_words.parse("2026-11-02..2026-11-01", "UTC", datetime(2026, 11, 18, tzinfo=UTC))


@pytest.mark.parametrize("text", ["0001-01-01..0001-01-02", "9999-12-30..9999-12-31", "9999-W52"])
def test_a_period_at_the_ends_of_the_calendar_is_refused(text):
    """No overflow reaches anybody."""
    with pytest.raises(Invalid, match="outside the years"):
        period_words.parse(text, "Pacific/Apia", datetime(2026, 11, 18, tzinfo=UTC))


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
    period = period_words.parse(words, "Europe/Berlin", datetime(2026, 11, 18, 12, tzinfo=UTC))
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
        period_words.parse(words, "UTC", datetime(2026, 11, 18, tzinfo=UTC))


def test_the_first_quarter_follows_the_fourth_of_the_year_before():
    """In January "last quarter" is in the old year."""
    period = period_words.parse("last quarter", "UTC", datetime(2026, 1, 5, tzinfo=UTC))
    assert period.label == "Q4 2025"
