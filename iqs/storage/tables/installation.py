"""What belongs to the installation as a whole."""

from sqlalchemy import BigInteger, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from iqs.storage.columns import Base, Id, Instant, Json, Word


class Setting(Base):
    """A value of the installation itself, such as the secret behind message keys."""

    __tablename__ = "setting"
    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    value: Mapped[Json]


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
