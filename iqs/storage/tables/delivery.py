"""What comes in and goes out once: notices, interactions, schedules, and the processes that share them."""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from iqs.storage.columns import UTC, Base, Id, Instant, Name, Word, one_of


class Notice(Base):
    """Who must be told what, once (`iqs.notices`). Ids only: no text of a customer or a review waits here."""

    __tablename__ = "notice"
    __table_args__ = (
        one_of("state", "pending", "sending", "sent", "dead", "cancelled"),
        CheckConstraint("(person_id IS NULL) <> (channel IS NULL)", name="one_target"),
        CheckConstraint("(state <> 'sent') OR (ts IS NOT NULL)", name="sent_is_somewhere"),
        Index("ix_notice_due", "state", "not_before"),
        Index("ix_notice_object", "kind", "object_id"),
        Index("ix_notice_sweep", "sweep_at"),
        Index("ix_notice_told_with", "told_with"),
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
    told_with: Mapped[str | None] = mapped_column(
        String(120)
    )  # the key of the notice whose message tells this too
    resent_at: Mapped[datetime | None] = mapped_column(UTC)  # sent again while in doubt: a twin may turn up
    sweep_at: Mapped[datetime | None] = mapped_column(UTC)  # when to look for that twin


class Schedule(Base):
    """When a team's draw or digest happens: weekday (0 = Monday) and minute of the day, local."""

    __tablename__ = "schedule"
    __table_args__ = (
        UniqueConstraint("team_id", "kind"),
        one_of("kind", "draw", "digest", "monthly"),
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
    cycle_since: Mapped[datetime | None] = mapped_column(UTC)  # nor those before its cycle became another one


class ScheduleRun(Base):
    """One period of one schedule, done once by whichever replica came first."""

    __tablename__ = "schedule_run"
    __table_args__ = (
        UniqueConstraint("schedule_id", "due_at"),
        Index("uq_schedule_run_date", "schedule_id", "local_date", unique=True),
        one_of("outcome", "done", "late", "skipped"),
    )
    id: Mapped[Id]
    schedule_id: Mapped[int] = mapped_column(ForeignKey("schedule.id"))
    due_at: Mapped[Instant]
    local_date: Mapped[date]
    period: Mapped[str | None] = mapped_column(String(20))  # the label of what was drawn; null before cycles
    starts_at: Mapped[datetime | None] = mapped_column(UTC)  # what it is about: [starts_at, ends_at)
    ends_at: Mapped[datetime | None] = mapped_column(UTC)
    outcome: Mapped[Word]
    created_at: Mapped[Instant]


class Inbox(Base):
    """An interaction that was acted on, written in the transaction of its effect: again, it changes nothing."""

    __tablename__ = "inbox"
    __table_args__ = (Index(None, "received_at"),)
    key: Mapped[str] = mapped_column(String(120), primary_key=True)
    received_at: Mapped[Instant]


class Replica(Base):
    """A process that lives: it says so again and again, and one that has not for a while is dead."""

    __tablename__ = "replica"
    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    kind: Mapped[Word]
    host: Mapped[Name]
    process: Mapped[int] = mapped_column(BigInteger)
    started_at: Mapped[Instant]
    seen_at: Mapped[Instant]
