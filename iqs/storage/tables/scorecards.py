"""Scorecards, their immutable versions, and the categories that live through them."""

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from iqs.storage.columns import Base, Id, Instant, Json, Name


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
