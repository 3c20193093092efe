"""The SELECTs behind the reports: counts, sums and sums of squares, straight from the covering indexes.

IQS counts submitted manager and peer reviews of the random stream and of imported history, once their undo
window is over. Sums are exact on both databases: the square of a score has up to 54 bits, so that a thousand
of them no longer fit into 64, and SQLite refuses then. Squares are therefore summed as a high and a low part,
which together stay exact for 90 billion reviews.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    Label,
    Text,
    and_,
    case,
    cast,
    func,
    literal_column,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from iqs import periods
from iqs.assignments import AssignmentState
from iqs.figures import NOBODY, Cell, Tallies, Tally, Work
from iqs.reports import Period, ReviewLine
from iqs.reviews import BY_OTHERS, COUNTED_STREAMS, UNDO_WINDOW, ReviewKind, Stream
from iqs.scoring import from_micropoints
from iqs.storage import tables
from iqs.storage.asking import Question, Row
from iqs.storage.repositories.own_views import kept_back

R = tables.Review
V = tables.Rating
C = tables.Conversation
A = tables.Assignment
D = tables.Draw


_HALF = 10**8


def said(*words: StrEnum) -> list[ColumnElement[Any]]:
    """Words of ours as part of the statement itself.

    PostgreSQL plans a statement it knows once for all parameters; of words it is told it knows how many rows have
    them, of parameters it knows nothing, and then reads a person's whole history for their last five reviews.
    """
    return [literal_column(f"'{each.value}'") for each in words]


_DIVISOR = literal_column(str(_HALF), BigInteger)
_IMPORTED = R.stream.in_(said(Stream.IMPORTED))
_UNDATED = and_(R.submitted_at.is_(None), _IMPORTED)


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose reviews: of a team, of a reviewee, by a reviewer; not those that could still be undone at `as_of`.

    `without` are the ids of reviews that are left out.
    """

    as_of: datetime
    team_id: int | None = None
    reviewee_id: int | None = None
    reviewer_id: int | None = None
    without: frozenset[int] = frozenset()


def by_window(scope: Scope, windows: Sequence[Period]) -> Question[Tallies]:
    """Review scores in each window. Windows, here and below, are in order and do not overlap."""
    return _scores(scope, windows)


def by_reviewer(scope: Scope, windows: Sequence[Period]) -> Question[Tallies]:
    """Review scores given by each reviewer in each window."""
    return _scores(scope, windows, R.reviewer_id)


class Rated(NamedTuple):
    """What was rated: points by window and category's key, without N/A; how many agents stand behind each, if asked.

    `causes` counts how often each (category key, cause key) was picked in the last of the windows.
    """

    tallies: Tallies
    people: Mapping[tuple[int, str], int]
    causes: Mapping[tuple[str, str], int]


def rated(scope: Scope, windows: Sequence[Period], *, people: bool = False) -> Question[Rated]:
    """The ratings of each window, read once.

    Added up window by window and by the category's id, so that thousands of ratings are sorted by one number and
    need not look up its key. Of agents and causes come lists: a key may stand on several scorecards.
    """
    nothing = cast(null(), Text)
    agents = listed(case((V.points.is_not(None), R.reviewee_id))) if people else nothing
    causes = func.aggregate_strings(func.nullif(cast(V.causes, Text), literal_column("'[]'")), _BREAK)
    each = union_all(
        *(
            select(
                number(place).label("place"),
                V.category_id,
                agents.label("agents"),
                (causes if window is windows[-1] else nothing).label("causes"),
                *(one.label(f"s{n}") for n, one in enumerate(sums(V.points))),
            )
            .select_from(R)
            .join(V, V.review_id == R.id)
            .where(*counted(scope, [window]))
            .group_by(V.category_id)
            for place, window in enumerate(windows)
        )
    ).subquery()
    statement = select(
        each.c.place, tables.Category.key, each.c.agents, each.c.causes, *(each.c[f"s{n}"] for n in range(4))
    ).join(tables.Category, tables.Category.id == each.c.category_id)
    return Question(statement, _rated)


_BREAK = "\n"
"""Between what several ratings have in one list: JSON of ours has none."""


