"""Which notices leave now, and which of them as one message: hours, pace and gathering, in one transaction."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from secrets import token_hex
from typing import Any

from iqs.notices import GATHERED, Notice, NoticeKind, NoticeState, gather
from iqs.people import Team
from iqs.storage.repositories import notices, teams
from iqs.storage.store import Tx
from iqs.working_hours import next_working_instant

LEASE = timedelta(seconds=60)
"""How long a claimed notice is its claimer's alone."""

QUEUE_AGAIN = timedelta(days=1)
"""How long a scorecard stays behind the open ones before it is looked at again, if none of them is done sooner."""


def take(
    tx: Tx, *, now: datetime, limit: int, each: int, at_once: int | None, skip: Collection[int] = ()
) -> list[Notice]:
    """Due notices as messages, `sending` under one fresh token; see `delivering.claim`."""
    found = notices.due(tx, now=now, limit=limit, each=each, skip=skip)
    if at_once is not None:
        found = _in_hours(tx, found, now)
        found = _at_pace(tx, found, now, at_once)
    claimed = []
    token = token_hex(8)
    for notice in _messages(tx, [each.notice for each in found], now):
        told = tuple(replace(_taken(each, token, now), told_with=notice.key) for each in notice.told)
        claimed.append(replace(_taken(notice, token, now), told=told, told_with=None))
    _keep_claims(tx, claimed, token, now)
    return claimed


def _taken(notice: Notice, token: str, now: datetime) -> Notice:
    return replace(
        notice,
        state=NoticeState.SENDING,
        lease_token=token,
        lease_until=now + LEASE,
        attempts=notice.attempts + 1,
        first_try_at=notice.first_try_at or now,
        last_try_at=now,
    )


def _keep_claims(tx: Tx, claimed: Sequence[Notice], token: str, now: datetime) -> None:
    every = [each for notice in claimed for each in notice.all]
    common: dict[str, Any] = {
        "state": NoticeState.SENDING, "lease_token": token, "lease_until": now + LEASE, "last_try_at": now,
    }  # fmt: skip
    notices.mark(tx, every, **common)
    for tries in {each.attempts for each in every}:
        notices.mark(tx, [each for each in every if each.attempts == tries], attempts=tries)
    notices.mark(tx, [each for each in every if each.first_try_at == now], first_try_at=now)
    notices.mark(tx, claimed, told_with=None)
    for notice in claimed:
        notices.mark(tx, notice.told, told_with=notice.key)


def _in_hours(tx: Tx, found: list[notices.Due], now: datetime) -> list[notices.Due]:
    """Without those whose person does not work now; they wait for the next working instant of their own zone.

    Whoever asked for something is at work, whatever the hour.
    """
    known: dict[int, Team] = {}
    left = []
    for due in found:
        at = now if due.asked else _working_instant(tx, due, now, known)
        if at > now:
            notices.defer(tx, due.notice, until=at)
        else:
            left.append(due)
    return left


def _working_instant(tx: Tx, due: notices.Due, now: datetime, known: dict[int, Team]) -> datetime:
    if due.notice.person_id is None or due.team_id is None:
        return now
    if due.team_id not in known:
        known[due.team_id] = teams.by_id(tx, due.team_id)
    return next_working_instant(now, known[due.team_id], due.timezone)


def _at_pace(tx: Tx, found: list[notices.Due], now: datetime, at_once: int) -> list[notices.Due]:
    """Without scorecards for reviewers who have enough open ones; `release` calls them up when one is done.

    One that its reviewer asked for does not wait.
    """
    cards = [each.notice for each in found if each.notice.kind is NoticeKind.SCORECARD]
    reviewers = {each.person_id for each in cards if each.person_id is not None}
    count = notices.standing(tx, reviewers) if reviewers else {}
    left = []
    for due in found:
        notice = due.notice
        if notice.kind is NoticeKind.SCORECARD and notice.person_id is not None and not due.asked:
            count[notice.person_id] = count.get(notice.person_id, 0) + 1
            if count[notice.person_id] > at_once and notice.first_try_at is None:
                notices.defer(tx, notice, until=now + QUEUE_AGAIN)
                continue
        left.append(due)
    return left


def next_scorecards(tx: Tx, *, now: datetime, at_once: int) -> list[tuple[Notice, datetime]]:
    """Queued scorecards whose reviewer has room for them, and when they may leave: in the reviewer's hours."""
    queued = notices.queued_scorecards(tx, now=now, at_once=at_once)
    if not queued:
        return []
    count = notices.standing(
        tx, {each.notice.person_id for each in queued if each.notice.person_id is not None}
    )
    known: dict[int, Team] = {}
    called = []
    for due in queued:
        person = due.notice.person_id
        assert person is not None  # scorecards go to people
        count[person] = count.get(person, 0) + 1
        at = _working_instant(tx, due, now, known)
        if count[person] <= at_once and at < due.notice.not_before:
            called.append((due.notice, at))
    return called


def _messages(tx: Tx, found: list[Notice], now: datetime) -> list[Notice]:
    heads = [each for each in found if each.kind in GATHERED and each.person_id is not None]
    others = notices.gatherable(tx, heads, now=now) if heads else []
    return gather(found, others)
