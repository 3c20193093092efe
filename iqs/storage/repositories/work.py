"""Open work in the database: who has how much of it, what waits for whom, and what followed what."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Row as SQLRow
from sqlalchemy import case, func, select

from iqs.assignments import AssignmentState, Follower
from iqs.people import Role
from iqs.reviews import ReviewKind, Stream
from iqs.storage import tables
from iqs.storage.store import Tx

Row = SQLRow[*tuple[Any, ...]]
A = tables.Assignment
P = tables.Person


def open_work(tx: Tx, team_id: int, reviewer_ids: Iterable[int]) -> dict[int, int]:
    """How many open assignments of a team each of these reviewers has (absent = none); self reviews are no load."""
    found = tx.execute(
        select(A.reviewer_id, func.count())
        .where(
            A.reviewer_id.in_(list(reviewer_ids)),
            A.state == AssignmentState.OPEN,
            A.team_id == team_id,
            A.kind != ReviewKind.SELF,
        )
        .group_by(A.reviewer_id)
    )
    return {reviewer: count for reviewer, count in found}  # noqa: C416 - rows are no pairs to mypy


def open_pairs(tx: Tx, reviewer_ids: Iterable[int]) -> list[tuple[int, int, int]]:
    """(reviewer, reviewee, how many) of these reviewers' open assignments, self reviews left out."""
    found = tx.execute(
        select(A.reviewer_id, A.reviewee_id, func.count())
        .where(
            A.reviewer_id.in_(list(reviewer_ids)),
            A.state == AssignmentState.OPEN,
            A.kind != ReviewKind.SELF,
        )
        .group_by(A.reviewer_id, A.reviewee_id)
    )
    return [(reviewer, reviewee, count) for reviewer, reviewee, count in found]


def unbegun(tx: Tx, reviewer_ids: Iterable[int]) -> list[int]:
    """Open assignments of these reviewers in which nothing was rated yet, the oldest first."""
    begun = select(tables.Review.id).where(tables.Review.assignment_id == A.id).exists()
    found = select(A.id).where(A.reviewer_id.in_(list(reviewer_ids)), A.state == AssignmentState.OPEN, ~begun)
    return list(tx.scalars(found.order_by(A.id)))


def of_leavers(tx: Tx) -> list[int]:
    """Open assignments whose reviewer is not active, or no reviewer or lead of the team any more; not self reviews."""
    held = (
        select(tables.Membership.person_id)
        .where(
            tables.Membership.team_id == A.team_id,
            tables.Membership.person_id == A.reviewer_id,
            tables.Membership.role.in_([Role.REVIEWER, Role.LEAD]),
        )
        .exists()
    )
    found = (
        select(A.id)
        .join(P, P.id == A.reviewer_id)
        .where(A.state == AssignmentState.OPEN, A.kind != ReviewKind.SELF, ~held | P.active.is_(False))
    )
    return list(tx.scalars(found.order_by(A.id)))


def asked_for(tx: Tx, team_id: int, reviewer_id: int) -> int:
    """How many conversations of the team's sample a reviewer asked for themself and has still open."""
    return tx.execute(
        select(func.count()).where(
            A.reviewer_id == reviewer_id,
            A.state == AssignmentState.OPEN,
            A.team_id == team_id,
            A.stream == Stream.RANDOM,
            A.handed_by == A.reviewer_id,
        )
    ).scalar_one()


def beside(tx: Tx, team_id: int, draw_id: int, *, now: datetime) -> tuple[int, int]:
    """How much of a team's work is open that is not of this draw, and how much of it is late; own views left out."""
    found = tx.execute(
        select(func.count(), func.count(case((A.due_at < now, 1)))).where(
            A.team_id == team_id,
            A.state == AssignmentState.OPEN,
            A.kind != ReviewKind.SELF,
            A.draw_id.is_distinct_from(draw_id),
        )
    ).one()
    return found[0], found[1]


def in_team(tx: Tx, team_id: int, *, without: int, limit: int) -> list[Row]:
    """A team's open assignments, the most urgent first: those that come due soonest, then the oldest.

    Each has what `assignments.get` gives but the draw's period, the names of reviewer and reviewee, the subject and
    `rated`, how many categories are rated. Self reviews are left out, as they are nobody else's, and what is about
    the work of `without`.
    """
    reviewee, reviewer = P.__table__.alias("reviewee"), P.__table__.alias("reviewer")
    rated = (
        select(func.count(tables.Rating.category_id))
        .join(tables.Review, tables.Review.id == tables.Rating.review_id)
        .where(tables.Review.assignment_id == A.id)
        .scalar_subquery()
    )
    found = tx.execute(
        select(
            *A.__table__.c,
            reviewer.c.name.label("reviewer"),
            reviewee.c.name.label("reviewee"),
            tables.Conversation.subject,
            rated.label("rated"),
        )
        .join(tables.Conversation, tables.Conversation.id == A.conversation_id)
        .join(reviewee, reviewee.c.id == A.reviewee_id)
        .join(reviewer, reviewer.c.id == A.reviewer_id)
        .where(
            A.team_id == team_id,
            A.state == AssignmentState.OPEN,
            A.kind != ReviewKind.SELF,
            A.reviewee_id != without,
        )
        .order_by(A.due_at.is_(None), A.due_at, A.id)
        .limit(limit)
    )
    return list(found)


def follower(tx: Tx, assignment_id: int) -> Follower | None:
    """What came in an assignment's place, or None."""
    found = tx.execute(
        select(A.id, A.reviewer_id, P.name)
        .join(P, P.id == A.reviewer_id)
        .where(A.replaces_id == assignment_id)
        .order_by(A.id)
        .limit(1)
    ).one_or_none()
    return None if found is None else Follower(found.id, found.reviewer_id, found.name)


def chain(tx: Tx, assignment_id: int) -> list[int]:
    """The assignment with all that it replaced and all that replaced it, the oldest first."""
    found, ahead = [assignment_id], [assignment_id]
    while ahead:
        ahead = list(tx.scalars(select(A.id).where(A.replaces_id.in_(ahead))))
        found += ahead
    before: int | None = assignment_id
    while before is not None:
        before = tx.execute(select(A.replaces_id).where(A.id == before)).scalar_one_or_none()
        if before is not None:
            found.append(before)
    return sorted(found)


def of_conversation(tx: Tx, conversation_id: int) -> list[int]:
    """Ids of everything that was ever handed out of a conversation, the oldest first."""
    return list(tx.scalars(select(A.id).where(A.conversation_id == conversation_id).order_by(A.id)))


def unreplaced(tx: Tx, draw_id: int) -> int:
    """How many skipped conversations of a draw have nothing in their place: how far it fell short by that."""
    later = A.__table__.alias("later")
    return tx.execute(
        select(func.count()).where(
            A.draw_id == draw_id,
            A.state == AssignmentState.SKIPPED,
            A.stream == Stream.RANDOM,
            A.kind != ReviewKind.SELF,
            ~select(later.c.id).where(later.c.replaces_id == A.id).exists(),
        )
    ).scalar_one()