def _rated(rows: Sequence[Row]) -> Rated:
    tallies: dict[Cell, Tally] = {}
    people: dict[tuple[int, str], set[str]] = {}
    counts: dict[tuple[str, str], int] = {}
    for place, key, agents, causes, *row in rows:
        if row[0]:
            cell = Cell(place, key)
            tallies[cell] = tallies.get(cell, Tally()) + Tally(*numbers(row))
        if agents:
            people.setdefault((place, key), set()).update(agents.split(","))
        for each in causes.split(_BREAK) if causes else ():
            for cause in json.loads(each):
                counts[key, cause] = counts.get((key, cause), 0) + 1
    return Rated(tallies, {cell: len(who) for cell, who in people.items()}, counts)


def work(team_id: int, window: Period, as_of: datetime) -> Question[Work]:
    """How many assignments of the samples drawn in the window are in each state, by reviewer (id, name).

    What stands beside a sample is left out: it was picked on purpose, is a second reading, or is the agent's own.
    Those handed on to another reviewer are counted with the other one. What happened later than `as_of` has not
    happened: such assignments are still open.
    """
    submitted = and_(A.state.in_(said(AssignmentState.SUBMITTED)), R.submitted_at <= as_of)
    skipped = and_(A.state.in_(said(AssignmentState.SKIPPED)), A.updated_at <= as_of)
    (is_submitted, is_skipped, is_open) = said(
        AssignmentState.SUBMITTED, AssignmentState.SKIPPED, AssignmentState.OPEN
    )
    state = case((submitted, is_submitted), (skipped, is_skipped), else_=is_open)
    each = (
        select(A.reviewer_id, state.label("state_then"), func.count().label("times"))
        .select_from(D)
        .join(A, and_(A.team_id == D.team_id, A.draw_id == D.id))
        .outerjoin(R, R.assignment_id == A.id)
        .where(
            D.team_id == team_id,
            D.created_at >= window.start,
            D.created_at < window.end,
            D.created_at <= as_of,
            A.stream.in_(said(Stream.RANDOM)),
            A.kind.in_(said(*BY_OTHERS)),
            A.state.not_in(said(AssignmentState.CANCELLED)),
        )
        .group_by(A.reviewer_id, "state_then")
        .subquery()
    )
    statement = select(each.c.reviewer_id, tables.Person.name, each.c.state_then, each.c.times).join(
        tables.Person, tables.Person.id == each.c.reviewer_id
    )
    return Question(
        statement,
        lambda rows: {(id_, name, AssignmentState(word)): times for id_, name, word, times in rows},
    )


def received(scope: Scope, *, limit: int) -> Question[tuple[ReviewLine, ...]]:
    """The newest released reviews by others in this scope, the newest first, as their reviewee may know them.

    Of every stream but second readings, which measure reviewers; without what waits for the agent's own view.
    """
    statement = (
        select(R.id, C.subject, R.score, R.passed, R.submitted_at, R.acknowledged_at, R.kind, R.stream)
        .join(C, C.id == R.conversation_id)
        .where(
            *_of(scope),
            R.submitted_at <= scope.as_of - UNDO_WINDOW,
            R.kind.in_(said(*BY_OTHERS)),
            R.stream.not_in(said(Stream.DOUBLE)),
            ~kept_back(scope.as_of),
        )
        .order_by(R.submitted_at.desc(), R.id.desc())
        .limit(number(limit))
    )
    return Question(statement, _lines)


def _lines(rows: Sequence[Row]) -> tuple[ReviewLine, ...]:
    return tuple(
        ReviewLine(
            review_id=review_id,
            subject=subject,
            percent=None if score is None else float(from_micropoints(score)),
            passed=passed,
            submitted_at=submitted_at,
            acknowledged=acknowledged_at is not None,
            kind=ReviewKind(kind),
            stream=Stream(stream),
        )
        for review_id, subject, score, passed, submitted_at, acknowledged_at, kind, stream in rows
    )


