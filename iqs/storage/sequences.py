"""Scores one after the other, in the order of submission: what falls are looked for in."""

from collections import defaultdict

from sqlalchemy import select

from iqs.falls import Scored
from iqs.reports import Period
from iqs.scoring import MICRO
from iqs.storage import tables
from iqs.storage.aggregates import Scope, counted
from iqs.storage.store import Tx

R = tables.Review
V = tables.Rating


def of_team(tx: Tx, scope: Scope, period: Period) -> list[Scored]:
    """The counted reviews' scores (0–100)."""
    found = tx.execute(select(R.id, R.score).where(*counted(scope, [period])).order_by(R.submitted_at, R.id))
    return [Scored(row.id, row.score / MICRO) for row in found if row.score is not None]


def of_categories(tx: Tx, scope: Scope, period: Period) -> dict[str, list[Scored]]:
    """The same for each category, by its key; N/A is left out."""
    found = tx.execute(
        select(tables.Category.key, R.id, V.points)
        .select_from(R)
        .join(V, V.review_id == R.id)
        .join(tables.Category, tables.Category.id == V.category_id)
        .where(*counted(scope, [period]))
        .order_by(R.submitted_at, R.id)
    )
    lists: defaultdict[str, list[Scored]] = defaultdict(list)
    for row in found:
        if row.points is not None:
            lists[row.key].append(Scored(row.id, row.points / MICRO))
    return dict(lists)
