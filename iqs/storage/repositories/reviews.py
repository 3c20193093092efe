"""Reviews and their ratings in the database. The click path uses single statements, no sessions."""

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Row as SQLRow
from sqlalchemy import bindparam, delete, func, select, update

from iqs.reviews import Draft, Rating, ReviewKind
from iqs.scoring import Score, micropoints
from iqs.storage import tables, upserts
from iqs.storage.prepared import Prepared
from iqs.storage.store import Tx

Row = SQLRow[*tuple[Any, ...]]
R = tables.Review
V = tables.Rating


_OF_ASSIGNMENT = Prepared(lambda _: select(*R.__table__.c).where(R.assignment_id == bindparam("id")))
_DRAFT = Prepared(
    lambda _: (
        select(tables.Category.key, V.value, V.causes, V.note)
        .join(tables.Category, tables.Category.id == V.category_id)
        .where(V.review_id == bindparam("id"))
    )
)


def of_assignment(tx: Tx, assignment_id: int) -> Row | None:
    """The review row of an assignment, or None before the first click."""
    found: Row | None = _OF_ASSIGNMENT.one(tx, id=assignment_id)
    return found


def get(tx: Tx, review_id: int) -> Row | None:
    """The review row with this id."""
    return tx.execute(select(*R.__table__.c).where(R.id == review_id)).one_or_none()


def pairs(tx: Tx, reviewer_ids: Collection[int], *, since: datetime) -> list[tuple[int, int, int]]:
    """(reviewer, reviewee, how many) of the reviews that these people submitted since then, self reviews left out."""
    found = tx.execute(
        select(R.reviewer_id, R.reviewee_id, func.count())
        .where(
            R.reviewer_id.in_(reviewer_ids),
            R.submitted_at >= since,
            R.reviewee_id.is_not(None),
            R.kind != ReviewKind.SELF,
        )
        .group_by(R.reviewer_id, R.reviewee_id)
    )
    return [(reviewer, reviewee, count) for reviewer, reviewee, count in found if reviewee is not None]


_BEGIN = upserts.spelled(
    lambda insert: insert(R).on_conflict_do_nothing(index_elements=["assignment_id"]).returning(R.id)
)


def begin(tx: Tx, assignment: Any, *, now: datetime) -> int:
    """The id of the assignment's review, made as an empty draft when it has none."""
    values = {
        "assignment_id": assignment.id,
        "team_id": assignment.team_id,
        "conversation_id": assignment.conversation_id,
        "reviewer_id": assignment.reviewer_id,
        "reviewee_id": assignment.reviewee_id,
        "scorecard_version_id": assignment.scorecard_version_id,
        "kind": assignment.kind,
        "stream": assignment.stream,
        "state": "draft",
        "comment": "",
        "version": 0,
        "created_at": now,
    }
    made: int | None = tx.execute(_BEGIN[tx.dialect.name], values).scalar_one_or_none()
    if made is not None:
        return made
    return tx.execute(select(R.id).where(R.assignment_id == assignment.id)).scalar_one()


def draft(tx: Tx, review_id: int, comment: str) -> Draft:
    """What the review's ratings say, by category key."""
    found = _DRAFT.all(tx, id=review_id)
    return Draft({row.key: Rating(row.value, tuple(row.causes), row.note) for row in found}, comment)


def _put(insert: Callable[[upserts.Target], Any]) -> Any:
    keys, rest = ("review_id", "category_id"), ("value", "points", "causes", "note")
    statement = insert(V).values({name: bindparam(name) for name in (*keys, *rest)})
    changed = {name: statement.excluded[name] for name in rest}
    return statement.on_conflict_do_update(index_elements=keys, set_=changed)


_PUT = Prepared(_put)


def put_rating(tx: Tx, review_id: int, category_id: int, rating: Rating, points: int | None) -> None:
    """Sets one category's rating."""
    values = {"value": rating.value, "points": points, "causes": list(rating.causes), "note": rating.note}
    _PUT.all(tx, review_id=review_id, category_id=category_id, **values)


def put_comment(tx: Tx, review_id: int, comment: str) -> None:
    """Sets the comment."""
    tx.execute(update(R).where(R.id == review_id).values(comment=comment))


def submit(tx: Tx, review_id: int, score: Score, *, version: int, now: datetime) -> None:
    """A draft becomes a submitted review with its score."""
    tx.execute(
        update(R)
        .where(R.id == review_id)
        .values(
            state="submitted",
            score=None if score.percent is None else micropoints(score.percent),
            passed=score.passed,
            version=version,
            submitted_at=now,
            acknowledged_at=None,
        )
    )


def submitted_between(tx: Tx, since: datetime, until: datetime) -> list[tuple[int, datetime]]:
    """Assignments whose review stands submitted since after `since`, until `until`, the earliest first."""
    found = tx.execute(
        select(R.assignment_id, R.submitted_at)
        .where(
            R.team_id.in_(select(tables.Team.id)),  # so that each team's index answers, not the whole table
            R.submitted_at > since,
            R.submitted_at <= until,
            R.assignment_id.is_not(None),
        )
        .order_by(R.submitted_at)
    )
    return [(row.assignment_id, row.submitted_at) for row in found]


def submitted_of(tx: Tx, conversation_id: int) -> list[int]:
    """Ids of the submitted reviews of a conversation."""
    found = tx.scalars(
        select(R.id).where(R.conversation_id == conversation_id, R.state == "submitted").order_by(R.id)
    )
    return list(found)


def reopen(tx: Tx, review_id: int) -> None:
    """A submitted review becomes a draft again; its ratings stay."""
    tx.execute(
        update(R).where(R.id == review_id).values(state="draft", score=None, passed=None, submitted_at=None)
    )


def discard(tx: Tx, review_id: int) -> None:
    """Empties a draft: its conversation went to somebody else.

    The row stays: SQLite would give its id to the next review, whose Notice would then seem to be written already.
    """
    tx.execute(delete(V).where(V.review_id == review_id))
    put_comment(tx, review_id, "")


def acknowledge(tx: Tx, review_id: int, *, now: datetime) -> bool:
    """Marks a review as seen by its reviewee; False if it was already."""
    done = tx.execute(
        update(R).where(R.id == review_id, R.acknowledged_at.is_(None)).values(acknowledged_at=now)
    )
    return done.rowcount == 1
