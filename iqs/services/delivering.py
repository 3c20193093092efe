"""The outbox as the sender sees it: claim, then settle, postpone or bury.

A claim is committed as `sending` before the call to the outside. After a crash, `sending` with a lease that
has run out therefore means "may have happened": such notices are handed out by `suspects`, never by `claim`.
What one message tells (`Notice.told`) is claimed, doubted, sent again and settled together, in one transaction.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from secrets import token_bytes, token_hex
from typing import Any, NamedTuple

from iqs.assignments import AssignmentState
from iqs.notices import (
    AT_ONCE,
    Notice,
    NoticeKind,
    NoticeState,
    next_sweep,
)
from iqs.services import claiming, following
from iqs.services.claiming import LEASE
from iqs.storage.repositories import assignments, notices, people, settings
from iqs.storage.store import Store, Tx

SWEEP_LEASE = timedelta(minutes=2)
"""How long a look for a twin is its taker's alone."""

AHEAD = timedelta(hours=1)
"""Whatever was tried later than this from now on was tried before a clock was set back; less is waited for."""

RELAPSE = timedelta(minutes=10)
"""A refusal that comes back within this time is the old one: it began when that one did."""

TROUBLE = "slack_trouble"
SECRET = "message_key_secret"  # noqa: S105 - the name of the setting, not its value


def claim(
    store: Store,
    *,
    now: datetime,
    limit: int = 20,
    each: int = 100,
    paced: bool = False,
    at_once: int = AT_ONCE,
    skip: Collection[int] = (),
) -> list[Notice]:
    """Takes due notices for sending; each is `sending` under a fresh token before this returns.

    At most `limit` messages, `each` of them for one target. With `paced` a person outside the working hours of
    their own zone waits for them, and a reviewer with `at_once` open scorecards for one of them to be done.
    People in `skip` are left out. Nothing is taken while Slack refuses the app (`trouble`).
    """

    def take(tx: Tx) -> list[Notice]:
        if trouble_of(tx) is not None:
            return []
        return claiming.take(
            tx, now=now, limit=limit, each=each, skip=skip, at_once=at_once if paced else None
        )

    return store.transact(take)


def release(store: Store, *, now: datetime, at_once: int = AT_ONCE) -> int:
    """Calls up the next scorecards of reviewers who have fewer than `at_once` open ones; returns how many."""
    with store.read() as tx:
        if not claiming.next_scorecards(tx, now=now, at_once=at_once):
            return 0

    def call_up(tx: Tx) -> int:
        called = claiming.next_scorecards(tx, now=now, at_once=at_once)
        for notice, at in called:
            notices.defer(tx, notice, until=at)
        return len(called)

    return store.transact(call_up)


def still_ours(store: Store, notice: Notice, *, until: datetime) -> bool:
    """Whether the lease is held until then: asked just before the call, as it may have run out meanwhile."""
    with store.read() as tx:
        row = notices.by_id(tx, notice.id)
    return (
        row is not None
        and row.state is NoticeState.SENDING
        and row.lease_token == notice.lease_token
        and row.lease_until is not None
        and row.lease_until >= until
    )


def suspects(store: Store, *, now: datetime, quarantine: timedelta, limit: int = 20) -> list[Notice]:
    """Takes, under new leases, notices that may have been sent: their lease ran out `quarantine` ago or more."""

    def take(tx: Tx) -> list[Notice]:
        taken = []
        for notice in notices.expired(tx, now=now - quarantine, limit=limit):
            token = token_hex(8)
            notices.mark(tx, notice.all, lease_token=token, lease_until=now + LEASE)
            told = tuple(replace(each, lease_token=token) for each in notice.told)
            taken.append(replace(notice, lease_token=token, told=told))
        return taken

    return store.transact(take)


def redate(store: Store, *, now: datetime) -> int:
    """After a clock was set back, what it left far ahead counts as tried now: a quarantine later it is a suspect.

    Who is still sending it is not disturbed: that ends sooner than the quarantine. Returns how many there were.
    """
    return store.transact(partial(notices.redate, after=now + AHEAD, now=now))


def settle(
    store: Store, notice: Notice, *, posted_to: str, ts: str, now: datetime, untold: Collection[int] = ()
) -> bool:
    """It stands in Slack: remembers the channel and timestamp. False if another took the notice over.

    `untold` are ids of those told with it whose cause was gone when it was drawn. A person who got it is reachable.
    """
    return settle_all(store, [Stands(notice, posted_to, ts, untold)], now=now)[0]


class Stands(NamedTuple):
    """A message that stands in Slack: its notice, where it is, and the ids of what it left untold."""

    notice: Notice
    posted_to: str
    ts: str
    untold: Collection[int] = ()


def settle_all(store: Store, messages: Sequence[Stands], *, now: datetime) -> list[bool]:
    """As `settle`, for several in one transaction."""
    return store.transact(partial(_settle, messages, now))


