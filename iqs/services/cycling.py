"""Cycles as the services keep them: what a period of a team covers, beside all that was drawn before."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from iqs import cycles
from iqs import schedules as rules
from iqs.cycles import SLACK
from iqs.errors import Invalid
from iqs.people import QuotaOf, Team
from iqs.quotas import LATELY
from iqs.quotas import quotas as shares
from iqs.reports import Period
from iqs.schedules import ScheduleKind
from iqs.storage.repositories import assignments, schedules
from iqs.storage.store import Tx


def span_of(tx: Tx, team: Team, period: str) -> tuple[str, Period]:
    """The canonical label of a team's period, and the [start, end) that a draw of it takes.

    It begins where the period before ended and ends where the one after began, drawn or recorded by the schedule,
    in whatever zone that was then: what was closed in the hours between two zones is in one draw. After a change of
    the cycle the first one takes in what the old cycle left; nothing that was drawn is drawn again. A period that was
    drawn keeps what it took. Invalid for a label that is none or not of the team's cycle, and where nothing is left.
    """
    label = cycles.canonical(period)
    existing = assignments.draw_of(tx, team.id, label)
    if existing is not None:
        return label, Period(existing.starts_at, existing.ends_at, label)
    calendar = cycles.calendar(team)
    first = calendar.read(label)
    whole = replace(calendar.span(first, team.timezone), label=label)
    schedule = schedules.of_team(tx, team.id, ScheduleKind.DRAW)
    last = None if schedule is None else schedules.last(tx, schedule.id)
    since = whole.start - SLACK
    left = None
    if schedule is not None and last is not None and last.ends_at is not None:
        coming = next(rules.due_times(schedule, last=last))
        if last.ends_at <= whole.start and first <= calendar.previous(coming.local_date):
            left, since = last.ends_at, min(since, last.ends_at)
    taken = _taken(tx, team, Period(since, whole.end + SLACK, ""))
    taken.pop(label, None)
    start, end = whole.start, whole.end
    previous, following = (
        taken.get(calendar.label(calendar.previous(first))),
        taken.get(calendar.label(calendar.following(first))),
    )
    if left is not None:
        start = max([left, *(each.end for each in taken.values() if each.end <= whole.start)])
    elif previous is not None and previous.end < start:
        start = previous.end
    if following is not None and following.start > end:
        end = following.start
    found = cycles.free(Period(start, end, label), taken.values())
    if found is None:
        raise Invalid(f"All of {label} was drawn already, as {', '.join(sorted(taken))}.")
    return label, found


def quotas(
    tx: Tx, team: Team, eligible: Mapping[int, int], *, reviewers: int, seed: str, now: datetime
) -> dict[int, int]:
    """How many conversations of each agent a draw of the team wants now (`iqs.quotas.quotas`)."""
    lately = {}
    if team.quota_of is QuotaOf.REVIEWER:
        lately = assignments.handed_out(tx, team.id, since=now - LATELY)
    return shares(team, eligible, lately, reviewers=reviewers, seed=seed)


def _taken(tx: Tx, team: Team, around: Period) -> dict[str, Period]:
    """What draws and the schedule's runs have taken around there, by label; a draw outweighs the run that made it."""
    runs = schedules.windows(tx, team.id, after=around.start, before=around.end)
    return runs | assignments.windows(tx, team.id, after=around.start, before=around.end)
