"""Absences: when somebody is out of office, and whether they can take work before a deadline.

An absence is whole days in the person's own zone, stored as instants [starts_at, ends_at). One taken from a Slack
status ends when the status does.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from iqs.errors import Invalid
from iqs.people import Team

LONGEST = timedelta(days=366)
"""An absence is not longer; who leaves for good loses the role instead."""

STATUSES = frozenset({":palm_tree:", ":face_with_thermometer:"})
"""The statuses that Slack itself offers for "Vacationing" and "Out sick"; any other may mean anything."""

UNTIL_CLEARED = timedelta(days=1)
"""How long a status without an end counts from the moment it was last seen; it is looked at several times a day."""


class AbsenceSource(StrEnum):
    """Who said that somebody is away."""

    SELF = "self"
    LEAD = "lead"
    SLACK = "slack"


@dataclass(frozen=True, slots=True)
class Absence:
    """Somebody is out of office in [starts_at, ends_at)."""

    person_id: int
    starts_at: datetime
    ends_at: datetime
    source: AbsenceSource = AbsenceSource.SELF

    def covers(self, at: datetime) -> bool:
        """Whether they are away at this moment."""
        return self.starts_at <= at < self.ends_at


def of_days(
    person_id: int, first: date, last: date, timezone: str, *, now: datetime, source: AbsenceSource
) -> Absence:
    """Whole days, `first` and `last` included, as the clock in `timezone` counts them.

    Raises Invalid when they end before they begin, are over already, or are longer than a year, or two years away.
    """
    if last < first:
        raise Invalid(f"The last day away, {_day(last)}, is before the first one, {_day(first)}.")
    zone = ZoneInfo(timezone)
    if last < now.date() - timedelta(
        days=2
    ):  # over in every zone; a year as early as 1 cannot be reckoned with
        raise Invalid(f"{_day(last)} is over already. Please give the last day you will be away.")
    if last - first >= LONGEST or last - now.date() > 2 * LONGEST:
        raise Invalid("An absence can be a year at most. Who leaves for good gives the role back instead.")
    starts, ends = _midnight(first, zone), _midnight(last + timedelta(days=1), zone)
    if ends <= now:
        raise Invalid(f"{_day(last)} is over already. Please give the last day you will be away.")
    return Absence(person_id, starts, ends, source)


def of_status(
    person_id: int, profile: Mapping[str, Any], *, known: Absence | None, now: datetime
) -> Absence | None:
    """What a Slack profile (of `users.info` or a `user_change` event) says about being away; None if nothing.

    `status_expiration` is in seconds since 1970, 0 for a status without an end; that one counts for a day at a time.
    `known` is the running absence that an earlier look at the status gave: the new one begins where that one did.
    """
    if profile.get("status_emoji") not in STATUSES:
        return None
    expiry = profile.get("status_expiration")
    seconds = expiry if isinstance(expiry, int) and 0 < expiry < 2**34 else 0
    ends = datetime.fromtimestamp(seconds, UTC) if seconds else now + UNTIL_CLEARED
    if ends <= now:
        return None
    starts = known.starts_at if known is not None else now
    return Absence(person_id, starts, min(ends, now + LONGEST), AbsenceSource.SLACK)


def is_away(absences: Iterable[Absence], at: datetime) -> bool:
    """Whether any of somebody's absences covers this moment."""
    return any(each.covers(at) for each in absences)


def back_at(absences: Iterable[Absence], at: datetime) -> datetime:
    """The first moment from `at` on that none of somebody's absences covers."""
    for each in sorted(absences, key=lambda each: each.starts_at):
        if each.covers(at):
            at = each.ends_at
    return at


def can_work(
    absences: Iterable[Absence], team: Team, timezone: str | None, *, now: datetime, until: datetime | None
) -> bool:
    """Whether some of the team's working hours in [now, until) are not covered by somebody's absences.

    The hours are read in the person's own zone, or without one in the team's, as for writing to them
    (`iqs.working_hours`). Without a deadline (None), or with one that is over, it counts whether they are there
    now. A team without working days has no quiet time.
    """
    away = sorted(absences, key=lambda each: each.starts_at)
    if until is None or until <= now:
        return not is_away(away, now)
    return any(back_at(away, start) < end for start, end in _hours(team, timezone, now, until))


def last_day(absence: Absence, timezone: str) -> date:
    """The last day somebody is away, as a calendar in this zone shows it."""
    return (absence.ends_at - timedelta(microseconds=1)).astimezone(ZoneInfo(timezone)).date()


def _hours(
    team: Team, timezone: str | None, now: datetime, until: datetime
) -> Iterable[tuple[datetime, datetime]]:
    """The stretches of [now, until) that are working hours."""
    if not team.working_days or team.opens >= team.closes:
        yield now, until
        return
    zone = ZoneInfo(timezone or team.timezone)
    day = now.astimezone(zone).date()
    while _midnight(day, zone) < until:
        if day.weekday() in team.working_days:
            opens = datetime.combine(day, team.opens, zone).astimezone(UTC)
            closes = datetime.combine(day, team.closes, zone).astimezone(UTC)
            start, end = max(now, opens), min(until, closes)
            if start < end:
                yield start, end
        day += timedelta(days=1)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(0), zone).astimezone(UTC)


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
