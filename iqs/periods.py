"""Periods: half-open spans of whole local days, as a team's zone counts them, in UTC.

A local time that a clock change leaves out means the first valid instant after it; one that comes twice means
the first. So consecutive periods never overlap and leave nothing out, and a day may last 23 or 25 hours.
"""

import re
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import NoReturn
from zoneinfo import ZoneInfo

from iqs.errors import Invalid
from iqs.reports import Period, Unit

TREND_WEEKS = 12

TREND_MONTHS = 12

TREND_MOST = 20
"""Points a trend has at most; a period of more weeks than this is shown by months."""

EXAMPLES = "2026-W47, “last week”, “October”, “last 30 days” or 2026-11-01..2026-11-30"
"""How people write a period, for a sentence."""

YEARS = (1971, 2999)
"""The years in which a period may lie: far enough from the ends of the calendar to reckon around it."""

MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip

DAY = timedelta(days=1)
WEEK = timedelta(weeks=1)
TICK = timedelta(microseconds=1)

_WEEK = re.compile(r"(\d{4})-?W(\d{1,2})", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True, slots=True)
class Spans:
    """What a report compares: the span before, the period itself, the weeks (or months) of its trend.

    `windows` are the weeks as they are counted. They differ from `weeks` only in the last two of a digest
    whose window began or ended while the team's zone was another. `unit` says what the trend goes by.
    """

    before: Period
    period: Period
    weeks: tuple[Period, ...]
    windows: tuple[Period, ...]
    unit: Unit = Unit.WEEK

    def begun(self, now: datetime) -> "Spans":
        """Without the weeks or months of the trend that have not begun: nothing is missing in them."""
        count = max(1, sum(each.start <= now for each in self.weeks))
        return replace(self, weeks=self.weeks[:count], windows=self.windows[:count])


def zone_of(name: str) -> ZoneInfo:
    """The IANA zone of this name; Invalid if there is none."""
    try:
        return ZoneInfo(name)
    except (
        KeyError,
        ValueError,
        OSError,
    ):  # ZoneInfoNotFoundError is a KeyError; a folder's name is an OSError
        raise Invalid(f"“{name}” is not a time zone. Use a name such as Europe/Berlin.") from None


def instant(day: date, at: time, zone: str) -> datetime:
    """The first instant (UTC) at which the zone's clock shows this local time or a later one.

    In the gap of a clock change that is the end of the gap, in an overlap the first occurrence.
    """
    local, wall = zone_of(zone), datetime.combine(day, at)
    first = wall.replace(tzinfo=local, fold=0).astimezone(UTC)
    if _wall(first, local) == wall:
        return first
    # In a gap the two readings (PEP 495) lie on both sides of the clock change, which is at a whole second.
    before, after = wall.replace(tzinfo=local, fold=1).astimezone(UTC), first
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=int((after - before).total_seconds()) // 2)
        if _wall(middle, local) < wall:
            before = middle
        else:
            after = middle
    return after


def local_date(moment: datetime, zone: str) -> date:
    """The date a calendar on the wall shows there at this instant."""
    return moment.astimezone(zone_of(zone)).date()


def days(first: date, last: date, zone: str, label: str = "") -> Period:
    """From the start of `first` to the end of `last`, both included; Invalid if that is backwards."""
    if last < first:
        raise Invalid(f"The period ends ({last}) before it starts ({first}).")
    _within_reach(first.year, last.year)
    name = label or (f"{first} to {last}" if last > first else str(first))
    return Period(instant(first, time.min, zone), instant(last + DAY, time.min, zone), name)


def first_of_week(day: date, week_start: int = 0) -> date:
    """The first day of the week that holds this day; `week_start` 0 = Monday."""
    return day - timedelta(days=(day.weekday() - week_start) % 7)


def week(day: date, zone: str, week_start: int = 0) -> Period:
    """The week that holds this local date, called "week 47", or "week of Nov 15" if it is no ISO week."""
    first = first_of_week(day, week_start)
    name = f"week of {day_name(first)}" if week_start else f"week {first.isocalendar().week}"
    return days(first, first + WEEK - DAY, zone, name)


def this_week(now: datetime, zone: str, week_start: int = 0) -> Period:
    """The week that is running there."""
    return week(local_date(now, zone), zone, week_start)


def last_week(now: datetime, zone: str, week_start: int = 0) -> Period:
    """The last complete week there."""
    return week(local_date(now, zone) - WEEK, zone, week_start)


def last_days(now: datetime, zone: str, count: int) -> Period:
    """The last `count` local days, today included."""
    today = local_date(now, zone)
    return days(today - (count - 1) * DAY, today, zone, f"last {count} days")


