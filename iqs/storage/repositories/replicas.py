"""Replicas in the database: who lives, and since when nobody heard of the others."""

from datetime import datetime
from typing import Any

from sqlalchemy import DateTime, delete, func, insert, select, update

from iqs.replicas import DEAD_AFTER, Replica, ReplicaKind
from iqs.storage import tables
from iqs.storage.store import Tx

T = tables.Replica


def clock(tx: Tx) -> datetime:
    """The time by the database server's own clock (PostgreSQL), whatever the transaction began with."""
    return tx.execute(select(func.clock_timestamp(type_=DateTime(timezone=True)))).scalar_one()


def add(tx: Tx, replica: Replica) -> None:
    """Stores a replica."""
    tx.execute(
        insert(T).values(
            id=replica.id,
            kind=replica.kind,
            host=replica.host,
            process=replica.process,
            started_at=replica.started_at,
            seen_at=replica.seen_at,
        )
    )


def seen(tx: Tx, replica_id: str, *, now: datetime) -> bool:
    """Remembers that it was seen; False if it is not known (any more)."""
    return tx.execute(update(T).where(T.id == replica_id).values(seen_at=now)).rowcount == 1


def remove(tx: Tx, replica_id: str) -> None:
    """Forgets a replica."""
    tx.execute(delete(T).where(T.id == replica_id))


def remove_dead(tx: Tx, *, now: datetime) -> None:
    """Forgets those that have not been seen for too long."""
    tx.execute(delete(T).where(T.seen_at <= now - DEAD_AFTER))


def every(tx: Tx) -> list[Replica]:
    """All that are remembered, the oldest first."""
    return [_replica(row) for row in tx.execute(select(*T.__table__.c).order_by(T.started_at, T.id))]


def _replica(row: Any) -> Replica:
    return Replica(row.id, ReplicaKind(row.kind), row.host, row.process, row.started_at, row.seen_at)
