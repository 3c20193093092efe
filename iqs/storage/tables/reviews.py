"""Draws, assignments, reviews and their ratings."""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from iqs.storage.columns import UTC, Base, BigKey, Id, Instant, Json, Name, Word, one_of


class Commitment(Base):
    """What was fixed before a draw: the hashes of its seed and of its frame, and the frame itself. Only added to.

    `attempt` counts from 1; a draw that was drawn anew has the next one.
    """

    __tablename__ = "commitment"
    __table_args__ = (
        UniqueConstraint("team_id", "period", "attempt"),
        CheckConstraint("starts_at < ends_at", name="period_forward"),
    )
    id: Mapped[Id]
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"))
    period: Mapped[str] = mapped_column(String(20))
    attempt: Mapped[int] = mapped_column(default=1)
    starts_at: Mapped[Instant]
    ends_at: Mapped[Instant]
    seed_hash: Mapped[str] = mapped_column(String(64))
    frame_hash: Mapped[str] = mapped_column(String(64))
    frame: Mapped[Json]  # the rules and, by agent, how many places each day had
    eligible: Mapped[int]
    excluded: Mapped[Json]
    created_at: Mapped[Instant]


class Draw(Base):
    """One sampling run: its period [start, end), its seed, how many fell out of the frame and why."""

    __tablename__ = "draw"
    __table_args__ = (
        UniqueConstraint("team_id", "period", "attempt"),
        CheckConstraint("starts_at < ends_at", name="period_forward"),
        Index("ix_draw_team_created", "team_id", "created_at"),
    )
    id: Mapped[Id]
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"))
    period: Mapped[str] = mapped_column(String(20))
    attempt: Mapped[int] = mapped_column(default=1)
    commitment_id: Mapped[int | None] = mapped_column(ForeignKey("commitment.id"), unique=True)
    starts_at: Mapped[Instant]
    ends_at: Mapped[Instant]
    seed: Mapped[Name]
    eligible: Mapped[int]
    excluded: Mapped[Json]
    due_at: Mapped[datetime | None] = mapped_column(UTC)  # the cycle's deadline
    cancelled_at: Mapped[datetime | None] = mapped_column(UTC)  # it was drawn anew
    closed_at: Mapped[datetime | None] = mapped_column(UTC)  # its deadline was dealt with
    created_at: Mapped[Instant]
    created_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class Stratum(Base):
    """How many conversations of one agent a draw took, of how many eligible: n / N is each one's probability."""

    __tablename__ = "stratum"
    __table_args__ = (
        CheckConstraint("(drawn >= 0) AND (drawn <= eligible)", name="drawn_of_eligible"),
        {"sqlite_with_rowid": False},
    )
    draw_id: Mapped[int] = mapped_column(BigKey, ForeignKey("draw.id"), primary_key=True, autoincrement=False)
    person_id: Mapped[int] = mapped_column(
        BigKey, ForeignKey("person.id"), primary_key=True, autoincrement=False
    )
    eligible: Mapped[int]
    drawn: Mapped[int]


class Pick(Base):
    """A place that a draw's seeded order came to, and what became of it. Only added to, replacements included."""

    __tablename__ = "pick"
    __table_args__ = (Index(None, "conversation_id"), {"sqlite_with_rowid": False})
    draw_id: Mapped[int] = mapped_column(BigKey, ForeignKey("draw.id"), primary_key=True, autoincrement=False)
    person_id: Mapped[int] = mapped_column(
        BigKey, ForeignKey("person.id"), primary_key=True, autoincrement=False
    )
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)  # 0 = first in seeded order
    day: Mapped[int]
    place: Mapped[int]
    conversation_id: Mapped[int | None] = mapped_column(ForeignKey("conversation.id"))
    outcome: Mapped[Word]  # taken, or why it was passed over


class Assignment(Base):
    """A conversation handed to a reviewer; nobody is handed their own."""

    __tablename__ = "assignment"
    __table_args__ = (
        UniqueConstraint("draw_id", "conversation_id", "reviewer_id"),
        CheckConstraint("(reviewer_id <> reviewee_id) OR (kind = 'self')", name="not_ones_own"),
        one_of("kind", "manager", "peer", "self", "calibration"),
        one_of("stream", "random", "targeted", "double", "imported"),
        one_of("state", "open", "submitted", "skipped", "cancelled", "expired"),
        Index("ix_assignment_reviewer_state", "reviewer_id", "state"),
        Index("ix_assignment_team_draw", "team_id", "draw_id", "state"),
        Index("ix_assignment_conversation", "conversation_id"),
        Index("ix_assignment_replaces", "replaces_id"),
        Index("ix_assignment_due", "state", "due_at"),
        # Own views are few among what a reviewer of their peers holds.
        Index(
            "ix_assignment_own_view",
            "reviewer_id",
            sqlite_where=text("kind = 'self'"),
            postgresql_where=text("kind = 'self'"),
        ),
    )
    id: Mapped[Id]
    draw_id: Mapped[int | None] = mapped_column(ForeignKey("draw.id"))
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"))
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversation.id"))
    reviewer_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    reviewee_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    scorecard_version_id: Mapped[int] = mapped_column(ForeignKey("scorecard_version.id"))
    kind: Mapped[Word]
    stream: Mapped[Word]
    state: Mapped[Word] = mapped_column(default="open")
    skip_reason: Mapped[str | None] = mapped_column(String(200))
    due_at: Mapped[datetime | None] = mapped_column(UTC)
    picked_for: Mapped[str | None] = mapped_column(String(40))  # why, if it was picked on purpose
    handed_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))  # the lead who picked it
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("assignment.id"))  # the one it stands in for
    double_of_id: Mapped[int | None] = mapped_column(ForeignKey("assignment.id"))  # the one it reviews again
    created_at: Mapped[Instant]
    updated_at: Mapped[Instant]


