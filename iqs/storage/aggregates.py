"""The SELECTs behind the reports: counts, sums and sums of squares, straight from the covering indexes.

IQS counts submitted manager and peer reviews of the random stream and of imported history, once their undo
window is over. Sums are exact on both databases: the square of a score has up to 54 bits, so that a thousand
of them no longer fit into 64, and SQLite refuses then. Squares are therefore summed as a high and a low part,
which together stay exact for 90 billion reviews.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

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
    or_,
    select,
)

from iqs import periods
from iqs.assignments import AssignmentState
from iqs.figures import NOBODY, Cell, Tallies, Tally, Work
from iqs.reports import Period, ReviewLine
from iqs.reviews import UNDO_WINDOW, ReviewKind, Stream
from iqs.scoring import from_micropoints
from iqs.storage import tables
from iqs.storage.repositories.streams import kept_back
from iqs.storage.store import Tx

R = tables.Review
V = tables.Rating
C = tables.Conversation
A = tables.Assignment
D = tables.Draw

COUNTED_KINDS = (ReviewKind.MANAGER, ReviewKind.PEER)
COUNTED_STREAMS = (Stream.RANDOM, Stream.IMPORTED)

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


def by_window(tx: Tx, scope: Scope, windows: Sequence[Period]) -> Tallies:
    """Review scores in each window. Windows, here and below, are in order and do not overlap."""
    return _scores(tx, scope, windows)


def by_reviewer(tx: Tx, scope: Scope, windows: Sequence[Period]) -> Tallies:
    """Review scores given by each reviewer in each window."""
    return _scores(tx, scope, windows, R.reviewer_id)


def by_category(tx: Tx, scope: Scope, windows: Sequence[Period]) -> Tallies:
    """Points of each category, by its key, in each window; N/A is left out."""
    return {Cell(place, key): tally for place, key, tally, _ in _points(tx, scope, windows)}


def by_category_with_people(
    tx: Tx, scope: Scope, windows: Sequence[Period]
) -> tuple[Tallies, Mapping[tuple[int, str], int]]:
    """The same, and how many agents stand behind each."""
    found = list(_points(tx, scope, windows, R.reviewee_id))
    tallies = {Cell(place, key): tally for place, key, tally, _ in found}
    return tallies, {(place, key): people for place, key, _, people in found}


def _points(
    tx: Tx, scope: Scope, windows: Sequence[Period], *of: Any
) -> Iterator[tuple[int, str, Tally, int]]:
    """Added up by the category's id first: thousands of ratings need not look up its key."""
    each = (
        select(
            place_of(windows),
            V.category_id,
            *of,
            *(one.label(f"s{n}") for n, one in enumerate(sums(V.points))),
        )
        .select_from(R)
        .join(V, V.review_id == R.id)
        .where(*counted(scope, windows), V.points.is_not(None))
        .group_by("place", V.category_id, *of)
        .subquery()
    )
    people = func.count(each.c.reviewee_id.distinct()) if of else number(0)
    found = tx.execute(
        select(each.c.place, tables.Category.key, people, *(func.sum(each.c[f"s{n}"]) for n in range(4)))
        .join(tables.Category, tables.Category.id == each.c.category_id)
        .group_by(each.c.place, tables.Category.key)
    )
    for place, key, behind, *row in found:
        yield place, key, Tally(*numbers(row)), behind


def causes(tx: Tx, scope: Scope, window: Period) -> dict[tuple[str, str], int]:
    """How often each (category key, cause key) was picked."""
    picked = cast(V.causes, Text)
    found = tx.execute(
        select(tables.Category.key, picked, func.count())
        .select_from(R)
        .join(V, V.review_id == R.id)
        .join(tables.Category, tables.Category.id == V.category_id)
        .where(*counted(scope, [window]), picked != "[]")
        .group_by(tables.Category.key, picked)
    )
    counts: dict[tuple[str, str], int] = {}
    for category, listed, times in found:
        for cause in json.loads(listed):
            counts[category, cause] = counts.get((category, cause), 0) + times
    return counts


