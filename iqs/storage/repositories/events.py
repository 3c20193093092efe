"""What happened to each assignment, step by step. Rows are only ever added: the database refuses anything else."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select

from iqs.assignments import Event, HandedOn, Step
from iqs.storage import tables
from iqs.storage.store import Tx

E = tables.AssignmentEvent
P = tables.Person


def record(
    tx: Tx, assignment_id: int, what: Step | str, *, at: datetime, actor_id: int | None = None, **detail: Any
) -> None:
    """Adds a step; `actor_id` None is the clock or the operator; `detail` is ids and reasons, no text of anybody.

    What moves an assignment into another state is written by `assignments.move` itself.
    """
    record_all(tx, what, [(assignment_id, actor_id, detail)], at=at)


def record_all(
    tx: Tx, what: Step | str, happened: Iterable[tuple[int, int | None, Mapping[str, Any]]], *, at: datetime
) -> None:
    """As `record`, the same step of several assignments: (assignment, actor, detail)."""
    rows = [
        {"assignment_id": number, "at": at, "actor_id": actor_id, "what": Step(what), "detail": dict(detail)}
        for number, actor_id, detail in happened
    ]
    if rows:
        tx.execute(insert(E), rows)


def of(tx: Tx, assignment_id: int) -> list[Event]:
    """Everything that happened to an assignment, the oldest first."""
    return of_all(tx, [assignment_id])


def handed_on(tx: Tx, assignment_id: int) -> HandedOn | None:
    """Who handed this assignment's conversation on, and why; None if nobody did."""
    found = tx.execute(
        select(P.name, E.detail)
        .select_from(E)
        .outerjoin(P, P.id == E.actor_id)
        .where(E.assignment_id == assignment_id, E.what == Step.REASSIGNED)
        .limit(1)
    ).one_or_none()
    return None if found is None else HandedOn(found.name, str(found.detail.get("why", "")))


def of_all(tx: Tx, assignment_ids: Collection[int]) -> list[Event]:
    """Everything that happened to these assignments, the oldest first."""
    found = tx.execute(
        select(E.assignment_id, E.at, E.what, P.name, E.detail)
        .outerjoin(P, P.id == E.actor_id)
        .where(E.assignment_id.in_(assignment_ids))
        .order_by(E.id)
    )
    return [Event(number, at, Step(what), name, detail) for number, at, what, name, detail in found]
