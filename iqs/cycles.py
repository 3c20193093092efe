"""Cycles: the periods a team's draws and digests are about, and until when their work is due.

A period is a run of whole local days: a working day with the free days after it, a week, two ISO weeks, a month.
Its label names it for good, whatever the team's settings become: "2026-11-20", "2026-W47", "2026-W46..W47"
("2026-W53..2027-W01" over a year's end), "2026-11".
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NoReturn

from iqs import periods
from iqs.errors import Invalid
from iqs.people import Cycle, Team
from iqs.periods import DAY, WEEK
from iqs.reports import Period

EVERY_DAY = frozenset(range(7))

SLACK = timedelta(hours=26)
"""What two zones' midnights of one date are apart at most: UTC-12 to UTC+14."""

_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])", re.ASCII)
_WEEKS = re.compile(r"(\d{4})-?W(\d{1,2})\.\.(?:(\d{4})-?)?W(\d{1,2})", re.IGNORECASE | re.ASCII)

_EXAMPLES = {
    Cycle.DAILY: "a working day such as 2026-11-20",
    Cycle.WEEKLY: "a week such as 2026-W47",
    Cycle.BIWEEKLY: "two weeks such as 2026-W46..W47",
    Cycle.MONTHLY: "a month such as 2026-11",
}


