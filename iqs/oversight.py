"""Oversight: what stands still and what is missing, as values that a person can be told.

A Finding is the auditor's: a promise that does not hold. A Concern is anything an admin should know of, findings
included; it has a stable `key`, so that nobody is told of the same thing twice.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from iqs.outbox import Entry

EVERY = timedelta(minutes=5)
"""How often the auditor looks."""

RECENT = timedelta(days=7)
"""How far back it looks for reviews and assignments of which nobody was told."""

GRACE = timedelta(minutes=10)
"""How long a due Notice may wait for a sender that sends nothing at all."""

QUEUED = timedelta(hours=2)
"""How long it may wait while others are being sent: Slack takes about one message a second."""

CALM = timedelta(hours=1)
"""The least time between two alerts to one person."""


class FindingKind(StrEnum):
    """A promise that does not hold."""

    FEEDBACK_MISSING = "feedback missing"  # a released review has no Notice: written now
    SCORECARD_MISSING = "scorecard missing"  # an open assignment has none: written now
    DIGEST_MISSING = "digest missing"  # a digest run of a team with a channel has none: written now
    OVERDUE = "overdue"  # a Notice is due, its person can be reached, and nobody sends it
    ABANDONED = "abandoned"  # a Notice was being sent, and nobody looks into what became of it


MISSING = frozenset({FindingKind.FEEDBACK_MISSING, FindingKind.SCORECARD_MISSING, FindingKind.DIGEST_MISSING})
"""What the auditor mends itself, by one rule: a Notice that its cause promised and nobody cancelled is written."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One promise that does not hold. `object_id` is the review, assignment or run, else the Notice."""

    kind: FindingKind
    object_id: int
    team_id: int | None
    since: datetime

    @property
    def key(self) -> str:
        """Names the finding from one audit to the next."""
        return f"{self.kind}:{self.object_id}"


@dataclass(frozen=True, slots=True)
class Audit:
    """What the auditor saw at a moment. `mended` findings are those of `MISSING` whose Notice it has just written."""

    at: datetime
    findings: tuple[Finding, ...] = ()
    mended: tuple[Finding, ...] = ()

    @property
    def clean(self) -> bool:
        """Whether every promise held."""
        return not self.findings and not self.mended


class ConcernKind(StrEnum):
    """What an admin is told of, in the order of the alert."""

    WORKSPACE = "workspace"  # Slack refuses the app: nothing is sent
    HELPDESK = "helpdesk"  # a helpdesk refuses us, or has not answered for long
    AUDIT = "audit"  # a finding that still stands
    DEAD = "dead"  # a message was given up
    DOUBT = "doubt"  # a message may have arrived, and nobody can look
    RETRIED = "retried"  # a message is tried again and again
    UNREACHABLE = "unreachable"  # a person to whom messages wait
    MENDED = "mended"  # the auditor wrote what was missing


@dataclass(frozen=True, slots=True)
class Concern:
    """One thing to know. `what` names it ("feedback to Ada", "intercom"), `reason` is a short recorded error.

    `team_id` None concerns the whole installation; `count` messages are meant.
    """

    kind: ConcernKind
    key: str
    since: datetime
    what: str = ""
    reason: str = ""
    team_id: int | None = None
    count: int = 1


@dataclass(frozen=True, slots=True)
class Alert:
    """One alert to one person, as of now. Without concerns it says that what began at `since` is over."""

    concerns: tuple[Concern, ...]
    since: datetime


@dataclass(frozen=True, slots=True)
class SyncState:
    """How far a helpdesk has been read: everything closed before `complete_until` is here.

    `running` says that it is being read, `listed` how many conversations that brought so far, `error` why it could
    not be read last time, `doubt` why what is not found there was kept here.
    """

    source: str
    complete_until: datetime | None = None
    listed: int = 0
    error: str | None = None
    running: bool = False
    doubt: str | None = None


@dataclass(frozen=True, slots=True)
class UnmappedAgent:
    """A helpdesk's agent whom nobody here is known to be; `conversation_id` is one of theirs and names them."""

    conversation_id: int
    source: str
    external_id: str
    name: str | None
    email: str | None
    conversations: int


@dataclass(frozen=True, slots=True)
class Operations:
    """What an admin sees in their Home, and a lead of their own team: what keeps things from moving.

    `trouble` is (Slack's short error, since) while it refuses the app. `stuck` are the first of `stuck_count`.
    """

    at: datetime
    stuck: tuple[Entry, ...] = ()
    stuck_count: int = 0
    trouble: tuple[str, datetime] | None = None
    syncs: tuple[SyncState, ...] = ()
    unmapped: tuple[UnmappedAgent, ...] = ()
    unmapped_count: int = 0


@dataclass(frozen=True, slots=True)
class Told:
    """What somebody was alerted of: the keys of the concerns, and since when there is trouble they were told of.

    `ended` is the beginning of the trouble whose end they were told last.
    """

    keys: frozenset[str] = frozenset()
    since: datetime | None = None
    ended: datetime | None = None


def visible(concerns: Collection[Concern], teams: Collection[int] | None) -> tuple[Concern, ...]:
    """What somebody is told of: everything for an admin (`teams` None), else these teams' and what is nobody's.

    In the alert's order, the oldest first within a kind.
    """
    places = {kind: place for place, kind in enumerate(ConcernKind)}
    mine = [each for each in concerns if teams is None or each.team_id is None or each.team_id in teams]
    return tuple(sorted(mine, key=lambda each: (places[each.kind], each.since, each.key)))


def next_told(told: Told, concerns: Collection[Concern]) -> tuple[Told, bool]:
    """What somebody will have been told of, and whether they are to be told now.

    Told is whatever is new, and once that all is over; what the auditor mended needs no end. What is over on the
    way is forgotten, so that it counts as new when it comes back.
    """
    current = frozenset(each.key for each in concerns)
    lasting = [each for each in concerns if each.kind is not ConcernKind.MENDED]
    if current - told.keys:
        since = told.since or (min(each.since for each in lasting) if lasting else None)
        return Told(current, since, told.ended), True
    if told.since is not None and not lasting:
        return Told(current, None, told.since), True
    return Told(current & told.keys, told.since, told.ended), False
