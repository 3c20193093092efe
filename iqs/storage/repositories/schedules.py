"""Schedules and their runs in the database."""

from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select, update
from sqlalchemy.orm import aliased

from iqs.cycles import Calendar
from iqs.people import Cycle
from iqs.periods import WEEK, iso_label
from iqs.reports import Period
from iqs.schedules import Due, Last, Outcome, Run, Schedule, ScheduleKind, window
from iqs.storage import tables
from iqs.storage.store import Tx
from iqs.storage.upserts import insert

S = tables.Schedule
N = tables.ScheduleRun


def add(
    tx: Tx,
    *,
    team_id: int,
    kind: ScheduleKind,
    weekday: int,
    minute: int,
    starts_after: datetime,
    paused: bool = False,
) -> bool:
    """Gives a team a schedule unless it has one of this kind; returns whether it is new."""
    statement = insert(tx, S).values(
        team_id=team_id,
        kind=kind,
        weekday=weekday,
        minute=minute,
        starts_after=starts_after,
        paused=paused,
    )
    # Not by rowcount, which PostgreSQL's driver does not tell for an INSERT that may return an id.
    statement = statement.on_conflict_do_nothing(index_elements=["team_id", "kind"])
    return tx.execute(statement.returning(S.id)).one_or_none() is not None


def every(tx: Tx) -> list[Schedule]:
    """All schedules, each in its team's zone, by team and kind."""
    return [_schedule(row) for row in tx.execute(_select().order_by(S.team_id, S.kind))]


def of_team(tx: Tx, team_id: int, kind: ScheduleKind) -> Schedule | None:
    """The team's schedule of this kind."""
    row = tx.execute(_select().where(S.team_id == team_id, S.kind == kind)).one_or_none()
    return None if row is None else _schedule(row)


def lock(tx: Tx, schedule_id: int) -> Schedule | None:
    """A schedule, with every other replica kept from it until the transaction ends."""
    row = tx.execute(_select().where(S.id == schedule_id).with_for_update(of=S)).one_or_none()
    return None if row is None else _schedule(row)


def put(tx: Tx, schedule: Schedule) -> None:
    """Stores when a schedule happens: weekday, minute, from when on, paused or not."""
    tx.execute(
        update(S)
        .where(S.id == schedule.id)
        .values(
            weekday=schedule.weekday,
            minute=schedule.minute,
            starts_after=schedule.starts_after,
            paused=schedule.paused,
        )
    )


def zone_moved(tx: Tx, team_id: int, *, now: datetime) -> None:
    """The team's zone was changed: schedules that have run count anew from now (`iqs.schedules.to_do`)."""
    ran = select(N.id).where(N.schedule_id == S.id).exists()
    tx.execute(update(S).where(S.team_id == team_id, ran).values(starts_after=now))


def cycle_changed(tx: Tx, team_id: int, *, now: datetime) -> None:
    """The team draws by another cycle from now on: no due time up to now is the draw's any more."""
    tx.execute(update(S).where(S.team_id == team_id, S.kind == ScheduleKind.DRAW).values(cycle_since=now))


def last(tx: Tx, schedule_id: int) -> Last | None:
    """The newest period that was recorded."""
    newest = select(N.local_date, N.ends_at, N.period).where(N.schedule_id == schedule_id)
    row = tx.execute(newest.order_by(N.due_at.desc()).limit(1)).one_or_none()
    return None if row is None else Last(row.local_date, row.ends_at, row.period)


def lasts(tx: Tx) -> dict[int, Last]:
    """The newest recorded period of each schedule that has one, by its id."""
    newest = select(N.schedule_id, func.max(N.due_at).label("due_at")).group_by(N.schedule_id).subquery()
    found = tx.execute(
        select(N.schedule_id, N.local_date, N.ends_at, N.period).join(
            newest, (newest.c.schedule_id == N.schedule_id) & (newest.c.due_at == N.due_at)
        )
    )
    return {row.schedule_id: Last(row.local_date, row.ends_at, row.period) for row in found}


