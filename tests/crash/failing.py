"""Databases whose N-th operation fails: a statement, a commit, or a commit that is done and never answered.

It fails below SQLAlchemy, where a real driver would: what PostgreSQL loses is the connection itself, and SQLite
has an I/O error. Everything else goes to the real database.
"""

import sqlite3
from threading import Lock
from typing import Any

import psycopg
from sqlalchemy import event

from iqs.storage.store import Store

BEFORE, AFTER = "before", "after"  # a failing commit: nothing was kept, or everything and nobody was told


class Trigger:
    """Counts operations once it is set, and says which one fails. `failed` tells at what; "" while it did not."""

    def __init__(self) -> None:
        self._left, self._lock = 0, Lock()
        self.commit, self.failed = BEFORE, ""

    def set(self, number: int, commit: str) -> None:
        """The `number`-th operation from now on fails; 0 is none."""
        with self._lock:
            self._left, self.commit, self.failed = number, commit, ""

    def now(self, operation: str) -> bool:
        """Whether this is the one."""
        with self._lock:
            self._left -= 1
            if self._left == 0:
                self.failed = operation
            return self._left == 0


def let_fail(store: Store, trigger: Trigger) -> None:
    """Every connection that `store` opens from now on counts."""
    connect = _sqlite(trigger) if store.is_sqlite else _postgresql(trigger)
    opener = store.engine.pool._dialect  # not the engine's, which tests share (`tests.databases`)
    event.listen(opener, "do_connect", lambda _dialect, _record, args, named: connect(*args, **named))


def _sqlite(trigger: Trigger) -> Any:
    def error() -> sqlite3.OperationalError:
        made = sqlite3.OperationalError("disk I/O error")
        made.sqlite_errorcode = sqlite3.SQLITE_IOERR
        return made

    class Cursor(sqlite3.Cursor):
        def execute(self, sql: str, *parameters: Any) -> Any:
            if trigger.now(sql):
                raise error()
            return super().execute(sql, *parameters)

    class Connection(sqlite3.Connection):
        def cursor(self, factory: Any = Cursor) -> Any:
            return super().cursor(factory)

        def execute(self, sql: str, *parameters: Any) -> Any:
            return self.cursor().execute(sql, *parameters)

        def commit(self) -> None:
            fails = trigger.now("COMMIT")
            if not fails or trigger.commit == AFTER:
                super().commit()
            if fails:
                raise error()

    return lambda *args, **named: sqlite3.connect(*args, factory=Connection, **named)


def _postgresql(trigger: Trigger) -> Any:
    def lose(connection: Any) -> psycopg.OperationalError:
        connection.pgconn.finish()
        return psycopg.OperationalError("server closed the connection unexpectedly")

    class Cursor(psycopg.Cursor[Any]):
        def execute(self, query: Any, *args: Any, **named: Any) -> Any:
            if trigger.now(str(query)):
                raise lose(self.connection)
            return super().execute(query, *args, **named)

    class Connection(psycopg.Connection[Any]):
        cursor_factory = Cursor

        def commit(self) -> None:
            fails = trigger.now("COMMIT")
            if not fails or trigger.commit == AFTER:
                super().commit()
            if fails:
                raise lose(self)

    return Connection.connect
