"""Assignments: which reviewer reads which conversation, and what their scorecard shows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from iqs.conversations import Conversation
from iqs.reviews import Draft, ReviewKind, Stream
from iqs.scorecards import Scorecard
from iqs.scoring import Score


class AssignmentState(StrEnum):
    """Where an assignment stands; each is in exactly one state."""

    OPEN = "open"
    SUBMITTED = "submitted"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


MOVES: Mapping[AssignmentState, frozenset[AssignmentState]] = {
    AssignmentState.OPEN: frozenset(AssignmentState) - {AssignmentState.OPEN},
    AssignmentState.SUBMITTED: frozenset({AssignmentState.OPEN}),  # taken back within the undo window
    AssignmentState.SKIPPED: frozenset(),
    AssignmentState.CANCELLED: frozenset(),
    AssignmentState.EXPIRED: frozenset(),
}
"""Every move there is: what ended otherwise than by submission stays ended, for its successor lives on."""


def sources(state: AssignmentState) -> tuple[AssignmentState, ...]:
    """The states from which an assignment may move into `state`."""
    return tuple(each for each, reached in MOVES.items() if state in reached)


class Step(StrEnum):
    """What happened in an assignment's life, as its history says. The words are stored."""

    HANDED = "handed"
    BEGUN = "begun"  # the first rating
    SUBMITTED = "submitted"
    TAKEN_BACK = "taken back"
    SKIPPED = "skipped"
    REPLACED = "replaced"  # another conversation was handed out in its place
    NOT_REPLACED = "not replaced"  # the draw had no other conversation of this agent left
    REASSIGNED = "reassigned"  # the conversation went on to another reviewer
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    REMINDED = "reminded"


STEP_INTO: Mapping[AssignmentState, Step] = {
    AssignmentState.OPEN: Step.TAKEN_BACK,
    AssignmentState.SUBMITTED: Step.SUBMITTED,
    AssignmentState.SKIPPED: Step.SKIPPED,
    AssignmentState.CANCELLED: Step.CANCELLED,
    AssignmentState.EXPIRED: Step.EXPIRED,
}
"""What the history calls a move into a state, unless it was a special one (`Step.REASSIGNED`)."""

REASSIGNED = "reassigned"
"""Why an assignment was cancelled whose conversation went on to another reviewer, as its row says."""

DRAWN_ANEW = "drawn anew"
"""Why an assignment was cancelled whose draw another one took the place of, as its row says."""

DRAWN_TOO = "drawn at random as well"
"""Why one picked for coaching was cancelled before anybody began it: chance came to it too, and that review counts."""


@dataclass(frozen=True, slots=True)
class Event:
    """One step of an assignment; `actor` is a name, None for the clock and the operator; `detail` ids and reasons."""

    assignment_id: int
    at: datetime
    what: Step
    actor: str | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)


class HandOnReason(StrEnum):
    """Why a conversation was handed on to another reviewer. The words are stored."""

    NO_TIME = "no time for it"
    TOO_CLOSE = "too close to it"
    BETTER_JUDGE = "somebody else can judge it better"
    BALANCE = "to share the work more evenly"
    LEFT = "reviewer left the team"
    UNREACHABLE = "reviewer cannot be reached"
    AWAY = "reviewer is out of office"
    OTHER = "other"


class SkipReason(StrEnum):
    """Why a reviewer passed a conversation on. The words are stored; blocks show their own sentence for each."""

    NOT_ENOUGH = "not enough to rate"
    KNOWS_IT = "took part or knows the case"
    LANGUAGE = "cannot read the language"
    SENSITIVE = "sensitive"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Assignment:
    """One conversation handed to one reviewer. `period` reads "2026-W47" or is empty outside a draw."""

    id: int
    team_id: int
    conversation_id: int
    reviewer_id: int
    reviewee_id: int
    kind: ReviewKind
    stream: Stream
    state: AssignmentState = AssignmentState.OPEN
    due_at: datetime | None = None
    period: str = ""
    skip_reason: str | None = None
    picked_for: str | None = None  # why, if it was picked on purpose (`iqs.streams`)


@dataclass(frozen=True, slots=True)
class View:
    """Another look at the same conversation; `released_at` is when the two may stand beside each other."""

    draft: Draft
    score: Score
    released_at: datetime


@dataclass(frozen=True, slots=True)
class HandedOn:
    """Who handed a conversation on, and why; `by` is None for the programme itself, `why` a `HandOnReason`."""

    by: str | None
    why: str


@dataclass(frozen=True, slots=True)
class Follower:
    """What came in the place of a skipped or handed-on assignment, and to whom."""

    assignment_id: int
    reviewer_id: int
    reviewer_name: str


@dataclass(frozen=True, slots=True)
class Card:
    """All a reviewer may see of one assignment: the scorecard message and the modal are drawn from it alone.

    `draft` holds what was entered so far (after submission: what was submitted). `score` and `undo_until` are
    None until submitted. `review_version` is 0 until the first submission and is compared when a modal submits.
    `agent_hidden`: the reviewer may not know whose work it is (`iqs.anonymity`). `beside` is the agent's own view,
    not to be shown before `released_at`. `handed_on` is set where another reviewer had it before, `follower` once it
    was skipped or handed on and something came of that.
    """

    assignment: Assignment
    conversation: Conversation
    scorecard: Scorecard
    reviewer_name: str
    reviewee_name: str
    team_name: str
    team_timezone: str
    draft: Draft = field(default_factory=Draft)
    score: Score | None = None
    submitted_at: datetime | None = None
    undo_until: datetime | None = None
    review_id: int | None = None
    review_version: int = 0
    agent_hidden: bool = False
    beside: View | None = None
    handed_on: HandedOn | None = None
    follower: Follower | None = None

    @property
    def missing(self) -> tuple[str, ...]:
        """Keys of the categories that have no rating yet, in the scorecard's order."""
        return tuple(each.key for each in self.scorecard.categories if each.key not in self.draft.ratings)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A line of a reviewer's list of work; `picked` on purpose, for coaching; second readings look like the sample."""

    assignment_id: int
    reviewee_name: str
    subject: str | None
    channel: str
    rated: int
    categories: int
    due_at: datetime | None = None
    kind: ReviewKind = ReviewKind.MANAGER
    picked: bool = False


@dataclass(frozen=True, slots=True)
class OpenWork:
    """One line of a team's list of open work. `began` says that something is rated, `away` that its reviewer is."""

    assignment_id: int
    reviewer_name: str
    reviewee_name: str
    subject: str | None
    began: bool
    away: bool
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a draw or period is: counts of assignments by state; `by_reviewer` maps a name to (done, all)."""

    drawn: int
    submitted: int
    skipped: int
    by_reviewer: Mapping[str, tuple[int, int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Drawn:
    """One line of a draw's outcome, with the names people know."""

    conversation: str
    reviewee: str
    reviewer: str
    stream: Stream = Stream.RANDOM


@dataclass(frozen=True, slots=True)
class DrawResult:
    """What a draw did. `saved` is False for a dry run, for a draw that existed already and for an empty one.

    `unshared` counts drawn conversations that no reviewer was given, `unshared_why` by reason (`iqs.sharing.unshared`).
    """

    team: str
    period: str
    seed: str
    eligible: int
    excluded: Mapping[str, int]
    assignments: tuple[Drawn, ...]
    unshared: int = 0
    saved: bool = True
    existed: bool = False
    unshared_why: Mapping[str, int] = field(default_factory=dict)
