"""A draw's random sample, and what may be picked for coaching beside it."""

from collections.abc import Collection, Iterator
from datetime import datetime
from fractions import Fraction
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Text, cast, exists, func, or_, select
from sqlalchemy import Row as SQLRow

from iqs.assignments import AssignmentState
from iqs.conversations import SurveyAnswer
from iqs.eligibility import Facts
from iqs.reviews import BY_OTHERS, ReviewKind, Stream
from iqs.storage import tables
from iqs.storage.store import Tx
from iqs.streams import Targets

Row = SQLRow[*tuple[Any, ...]]
A = tables.Assignment
C = tables.Conversation
D = tables.Draw

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
