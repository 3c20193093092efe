"""Falls and recoveries of scores in the database, each noticed once."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row as SQLRow
from sqlalchemy import func, select

from iqs.falls import Shift
from iqs.scoring import MICRO
from iqs.storage import tables
from iqs.storage.store import Tx
from iqs.storage.upserts import insert

Row = SQLRow[*tuple[Any, ...]]
T = tables.Shift
R = tables.Review


def add(
    tx: Tx, team_id: int, category: str, shift: Shift, *, usual: float, noticed_at: datetime
) -> int | None:
    """Stores a shift and returns its id; None if it is known already."""
    statement = insert(tx, T).values(
        team_id=team_id,
        category=category,
        turn=shift.turn,
        review_id=shift.noticed,
        since_review_id=shift.since,
        mean=round(shift.mean * MICRO),
        usual=round(usual * MICRO),
        reviews=shift.n,
        noticed_at=noticed_at,
    )
    return tx.execute(
        statement.on_conflict_do_nothing(
            index_elements=["team_id", "category", "turn", "review_id"]
        ).returning(T.id)
    ).scalar_one_or_none()


def get(tx: Tx, shift_id: int) -> Row | None:
    """The shift with the times of its first and last review, and the team's category that it is about."""
    since, noticed = R.__table__.alias("since"), R.__table__.alias("noticed")
    return tx.execute(
        select(
            *T.__table__.c,
            since.c.submitted_at.label("began_at"),
            noticed.c.submitted_at.label("seen_at"),
        )
        .join(since, since.c.id == T.since_review_id)
        .join(noticed, noticed.c.id == T.review_id)
        .where(T.id == shift_id)
    ).one_or_none()


def newest_review(tx: Tx, team_id: int, released: datetime) -> datetime | None:
    """When the team's newest review up to this instant was submitted."""
    return tx.scalar(select(func.max(R.submitted_at)).where(R.team_id == team_id, R.submitted_at <= released))


def behind(tx: Tx, row: Row, *, limit: int) -> list[Row]:
    """The reviews from the shift's first to its last one, lowest first: id, subject, score (of its category)."""
    place = (R.team_id == row.team_id, R.submitted_at >= row.began_at, R.submitted_at <= row.seen_at)
    subject = tables.Conversation.subject
    if row.category:
        statement = (
            select(R.id, subject, tables.Rating.points.label("score"))
            .join(tables.Conversation, tables.Conversation.id == R.conversation_id)
            .join(tables.Rating, tables.Rating.review_id == R.id)
            .join(tables.Category, tables.Category.id == tables.Rating.category_id)
            .where(*place, tables.Category.key == row.category, tables.Rating.points.is_not(None))
            .order_by(tables.Rating.points, R.id)
        )
    else:
        statement = (
            select(R.id, subject, R.score)
            .join(tables.Conversation, tables.Conversation.id == R.conversation_id)
            .where(*place, R.score.is_not(None))
            .order_by(R.score, R.id)
        )
    return list(tx.execute(statement.limit(limit)))
