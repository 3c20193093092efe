"""Replicas: the processes that share one installation's work. Each says again and again that it lives."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

BEAT = timedelta(seconds=10)
"""How often a replica says that it lives."""

DEAD_AFTER = timedelta(seconds=60)
"""Whoever has not said so for this long is dead: several beats may be lost to a database that restarts."""


class ReplicaKind(StrEnum):
    """What a process does: everything, only the HTTP front door, or only delivery and clock."""

    RUN = "run"
    WEB = "web"
    WORKER = "worker"


PAIR = frozenset({ReplicaKind.WEB, ReplicaKind.WORKER})
"""Two kinds that may share a SQLite file on one machine: together they do what one `run` does."""


@dataclass(frozen=True, slots=True)
class Replica:
    """A process by its own random id, with its machine's name and its process number there."""

    id: str
    kind: ReplicaKind
    host: str
    process: int
    started_at: datetime
    seen_at: datetime

    def lives(self, now: datetime) -> bool:
        """Whether it was seen recently enough."""
        return now - self.seen_at < DEAD_AFTER


def beside(one: ReplicaKind, other: ReplicaKind) -> bool:
    """Whether the two may work on one SQLite file of one machine."""
    return {one, other} == PAIR


def elsewhere(host: str, living: Iterable[Replica]) -> Replica | None:
    """The replica that keeps this machine from working on the same SQLite file: a living one on another.

    On this machine a lock beside the file tells who works on it, more surely than what was last seen.
    """
    return next((each for each in living if each.host != host), None)
