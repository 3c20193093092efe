"""The tables. What must never break stands here too: UNIQUE, CHECK and foreign keys, not only in the code.

Two rules need triggers and stand in the first migration: a published scorecard version never changes,
and the audit is only ever added to.
"""

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from iqs.storage.columns import UTC, Base, BigKey, Id, Instant, Json, Name, Word, one_of


class Setting(Base):
    """A value of the installation itself, such as the secret behind message keys."""

    __tablename__ = "setting"
    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    value: Mapped[Json]


class Scorecard(Base):
    """A scorecard by name; its content is in its versions."""

    __tablename__ = "scorecard"
    id: Mapped[Id]
    name: Mapped[Name] = mapped_column(unique=True)


class ScorecardVersion(Base):
    """One published version; a trigger refuses any change to it."""

    __tablename__ = "scorecard_version"
    __table_args__ = (
        UniqueConstraint("scorecard_id", "version"),
        CheckConstraint("version > 0", name="version_positive"),
    )
    id: Mapped[Id]
    scorecard_id: Mapped[int] = mapped_column(ForeignKey("scorecard.id"))
    version: Mapped[int]
    definition: Mapped[Json]
    published_at: Mapped[Instant]


class Category(Base):
    """A category's stable identity over the versions of its scorecard."""

    __tablename__ = "category"
    __table_args__ = (UniqueConstraint("scorecard_id", "key"),)
    id: Mapped[Id]
    scorecard_id: Mapped[int] = mapped_column(ForeignKey("scorecard.id"))
    key: Mapped[Name]


class Team(Base):
    """A support team and its settings (see `iqs.people.Team`)."""

    __tablename__ = "team"
    __table_args__ = (
        CheckConstraint("quota > 0", name="quota_positive"),
        CheckConstraint(
            "opens_minute >= 0 AND opens_minute < closes_minute AND closes_minute <= 1439",
            name="opens_before_closing",
        ),
    )
    id: Mapped[Id]
    name: Mapped[Name] = mapped_column(unique=True)
    timezone: Mapped[str] = mapped_column(String(60), default="UTC")
    channel_id: Mapped[str | None] = mapped_column(String(40))
    scorecard_id: Mapped[int | None] = mapped_column(ForeignKey("scorecard.id"))
    quota: Mapped[int] = mapped_column(default=3)
    opens_minute: Mapped[int] = mapped_column(default=9 * 60)
    closes_minute: Mapped[int] = mapped_column(default=18 * 60)
    working_days: Mapped[Json] = mapped_column(default=lambda: [0, 1, 2, 3, 4])
    shows_reviewer: Mapped[bool] = mapped_column(default=True)


class Person(Base):
    """Somebody in the programme. E-mail is stored in lower case: one person, however it was typed."""

    __tablename__ = "person"
    __table_args__ = (
        CheckConstraint("(email IS NULL) OR (email = lower(email))", name="email_lowercase"),
        CheckConstraint("slack_user_id <> ''", name="slack_user_id_given"),
    )
    id: Mapped[Id]
    name: Mapped[Name]
    email: Mapped[str | None] = mapped_column(String(320), unique=True)
    slack_user_id: Mapped[str | None] = mapped_column(String(40), unique=True)
    timezone: Mapped[str | None] = mapped_column(String(60))
    active: Mapped[bool] = mapped_column(default=True)


class Membership(Base):
    """A role held by a person in a team."""

    __tablename__ = "membership"
    __table_args__ = (
        one_of("role", "agent", "reviewer", "lead", "admin", "auditor"),
        Index(None, "person_id"),
    )
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    role: Mapped[Word] = mapped_column(primary_key=True)


class HelpdeskIdentity(Base):
    """A person's id in a helpdesk. `source` is empty when the id was given without naming the helpdesk."""

    __tablename__ = "helpdesk_identity"
    __table_args__ = (
        CheckConstraint("external_id <> ''", name="external_id_given"),
        Index(None, "person_id"),
    )
    source: Mapped[str] = mapped_column(String(60), primary_key=True, default="")
    external_id: Mapped[str] = mapped_column(String(200), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))


