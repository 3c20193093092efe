"""Assignments: which reviewer reads which conversation, and what their scorecard shows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

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


@dataclass(frozen=True, slots=True)
class Card:
    """All a reviewer may see of one assignment: the scorecard message and the modal are drawn from it alone.

    `draft` holds what was entered so far (after submission: what was submitted). `score` and `undo_until` are
    None until submitted. `review_version` is 0 until the first submission and is compared when a modal submits.
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

    @property
    def missing(self) -> tuple[str, ...]:
        """Keys of the categories that have no rating yet, in the scorecard's order."""
        return tuple(each.key for each in self.scorecard.categories if each.key not in self.draft.ratings)


@dataclass(frozen=True, slots=True)
class Waiting:
    """One line of a reviewer's list of work."""

    assignment_id: int
    reviewee_name: str
    subject: str | None
    channel: str
    rated: int
    categories: int
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

    `unshared` counts drawn conversations that no reviewer may read because each took part in them.
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