def before(period: Period, zone: str) -> Period:
    """The period of as many local days that ends where this one starts; of all time, an empty one.

    Before whole months come as many whole months: February is compared with January, a quarter with a quarter.
    """
    if period.undated:
        return Period(period.start, period.start, "")
    first, last = dates(period, zone)
    if first.day == 1 and (last + DAY).day == 1:
        month_before = 12 * first.year + first.month - 1 - _months(first, last)
        return days(date(month_before // 12, month_before % 12 + 1, 1), first - DAY, zone)
    length = last - first + DAY
    return days(first - length, first - DAY, zone)


def spans(period: Period, zone: str, week_start: int = 0) -> Spans:
    """The period with the one before it and its trend, all as this zone counts days."""
    weeks = trend(period, zone, week_start)
    return Spans(before(period, zone), period, weeks, weeks, trend_unit(period, zone))


def month_spans(period: Period, zone: str) -> Spans:
    """A calendar month with the one before it and a year of months up to it."""
    last = dates(period, zone)[1]
    months = last_months(last, TREND_MONTHS, zone)
    return Spans(months[-2], period, months, months, Unit.MONTH)


def last_months(last: date, count: int, zone: str) -> tuple[Period, ...]:
    """The month of this day and those before it, `count` together, oldest first."""
    ends = [12 * last.year + last.month - 1 - back for back in reversed(range(count))]
    return tuple(month(number // 12, number % 12 + 1, zone) for number in ends)


def trend(period: Period, zone: str, week_start: int = 0) -> tuple[Period, ...]:
    """The weeks or months (`trend_unit`) up to and with the one in which the period ends, oldest first.

    As many as the period touches, in weeks TREND_WEEKS at least, and TREND_MOST at most.
    """
    first, last = dates(period, zone)
    if trend_unit(period, zone) is Unit.MONTH:
        return last_months(last, min(_months(first, last), TREND_MOST), zone)
    touched = -((first - first_of_week(last, week_start)).days // 7) + 1
    count = min(TREND_MOST, max(TREND_WEEKS, touched))
    return tuple(week(last - back * WEEK, zone, week_start) for back in reversed(range(count)))


def trend_unit(period: Period, zone: str) -> Unit:
    """Months for a period of more than TREND_MOST weeks, else weeks."""
    first, last = dates(period, zone)
    return Unit.MONTH if last - first + DAY > TREND_MOST * WEEK else Unit.WEEK


def is_month(period: Period, zone: str) -> bool:
    """Whether it is one calendar month, from its first day to its last."""
    first, last = dates(period, zone)
    return not period.undated and first.day == 1 and last + DAY == next_month(first)


def month(year: int, number: int, zone: str) -> Period:
    """A calendar month, called "October 2026"."""
    _within_reach(year)
    first = date(year, number, 1)
    return days(first, next_month(first) - DAY, zone, f"{MONTHS[number - 1].capitalize()} {year}")


def quarter(year: int, number: int, zone: str) -> Period:
    """A calendar quarter (1–4), called "Q4 2026"."""
    _within_reach(year)
    first = date(year, 3 * number - 2, 1)
    last = date(year, 3 * number, 1)
    return days(first, next_month(last) - DAY, zone, f"Q{number} {year}")


def year(number: int, zone: str) -> Period:
    """A calendar year, called "2026"."""
    _within_reach(number)
    return days(date(number, 1, 1), date(number, 12, 31), zone, str(number))


def all_time(now: datetime, zone: str) -> Period:
    """Everything up to and with today, and what has no time; nothing lies before it."""
    span = days(date(YEARS[0], 1, 1), local_date(now, zone), zone, "all time")
    return replace(span, undated=True)


def last_day(first: date, unit: Unit) -> date:
    """The last day of the week or month that begins on `first`."""
    return (first + WEEK if unit is Unit.WEEK else next_month(first)) - DAY


def next_month(day: date) -> date:
    """The first day of the month after this one."""
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def day_name(day: date) -> str:
    """A date as people say it: "Nov 3"."""
    return f"{MONTHS[day.month - 1][:3].capitalize()} {day.day}"


def dates(period: Period, zone: str) -> tuple[date, date]:
    """The first and the last local date of a period, both included."""
    return local_date(period.start, zone), local_date(period.end - TICK, zone)


def iso_label(day: date) -> str:
    """The ISO week of a date as draws are named: "2026-W47"."""
    year, number, _ = day.isocalendar()
    return f"{year:04}-W{number:02}"


def is_week_label(text: str) -> bool:
    """Whether it is written like "2026-W47"."""
    return _WEEK.fullmatch(text.strip()) is not None


def monday(label: str) -> date:
    """The Monday of "2026-W47"; Invalid if it is not such a label or the year has no such week."""
    found = _WEEK.fullmatch(label.strip())
    if found is None:
        unreadable(label)
    _within_reach(int(found[1]))
    try:
        return date.fromisocalendar(int(found[1]), int(found[2]), 1)
    except ValueError:
        raise Invalid(
            f"There is no week {label.strip()}: years have 52 or 53 weeks, written 2026-W07."
        ) from None


def named_week(label: str, zone: str) -> Period:
    """The period of "2026-W47"; Invalid as in `monday`."""
    return week(monday(label), zone)


def unreadable(text: str) -> NoReturn:
    """Says, with examples, that this is no period."""
    raise Invalid(f"“{text.strip()}” is not a period. Write {EXAMPLES}.")


def _months(first: date, last: date) -> int:
    """How many calendar months these days touch."""
    return 12 * (last.year - first.year) + last.month - first.month + 1


def _within_reach(*years: int) -> None:
    if min(years) < YEARS[0] or max(years) > YEARS[1]:
        raise Invalid(f"The period is outside the years {YEARS[0]} to {YEARS[1]}.")


def _wall(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment.astimezone(zone).replace(tzinfo=None, fold=0)
