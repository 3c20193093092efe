"""Conversations as imported, their text, and how far each helpdesk has been read."""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    ForeignKey,
    Index,
    PrimaryKeyConstraint,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from iqs.storage.columns import UTC, Base, BigKey, Id, Instant, Json, Name, Word, one_of, only_on


class Conversation(Base):
    """A conversation's header. `participants` lists the helpdesk ids of everybody who wrote as an agent."""

    __tablename__ = "conversation"
    __table_args__ = (
        UniqueConstraint("source", "external_id"),
        Index("ix_conversation_reviewee_closed", "reviewee_id", "closed_at"),
        # Few customers answer: a trend of CSAT reads those alone, and nothing but this index. PostgreSQL cannot
        # sort JSON, so that its index only carries it; SQLite knows no INCLUDE.
        only_on(
            "sqlite",
            Index(
                "ix_conversation_csat_keyed",
                "reviewee_id",
                "closed_at",
                "csat",
                sqlite_where=text("csat IS NOT NULL"),
            ),
        ),
        only_on(
            "postgresql",
            Index(
                "ix_conversation_csat_carried",
                "reviewee_id",
                "closed_at",
                postgresql_include=["csat"],
                postgresql_where=text("csat IS NOT NULL"),
            ),
        ),
        Index("ix_conversation_agent", "agent_external_id"),
        one_of("first_response_basis", "calendar", "business", "computed"),
        one_of("handle_basis", "calendar", "business", "computed"),
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
    bot_rating: Mapped[Json | None]  # a bot's own survey, never mixed into CSAT
    first_response_seconds: Mapped[int | None] = mapped_column(BigInteger)
    first_response_basis: Mapped[str | None] = mapped_column(String(20))
    handle_seconds: Mapped[int | None] = mapped_column(BigInteger)
    handle_basis: Mapped[str | None] = mapped_column(String(20))
    reopens: Mapped[int | None]
    tags: Mapped[Json] = mapped_column(default=list)
    language: Mapped[str | None] = mapped_column(String(40))
    customer_messages: Mapped[int | None]  # null: the helpdesk has not told yet
    agent_messages: Mapped[int | None]
    participants: Mapped[Json] = mapped_column(default=list)
    most_active_external_id: Mapped[str | None] = mapped_column(String(200))  # who answered most, as told
    last_answer_external_id: Mapped[str | None] = mapped_column(String(200))  # who answered last
    bot_involved: Mapped[bool | None]
    fingerprint: Mapped[str] = mapped_column(String(64))  # of the imported content: same again = unchanged
    updated_at: Mapped[datetime | None] = mapped_column(UTC)  # by the helpdesk's word
    deleted_at: Mapped[datetime | None] = mapped_column(UTC)  # in the helpdesk; its text is purged
    imported_at: Mapped[Instant]


class Lot(Base):
    """An eligible conversation's place among those its agent closed on one UTC day: 0, 1, 2 … as they were settled.

    From a day's first draw on its places stay: a conversation that leaves one (another agent, another day, deleted)
    leaves a hole. So a seeded place number finds its conversation with one look-up, however long the history is
    (docs/sampling.md).
    """

    __tablename__ = "lot"
    __table_args__ = (
        # The key carries what stands there, so that a look-up ends in it; SQLite's table without rowid is its key.
        PrimaryKeyConstraint("person_id", "day", "place", postgresql_include=["conversation_id"]),
        {"sqlite_with_rowid": False},
    )
    person_id: Mapped[int] = mapped_column(BigKey, ForeignKey("person.id"), autoincrement=False)
    day: Mapped[int] = mapped_column(autoincrement=False)  # days since 1970, UTC
    place: Mapped[int] = mapped_column(autoincrement=False)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversation.id"), unique=True)


class LotDay(Base):
    """How many places an agent's day has, holes included, and how many conversations stand in them."""

    __tablename__ = "lot_day"
    __table_args__ = ({"sqlite_with_rowid": False},)
    person_id: Mapped[int] = mapped_column(
        BigKey, ForeignKey("person.id"), primary_key=True, autoincrement=False
    )
    day: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    places: Mapped[int]
    eligible: Mapped[int]


class LeftOut(Base):
    """A closed conversation of a known agent that can never be reviewed, and why (`iqs.eligibility.never`)."""

    __tablename__ = "left_out"
    __table_args__ = (Index(None, "person_id", "day", "reason"),)
    conversation_id: Mapped[int] = mapped_column(
        BigKey, ForeignKey("conversation.id"), primary_key=True, autoincrement=False
    )
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    day: Mapped[int]
    reason: Mapped[Word]


class Unsettled(Base):
    """A conversation that came or changed since its place was settled."""

    __tablename__ = "unsettled"
    conversation_id: Mapped[int] = mapped_column(
        BigKey, ForeignKey("conversation.id"), primary_key=True, autoincrement=False
    )


class Transcript(Base):
    """A conversation's messages, apart from its header so that drawing never reads text."""

    __tablename__ = "transcript"
    conversation_id: Mapped[int] = mapped_column(
        BigKey, ForeignKey("conversation.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    messages: Mapped[Json]  # [{author, text, at?, author_id?}, …]
    redactions: Mapped[int] = mapped_column(default=0)  # marks set in place of personal data


class Sighting(Base):
    """A text that its helpdesk gave us: since when it is known there, when it was found last, when to ask again.

    A text that came from a file has none: its helpdesk never said that it has it. It goes with the text.
    """

    __tablename__ = "sighting"
    __table_args__ = (Index("ix_sighting_due", "source", "ask_at"),)
    conversation_id: Mapped[int] = mapped_column(
        BigKey,
        ForeignKey("transcript.conversation_id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    )
    source: Mapped[str] = mapped_column(String(60))
    first_at: Mapped[Instant]
    seen_at: Mapped[Instant]
    ask_at: Mapped[Instant]
    missing_at: Mapped[datetime | None] = mapped_column(UTC)  # it was not found then, for the first time


class Sync(Base):
    """How far a helpdesk has been read: all closed before `complete_until` is here; a window may be half done.

    The cursor is saved in the transaction of its page, so a stop anywhere costs at most one page again.
    """

    __tablename__ = "sync"
    source: Mapped[str] = mapped_column(String(60), primary_key=True)
    complete_until: Mapped[datetime | None] = mapped_column(UTC)
    window_from: Mapped[datetime | None] = mapped_column(UTC)
    window_until: Mapped[datetime | None] = mapped_column(UTC)
    cursor: Mapped[str | None] = mapped_column(Text)
    ratings_until: Mapped[datetime | None] = mapped_column(
        UTC
    )  # late survey answers were looked for until then
    started_at: Mapped[datetime | None] = mapped_column(UTC)
    finished_at: Mapped[datetime | None] = mapped_column(UTC)
    listed: Mapped[int] = mapped_column(default=0)  # headers read in the window
    error: Mapped[str | None] = mapped_column(String(200))
    lease_token: Mapped[str | None] = mapped_column(String(40))
    lease_until: Mapped[datetime | None] = mapped_column(UTC)
    recheck_after: Mapped[datetime | None] = mapped_column(UTC)  # no text is asked for again before
    doubt: Mapped[str | None] = mapped_column(String(200))  # why what is not found there was kept here


class FetchRequest(Base):
    """A conversation whose text is wanted from its helpdesk: it was drawn, opened, or a webhook named it.

    `deleted`: a webhook with the helpdesk's signature says that it was deleted.
    """

    __tablename__ = "fetch_request"
    __table_args__ = (Index("ix_fetch_request_due", "not_before"),)
    source: Mapped[str] = mapped_column(String(60), primary_key=True)
    external_id: Mapped[Name] = mapped_column(primary_key=True)
    not_before: Mapped[Instant]
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None] = mapped_column(String(200))
    deleted: Mapped[bool] = mapped_column(default=False)
