"""INSERT … ON CONFLICT: both databases know it, SQLAlchemy spells it once for each."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import DeclarativeBase

from iqs.storage.store import Tx

Insert = sqlite.Insert | postgresql.Insert
Target = Table | type[DeclarativeBase]


def insert(tx: Tx, table: Target) -> Insert:
    """An INSERT that can say `on_conflict_do_nothing` and `on_conflict_do_update`, for this database."""
    return sqlite.insert(table) if tx.dialect.name == "sqlite" else postgresql.insert(table)


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