@dataclass(frozen=True, slots=True)
class Calendar:
    """How a team's local days are counted into periods, one after the other without gap or overlap.

    `week_start` (0 = Monday) is the first day of a `weekly` period; two weeks are ISO weeks, always the same pairs.
    A `daily` period begins with a working day and holds the free days after it; without working days, any day is.
    """

    cycle: Cycle = Cycle.WEEKLY
    week_start: int = 0
    working_days: frozenset[int] = EVERY_DAY

    def first(self, day: date) -> date:
        """The first day of the period that holds this day."""
        match self.cycle:
            case Cycle.DAILY:
                while not self._works(day):
                    day -= DAY
                return day
            case Cycle.WEEKLY:
                return periods.first_of_week(day, self.week_start)
            case Cycle.BIWEEKLY:
                return date.fromordinal(1 + (day.toordinal() - 1) // 14 * 14)  # 0001-01-01 was a Monday
            case Cycle.MONTHLY:
                return day.replace(day=1)

    def following(self, day: date) -> date:
        """The first day of the period after the one that holds this day."""
        first = self.first(day)
        match self.cycle:
            case Cycle.DAILY:
                first += DAY
                while not self._works(first):
                    first += DAY
                return first
            case Cycle.WEEKLY:
                return first + WEEK
            case Cycle.BIWEEKLY:
                return first + 2 * WEEK
            case Cycle.MONTHLY:
                return (first + timedelta(days=32)).replace(day=1)

    def previous(self, day: date) -> date:
        """The first day of the period before the one that holds this day."""
        return self.first(self.first(day) - DAY)

    def due(self, first: date, weekday: int) -> date:
        """The day in the period beginning on `first` on which what is about the period before it is done.

        Its first such weekday (0 = Monday); a daily period's is its working day.
        """
        if self.cycle is Cycle.DAILY:
            return first
        return first + timedelta(days=(weekday - first.weekday()) % 7)

    def span(self, first: date, zone: str) -> Period:
        """The period beginning on this day, as the zone counts days, named for people."""
        last = self.following(first) - DAY
        match self.cycle:
            case Cycle.DAILY:
                return periods.days(first, last, zone, periods.day_name(first))
            case Cycle.WEEKLY:
                return periods.week(first, zone, self.week_start)
            case Cycle.BIWEEKLY:
                week, next_week = first.isocalendar().week, last.isocalendar().week
                return periods.days(first, last, zone, f"weeks {week} and {next_week}")
            case Cycle.MONTHLY:
                return periods.month(first.year, first.month, zone)

    def label(self, day: date) -> str:
        """The label of the period that holds this day; a week that does not begin on Monday goes by its days."""
        first = self.first(day)
        match self.cycle:
            case Cycle.DAILY:
                return first.isoformat()
            case Cycle.WEEKLY if self.week_start:
                return f"{first}..{first + WEEK - DAY}"
            case Cycle.WEEKLY:
                return periods.iso_label(first)
            case Cycle.BIWEEKLY:
                one, other = periods.iso_label(first), periods.iso_label(first + WEEK)
                return f"{one}..{other if other[:4] != one[:4] else other[5:]}"
            case Cycle.MONTHLY:
                return f"{first:%Y-%m}"

    def read(self, label: str) -> date:
        """The first day of the period with this label; Invalid, in one sentence, for a label of another kind."""
        first = _first_of(label)
        if first is None or first[0] is not self.cycle:
            self._unfit(label)
        if self.first(first[1]) != first[1]:
            if self.cycle is Cycle.DAILY:
                raise Invalid(f"{label.strip()} is no working day; it belongs to {self.label(first[1])}.")
            raise Invalid(f"{label.strip()} is no pair of weeks here; the pair is {self.label(first[1])}.")
        return first[1]

    def _works(self, day: date) -> bool:
        return not self.working_days or day.weekday() in self.working_days

    def _unfit(self, label: str) -> NoReturn:
        raise Invalid(
            f"“{label.strip()}” is no period of this team, whose cycle is {self.cycle}: "
            f"write {_EXAMPLES[self.cycle]}."
        )


def calendar(team: Team) -> Calendar:
    """How the team's draws count its days. Weeks are ISO weeks here, wherever the team's own week begins."""
    return Calendar(team.cycle, 0, team.working_days)


def canonical(label: str) -> str:
    """A label as it is stored, however it was typed; Invalid, with examples, for what is none."""
    found = _first_of(label)
    if found is None:
        raise Invalid(f"“{label.strip()}” is no period: write {', '.join(_EXAMPLES.values())}.")
    return Calendar(found[0]).label(found[1])


def deadline(team: Team, now: datetime) -> datetime:
    """When work handed out now is due (UTC): the end of the working day `due_days` days from now.

    Days are the calendar's, in the team's zone; a free day is followed by the next working day.
    """
    day = periods.local_date(now, team.timezone) + team.due_days * DAY
    while team.working_days and day.weekday() not in team.working_days:
        day += DAY
    return periods.instant(day, team.closes, team.timezone)


def free(wanted: Period, taken: Iterable[Period]) -> Period | None:
    """The longest part of `wanted` that lies in none of `taken`, the earlier of two; None if nothing is left.

    What was drawn once is never drawn again, also when the cycle was another then.
    """
    gaps, reached = [], wanted.start
    for each in sorted(taken, key=lambda one: one.start):
        gaps.append((reached, min(each.start, wanted.end)))
        reached = max(reached, each.end)
    gaps.append((reached, wanted.end))
    longest = max(gaps, key=lambda gap: gap[1] - gap[0])
    return Period(*longest, wanted.label) if longest[0] < longest[1] else None


def _first_of(label: str) -> tuple[Cycle, date] | None:
    """The cycle of a label's kind and the first day it names; None if it is no label.

    Invalid for one that names a week, month or day that there is not.
    """
    text = label.strip()
    if found := _WEEKS.fullmatch(text):
        first = periods.monday(f"{found[1]}-W{found[2]}")
        if periods.monday(f"{found[3] or found[1]}-W{found[4]}") != first + WEEK:
            raise Invalid(f"The two weeks of {text} do not follow each other.")
        return Cycle.BIWEEKLY, first
    if found := _MONTH.fullmatch(text):
        periods.month(int(found[1]), int(found[2]), "UTC")
        return Cycle.MONTHLY, date(int(found[1]), int(found[2]), 1)
    if _DAY.fullmatch(text):
        try:
            return Cycle.DAILY, date.fromisoformat(text)
        except ValueError:
            raise Invalid(f"There is no day {text}.") from None
    if periods.is_week_label(text):
        return Cycle.WEEKLY, periods.monday(text)
    return None
