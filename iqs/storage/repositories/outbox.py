"""The outbox as people look at it: Notices with names, teams and reasons; counts for the gauges.

Everything asked here starts from the index on (state, not_before) or from one id: what was sent long ago is
never walked through.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, update
from sqlalchemy.orm import aliased

from iqs.notices import NoticeKind, NoticeState
from iqs.outbox import MAYBE, Entry
from iqs.storage import tables
from iqs.storage.store import Tx

N = tables.Notice
P = tables.Person
A = tables.Assignment
R = tables.Review
S = tables.Schedule
TEAM = func.coalesce(A.team_id, R.team_id, S.team_id)

LIVE = (NoticeState.PENDING, NoticeState.SENDING, NoticeState.DEAD)
"""The states of what is not over."""


def of_id(tx: Tx, notice_id: int) -> Entry | None:
    """The Notice with this id."""
    return _first(tx, N.id == notice_id)


def of_key(tx: Tx, key: str) -> Entry | None:
    """The Notice with this key."""
    return _first(tx, N.key == key)


def group_of(tx: Tx, entry: Entry) -> list[Entry]:
    """Everything in the same state that one message tells, the Notice that carries the others first."""
    head = entry.told_with or entry.key
    same = and_(or_(N.key == head, N.told_with == head), N.state == entry.state)
    return _entries(tx, same, limit=100, first=N.key == head)


def listed(
    tx: Tx, *, states: Collection[NoticeState], kinds: Collection[NoticeKind] = (), limit: int
) -> list[Entry]:
    """Notices in these states (and of these kinds), the oldest due first."""
    wanted = [N.state.in_(list(states))]
    if kinds:
        wanted.append(N.kind.in_(list(kinds)))
    return _entries(tx, *wanted, limit=limit)


def stuck(
    tx: Tx, *, now: datetime, tried_before: datetime, teams: Collection[int] | None = None, limit: int
) -> list[Entry]:
    """Notices that do not move as they should, the dead first; `teams` None: of all teams and of none.

    Dead ones; those in doubt since before `tried_before`; pending ones that are due and whose person cannot be
    reached, or that were first tried before `tried_before` and have a reason for not being sent. No alerts.
    """
    return _entries(tx, *_stuck(now, tried_before, teams), limit=limit, first=N.state == NoticeState.DEAD)


def count_stuck(
    tx: Tx, *, now: datetime, tried_before: datetime, teams: Collection[int] | None = None
) -> int:
    """How many `stuck` would list without a limit."""
    found = _joined(select(func.count())).where(*_stuck(now, tried_before, teams))
    return int(tx.execute(found).scalar_one())


def _stuck(now: datetime, tried_before: datetime, teams: Collection[int] | None) -> list[ColumnElement[bool]]:
    unreachable = or_(P.slack_user_id.is_(None), P.active.is_(False), P.unreachable_since.is_not(None))
    waiting = and_(
        N.state == NoticeState.PENDING,
        or_(
            and_(N.person_id.is_not(None), N.not_before <= now, unreachable),
            and_(N.error.is_not(None), N.first_try_at < tried_before),
        ),
    )
    doubtful = and_(
        N.state == NoticeState.SENDING,
        N.first_try_at < tried_before,
        or_(N.lease_until <= now, N.error.startswith(MAYBE)),
    )
    wanted = [
        N.state.in_(list(LIVE)),
        N.kind != NoticeKind.ALERT,
        or_(N.state == NoticeState.DEAD, doubtful, waiting),
    ]
    return wanted if teams is None else [*wanted, TEAM.in_(list(teams))]


def dead_ids(tx: Tx) -> list[int]:
    """Every dead Notice that is not an alert."""
    return list(
        tx.scalars(select(N.id).where(N.state == NoticeState.DEAD, N.kind != NoticeKind.ALERT).order_by(N.id))
    )


def overdue(tx: Tx, *, due_before: datetime, limit: int) -> list[Entry]:
    """Pending Notices that were due before then and whose person can be reached; no alerts.

    Left out is what waits behind something to the same person or channel that is under way or tried again: things
    to one target leave in order, and that one has its reason.
    """
    other = aliased(N)
    tried = or_(
        other.state == NoticeState.SENDING,
        and_(other.state == NoticeState.PENDING, other.first_try_at.is_not(None)),
    )
    ahead = [
        or_(column.is_(None), column.not_in(select(same).where(same.is_not(None), tried)))
        for column, same in ((N.person_id, other.person_id), (N.channel, other.channel))
    ]
    reachable = or_(
        N.channel.is_not(None),
        and_(P.slack_user_id.is_not(None), P.active.is_(True), P.unreachable_since.is_(None)),
    )
    return _entries(
        tx,
        N.state == NoticeState.PENDING,
        N.not_before < due_before,
        N.kind != NoticeKind.ALERT,
        reachable,
        or_(N.first_try_at.is_not(None), and_(*ahead)),
        limit=limit,
    )


def abandoned(tx: Tx, *, lease_before: datetime, limit: int) -> list[Entry]:
    """Notices in `sending` whose lease ran out before then, and that nobody looked into since; no alerts."""
    return _entries(
        tx,
        N.state == NoticeState.SENDING,
        N.lease_until < lease_before,
        N.kind != NoticeKind.ALERT,
        limit=limit,
    )


def looked_since(tx: Tx, since: datetime) -> bool:
    """Whether somebody tried since then to find out about a Notice in doubt, and could not."""
    asked = select(N.id).where(
        N.state == NoticeState.SENDING, N.lease_until >= since, N.error.startswith(MAYBE)
    )
    return tx.execute(asked.limit(1)).first() is not None


def tried_since(tx: Tx, since: datetime, *, due_after: datetime) -> bool:
    """Whether the sender took up anything since then, among what was due after `due_after`."""
    recent = select(N.id).where(
        N.state.in_(list(NoticeState)), N.not_before >= due_after, N.last_try_at >= since
    )
    return tx.execute(recent.limit(1)).first() is not None


def revive(tx: Tx, entry: Entry, values: dict[str, Any], *, state: NoticeState) -> bool:
    """Puts a Notice into another state if it still stands as it was read; returns whether it did."""
    done = tx.execute(
        update(N)
        .where(
            N.id == entry.id,
            N.state == entry.state,
            N.lease_token.is_not_distinct_from(entry.lease_token),
            N.attempts == entry.attempts,
        )
        .values(state=state, **values)
    )
    return done.rowcount == 1


@dataclass(frozen=True, slots=True)
class Gauges:
    """What the outbox measures at a moment: Notices by (state, kind), and since when the oldest due one waits."""

    counts: dict[tuple[str, str], int]
    oldest_due: datetime | None


def gauges(tx: Tx, now: datetime) -> Gauges:
    """Counts of what is not over, and the oldest Notice that is due for somebody who can be reached."""
    counted = tx.execute(
        select(N.state, N.kind, func.count().label("n"))
        .where(N.state.in_(list(LIVE)))
        .group_by(N.state, N.kind)
    )
    counts = {(row.state, row.kind): row.n for row in counted}
    oldest = overdue(tx, due_before=now, limit=1)
    return Gauges(counts, oldest[0].not_before if oldest else None)


def _first(tx: Tx, condition: ColumnElement[bool]) -> Entry | None:
    found = _entries(tx, condition, limit=1)
    return found[0] if found else None


def _joined(what: Select[Any]) -> Select[Any]:
    return (
        what.select_from(N)
        .outerjoin(P, P.id == N.person_id)
        .outerjoin(A, and_(N.kind == NoticeKind.SCORECARD, A.id == N.object_id))
        .outerjoin(R, and_(N.kind == NoticeKind.FEEDBACK, R.id == N.object_id))
        .outerjoin(
            tables.ScheduleRun,
            and_(
                N.kind.in_([NoticeKind.DIGEST, NoticeKind.DETAILS]),
                tables.ScheduleRun.id == N.object_id,
            ),
        )
        .outerjoin(S, S.id == tables.ScheduleRun.schedule_id)
    )


def _entries(
    tx: Tx,
    *conditions: ColumnElement[bool],
    limit: int,
    first: ColumnElement[bool] | None = None,
) -> list[Entry]:
    columns = (
        *N.__table__.c,
        P.name.label("person"),
        P.slack_user_id,
        P.active,
        P.unreachable_since,
        TEAM.label("team_id"),
        tables.Team.name.label("team"),
    )
    order: Sequence[Any] = (N.not_before, N.id)
    if first is not None:
        order = (first.desc(), *order)
    statement = (
        _joined(select(*columns))
        .outerjoin(tables.Team, tables.Team.id == TEAM)
        .where(*conditions)
        .order_by(*order)
        .limit(limit)
    )
    return [_entry(row) for row in tx.execute(statement).mappings()]


def _entry(row: Any) -> Entry:
    person = row["person_id"] is not None
    return Entry(
        id=row["id"],
        key=row["key"],
        kind=NoticeKind(row["kind"]),
        object_id=row["object_id"],
        state=NoticeState(row["state"]),
        to=row["person"] if person else row["channel"],
        person_id=row["person_id"],
        team_id=row["team_id"],
        team=row["team"] or "",
        attempts=row["attempts"],
        created_at=row["created_at"],
        not_before=row["not_before"],
        lease_token=row["lease_token"],
        lease_until=row["lease_until"],
        first_try_at=row["first_try_at"],
        last_try_at=row["last_try_at"],
        posted_to=row["posted_to"],
        error=row["error"],
        told_with=row["told_with"],
        slack_user_id=row["slack_user_id"],
        active=not person or bool(row["active"]),
        reachable=not person or row["unreachable_since"] is None,
    )
