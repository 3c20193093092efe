"""A living process says so in the database, so that people and other machines can see it."""

import logging
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from threading import Event, Thread

from bot.commands.opening import now
from iqs.errors import Conflict, IQSError
from iqs.replicas import BEAT, Replica, ReplicaKind
from iqs.services import living
from iqs.storage.store import Store

log = logging.getLogger(__name__)

APART = timedelta(seconds=2)
"""How far the two clocks may come apart between two beats before it is said."""


class Agreed:
    """The time by which all processes of one database act: this machine's, set right by the database's with each beat.

    Leases are as good as the clocks that measure them. What it was set right by stands while the database is away.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._ahead = timedelta(0)
        self.set_right()

    def __call__(self) -> datetime:
        """Now."""
        return now() + self._ahead

    def set_right(self) -> None:
        """Asks the database. Says so in the log when the two have come apart."""
        ahead = living.ahead(self._store, now)
        if ahead is None:
            return
        if abs(ahead - self._ahead) > APART:
            log.warning(
                "this machine's clock is %.1f seconds from the database's, which counts: is NTP running here?",
                abs(ahead).total_seconds(),
            )
        self._ahead = ahead


@contextmanager
def attending(
    store: Store, kind: ReplicaKind, stop: Callable[[], None], *, seconds: float = BEAT.total_seconds()
) -> Iterator[Agreed]:
    """Enters, beats in a thread of its own while the block runs, and leaves; gives the time to act by.

    Raises Conflict when another machine works on the same SQLite file: before the block, or after it when
    that machine took over because this one slept; `stop` was called then, to end the block.
    """
    agreed = Agreed(store)
    replica = living.enter(store, kind, host=socket.gethostname(), process=os.getpid(), now=agreed())
    ended, refused = Event(), list[Conflict]()
    beating = Thread(
        target=_beat,
        args=(store, replica, agreed, seconds, ended, refused, stop),
        name="iqs-beat",
        daemon=True,
    )
    beating.start()
    try:
        yield agreed
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
    agreed: Agreed,
    seconds: float,
    ended: Event,
    refused: list[Conflict],
    stop: Callable[[], None],
) -> None:
    while not ended.wait(seconds):
        try:
            agreed.set_right()
            living.beat(store, replica, now=agreed())
        except Conflict as error:
            log.error("%s", error)  # noqa: TRY400 - it is a sentence for people
            refused.append(error)
            stop()
            return
        except Exception as error:  # noqa: BLE001 - the database is away, perhaps; the next beat tells
            log.debug("a beat was lost: %s", type(error).__name__)
