"""The SELECTs behind how sure a mean is: what its reviews were drawn from, and which of them share a conversation."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

from sqlalchemy import BigInteger, and_, cast, func, select

from iqs.figures import NOBODY, Cell, Part, Tallies, Tally
from iqs.reports import Period
from iqs.reviews import Stream
from iqs.scoring import MICRO
from iqs.statistics import Clusters
from iqs.storage import tables
from iqs.storage.aggregates import Scope, counted, number, place_of
from iqs.storage.asking import Question
from iqs.storage.store import Tx

R = tables.Review
V = tables.Rating
A = tables.Assignment
S = tables.Stratum

_COARSE = MICRO // 1000
"""Squares of sums of micropoints do not fit 64 bits; in thousandths of a point even 20,000 reviews of one talk do."""


def parts(scope: Scope, windows: Sequence[Period]) -> Question[list[Part]]:
    """The scored reviews of the random stream, by window, draw and reviewee, with how many were eligible.

    Left out are those of draws that did not keep what they drew from.
    """
    each = (
        select(
            place_of(windows),
            A.draw_id,
            R.reviewee_id,
            func.count(R.score).label("n"),
            cast(func.sum(R.score), BigInteger).label("total"),
        )
        .select_from(R)
        .join(A, A.id == R.assignment_id)
        .where(*counted(scope, windows, (Stream.RANDOM,)))
        .group_by("place", A.draw_id, R.reviewee_id)
        .subquery()
    )
    statement = (
        select(each.c.place, each.c.reviewee_id, each.c.draw_id, each.c.n, each.c.total, S.eligible)
        .join(S, and_(S.draw_id == each.c.draw_id, S.person_id == each.c.reviewee_id))
        .where(each.c.n > number(0), S.eligible > number(0))
    )
    return Question(statement, lambda rows: [Part(*row) for row in rows])


def apart(
    tx: Tx, scope: Scope, windows: Sequence[Period], tallies: Tallies, *, by_reviewee: bool = False
) -> Tallies:
    """The tallies of scores, of the whole or by reviewee, with the clusters of imported history in them.

    Only a past programme has several counted reviews of one conversation; without one nothing is asked.
    """
    if not any(each.imported for each in tallies.values()):
        return tallies
    of = (R.reviewee_id,) if by_reviewee else ()
    each = (
        select(place_of(windows), *of, func.count(R.score).label("n"), func.sum(R.score).label("total"))
        .where(*counted(scope, windows), R.score.is_not(None))
        .group_by("place", *of, R.conversation_id)
        .subquery()
    )
    return _apart(tx, each, tallies)


def ratings_apart(tx: Tx, scope: Scope, windows: Sequence[Period], tallies: Tallies) -> Tallies:
    """The same for the ratings of categories, where there is imported history: the caller knows."""
    each = (
        select(
            place_of(windows),
            tables.Category.key,
            func.count(V.points).label("n"),
            func.sum(V.points).label("total"),
        )
        .select_from(R)
        .join(V, V.review_id == R.id)
        .join(tables.Category, tables.Category.id == V.category_id)
        .where(*counted(scope, windows), V.points.is_not(None))
        .group_by("place", tables.Category.key, R.conversation_id)
        .subquery()
    )
    return _apart(tx, each, tallies)


def _apart(tx: Tx, each: Any, tallies: Tallies) -> Tallies:
    """With the clusters where a conversation has several reviews, out of the sums of each conversation."""
    place, *of, n, total = each.c
    coarse = cast(total, BigInteger) // _COARSE  # PostgreSQL's sums are NUMERIC
    found = tx.execute(
        select(
            place, *of, func.count(), func.sum(n * n), func.sum(n * coarse), func.sum(coarse * coarse)
        ).group_by(place, *of)
    )
    apart = dict(tallies)
    for row in found:
        cell = Cell(row[0], *(NOBODY if name is None else name for name in row[1 : 1 + len(of)]))
        known = tallies.get(cell)
        if known is not None and known.n > row[1 + len(of)]:
            apart[cell] = replace(known, clusters=_clusters(known, *map(int, row[1 + len(of) :])))
    return apart


def _clusters(tally: Tally, conversations: int, sizes: int, products: int, squares: int) -> Clusters:
    """Sum of (t - n mean)² over the conversations, from sums of n², n t and t²; t are sums of coarse scores."""
    mean = Fraction(tally.total, tally.n * _COARSE)
    distances = squares - 2 * mean * products + mean * mean * sizes
    average = Fraction(tally.n, conversations)
    return Clusters(conversations, max(Fraction(0), distances) * _COARSE**2 / average**2)
