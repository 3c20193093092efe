"""Several questions to the database at once.

A report asks a handful of things that do not depend on each other. On PostgreSQL the way to the server and back
costs more than most of the answers, so there they travel as one statement: a UNION ALL of the questions, whose rows
carry the question's number and share columns by kind. SQLite is in the same process and is asked one by one.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from operator import itemgetter
from typing import Any, Generic, TypeVar

from sqlalchemy import (
    BigInteger,
    Boolean,
    Double,
    Integer,
    Select,
    Text,
    TypeDecorator,
    cast,
    false,
    literal_column,
    null,
    select,
    union_all,
)

from iqs.storage.store import Tx

T_co = TypeVar("T_co", covariant=True)

Row = Sequence[Any]

_KINDS = (Boolean, BigInteger, Double, Text)
"""What a column can be: PostgreSQL calls an integer what SQLAlchemy knows as a time, and so on."""

_NOTHING: Any = literal_column("NULL")  # SQLAlchemy would give each null() a name


@dataclass(frozen=True, slots=True, eq=False)
class Question(Generic[T_co]):
    """A SELECT of truth values, numbers, times and text, and what its rows say; sums are cast to their kind."""

    statement: Select[*tuple[Any, ...]]
    read: Callable[[Sequence[Row]], T_co]


class Answers:
    """What the database answered: `answers.to(question)`."""

    def __init__(self, found: Mapping[Question[Any], Sequence[Row]]) -> None:
        self._found = found

    def to(self, question: Question[T_co]) -> T_co:
        """The answer to one of the questions that were asked."""
        return question.read(self._found[question])


def answer(tx: Tx, question: Question[T_co]) -> T_co:
    """The answer to a single question."""
    return question.read(tx.execute(question.statement).all())


def ask(tx: Tx, questions: Iterable[Question[Any]]) -> Answers:
    """The answers to all of them."""
    asked = list(questions)
    if tx.dialect.name == "sqlite":
        return Answers({each: tx.execute(each.statement).all() for each in asked})
    return Answers(_together(tx, asked))


def _together(tx: Tx, questions: Sequence[Question[Any]]) -> dict[Question[Any], Sequence[Row]]:
    """By one statement. Its first column is the question's number; then come as many of each kind as any needs."""
    columns = [list(each.statement.selected_columns) for each in questions]
    kinds = [[_kind(column.type) for column in own] for own in columns]
    width = {kind: max(own.count(kind) for own in kinds) for kind in _KINDS}
    every = [kind for kind in _KINDS for _ in range(width[kind])]
    branches = [select(literal_column("-1", Integer), *(cast(null(), kind) for kind in every)).where(false())]
    readers = []
    for number, (question, own) in enumerate(zip(questions, columns, strict=True)):
        free = {kind: every.index(kind) for kind in _KINDS if width[kind]}
        shared: list[Any] = [_NOTHING for _ in every]
        places = []
        for column, kind in zip(own, kinds[number], strict=True):
            shared[free[kind]] = column
            free[kind] += 1
            places.append(free[kind])  # its number comes before all of them
        branches.append(question.statement.with_only_columns(literal_column(str(number), Integer), *shared))
        readers.append(_reader(tx, places, [column.type for column in own]))
    found: list[list[Row]] = [[] for _ in questions]
    for row in tx.execute(union_all(*branches)):
        found[row[0]].append(readers[row[0]](row))
    return dict(zip(questions, found, strict=True))


def _kind(type_: Any) -> Any:
    stored = type_.impl_instance if isinstance(type_, TypeDecorator) else type_
    if isinstance(stored, Boolean):
        return Boolean
    if isinstance(stored, Integer):
        return BigInteger
    return Double if isinstance(stored, Double) else Text


def _reader(tx: Tx, places: Sequence[int], types: Sequence[Any]) -> Callable[[Row], Row]:
    """What makes a question's own row of a shared one."""
    if len(places) == 1:
        (place,) = places
        return lambda row: (row[place],)
    pick = itemgetter(*places)
    converted = [
        (at, partial(each.process_result_value, dialect=tx.dialect))
        for at, each in enumerate(types)
        if isinstance(each, TypeDecorator)
    ]
    if not converted:
        return pick

    def read(row: Row) -> Row:
        own = list(pick(row))
        for at, convert in converted:
            own[at] = convert(own[at])
        return own

    return read
