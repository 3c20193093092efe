"""What commands share: the database, opened and of the right step."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from bot import config
from iqs import recognition
from iqs.errors import Invalid
from iqs.storage.store import Store


@contextmanager
def opened_store() -> Iterator[Store]:
    """The database of DATABASE_URL. Invalid when it was not migrated yet."""
    settings = config.load()
    recognition.choose(settings.redaction)
    store = Store(settings.url)
    try:
        if not store.is_current():
            raise Invalid("The database is not at this version's step. Bring it there with: iqs db upgrade")
        yield store
    finally:
        store.close()


def now() -> datetime:
    """The time at which a command acts."""
    return datetime.now(UTC)
