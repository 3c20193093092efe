"""The judge: what Slack saw and what people clicked, against what the database says. It asks the bot nothing."""

import hashlib
import hmac
import json
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from iqs.notices import (
    NoticeKind,
    NoticeState,
    details_key,
    digest_key,
    draw_key,
    feedback_key,
    scorecard_key,
)
from iqs.services import delivering
from iqs.storage.store import Store
from iqs.storage.tables import (
    Assignment,
    Audit,
    Category,
    Commitment,
    Draw,
    Notice,
    Rating,
    Review,
    Schedule,
    ScheduleRun,
)
from tests.crash import programme

LANDS_LATE = 200
"""Seconds by which Slack shows a message late in the runs where some land after the quarantine."""


@dataclass
class Verdict:
    """What was found; every entry of the lists is a broken promise."""

    acked: int = 0  # clicks that Slack saw acked
    messages: int = 0  # that stand in Slack
    swept: int = 0  # that were posted and taken away again
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)  # anything else that should not be


def judge(
    url: str,
    calls: list[dict[str, Any]],
    clicks: list[dict[str, Any]],
    *,
    weeks: int,
    twins: bool,
    ordered: bool,
) -> Verdict:
    """The verdict over a finished run of `weeks`.

    `twins`: a message may come twice if it is swept again. `ordered`: what waited for one person or channel must
    have left in the order in which it came up.
    """
    store = Store(url)
    verdict = Verdict(acked=sum(click["acked"] for click in clicks))
    try:
        _clicks(store, clicks, verdict)
        _periods(store, weeks, verdict)
        _messages(store, calls, verdict, twins=twins)
        _alerts(store, verdict, late=twins)
        if ordered:
            _order(store, verdict)
    finally:
        store.close()
    return verdict


def listen(log: Path, secrets: tuple[str, ...], verdict: Verdict) -> None:
    """No line of a child's log, which is written at DEBUG, holds a secret or anything personal."""
    if not log.stat().st_size:
        verdict.wrong.append("nothing was logged")
    forbidden = [each.lower() for each in (*programme.MARKERS, *secrets)]
    with log.open(encoding="utf-8", errors="replace") as lines:
        for line in map(str.lower, lines):
            verdict.wrong += [f"the log holds {each!r}" for each in forbidden if each in line]


def _clicks(store: Store, clicks: list[dict[str, Any]], verdict: Verdict) -> None:
    """The last acked value is stored, or that of a later click whose ack was lost; one submission a review."""
    with store.read() as tx:
        states = {row.id: row.state for row in tx.execute(select(Assignment.id, Assignment.state))}
        reviews = tx.execute(select(Review.assignment_id, Review.id, Review.version, Review.state)).all()
        stored = tx.execute(
            select(Review.assignment_id, Category.key, Rating.value)
            .join(Rating, Rating.review_id == Review.id)
            .join(Category, Category.id == Rating.category_id)
        ).all()
        submissions = Counter(tx.execute(select(Audit.object_id).where(Audit.action == "submit")).scalars())
    known = {(assignment, category): value for assignment, category, value in stored}
    verdict.doubled += [f"rating {key}" for key, n in Counter(row[:2] for row in stored).items() if n > 1]
    for key, may_be in _acceptable(clicks).items():
        if key[1] == "submit":
            if states[key[0]] != "submitted":
                verdict.lost.append(f"submission of assignment {key[0]}")
        elif known.get(key) not in may_be:
            verdict.lost.append(
                f"rating {key}: {known.get(key)} is stored, acked was one of {sorted(may_be, key=str)}"
            )
    verdict.wrong += [f"assignment {id_} is {state}" for id_, state in states.items() if state != "submitted"]
    verdict.doubled += [
        f"submission of review {row.id}"
        for row in reviews
        if submissions[row.id] != row.version or row.version != 1
    ]
    verdict.doubled += [
        f"review of assignment {id_}"
        for id_, n in Counter(row.assignment_id for row in reviews).items()
        if n > 1
    ]


def _acceptable(clicks: list[dict[str, Any]]) -> dict[tuple[int, str], set[Any]]:
    """What may be stored for what was acked at least once.

    After a submission a rating is refused in words, with a 200 as well; and one that was never acked may have
    been a submission all the same.
    """
    found: dict[tuple[int, str], set[Any]] = {}
    acked, tried = set(), set()
    for click in clicks:
        assignment, category = key = (click["assignment"], click["category"])
        if category != "submit" and (assignment, "submit") in acked:
            continue
        if click["acked"] and assignment not in tried:
            found[key] = set()
        found.setdefault(key, set()).add(click["value"])
        if click["acked"]:
            acked.add(key)
        if category == "submit":
            tried.add(assignment)
    return {key: values for key, values in found.items() if key in acked}