class AssignmentEvent(Base):
    """One step in an assignment's life. Only added to."""

    __tablename__ = "assignment_event"
    __table_args__ = (Index(None, "assignment_id"),)
    id: Mapped[Id]
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id"))
    at: Mapped[Instant]
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))  # null: the clock or the operator
    what: Mapped[Word]  # handed, reassigned, skipped, submitted, taken back, cancelled, expired, reminded
    detail: Mapped[Json] = mapped_column(default=dict)


class Review(Base):
    """A review, from the first click (draft) to the score.

    `score` is in micropoints, null while a draft or when nothing was rated; `passed` was decided unrounded.
    `version` counts submissions: a re-submitted review replaces its score, the old one stays in `audit`.
    Of a past programme (stream `imported`) the reviewee and the time may be unknown.
    """

    __tablename__ = "review"
    __table_args__ = (
        CheckConstraint("(reviewer_id <> reviewee_id) OR (kind = 'self')", name="not_ones_own"),
        CheckConstraint("(score IS NULL) OR (score BETWEEN 0 AND 100000000)", name="score_in_range"),
        CheckConstraint(
            "(state = 'draft') = (submitted_at IS NULL) OR (state = 'submitted' AND stream = 'imported')",
            name="submitted_has_time",
        ),
        CheckConstraint("(reviewee_id IS NOT NULL) OR (stream = 'imported')", name="reviewee_known"),
        CheckConstraint("(state <> 'draft') OR (score IS NULL)", name="draft_has_no_score"),
        one_of("kind", "manager", "peer", "self", "calibration"),
        one_of("stream", "random", "targeted", "double", "imported"),
        one_of("state", "draft", "submitted"),
        # Reports read these indexes alone, never the table (2 ms instead of 28 for a digest of 10 million
        # ratings); SQLite knows no INCLUDE, so what is only carried along stands at the end of the key.
        Index(
            "ix_review_team_submitted",
            "team_id",
            "submitted_at",
            "reviewee_id",
            "score",
            "stream",
            "kind",
            "passed",
            "scorecard_version_id",
        ),
        Index(
            "ix_review_reviewee_submitted",
            "reviewee_id",
            "submitted_at",
            "score",
            "stream",
            "kind",
            "passed",
            "scorecard_version_id",
        ),
        Index("ix_review_reviewer_submitted", "reviewer_id", "submitted_at"),
        Index("ix_review_conversation", "conversation_id"),
    )
    id: Mapped[Id]
    assignment_id: Mapped[int | None] = mapped_column(ForeignKey("assignment.id"), unique=True)
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"))
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversation.id"))
    reviewer_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    reviewee_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    scorecard_version_id: Mapped[int] = mapped_column(ForeignKey("scorecard_version.id"))
    kind: Mapped[Word]
    stream: Mapped[Word]
    state: Mapped[Word] = mapped_column(default="draft")
    comment: Mapped[str] = mapped_column(Text, default="")
    score: Mapped[int | None] = mapped_column(BigInteger)
    passed: Mapped[bool | None]
    version: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[Instant]
    submitted_at: Mapped[datetime | None] = mapped_column(UTC)
    acknowledged_at: Mapped[datetime | None] = mapped_column(UTC)


class Shift(Base):
    """A fall of a team's score or of a category's, or its recovery, noticed with a review (`iqs.falls`)."""

    __tablename__ = "shift"
    __table_args__ = (
        UniqueConstraint("team_id", "category", "turn", "review_id"),
        one_of("turn", "fall", "recovery"),
    )
    id: Mapped[Id]
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"))
    category: Mapped[Name] = mapped_column(default="")  # its key; empty for the whole score
    turn: Mapped[Word]
    review_id: Mapped[int] = mapped_column(ForeignKey("review.id"))  # the one it was noticed with
    since_review_id: Mapped[int] = mapped_column(ForeignKey("review.id"))
    mean: Mapped[int] = mapped_column(BigInteger)  # of the reviews since then, in micropoints
    usual: Mapped[int] = mapped_column(BigInteger)  # before it, in micropoints
    reviews: Mapped[int]
    noticed_at: Mapped[Instant]


class Rating(Base):
    """One category of one review. `value` null = N/A; `points` is the rating on 0–100 in micropoints."""

    __tablename__ = "rating"
    __table_args__ = (
        CheckConstraint("(value IS NULL) = (points IS NULL)", name="points_with_value"),
        # up to 5 on our own scorecards; a past programme's may be finer
        CheckConstraint("(value IS NULL) OR (value BETWEEN 1 AND 101)", name="value_on_a_scale"),
        {"sqlite_with_rowid": False},
    )
    review_id: Mapped[int] = mapped_column(
        BigKey, ForeignKey("review.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    category_id: Mapped[int] = mapped_column(
        BigKey, ForeignKey("category.id"), primary_key=True, autoincrement=False
    )
    value: Mapped[int | None] = mapped_column(SmallInteger)
    points: Mapped[int | None] = mapped_column(BigInteger)
    causes: Mapped[Json] = mapped_column(default=list)
    note: Mapped[str] = mapped_column(Text, default="")
