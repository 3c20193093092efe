"""The auditor: every five minutes it looks whether each promise to tell somebody something was kept.

It looks at what is recent and was promised since its first look, never at history. It mends by one rule: a Notice
that its cause promised, and that is missing though nobody gave it up, is written; that is counted, kept for a day,
and told. Everything else it only reports.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from iqs.notices import NoticeKind, NoticeState, digest_key, feedback_key, scorecard_key
from iqs.oversight import EVERY, GRACE, QUEUED, RECENT, Audit, Finding, FindingKind
from iqs.reviews import UNDO_WINDOW
from iqs.schedules import CATCH_UP
from iqs.services.delivering import trouble_of
from iqs.storage.repositories import audit as trail
from iqs.storage.repositories import notices, outbox, oversight, people, settings, teams
from iqs.storage.store import Store, Tx
from iqs.working_hours import next_working_instant

TURN = "audited_at"
SEEN = "audit"
MOST = 100
"""Findings of one kind that one audit takes up; the next one takes the others."""

BACKLOG = timedelta(days=2)
"""How far back what the sender took up lately may have been due: it goes by the oldest."""

REMEMBERED = timedelta(days=1)
"""How long it is told that something missing was written."""


@dataclass(frozen=True, slots=True)
class Missing:
    """A Notice that was promised and is not there: to a person or a channel."""

    finding: Finding
    kind: NoticeKind
    key: str
    person_id: int | None = None
    channel: str | None = None


def audit(store: Store, *, now: datetime) -> Audit | None:
    """Looks, if nobody has for five minutes; None if it is not the time. Of several replicas one does it."""
    with store.read() as tx:
        last = settings.get(tx, TURN)
    if last and now - EVERY < datetime.fromisoformat(last) <= now:
        return None
    turn = store.transact(lambda tx: oversight.take_turn(tx, TURN, now=now, before=now - EVERY))
    if turn is None:
        return None
    with store.read() as tx:  # looking takes longest, and no click waits behind it
        began = _began(tx) or now
        missing = [*_reviews(tx, now, began), *_assignments(tx, now, began), *_digests(tx, now, began)]
        # What came due while nothing ran, or since a moment ago, is the sender's next work and no finding.
        late = _late(tx, now, looked=datetime.fromisoformat(turn)) if turn else []
    return store.transact(partial(_conclude, now, began, missing, late))


def last_audit(tx: Tx) -> Audit | None:
    """What the auditor saw last, with everything it mended in the last day; None before its first look."""
    kept = settings.get(tx, SEEN)
    if kept is None:
        return None
    findings, mended = (tuple(map(_read, kept[name])) for name in ("findings", "mended"))
    return Audit(datetime.fromisoformat(kept["at"]), findings, mended)


def mended_count(tx: Tx) -> int:
    """How many missing Notices the auditor has ever written."""
    kept = settings.get(tx, SEEN)
    return 0 if kept is None else int(kept["total"])


def _began(tx: Tx) -> datetime | None:
    """When the auditor looked first. What was written before that is history: brought in, or older than it."""
    kept = settings.get(tx, SEEN)
    return None if kept is None else datetime.fromisoformat(kept["began"])


def _conclude(now: datetime, began: datetime, missing: list[Missing], late: list[Finding], tx: Tx) -> Audit:
    """Writes what is missing, and keeps what was found."""
    mended: list[Finding] = []
    unmended: list[Finding] = []
    for each in missing:
        if _tell(tx, now, each):
            mended.append(replace(each.finding, since=now))
        else:
            unmended.append(each.finding)
    found = Audit(now, (*unmended, *late), tuple(mended))
    for finding in mended:
        trail.record(
            tx,
            at=now,
            actor_id=None,
            action="mend",
            object=finding.kind.split()[0],
            object_id=finding.object_id,
        )
    _keep(tx, found, last_audit(tx), began)
    return found


def _reviews(tx: Tx, now: datetime, began: datetime) -> Iterator[Missing]:
    until = now - UNDO_WINDOW
    for row in oversight.untold_reviews(tx, since=max(until - RECENT, began), until=until, limit=MOST):
        finding = Finding(FindingKind.FEEDBACK_MISSING, row.id, row.team_id, row.submitted_at + UNDO_WINDOW)
        yield Missing(finding, NoticeKind.FEEDBACK, feedback_key(row.id, row.version), row.reviewee_id)


def _assignments(tx: Tx, now: datetime, began: datetime) -> Iterator[Missing]:
    for row in oversight.unsent_scorecards(tx, since=max(now - RECENT, began), until=now, limit=MOST):
        finding = Finding(FindingKind.SCORECARD_MISSING, row.id, row.team_id, row.created_at)
        yield Missing(finding, NoticeKind.SCORECARD, scorecard_key(row.id), row.reviewer_id)


def _digests(tx: Tx, now: datetime, began: datetime) -> Iterator[Missing]:
    """Within the time in which a missed digest is caught up: later, last week's news is none."""
    for row in oversight.untold_digests(tx, since=max(now - CATCH_UP, began), until=now):
        finding = Finding(FindingKind.DIGEST_MISSING, row.id, row.team_id, row.created_at)
        yield Missing(finding, NoticeKind.DIGEST, digest_key(row.id, row.channel_id), channel=row.channel_id)


