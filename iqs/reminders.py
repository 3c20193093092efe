"""Reminders: when a reviewer with open work is written to, once for all of it, and what the message tells."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from iqs import periods
from iqs.people import Person, Team
from iqs.periods import DAY

NOTICE = timedelta(hours=1)
"""A reminder comes at least this long before the deadline: later, it only annoys."""

REST = timedelta(hours=20)
"""Nobody is reminded of what they were handed less than this ago."""

LOOK_BACK_DAYS = 14


@dataclass(frozen=True, slots=True)
class Open:
    """Open work of one reviewer with one deadline, in one team: how much, and when the first of it was handed out."""

    reviewer_id: int
    team_id: int
    due_at: datetime
    handed_at: datetime
    count: int


@dataclass(frozen=True, slots=True)
class Reminder:
    """What a reviewer is told: how much is open by deadline, the soonest first, and in whose days that is counted."""

    person: Person
    open: tuple[tuple[datetime, int], ...]
    zone: str


def times(due_at: datetime, team: Team, zone: str) -> tuple[datetime, ...]:
    """When a reviewer in this zone is reminded of a deadline (UTC): at the opening of the working day before, and then.

    Openings are the team's, read in the reviewer's zone; the second is the last one before the deadline. Fewer, or
    none, where working days are rare.
    """
    day = periods.local_date(due_at - NOTICE, zone)
    found: list[datetime] = []
    for back in range(LOOK_BACK_DAYS):
        date = day - back * DAY
        if team.working_days and date.weekday() not in team.working_days:
            continue
        opening = periods.instant(date, team.opens, zone)
        if opening <= due_at - NOTICE:
            found.append(opening)
        if len(found) == 2:
            break
    return tuple(reversed(found))


def due(work: Open, team: Team, zone: str, *, now: datetime) -> datetime | None:
    """The reminder of this work whose time has come by `now`, if the deadline has not; None if there is none."""
    if now >= work.due_at:
        return None
    come = [at for at in times(work.due_at, team, zone) if work.handed_at + REST <= at <= now]
    return come[-1] if come else None
