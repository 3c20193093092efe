"""Notices: who must be told what, once. A Notice is written in the transaction of its cause."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class NoticeKind(StrEnum):
    """What is told. The kind decides the picture and the lane."""

    SCORECARD = "scorecard"  # to a reviewer: an assignment's scorecard
    FEEDBACK = "feedback"  # to an agent: a released review
    DIGEST = "digest"  # to a channel: a schedule run's digest


class NoticeState(StrEnum):
    """`sending` is written before the call: after a crash it means "may have happened"."""

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    DEAD = "dead"
    CANCELLED = "cancelled"


LANES = (NoticeKind.SCORECARD, NoticeKind.FEEDBACK, NoticeKind.DIGEST)
"""The order in which due notices leave."""


@dataclass(frozen=True, slots=True)
class Notice:
    """A row of the outbox. Exactly one of `person_id` and `channel` is set; `object_id` names the cause."""

    id: int
    key: str
    kind: NoticeKind
    object_id: int
    state: NoticeState
    not_before: datetime
    person_id: int | None = None
    channel: str | None = None
    attempts: int = 0
    lease_token: str | None = None
    posted_to: str | None = None
    ts: str | None = None
    error: str | None = None
    first_try_at: datetime | None = None
    last_try_at: datetime | None = None


def scorecard_key(assignment_id: int) -> str:
    """The one scorecard message of an assignment."""
    return f"scorecard:{assignment_id}"


def feedback_key(review_id: int, version: int) -> str:
    """The one feedback message of a review's submitted version."""
    return f"feedback:{review_id}:v{version}"


def digest_key(run_id: int, channel: str) -> str:
    """The one digest of a schedule's period in a channel."""
    return f"digest:{run_id}:{channel}"
