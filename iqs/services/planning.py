"""When a team's draw and digest happen: shown, moved, paused and resumed, each change in the audit."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from iqs import schedules as rules
from iqs.access import Action, TeamFacts, demand
from iqs.errors import NotFound
from iqs.people import Person, Team
from iqs.schedules import Due, Last, Outcome, Schedule, ScheduleKind
from iqs.services import scheduling
from iqs.storage.repositories import audit, people, schedules, teams
from iqs.storage.store import Store, Tx


@dataclass(frozen=True, slots=True)
class Planned:
    """A schedule, what of it has come due and waits for the next tick, and its next times, soonest first.

    Paused, it has neither.
    """

    team: Team
    schedule: Schedule
    waiting: tuple[Due, ...]
    coming: tuple[Due, ...]


def planned(store: Store, *, now: datetime, team_name: str | None = None) -> list[Planned]:
    """Every schedule, or those of one team, by team and kind. NotFound for an unknown team."""
    with store.read() as tx:
        wanted = teams.every(tx) if team_name is None else [teams.by_name(tx, team_name)]
        lasts, every = schedules.lasts(tx), schedules.every(tx)
        return [
            _planned(team, each, lasts.get(each.id), now)
            for team in wanted
            for each in sorted(every, key=lambda schedule: list(ScheduleKind).index(schedule.kind))
            if each.team_id == team.id
        ]


def move(
    store: Store,
    actor: Person | None,
    team_name: str,
    kind: ScheduleKind,
    *,
    now: datetime,
    weekday: int | None = None,
    minute: int | None = None,
) -> Planned:
    """Gives a schedule another weekday (0 = Monday) or minute of the day; what is None stays.

    The week that is still to come is done on the new day; if that day is over already, at once. A first week
    that has come due is done before the move, which would leave it behind. `actor` None is the operator.
    Raises NotFound, NotAllowed, and Invalid for a minute outside the day.
    """
    rules.local_time(minute or 0)

    def moved(tx: Tx, schedule: Schedule) -> Schedule:
        scheduling.settle(tx, schedule, now=now)
        wanted = replace(
            schedule,
            weekday=schedule.weekday if weekday is None else weekday,
            minute=schedule.minute if minute is None else minute,
        )
        return schedule if wanted == schedule else replace(wanted, starts_after=now)

    return store.transact(partial(_change, actor, team_name, kind, now, moved))


def pause(
    store: Store, actor: Person | None, team_name: str, kind: ScheduleKind, *, now: datetime
) -> Planned:
    """Nothing happens by this schedule until it is resumed. Raises NotFound and NotAllowed."""

    def paused(tx: Tx, schedule: Schedule) -> Schedule:  # noqa: ARG001 - as the others
        return replace(schedule, paused=True)

    return store.transact(partial(_change, actor, team_name, kind, now, paused))


def resume(
    store: Store, actor: Person | None, team_name: str, kind: ScheduleKind, *, now: datetime
) -> Planned:
    """It happens again from its next time on; what came due during the pause is recorded as skipped.

    Raises NotFound and NotAllowed.
    """

    def resumed(tx: Tx, schedule: Schedule) -> Schedule:
        again = replace(schedule, paused=False)
        if schedule.paused:
            for step in rules.to_do(again, now=now, last=schedules.last(tx, schedule.id)):
                period = rules.label(again, step.due.local_date) if again.kind is ScheduleKind.DRAW else None
                schedules.record(
                    tx, schedule.id, step.due, Outcome.SKIPPED, now=now, covers=step.window, period=period
                )
        return again

    return store.transact(partial(_change, actor, team_name, kind, now, resumed))


def _change(
    actor: Person | None,
    team_name: str,
    kind: ScheduleKind,
    now: datetime,
    work: Callable[[Tx, Schedule], Schedule],
    tx: Tx,
) -> Planned:
    team = teams.by_name(tx, team_name)
    if actor is not None:
        action = Action.PLAN if kind in rules.REPORTS else Action.CONFIGURE
        demand(actor, action, TeamFacts(team.id, len(people.members(tx, team.id))))
    known = {each.kind: each.id for each in schedules.every(tx) if each.team_id == team.id}
    schedule = schedules.lock(tx, known[kind]) if kind in known else None
    if schedule is None:
        raise NotFound(f"{team.name} has no {kind} schedule yet. Make it with: iqs people import people.csv")
    changed = work(tx, schedule)
    if changed != schedule:
        schedules.put(tx, changed)
        audit.record(
            tx,
            at=now,
            actor_id=actor.id if actor else None,
            action="schedule",
            object="schedule",
            object_id=schedule.id,
            detail={
                name: [getattr(schedule, name), getattr(changed, name)]
                for name in ("weekday", "minute", "paused")
                if getattr(schedule, name) != getattr(changed, name)
            },
        )
    return _planned(team, changed, schedules.last(tx, schedule.id), now)


def _planned(team: Team, schedule: Schedule, last: Last | None, now: datetime) -> Planned:
    steps = rules.to_do(schedule, now=now, last=last)
    waiting = tuple(each.due for each in steps if each.outcome is not Outcome.SKIPPED)
    return Planned(team, schedule, waiting, rules.upcoming(schedule, now=now, last=last))
