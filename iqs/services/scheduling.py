"""What is due: the week's draw and the week's digest, each once, whichever replica ticks first."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from iqs import periods
from iqs import schedules as rules
from iqs.errors import IQSError
from iqs.notices import NoticeKind, digest_key
from iqs.people import Team
from iqs.schedules import Due, Outcome, Schedule, ScheduleKind, Step
from iqs.services import assigning
from iqs.storage.repositories import notices, schedules, teams
from iqs.storage.store import Store, Tx

MONDAY = 0
DEFAULTS = {ScheduleKind.DRAW: 8 * 60, ScheduleKind.DIGEST: 9 * 60}
"""Local minute of the day at which a new team's Monday draw and digest are due."""


@dataclass(frozen=True, slots=True)
class Done:
    """What a tick did about one due time; `problem` is the sentence when it could not, and will try again."""

    team: str
    kind: ScheduleKind
    due: Due
    outcome: Outcome
    told: bool = False
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Next:
    """When something happens next for a team."""

    team: Team
    kind: ScheduleKind
    due: Due


def ensure_schedules(store: Store, *, now: datetime) -> int:
    """Gives each team the draw (Monday 08:00) and the digest (09:00) it lacks; returns how many it gave."""
    with store.write() as tx:
        return sum(
            schedules.add(tx, team_id=team.id, kind=kind, weekday=MONDAY, minute=minute, starts_after=now)
            for team in teams.every(tx)
            for kind, minute in DEFAULTS.items()
        )


def due(store: Store, *, now: datetime) -> list[tuple[Schedule, Step]]:
    """Everything that has come due and is not recorded yet, in the order in which `tick` does it."""
    with store.read() as tx:
        found = [
            (schedule, step)
            for schedule in schedules.every(tx)
            for step in rules.to_do(schedule, now=now, last=schedules.last_date(tx, schedule.id))
        ]
    return sorted(found, key=lambda each: (each[1].due.at, each[0].kind is ScheduleKind.DIGEST, each[0].id))


def tick(store: Store, *, now: datetime) -> list[Done]:
    """Does what is due and returns it; what another replica did meanwhile is left out.

    One team's trouble keeps no other team waiting: a draw that cannot be made comes back with its problem and
    is tried again at the next tick; any other error is raised at the end, several as an ExceptionGroup.
    """
    done: list[Done] = []
    failures: list[Exception] = []
    for schedule, step in due(store, now=now):
        try:
            found = _do(store, schedule, step, now=now)
        except Exception as error:  # noqa: BLE001 - raised below, after the others had their turn
            failures.append(error)
        else:
            done += [] if found is None else [found]
    if len(failures) > 1:
        raise ExceptionGroup("some schedules could not be run", failures)
    if failures:
        raise failures[0]
    return done


def upcoming(store: Store, *, now: datetime) -> list[Next]:
    """The next due time of each schedule that is not paused, soonest first."""
    with store.read() as tx:
        known = {team.id: team for team in teams.every(tx)}
        return upcoming_of(tx, known.values(), now=now)


def upcoming_of(tx: Tx, of: Iterable[Team], *, now: datetime) -> list[Next]:
    """As `upcoming`, for these teams and inside a transaction."""
    known = {team.id: team for team in of}
    found = [
        Next(known[schedule.team_id], schedule.kind, due)
        for schedule in schedules.every(tx)
        if schedule.team_id in known
        for due in rules.upcoming(schedule, now=now, last=schedules.last_date(tx, schedule.id), count=1)
    ]
    return sorted(found, key=lambda each: (each.due.at, each.team.id, each.kind))


def _do(store: Store, schedule: Schedule, step: Step, *, now: datetime) -> Done | None:
    """One step. None if it is not ours any more."""
    if schedule.kind is ScheduleKind.DRAW and step.outcome is not Outcome.SKIPPED:
        # The draw is a transaction of its own and comes once a week by its own key; recording it afterwards
        # means that a crash in between repeats a draw that is already there.
        with store.read() as tx:
            team = teams.by_id(tx, schedule.team_id)
        week = periods.iso_label(step.due.local_date - periods.WEEK)
        try:
            assigning.draw(store, team.name, week, now=now)
        except IQSError as problem:
            return Done(team.name, schedule.kind, step.due, step.outcome, problem=str(problem))
    return store.transact(partial(_record, schedule, step, now))


def _record(schedule: Schedule, step: Step, now: datetime, tx: Tx) -> Done | None:
    """The run and, for a digest that is not skipped, its Notice: both or neither."""
    current = schedules.lock(tx, schedule.id)
    if current is None or step not in rules.to_do(
        current, now=now, last=schedules.last_date(tx, schedule.id)
    ):
        return None  # another replica was faster, or somebody moved the schedule
    run_id = schedules.record(tx, schedule.id, step.due, step.outcome, now=now)
    if run_id is None:
        return None
    team = teams.by_id(tx, schedule.team_id)
    told = False
    if schedule.kind is ScheduleKind.DIGEST and step.outcome is not Outcome.SKIPPED and team.channel_id:
        told = notices.add(
            tx,
            key=digest_key(run_id, team.channel_id),
            kind=NoticeKind.DIGEST,
            object_id=run_id,
            channel=team.channel_id,
            not_before=now,
            now=now,
        )
    return Done(team.name, schedule.kind, step.due, step.outcome, told=told)
