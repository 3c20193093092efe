"""What the tables are made of: column types used again and again, and the base they share.

Times are UTC (`UTC` refuses naive ones). Scores are integers in micropoints: a percent times 1,000,000, so
that both databases add them up exactly. JSON columns hold text written by us, never a customer's keys.
"""

from collections.abc import Callable
from datetime import UTC as UTC_ZONE
from datetime import datetime
from typing import Annotated, Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, Dialect, Index, Integer, MetaData, String
from sqlalchemy.orm import DeclarativeBase, mapped_column
from sqlalchemy.types import TypeDecorator

EPOCH = datetime(1970, 1, 1, tzinfo=UTC_ZONE)


def stored(at: datetime) -> int:
    """An instant as it is stored: whole microseconds since 1970 UTC. ValueError for a naive one."""
    if at.tzinfo is None:
        raise ValueError("a time without a zone cannot be stored")
    delta = at - EPOCH
    return (delta.days * 86_400 + delta.seconds) * 1_000_000 + delta.microseconds


def instant(microseconds: int) -> datetime:
    """The instant that is stored so, in UTC."""
    return datetime.fromtimestamp(microseconds // 1_000_000, UTC_ZONE).replace(
        microsecond=microseconds % 1_000_000
    )


class UTC(TypeDecorator[datetime]):
    """An instant, stored as whole microseconds since 1970 UTC: one order, one meaning on both databases."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002 - theirs
        """Aware datetime → microseconds; ValueError for a naive one."""
        return None if value is None else stored(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - theirs
        """Microseconds → aware datetime in UTC."""
        return None if value is None else instant(value)


BigKey = BigInteger().with_variant(Integer, "sqlite")  # SQLite numbers rows only in an INTEGER key
Id = Annotated[int, mapped_column(BigKey, primary_key=True, autoincrement=True)]
Instant = Annotated[datetime, mapped_column(UTC)]
Word = Annotated[str, mapped_column(String(40))]
Name = Annotated[str, mapped_column(String(200))]
Json = Annotated[Any, mapped_column(JSON(none_as_null=True))]  # None is SQL's NULL, not JSON's null


def one_of(column: str, *words: str) -> CheckConstraint:
    """A CHECK that the column holds one of these words."""
    listed = ", ".join(f"'{each}'" for each in words)
    return CheckConstraint(f"{column} IN ({listed})", name=f"{column}_known")


def only_on(dialect: str, index: Index) -> Index:
    """The index, made on this database alone; what differs takes another name on the other one."""
    index.info["only_on"] = dialect
    return index.ddl_if(dialect=dialect)


def belongs(dialect: str) -> Callable[..., bool]:
    """For Alembic's `include_object`, which knows nothing of `only_on`: whether it is made on this database."""

    def included(thing: Any, *_: object) -> bool:
        return bool(thing.info.get("only_on", dialect) == dialect)

    return included


class Base(DeclarativeBase):
    """All tables; names of constraints are fixed so that migrations can speak of them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
