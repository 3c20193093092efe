"""INSERT … ON CONFLICT: both databases know it, SQLAlchemy spells it once for each."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import DeclarativeBase

from iqs.storage.store import Tx

Insert = sqlite.Insert | postgresql.Insert
Target = Table | type[DeclarativeBase]
Said = TypeVar("Said")


def insert(tx: Tx, table: Target) -> Insert:
    """An INSERT that can say `on_conflict_do_nothing` and `on_conflict_do_update`, for this database."""
    return sqlite.insert(table) if tx.dialect.name == "sqlite" else postgresql.insert(table)


def spelled(build: Callable[[Callable[[Target], Any]], Said]) -> Mapping[str, Said]:
    """A statement by the name of the database, made once: building one costs more than running it.

    `build` is given the database's `insert`.
    """
    return {"sqlite": build(sqlite.insert), "postgresql": build(postgresql.insert)}


def upsert(tx: Tx, table: Target, rows: Sequence[Mapping[str, Any]], keys: Sequence[str]) -> None:
    """Inserts rows of the same columns; where one with these `keys` exists, its other columns are set."""
    if not rows:
        return
    statement = insert(tx, table)
    changed = {name: statement.excluded[name] for name in rows[0] if name not in keys}
    if changed:
        statement = statement.on_conflict_do_update(index_elements=list(keys), set_=changed)
    else:
        statement = statement.on_conflict_do_nothing(index_elements=list(keys))
    tx.execute(statement, [dict(row) for row in rows])
