"""Conversations whose text is wanted from their helpdesk."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, exists, or_, select, update

from iqs.storage import tables, upserts
from iqs.storage.store import Tx

F = tables.FetchRequest
C = tables.Conversation
T = tables.Transcript

Key = tuple[str, str]
"""(source, external id)."""

AT_ONCE = 1_000
"""Conversations in one statement."""

ERROR = 200
"""Characters of the sentence that is kept."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A conversation to be fetched; `attempts` have failed so far. `deleted`: a signed webhook says it was."""

    source: str
    external_id: str
    attempts: int = 0
    deleted: bool = False


def want(tx: Tx, source: str, external_ids: Iterable[str], *, now: datetime, deleted: bool = False) -> None:
    """Asks for these conversations; again, it makes them due at once. `deleted`: its signed webhook says they were."""
    told = {"not_before": now, "attempts": 0, "error": None, "deleted": deleted}
    rows = [{"source": source, "external_id": each, **told} for each in dict.fromkeys(external_ids)]
    upserts.upsert(tx, F, rows, ["source", "external_id"])


def want_texts(tx: Tx, conversation_ids: Sequence[int], *, now: datetime) -> set[int]:
    """Asks for the texts of these conversations that are not here nor purged; returns which are missing."""
    missing: dict[int, Key] = {}
    for start in range(0, len(conversation_ids), AT_ONCE):
        rows = tx.execute(
            select(C.id, C.source, C.external_id)
            .outerjoin(T, T.conversation_id == C.id)
            .where(
                C.id.in_(conversation_ids[start : start + AT_ONCE]),
                T.conversation_id.is_(None),
                C.deleted_at.is_(None),
            )
        )
        missing |= {row.id: (row.source, row.external_id) for row in rows}
    for source in sorted({source for source, _ in missing.values()}):
        want(tx, source, [each for other, each in missing.values() if other == source], now=now)
    return set(missing)


def due(tx: Tx, sources: Collection[str], *, now: datetime, limit: int) -> list[Wanted]:
    """What is wanted from these helpdesks by now, the longest wait first."""
    found = tx.execute(
        select(F.source, F.external_id, F.attempts, F.deleted)
        .where(F.source.in_(list(sources)), F.not_before <= now)
        .order_by(F.not_before, F.source, F.external_id)
        .limit(limit)
    )
    return [Wanted(row.source, row.external_id, row.attempts, row.deleted) for row in found]


def take(tx: Tx, wanted: Wanted, *, now: datetime, until: datetime) -> bool:
    """Takes a request for ourselves until then; False if another process was faster."""
    done = tx.execute(
        update(F)
        .where(F.source == wanted.source, F.external_id == wanted.external_id, F.not_before <= now)
        .values(not_before=until)
        .returning(F.source)
    )
    return done.one_or_none() is not None


def done(tx: Tx, source: str, external_id: str) -> None:
    """It is here, or it never will be."""
    tx.execute(delete(F).where(F.source == source, F.external_id == external_id))


def postpone(tx: Tx, wanted: Wanted, *, until: datetime, error: str, failed: bool) -> None:
    """It is tried again then; `failed` counts the attempt."""
    tx.execute(
        update(F)
        .where(F.source == wanted.source, F.external_id == wanted.external_id)
        .values(not_before=until, error=error[:ERROR], attempts=F.attempts + (1 if failed else 0))
    )


def rest(tx: Tx, source: str, *, until: datetime, error: str) -> None:
    """The whole helpdesk wants to be left alone until then."""
    tx.execute(
        update(F)
        .where(F.source == source, F.not_before < until)
        .values(not_before=until, error=error[:ERROR])
    )


def is_handed_out(tx: Tx, conversation_id: int) -> bool:
    """Whether anybody was given this conversation to review: only then its text is kept here."""
    asked = select(
        or_(
            exists().where(tables.Assignment.conversation_id == conversation_id),
            exists().where(tables.Review.conversation_id == conversation_id),
        )
    )
    return bool(tx.execute(asked).scalar_one())
