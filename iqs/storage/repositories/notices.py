"""The outbox table: notices are added with their cause, claimed, and settled under a token."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, case, func, literal_column, or_, select, update
from sqlalchemy.orm import aliased

from iqs.assignments import AssignmentState
from iqs.notices import LANES, UNDRAWN, Notice, NoticeKind, NoticeState
from iqs.storage import tables, upserts
from iqs.storage.store import Tx

T = tables.Notice
A = tables.Assignment
P = tables.Person
M = tables.Membership
LANE = case({kind.value: place for place, kind in enumerate(LANES)}, value=T.kind, else_=len(LANES))
IN_ORDER = (LANE, case((T.first_try_at.is_(None), 1), else_=0), T.not_before, T.id)
"""By lane; what was tried before comes first, then the oldest."""


@dataclass(frozen=True, slots=True)
class Due:
    """A pending notice whose time has come, the zone of its person and the team it belongs to.

    `asked`: its person asked for what it brings, and wants it now.
    """

    notice: Notice
    timezone: str | None
    team_id: int | None
    asked: bool = False


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


def due(tx: Tx, *, now: datetime, limit: int, each: int, skip: Collection[int] = ()) -> list[Due]:
    """Pending notices whose time has come: by lane, then oldest first, at most `each` of one target; locked.

    Left out are people in `skip` and those who cannot be written to, what is told with another notice, and
    targets where something older is on its way or waits for another try: what goes to one target leaves in order.
    """
    rows = tx.execute(_due(), {"now": now, "limit": limit, "each": each, "skip": list(skip)}).mappings()
    return [Due(_notice(row), row["timezone"], row["team_id"], bool(row["asked"])) for row in rows]


@cache
def _due() -> Select[Any]:
    """The statement of `due`; every sender asks it all the time, and to put it together takes longer than to run it."""
    now: Any = bindparam("now", type_=T.not_before.type)
    place = func.row_number().over(partition_by=(T.person_id, T.channel), order_by=IN_ORDER)
    reachable = or_(T.channel.is_not(None), and_(P.slack_user_id.is_not(None), P.active))
    free = [_not_among(each, _busy(each, now)) for each in (T.person_id, T.channel)]
    free.append(_not_among(T.person_id, bindparam("skip", expanding=True)))
    ranked = (
        select(T.id, place.label("place"))
        .outerjoin(P, P.id == T.person_id)
        .where(T.state == NoticeState.PENDING, T.not_before <= now, reachable, _alone(), *free)
        .subquery()
    )
    scorecards = select(A.team_id).where(A.id == T.object_id).scalar_subquery()
    feedback = select(tables.Review.team_id).where(tables.Review.id == T.object_id).scalar_subquery()
    theirs = select(func.min(M.team_id)).where(M.person_id == T.person_id).scalar_subquery()
    theirs_too = and_(T.kind == NoticeKind.SCORECARD, A.handed_by == T.person_id)
    asked = select(theirs_too).where(A.id == T.object_id).scalar_subquery().label("asked")
    about = case((T.kind == NoticeKind.SCORECARD, scorecards), (T.kind == NoticeKind.FEEDBACK, feedback))
    team = func.coalesce(about, theirs).label("team_id")
    return (
        select(*T.__table__.c, P.timezone, team, asked)
        .join(ranked, ranked.c.id == T.id)
        .outerjoin(P, P.id == T.person_id)
        .where(T.state == NoticeState.PENDING, ranked.c.place <= bindparam("each"))
        .order_by(*IN_ORDER)
        .limit(bindparam("limit"))
        .with_for_update(of=T, skip_locked=True)
    )


def gatherable(tx: Tx, heads: Iterable[Notice], *, now: datetime) -> list[Notice]:
    """Due notices of the heads' people and kinds that may be told with them, and what was frozen to them; locked.

    What was in doubt itself is left out: a message with its own mark may stand in Slack.
    """
    heads = list(heads)
    people = {head.person_id for head in heads}
    kinds = {head.kind for head in heads}
    fresh = and_(
        T.person_id.in_(people), T.kind.in_(kinds), T.not_before <= now, T.resent_at.is_(None), _alone()
    )
    frozen = T.told_with.in_([head.key for head in heads])
    found = tx.execute(
        select(T)
        .where(T.state == NoticeState.PENDING, T.id.not_in([head.id for head in heads]), or_(fresh, frozen))
        .order_by(T.not_before, T.id)
        .with_for_update(skip_locked=True)
    )
    return [_notice(row) for row in found.mappings()]


def expired(tx: Tx, *, now: datetime, limit: int) -> list[Notice]:
    """Notices in `sending` whose lease has run out, each with what is told with it; locked.

    Whose ran out first comes first, so that those that nobody can find out about keep no other one waiting.
    """
    found = tx.execute(
        select(T)
        .where(T.state == NoticeState.SENDING, T.lease_until < now, _alone())
        .order_by(T.lease_until, T.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return _with_told(tx, [_notice(row) for row in found.mappings()], NoticeState.SENDING)


def sweepable(tx: Tx, *, now: datetime, limit: int) -> list[Notice]:
    """Notices whose message should be looked for a twin by now; locked."""
    found = tx.execute(
        select(T)
        .where(T.sweep_at <= now, T.ts.is_not(None))
        .order_by(T.sweep_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return [_notice(row) for row in found.mappings()]


def told_together(tx: Tx, key: str) -> list[Notice]:
    """All notices that the message with this key tells, the oldest first."""
    found = tx.execute(select(T).where(or_(T.key == key, T.told_with == key)).order_by(T.not_before, T.id))
    return [_notice(row) for row in found.mappings()]


def standing(tx: Tx, people: Collection[int]) -> dict[int, int]:
    """How many scorecards of open assignments stand in Slack or are on their way, for each of these reviewers."""
    told = tx.execute(_standing().where(A.reviewer_id.in_(people)))
    return {row.person_id: row.n for row in told if row.person_id is not None}


def _standing() -> Select[int | None, int]:
    return (
        select(T.person_id, func.count().label("n"))
        .join(A, A.id == T.object_id)
        .where(
            A.state == AssignmentState.OPEN,
            T.kind == NoticeKind.SCORECARD,
            T.state.in_([NoticeState.SENT, NoticeState.SENDING]),
        )
        .group_by(T.person_id)
    )


def queued_scorecards(tx: Tx, *, now: datetime, at_once: int) -> list[Due]:
    """Scorecards that wait for a later moment, were never tried and may have room; oldest first.

    Left out are reviewers with `at_once` open ones in Slack: this is asked every second, and most wait for them.
    """
    full = _standing().having(func.count() >= at_once).subquery()
    found = tx.execute(
        select(*T.__table__.c, P.timezone, A.team_id)
        .join(A, A.id == T.object_id)
        .join(P, P.id == T.person_id)
        .where(
            T.state == NoticeState.PENDING,
            T.not_before > now,
            T.kind == NoticeKind.SCORECARD,
            T.first_try_at.is_(None),
            A.state == AssignmentState.OPEN,
            T.person_id.not_in(select(full.c.person_id).where(full.c.person_id.is_not(None))),
        )
        .order_by(T.id)
    )
    return [Due(_notice(row), row["timezone"], row["team_id"]) for row in found.mappings()]


def hasten(tx: Tx, person_id: int, *, now: datetime) -> None:
    """Lets what was tried for a person and waits be tried now."""
    tx.execute(
        update(T)
        .where(
            T.person_id == person_id,
            T.state == NoticeState.PENDING,
            T.first_try_at.is_not(None),
            T.not_before > now,
        )
        .values(not_before=now)
    )


def put_off(
    tx: Tx, person_id: int, kinds: Collection[NoticeKind], *, since: datetime, until: datetime
) -> None:
    """Lets what waits for a person, of these kinds, and would leave in [since, until), leave at `until`."""
    tx.execute(
        update(T)
        .where(
            T.person_id == person_id,
            T.kind.in_(kinds),
            T.state == NoticeState.PENDING,
            T.not_before >= since,
            T.not_before < until,
        )
        .values(not_before=until)
    )


def let_go(tx: Tx, person_id: int, kinds: Collection[NoticeKind], *, at: datetime) -> None:
    """Lets what waits for a person, of these kinds, leave at `at` if it would leave later; not what was tried."""
    tx.execute(
        update(T)
        .where(
            T.person_id == person_id,
            T.kind.in_(kinds),
            T.state == NoticeState.PENDING,
            T.first_try_at.is_(None),
            T.not_before > at,
        )
        .values(not_before=at)
    )


def bring_forward(tx: Tx, notice_id: int, *, now: datetime) -> None:
    """Lets a pending notice that waits for later leave now."""
    tx.execute(
        update(T)
        .where(T.id == notice_id, T.state == NoticeState.PENDING, T.not_before > now)
        .values(not_before=now)
    )


def defer(tx: Tx, notice: Notice, *, until: datetime) -> None:
    """Lets a pending notice wait until then; nothing was tried and nothing is wrong with it."""
    tx.execute(
        update(T)
        .where(T.id == notice.id, T.state == NoticeState.PENDING, T.told_with.is_(None))
        .values(not_before=until)
    )


def by_key(tx: Tx, key: str) -> Notice | None:
    """The notice with this key."""
    row = tx.execute(select(T).where(T.key == key)).mappings().one_or_none()
    return None if row is None else _notice(row)


def by_id(tx: Tx, notice_id: int) -> Notice | None:
    """The notice with this id."""
    row = tx.execute(select(T).where(T.id == notice_id)).mappings().one_or_none()
    return None if row is None else _notice(row)


def mark(tx: Tx, notices: Sequence[Notice], **values: Any) -> None:
    """Sets columns of rows that this transaction has locked."""
    if notices:
        tx.execute(update(T).where(T.id.in_([each.id for each in notices])).values(**values))


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


@dataclass(frozen=True, slots=True)
class Place:
    """Where a notice stands in Slack, and whether its message will be looked for a twin."""

    id: int
    state: NoticeState
    posted_to: str
    ts: str
    resent_at: datetime | None
    sweep_at: datetime | None


def ours(tx: Tx, notices: Sequence[Notice]) -> frozenset[int]:
    """Ids of those that still are as they were read, under the same token; locked."""
    wanted = {each.id: (each.state, each.lease_token) for each in notices}
    found = tx.execute(select(T.id, T.state, T.lease_token).where(T.id.in_(wanted)).with_for_update())
    return frozenset(row.id for row in found if (row.state, row.lease_token) == wanted[row.id])


def place(tx: Tx, places: Sequence[Place]) -> None:
    """Notes where rows stand that this transaction has locked."""
    if places:
        tx.execute(_PLACE, [{"row": each.id, **_columns(each)} for each in places])


# Said once: building a statement costs more than running it.
_PLACED = ("state", "posted_to", "ts", "resent_at", "sweep_at")
_PLACE = (
    update(T)
    .where(T.id == bindparam("row"))
    .values({name: bindparam(f"new_{name}") for name in _PLACED} | {"error": None})
)


def _columns(place: Place) -> dict[str, Any]:
    return {f"new_{name}": getattr(place, name) for name in _PLACED}


def cancel(tx: Tx, key: str) -> bool:
    """Cancels a notice that has not left yet; False if it is on its way, sent, or unknown."""
    done = tx.execute(
        update(T).where(T.key == key, T.state == NoticeState.PENDING).values(state=NoticeState.CANCELLED)
    )
    return done.rowcount == 1


def redate(tx: Tx, *, after: datetime, now: datetime) -> int:
    """What is not over and was tried later than `after` counts as tried now, and waits for nothing; how many."""
    times = (T.first_try_at, T.last_try_at, T.not_before, T.lease_until)
    done = tx.execute(
        update(T)
        .where(T.state.in_([NoticeState.PENDING, NoticeState.SENDING]), T.last_try_at > after)
        .values({each.key: case((each > now, bindparam(None, now, each.type)), else_=each) for each in times})
    )
    return done.rowcount


def _busy(column: Any, now: Any) -> Any:
    """Targets where something is on its way, in doubt, or was tried and waits for its next try."""
    other = aliased(T)
    target = getattr(other, column.key)
    trying = and_(
        other.state == NoticeState.PENDING,
        other.not_before > now,
        other.first_try_at.is_not(None),
        func.coalesce(other.error, "").not_like(f"{UNDRAWN}%"),
    )
    return select(target).where(target.is_not(None), or_(other.state == NoticeState.SENDING, trying))


def _not_among(column: Any, targets: Any) -> ColumnElement[bool]:
    return or_(column.is_(None), column.not_in(targets))


def _alone() -> ColumnElement[bool]:
    """Not told with a notice that is still on its way: that one carries it along."""
    head = aliased(T)
    carried = (
        select(literal_column("1"))
        .where(head.key == T.told_with, head.state.in_([NoticeState.PENDING, NoticeState.SENDING]))
        .exists()
    )
    return or_(T.told_with.is_(None), ~carried)


def _with_told(tx: Tx, heads: list[Notice], state: NoticeState) -> list[Notice]:
    """The heads with what is told with them, locked as they are."""
    if not heads:
        return []
    found = tx.execute(
        select(T)
        .where(T.told_with.in_([head.key for head in heads]), T.state == state)
        .order_by(T.not_before, T.id)
        .with_for_update()
    )
    told: dict[str | None, list[Notice]] = {}
    for row in found.mappings():
        told.setdefault(row["told_with"], []).append(_notice(row))
    return [replace(head, told=tuple(told.get(head.key, ()))) for head in heads]


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
        lease_until=row["lease_until"],
        told_with=row["told_with"],
        resent_at=row["resent_at"],
    )
