"""Interactions that were acted on, each once. The row is written in the transaction of its effect."""

from datetime import datetime

from sqlalchemy import bindparam, delete, select

from iqs.storage import tables
from iqs.storage.prepared import Prepared
from iqs.storage.store import Tx

I = tables.Inbox  # noqa: E741 - as every repository calls its table

_TAKE = Prepared(
    lambda insert: (
        insert(I)
        .values(key=bindparam("key"), received_at=bindparam("received_at"))
        .on_conflict_do_nothing(index_elements=["key"])
        .returning(I.key)
    )
)


def take(tx: Tx, key: str, *, now: datetime) -> bool:
    """Notes an interaction as acted on; False if it was before. Another who takes it just now is waited for."""
    return _TAKE.one(tx, key=key, received_at=now) is not None


def prune(tx: Tx, *, before: datetime, most: int) -> int:
    """Forgets at most `most` of the interactions received before an instant; returns how many."""
    old = select(I.key).where(I.received_at < before).order_by(I.received_at).limit(most)
    return len(tx.execute(delete(I).where(I.key.in_(old)).returning(I.key)).all())
