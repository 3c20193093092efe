"""Texts that a helpdesk gave us: when each was found there last, and when it is asked for again."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, literal, select, update

from iqs.storage import tables, upserts
from iqs.storage.columns import UTC
from iqs.storage.store import Tx

C = tables.Conversation
S = tables.Sighting
T = tables.Transcript

WITNESSES = 3
"""Texts, and then headers on either side, that are asked for when one is not found."""

NEAR = 500
"""Rows to either side of a conversation among which headers of the same helpdesk are looked for."""


@dataclass(frozen=True, slots=True)
class Due:
    """A text to be asked for again; `missing_at`: it was not found then."""

    conversation_id: int
    external_id: str
    opened_at: datetime | None
    missing_at: datetime | None


@dataclass(frozen=True, slots=True)
class Witness:
    """A conversation that is known to have been there; its opening tells it from another account's of the same id."""

    external_id: str
    opened_at: datetime


def saw(tx: Tx, conversation_id: int, *, now: datetime, ask_at: datetime) -> None:
    """Its helpdesk has it; nothing to remember of a conversation whose text is not here."""
    here = (
        select(C.id, C.source, literal(now, UTC), literal(now, UTC), literal(ask_at, UTC))
        .join(T, T.conversation_id == C.id)
        .where(C.id == conversation_id)
    )
    new = upserts.insert(tx, S).from_select(
        ["conversation_id", "source", "first_at", "seen_at", "ask_at"], here
    )
    again = {"seen_at": now, "ask_at": ask_at, "missing_at": None}
    tx.execute(new.on_conflict_do_update(index_elements=["conversation_id"], set_=again))


def missed(tx: Tx, conversation_id: int, *, now: datetime) -> None:
    """It was not found, for the first time."""
    tx.execute(update(S).where(S.conversation_id == conversation_id).values(missing_at=now))


def bring_forward(tx: Tx, source: str, *, now: datetime, latest: datetime) -> None:
    """What would be asked for later than that is due now: it was seen before a clock was set back."""
    tx.execute(update(S).where(S.source == source, S.ask_at > latest).values(ask_at=now))


def due(tx: Tx, source: str, *, now: datetime, limit: int) -> list[Due]:
    """What of this helpdesk is to be asked for by now, the longest wait first."""
    found = tx.execute(
        select(S.conversation_id, C.external_id, C.opened_at, S.missing_at)
        .join(C, C.id == S.conversation_id)
        .where(S.source == source, S.ask_at <= now)
        .order_by(S.ask_at)
        .limit(limit)
    )
    return [Due(*row) for row in found.all()]


def held(tx: Tx, source: str, *, limit: int) -> int:
    """How many texts this helpdesk gave us, counted no further than `limit`."""
    some = select(S.conversation_id).where(S.source == source).limit(limit).subquery()
    return tx.execute(select(func.count()).select_from(some)).scalar_one()


def take(tx: Tx, conversation_id: int, *, now: datetime, until: datetime) -> bool:
    """Takes a text for ourselves until then; False if another process was faster."""
    done = tx.execute(
        update(S)
        .where(S.conversation_id == conversation_id, S.ask_at <= now)
        .values(ask_at=until)
        .returning(S.conversation_id)
    )
    return done.one_or_none() is not None


def witnesses(tx: Tx, source: str, external_id: str) -> list[Witness]:
    """Conversations that were in the account that this one was in: they were known before it was seen there last.

    Those that came later may be of another account, whose key was set since. Texts first, the ones found last before
    the others; then headers that came with it. None for a conversation that nobody knows.
    """
    known = tx.execute(
        select(C.id, func.coalesce(S.seen_at, C.imported_at).label("seen_at"))
        .outerjoin(S, S.conversation_id == C.id)
        .where(C.source == source, C.external_id == external_id)
    ).one_or_none()
    if known is None:
        return []
    found = (
        Witness(row.external_id, row.opened_at)
        for statement in _witnesses(source, known.id, known.seen_at)
        for row in tx.execute(statement.limit(WITNESSES))
    )
    return list(dict.fromkeys(found))


def _witnesses(
    source: str, conversation_id: int, seen_at: datetime
) -> Iterator[Select[str, datetime | None]]:
    yield (
        select(C.external_id, C.opened_at)
        .join(S, S.conversation_id == C.id)
        .where(S.source == source, S.first_at <= seen_at, S.missing_at.is_(None), C.opened_at.is_not(None))
        .where(S.conversation_id != conversation_id)
        .order_by(S.ask_at.desc())
    )
    told = select(C.external_id, C.opened_at, C.source, C.imported_at, C.deleted_at)
    for near in (
        told.where(C.id < conversation_id).order_by(C.id.desc()),
        told.where(C.id > conversation_id).order_by(C.id),
    ):
        row = near.limit(NEAR).subquery().c
        yield select(row.external_id, row.opened_at).where(
            row.source == source,
            row.deleted_at.is_(None),
            row.imported_at <= seen_at,
            row.opened_at.is_not(None),
        )
