"""What was done by whom. Rows are only ever added: the database refuses anything else."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select

from iqs.storage import tables
from iqs.storage.store import Tx

T = tables.Audit


def record(
    tx: Tx,
    *,
    at: datetime,
    actor_id: int | None,
    action: str,
    object: str,  # noqa: A002 - the word of the table
    object_id: int,
    detail: Mapping[str, Any] | None = None,
) -> int:
    """Adds a row and returns its id. `actor_id` None is the operator or the clock.

    `detail` is ids, counts, reasons; no text.
    """
    values = {
        "at": at,
        "actor_id": actor_id,
        "action": action,
        "object": object,
        "object_id": object_id,
        "detail": dict(detail or {}),
    }
    return tx.execute(insert(T).values(values).returning(T.id)).scalar_one()


def entry(tx: Tx, entry_id: int) -> Row[Any] | None:
    """One row (at, actor_id, action, object, object_id, detail)."""
    found = select(T.at, T.actor_id, T.action, T.object, T.object_id, T.detail).where(T.id == entry_id)
    return tx.execute(found).one_or_none()


def of(tx: Tx, object: str, object_id: int) -> list[Row[Any]]:  # noqa: A002 - the word of the table
    """Everything done to one thing (at, actor_id, action, detail), the oldest first."""
    found = tx.execute(
        select(T.at, T.actor_id, T.action, T.detail)
        .where(T.object == object, T.object_id == object_id)
        .order_by(T.id)
    )
    return list(found.all())
