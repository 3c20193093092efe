"""Notices: who must be told what, once. A Notice is written in the transaction of its cause.

Messages are gathered, not sprayed. Reviews of one agent that are due together become one message: the oldest
Notice is its head, the others are told with it and carry the head's key. A scorecard stays a message of its own,
because it is redrawn with every click; there the reviewer's own pace gathers: `AT_ONCE` open scorecards stand in
Slack, and the next one follows as soon as one of them is done. The App Home lists all of them from the start.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum


class NoticeKind(StrEnum):
    """What is told. The kind decides the picture and the lane."""

    SCORECARD = "scorecard"  # to a reviewer: an assignment's scorecard
    REMINDER = "reminder"  # to a reviewer: all that is open and when it is due; the object is the day
    FEEDBACK = "feedback"  # to an agent: a released review
    ALERT = "alert"  # to an admin or lead: what stands still and why; the object is the hour
    SHIFT = "shift"  # to a lead: a fall or recovery of a score
    EXPORT = "export"  # to whoever asked: a file; the object is the audit's row of what was asked for
    DRAW = "draw"  # to a channel: what a draw will be made from, and its hashes; the object is the commitment
    DIGEST = "digest"  # to a channel: a schedule run's digest
    DETAILS = "details"  # to the thread of a digest that was sent: what stands behind it


class NoticeState(StrEnum):
    """`sending` is written before the call: after a crash it means "may have happened"."""

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    DEAD = "dead"
    CANCELLED = "cancelled"


LANES = (
    NoticeKind.SCORECARD,
    NoticeKind.REMINDER,
    NoticeKind.FEEDBACK,
    NoticeKind.ALERT,
    NoticeKind.SHIFT,
    NoticeKind.EXPORT,
    NoticeKind.DRAW,
    NoticeKind.DIGEST,
    NoticeKind.DETAILS,
)
"""The order in which due notices leave."""

GATHERED = frozenset({NoticeKind.FEEDBACK, NoticeKind.ALERT})
"""Kinds of which several that are due for one person become one message."""

TOGETHER = 12
"""How many reviews one message tells at most: with more, each would get less room than a sentence."""

AT_ONCE = 5
"""How many open scorecards stand in a reviewer's direct messages at a time."""

UNDRAWN = "cannot be drawn"
"""How the reason begins when the fault is ours: such a notice holds up no other one of its target."""

SWEEPS = (timedelta(minutes=5), timedelta(hours=1))
"""When to look for a twin, counted from the moment a doubtful message was sent again."""


@dataclass(frozen=True, slots=True)
class Notice:
    """A row of the outbox. Exactly one of `person_id` and `channel` is set; `object_id` names the cause.

    `told` are the Notices that the same message tells; they share its fate, and their rows carry its key in
    `told_with`. `resent_at` says that it was sent again after a doubt, so that a twin may turn up.
    """

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
    lease_until: datetime | None = None
    told_with: str | None = None
    resent_at: datetime | None = None
    told: tuple["Notice", ...] = ()

    @property
    def mark_key(self) -> str:
        """The key whose mark stands in the message that tells this."""
        return self.told_with or self.key

    @property
    def target(self) -> tuple[int | None, str | None]:
        """Who or where it goes to: what goes to one target leaves in order."""
        return self.person_id, self.channel

    @property
    def all(self) -> tuple["Notice", ...]:
        """Itself and what is told with it."""
        return (self, *self.told)


def gather(due: Sequence[Notice], others: Sequence[Notice]) -> list[Notice]:
    """The messages that these due notices make, each with what it tells; `others` may be told along.

    Notices of a gathered kind go with the oldest of their person, feedback at most `TOGETHER` of it; what does not
    fit is left for later. One that was in doubt is sent as it was, with exactly what was frozen to it: a message
    with its mark may turn up, and whichever of the two is deleted then, nothing untold must go with it.
    """
    frozen: dict[str | None, list[Notice]] = {}
    pools: dict[tuple[int | None, NoticeKind], list[Notice]] = {}
    carriers = {each.key for each in due}
    for each in sorted(
        {each.id: each for each in (*due, *others)}.values(), key=lambda it: (it.not_before, it.id)
    ):
        if each.resent_at is not None:
            if each.told_with in carriers:
                frozen.setdefault(each.told_with, []).append(each)
        elif each.kind in GATHERED and each.person_id is not None:
            pools.setdefault((each.person_id, each.kind), []).append(each)
    messages = []
    for each in due:
        if each.resent_at is not None:
            if each.told_with not in carriers:
                messages.append(replace(each, told=tuple(frozen.get(each.key, ()))))
        elif each.kind in GATHERED and each.person_id is not None:
            pool = pools.pop((each.person_id, each.kind), None)
            if pool:
                most = TOGETHER if each.kind is NoticeKind.FEEDBACK else len(pool)
                messages.append(replace(pool[0], told=tuple(pool[1:most])))
        else:
            messages.append(each)
    return messages


def next_sweep(resent_at: datetime, now: datetime) -> datetime | None:
    """When to look for a twin of a message sent again at `resent_at`; None when the last look is over."""
    return next((resent_at + after for after in SWEEPS if resent_at + after > now), None)


def scorecard_key(assignment_id: int) -> str:
    """The one scorecard message of an assignment."""
    return f"scorecard:{assignment_id}"


def reminder_key(person_id: int, day: int) -> str:
    """The one reminder to a person on a local day, numbered as `date.toordinal`."""
    return f"reminder:{person_id}:{day}"


def feedback_key(review_id: int, version: int) -> str:
    """The one feedback message of a review's submitted version."""
    return f"feedback:{review_id}:v{version}"


def alert_key(person_id: int, hour: int) -> str:
    """The one alert to a person in an hour, counted in whole hours since 1970 (UTC)."""
    return f"alert:{person_id}:{hour}"


def shift_key(shift_id: int, person_id: int) -> str:
    """The one message about a fall or recovery to a lead."""
    return f"shift:{shift_id}:{person_id}"


def export_key(person_id: int, wanted: str, minute: int) -> str:
    """The one file of what somebody asked for in a minute, counted in whole minutes since 1970 (UTC)."""
    return f"export:{person_id}:{wanted}:{minute}"


def digest_key(run_id: int, channel: str) -> str:
    """The one digest of a schedule's period in a channel."""
    return f"digest:{run_id}:{channel}"


def draw_key(commitment_id: int) -> str:
    """The one message about what a draw will be made from."""
    return f"draw:{commitment_id}"


def details_key(run_id: int, channel: str) -> str:
    """The one answer in the thread of a digest."""
    return f"details:{run_id}:{channel}"


def details_after(sent: Notice, now: datetime) -> datetime:
    """When the details of a digest that stands since `now` may follow.

    At once; after the last look for a twin if it was sent again, for the younger of two is deleted with its thread.
    """
    return now if sent.resent_at is None else now + SWEEPS[-1] + SWEEPS[0]