def _scores(scope: Scope, windows: Sequence[Period], *of: Any) -> Question[Tallies]:
    statement = select(place_of(windows), *of, *tallied())
    names = 1 + len(of)

    def read(rows: Sequence[Row]) -> Tallies:
        return {
            Cell(row[0], *(NOBODY if each is None else each for each in row[1:names])): Tally(
                *numbers(row[names:])
            )
            for row in rows
        }

    return Question(statement.where(*counted(scope, windows)).group_by("place", *of), read)


def released(scope: Scope, windows: Sequence[Period]) -> list[ColumnElement[bool]]:
    """That a review is in this scope and these windows, and can no longer be undone."""
    # One upper bound: given two, SQLite seeks by one of them only, and reads on to today for an old period.
    until = min(windows[-1].end, scope.as_of - UNDO_WINDOW + periods.TICK)
    dated = and_(R.submitted_at >= windows[0].start, R.submitted_at < until)
    return [*_of(scope), or_(dated, _UNDATED) if windows[-1].undated else dated]


def counted(
    scope: Scope, windows: Sequence[Period], streams: Sequence[Stream] = COUNTED_STREAMS
) -> list[ColumnElement[bool]]:
    """That a review counts for IQS in these windows; `streams` may be fewer."""
    return [*released(scope, windows), R.kind.in_(said(*BY_OTHERS)), R.stream.in_(said(*streams))]


def _of(scope: Scope) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if scope.team_id is not None:
        conditions.append(R.team_id == scope.team_id)
    if scope.reviewee_id is not None:
        conditions.append(R.reviewee_id == scope.reviewee_id)
    if scope.reviewer_id is not None:
        conditions.append(R.reviewer_id == scope.reviewer_id)
    if scope.without:
        conditions.append(R.id.not_in(sorted(scope.without)))
    return conditions


def place_of(windows: Sequence[Period]) -> Label[int]:
    """The number of the window a review falls into, under the name by which it is grouped."""
    if len(windows) == 1:
        return number(0).label("place")
    undated = [(_UNDATED, number(len(windows) - 1))] if windows[-1].undated else []
    return case(*undated, *dated(R.submitted_at, windows)).label("place")


def dated(at: Any, windows: Sequence[Period]) -> list[tuple[ColumnElement[bool], ColumnElement[int]]]:
    """By the first window that ends after it, its number: what a CASE is made of."""
    return [(at < each.end, number(place)) for place, each in enumerate(windows)]


def number(known: int) -> ColumnElement[int]:
    """A number of ours as part of the statement itself (see `said`)."""
    return literal_column(str(known), Integer)


def sums(column: Any) -> tuple[ColumnElement[Any], ...]:
    """Count, sum, and the sum of squares in its two parts, of a column of micropoints.

    Whole numbers on both databases: PostgreSQL's own sum of them is a NUMERIC.
    """
    square = column * column
    parts = (column, square // _DIVISOR, square % _DIVISOR)
    return func.count(column), *(cast(func.sum(part), BigInteger) for part in parts)


def tallied() -> tuple[ColumnElement[Any], ...]:
    """What a `Tally` of review scores is made of: `numbers` reads it."""
    return (
        *sums(R.score),
        func.count(case((R.passed.is_(True), number(1)))),
        func.count() - func.count(R.score),
        func.count(case((_IMPORTED, R.score))),
    )


def numbers(row: Sequence[Any]) -> list[int]:
    """Count, sum and sum of squares from `sums`, then the rest; sums of nothing are 0."""
    n, total, high, low, *rest = row
    return [n, total or 0, (high or 0) * _HALF + (low or 0), *rest]


class listed(FunctionElement[str]):  # noqa: N801 - named as functions of SQL are
    """An aggregate: the different ids of a column with commas between them; null of none."""

    type = Text()
    inherit_cache = True


@compiles(listed, "sqlite")
def _on_sqlite(element: listed, compiler: SQLCompiler, **options: Any) -> str:
    return f"group_concat(DISTINCT {compiler.process(element.clauses, **options)})"


@compiles(listed, "postgresql")
def _on_postgresql(element: listed, compiler: SQLCompiler, **options: Any) -> str:
    # As numbers: texts take it several times as long to sort.
    return f"array_to_string(array_agg(DISTINCT {compiler.process(element.clauses, **options)}), ',')"
