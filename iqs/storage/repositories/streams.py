"""What stands beside the random sample: facts for picking on purpose, what is read twice, and agents' own views."""

from collections.abc import Collection, Iterator
from datetime import datetime
from fractions import Fraction
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Text, and_, cast, exists, func, literal_column, or_, select
from sqlalchemy import Row as SQLRow
from sqlalchemy.orm import aliased

from iqs.assignments import AssignmentState
from iqs.comparison import Shared
from iqs.conversations import SurveyAnswer
from iqs.eligibility import Facts
from iqs.people import Role
from iqs.reviews import UNDO_WINDOW, ReviewKind, Stream
from iqs.storage import tables
from iqs.storage.store import Tx
from iqs.streams import Targets

Row = SQLRow[*tuple[Any, ...]]
A = tables.Assignment
C = tables.Conversation
D = tables.Draw
M = tables.Membership
R = tables.Review

BY_OTHERS = (ReviewKind.MANAGER, ReviewKind.PEER)
_DEAD = (AssignmentState.CANCELLED, AssignmentState.SKIPPED, AssignmentState.EXPIRED)


class Sampled(NamedTuple):
    """An open assignment of a draw's random sample."""

    assignment_id: int
    conversation_id: int
    key: str
    reviewee_id: int
    reviewer_id: int
    scorecard_version_id: int
    due_at: datetime | None


class Held(NamedTuple):
    """An assignment of a conversation that was not given up: whose it is and where it stands."""

    reviewer_id: int
    reviewer: str
    stream: Stream
    state: AssignmentState


def current_draw(tx: Tx, team_id: int) -> Row | None:
    """The team's newest draw that stands and whose deadline was not dealt with; None if there is none."""
    return tx.execute(
        select(D.id, D.period, D.starts_at, D.ends_at, D.seed, D.due_at)
        .where(D.team_id == team_id, D.cancelled_at.is_(None), D.closed_at.is_(None))
        .order_by(D.starts_at.desc(), D.id.desc())
        .limit(1)
    ).one_or_none()


def drawn(tx: Tx, draw_id: int) -> Row:
    """The draw (id, team_id, period, starts_at, ends_at, seed, due_at)."""
    columns = (D.id, D.team_id, D.period, D.starts_at, D.ends_at, D.seed, D.due_at)
    return tx.execute(select(*columns).where(D.id == draw_id)).one()


def sample(tx: Tx, draw_id: int) -> list[Sampled]:
    """The open assignments of a draw's random sample, in the order they were handed out."""
    found = tx.execute(
        select(
            A.id, A.conversation_id, C.source, C.external_id,
            A.reviewee_id, A.reviewer_id, A.scorecard_version_id, A.due_at,
        )
        .join(C, C.id == A.conversation_id)
        .where(
            A.draw_id == draw_id,
            A.stream == Stream.RANDOM,
            A.kind.in_(BY_OTHERS),
            A.state == AssignmentState.OPEN,
        )
        .order_by(A.id)
    )  # fmt: skip
    return [
        Sampled(
            row.id,
            row.conversation_id,
            f"{row.source}:{row.external_id}",
            row.reviewee_id,
            row.reviewer_id,
            row.scorecard_version_id,
            row.due_at,
        )
        for row in found
    ]


def may_be_targets(
    tx: Tx, targets: Targets, *, agent_ids: Collection[int], starts_at: datetime, ends_at: datetime
) -> Iterator[tuple[Facts, int | None]]:
    """Facts about these agents' conversations closed in [starts_at, ends_at) that may fit the targets, and reopenings.

    Only what was never handed to anybody, or was taken back again. Whether a conversation fits is told by
    `iqs.streams.why`: here are all that might, so that no rule is written twice.
    """
    signs: list[ColumnElement[bool]] = []
    if targets.csat is not None:
        signs.append(C.csat.is_not(None))
    if targets.handle is not None:
        signs.append(C.handle_seconds > targets.handle)
    if targets.reopened:
        signs.append(C.reopens > 0)
    if targets.tags:
        signs.append(cast(C.tags, Text) != "[]")
    found = tx.execute(
        select(C.__table__)
        .where(
            C.reviewee_id.in_(list(agent_ids)),
            C.closed_at >= starts_at,
            C.closed_at < ends_at,
            C.deleted_at.is_(None),
            or_(*signs),
            ~exists().where(A.conversation_id == C.id, A.state != AssignmentState.CANCELLED),
        )
        .execution_options(yield_per=1_000)
    )
    for row in found:
        answer = row.csat and SurveyAnswer(*map(Fraction, row.csat))
        yield (
            Facts(
                conversation_id=row.id,
                key=f"{row.source}:{row.external_id}",
                reviewee_id=row.reviewee_id,
                closed_at=row.closed_at,
                opened_at=row.opened_at,
                channel=row.channel,
                tags=tuple(row.tags),
                language=row.language,
                csat=answer.percent if answer else None,
                customer_messages=row.customer_messages,
                agent_messages=row.agent_messages,
                first_response_seconds=row.first_response_seconds,
                handle_seconds=row.handle_seconds,
                bot_involved=row.bot_involved,
            ),
            row.reopens,
        )


def held(tx: Tx, team_id: int, conversation_id: int) -> list[Held]:
    """Who reviews or reviewed a conversation in this team; agents' own views are left out."""
    found = tx.execute(
        select(A.reviewer_id, tables.Person.name, A.stream, A.state)
        .join(tables.Person, tables.Person.id == A.reviewer_id)
        .where(
            A.conversation_id == conversation_id,
            A.team_id == team_id,
            A.kind != ReviewKind.SELF,
            A.state.not_in(_DEAD),
        )
        .order_by(A.id)
    )
    return [Held(id_, name, Stream(stream), AssignmentState(state)) for id_, name, stream, state in found]


def agent_of(tx: Tx, conversation_id: int) -> int | None:
    """The person whose work a conversation is; None where nobody here is known to be its agent."""
    return tx.execute(select(C.reviewee_id).where(C.id == conversation_id)).scalar_one_or_none()


def taken_of(tx: Tx, draw_id: int) -> dict[int, int]:
    """How many conversations of each agent this draw's random sample has come to (absent = none)."""
    found = tx.execute(
        select(A.reviewee_id, func.count(A.conversation_id.distinct()))
        .where(A.draw_id == draw_id, A.stream == Stream.RANDOM, A.kind.in_(BY_OTHERS))
        .group_by(A.reviewee_id)
    )
    return {row[0]: row[1] for row in found}


def named(tx: Tx, words: Collection[str]) -> list[tuple[int, str, str | None]]:
    """(id, key, address) of conversations whose id in their helpdesk is one of these words."""
    found = tx.execute(
        select(C.id, C.source, C.external_id, C.url).where(
            C.source.in_(_sources(tx)), C.external_id.in_(list(words))
        )
    )
    return [(id_, f"{source}:{external}", url) for id_, source, external, url in found]


def _sources(tx: Tx) -> list[str]:
    """The helpdesks that conversations came from: one look into the index for each, however many they are."""
    first = select(func.min(C.source).label("source")).cte("first", recursive=True)
    following = select(func.min(C.source)).where(C.source > first.c.source).scalar_subquery()
    each = first.union_all(select(following).where(first.c.source.is_not(None)))
    return list(tx.scalars(select(each.c.source).where(each.c.source.is_not(None))))


class Pair(NamedTuple):
    """A conversation of the sample and its hidden second review, both submitted and released."""

    conversation_id: int
    first_review_id: int
    second_review_id: int


def pairs(tx: Tx, team_id: int, *, since: datetime, until: datetime, as_of: datetime) -> list[Pair]:
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


def pair_ratings(tx: Tx, found: Collection[Pair]) -> list[Shared]:
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


def open_views(tx: Tx) -> list[Row]:
    """Agents' own views that are open, the oldest first.

    (id, team_id, conversation_id, draw_id, reviewer_id, due_at).
    """
    found = tx.execute(
        select(A.id, A.team_id, A.conversation_id, A.draw_id, A.reviewer_id, A.due_at)
        .where(A.kind == ReviewKind.SELF, A.state == AssignmentState.OPEN)
        .order_by(A.id)
    )
    return list(found)


def own_view(tx: Tx, conversation_id: int, draw_id: int | None, agent_id: int) -> Row | None:
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


def own_view_beside(tx: Tx, assignment_id: int) -> Row | None:
    """The own view (see `own_view`) of the agent whose conversation this assignment reviews."""
    row = tx.execute(
        select(A.conversation_id, A.draw_id, A.reviewee_id).where(A.id == assignment_id)
    ).one_or_none()
    return None if row is None else own_view(tx, row.conversation_id, row.draw_id, row.reviewee_id)


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
    own, others, begun = aliased(A), aliased(A), aliased(R)
    return exists().where(
        and_(
            others.id == R.assignment_id,
            own.conversation_id == R.conversation_id,
            own.draw_id.is_not_distinct_from(others.draw_id),
            own.kind == ReviewKind.SELF,
            own.reviewer_id == R.reviewee_id,
            begun.assignment_id == own.id,
            _may_change(own.state, begun.submitted_at, as_of),
        )
    )


def kept_from(tx: Tx, agent_id: int, *, as_of: datetime) -> frozenset[int]:
    """The reviews that `kept_back` keeps from this agent, found by the few own views that they have begun."""
    own, others, begun = aliased(A), aliased(A), aliased(R)
    found = tx.scalars(
        select(R.id)
        .select_from(own)
        .join(begun, begun.assignment_id == own.id)
        .join(
            others,
            and_(
                others.conversation_id == own.conversation_id,
                others.draw_id.is_not_distinct_from(own.draw_id),
                others.reviewee_id == own.reviewer_id,
                others.kind.in_(BY_OTHERS),
            ),
        )
        .join(R, R.assignment_id == others.id)
        .where(
            own.reviewer_id == agent_id,
            own.kind == literal_column("'self'"),  # said, not asked: only so the index of own views is used
            _may_change(own.state, begun.submitted_at, as_of),
            R.submitted_at.is_not(None),
        )
    )
    return frozenset(found)


def _may_change(state: Any, submitted_at: Any, as_of: datetime) -> ColumnElement[bool]:
    """Of an own view that was begun: it is open, or submitted and can still be taken back."""
    return or_(state == AssignmentState.OPEN, submitted_at > as_of - UNDO_WINDOW)