def work(tx: Tx, team_id: int, window: Period, as_of: datetime) -> Work:
    """How many assignments of the samples drawn in the window are in each state, by reviewer (id, name).

    What stands beside a sample is left out: it was picked on purpose, is a second reading, or is the agent's own.
    Those handed on to another reviewer are counted with the other one. What happened later than `as_of` has not
    happened: such assignments are still open.
    """
    submitted = and_(A.state == AssignmentState.SUBMITTED, R.submitted_at <= as_of)
    skipped = and_(A.state == AssignmentState.SKIPPED, A.updated_at <= as_of)
    state = case(
        (submitted, AssignmentState.SUBMITTED.value),
        (skipped, AssignmentState.SKIPPED.value),
        else_=AssignmentState.OPEN.value,
    ).label("state_then")
    found = tx.execute(
        select(A.reviewer_id, tables.Person.name, state, func.count())
        .select_from(D)
        .join(A, and_(A.team_id == D.team_id, A.draw_id == D.id))
        .join(tables.Person, tables.Person.id == A.reviewer_id)
        .outerjoin(R, R.assignment_id == A.id)
        .where(
            D.team_id == team_id,
            D.created_at >= window.start,
            D.created_at < window.end,
            D.created_at <= as_of,
            A.stream.in_(said(Stream.RANDOM)),
            A.kind.in_(said(*COUNTED_KINDS)),
            A.state.not_in(said(AssignmentState.CANCELLED)),
        )
        .group_by(A.reviewer_id, tables.Person.name, "state_then")
    )
    return {(id_, name, AssignmentState(word)): times for id_, name, word, times in found}


def received(tx: Tx, scope: Scope, *, limit: int) -> tuple[ReviewLine, ...]:
    """The newest released reviews by others in this scope, the newest first, as their reviewee may know them.

    Of every stream but second readings, which measure reviewers; without what waits for the agent's own view.
    """
    found = tx.execute(
        select(R.id, C.subject, R.score, R.passed, R.submitted_at, R.acknowledged_at, R.kind, R.stream)
        .join(C, C.id == R.conversation_id)
        .where(
            *_of(scope),
            R.submitted_at <= scope.as_of - UNDO_WINDOW,
            R.kind.in_(said(*COUNTED_KINDS)),
            R.stream.not_in(said(Stream.DOUBLE)),
            ~kept_back(scope.as_of),
        )
        .order_by(R.submitted_at.desc(), R.id.desc())
        .limit(number(limit))
    )
    return tuple(
        ReviewLine(
            review_id=row.id,
            subject=row.subject,
            percent=None if row.score is None else float(from_micropoints(row.score)),
            passed=row.passed,
            submitted_at=row.submitted_at,
            acknowledged=row.acknowledged_at is not None,
            kind=ReviewKind(row.kind),
            stream=Stream(row.stream),
        )
        for row in found
        if row.submitted_at is not None
    )


def _scores(tx: Tx, scope: Scope, windows: Sequence[Period], *of: Any) -> Tallies:
    found = tx.execute(
        select(place_of(windows), *of, *tallied()).where(*counted(scope, windows)).group_by("place", *of)
    )
    names = 1 + len(of)
    return {
        Cell(row[0], *(NOBODY if each is None else each for each in row[1:names])): Tally(
            *numbers(row[names:])
        )
        for row in found
    }


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
    return [*released(scope, windows), R.kind.in_(said(*COUNTED_KINDS)), R.stream.in_(said(*streams))]


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
    """Count, sum, and the sum of squares in its two parts, of a column of micropoints."""
    square = column * column
    return func.count(column), func.sum(column), func.sum(square // _DIVISOR), func.sum(square % _DIVISOR)


def tallied() -> tuple[ColumnElement[Any], ...]:
    """What a `Tally` of review scores is made of: `numbers` reads it."""
    return (
        *sums(R.score),
        func.count(case((R.passed.is_(True), number(1)))),
        func.count() - func.count(R.score),
        func.count(case((_IMPORTED, R.score))),
    )


def numbers(row: Sequence[Any]) -> list[int]:
    """Count, sum and sum of squares from `sums`, then the rest: integers, though PostgreSQL says NUMERIC."""
    n, total, high, low, *rest = (int(each or 0) for each in row)
    return [n, total, high * _HALF + low, *rest]
