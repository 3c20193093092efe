"""Which processes live: each enters, is seen every few seconds, and leaves.

On PostgreSQL any number may live; the rows only tell people who does. On SQLite they refuse a second machine,
which the lock beside the file does not see on some network file systems.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from secrets import token_hex

from iqs.errors import Conflict
from iqs.replicas import Replica, ReplicaKind, beside, elsewhere
from iqs.storage.repositories import replicas
from iqs.storage.store import Store, Tx

TOO_LONG = timedelta(seconds=2)


def enter(store: Store, kind: ReplicaKind, *, host: str, process: int, now: datetime) -> Replica:
    """A process begins to live. On SQLite it holds the lock beside the file already.

    Raises Conflict, on SQLite, while a process on another machine lives.
    """
    replica = Replica(token_hex(16), kind, host, process, now, now)
    store.transact(partial(_enter, store.is_sqlite, replica))
    return replica


def beat(store: Store, replica: Replica, *, now: datetime) -> None:
    """It still lives. Raises Conflict when another machine took its place meanwhile (SQLite): it must stop."""

    def work(tx: Tx) -> None:
        if not replicas.seen(tx, replica.id, now=now):  # it was thought dead, asleep perhaps
            _enter(store.is_sqlite, replace(replica, seen_at=now), tx)

    store.transact(work)


def ahead(store: Store, now: Callable[[], datetime]) -> timedelta | None:
    """How far the database's clock is ahead of `now`; nothing on SQLite, where all run on one machine's clock.

    None when the answer was so long on its way that it tells too little.
    """
    if store.is_sqlite:
        return timedelta(0)
    with store.read() as tx:
        asked = now()
        there = replicas.clock(tx)
        took = now() - asked
    return there - (asked + took / 2) if took < TOO_LONG else None


def leave(store: Store, replica: Replica) -> None:
    """It stops."""
    store.transact(partial(replicas.remove, replica_id=replica.id))


def alive(store: Store, *, now: datetime) -> list[Replica]:
    """Who lives, the oldest first."""
    with store.read() as tx:
        return [each for each in replicas.every(tx) if each.lives(now)]


def _enter(single: bool, replica: Replica, tx: Tx) -> None:
    now = replica.seen_at
    replicas.remove_dead(tx, now=now)
    if single:
        others = [each for each in replicas.every(tx) if each.id != replica.id]
        other = elsewhere(replica.host, others)
        if other is not None:
            raise Conflict(
                f"`iqs {other.kind}` on {other.host} (process {other.process}) works on this SQLite file and "
                f"was seen {_seconds(now, other)} seconds ago. SQLite serves one machine: stop it first and "
                "wait a minute, or use PostgreSQL for several."
            )
        for each in others:
            if not beside(replica.kind, each.kind):  # killed: it would hold the lock that we hold
                replicas.remove(tx, each.id)
    replicas.add(tx, replica)


def _seconds(now: datetime, other: Replica) -> int:
    return max(0, round((now - other.seen_at).total_seconds()))
