"""Schedules and their runs in the database."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, select

from iqs.schedules import Due, Outcome, Run, Schedule, ScheduleKind
from iqs.storage import tables
from iqs.storage.store import Tx
from iqs.storage.upserts import insert

S = tables.Schedule
N = tables.ScheduleRun


def add(
    tx: Tx, *, team_id: int, kind: ScheduleKind, weekday: int, minute: int, starts_after: datetime
) -> bool:
    """Gives a team a schedule unless it has one of this kind; returns whether it is new."""
    statement = insert(tx, S).values(
        team_id=team_id, kind=kind, weekday=weekday, minute=minute, starts_after=starts_after, paused=False
    )
    # Not by rowcount, which PostgreSQL's driver does not tell for an INSERT that may return an id.
    statement = statement.on_conflict_do_nothing(index_elements=["team_id", "kind"])
    return tx.execute(statement.returning(S.id)).one_or_none() is not None


def every(tx: Tx) -> list[Schedule]:
    """All schedules, each in its team's zone, by team and kind."""
    return [_schedule(row) for row in tx.execute(_select().order_by(S.team_id, S.kind))]


def lock(tx: Tx, schedule_id: int) -> Schedule | None:
    """A schedule, with every other replica kept from it until the transaction ends."""
    row = tx.execute(_select().where(S.id == schedule_id).with_for_update(of=S)).one_or_none()
    return None if row is None else _schedule(row)


def last_date(tx: Tx, schedule_id: int) -> date | None:
    """The local date of the newest period that was recorded."""
    newest = select(N.local_date).where(N.schedule_id == schedule_id).order_by(N.due_at.desc()).limit(1)
    return tx.execute(newest).scalar_one_or_none()


def record(tx: Tx, schedule_id: int, due: Due, outcome: Outcome, *, now: datetime) -> int | None:
    """Records a period and returns the run's id; None if it is recorded already."""
    statement = insert(tx, N).values(
        schedule_id=schedule_id, due_at=due.at, local_date=due.local_date, outcome=outcome, created_at=now
    )
    return tx.execute(
        statement.on_conflict_do_nothing(index_elements=["schedule_id", "due_at"]).returning(N.id)
    ).scalar_one_or_none()


def run(tx: Tx, run_id: int) -> Run | None:
    """A recorded period with its schedule."""
    found = tx.execute(
        _select()
        .add_columns(N.id.label("run_id"), N.local_date, N.due_at, N.outcome)
        .join(N, N.schedule_id == S.id)
        .where(N.id == run_id)
    ).one_or_none()
    if found is None:
        return None
    return Run(found.run_id, _schedule(found), Due(found.local_date, found.due_at), Outcome(found.outcome))


def _select() -> Select[*tuple[Any, ...]]:
    return select(
        S.id, S.team_id, S.kind, S.weekday, S.minute, S.paused, S.starts_after, tables.Team.timezone
    ).join(tables.Team, tables.Team.id == S.team_id)


def _schedule(row: Any) -> Schedule:
    return Schedule(
        id=row.id,
        team_id=row.team_id,
        kind=ScheduleKind(row.kind),
        weekday=row.weekday,
        minute=row.minute,
        zone=row.timezone,
        starts_after=row.starts_after,
        paused=row.paused,
    )
