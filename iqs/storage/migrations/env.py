"""What Alembic runs: the steps in `versions/`, on the connection that `Store.upgrade` hands over.

A new step: `python -m iqs.storage.migrations "what changes"`, then read and mend what was written.
"""

from typing import Any, Literal

from alembic import context

import iqs.storage.tables  # noqa: F401 - fills Base.metadata
from iqs.storage.columns import UTC, Base, belongs


def plain(kind: str, item: Any, _: object) -> str | Literal[False]:
    """Migrations speak of column types that stay: ours may be renamed some day."""
    return "sa.BigInteger()" if kind == "type" and isinstance(item, UTC) else False


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    compare_type=True,
    include_object=belongs(connection.dialect.name),
    render_item=plain,
    render_as_batch=True,  # SQLite changes a table by copying it
    transactional_ddl=True,  # SQLite too: `Store` says BEGIN itself
)
# No transaction is begun here: `Store.upgrade` has one, and a lock, before the first look at the version.
context.run_migrations()
