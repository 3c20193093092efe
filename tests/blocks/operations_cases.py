"""Thin, typical and the fattest values for what admins see: operations and alerts."""

from dataclasses import replace
from datetime import timedelta

from iqs.notices import NoticeKind, NoticeState
from iqs.outbox import Entry, Wait
from iqs.oversight import (
    Alert,
    Concern,
    ConcernKind,
    FindingKind,
    Operations,
    SyncState,
    UnmappedAgent,
)
from tests.blocks.cases import NOW, hostile

HOUR = timedelta(hours=1)


def entry(**changes):
    """Feedback for Maya that Slack refused, two hours ago."""
    usual = Entry(
        id=7, key="feedback:3:v1", kind=NoticeKind.FEEDBACK, object_id=3, state=NoticeState.DEAD, to="Maya Lind",
        person_id=4, team_id=1, team="Support", attempts=2, created_at=NOW - 3 * HOUR, not_before=NOW - 2 * HOUR,
        first_try_at=NOW - 2 * HOUR, last_try_at=NOW - 2 * HOUR, error="user_disabled", slack_user_id="U1",
    )  # fmt: skip
    return replace(usual, **changes)


MAYBE = entry(id=8, to="Tom Berg", error="may have arrived; history scope missing")
ARCHIVED = entry(
    id=9, key="digest:5:C1", kind=NoticeKind.DIGEST, state=NoticeState.PENDING, to="C1", person_id=None,
    error="is_archived", slack_user_id=None, not_before=NOW + HOUR,
)  # fmt: skip
UNLINKED = entry(
    id=10,
    kind=NoticeKind.SCORECARD,
    state=NoticeState.PENDING,
    to="Eva Stein",
    error=None,
    slack_user_id=None,
)


def agent(**changes):
    """A helpdesk's agent whom nobody is known to be."""
    return replace(UnmappedAgent(41, "intercom", "814", "M. Lind", "m.lind@example.com", 12), **changes)


def operations(**changes):
    """Some of everything, as an admin sees it."""
    usual = Operations(
        at=NOW,
        stuck=(entry(), MAYBE, ARCHIVED, UNLINKED),
        stuck_count=6,
        syncs=(
            SyncState("intercom", complete_until=NOW - HOUR),
            SyncState("zendesk", running=True, listed=1_200),
            SyncState("front", error="the key was refused (401)"),
            SyncState("gorgias", complete_until=NOW - HOUR, doubt="texts that are here are not found there."),
        ),
        unmapped=(
            agent(),
            agent(conversation_id=42, external_id="815", name=None, email=None, conversations=1),
        ),
        unmapped_count=2,
    )
    return replace(usual, **changes)


def fat_operations():
    """Everything too much and too long."""
    return operations(
        stuck=tuple(
            entry(id=each, to=hostile(300), team=hostile(300), error=(hostile(80), "may have arrived")[each % 2])
            for each in range(5)
        ),
        stuck_count=10**6,
        trouble=(hostile(80), NOW),
        syncs=tuple(SyncState(hostile(60), error=hostile(200)) for _ in range(30)),
        unmapped=tuple(
            agent(conversation_id=10**12 + each, source=hostile(60), external_id=hostile(200), name=hostile(200),
                  email=hostile(300), conversations=10**9)
            for each in range(5)
        ),
        unmapped_count=10**6,
    )  # fmt: skip


def concern(kind, **changes):
    """One thing to know, since an hour."""
    usual = Concern(kind, f"{kind}:1", NOW - HOUR, "feedback to Maya Lind", "user_disabled", 1)
    return replace(usual, **changes)


EVERY = (
    concern(ConcernKind.WORKSPACE, reason="token_revoked", what=""),
    concern(ConcernKind.HELPDESK, what="intercom", reason="the key was refused (401)"),
    concern(ConcernKind.AUDIT, what=FindingKind.OVERDUE, reason=""),
    *(concern(ConcernKind.DEAD, key=f"dead:{each}", what=f"feedback to Agent {each}") for each in range(6)),
    concern(ConcernKind.DOUBT, reason="may have arrived; history scope missing"),
    concern(ConcernKind.RETRIED, what="digest of Support", reason="is_archived"),
    concern(ConcernKind.UNREACHABLE, what="Eva Stein", reason=Wait.UNLINKED, count=3),
    concern(ConcernKind.MENDED, what=FindingKind.FEEDBACK_MISSING, reason=""),
)


def alert(concerns=EVERY):
    """One alert."""
    return Alert(tuple(concerns), NOW - HOUR)


def fat_alert():
    """Fifty of everything, of strangers."""
    strange = {"what": hostile(300), "reason": hostile(80)}
    kinds = (ConcernKind.HELPDESK, ConcernKind.DEAD, ConcernKind.DOUBT, ConcernKind.RETRIED)
    listed = [concern(kind, key=f"{kind}:{each}", **strange) for kind in kinds for each in range(50)]
    people = [
        concern(ConcernKind.UNREACHABLE, key=f"p{each}", what=hostile(300), reason=Wait.LEFT, count=10**6)
        for each in range(50)
    ]
    return alert([concern(ConcernKind.WORKSPACE, reason=hostile(80)), *listed, *people])
