"""Statements that each click runs: compiled once by SQLAlchemy, then run by the driver itself on SQLite.

What SQLAlchemy does around a statement costs three times what SQLite needs to answer it (measured: 60 µs and
20 µs). The text of the statement and the types of its values are SQLAlchemy's still, and so are its errors. On
PostgreSQL, where the way to the server costs more than all of that, a statement goes the usual way.
"""

import sqlite3
from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Dialect
from sqlalchemy.exc import DBAPIError

from iqs.storage import upserts
from iqs.storage.store import Tx

Row = Any
"""A tuple with the columns' names, whichever way the statement went."""

Convert = Callable[[Any], Any] | None


class Prepared:
    """A SELECT, or an INSERT, of named `bindparam()`s; `build` is given this database's `insert`.

    An INSERT names all columns that have a default in Python: nobody else fills them in.
    """

    def __init__(self, build: Callable[[Callable[[upserts.Target], Any]], Any]) -> None:
        self._statements = upserts.spelled(build)
        self._quick: _Quick | None = None

    def all(self, tx: Tx, **values: Any) -> Sequence[Row]:
        """The rows; raises what `tx.execute` would."""
        if tx.dialect.name != "sqlite":
            result = tx.execute(self._statements[tx.dialect.name], values)
            return result.all() if result.returns_rows else []
        if self._quick is None:
            self._quick = _Quick(self._statements["sqlite"], tx.dialect)
        return self._quick(tx, values)

    def one(self, tx: Tx, **values: Any) -> Row | None:
        """The only row, or None."""
        rows = self.all(tx, **values)
        assert len(rows) <= 1, "this statement finds one row at most"
        return rows[0] if rows else None


class _Quick:
    """A statement as SQLite's driver takes it."""

    def __init__(self, statement: Any, dialect: Dialect) -> None:
        compiled = statement.compile(dialect=dialect)
        self._sql = str(compiled)
        self._given = [
            (name, compiled.binds[name].type.dialect_impl(dialect).bind_processor(dialect))
            for name in compiled.positiontup or ()
        ]
        self._fixed = {name: bind.value for name, bind in compiled.binds.items() if not bind.required}
        columns = list(getattr(statement, "selected_columns", None) or statement.exported_columns)
        names = [str(each.key) for each in columns]
        row: Any = namedtuple("Row", names, rename=True)  # type: ignore[misc]  # noqa: PYI024 - its columns are known only here
        self._row: Callable[[Sequence[Any]], Row] = row._make
        made = [each.type.dialect_impl(dialect).result_processor(dialect, None) for each in columns]
        self._read = [(place, convert) for place, convert in enumerate(made) if convert is not None]
        self._dialect = dialect

    def __call__(self, tx: Tx, values: Mapping[str, Any]) -> list[Row]:
        given = [
            (values[name] if name in values else self._fixed[name])
            if convert is None
            else convert(values[name])
            for name, convert in self._given
        ]
        raw: Any = tx.connection.dbapi_connection
        try:
            found = raw.execute(self._sql, given).fetchall()
        except sqlite3.Error as error:
            raise DBAPIError.instance(
                self._sql, None, error, sqlite3.Error, hide_parameters=True, dialect=self._dialect
            ) from error
        if not self._read:
            return [self._row(row) for row in found]
        return [self._row(self._converted(row)) for row in found]

    def _converted(self, row: Sequence[Any]) -> list[Any]:
        made = list(row)
        for place, convert in self._read:
            made[place] = convert(made[place])
        return made
