"""Periods as people say them: "last week", "October", "Q3", "2026-W47", "last 30 days"."""

import re
from contextlib import suppress
from datetime import date, datetime

from iqs.periods import (
    DAY,
    MONTHS,
    WEEK,
    all_time,
    days,
    first_of_week,
    last_days,
    local_date,
    month,
    named_week,
    next_month,
    quarter,
    unreadable,
    week,
    year,
)
from iqs.reports import Period

_SPAN = re.compile(r"(\d{4}-\d\d-\d\d)\s*(?:\.\.|to|–)\s*(\d{4}-\d\d-\d\d)?", re.IGNORECASE | re.ASCII)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_YEAR = re.compile(r"\d{4}", re.ASCII)
_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])", re.ASCII)
_QUARTER = re.compile(r"q([1-4])(?: (\d{4}))?", re.ASCII)
_MONTH_NAME = re.compile(r"([a-z]{3,9})(?: (\d{4}))?", re.ASCII)
_LAST_DAYS = re.compile(r"last (\d{1,3}) days", re.IGNORECASE | re.ASCII)
_BARE_WEEK = re.compile(r"(?:week |w)(\d{1,2})", re.ASCII)
_WEEK_OF = re.compile(r"week of ([a-z]{3,9}) (\d{1,2})", re.ASCII)


def parse(text: str, zone: str, now: datetime, week_start: int = 0) -> Period:
    """A period as people type it; Invalid, with examples, for anything else.

    "This week" and "last week" begin on the team's `week_start` (0 = Monday); "2026-W47" is the ISO week.

    "2026-W47", "this week", "last week", "last 30 days", "2026-11-01..2026-11-30" (both days included),
    "2026-11-01.." (up to today), "today", "yesterday", "2026-11-18"; "October" (the last one that has begun), "October
    2026", "2026-10", "this month", "last month"; "Q3", "Q3 2026", "this quarter", "last quarter"; "2026"; "all". So
    is every label that a report carries ("week 47", the last one that has begun; "week of Nov 15"), and what is still
    to come ("next week", "tomorrow"): whether that makes sense, the asker's question decides.
    """
    words = " ".join(text.lower().split())
    today = local_date(now, zone)
    named = _named(words, today, zone, week_start)
    if named is not None:
        return named
    if words in {"all", "all time"}:
        return all_time(now, zone)
    found = _LAST_DAYS.fullmatch(words)
    if found and int(found[1]) > 0:
        return last_days(now, zone, int(found[1]))
    found = _SPAN.fullmatch(words)
    if found:
        try:
            first = date.fromisoformat(found[1])
            last = date.fromisoformat(found[2]) if found[2] else local_date(now, zone)
        except ValueError:
            unreadable(text)
        return days(first, last, zone)
    return named_week(text, zone)


def _named(words: str, today: date, zone: str, week_start: int) -> Period | None:
    """A period with a name of the calendar; None for anything else."""
    this_quarter = (today.month + 2) // 3
    last_month = today.replace(day=1) - DAY
    relative = {
        "today": lambda: days(today, today, zone, "today"),
        "yesterday": lambda: days(today - DAY, today - DAY, zone, "yesterday"),
        "this week": lambda: week(today, zone, week_start),
        "last week": lambda: week(today - WEEK, zone, week_start),
        "this month": lambda: month(today.year, today.month, zone),
        "last month": lambda: month(last_month.year, last_month.month, zone),
        "this quarter": lambda: quarter(today.year, this_quarter, zone),
        "last quarter": lambda: quarter(
            today.year - (this_quarter == 1), 4 if this_quarter == 1 else this_quarter - 1, zone
        ),
        "this year": lambda: year(today.year, zone),
        "last year": lambda: year(today.year - 1, zone),
        "tomorrow": lambda: days(today + DAY, today + DAY, zone, "tomorrow"),
        "next week": lambda: week(today + WEEK, zone, week_start),
        "next month": lambda: month(next_month(today).year, next_month(today).month, zone),
        "next quarter": lambda: quarter(today.year + this_quarter // 4, this_quarter % 4 + 1, zone),
        "next year": lambda: year(today.year + 1, zone),
    }
    if words in relative:
        return relative[words]()
    for pattern, read in (
        (_DAY, _a_day),
        (_YEAR, _a_year),
        (_MONTH, _a_month),
        (_QUARTER, _a_quarter),
        (_MONTH_NAME, _by_name),
        (_BARE_WEEK, _a_week),
    ):
        if found := pattern.fullmatch(words):
            return read(found, today, zone)
    if found := _WEEK_OF.fullmatch(words):
        return _week_of(found, today, zone, week_start)
    return None


def _a_day(found: re.Match[str], _today: date, zone: str) -> Period | None:
    with suppress(ValueError):
        day = date.fromisoformat(found[0])
        return days(day, day, zone)
    return None


def _a_year(found: re.Match[str], _today: date, zone: str) -> Period:
    return year(int(found[0]), zone)


def _a_month(found: re.Match[str], _today: date, zone: str) -> Period:
    return month(int(found[1]), int(found[2]), zone)


def _a_quarter(found: re.Match[str], today: date, zone: str) -> Period:
    number = int(found[1])
    begun = 3 * number - 2 <= today.month
    return quarter(int(found[2]) if found[2] else today.year - (not begun), number, zone)


def _by_name(found: re.Match[str], today: date, zone: str) -> Period | None:
    """A month by its name or the first three letters of it; the last one that has begun, without a year."""
    fitting = [place for place, name in enumerate(MONTHS, 1) if name.startswith(found[1])]
    if len(fitting) != 1:
        return None
    return month(int(found[2]) if found[2] else today.year - (fitting[0] > today.month), fitting[0], zone)


def _a_week(found: re.Match[str], today: date, zone: str) -> Period | None:
    """An ISO week by its number: the last one that has begun."""
    for year_ in (today.isocalendar().year, today.isocalendar().year - 1):
        with suppress(ValueError):
            first = date.fromisocalendar(year_, int(found[1]), 1)
            if first <= today:
                return week(first, zone)
    return None


def _week_of(found: re.Match[str], today: date, zone: str, week_start: int) -> Period | None:
    """The team's week with this day in it: the last one that has begun."""
    fitting = [place for place, name in enumerate(MONTHS, 1) if name.startswith(found[1])]
    for year_ in (today.year, today.year - 1):
        with suppress(ValueError, IndexError):
            first = first_of_week(date(year_, fitting[0], int(found[2])), week_start)
            if len(fitting) == 1 and first <= today:
                return week(first, zone, week_start)
    return None
