"""Importing conversations: a file or a helpdesk's stream in, exact counts out; twice changes nothing."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import BinaryIO

from iqs.conversations import Conversation
from iqs.files.conversations import Form, read
from iqs.files.entries import Rejected
from iqs.storage.repositories import conversations
from iqs.storage.repositories.conversations import Record
from iqs.storage.store import Store, Tx

BATCH = 1_000
"""Conversations in one transaction."""

REASONS_KEPT = 1_000
"""Rejected lines that are remembered one by one; further ones are only counted."""


@dataclass(slots=True)
class ConversationImport:
    """What an import did: `read` = new + updated + unchanged + rejected; `reasons` of the first rejected."""

    read: int = 0
    new: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0
    reasons: list[Rejected] = field(default_factory=list)


def import_conversations(
    store: Store,
    file: BinaryIO | Iterable[bytes],
    *,
    now: datetime,
    form: Form = "jsonl",
    progress: Callable[[int], None] | None = None,
) -> ConversationImport:
    """Stores the conversations of a file opened in binary, a batch a transaction; a bad line never stops it.

    `progress` is told how far the file was read since the last call, in bytes (of the gzip, if it is one), or
    in conversations when `file` is no file. Raises Invalid for a file of no use and Unavailable when the database is
    out; the batches before stay stored, and importing again goes over them without a change.
    """
    outcome = ConversationImport()
    told = 0
    for batch in _batches(read(file, form), outcome):
        _store(store, batch, outcome, now=now)
        if progress is not None:
            position = _position(file, outcome)
            progress(position - told)
            told = position
    return outcome


def import_stream(store: Store, stream: Iterable[Conversation], *, now: datetime) -> ConversationImport:
    """Stores conversations from a helpdesk, as `import_conversations` does those of a file."""
    outcome = ConversationImport()
    for batch in _batches(stream, outcome):
        _store(store, batch, outcome, now=now)
    return outcome


def map_agents(store: Store) -> int:
    """Finds the people behind conversations imported before they were known; how many were found."""
    return store.transact(conversations.map_agents)


def prepared(conversation: Conversation) -> Conversation:
    """The conversation as it may be stored: the one place every import passes."""
    return conversation


def _batches(
    outcomes: Iterable[Conversation | Rejected], counts: ConversationImport
) -> Iterator[list[Record]]:
    batch: list[Record] = []
    for each in outcomes:
        counts.read += 1
        if isinstance(each, Rejected):
            counts.rejected += 1
            if len(counts.reasons) < REASONS_KEPT:
                counts.reasons.append(each)
            continue
        batch.append(conversations.record(prepared(each)))
        if len(batch) == BATCH:
            yield batch
            batch = []
    yield batch


def _store(store: Store, batch: list[Record], outcome: ConversationImport, *, now: datetime) -> None:
    if not batch:
        return
    new, updated = store.transact(lambda tx: _merge(tx, batch, now=now))
    outcome.new += new
    outcome.updated += updated
    outcome.unchanged += len(batch) - new - updated


def _merge(tx: Tx, batch: list[Record], *, now: datetime) -> tuple[int, int]:
    """Stores what differs from what is stored; of two with one key the later counts. (new, updated)."""
    stored = conversations.fingerprints(tx, {each.key for each in batch})
    changed: dict[tuple[str, str], Record] = {}
    new = updated = 0
    for each in batch:
        known = stored.get(each.key)
        if known == each.fingerprint:
            continue
        if known is None:
            new += 1
        else:
            updated += 1
        stored[each.key] = each.fingerprint
        changed[each.key] = each
    if changed:
        conversations.save(tx, list(changed.values()), now=now)
    return new, updated


def _position(file: BinaryIO | Iterable[bytes], outcome: ConversationImport) -> int:
    tell = getattr(file, "tell", None)
    return tell() if tell is not None and file.seekable() else outcome.read  # type: ignore[union-attr] # a file
