"""SQLite writes one at a time, so writers take turns; those who wait together share one flush to the disk.

The first of a group begins the transaction, each one after it works inside a savepoint of its own, and the last
one commits for all. A work that fails is taken back alone; a commit that fails takes back the whole group.
Nobody hears how it went before the commit, a failed work included: what it read may be another's of its group.
"""

import sqlite3
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Event, Lock
from time import monotonic
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, OperationalError

from iqs.errors import Unavailable
from iqs.storage.outages import BUSY, NOTHING_SAVED, raise_outage

MEMBERS = 64
"""Works in one group, at most."""

SECONDS = 0.05
"""A group open for this long takes no more works: a long one keeps few others waiting for their commit."""


class _Group:
    """An open transaction, and how it ended."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.transaction = connection.begin()
        self.raw: Any = connection.connection.dbapi_connection
        self.members = 1
        self.until = monotonic() + SECONDS
        self.over = Event()
        self.outage: Unavailable | None = None

    def say(self, sql: str) -> None:
        """A savepoint's word, past SQLAlchemy: it is said twice for each work."""
        try:
            self.raw.execute(sql)
        except sqlite3.Error as error:
            raise OperationalError(sql, None, error) from error

    def take_back(self) -> bool:
        """Undoes the work in hand alone; False when SQLite gave up the whole transaction (a full disk)."""
        with suppress(sqlite3.Error):
            if self.raw.in_transaction:
                self.raw.execute("ROLLBACK TO work")
                self.raw.execute("RELEASE work")
                return True
        return False

    def commit(self) -> None:
        """Raises `Unavailable` or the driver's error when it cannot be; then nothing of the group is kept."""
        if not self.raw.in_transaction:
            raise Unavailable(NOTHING_SAVED)
        self.transaction.commit()


class Groups:
    """The one writer of a SQLite file in this process. `work()` is a turn at it, first come, first served.

    `patience` is how many seconds a work waits for its turn before it is refused as busy.
    """

    def __init__(self, engine: Engine, *, patience: float) -> None:
        self._engine = engine
        self._patience = patience
        self._lock = Lock()
        self._queue: deque[Lock] = deque()
        self._taken = False
        # Touched only by whoever has the turn:
        self._connection: Connection | None = None
        self._group: _Group | None = None

    @contextmanager
    def work(self) -> Iterator[Connection]:
        """A transaction of one's own, as far as the block can tell; it is committed when this returns.

        A work never waits for another one inside the block: that one may have to wait for it.
        Raises the driver's error when it cannot begin or be committed, `Unavailable` when it did not get its
        turn in time or the group it was in could not be committed.
        """
        self._take_turn()
        group, alone = self._join()
        failed: BaseException | None = None
        try:
            yield group.connection
            if not alone:
                group.say("RELEASE work")
        except BaseException as error:
            if alone or not group.take_back():
                self._end(group, Unavailable(NOTHING_SAVED))
                raise
            failed = error
        self._leave(group)
        if group.outage is not None:
            raise Unavailable(str(group.outage)) from group.outage
        if failed is not None:
            raise failed

    def close(self) -> None:
        """Lets go of the file, after the work in hand."""
        self._take_turn()
        self._drop()
        self._pass_on()

    def _take_turn(self) -> None:
        with self._lock:
            if not self._taken:
                self._taken = True
                return
            mine = Lock()
            mine.acquire()
            self._queue.append(mine)
        try:
            if mine.acquire(timeout=self._patience):
                return
        except BaseException:
            self._give_up(mine)
            raise
        if self._give_up(mine):
            raise Unavailable(BUSY)

    def _give_up(self, mine: Lock) -> bool:
        """Steps out of the queue; False when the turn came in that very moment."""
        with self._lock:
            if mine in self._queue:
                self._queue.remove(mine)
                return True
        return False

    def _pass_on(self) -> None:
        with self._lock:
            if self._queue:
                self._queue.popleft().release()
            else:
                self._taken = False

    def _join(self) -> tuple[_Group, bool]:
        """The group, and whether this work is its first: that one needs no savepoint."""
        group = self._group
        try:
            if group is None:
                if self._connection is None:
                    self._connection = self._engine.connect()
                self._group = _Group(self._connection)
                return self._group, True
            group.say("SAVEPOINT work")
            group.members += 1
        except BaseException:
            if group is None:
                self._drop()
                self._pass_on()
            else:
                self._end(group, Unavailable(NOTHING_SAVED))
            raise
        return group, False

    def _leave(self, group: _Group) -> None:
        """Hands the open group to the next in the queue and waits for its end, or commits it."""
        takes_more = group.raw.in_transaction and group.members < MEMBERS and monotonic() < group.until
        with self._lock:
            onward = takes_more and bool(self._queue)
            if onward:
                self._queue.popleft().release()
        if onward:
            group.over.wait()
        else:
            self._end(group, None)

    def _end(self, group: _Group, outage: Unavailable | None) -> None:
        """Commits, or with an `outage` takes everything back; tells the members and passes the turn on."""
        try:
            if outage is None:
                group.commit()
        except Unavailable as error:
            outage = error
        except DBAPIError as error:
            outage = _outage(error)
        except BaseException:
            outage = Unavailable(NOTHING_SAVED) if group.raw.in_transaction else None
            raise
        finally:
            group.outage, self._group = outage, None
            if outage is not None:
                self._take_all_back(group)
            group.over.set()
            self._pass_on()

    def _take_all_back(self, group: _Group) -> None:
        with suppress(Exception):
            group.transaction.rollback()
            if not group.raw.in_transaction:
                return
        # After a commit that failed, SQLAlchemy's rollback says nothing: closing the connection takes it back.
        self._drop()

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(Exception):
                connection.invalidate()
            connection.close()


def _outage(error: DBAPIError) -> Unavailable:
    """What a failed commit is to those who waited for it."""
    try:
        raise_outage(error, saving=True)
    except Unavailable as outage:
        return outage
    return Unavailable(NOTHING_SAVED)
