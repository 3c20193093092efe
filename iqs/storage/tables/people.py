"""Teams, people, their roles, and who they are in a helpdesk."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from iqs.storage.columns import UTC, Base, Id, Instant, Json, Name, Word, one_of


class Team(Base):
    """A support team and its settings (see `iqs.people.Team`)."""

    __tablename__ = "team"
    __table_args__ = (
        CheckConstraint("quota > 0", name="quota_positive"),
        CheckConstraint(
            "opens_minute >= 0 AND opens_minute < closes_minute AND closes_minute <= 1439",
            name="opens_before_closing",
        ),
        CheckConstraint("(goal IS NULL) OR (goal BETWEEN 0 AND 100)", name="goal_in_range"),
        CheckConstraint("week_start BETWEEN 0 AND 6", name="week_start_known"),
        CheckConstraint("due_days > 0", name="due_days_positive"),
        CheckConstraint("double_percent BETWEEN 0 AND 100", name="double_percent_in_range"),
        one_of("cycle", "daily", "weekly", "biweekly", "monthly"),
        one_of("quota_of", "reviewee", "reviewer"),
        one_of("after_deadline", "carry", "expire"),
        one_of("reviewee_rule", "assignee", "most_active", "last_answer"),
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
    redacts: Mapped[bool] = mapped_column(default=True)  # personal data is replaced before text is stored
    goal: Mapped[int | None]
    names_people: Mapped[bool] = mapped_column(default=False)
    week_start: Mapped[int] = mapped_column(default=0)  # 0 = Monday
    cycle: Mapped[Word] = mapped_column(default="weekly")
    quota_of: Mapped[Word] = mapped_column(default="reviewee")
    due_days: Mapped[int] = mapped_column(default=7)
    after_deadline: Mapped[Word] = mapped_column(default="carry")
    reviewee_rule: Mapped[Word] = mapped_column(default="assignee")
    filters: Mapped[Json] = mapped_column(default=dict)  # `iqs.eligibility.Filters`
    targets: Mapped[Json] = mapped_column(default=dict)  # what is picked on purpose, for coaching
    double_percent: Mapped[int] = mapped_column(default=0)
    self_reviews: Mapped[bool] = mapped_column(default=False)
    hides_agent: Mapped[bool] = mapped_column(default=False)  # reviewers do not read whose work it is


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
    unreachable_since: Mapped[datetime | None] = mapped_column(UTC)  # Slack lets nothing through to them
    status_dismissed: Mapped[bool] = mapped_column(default=False)  # here, whatever their Slack status says


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
    capacity: Mapped[int | None]  # of a reviewer: conversations a cycle at most


class Absence(Base):
    """When a person is out of office, [starts_at, ends_at): no work is handed to them."""

    __tablename__ = "absence"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="absence_forward"),
        one_of("source", "self", "lead", "slack"),
        Index(None, "person_id", "ends_at"),
    )
    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    starts_at: Mapped[Instant]
    ends_at: Mapped[Instant]
    source: Mapped[Word]
    created_at: Mapped[Instant]


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
