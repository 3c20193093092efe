"""SQLite serves one sender: a second live process on the same file is refused."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from iqs.errors import Conflict


@contextmanager
def alone(database: Path | None) -> Iterator[None]:
    """Holds a lock beside the database file while the block runs; None (PostgreSQL) needs none.

    The system lets go of the lock when the process ends, however it ends. Raises Conflict when another
    process holds it.
    """
    if database is None:
        yield
        return
    path = database.with_name(f"{database.name}.lock")
    with path.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.seek(0)
            holder = file.read(20).strip()
            raise Conflict(
                f"Another iqs process{f' (number {holder})' if holder.isdigit() else ''} already works on "
                f"{database.name}. Stop it first, or use PostgreSQL for several."
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield
