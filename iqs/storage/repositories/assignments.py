"""Draws and assignments in the database."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row as SQLRow
from sqlalchemy import bindparam, case, func, insert, select, update

from iqs.anonymity import AGENT, mask, sees_both
from iqs.assignments import STEP_INTO, Assignment, AssignmentState, Step, Waiting, sources
from iqs.errors import Conflict
from iqs.people import Person, Role
from iqs.reports import Period
from iqs.reviews import ReviewKind, Stream
from iqs.storage import tables
from iqs.storage.prepared import Prepared
from iqs.storage.repositories import events
from iqs.storage.store import Tx

Row = SQLRow[*tuple[Any, ...]]
A = tables.Assignment
D = tables.Draw

AT_ONCE = 1_000
"""Assignments in one statement."""

CHANGED = "Somebody else changed this review meanwhile. Please look again."

_COLUMNS = (
    A.id,
    A.team_id,
    A.conversation_id,
    A.reviewer_id,
    A.reviewee_id,
    A.kind,
    A.stream,
    A.state,
    A.due_at,
    A.skip_reason,
    A.draw_id,
    A.scorecard_version_id,
    A.picked_for,
    A.handed_by,
    A.double_of_id,
    A.replaces_id,
    D.period,
)


def add_draw(
    tx: Tx,
    *,
    team_id: int,
    period: str,
    starts_at: datetime,
    ends_at: datetime,
    seed: str,
    eligible: int,
    excluded: dict[str, int],
    now: datetime,
    created_by: int | None,
    due_at: datetime | None = None,
    attempt: int = 1,
    commitment_id: int | None = None,
) -> int:
    """Stores a draw and returns its id; IntegrityError if the team has this attempt at the period already."""
    done = tx.execute(
        insert(D)
        .values(
            team_id=team_id,
            period=period,
            starts_at=starts_at,
            ends_at=ends_at,
            seed=seed,
            eligible=eligible,
            excluded=excluded,
            due_at=due_at,
            attempt=attempt,
            commitment_id=commitment_id,
            created_at=now,
            created_by=created_by,
        )
        .returning(D.id)
    )
    return done.scalar_one()


def draw_of(tx: Tx, team_id: int, period: str) -> Row | None:
    """The team's draw of a period that counts (id, attempt, starts_at, ends_at, seed, eligible, excluded)."""
    return tx.execute(
        select(D.id, D.attempt, D.starts_at, D.ends_at, D.seed, D.eligible, D.excluded).where(
            D.team_id == team_id, D.period == period, D.cancelled_at.is_(None)
        )
    ).one_or_none()


def windows(tx: Tx, team_id: int, *, after: datetime, before: datetime) -> dict[str, Period]:
    """What the team's draws took between these instants, by label; not those that were drawn anew."""
    found = tx.execute(
        select(D.period, D.starts_at, D.ends_at)
        .where(D.team_id == team_id, D.starts_at <= before, D.ends_at >= after, D.cancelled_at.is_(None))
        .order_by(D.starts_at)
    )
    return {row.period: Period(row.starts_at, row.ends_at, row.period) for row in found}


def handed_out(tx: Tx, team_id: int, *, since: datetime) -> dict[int, int]:
    """How many conversations of each agent the team's draws handed out since then; neither cancelled nor own views."""
    found = tx.execute(
        select(A.reviewee_id, func.count().label("n"))
        .join(D, D.id == A.draw_id)
        .where(
            D.team_id == team_id,
            D.created_at >= since,
            A.stream == Stream.RANDOM,
            A.kind != ReviewKind.SELF,
            A.state != AssignmentState.CANCELLED,
        )
        .group_by(A.reviewee_id)
    )
    return {row.reviewee_id: row.n for row in found}


def add(tx: Tx, rows: Sequence[Mapping[str, Any]], *, now: datetime) -> list[int]:
    """Stores open assignments, each with the same columns, and returns their ids in this order."""
    if not rows:
        return []
    same = {"state": AssignmentState.OPEN, "created_at": now, "updated_at": now}
    added = insert(A).returning(A.id, sort_by_parameter_order=True)
    return list(tx.scalars(added, [{**row, **same} for row in rows]))


_SELECT = select(*_COLUMNS).outerjoin(D, D.id == A.draw_id).where(A.id == bindparam("id"))
_GET = Prepared(lambda _: _SELECT)
_GET_LOCKED = Prepared(lambda _: _SELECT.with_for_update(of=A))


def get(tx: Tx, assignment_id: int, *, lock: bool = False) -> Row | None:
    """The row of an assignment (see `assignment()`), locked against other writers if asked."""
    found: Row | None = (_GET_LOCKED if lock else _GET).one(tx, id=assignment_id)
    return found


def assignment(row: Row) -> Assignment:
    """The value of a row of `get`."""
    return Assignment(
        id=row.id,
        team_id=row.team_id,
        conversation_id=row.conversation_id,
        reviewer_id=row.reviewer_id,
        reviewee_id=row.reviewee_id,
        kind=ReviewKind(row.kind),
        stream=Stream(row.stream),
        state=AssignmentState(row.state),
        due_at=row.due_at,
        period=row.period or "",
        skip_reason=row.skip_reason,
        picked_for=row.picked_for,
    )


def move(
    tx: Tx,
    assignment_id: int,
    *,
    state: AssignmentState,
    now: datetime,
    skip_reason: str | None = None,
    actor_id: int | None = None,
    step: Step | None = None,
    leaves_draw: bool = False,
    **detail: Any,
) -> None:
    """Puts an assignment into another state and writes that into its history: the one way there is.

    `step` is what the history calls it, else the state's own word (`iqs.assignments.STEP_INTO`); `actor_id` None is
    the clock or the operator; `detail` is ids and reasons. With `leaves_draw` it is no part of its draw any more, so
    that the same conversation may be drawn for the same reviewer. Raises Conflict for a move that does not exist
    (`iqs.assignments.MOVES`), such as one out of an ended assignment; nothing is changed then.
    """
    done = tx.execute(
        update(A)
        .where(A.id == assignment_id, A.state.in_(sources(state)))
        .values(
            state=state,
            skip_reason=skip_reason,
            updated_at=now,
            **({"draw_id": None} if leaves_draw else {}),
        )
        .returning(A.id)
    )
    if done.scalar_one_or_none() is None:
        raise Conflict(CHANGED)
    if skip_reason is not None:
        detail.setdefault("why", skip_reason)
    events.record(tx, assignment_id, step or STEP_INTO[state], at=now, actor_id=actor_id, **detail)


def end(
    tx: Tx,
    assignment_ids: Sequence[int],
    *,
    state: AssignmentState,
    now: datetime,
    skip_reason: str | None = None,
    actor_id: int | None = None,
) -> None:
    """As `move`, of many open ones that are locked: all of them or Conflict."""
    for start in range(0, len(assignment_ids), AT_ONCE):
        part = assignment_ids[start : start + AT_ONCE]
        done = tx.execute(
            update(A)
            .where(A.id.in_(part), A.state == AssignmentState.OPEN)
            .values(state=state, skip_reason=skip_reason, updated_at=now)
        )
        if done.rowcount != len(part):
            raise Conflict(CHANGED)
    detail = {} if skip_reason is None else {"why": skip_reason}
    events.record_all(tx, STEP_INTO[state], [(each, actor_id, detail) for each in assignment_ids], at=now)


def open_of(tx: Tx, conversation_id: int) -> list[int]:
    """Ids of the open assignments of a conversation."""
    found = tx.scalars(
        select(A.id)
        .where(A.conversation_id == conversation_id, A.state == AssignmentState.OPEN)
        .order_by(A.id)
    )
    return list(found)


def handed_to(tx: Tx, conversation_id: int, draw_id: int | None) -> frozenset[int]:
    """Everybody to whom this draw has handed this conversation, whatever became of it."""
    found = tx.scalars(
        select(A.reviewer_id).where(
            A.conversation_id == conversation_id, A.draw_id.is_not_distinct_from(draw_id)
        )
    )
    return frozenset(found)


def waiting(tx: Tx, reviewer: Person, *, limit: int = 50) -> tuple[Waiting, ...]:
    """A reviewer's open assignments, the oldest first, with how much of each is rated.

    Only those for which they hold the role still, as `iqs.access` says for the scorecard itself.
    """
    reviewer_id = reviewer.id
    may_review = case(
        (A.kind == ReviewKind.SELF, A.team_id.in_(reviewer.teams(Role.AGENT))),
        else_=A.team_id.in_(reviewer.teams(Role.REVIEWER, Role.LEAD)),
    )
    rated = (
        select(tables.Review.assignment_id, func.count(tables.Rating.category_id).label("n"))
        .join(tables.Rating, tables.Rating.review_id == tables.Review.id)
        .where(tables.Review.reviewer_id == reviewer_id, tables.Review.state == "draft")
        .group_by(tables.Review.assignment_id)
        .subquery()
    )
    found = tx.execute(
        select(
            A.id,
            tables.Person.name,
            tables.Conversation.subject,
            tables.Conversation.channel,
            func.coalesce(rated.c.n, 0).label("rated"),
            tables.ScorecardVersion.definition,
            A.due_at,
            A.kind,
            A.stream,
            A.team_id,
            tables.Team.hides_agent,
            tables.Person.email,
            tables.Person.slack_user_id,
            tables.Conversation.agent_name,
            tables.Conversation.agent_email,
        )
        .join(tables.Team, tables.Team.id == A.team_id)
        .join(tables.Person, tables.Person.id == A.reviewee_id)
        .join(tables.Conversation, tables.Conversation.id == A.conversation_id)
        .join(tables.ScorecardVersion, tables.ScorecardVersion.id == A.scorecard_version_id)
        .outerjoin(rated, rated.c.assignment_id == A.id)
        .where(A.reviewer_id == reviewer_id, A.state == AssignmentState.OPEN, may_review)
        .order_by(A.id)
        .limit(limit)
    )
    return tuple(_waiting(row, reviewer) for row in found)


def _waiting(row: Any, reviewer: Person) -> Waiting:
    """One line; where the team hides its agents, without the name of the one it is about."""
    name, subject = row.name, row.subject
    if row.hides_agent and row.kind != ReviewKind.SELF and not sees_both(row.team_id, reviewer):
        hide = mask([row.name, row.email, row.slack_user_id, row.agent_name, row.agent_email])
        name, subject = AGENT, subject and hide(subject)
    return Waiting(
        assignment_id=row.id,
        reviewee_name=name,
        subject=subject,
        channel=row.channel,
        rated=row.rated,
        categories=len(row.definition["categories"]),
        due_at=row.due_at,
        kind=ReviewKind(row.kind),
        picked=row.stream == Stream.TARGETED,
    )


def of_draw(tx: Tx, draw_id: int) -> list[Row]:
    """A draw's assignments by name (source, external_id, reviewee, reviewer, stream), own views left out."""
    reviewee, reviewer = tables.Person.__table__.alias("reviewee"), tables.Person.__table__.alias("reviewer")
    found = tx.execute(
        select(
            tables.Conversation.source,
            tables.Conversation.external_id,
            reviewee.c.name.label("reviewee"),
            reviewer.c.name.label("reviewer"),
            A.stream,
        )
        .join(tables.Conversation, tables.Conversation.id == A.conversation_id)
        .join(reviewee, reviewee.c.id == A.reviewee_id)
        .join(reviewer, reviewer.c.id == A.reviewer_id)
        .where(A.draw_id == draw_id, A.state != AssignmentState.CANCELLED, A.kind != ReviewKind.SELF)
        .order_by(A.id)
    )
    return list(found)
