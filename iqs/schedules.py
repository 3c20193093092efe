"""Schedules: when a team's draw and digest are due, and which of their periods are still to be done.

A schedule is a weekday and a local minute in the team's zone. Its periods are its local dates, one each ISO
week: neither a clock change nor a new zone or weekday makes a week come twice.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from itertools import islice

from iqs import periods
from iqs.errors import Invalid

CATCH_UP = timedelta(hours=24)
"""A missed period is still done this long after its time; an older one is recorded as skipped."""

PUNCTUAL = timedelta(minutes=5)
"""Done within this time it is not called late: the clock ticks twice a minute, a restart takes a moment."""


class ScheduleKind(StrEnum):
    """What happens: the week's sample is drawn, or the week before is reported."""

    DRAW = "draw"
    DIGEST = "digest"


class Outcome(StrEnum):
    """What became of a period."""

    DONE = "done"
    LATE = "late"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Schedule:
    """One of a team's schedules. `weekday` 0 = Monday, `minute` 0–1439 of the local day in `zone` (IANA).

    Due times up to `starts_after` are not ours.
    """

    id: int
    team_id: int
    kind: ScheduleKind
    weekday: int
    minute: int
    zone: str
    starts_after: datetime
    paused: bool = False


@dataclass(frozen=True, slots=True)
class Due:
    """One due time: the local date that names it and the instant (UTC)."""

    local_date: date
    at: datetime


@dataclass(frozen=True, slots=True)
class Step:
    """A due time that has come, and what is to become of it."""

    due: Due
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Run:
    """A period that was recorded."""

    id: int
    schedule: Schedule
    due: Due
    outcome: Outcome


def local_time(minute: int) -> time:
    """The wall-clock time of a minute of the day; Invalid outside 0–1439."""
    if not 0 <= minute < 24 * 60:
        raise Invalid("A time of day is between 00:00 and 23:59.")
    return time(minute // 60, minute % 60)


def due_times(schedule: Schedule, *, after: datetime, last: date | None = None) -> Iterator[Due]:
    """Every due time later than `after` and `starts_after`, without end, in ISO weeks after that of `last`.

    `last` is the local date recorded last. Paused or not: the caller decides what a pause means.
    """
    after = max(after, schedule.starts_after)
    at = local_time(schedule.minute)
    day = periods.local_date(after, schedule.zone) - timedelta(weeks=1)
    if last is not None:
        day = max(day, last - timedelta(days=last.weekday()) + timedelta(weeks=1))
    day += timedelta(days=(schedule.weekday - day.weekday()) % 7)
    while True:
        due = Due(day, periods.instant(day, at, schedule.zone))
        if due.at > after:
            yield due
        day += timedelta(weeks=1)


def to_do(schedule: Schedule, *, now: datetime, last: date | None) -> tuple[Step, ...]:
    """What is due and not yet recorded, oldest first.

    Only the newest is done, and only within `CATCH_UP` of its time; whatever was missed before it is skipped.
    A paused schedule has nothing to do.
    """
    if schedule.paused:
        return ()
    missed = []
    for due in due_times(schedule, after=schedule.starts_after, last=last):
        if due.at > now:
            break
        missed.append(due)
    return tuple(Step(due, _outcome(now - due.at, newest=due is missed[-1])) for due in missed)


def upcoming(
    schedule: Schedule, *, now: datetime, last: date | None = None, count: int = 3
) -> tuple[Due, ...]:
    """The next due times after `now`; none while paused."""
    return () if schedule.paused else tuple(islice(due_times(schedule, after=now, last=last), count))


def _outcome(late: timedelta, *, newest: bool) -> Outcome:
    if not newest or late > CATCH_UP:
        return Outcome.SKIPPED
    return Outcome.DONE if late <= PUNCTUAL else Outcome.LATE
