"""Statements over thousands of numbers, written for the driver.

What SQLAlchemy does around each row would cost more than the database needs (docs/sampling.md). In each statement
the rows are called `wanted`.
"""

from collections.abc import Collection, Iterator, Sequence
from itertools import chain
from typing import Any

from iqs.storage.store import Tx

AT_ONCE = 5_000
"""Rows of numbers in one statement."""

FEW = 500
"""Rows held as the driver gives them: thousands of them at a time would keep the garbage collector busy."""


def ask(
    tx: Tx, query: str, rows: Sequence[Sequence[int]], names: tuple[str, ...], **numbers: int
) -> Iterator[Sequence[Any]]:
    """The rows of a query over `wanted`, some thousands of numbers; they come first, whatever a planner thinks."""
    join = "CROSS JOIN" if tx.dialect.name == "sqlite" else "JOIN"
    asked = query.format(join=join, **{name: int(each) for name, each in numbers.items()})
    for part in _parts(rows):
        head, values = _wanted(tx, part, names)
        cursor = tx.exec_driver_sql(f"{head} {asked}", values).cursor
        while rows_found := cursor.fetchmany(FEW):
            yield from rows_found


def do(tx: Tx, statement: str, rows: Sequence[Sequence[int]], names: tuple[str, ...]) -> None:
    """A change over `wanted`."""
    for part in _parts(rows):
        head, values = _wanted(tx, part, names)
        tx.exec_driver_sql(f"{head} {statement}", values)


def insert(tx: Tx, table: str, columns: str, rows: Sequence[tuple[Any, ...]], again: str = "") -> None:
    """New rows of `columns`; `again` says what happens to those that are there."""
    if rows:
        mark = "?" if tx.dialect.name == "sqlite" else "%s"
        marks = ", ".join([mark] * len(rows[0]))
        tx.exec_driver_sql(f"INSERT INTO {table} ({columns}) VALUES ({marks}) {again}", list(rows))  # noqa: S608 - our names


def _wanted(tx: Tx, rows: Sequence[Sequence[int]], names: tuple[str, ...]) -> tuple[str, tuple[Any, ...]]:
    head = f"WITH wanted({', '.join(names)}) AS"
    if tx.dialect.name == "sqlite":
        marks = f"({', '.join('?' * len(names))})"
        return f"{head} (VALUES {', '.join([marks] * len(rows))})", tuple(chain.from_iterable(rows))
    arrays = ", ".join(["%s::bigint[]"] * len(names))
    # As text: the driver would look at each number to see whether it must be quoted.
    lists = [f"{{{','.join(map(str, column))}}}" for column in zip(*rows, strict=True)]
    return f"{head} (SELECT * FROM unnest({arrays}))", tuple(lists)  # noqa: S608 - marks alone


def column(numbers: Collection[int]) -> list[tuple[int]]:
    """Numbers as rows of one column, ascending."""
    return [(each,) for each in sorted(numbers)]


def _parts(rows: Sequence[Sequence[int]]) -> Iterator[Sequence[Sequence[int]]]:
    return (rows[start : start + AT_ONCE] for start in range(0, len(rows), AT_ONCE))
