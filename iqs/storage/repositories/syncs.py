"""How far each helpdesk has been read, and who is reading it just now."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, or_, select, update

from iqs.storage import tables, upserts
from iqs.storage.store import Tx

S = tables.Sync

ERROR = 200
"""Characters of the sentence that is kept."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a helpdesk has been read; see `iqs.storage.tables.Sync`. `busy` while somebody reads it."""

    source: str
    complete_until: datetime | None = None
    window_from: datetime | None = None
    window_until: datetime | None = None
    cursor: str | None = None
    ratings_until: datetime | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    listed: int = 0
    error: str | None = None
    lease_token: str | None = None
    lease_until: datetime | None = None
    recheck_after: datetime | None = None
    doubt: str | None = None

    def rests(self, now: datetime) -> bool:
        """Whether it is to be left alone until `lease_until`, because somebody reads it or it asked us to wait."""
        return self.lease_until is not None and self.lease_until > now


def of(tx: Tx, source: str) -> Standing:
    """How far this helpdesk has been read."""
    row = tx.execute(select(S.__table__).where(S.source == source)).mappings().one_or_none()
    return Standing(**row) if row else Standing(source)


def every(tx: Tx) -> tuple[Standing, ...]:
    """How far each helpdesk has been read that was ever asked."""
    found = tx.execute(select(S.__table__).order_by(S.source)).mappings()
    return tuple(Standing(**row) for row in found)


def claim(
    tx: Tx, source: str, token: str, *, now: datetime, lease: timedelta, impatient: bool
) -> Standing | None:
    """Takes the helpdesk for ourselves; None while another process has it, or while it asked us to wait.

    `impatient` does not heed that wait: somebody stands at the terminal.
    """
    new = (
        upserts.insert(tx, S)
        .values(source=source, listed=0)
        .on_conflict_do_nothing(index_elements=["source"])
    )
    tx.execute(new)
    free = or_(S.lease_until.is_(None), S.lease_until <= now)
    if impatient:
        free = or_(free, S.lease_token.is_(None))
    taken = tx.execute(
        update(S)
        .where(S.source == source, free)
        .values(lease_token=token, lease_until=now + lease, started_at=now)
        .returning(S.source)
    ).one_or_none()
    return of(tx, source) if taken else None


def put(tx: Tx, source: str, token: str, **values: Any) -> bool:
    """Sets columns if the lease is still ours; False if another process took over."""
    done = tx.execute(
        update(S).where(and_(S.source == source, S.lease_token == token)).values(**values).returning(S.source)
    )
    return done.one_or_none() is not None


def take_recheck(tx: Tx, source: str, *, now: datetime, until: datetime, longest: timedelta) -> bool:
    """Takes it upon us to ask again for texts of this helpdesk; False while another does, or while that rests.

    A rest that would be longer than `longest` is none: a clock was set back.
    """
    free = or_(S.recheck_after.is_(None), S.recheck_after <= now, S.recheck_after > now + longest)
    done = tx.execute(
        update(S).where(S.source == source, free).values(recheck_after=until).returning(S.source)
    )
    return done.one_or_none() is not None


def put_recheck(tx: Tx, source: str, values: Mapping[str, Any]) -> None:
    """Sets when texts are asked for again, and what is in doubt."""
    tx.execute(update(S).where(S.source == source).values(**values))
