"""What is stored of a draw beside its assignments: the places its order came to, and how many of how many it took."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row as SQLRow
from sqlalchemy import exists, func, insert, select, update

from iqs.assignments import AssignmentState
from iqs.proof import Logged
from iqs.reviews import ReviewKind, Stream
from iqs.sampling import TAKEN, Stop
from iqs.storage import tables
from iqs.storage.store import Tx

Row = SQLRow[*tuple[Any, ...]]
A = tables.Assignment
C = tables.Conversation
D = tables.Draw
K = tables.Pick
S = tables.Stratum

AT_ONCE = 1_000
"""Conversations in one statement."""


def by_id(tx: Tx, draw_id: int) -> Row | None:
    """The draw's row."""
    return tx.execute(select(*D.__table__.c).where(D.id == draw_id)).one_or_none()


def newest(tx: Tx, team_id: int, period: str) -> Row | None:
    """The last draw of a team's period, cancelled or not."""
    found = select(*D.__table__.c).where(D.team_id == team_id, D.period == period)
    return tx.execute(found.order_by(D.attempt.desc()).limit(1)).one_or_none()


def lock(tx: Tx, draw_id: int, person_id: int) -> bool:
    """Keeps others from going on along this reviewee's order until the transaction ends; False if there is none."""
    held = select(S.person_id).where(S.draw_id == draw_id, S.person_id == person_id).with_for_update()
    return tx.execute(held).one_or_none() is not None


def log(tx: Tx, draw_id: int, stops: Iterable[Stop]) -> None:
    """Adds the places the order came to."""
    rows = [
        {
            "draw_id": draw_id,
            "person_id": each.spot.person_id,
            "position": each.position,
            "day": each.spot.day,
            "place": each.spot.place,
            "conversation_id": each.conversation_id,
            "outcome": each.outcome,
        }
        for each in stops
    ]
    if rows:
        tx.execute(insert(K), rows)


def logged(tx: Tx, draw_id: int, person_id: int | None = None) -> list[Logged]:
    """The places a draw's order came to, in that order; of one reviewee, if asked."""
    wanted = select(K.person_id, K.position, K.day, K.place, K.conversation_id, K.outcome)
    wanted = wanted.where(K.draw_id == draw_id)
    if person_id is not None:
        wanted = wanted.where(K.person_id == person_id)
    return [Logged(*row) for row in tx.execute(wanted.order_by(K.person_id, K.position))]


def put_strata(tx: Tx, draw_id: int, strata: Mapping[int, tuple[int, int]]) -> None:
    """Stores (eligible, drawn) by reviewee."""
    rows = [
        {"draw_id": draw_id, "person_id": person, "eligible": eligible, "drawn": drawn}
        for person, (eligible, drawn) in strata.items()
    ]
    if rows:
        tx.execute(insert(S), rows)


def strata(tx: Tx, draw_id: int) -> dict[int, tuple[int, int]]:
    """(eligible, drawn) by reviewee."""
    found = tx.execute(select(S.person_id, S.eligible, S.drawn).where(S.draw_id == draw_id))
    return {person: (eligible, drawn) for person, eligible, drawn in found}


def count_another(tx: Tx, draw_id: int, person_id: int, *, conversation_id: int, assignment_id: int) -> None:
    """One more was drawn of this reviewee, unless this draw's sample had handed out that conversation before."""
    before = exists().where(
        A.draw_id == draw_id,
        A.conversation_id == conversation_id,
        A.stream == Stream.RANDOM,
        A.id != assignment_id,
    )
    tx.execute(
        update(S)
        .where(S.draw_id == draw_id, S.person_id == person_id, S.drawn < S.eligible, ~before)
        .values(drawn=S.drawn + 1)
    )


