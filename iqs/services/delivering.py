"""The outbox as the sender sees it: claim, then settle, postpone or bury.

A claim is committed as `sending` before the call to the outside. After a crash, `sending` with a lease that
has run out therefore means "may have happened": such notices are handed out by `suspects`, never by `claim`.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from secrets import token_bytes, token_hex

from iqs.notices import Notice, NoticeState
from iqs.people import Person
from iqs.storage.repositories import notices, people, settings
from iqs.storage.store import Store, Tx

LEASE = timedelta(seconds=60)
"""How long a claimed notice is its claimer's alone."""

SECRET = "message_key_secret"  # noqa: S105 - the name of the setting, not its value


def claim(store: Store, *, now: datetime, limit: int = 20) -> list[Notice]:
    """Takes due notices for sending; each is `sending` under a fresh token before this returns."""
    with store.write() as tx:
        claimed = []
        for notice in notices.due(tx, now=now, limit=limit):
            token = token_hex(8)
            first = notice.first_try_at or now
            notices.change(
                tx,
                notice,
                state=NoticeState.SENDING,
                lease_token=token,
                lease_until=now + LEASE,
                attempts=notice.attempts + 1,
                first_try_at=first,
                last_try_at=now,
            )
            claimed.append(
                replace(
                    notice,
                    state=NoticeState.SENDING,
                    lease_token=token,
                    attempts=notice.attempts + 1,
                    first_try_at=first,
                    last_try_at=now,
                )
            )
        return claimed


def suspects(store: Store, *, now: datetime, quarantine: timedelta, limit: int = 20) -> list[Notice]:
    """Takes, under new leases, notices that may have been sent: their lease ran out `quarantine` ago or more."""
    with store.write() as tx:
        taken = []
        for notice in notices.expired(tx, now=now - quarantine, limit=limit):
            token = token_hex(8)
            notices.change(tx, notice, state=NoticeState.SENDING, lease_token=token, lease_until=now + LEASE)
            taken.append(replace(notice, lease_token=token))
        return taken


def settle(store: Store, notice: Notice, *, posted_to: str, ts: str) -> bool:
    """It stands in Slack: remembers the channel and timestamp. False if another took the notice over."""
    with store.write() as tx:
        return notices.change(tx, notice, state=NoticeState.SENT, posted_to=posted_to, ts=ts, error=None)


def postpone(store: Store, notice: Notice, *, until: datetime, error: str) -> bool:
    """It was definitely not sent: it waits until then."""
    with store.write() as tx:
        return notices.change(
            tx,
            notice,
            state=NoticeState.PENDING,
            not_before=until,
            error=error[:80],
            lease_token=None,
            lease_until=None,
        )


def doubt(store: Store, notice: Notice, *, until: datetime, error: str) -> bool:
    """Nobody knows whether it was sent: it stays `sending` and becomes a suspect after `until`."""
    with store.write() as tx:
        return notices.change(tx, notice, state=NoticeState.SENDING, lease_until=until, error=error[:80])


def bury(store: Store, notice: Notice, *, error: str) -> bool:
    """It can never be sent to this target: kept as dead, with the reason."""
    with store.write() as tx:
        return notices.change(tx, notice, state=NoticeState.DEAD, error=error[:80])


def cancel(store: Store, notice: Notice, *, error: str) -> bool:
    """Its cause is gone (a skipped assignment, a taken-back review): it will not be sent."""
    with store.write() as tx:
        return notices.change(tx, notice, state=NoticeState.CANCELLED, error=error[:80])


def recipient(store: Store, notice: Notice) -> Person | None:
    """The person a notice is for; None for a channel."""
    if notice.person_id is None:
        return None
    with store.read() as tx:
        return people.by_id(tx, notice.person_id)


def posted(store: Store, key: str) -> tuple[str, str] | None:
    """Where the message with this key stands: (channel, ts), or None while it is not known to be sent."""
    with store.read() as tx:
        notice = notices.by_key(tx, key)
    if notice is None or notice.posted_to is None or notice.ts is None:
        return None
    return notice.posted_to, notice.ts


def secret(store: Store) -> bytes:
    """The installation's key for opaque message marks and seeds; made once and kept."""
    with store.write() as tx:
        return installation_secret(tx)


def installation_secret(tx: Tx) -> bytes:
    """As `secret`, inside a transaction."""
    known = settings.get(tx, SECRET) or settings.agree(tx, SECRET, token_bytes(32).hex())
    return bytes.fromhex(known)