def _periods(store: Store, weeks: int, verdict: Verdict) -> None:
    """Each Monday has one draw and one digest, made and not skipped; each draw its whole sample, once."""
    mondays = {programme.START.date() + timedelta(weeks=n) for n in range(weeks)}
    with store.read() as tx:
        runs = tx.execute(
            select(Schedule.kind, ScheduleRun.local_date, ScheduleRun.outcome).join(
                ScheduleRun, ScheduleRun.schedule_id == Schedule.id
            )
        ).all()
        draws = tx.execute(
            select(Draw.id, Draw.period, func.count(Assignment.id))
            .join(Assignment, Assignment.draw_id == Draw.id)
            .group_by(Draw.id, Draw.period)
        ).all()
    made = Counter((row.kind, row.local_date) for row in runs if row.outcome != "skipped")
    for kind in ("draw", "digest"):
        verdict.lost += [f"{kind} of {day}" for day in sorted(mondays) if not made[kind, day]]
        verdict.doubled += [f"{kind} of {day}" for day in sorted(mondays) if made[kind, day] > 1]
    verdict.doubled += [
        f"draw of {period}" for period, n in Counter(row.period for row in draws).items() if n > 1
    ]
    size = programme.QUOTA * len(programme.AGENTS)
    verdict.wrong += [f"{row.period} has {row[2]} assignments, not {size}" for row in draws if row[2] != size]
    if len(draws) != weeks:
        verdict.wrong.append(f"{len(draws)} draws in {weeks} weeks")


def _messages(store: Store, calls: list[dict[str, Any]], verdict: Verdict, *, twins: bool) -> None:
    """Whoever must be told something has exactly one message of it, and nobody has a message without a cause."""
    posted: dict[str, list[str]] = defaultdict(list)
    gone = {call["args"].get("ts") for call in calls if call["method"] == "chat.delete" and call["ok"]}
    for call in calls:
        if call["method"] == "chat.postMessage" and call["ok"]:
            posted[_mark_of(call)].append(call["ts"])
    with store.read() as tx:
        rows = {row.key: row for row in tx.execute(select(*Notice.__table__.c))}
    secret = delivering.secret(store)
    for key in sorted(_causes(store) | set(rows)):
        row = rows.get(key)
        if row is None:
            verdict.lost.append(f"{key}: no Notice")
        elif row.state != NoticeState.SENT and not _is_over(row):
            verdict.lost.append(f"{key} is {row.state}")
    tellers = {row.told_with or row.key for row in rows.values() if not _is_over(row)}
    for key in sorted(tellers):
        ever = posted.pop(_mark(secret, key), [])
        standing = [ts for ts in ever if ts not in gone]
        verdict.messages += len(standing)
        verdict.swept += len(ever) - len(standing)
        if not standing:
            verdict.lost.append(f"{key}: no message stands")
        if len(standing if twins else ever) > 1:
            verdict.doubled.append(f"{key}: {len(ever)} messages")
    verdict.wrong += [f"{len(each)} messages with the unknown mark {mark!r}" for mark, each in posted.items()]


def _alerts(store: Store, verdict: Verdict, *, late: bool) -> None:
    """Nobody gets two alerts within an hour; where Slack shows some `late`, within an hour less that delay."""
    least = 3540 - (LANDS_LATE if late else 0)
    with store.read() as tx:
        sent = tx.execute(
            select(Notice.person_id, Notice.ts)
            .where(Notice.kind == NoticeKind.ALERT, Notice.ts.is_not(None))
            .distinct()
            .order_by(Notice.person_id, Notice.ts)
        ).all()
    for one, next_one in pairwise(sent):
        if one.person_id == next_one.person_id and float(next_one.ts) - float(one.ts) < least:
            verdict.wrong.append(
                f"two alerts to person {one.person_id} within {float(next_one.ts) - float(one.ts):.0f} seconds"
            )


def _order(store: Store, verdict: Verdict) -> None:
    """Of one kind, what came up first for a person or channel stands first."""
    with store.read() as tx:
        sent = tx.execute(
            select(Notice.key, Notice.kind, Notice.person_id, Notice.ts)
            .where(Notice.ts.is_not(None))
            .order_by(Notice.kind, Notice.person_id, Notice.channel, Notice.id)
        ).all()
    for one, next_one in pairwise(sent):
        if (one.kind, one.person_id) == (next_one.kind, next_one.person_id) and float(one.ts) > float(
            next_one.ts
        ):
            verdict.wrong.append(f"{next_one.key} came before {one.key}")


def _is_over(row: Any) -> bool:
    """An alert about what was mended, or a reminder of what was done, before it left is not wanted any more."""
    return bool(row.state == NoticeState.CANCELLED and row.kind in (NoticeKind.ALERT, NoticeKind.REMINDER))


def _causes(store: Store) -> set[str]:
    """The keys that must be there by what happened: commitments, assignments, submitted reviews, digests."""
    digests = (
        select(ScheduleRun.id)
        .join(Schedule, ScheduleRun.schedule_id == Schedule.id)
        .where(Schedule.kind.in_(("digest", "monthly")), ScheduleRun.outcome != "skipped")
    )
    with store.read() as tx:
        return {
            *(draw_key(id_) for id_ in tx.execute(select(Commitment.id)).scalars()),
            *(scorecard_key(id_) for id_ in tx.execute(select(Assignment.id)).scalars()),
            *(
                feedback_key(*row)
                for row in tx.execute(select(Review.id, Review.version).where(Review.state == "submitted"))
            ),
            *(
                key(id_, programme.CHANNEL)
                for id_ in tx.execute(digests).scalars()
                for key in (digest_key, details_key)
            ),
        }


def _mark(secret: bytes, key: str) -> str:
    return hmac.new(secret, key.encode(), hashlib.sha256).hexdigest()


def _mark_of(call: dict[str, Any]) -> str:
    metadata = call["args"].get("metadata") or "{}"
    read = json.loads(metadata) if isinstance(metadata, str) else metadata
    return str(read.get("event_payload", {}).get("k", ""))
