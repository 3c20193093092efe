"""The outbox table: notices are added with their cause, claimed, and settled under a token."""

from datetime import datetime
from typing import Any

from sqlalchemy import and_, case, func, or_, select, update

from iqs.notices import LANES, Notice, NoticeKind, NoticeState
from iqs.storage import tables, upserts
from iqs.storage.store import Tx

T = tables.Notice


def add(
    tx: Tx,
    *,
    key: str,
    kind: NoticeKind,
    object_id: int,
    not_before: datetime,
    now: datetime,
    person_id: int | None = None,
    channel: str | None = None,
) -> bool:
    """Adds a notice unless its key is known already; returns whether it is new."""
    values = {
        "key": key,
        "kind": kind,
        "object_id": object_id,
        "person_id": person_id,
        "channel": channel,
        "not_before": not_before,
        "created_at": now,
        "state": NoticeState.PENDING,
        "attempts": 0,
    }
    statement = upserts.insert(tx, T).values(**values).on_conflict_do_nothing(index_elements=["key"])
    return tx.execute(statement.returning(T.id)).one_or_none() is not None


def due(tx: Tx, *, now: datetime, limit: int) -> list[Notice]:
    """Pending notices whose time has come and whose person is reachable: by lane, then oldest first; locked."""
    lane = case({kind.value: place for place, kind in enumerate(LANES)}, value=T.kind, else_=len(LANES))
    reachable = or_(
        T.channel.is_not(None),
        and_(tables.Person.slack_user_id.is_not(None), tables.Person.active),
    )
    found = tx.execute(
        select(T)
        .outerjoin(tables.Person, tables.Person.id == T.person_id)
        .where(T.state == NoticeState.PENDING, T.not_before <= now, reachable)
        .order_by(lane, T.not_before, T.id)
        .limit(limit)
        .with_for_update(of=T, skip_locked=True)
    )
    return [_notice(row) for row in found.mappings()]


def by_key(tx: Tx, key: str) -> Notice | None:
    """The notice with this key."""
    row = tx.execute(select(T).where(T.key == key)).mappings().one_or_none()
    return None if row is None else _notice(row)


def by_id(tx: Tx, notice_id: int) -> Notice | None:
    """The notice with this id."""
    row = tx.execute(select(T).where(T.id == notice_id)).mappings().one_or_none()
    return None if row is None else _notice(row)


def expired(tx: Tx, *, now: datetime, limit: int) -> list[Notice]:
    """Notices in `sending` whose lease has run out: what was sent for them may have arrived."""
    found = tx.execute(
        select(T)
        .where(T.state == NoticeState.SENDING, T.lease_until < now)
        .order_by(T.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return [_notice(row) for row in found.mappings()]


def change(tx: Tx, notice: Notice, *, state: NoticeState, **values: Any) -> bool:
    """Moves a notice on if it still carries the token it was read with; returns whether it did."""
    done = tx.execute(
        update(T)
        .where(
            T.id == notice.id, T.state == notice.state, T.lease_token.is_not_distinct_from(notice.lease_token)
        )
        .values(state=state, **values)
    )
    return done.rowcount == 1


def cancel(tx: Tx, key: str) -> bool:
    """Cancels a notice that has not left yet; False if it is on its way, sent, or unknown."""
    done = tx.execute(
        update(T).where(T.key == key, T.state == NoticeState.PENDING).values(state=NoticeState.CANCELLED)
    )
    return done.rowcount == 1


def counts(tx: Tx) -> dict[str, int]:
    """How many notices stand in each state."""
    found = tx.execute(select(T.state, func.count().label("n")).group_by(T.state))
    return {row.state: row.n for row in found}


def _notice(row: Any) -> Notice:
    return Notice(
        id=row["id"],
        key=row["key"],
        kind=NoticeKind(row["kind"]),
        object_id=row["object_id"],
        state=NoticeState(row["state"]),
        not_before=row["not_before"],
        person_id=row["person_id"],
        channel=row["channel"],
        attempts=row["attempts"],
        lease_token=row["lease_token"],
        posted_to=row["posted_to"],
        ts=row["ts"],
        error=row["error"],
        first_try_at=row["first_try_at"],
        last_try_at=row["last_try_at"],
    )