def record(
    tx: Tx,
    schedule_id: int,
    due: Due,
    outcome: Outcome,
    *,
    now: datetime,
    covers: Period | None = None,
    period: str | None = None,
) -> int | None:
    """Records a period and the window it covers; returns the run's id, None if it is recorded already.

    Recorded is a period whose due time or whose local date is. `period` is the label of what is drawn.
    """
    statement = insert(tx, N).values(
        schedule_id=schedule_id,
        due_at=due.at,
        local_date=due.local_date,
        period=period,
        starts_at=covers and covers.start,
        ends_at=covers and covers.end,
        outcome=outcome,
        created_at=now,
    )
    return tx.execute(statement.on_conflict_do_nothing().returning(N.id)).scalar_one_or_none()


def run(tx: Tx, run_id: int) -> Run | None:
    """A recorded period with its schedule; a window that was not kept is reckoned in the team's zone."""
    earlier = aliased(N)
    found = tx.execute(
        _select()
        .add_columns(N.id.label("run_id"), N.local_date, N.due_at, N.outcome, N.starts_at, N.ends_at)
        .add_columns(earlier.starts_at.label("before"))
        .join(N, N.schedule_id == S.id)
        .outerjoin(earlier, (earlier.schedule_id == S.id) & (earlier.ends_at == N.starts_at))
        .where(N.id == run_id)
    ).one_or_none()
    if found is None:
        return None
    schedule = _schedule(found)
    covers, before = window(schedule, found.local_date), None
    if found.starts_at is not None and found.ends_at is not None:
        covers = Period(found.starts_at, found.ends_at, covers.label)
    if found.before is not None:
        earlier_date = schedule.calendar.previous(found.local_date)
        before = Period(found.before, covers.start, window(schedule, earlier_date).label)
    due = Due(found.local_date, found.due_at)
    return Run(found.run_id, schedule, due, Outcome(found.outcome), covers, before)


def windows(tx: Tx, team_id: int, *, after: datetime, before: datetime) -> dict[str, Period]:
    """What the team's draw schedule covered between these instants, by the label of its period.

    Done, late and skipped alike: each was dealt with.
    """
    found = tx.execute(
        select(N.local_date, N.period, N.starts_at, N.ends_at)
        .join(S, S.id == N.schedule_id)
        .where(
            S.team_id == team_id,
            S.kind == ScheduleKind.DRAW,
            N.starts_at <= before,
            N.ends_at >= after,
            N.ends_at > N.starts_at,
        )
        .order_by(N.due_at)
    )
    labelled = ((row.period or iso_label(row.local_date - WEEK), row) for row in found)
    return {name: Period(row.starts_at, row.ends_at, name) for name, row in labelled}


def _select() -> Select[*tuple[Any, ...]]:
    team = tables.Team
    return select(
        S.id,
        S.team_id,
        S.kind,
        S.weekday,
        S.minute,
        S.paused,
        S.starts_after,
        S.cycle_since,
        team.timezone,
        team.cycle,
        team.week_start,
        team.working_days,
    ).join(team, team.id == S.team_id)


def _schedule(row: Any) -> Schedule:
    kind = ScheduleKind(row.kind)
    return Schedule(
        id=row.id,
        team_id=row.team_id,
        kind=kind,
        weekday=row.weekday,
        minute=row.minute,
        zone=row.timezone,
        starts_after=row.starts_after,
        paused=row.paused,
        calendar=_calendar(kind, row),
        cycle_since=row.cycle_since,
    )


def _calendar(kind: ScheduleKind, row: Any) -> Calendar:
    """Draws go by the team's cycle, in ISO weeks as their labels do; the weekly digest by the team's own week."""
    match kind:
        case ScheduleKind.DRAW:
            return Calendar(Cycle(row.cycle), 0, frozenset(row.working_days))
        case ScheduleKind.DIGEST:
            return Calendar(Cycle.WEEKLY, row.week_start)
        case ScheduleKind.MONTHLY:
            return Calendar(Cycle.MONTHLY)
