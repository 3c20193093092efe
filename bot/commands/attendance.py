"""A living process says so in the database, so that people and other machines can see it."""

import logging
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread

from bot.commands.opening import now
from iqs.errors import Conflict, IQSError
from iqs.replicas import BEAT, Replica, ReplicaKind
from iqs.services import living
from iqs.storage.store import Store

log = logging.getLogger(__name__)


@contextmanager
def attending(
    store: Store, kind: ReplicaKind, stop: Callable[[], None], *, seconds: float = BEAT.total_seconds()
) -> Iterator[None]:
    """Enters, beats in a thread of its own while the block runs, and leaves.

    Raises Conflict when another machine works on the same SQLite file: before the block, or after it when
    that machine took over because this one slept; `stop` was called then, to end the block.
    """
    replica = living.enter(store, kind, host=socket.gethostname(), process=os.getpid(), now=now())
    ended, refused = Event(), list[Conflict]()
    beating = Thread(
        target=_beat, args=(store, replica, seconds, ended, refused, stop), name="iqs-beat", daemon=True
    )
    beating.start()
    try:
        yield
    finally:
        ended.set()
        beating.join()
        with suppress(IQSError):  # it will be seen to be dead in a minute
            living.leave(store, replica)
    if refused:
        raise refused[0]


def _beat(
    store: Store,
    replica: Replica,
    seconds: float,
    ended: Event,
    refused: list[Conflict],
    stop: Callable[[], None],
) -> None:
    while not ended.wait(seconds):
        try:
            living.beat(store, replica, now=now())
        except Conflict as error:
            log.error("%s", error)  # noqa: TRY400 - it is a sentence for people
            refused.append(error)
            stop()
            return
        except Exception as error:  # noqa: BLE001 - the database is away, perhaps; the next beat tells
            log.debug("a beat was lost: %s", type(error).__name__)