def postpone(store: Store, notice: Notice, *, until: datetime, error: str) -> bool:
    """It was definitely not sent: it waits until then. What was gathered is free again, unless it is frozen."""
    return _back(store, notice, error=error[:80], not_before=until)


def limited(store: Store, notice: Notice, *, until: datetime) -> bool:
    """As `postpone`, for a rate limit: it was no try of its own, and its first try is still to come."""
    return _back(store, notice, error="ratelimited", not_before=until, attempts=max(0, notice.attempts - 1))


def give_back(store: Store, notice: Notice, *, error: str | None = None) -> bool:
    """It was claimed and not tried: pending as before, in its old place."""
    first = notice.first_try_at if notice.attempts > 1 else None
    return _back(
        store, notice, error=error or notice.error, attempts=max(0, notice.attempts - 1), first_try_at=first
    )


def resend(store: Store, notice: Notice, *, now: datetime, error: str) -> bool:
    """It was looked for and is not there, or nobody can look: it is sent again, the same message under one mark."""
    return _back(store, notice, error=error[:80], not_before=min(now, notice.not_before), resent_at=now)


def doubt(store: Store, notice: Notice, *, until: datetime, error: str) -> bool:
    """Nobody knows whether it was sent: it stays `sending` and becomes a suspect after `until`."""
    return _move(store, notice, NoticeState.SENDING, lease_until=until, error=error[:80])


def bury(store: Store, notice: Notice, *, error: str) -> bool:
    """It can never be sent to this target: kept as dead, with the reason."""
    return _move(store, notice, NoticeState.DEAD, error=error[:80])


def cancel(store: Store, notice: Notice, *, error: str) -> bool:
    """Its cause is gone (a skipped assignment, a taken-back review): it will not be sent."""
    return _move(store, notice, NoticeState.CANCELLED, error=error[:80])


def sweeps(store: Store, *, now: datetime, limit: int = 5) -> list[Notice]:
    """Takes notices that were sent again and whose twin is to be looked for by now; others leave them for a while."""

    def take(tx: Tx) -> list[Notice]:
        taken = notices.sweepable(tx, now=now, limit=limit)
        notices.mark(tx, taken, sweep_at=now + SWEEP_LEASE)
        return taken

    return store.transact(take)


def survives(store: Store, notice: Notice, *, ts: str) -> None:
    """Of two messages with one mark, the one at `ts` stays: the rows it tells point to it from now on."""

    def point(tx: Tx) -> None:
        notices.mark(tx, notices.told_together(tx, notice.mark_key), ts=ts)

    store.transact(point)


def swept(store: Store, notice: Notice, *, now: datetime, again: datetime | None = None) -> None:
    """A look for a twin is done: the next one comes when it is due, or `again` when this one could not look."""
    until = again or next_sweep(notice.resent_at or now, now)
    store.transact(lambda tx: notices.mark(tx, [notice], sweep_at=until))


def renew(store: Store, key: str, *, ts: str, now: datetime, rest: timedelta) -> bool:
    """Sends a scorecard anew whose message at `ts` was deleted in Slack, if there is still something to do with it.

    Not when another message tells it: of two, the younger was deleted by us. And not when it was last sent less than
    `rest` ago: a message that vanishes again and again is not an endless task.
    """

    def begin(tx: Tx) -> bool:
        notice = notices.by_key(tx, key)
        if notice is None or notice.state is not NoticeState.SENT or notice.kind is not NoticeKind.SCORECARD:
            return False
        if notice.ts != ts:
            return False
        task = assignments.get(tx, notice.object_id)
        if task is None or task.state != AssignmentState.OPEN:
            return False
        if notice.last_try_at is not None and timedelta(0) <= now - notice.last_try_at < rest:
            return False  # a try that is still to come was made before a clock was set back
        fresh: dict[str, Any] = {
            "not_before": now, "attempts": 0, "first_try_at": None, "lease_token": None, "lease_until": None,
            "posted_to": None, "ts": None, "told_with": None, "resent_at": None, "sweep_at": None,
            "error": None,
        }  # fmt: skip
        return notices.change(tx, notice, state=NoticeState.PENDING, **fresh)

    return store.transact(begin)


class Trouble(NamedTuple):
    """Why Slack takes nothing from the app: its short error ("token_revoked"), and since when (UTC)."""

    error: str
    since: datetime


def trouble(store: Store) -> Trouble | None:
    """What keeps every message waiting, as any process found out; None while Slack takes them."""
    with store.read() as tx:
        return trouble_of(tx)


def trouble_of(tx: Tx) -> Trouble | None:
    """As `trouble`, inside a transaction."""
    known = settings.get(tx, TROUBLE) or {}
    return Trouble(known["error"], datetime.fromisoformat(known["since"])) if known.get("error") else None


