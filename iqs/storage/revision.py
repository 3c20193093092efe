"""Which migration step this code needs, and which one a database is at."""

from sqlalchemy import Connection, text

HEAD = "0004"
"""The newest step; `Store.is_current` compares with it, without waking Alembic. A test keeps it true."""


def revision(tx: Connection) -> str | None:
    """The migration step this database is at, None when it is empty."""
    if not tx.dialect.has_table(tx, "alembic_version"):
        return None
    found: str | None = tx.scalar(text("SELECT version_num FROM alembic_version"))
    return found
