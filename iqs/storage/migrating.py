"""Bringing a database to the newest step, alone and all at once, with a copy of a SQLite file beforehand."""

import os
import sqlite3
import sys
import tempfile
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from iqs.errors import Invalid, Unavailable
from iqs.storage.outages import raise_outage
from iqs.storage.revision import HEAD, revision
from iqs.storage.store import Store, Tx

LOCK = 0x19501
"""PostgreSQL's number for "somebody upgrades iqs"."""


@dataclass(frozen=True, slots=True)
class Upgrade:
    """What an upgrade did: the step before (None: an empty database) and after, where the copy is."""

    before: str | None
    after: str
    copy: Path | None = None

    @property
    def changed(self) -> bool:
        """Whether there was anything to do."""
        return self.before != self.after


def upgrade(store: Store) -> Upgrade:
    """Runs the missing steps in one transaction; another upgrade meanwhile waits and finds nothing to do.

    A SQLite database that is not empty is first copied beside itself (`iqs.db.before-0002`).
    Raises `Invalid` when the database is newer than this code, `Unavailable` when it cannot be reached.
    """
    if store.path is not None:
        _private(store.path)
    try:
        with store.engine.connect() as connection:
            raw: Any = connection.connection.dbapi_connection
            if store.is_sqlite:
                raw.execute("PRAGMA foreign_keys=OFF")  # a table is changed by copying it; checked below
            try:
                with connection.begin():
                    return _steps(store, connection)
            finally:
                if store.is_sqlite:
                    raw.execute("PRAGMA foreign_keys=ON")
    except DBAPIError as error:
        raise_outage(error)
        raise


def config(tx: Tx) -> Config:
    """Alembic's settings, for the steps of this package on this transaction."""
    made = Config(attributes={"connection": tx})
    made.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    return made


def _steps(store: Store, tx: Tx) -> Upgrade:
    if not store.is_sqlite:
        tx.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    before = revision(tx)
    if before == HEAD:
        return Upgrade(before, HEAD)
    if before is not None and before > HEAD:
        raise Invalid(
            f"The database is at step {before}, newer than this version of iqs knows ({HEAD}). "
            "Install the newer version."
        )
    kept = _copy(store.path) if before is not None and store.path is not None else None
    command.upgrade(config(tx), "head")
    if store.is_sqlite and tx.execute(text("PRAGMA foreign_key_check")).first() is not None:
        raise Invalid("The upgrade would leave rows that belong to nothing; the database was left as it was.")
    return Upgrade(before, HEAD, kept)


def _private(path: Path) -> None:
    """A new database file is for its owner's eyes only: it will hold customers' words."""
    with suppress(FileExistsError, OSError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def _copy(path: Path) -> Path:
    kept = path.with_name(f"{path.name}.before-{HEAD}")
    part = kept.with_name(f"{kept.name}.part")
    try:
        part.unlink(missing_ok=True)
        _private(part)
        with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(part)) as target:
            source.backup(target)
        part.replace(kept)
    except (OSError, sqlite3.Error) as error:
        raise Unavailable(
            f"The database could not be copied to {kept} before the upgrade; nothing was changed. "
            "Is the disk full?"
        ) from error
    return kept


def write_step(what: str) -> None:
    """Writes the next step from what differs between the newest one and `iqs.storage.tables`, to be read and mended.

    `python -m iqs.storage.migrating "what changes"`; raise `revision.HEAD` afterwards.
    """
    with tempfile.TemporaryDirectory() as folder:
        store = Store(f"sqlite:///{Path(folder, 'empty.db')}")
        upgrade(store)
        with store.write() as tx:
            command.revision(config(tx), what, autogenerate=True, rev_id=f"{int(HEAD) + 1:04}")
        store.close()


if __name__ == "__main__":
    write_step(" ".join(sys.argv[1:]))