def refuse(store: Store, *, error: str, now: datetime) -> Trouble:
    """Slack refuses the app: nothing is claimed by any process until `accept`. Again, it keeps its beginning."""

    def stop(tx: Tx) -> Trouble:
        known = settings.locked(tx, TROUBLE) or {}
        over = known.get("over")
        same = bool(known.get("error")) or (over and now - datetime.fromisoformat(over) < RELAPSE)
        since = known["since"] if same else now.isoformat()
        settings.put(tx, TROUBLE, {"error": error, "since": since, "asked": now.isoformat()})
        return Trouble(error, datetime.fromisoformat(since))

    return store.transact(stop)


def may_ask(store: Store, *, now: datetime, every: timedelta) -> bool:
    """Whether the caller, and no other process, is to ask Slack now if it takes us again."""

    def take(tx: Tx) -> bool:
        known = settings.locked(tx, TROUBLE) or {}
        if not known.get("error"):
            return False
        if (
            timedelta(0) <= now - datetime.fromisoformat(known["asked"]) < every
        ):  # later than now: a clock was wrong
            return False
        settings.put(tx, TROUBLE, {**known, "asked": now.isoformat()})
        return True

    return store.transact(take)


def accept(store: Store, *, now: datetime) -> None:
    """Slack takes us again: what waited is sent, in its old order."""

    def go_on(tx: Tx) -> None:
        known = settings.locked(tx, TROUBLE) or {}
        if known.get("error"):
            settings.put(tx, TROUBLE, {"since": known["since"], "over": now.isoformat()})

    store.transact(go_on)


def unreachable(store: Store, person_id: int, *, now: datetime) -> None:
    """Slack lets nothing through to this person; since when is kept."""
    store.transact(lambda tx: people.missed(tx, person_id, since=now))


def posted(store: Store, key: str) -> tuple[str, str] | None:
    """Where the message with this key stands: (channel, ts), or None while it is not known to be sent."""
    with store.read() as tx:
        notice = notices.by_key(tx, key)
    if notice is None or notice.posted_to is None or notice.ts is None:
        return None
    return notice.posted_to, notice.ts


def told_with(store: Store, key: str) -> list[int]:
    """The objects that the message telling this key tells, the oldest first; empty for an unknown key."""
    with store.read() as tx:
        notice = notices.by_key(tx, key)
        return (
            [] if notice is None else [each.object_id for each in notices.told_together(tx, notice.mark_key)]
        )


def seen(store: Store, person_id: int, *, now: datetime) -> bool:
    """Slack lists this person as active: if they were unreachable, what waits for them is tried now.

    Returns whether they were.
    """
    with store.read() as tx:
        if person_id not in people.unreachable(tx):
            return False

    def try_again(tx: Tx) -> bool:
        people.reached(tx, [person_id])
        notices.hasten(tx, person_id, now=now)
        return True

    return store.transact(try_again)


def secret(store: Store) -> bytes:
    """The installation's key for opaque message marks and seeds; made once and kept."""
    with store.write() as tx:
        return installation_secret(tx)


def installation_secret(tx: Tx) -> bytes:
    """As `secret`, inside a transaction."""
    known = settings.get(tx, SECRET) or settings.agree(tx, SECRET, token_bytes(32).hex())
    return bytes.fromhex(known)


def _settle(messages: Sequence[Stands], now: datetime, tx: Tx) -> list[bool]:
    every = [each for message in messages for each in message.notice.all]
    ours = notices.ours(tx, every)
    rows = []
    for notice, posted_to, ts, untold in messages:
        if notice.id not in ours:
            continue
        again = notice.resent_at is not None
        for each in notice.all:
            if each.id in ours:
                head = each is notice
                rows.append(
                    notices.Place(
                        each.id,
                        NoticeState.CANCELLED if each.id in untold else NoticeState.SENT,
                        posted_to,
                        ts,
                        resent_at=now if again and head else each.resent_at,
                        sweep_at=next_sweep(now, now) if again and head else None,
                    )
                )
    notices.place(tx, rows)
    for digest in (each.notice for each in messages if each.notice.id in ours):
        following.promise(tx, digest, now)
    reached = {each.notice.person_id for each in messages if each.notice.id in ours}
    people.reached(tx, {person for person in reached if person is not None})
    return [each.notice.id in ours for each in messages]


def _back(store: Store, notice: Notice, **values: Any) -> bool:
    """Pending again. Without a doubt nothing of it can stand in Slack, so what was gathered may be gathered anew."""
    frozen = notice.resent_at is not None or values.get("resent_at") is not None
    if not frozen or notice.told_with is not None:
        values["told_with"] = None
    return _move(store, notice, NoticeState.PENDING, lease_token=None, lease_until=None, **values)


def _move(store: Store, notice: Notice, state: NoticeState, **values: Any) -> bool:
    def move(tx: Tx) -> bool:
        if not notices.change(tx, notice, state=state, **values):
            return False
        for each in notice.told:
            notices.change(tx, each, state=state, **values)
        return True

    return store.transact(move)