class Conversation(Base):
    """A conversation's header. `participants` lists the helpdesk ids of everybody who wrote as an agent."""

    __tablename__ = "conversation"
    __table_args__ = (
        UniqueConstraint("source", "external_id"),
        Index("ix_conversation_reviewee_closed", "reviewee_id", "closed_at"),
        Index("ix_conversation_agent", "agent_external_id"),
    )
    id: Mapped[Id]
    source: Mapped[str] = mapped_column(String(60))
    external_id: Mapped[Name]
    channel: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str | None] = mapped_column(Text)
    url: Mapped[str | None] = mapped_column(Text)
    opened_at: Mapped[datetime | None] = mapped_column(UTC)
    closed_at: Mapped[datetime | None] = mapped_column(UTC)
    agent_external_id: Mapped[str | None] = mapped_column(String(200))
    agent_name: Mapped[str | None] = mapped_column(String(200))
    agent_email: Mapped[str | None] = mapped_column(String(320))
    reviewee_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    customer_id: Mapped[str | None] = mapped_column(String(200))
    customer_name: Mapped[str | None] = mapped_column(String(200))
    customer_email: Mapped[str | None] = mapped_column(String(320))
    csat: Mapped[Json | None]  # [value, low, high] as strings, exact
    ces: Mapped[Json | None]
    first_response_seconds: Mapped[int | None] = mapped_column(BigInteger)
    handle_seconds: Mapped[int | None] = mapped_column(BigInteger)
    tags: Mapped[Json] = mapped_column(default=list)
    language: Mapped[str | None] = mapped_column(String(40))
    customer_messages: Mapped[int] = mapped_column(default=0)
    agent_messages: Mapped[int] = mapped_column(default=0)
    participants: Mapped[Json] = mapped_column(default=list)
    fingerprint: Mapped[str] = mapped_column(String(64))  # of the imported content: same again = unchanged
    imported_at: Mapped[Instant]


