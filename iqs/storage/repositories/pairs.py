"""What is read twice: a conversation of the random sample and its hidden second review."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import and_, select
from sqlalchemy.orm import aliased

from iqs.comparison import Shared
from iqs.reviews import BY_OTHERS, UNDO_WINDOW, Stream
from iqs.storage import tables
from iqs.storage.store import Tx

A = tables.Assignment
R = tables.Review


class Pair(NamedTuple):
    """A conversation of the sample and its hidden second review, both submitted and released."""

    conversation_id: int
    first_review_id: int
    second_review_id: int


def between(tx: Tx, team_id: int, *, since: datetime, until: datetime, as_of: datetime) -> list[Pair]:
    """The pairs whose second review was submitted in [since, until), the oldest first."""
    first, second, single, double = aliased(R), aliased(R), aliased(A), aliased(A)
    released = as_of - UNDO_WINDOW
    found = tx.execute(
        select(second.conversation_id, first.id, second.id)
        .select_from(double)
        .join(second, second.assignment_id == double.id)
        .join(
            single,  # by its conversation: the one it was made for may have been handed on
            and_(
                single.draw_id == double.draw_id,
                single.conversation_id == double.conversation_id,
                single.stream == Stream.RANDOM,
                single.kind.in_(BY_OTHERS),
            ),
        )
        .join(first, first.assignment_id == single.id)
        .where(
            double.team_id == team_id,
            double.stream == Stream.DOUBLE,
            second.submitted_at >= since,
            second.submitted_at < until,
            second.submitted_at <= released,
            first.submitted_at <= released,
        )
        .order_by(second.submitted_at, second.id)
    )
    return [Pair(*row) for row in found]


def ratings(tx: Tx, found: Collection[Pair]) -> list[Shared]:
    """The ratings of these pairs (N/A left out), as agreement takes them."""
    ids = [id_ for pair in found for id_ in (pair.first_review_id, pair.second_review_id)]
    V = tables.Rating  # noqa: N806 - a table, as R is
    rows = tx.execute(
        select(tables.Category.key, R.conversation_id, R.reviewer_id, V.points)
        .select_from(R)
        .join(V, V.review_id == R.id)
        .join(tables.Category, tables.Category.id == V.category_id)
        .where(R.id.in_(ids), V.points.is_not(None))
        .order_by(R.conversation_id, R.id)
    )
    return [Shared(row.key, row.conversation_id, row.reviewer_id, row.points) for row in rows]
