"""The SELECTs behind agreement: who rated the same conversation, and what each reviewer gave."""

from sqlalchemy import func, select

from iqs.comparison import Given, Shared
from iqs.reports import Period
from iqs.reviews import BY_OTHERS
from iqs.storage import tables
from iqs.storage.aggregates import Scope, released
from iqs.storage.store import Tx

R = tables.Review
V = tables.Rating


def shared(tx: Tx, scope: Scope, period: Period) -> list[Shared]:
    """The ratings (N/A left out) of conversations with released reviews by two reviewers or more, any stream."""
    counted = [*released(scope, [period]), R.kind.in_(BY_OTHERS)]
    several = (
        select(R.conversation_id)
        .where(*counted)
        .group_by(R.conversation_id)
        .having(func.count(R.reviewer_id.distinct()) > 1)
    )
    found = tx.execute(
        select(tables.Category.key, R.conversation_id, R.reviewer_id, V.points)
        .select_from(R)
        .join(V, V.review_id == R.id)
        .join(tables.Category, tables.Category.id == V.category_id)
        .where(*counted, R.conversation_id.in_(several))
        .order_by(R.conversation_id, R.id)
    )
    return [
        Shared(row.key, row.conversation_id, row.reviewer_id, row.points)
        for row in found
        if row.points is not None
    ]


def given(tx: Tx, scope: Scope, period: Period) -> list[Given]:
    """Every released, scored review by others, of any stream."""
    found = tx.execute(
        select(R.conversation_id, R.reviewee_id, R.reviewer_id, R.score)
        .where(*released(scope, [period]), R.kind.in_(BY_OTHERS))
        .order_by(R.id)
    )
    return [
        Given(row.conversation_id, row.reviewee_id, row.reviewer_id, row.score)
        for row in found
        if row.score is not None
    ]
