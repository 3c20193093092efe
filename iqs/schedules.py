"""Schedules: when a team's draw and digest are due, and which of their periods are still to be done.

A schedule is a weekday and a local minute in the team's zone. Its periods are its local dates, one each ISO
week: neither a clock change nor a new zone or weekday makes a week come twice. What a period is about is its
window, the ISO week before; it begins where the window before it ended, also when the zone was changed.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from itertools import islice

from iqs import periods
from iqs.errors import Invalid
from iqs.reports import Period

CATCH_UP = timedelta(hours=24)
"""A missed period is still done this long after its time; an older one is recorded as skipped."""

PUNCTUAL = timedelta(minutes=5)
"""Done within this time it is not called late: the clock ticks twice a minute, a restart takes a moment."""

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
"""By number, 0 = Monday. People write names only: schedulers disagree on which day is 1."""

_TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)", re.ASCII)


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

    It counts from `starts_after`: when it was made or moved last. Before its first period is recorded, due
    times up to that instant are not ours; afterwards, none is late by more than the time since then.
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
class Last:
    """The period recorded last: its local date, and where its window ended (None in runs of 0.1)."""

    local_date: date
    ends_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """A due time that has come, what is to become of it, and the window [start, end) it is about."""

    due: Due
    outcome: Outcome
    window: Period


@dataclass(frozen=True, slots=True)
class Run:
    """A period that was recorded, with its window: it stays what it was, whatever becomes of the zone.

    `before` is the window that ended where this one begins, if one was recorded.
    """

    id: int
    schedule: Schedule
    due: Due
    outcome: Outcome
    window: Period
    before: Period | None = None


def local_time(minute: int) -> time:
    """The wall-clock time of a minute of the day; Invalid outside 0–1439."""
    if not 0 <= minute < 24 * 60:
        raise Invalid("A time of day is between 00:00 and 23:59.")
    return time(minute // 60, minute % 60)


def minute_of(text: str) -> int:
    """The minute of the day of "09:00"; Invalid for anything else."""
    found = _TIME.fullmatch(text.strip())
    if found is None:
        raise Invalid(f"“{text.strip()}” is not a time of day. Write it like 09:00, from 00:00 to 23:59.")
    return int(found[1]) * 60 + int(found[2])


def weekday_of(name: str) -> int:
    """The number (0 = Monday) of a weekday's English name or its first three letters; Invalid for others."""
    wanted = name.strip().lower()
    for number, each in enumerate(WEEKDAYS):
        if wanted in (each, each[:3]):
            return number
    raise Invalid(f"“{name.strip()}” is not a weekday. Write its name: {', '.join(WEEKDAYS)}.")


def due_times(
    schedule: Schedule, *, after: datetime | None = None, last: Last | None = None
) -> Iterator[Due]:
    """Every due time that is still ours and later than `after`, oldest first, without end.

    Ours are those in ISO weeks after that of the period recorded `last`; before the first one is recorded,
    those later than `starts_after`. Paused or not: the caller decides what a pause means.
    """
    if last is None:
        after = schedule.starts_after if after is None else max(after, schedule.starts_after)
    at = local_time(schedule.minute)
    monday = None if last is None else _monday(last.local_date) + periods.WEEK
    if after is not None:
        near = _monday(periods.local_date(after, schedule.zone) - periods.WEEK)
        monday = near if monday is None else max(monday, near)
    assert monday is not None  # one of the two is given
    day = monday + timedelta(days=schedule.weekday)
    while True:
        due = Due(day, periods.instant(day, at, schedule.zone))
        if after is None or due.at > after:
            yield due
        day += periods.WEEK


def to_do(schedule: Schedule, *, now: datetime, last: Last | None) -> tuple[Step, ...]:
    """What is due and not yet recorded, oldest first; their windows follow each other without gap or overlap.

    Only the newest is done, and only within `CATCH_UP` of its time; whatever was missed before it is skipped.
    A time that a change of zone, weekday or hour moved into the past is not late: it came with the change.
    A paused schedule has nothing to do.
    """
    if schedule.paused:
        return ()
    missed = []
    for due in due_times(schedule, last=last):
        if due.at > now:
            break
        missed.append(due)
    steps = []
    for due in missed:
        covered = window(schedule.zone, due.local_date, last)
        late = now - max(due.at, schedule.starts_after)
        steps.append(Step(due, _outcome(late, newest=due is missed[-1]), covered))
        last = Last(due.local_date, covered.end)
    return tuple(steps)


def window(zone: str, local_date: date, last: Last | None = None) -> Period:
    """What the period of this local date is about: the ISO week before it, named so, as the zone counts it.

    It begins where the window recorded last ended, whatever the zone was then: a move to the west makes it
    some hours longer, one to the east shorter.
    """
    week = periods.week(local_date - periods.WEEK, zone)
    if last is None:
        return week
    return Period(last.ends_at or window(zone, last.local_date).end, week.end, week.label)


def upcoming(
    schedule: Schedule, *, now: datetime, last: Last | None = None, count: int = 3
) -> tuple[Due, ...]:
    """The next due times after `now`; none while paused."""
    return () if schedule.paused else tuple(islice(due_times(schedule, after=now, last=last), count))


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _outcome(late: timedelta, *, newest: bool) -> Outcome:
    if not newest or late > CATCH_UP:
        return Outcome.SKIPPED
    return Outcome.DONE if late <= PUNCTUAL else Outcome.LATE