def handed_to(tx: Tx, conversation_ids: Sequence[int]) -> dict[int, frozenset[int]]:
    """Who was given these conversations to review, in whichever team and stream; agents' own views are left out."""
    found: dict[int, set[int]] = {}
    for start in range(0, len(conversation_ids), AT_ONCE):
        rows = select(A.conversation_id, A.reviewer_id).where(
            A.conversation_id.in_(list(conversation_ids[start : start + AT_ONCE])),
            A.kind != ReviewKind.SELF,
            A.state != AssignmentState.CANCELLED,
        )
        for conversation, reviewer in tx.execute(rows):
            found.setdefault(conversation, set()).add(reviewer)
    return {conversation: frozenset(each) for conversation, each in found.items()}


def picked_unbegun(tx: Tx, team_id: int, conversation_ids: Collection[int]) -> list[int]:
    """The team's open assignments of these conversations that were picked on purpose, with nothing rated; locked.

    One that somebody is clicking on right now counts as begun: waiting for it could end in a circle.
    """
    begun = exists().where(tables.Review.assignment_id == A.id)
    wanted = (
        select(A.id)
        .where(A.team_id == team_id, A.stream == Stream.TARGETED, A.state == AssignmentState.OPEN, ~begun)
        .order_by(A.id)
        .with_for_update(skip_locked=True)
    )
    ids = list(conversation_ids)
    return [
        found
        for start in range(0, len(ids), AT_ONCE)
        for found in tx.scalars(wanted.where(A.conversation_id.in_(ids[start : start + AT_ONCE])))
    ]


def closed_to(tx: Tx, draw_id: int, conversation_id: int) -> frozenset[int]:
    """Whom this draw gave the conversation already, and who cannot be given it once more.

    That is everybody but who holds it for coaching and has not begun (`picked_unbegun`).
    """
    begun = exists().where(tables.Review.assignment_id == A.id)
    gives_way = (A.stream == Stream.TARGETED) & (A.state == AssignmentState.OPEN) & ~begun
    found = select(A.reviewer_id).where(
        A.draw_id == draw_id, A.conversation_id == conversation_id, ~gives_way
    )
    return frozenset(tx.scalars(found))


def handed(tx: Tx, draw_id: int) -> dict[int, frozenset[int]]:
    """The conversations that a draw handed out as random, by reviewee."""
    found: dict[int, set[int]] = {}
    rows = select(A.reviewee_id, A.conversation_id).where(A.draw_id == draw_id, A.stream == Stream.RANDOM)
    for person, conversation in tx.execute(rows):
        found.setdefault(person, set()).add(conversation)
    return {person: frozenset(each) for person, each in found.items()}


def keys(
    tx: Tx, conversation_ids: Collection[int], *, since: datetime
) -> tuple[dict[int, str], frozenset[int], frozenset[int]]:
    """What these conversations are called, those deleted in the helpdesk, and those imported anew after `since`."""
    found = tx.execute(
        select(C.id, C.source, C.external_id, C.deleted_at, C.imported_at).where(
            C.id.in_(list(conversation_ids))
        )
    ).all()
    names = {row.id: f"{row.source}:{row.external_id}" for row in found}
    gone = frozenset(row.id for row in found if row.deleted_at is not None)
    return names, gone, frozenset(row.id for row in found if row.imported_at > since)


def assignment(tx: Tx, assignment_id: int) -> Row | None:
    """What says why an assignment was handed out."""
    return tx.execute(
        select(
            A.id, A.team_id, A.draw_id, A.conversation_id, A.reviewee_id, A.reviewer_id, A.stream, A.kind, A.state,
            A.picked_for, A.handed_by, A.replaces_id, A.double_of_id,
        ).where(A.id == assignment_id)
    ).one_or_none()  # fmt: skip


def taken(tx: Tx, draw_id: int, person_id: int) -> int:
    """How many conversations of this reviewee the order has taken so far."""
    wanted = select(func.count()).where(K.draw_id == draw_id, K.person_id == person_id, K.outcome == TAKEN)
    return tx.execute(wanted.select_from(K)).scalar_one()


def position(tx: Tx, draw_id: int, person_id: int) -> int:
    """How many places of this reviewee's order are behind us."""
    last = tx.scalar(select(func.max(K.position)).where(K.draw_id == draw_id, K.person_id == person_id))
    return 0 if last is None else last + 1
