"""Schedules: when a team's draw and digests are due, and which of their periods are still to be done.

A schedule is a weekday and a local minute in the team's zone, once in each period of its calendar (`iqs.cycles`): a
working day, a week, two weeks, a month. Neither a clock change nor a new zone or weekday makes one come twice. What
is done in a period is about its window, the period before. That begins where the window before it ended, also when
the zone, the first day of the week or the cycle was changed: nothing is left out, and nothing comes twice.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from itertools import islice

from iqs import periods
from iqs.cycles import Calendar
from iqs.errors import Invalid
from iqs.people import Cycle
from iqs.reports import Period

CATCH_UP = timedelta(hours=24)
"""A missed period is still done this long after its time; an older one is recorded as skipped."""

PUNCTUAL = timedelta(minutes=5)
"""Done within this time it is not called late: the clock ticks twice a minute, a restart takes a moment."""

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
"""By number, 0 = Monday. People write names only: schedulers disagree on which day is 1."""

_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)", re.ASCII)


class ScheduleKind(StrEnum):
    """What happens: the cycle's sample is drawn, the week before is reported, or the month before."""

    DRAW = "draw"
    DIGEST = "digest"
    MONTHLY = "monthly"


REPORTS = frozenset({ScheduleKind.DIGEST, ScheduleKind.MONTHLY})
"""Kinds whose runs a channel is told about."""


class Outcome(StrEnum):
    """What became of a period."""

    DONE = "done"
    LATE = "late"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Schedule:
    """One of a team's schedules. `weekday` 0 = Monday, `minute` 0–1439 of the local day in `zone` (IANA).

    It counts from `starts_after`: when it was made or moved last. Before its first period is recorded, due
    times up to that instant are not ours; afterwards, none is late by more than the time since then. Up to
    `cycle_since`, when its calendar became another one, no due time is ours: what came before stands as it was.
    """

    id: int
    team_id: int
    kind: ScheduleKind
    weekday: int
    minute: int
    zone: str
    starts_after: datetime
    paused: bool = False
    calendar: Calendar = field(default_factory=Calendar)
    cycle_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Due:
    """One due time: the local date that names it and the instant (UTC)."""

    local_date: date
    at: datetime


@dataclass(frozen=True, slots=True)
class Last:
    """The period recorded last: its local date, where its window ended (None in runs of 0.1), the label of its draw."""

    local_date: date
    ends_at: datetime | None = None
    period: str | None = None


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

    Ours are those in periods after that of the one recorded `last`; before the first one is recorded, those later
    than `starts_after`. Where a change left less than half a period, the next one takes that in. Paused or not: the
    caller decides what a pause means.
    """
    calendar, at = schedule.calendar, local_time(schedule.minute)
    bounds = [after, schedule.cycle_since, schedule.starts_after if last is None else None]
    past = max((each for each in bounds if each is not None), default=None)
    first = None if last is None else calendar.following(last.local_date)
    if past is not None:
        near = calendar.previous(periods.local_date(past, schedule.zone) - periods.DAY)
        first = near if first is None else max(first, near)
    assert first is not None  # one of the two is given
    while True:
        day = calendar.due(first, schedule.weekday)
        due = Due(day, periods.instant(day, at, schedule.zone))
        if (past is None or due.at > past) and _worth(schedule, day, last):
            yield due
        first = calendar.following(first)


def to_do(schedule: Schedule, *, now: datetime, last: Last | None) -> tuple[Step, ...]:
    """What is due and not yet recorded, oldest first; their windows follow each other without gap or overlap.

    Only the newest is done, and only within `CATCH_UP` of its time; whatever was missed before it is skipped.
    A time that a change of zone, weekday, hour or working days moved into the past is not late: it came with the
    change; of days that it made due at once, the newest, or the next one, takes the others in. A paused schedule has
    nothing to do.
    """
    if schedule.paused:
        return ()
    missed = []
    for due in due_times(schedule, last=last):
        if due.at > now:
            break
        missed.append(due)
    if schedule.calendar.cycle is Cycle.DAILY:
        came = [each for each in missed if each.at <= schedule.starts_after]
        missed = missed[len(came) :] or came[-1:]
    steps = []
    for due in missed:
        covered = window(schedule, due.local_date, last)
        late = now - max(due.at, schedule.starts_after)
        steps.append(Step(due, _outcome(late, newest=due is missed[-1]), covered))
        last = Last(due.local_date, covered.end)
    return tuple(steps)


def window(schedule: Schedule, local_date: date, last: Last | None = None) -> Period:
    """What is done on this local date is about: the period before it, named so, as the schedule's zone counts it.

    It begins where the window recorded last ended, whatever the zone was then: a move to the west makes it
    some hours longer, one to the east shorter; so does a change of the cycle.
    """
    calendar = schedule.calendar
    whole = calendar.span(calendar.previous(local_date), schedule.zone)
    if last is None:
        return whole
    return Period(last.ends_at or window(schedule, last.local_date).end, whole.end, whole.label)


def label(schedule: Schedule, local_date: date) -> str:
    """The label of the period that is drawn on this local date: "2026-W47" (`iqs.cycles`)."""
    return schedule.calendar.label(schedule.calendar.previous(local_date))


def upcoming(
    schedule: Schedule, *, now: datetime, last: Last | None = None, count: int = 3
) -> tuple[Due, ...]:
    """The next due times after `now`; none while paused."""
    return () if schedule.paused else tuple(islice(due_times(schedule, after=now, last=last), count))


def _worth(schedule: Schedule, local_date: date, last: Last | None) -> bool:
    """Whether enough of the period is left to be done by itself: half of it; and that it was not drawn by its name.

    A team that works on Fridays no more could come to Thursday twice, one that works on fewer days to an older one.
    """
    if last is not None and last.period is not None:
        name = label(schedule, local_date)
        days = schedule.calendar.cycle is Cycle.DAILY and _DAY.fullmatch(last.period)
        if name == last.period or (days and name < last.period):
            return False
    if last is None or last.ends_at is None:
        return True
    whole, rest = window(schedule, local_date), window(schedule, local_date, last)
    return 2 * (rest.end - rest.start) >= whole.end - whole.start


def _outcome(late: timedelta, *, newest: bool) -> Outcome:
    if not newest or late > CATCH_UP:
        return Outcome.SKIPPED
    return Outcome.DONE if late <= PUNCTUAL else Outcome.LATE