def _tell(tx: Tx, now: datetime, missing: Missing) -> bool:
    """Writes the Notice, or wakes it once if it was cancelled without a cause: one cancelled again stays so."""
    not_before, team_id = now, missing.finding.team_id
    if missing.person_id is not None and team_id is not None:
        person = people.by_id(tx, missing.person_id)
        zone = person.timezone if person else None
        not_before = next_working_instant(now, teams.by_id(tx, team_id), zone)
    if notices.add(
        tx,
        key=missing.key,
        kind=missing.kind,
        object_id=missing.finding.object_id,
        person_id=missing.person_id,
        channel=missing.channel,
        not_before=not_before,
        now=now,
    ):
        return True
    known = outbox.of_key(tx, missing.key)
    if known is None or known.state is not NoticeState.CANCELLED:
        return False
    if any(row.action == "wake" for row in trail.of(tx, "notice", known.id)):
        return False
    trail.record(tx, at=now, actor_id=None, action="wake", object="notice", object_id=known.id)
    anew: dict[str, Any] = {
        "not_before": not_before,
        "attempts": 0,
        "first_try_at": None,
        "lease_token": None,
        "lease_until": None,
        "error": None,
    }
    return outbox.revive(tx, known, anew, state=NoticeState.PENDING)


def _late(tx: Tx, now: datetime, *, looked: datetime) -> list[Finding]:
    """What should have moved before the last look, and did not until this one."""
    if trouble_of(tx) is not None:
        return []  # while Slack refuses the app, that is the reason of all that waits
    due = outbox.overdue(tx, due_before=min(now - GRACE, looked), limit=MOST)
    if due and outbox.tried_since(tx, now - GRACE, due_after=now - BACKLOG):
        due = [each for each in due if each.not_before < min(now - QUEUED, looked)]
    patience = QUEUED if outbox.looked_since(tx, now - GRACE) else GRACE  # an outage leaves many doubts
    lost = outbox.abandoned(tx, lease_before=min(now - patience, looked), limit=MOST)
    return [
        *(Finding(FindingKind.OVERDUE, each.id, each.team_id, each.not_before) for each in due),
        *(Finding(FindingKind.ABANDONED, each.id, each.team_id, each.lease_until or now) for each in lost),
    ]


def _keep(tx: Tx, found: Audit, before: Audit | None, began: datetime) -> None:
    remembered = (
        [] if before is None else [each for each in before.mended if found.at - each.since < REMEMBERED]
    )
    total = mended_count(tx) + len(found.mended)
    settings.put(
        tx,
        SEEN,
        {
            "at": found.at.isoformat(),
            "findings": [_written(each) for each in found.findings],
            "mended": [_written(each) for each in (*found.mended, *remembered)[:MOST]],
            "total": total,
            "began": began.isoformat(),
        },
    )


def _written(finding: Finding) -> list[Any]:
    return [finding.kind, finding.object_id, finding.team_id, finding.since.isoformat()]


def _read(kept: list[Any]) -> Finding:
    return Finding(FindingKind(kept[0]), kept[1], kept[2], datetime.fromisoformat(kept[3]))
