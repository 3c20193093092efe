"""The database: one engine, two ways in. `write()` is one transaction, `read()` sees one moment."""

import json
import random
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import copy
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import URL, Connection, Engine, ExceptionContext, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from iqs.errors import Invalid
from iqs.storage.groups import Groups
from iqs.storage.outages import may_repeat, raise_outage
from iqs.storage.revision import HEAD, revision

T = TypeVar("T")

Tx = Connection
"""What repositories take: an open transaction."""

BUSY_SECONDS = 10
"""How long a write waits for another one, or for a free connection, before it is refused as unavailable."""

TRIES = 4
"""How often `transact` runs work that the database gave up through no fault of its own."""


class Store:
    """A database by URL: `sqlite:///file.db` or `postgresql://…` (psycopg 3).

    Raises `Invalid` for a URL that cannot be used. `write()`, `read()` and `transact()` raise `Unavailable`
    when the database cannot be reached or refuses to work; a broken rule stays SQLAlchemy's `IntegrityError`.
    """

    def __init__(self, url: str, *, pool_size: int = 20) -> None:
        parsed = _parsed(url)
        self.is_sqlite = parsed.get_backend_name() == "sqlite"
        self.path = _file(parsed) if self.is_sqlite else None
        settings: dict[str, Any] = {
            "pool_size": pool_size,
            "pool_timeout": BUSY_SECONDS,
            "hide_parameters": True,  # they are people's addresses and customers' text, and errors are logged
            "execution_options": {"preserve_rowcount": True},  # also of an INSERT … ON CONFLICT DO NOTHING
            "json_serializer": partial(json.dumps, ensure_ascii=False, separators=(",", ":")),
        }
        if self.is_sqlite:
            self.engine = _sqlite(parsed, settings)
            self._reader = self.engine.execution_options(iqs_writing=False)
        else:
            self.engine = _postgresql(parsed, settings)
            self._reader = self.engine.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )
        self._groups = Groups(self.engine, patience=BUSY_SECONDS) if self.is_sqlite else None
        self._begin = self._groups.work if self._groups else self.engine.begin
        self._writing = threading.local()
        self._first: Callable[[Tx], None] | None = None

    @contextmanager
    def write(self) -> Iterator[Tx]:
        """One transaction: committed when the block ends, rolled back when it raises.

        On SQLite it is alone from its first moment, and several that wait share one flush (`storage.groups`).
        On PostgreSQL others write beside it: what is read in order to be changed is locked
        (`with_for_update()`, which SQLite ignores) or compared when it is set.
        """
        saving = False
        with self._alone():
            try:
                with self._begin() as connection:
                    if self._first is not None:
                        self._first(connection)
                    yield connection
                    saving = True
                self._first = None
            except (DBAPIError, PoolTimeoutError) as error:
                raise_outage(error, saving=saving)
                raise

    def transact(self, work: Callable[[Tx], T]) -> T:
        """`work` in one `write()`, run anew when the database gave it up and has certainly kept nothing.

        That is a deadlock, a serialisation failure, or a connection lost before the commit (PostgreSQL).
        `work` may run several times, so it does nothing but speak to the database.
        """
        with self._alone():
            for attempt in range(1, TRIES + 1):
                saving = False
                try:
                    with self._begin() as connection:
                        if self._first is not None:
                            self._first(connection)
                        result = work(connection)
                        saving = True
                    self._first = None
                except (DBAPIError, PoolTimeoutError) as error:
                    if attempt == TRIES or not may_repeat(error, saving=saving):
                        raise_outage(error, saving=saving)
                        raise
                    time.sleep(random.uniform(0, 0.05 * 2**attempt))  # noqa: S311 - apart, not secret
                else:
                    return result
        raise AssertionError("unreachable: the last attempt returns or raises")

    def beginning(self, first: Callable[[Tx], None]) -> "Store":
        """This store as one errand uses it: the first transaction it commits has begun with `first`.

        `first` runs again when that transaction was rolled back and another one is tried.
        """
        errand = copy(self)
        errand._first = first  # noqa: SLF001 - a copy of ourselves
        return errand

    @property
    def begun(self) -> bool:
        """Whether what this errand had to begin with is committed."""
        return self._first is None

    @contextmanager
    def read(self) -> Iterator[Tx]:
        """One consistent look, at one moment; an attempt to write in it is an error."""
        try:
            with self._reader.connect() as connection, connection.begin():
                yield connection
        except (DBAPIError, PoolTimeoutError) as error:
            raise_outage(error, reading=True)
            raise

    def is_current(self) -> bool:
        """Whether the tables are at the step this code knows; `Unavailable` when the database is out."""
        return self.revision() == HEAD

    def revision(self) -> str | None:
        """The step the tables are at, None for an empty database."""
        with self.read() as tx:
            return revision(tx)

    def close(self) -> None:
        """Closes every connection."""
        if self._groups is not None:
            self._groups.close()
        self.engine.dispose()

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Refuses a write inside a write: on SQLite it would wait for itself."""
        if getattr(self._writing, "now", False):
            raise RuntimeError("a transaction inside a transaction; hand the outer one on instead")
        self._writing.now = True
        try:
            yield
        finally:
            self._writing.now = False


def _parsed(url: str) -> URL:
    if url.startswith("postgres://"):  # as some hosts still write it
        url = url.replace("postgres://", "postgresql://", 1)
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise Invalid(
            "DATABASE_URL is not an address such as sqlite:///iqs.db or postgresql://user@host/name."
        ) from None
    backend = parsed.get_backend_name()
    drivers = {"sqlite": "sqlite+pysqlite", "postgresql": "postgresql+psycopg"}
    if backend not in drivers:
        raise Invalid(f"DATABASE_URL names {backend}; sqlite and postgresql are supported.")
    return parsed.set(drivername=drivers[backend])


def _file(url: URL) -> Path:
    if not url.database or url.database == ":memory:" or url.database.startswith("file:"):
        raise Invalid("DATABASE_URL must name a file for SQLite, such as sqlite:///iqs.db.")
    path = Path(url.database)
    if path.is_dir():
        raise Invalid(f"DATABASE_URL names the folder {path}; add the name of a file in it.")
    if not path.parent.is_dir():
        raise Invalid(f"There is no folder {path.parent} for the database file; make it, then try again.")
    return path


def _postgresql(url: URL, settings: dict[str, Any]) -> Engine:
    waits = {} if "connect_timeout" in url.query else {"connect_timeout": 5}
    engine = create_engine(url, pool_pre_ping=True, connect_args=waits, **settings)

    @event.listens_for(engine, "connect")
    def _alone(connection: Any, _: object) -> None:
        # A report reads some thousand rows: its UNION ALL looks worth other processes to PostgreSQL, and to start
        # them takes five times as long as to answer.
        connection.execute("SET max_parallel_workers_per_gather = 0")
        connection.commit()

    @event.listens_for(engine, "handle_error")
    def _discreet(context: ExceptionContext) -> None:
        # PostgreSQL tells the row's values ("Key (email)=(…) already exists"), and errors are logged.
        original, ours = context.original_exception, context.sqlalchemy_exception
        primary = getattr(getattr(original, "diag", None), "message_primary", None)
        if primary and ours is not None:
            original.args = (primary,)
            ours.args = (f"({type(original).__name__}) {primary}",)

    return engine


def _sqlite(url: URL, settings: dict[str, Any]) -> Engine:
    engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS}, **settings)

    @event.listens_for(engine, "connect")
    def _settle(connection: sqlite3.Connection, _: object) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves, see below
        connection.execute(f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}")
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")  # an acknowledged click survives a power cut
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute(
            "PRAGMA cache_size=-8000"
        )  # KiB; a digest of a long history reads some 4 MB of pages

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # A transaction that reads and then writes must lock first, or SQLite refuses it when another wrote
        # between (933 of 1,200 lost with a plain BEGIN, none with IMMEDIATE).
        writing = connection.get_execution_options().get("iqs_writing", True)
        raw: Any = connection.connection.dbapi_connection
        begin = "BEGIN IMMEDIATE" if writing else "BEGIN"
        try:  # past SQLAlchemy: this is said for every transaction
            if connection.info.get("iqs_writing") is not writing:  # it makes SQLite forget what it compiled
                raw.execute(f"PRAGMA query_only={'OFF' if writing else 'ON'}")
                connection.info["iqs_writing"] = writing
            raw.execute(begin)
        except sqlite3.Error as error:
            raise OperationalError(begin, None, error) from error

    return engine
