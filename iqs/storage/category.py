"""The SELECTs behind one category: what each person was rated in it, and what was picked as its causes."""

from collections.abc import Sequence

from sqlalchemy import select

from iqs.figures import NOBODY, Cell, Tallies, Tally
from iqs.reports import Period
from iqs.storage import aggregates, tables
from iqs.storage.aggregates import Scope, counted, numbers, place_of, sums
from iqs.storage.asking import answer
from iqs.storage.store import Tx

R = tables.Review
V = tables.Rating


def by_reviewee(tx: Tx, scope: Scope, windows: Sequence[Period], key: str) -> Tallies:
    """Points of the category of each reviewee in each window; N/A is left out. Windows are in order."""
    ids = select(tables.Category.id).where(tables.Category.key == key)
    found = tx.execute(
        select(place_of(windows), R.reviewee_id, *sums(V.points))
        .select_from(R)
        .join(V, V.review_id == R.id)
        .where(*counted(scope, windows), V.category_id.in_(ids), V.points.is_not(None))
        .group_by("place", R.reviewee_id)
    )
    return {Cell(row[0], NOBODY if row[1] is None else row[1]): Tally(*numbers(row[2:])) for row in found}


def causes(tx: Tx, scope: Scope, window: Period, key: str) -> dict[str, int]:
    """How often each cause of the category was picked, by the cause's key."""
    found = answer(tx, aggregates.rated(scope, [window])).causes
    return {cause: times for (category, cause), times in found.items() if category == key}
