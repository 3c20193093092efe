"""Deadlines in the database: what is due soon, draws whose deadline has passed, draws that were drawn anew."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row as SQLRow
from sqlalchemy import exists, func, select, update

from iqs.assignments import DRAWN_TOO, AssignmentState
from iqs.people import AfterDeadline
from iqs.reminders import Open
from iqs.reviews import ReviewKind
from iqs.storage import tables
from iqs.storage.store import Tx

Row = SQLRow[*tuple[Any, ...]]
A = tables.Assignment
D = tables.Draw
R = tables.Review
T = tables.Team

ENDED = (AssignmentState.EXPIRED, AssignmentState.CANCELLED)


def coming(tx: Tx, *, after: datetime, until: datetime) -> list[Open]:
    """Open work that is due in (after, until], by reviewer, team and deadline."""
    found = tx.execute(
        select(
            A.reviewer_id,
            A.team_id,
            A.due_at,
            func.min(A.created_at).label("handed_at"),
            func.count().label("n"),
        )
        .where(A.state == AssignmentState.OPEN, A.due_at > after, A.due_at <= until)
        .group_by(A.reviewer_id, A.team_id, A.due_at)
        .order_by(A.due_at, A.reviewer_id)
    )
    return [Open(row.reviewer_id, row.team_id, row.due_at, row.handed_at, row.n) for row in found]


def open_by_deadline(tx: Tx, reviewer_id: int) -> list[tuple[datetime, int]]:
    """A reviewer's open work that has a deadline: (deadline, how much), the soonest first."""
    found = tx.execute(
        select(A.due_at, func.count())
        .where(A.reviewer_id == reviewer_id, A.state == AssignmentState.OPEN, A.due_at.is_not(None))
        .group_by(A.due_at)
        .order_by(A.due_at)
    )
    return [(at, n) for at, n in found if at is not None]


def passed(tx: Tx, *, now: datetime) -> list[int]:
    """Draws whose deadline has passed and was not dealt with, the oldest first."""
    wanted = select(D.id).where(D.due_at <= now, D.closed_at.is_(None), D.cancelled_at.is_(None))
    return list(tx.scalars(wanted.order_by(D.due_at, D.id)))


def passed_alone(tx: Tx, *, now: datetime) -> list[int]:
    """Open assignments of no draw whose deadline has passed, in teams where work expires then; the oldest first."""
    wanted = (
        select(A.id)
        .join(T, T.id == A.team_id)
        .where(
            A.draw_id.is_(None),
            A.state == AssignmentState.OPEN,
            A.due_at <= now,
            T.after_deadline == AfterDeadline.EXPIRE,
        )
    )
    return list(tx.scalars(wanted.order_by(A.id)))


def close(tx: Tx, draw_id: int, *, now: datetime) -> int | None:
    """Notes that a draw's deadline was dealt with; its team's id, None if it was already."""
    done = update(D).where(D.id == draw_id, D.closed_at.is_(None), D.cancelled_at.is_(None))
    return tx.execute(done.values(closed_at=now).returning(D.team_id)).scalar_one_or_none()


def cancel(tx: Tx, draw_id: int, *, now: datetime) -> None:
    """Notes that a draw does not count any more."""
    tx.execute(update(D).where(D.id == draw_id).values(cancelled_at=now))


def lock_open(tx: Tx, draw_id: int) -> list[int]:
    """Ids of a draw's open assignments, with every click on them kept waiting until the transaction ends."""
    wanted = select(A.id).where(A.draw_id == draw_id, A.state == AssignmentState.OPEN).order_by(A.id)
    held: list[int] = []
    # Again: while we waited for one, it may have gone on to somebody else.
    while more := list(tx.scalars(wanted.where(A.id.not_in(held)).with_for_update(key_share=True))):
        held += more
    return held


def begun(tx: Tx, draw_id: int) -> int:
    """How many of a draw's assignments were begun, submitted, skipped or have expired."""
    rated = exists().where(R.assignment_id == A.id)
    moved = A.state.in_((AssignmentState.SUBMITTED, AssignmentState.SKIPPED, AssignmentState.EXPIRED))
    wanted = select(func.count()).select_from(A).where(A.draw_id == draw_id, rated | moved)
    return tx.execute(wanted).scalar_one()


def ended(tx: Tx, *, after: datetime, until: datetime) -> list[int]:
    """Assignments that ended with a deadline or their draw's cancellation, or gave way to it, in (after, until]."""
    gave_way = (A.state == AssignmentState.CANCELLED) & (A.skip_reason == DRAWN_TOO)
    alone = (A.state == AssignmentState.EXPIRED) & A.draw_id.is_(None)
    of_no_draw = select(A.id).where(gave_way | alone, A.updated_at > after, A.updated_at <= until)
    found = select(A.id).join(D, D.id == A.draw_id)
    closed = (D.closed_at > after) & (D.closed_at <= until) & (A.state == AssignmentState.EXPIRED)
    anew = (D.cancelled_at > after) & (D.cancelled_at <= until) & (A.state == AssignmentState.CANCELLED)
    return sorted({*tx.scalars(found.where(closed | anew)), *tx.scalars(of_no_draw)})


def newest(tx: Tx, team_id: int) -> Row | None:
    """The team's draw of the newest period that counts: (id, period)."""
    wanted = select(D.id, D.period).where(D.team_id == team_id, D.cancelled_at.is_(None))
    return tx.execute(wanted.order_by(D.ends_at.desc(), D.id.desc()).limit(1)).one_or_none()


def states(tx: Tx, draw_id: int, *, now: datetime) -> list[Row]:
    """(reviewer's id, stream, state, late, count) of a draw's assignments, without those handed on and own views.

    Late is what is open after its deadline and what was submitted after it.
    """
    overdue = (A.due_at.is_not(None)) & (
        ((A.state == AssignmentState.OPEN) & (A.due_at < now))
        | ((A.state == AssignmentState.SUBMITTED) & (R.submitted_at > A.due_at))
    )
    late = func.coalesce(overdue, False)
    return list(
        tx.execute(
            select(A.reviewer_id, A.stream, A.state, late.label("late"), func.count().label("n"))
            .outerjoin(R, R.assignment_id == A.id)
            .where(A.draw_id == draw_id, A.state != AssignmentState.CANCELLED, A.kind != ReviewKind.SELF)
            .group_by(A.reviewer_id, A.stream, A.state, late)
        )
    )
