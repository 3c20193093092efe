"""The SELECTs behind an export: single reviews with their ratings, without anything that anybody wrote."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select

from iqs.notices import NoticeKind, NoticeState
from iqs.reports import Period
from iqs.reviews import Stream
from iqs.storage import tables
from iqs.storage.aggregates import Scope, released
from iqs.storage.store import Tx

N = tables.Notice
R = tables.Review
V = tables.Rating
C = tables.Conversation


class Reviewed(NamedTuple):
    """A review as stored: `score` in micropoints."""

    id: int
    submitted_at: datetime | None
    source: str
    external_id: str
    reviewee_id: int | None
    reviewer_id: int
    kind: str
    stream: str
    score: int | None
    passed: bool | None
    acknowledged_at: datetime | None


class Rated(NamedTuple):
    """One rating of a review: the category's key and the value, None for N/A."""

    review_id: int
    key: str
    value: int | None


def count(tx: Tx, scope: Scope, window: Period) -> int:
    """How many released reviews of every kind and stream there are."""
    found = select(func.count()).select_from(R).where(*released(scope, [window]), R.state == "submitted")
    return tx.execute(found).scalar_one()


def reviews(tx: Tx, scope: Scope, window: Period) -> list[Reviewed]:
    """The same reviews with their conversation's names, the oldest first."""
    found = (
        select(
            R.id,
            R.submitted_at,
            C.source,
            C.external_id,
            R.reviewee_id,
            R.reviewer_id,
            R.kind,
            R.stream,
            R.score,
            R.passed,
            R.acknowledged_at,
        )
        .join(C, C.id == R.conversation_id)
        .where(*released(scope, [window]), R.state == "submitted")
        .order_by(R.submitted_at, R.id)
    )
    return [Reviewed(*row) for row in tx.execute(found)]


def second_readings(tx: Tx, person_id: int) -> frozenset[int]:
    """The second readings of somebody's work: they measure its reviewers, and are not theirs to read."""
    return frozenset(tx.scalars(select(R.id).where(R.reviewee_id == person_id, R.stream == Stream.DOUBLE)))


def underway(tx: Tx, person_id: int) -> int:
    """How many files are on their way to somebody."""
    waiting = (NoticeState.PENDING, NoticeState.SENDING)
    return tx.execute(
        select(func.count()).where(
            N.kind == NoticeKind.EXPORT, N.person_id == person_id, N.state.in_(waiting)
        )
    ).scalar_one()


def ratings(tx: Tx, scope: Scope, window: Period) -> list[Rated]:
    """The ratings of the same reviews."""
    found = (
        select(R.id, tables.Category.key, V.value)
        .select_from(R)
        .join(V, V.review_id == R.id)
        .join(tables.Category, tables.Category.id == V.category_id)
        .where(*released(scope, [window]), R.state == "submitted")
    )
    return [Rated(*row) for row in tx.execute(found)]
