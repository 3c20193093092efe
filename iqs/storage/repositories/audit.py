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
) -> None:
    """Adds a row. `actor_id` None is the operator or the clock; `detail` is ids, counts, reasons; no text."""
    tx.execute(
        insert(T).values(
            at=at,
            actor_id=actor_id,
            action=action,
            object=object,
            object_id=object_id,
            detail=dict(detail or {}),
        )
    )


def of(tx: Tx, object: str, object_id: int) -> list[Row[Any]]:  # noqa: A002 - the word of the table
    """Everything done to one thing (at, actor_id, action, detail), the oldest first."""
    found = tx.execute(
        select(T.at, T.actor_id, T.action, T.detail)
        .where(T.object == object, T.object_id == object_id)
        .order_by(T.id)
    )
    return list(found.all())
