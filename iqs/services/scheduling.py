"""What is due: the week's draw and the week's digest, each once, whichever replica ticks first."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from iqs import schedules as rules
from iqs.errors import IQSError, Unavailable
from iqs.notices import NoticeKind, digest_key
from iqs.people import Team
from iqs.reviews import UNDO_WINDOW
from iqs.schedules import REPORTS, Due, Outcome, Schedule, ScheduleKind, Step
from iqs.services import committing, drawing, settling
from iqs.storage.repositories import notices, schedules, teams
from iqs.storage.store import Store, Tx

MONDAY = 0
DEFAULTS = {ScheduleKind.DRAW: 8 * 60, ScheduleKind.DIGEST: 9 * 60, ScheduleKind.MONTHLY: 10 * 60}
"""Local minute of the day at which a new team's Monday draw and digests are due."""


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
    """Gives each team the draw (Monday 08:00) and the digests (09:00, the month's 10:00) it lacks; how many it gave.

    A team that has a digest already gets the monthly one paused: nobody there asked for a new message.
    """

    def give(tx: Tx) -> int:
        running = {each.team_id for each in schedules.every(tx) if each.kind is ScheduleKind.DIGEST}
        return sum(
            schedules.add(
                tx,
                team_id=team.id,
                kind=kind,
                weekday=MONDAY,
                minute=minute,
                starts_after=now,
                paused=kind is ScheduleKind.MONTHLY and team.id in running,
            )
            for team in teams.every(tx)
            for kind, minute in DEFAULTS.items()
        )

    return store.transact(give)


def due(store: Store, *, now: datetime) -> list[tuple[Schedule, Step]]:
    """Everything that has come due and is not recorded yet, in the order in which `tick` does it."""
    with store.read() as tx:
        lasts = schedules.lasts(tx)
        found = [
            (schedule, step)
            for schedule in schedules.every(tx)
            for step in rules.to_do(schedule, now=now, last=lasts.get(schedule.id))
        ]
    return sorted(found, key=lambda each: (each[1].due.at, each[0].kind in REPORTS, each[0].id))


def tick(store: Store, *, now: datetime) -> list[Done]:
    """Does what is due and returns it; what another replica did meanwhile is left out.

    One team's trouble keeps no other team waiting: a draw that cannot be made comes back with its problem and
    is tried again at the next tick; any other error is raised at the end, several as an ExceptionGroup. When
    the database cannot be reached, `Unavailable` is raised at once: nobody else would fare better.
    """
    done: list[Done] = []
    failures: list[Exception] = []
    for schedule, step in due(store, now=now):
        try:
            found = _do(store, schedule, step, now=now)
        except Unavailable:
            raise
        except Exception as error:  # noqa: BLE001 - raised below, after the others had their turn
            failures.append(error)
        else:
            done += [] if found is None else [found]
    if len(failures) > 1:
        raise ExceptionGroup("some schedules could not be run", failures)
    if failures:
        raise failures[0]
    return done


def settle(tx: Tx, schedule: Schedule, *, now: datetime) -> None:
    """Does what a schedule that has never run has waiting; a draw that cannot be made now is left alone.

    For a schedule that has run nothing is lost by a change: its weeks follow the one recorded last.
    """
    if schedules.last(tx, schedule.id) is not None:
        return
    for step in rules.to_do(schedule, now=now, last=None):
        with suppress(IQSError), tx.begin_nested():
            _perform(schedule, step, now, tx)


def upcoming(store: Store, *, now: datetime) -> list[Next]:
    """The next due time of each schedule that is not paused, soonest first."""
    with store.read() as tx:
        known = {team.id: team for team in teams.every(tx)}
        return upcoming_of(tx, known.values(), now=now)


def upcoming_of(tx: Tx, of: Iterable[Team], *, now: datetime) -> list[Next]:
    """As `upcoming`, for these teams and inside a transaction."""
    known = {team.id: team for team in of}
    lasts = schedules.lasts(tx)
    found = [
        Next(known[schedule.team_id], schedule.kind, due)
        for schedule in schedules.every(tx)
        if schedule.team_id in known
        for due in rules.upcoming(schedule, now=now, last=lasts.get(schedule.id), count=1)
    ]
    return sorted(found, key=lambda each: (each.due.at, each.team.id, each.kind))


def _do(store: Store, schedule: Schedule, step: Step, *, now: datetime) -> Done | None:
    """One step, whole or not at all. None if it is not ours any more."""
    try:
        if schedule.kind is ScheduleKind.DRAW and step.outcome is not Outcome.SKIPPED:
            settling.settle_first(store)
            store.transact(partial(_commit, schedule, step, now))
        return store.transact(partial(_perform, schedule, step, now))
    except Unavailable:
        raise
    except IQSError as problem:
        with store.read() as tx:
            team = teams.by_id(tx, schedule.team_id)
        return Done(team.name, schedule.kind, step.due, step.outcome, problem=str(problem))


def _commit(schedule: Schedule, step: Step, now: datetime, tx: Tx) -> None:
    """Fixes what a draw will be made from, before it is made."""
    current = schedules.lock(tx, schedule.id)
    if current is None or step not in rules.to_do(current, now=now, last=schedules.last(tx, schedule.id)):
        return
    name, period = teams.by_id(tx, schedule.team_id).name, rules.label(current, step.due.local_date)
    committing.commit_within(tx, team_name=name, period=period, now=now)


def _perform(schedule: Schedule, step: Step, now: datetime, tx: Tx) -> Done | None:
    """The run, and with it the draw or the digest's Notice, unless the period is skipped."""
    current = schedules.lock(tx, schedule.id)
    if current is None or step not in rules.to_do(current, now=now, last=schedules.last(tx, schedule.id)):
        return None  # another replica was faster, or somebody moved the schedule
    team = teams.by_id(tx, schedule.team_id)
    period = rules.label(current, step.due.local_date) if schedule.kind is ScheduleKind.DRAW else None
    if period is not None and step.outcome is not Outcome.SKIPPED:
        drawing.draw_within(tx, team_name=team.name, period=period, now=now)
    run_id = schedules.record(
        tx, schedule.id, step.due, step.outcome, now=now, covers=step.window, period=period
    )
    if run_id is None:
        return None
    told = False
    if schedule.kind in REPORTS and step.outcome is not Outcome.SKIPPED and team.channel_id:
        told = notices.add(
            tx,
            key=digest_key(run_id, team.channel_id),
            kind=NoticeKind.DIGEST,
            object_id=run_id,
            channel=team.channel_id,
            # What was submitted in the window's last minutes may still be taken back for a while.
            not_before=max(now, step.window.end + UNDO_WINDOW),
            now=now,
        )
    return Done(team.name, schedule.kind, step.due, step.outcome, told=told)