class Transcript(Base):
    """A conversation's messages, apart from its header so that drawing never reads text."""

    __tablename__ = "transcript"
    conversation_id: Mapped[int] = mapped_column(
        BigKey, ForeignKey("conversation.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    messages: Mapped[Json]  # [{author, text, at?, author_id?}, …]


class Draw(Base):
    """One sampling run: its period [start, end), its seed, how many fell out of the frame and why."""

    __tablename__ = "draw"
    __table_args__ = (
        UniqueConstraint("team_id", "period"),
        CheckConstraint("starts_at < ends_at", name="period_forward"),
    )
    id: Mapped[Id]
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"))
    period: Mapped[str] = mapped_column(String(20))
    starts_at: Mapped[Instant]
    ends_at: Mapped[Instant]
    seed: Mapped[Name]
    eligible: Mapped[int]
    excluded: Mapped[Json]
    created_at: Mapped[Instant]
    created_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class Assignment(Base):
    """A conversation handed to a reviewer; nobody is handed their own."""

    __tablename__ = "assignment"
    __table_args__ = (
        UniqueConstraint("draw_id", "conversation_id", "reviewer_id"),
        CheckConstraint("(reviewer_id <> reviewee_id) OR (kind = 'self')", name="not_ones_own"),
        one_of("kind", "manager", "peer", "self", "calibration"),
        one_of("stream", "random", "targeted", "double", "imported"),
        one_of("state", "open", "submitted", "skipped", "cancelled"),
        Index("ix_assignment_reviewer_state", "reviewer_id", "state"),
        Index("ix_assignment_team_draw", "team_id", "draw_id", "state"),
        Index("ix_assignment_conversation", "conversation_id"),
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
    created_at: Mapped[Instant]
    updated_at: Mapped[Instant]


class Review(Base):
    """A review, from the first click (draft) to the score.

    `score` is in micropoints, null while a draft or when nothing was rated; `passed` was decided unrounded.
    `version` counts submissions: a re-submitted review replaces its score, the old one stays in `audit`.
    """

    __tablename__ = "review"
    __table_args__ = (
        CheckConstraint("(reviewer_id <> reviewee_id) OR (kind = 'self')", name="not_ones_own"),
        CheckConstraint("(score IS NULL) OR (score BETWEEN 0 AND 100000000)", name="score_in_range"),
        CheckConstraint("(state = 'draft') = (submitted_at IS NULL)", name="submitted_has_time"),
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
        ),
        Index(
            "ix_review_reviewee_submitted", "reviewee_id", "submitted_at", "score", "stream", "kind", "passed"
        ),
        Index("ix_review_reviewer_submitted", "reviewer_id", "submitted_at"),
        Index("ix_review_conversation", "conversation_id"),
    )
    id: Mapped[Id]
    assignment_id: Mapped[int | None] = mapped_column(ForeignKey("assignment.id"), unique=True)
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"))
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversation.id"))
    reviewer_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    reviewee_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
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


class Rating(Base):
    """One category of one review. `value` null = N/A; `points` is the rating on 0–100 in micropoints."""

    __tablename__ = "rating"
    __table_args__ = (
        CheckConstraint("(value IS NULL) = (points IS NULL)", name="points_with_value"),
        CheckConstraint("(value IS NULL) OR (value BETWEEN 1 AND 5)", name="value_on_a_scale"),
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


class Notice(Base):
    """Who must be told what, once (`iqs.notices`). Ids only: no text of a customer or a review waits here."""

    __tablename__ = "notice"
    __table_args__ = (
        one_of("state", "pending", "sending", "sent", "dead", "cancelled"),
        CheckConstraint("(person_id IS NULL) <> (channel IS NULL)", name="one_target"),
        CheckConstraint("(state <> 'sent') OR (ts IS NOT NULL)", name="sent_is_somewhere"),
        Index("ix_notice_due", "state", "not_before"),
        Index("ix_notice_object", "kind", "object_id"),
    )
    id: Mapped[Id]
    key: Mapped[str] = mapped_column(String(120), unique=True)
    kind: Mapped[Word]
    object_id: Mapped[int] = mapped_column(BigInteger)  # the assignment, review or schedule run it is about
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    channel: Mapped[str | None] = mapped_column(String(40))
    state: Mapped[Word] = mapped_column(default="pending")
    attempts: Mapped[int] = mapped_column(default=0)
    not_before: Mapped[Instant]
    created_at: Mapped[Instant]
    first_try_at: Mapped[datetime | None] = mapped_column(UTC)
    last_try_at: Mapped[datetime | None] = mapped_column(UTC)
    lease_token: Mapped[str | None] = mapped_column(String(40))
    lease_until: Mapped[datetime | None] = mapped_column(UTC)
    posted_to: Mapped[str | None] = mapped_column(String(40))
    ts: Mapped[str | None] = mapped_column(String(40))
    error: Mapped[str | None] = mapped_column(String(80))


class Schedule(Base):
    """When a team's draw or digest happens: weekday (0 = Monday) and minute of the day, local."""

    __tablename__ = "schedule"
    __table_args__ = (
        UniqueConstraint("team_id", "kind"),
        one_of("kind", "draw", "digest"),
        CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday_known"),
        CheckConstraint("minute BETWEEN 0 AND 1439", name="minute_of_day"),
    )
    id: Mapped[Id]
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"))
    kind: Mapped[Word]
    weekday: Mapped[int]
    minute: Mapped[int]
    paused: Mapped[bool] = mapped_column(default=False)
    starts_after: Mapped[Instant]  # periods before this instant are not ours


class ScheduleRun(Base):
    """One period of one schedule, done once by whichever replica came first."""

    __tablename__ = "schedule_run"
    __table_args__ = (UniqueConstraint("schedule_id", "due_at"), one_of("outcome", "done", "late", "skipped"))
    id: Mapped[Id]
    schedule_id: Mapped[int] = mapped_column(ForeignKey("schedule.id"))
    due_at: Mapped[Instant]
    local_date: Mapped[date]
    outcome: Mapped[Word]
    created_at: Mapped[Instant]


class Audit(Base):
    """What was done by whom, append-only; ids and reasons, no text of a conversation."""

    __tablename__ = "audit"
    __table_args__ = (Index("ix_audit_object", "object", "object_id"),)
    id: Mapped[Id]
    at: Mapped[Instant]
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    action: Mapped[Word]
    object: Mapped[Word]
    object_id: Mapped[int] = mapped_column(BigInteger)
    detail: Mapped[Json] = mapped_column(default=dict)
