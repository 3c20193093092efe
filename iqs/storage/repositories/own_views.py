"""Agents' own views of the conversations that others review: who is asked, what stands beside, what waits."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, literal_column, or_, select
from sqlalchemy import Row as SQLRow
from sqlalchemy.orm import aliased

from iqs.assignments import AssignmentState
from iqs.people import Role
from iqs.reviews import BY_OTHERS, UNDO_WINDOW, ReviewKind, Stream
from iqs.storage import tables
from iqs.storage.store import Tx

Row = SQLRow[*tuple[Any, ...]]
A = tables.Assignment
M = tables.Membership
R = tables.Review

_OWN, _OTHERS, _BEGUN = aliased(A), aliased(A), aliased(R)
"""Made once: an alias costs more than what `/iqs me` asks with it."""


def unasked(tx: Tx, *, now: datetime) -> list[Row]:
    """Open assignments of random samples whose agent is to be asked for their own view and was not yet.

    (team_id, draw_id, conversation_id, reviewee_id, scorecard_version_id, due_at).
    """
    own = aliased(A)
    asked = exists().where(
        own.conversation_id == A.conversation_id,
        own.draw_id == A.draw_id,
        own.kind == ReviewKind.SELF,
    )
    is_agent = exists().where(M.person_id == A.reviewee_id, M.team_id == A.team_id, M.role == Role.AGENT)
    submitted = exists().where(R.conversation_id == A.conversation_id, R.submitted_at.is_not(None))
    found = tx.execute(
        select(A.team_id, A.draw_id, A.conversation_id, A.reviewee_id, A.scorecard_version_id, A.due_at)
        .join(tables.Team, tables.Team.id == A.team_id)
        .join(tables.Person, tables.Person.id == A.reviewee_id)
        .where(
            tables.Team.self_reviews.is_(True),
            tables.Person.active.is_(True),
            A.state == AssignmentState.OPEN,
            A.stream == Stream.RANDOM,
            A.kind.in_(BY_OTHERS),
            A.draw_id.is_not(None),
            or_(A.due_at.is_(None), A.due_at > now),
            is_agent,
            ~asked,
            ~submitted,
        )
        .order_by(A.id)
    )
    return list(found)


def still_open(tx: Tx) -> list[Row]:
    """Agents' own views that are open, the oldest first.

    (id, team_id, conversation_id, draw_id, reviewer_id, due_at).
    """
    found = tx.execute(
        select(A.id, A.team_id, A.conversation_id, A.draw_id, A.reviewer_id, A.due_at)
        .where(A.kind == ReviewKind.SELF, A.state == AssignmentState.OPEN)
        .order_by(A.id)
    )
    return list(found)


def one(tx: Tx, conversation_id: int, draw_id: int | None, agent_id: int) -> Row | None:
    """The agent's own view of a conversation in a draw: its assignment with its review, if begun; None if not asked.

    (id, state, due_at, scorecard_version_id, review_id, submitted_at).
    """
    return tx.execute(
        select(A.id, A.state, A.due_at, A.scorecard_version_id, R.id.label("review_id"), R.submitted_at)
        .outerjoin(R, R.assignment_id == A.id)
        .where(
            A.conversation_id == conversation_id,
            A.draw_id.is_not_distinct_from(draw_id),
            A.kind == ReviewKind.SELF,
            A.reviewer_id == agent_id,
        )
    ).one_or_none()


def beside(tx: Tx, assignment_id: int) -> Row | None:
    """The own view (see `one`) of the agent whose conversation this assignment reviews."""
    row = tx.execute(
        select(A.conversation_id, A.draw_id, A.reviewee_id).where(A.id == assignment_id)
    ).one_or_none()
    return None if row is None else one(tx, row.conversation_id, row.draw_id, row.reviewee_id)


def reviews_beside(tx: Tx, conversation_id: int, draw_id: int | None) -> list[Row]:
    """What others do with the conversation of an agent's own view: their assignments, with the review if there is one.

    (id, state, review_id, version, submitted_at, reviewee_id); a hidden second reading is none of the agent's business.
    """
    found = tx.execute(
        select(A.id, A.state, R.id.label("review_id"), R.version, R.submitted_at, A.reviewee_id)
        .outerjoin(R, R.assignment_id == A.id)
        .where(
            A.conversation_id == conversation_id,
            A.draw_id.is_not_distinct_from(draw_id),
            A.kind.in_(BY_OTHERS),
            A.stream != Stream.DOUBLE,
        )
        .order_by(A.id)
    )
    return list(found)


def reviewed_beside(tx: Tx, assignment_ids: Collection[int]) -> list[int]:
    """Of those that are agents' own views: the submitted assignments of others that they stand beside."""
    if not assignment_ids:
        return []
    own, others = aliased(A), aliased(A)
    found = tx.scalars(
        select(others.id)
        .join(
            own,
            and_(
                own.conversation_id == others.conversation_id,
                own.draw_id.is_not_distinct_from(others.draw_id),
            ),
        )
        .where(
            own.id.in_(list(assignment_ids)),
            own.kind == ReviewKind.SELF,
            others.kind.in_(BY_OTHERS),
            others.stream != Stream.DOUBLE,
            others.state == AssignmentState.SUBMITTED,
        )
    )
    return list(found)


def kept_back(as_of: datetime) -> ColumnElement[bool]:
    """That the agent has begun their own view of a review's conversation and may still change it, unaware of it."""
    return exists().where(
        and_(
            _OTHERS.id == R.assignment_id,
            _OWN.conversation_id == R.conversation_id,
            _OWN.draw_id.is_not_distinct_from(_OTHERS.draw_id),
            _OWN.kind == ReviewKind.SELF,
            _OWN.reviewer_id == R.reviewee_id,
            _BEGUN.assignment_id == _OWN.id,
            _may_change(_OWN.state, _BEGUN.submitted_at, as_of),
        )
    )


def kept_from(tx: Tx, agent_id: int, *, as_of: datetime) -> frozenset[int]:
    """The reviews that `kept_back` keeps from this agent, found by the few own views that they have begun."""
    found = tx.scalars(
        select(R.id)
        .select_from(_OWN)
        .join(_BEGUN, _BEGUN.assignment_id == _OWN.id)
        .join(
            _OTHERS,
            and_(
                _OTHERS.conversation_id == _OWN.conversation_id,
                _OTHERS.draw_id.is_not_distinct_from(_OWN.draw_id),
                _OTHERS.reviewee_id == _OWN.reviewer_id,
                _OTHERS.kind.in_(BY_OTHERS),
            ),
        )
        .join(R, R.assignment_id == _OTHERS.id)
        .where(
            _OWN.reviewer_id == agent_id,
            _OWN.kind == literal_column("'self'"),  # said, not asked: only so the index of own views is used
            _may_change(_OWN.state, _BEGUN.submitted_at, as_of),
            R.submitted_at.is_not(None),
        )
    )
    return frozenset(found)


def _may_change(state: Any, submitted_at: Any, as_of: datetime) -> ColumnElement[bool]:
    """Of an own view that was begun: it is open, or submitted and can still be taken back."""
    return or_(state == AssignmentState.OPEN, submitted_at > as_of - UNDO_WINDOW)
