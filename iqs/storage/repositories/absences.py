"""When people are out of office."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, insert, select, update

from iqs.absences import Absence, AbsenceSource
from iqs.storage import tables
from iqs.storage.store import Tx

T = tables.Absence


def add(tx: Tx, absence: Absence, *, now: datetime) -> None:
    """Stores an absence."""
    tx.execute(
        insert(T).values(
            person_id=absence.person_id,
            starts_at=absence.starts_at,
            ends_at=absence.ends_at,
            source=absence.source,
            created_at=now,
        )
    )


def of(tx: Tx, person_ids: Collection[int], *, now: datetime) -> dict[int, list[Absence]]:
    """What is not over of these people's absences, the first one first; who has none is left out."""
    found = tx.execute(
        select(T.person_id, T.starts_at, T.ends_at, T.source)
        .where(T.person_id.in_(person_ids), T.ends_at > now)
        .order_by(T.starts_at, T.id)
    )
    absences: dict[int, list[Absence]] = {}
    for person_id, starts_at, ends_at, source in found:
        absences.setdefault(person_id, []).append(
            Absence(person_id, starts_at, ends_at, AbsenceSource(source))
        )
    return absences


def away(tx: Tx, *, now: datetime) -> list[int]:
    """Everybody who is out of office at this moment."""
    return list(tx.scalars(select(T.person_id).where(T.starts_at <= now, T.ends_at > now).distinct()))


def prolong(tx: Tx, absence: Absence, *, now: datetime) -> None:
    """Gives the running absence that was told the same way the end of this one."""
    tx.execute(
        update(T)
        .where(T.person_id == absence.person_id, T.source == absence.source, T.ends_at >= now)
        .values(ends_at=absence.ends_at)
    )


def end(tx: Tx, person_id: int, *, now: datetime, source: AbsenceSource | None = None) -> int:
    """Ends what is running of somebody's absences and takes back what has not begun; returns how many.

    With `source` only those that were told that way.
    """
    whose = [T.person_id == person_id, T.ends_at > now]
    if source is not None:
        whose.append(T.source == source)
    running = tx.execute(update(T).where(*whose, T.starts_at < now).values(ends_at=now).returning(T.id)).all()
    coming = tx.execute(delete(T).where(*whose, T.starts_at >= now).returning(T.id)).all()
    return len(running) + len(coming)
