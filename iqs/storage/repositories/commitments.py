"""What was fixed before each draw. Only added to: the database itself refuses a change."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, select

from iqs.proof import Committed, Frame, frame_hash, seed_hash
from iqs.storage import tables
from iqs.storage.columns import EPOCH, stored
from iqs.storage.repositories.lots import DAY
from iqs.storage.store import Tx

M = tables.Commitment


def add(tx: Tx, frame: Frame, *, attempt: int, seed: str, now: datetime) -> Committed:
    """Stores the hashes of a seed and a frame, and the frame; IntegrityError if this attempt is committed already."""
    kept = frame.stored()
    values: dict[str, Any] = {
        "team_id": frame.team_id,
        "period": frame.period,
        "attempt": attempt,
        "starts_at": frame.starts_at,
        "ends_at": frame.ends_at,
        "seed_hash": seed_hash(seed),
        "frame_hash": frame_hash(kept),
        "frame": kept,
        "eligible": frame.eligible,
        "excluded": dict(frame.excluded),
        "created_at": now,
    }
    number = tx.execute(insert(M).values(**values).returning(M.id)).scalar_one()
    return Committed(id=number, **values)


def latest(tx: Tx, team_id: int, period: str) -> Committed | None:
    """The last commitment for a team's period."""
    return _one(tx, M.team_id == team_id, M.period == period)


def by_id(tx: Tx, commitment_id: int) -> Committed | None:
    """The commitment with this id."""
    return _one(tx, M.id == commitment_id)


def counted(tx: Tx, days: Collection[int]) -> frozenset[int]:
    """Those of these UTC days (since 1970) that a commitment has counted, of whichever team: their numbers stay."""
    if not days:
        return frozenset()
    found = tx.execute(
        select(M.__table__.c.starts_at, M.__table__.c.ends_at)
        .where(
            M.ends_at > _start(min(days)),
            M.starts_at < _start(max(days) + 1),
        )
        .distinct()
    ).all()
    spans = [(stored(start) // DAY, (stored(end) - 1) // DAY) for start, end in found]
    return frozenset(day for day in days if any(first <= day <= last for first, last in spans))


def _start(day: int) -> datetime:
    return EPOCH + timedelta(days=day)


def _one(tx: Tx, *conditions: Any) -> Committed | None:
    row = tx.execute(
        select(*M.__table__.c).where(*conditions).order_by(M.attempt.desc()).limit(1)
    ).one_or_none()
    return None if row is None else Committed(**row._mapping)  # noqa: SLF001 - its public name
