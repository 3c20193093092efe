"""Importing conversations: a file or a helpdesk's stream in, exact counts out; twice changes nothing."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import BinaryIO

from iqs import recognition
from iqs.conversations import Conversation
from iqs.files.conversations import Form, read
from iqs.files.entries import Rejected
from iqs.personal_data import Redactor
from iqs.privacy import redact_conversation
from iqs.storage.repositories import conversations, records
from iqs.storage.repositories.conversations import Key, Reviewees
from iqs.storage.repositories.records import Record, Standing
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
    redaction = Redaction.of(store)
    for batch in _batches(read(file, form), outcome, redaction):
        _store(store, batch, outcome, now=now)
        if progress is not None:
            position = _position(file, outcome)
            progress(position - told)
            told = position
    return outcome


def import_stream(store: Store, stream: Iterable[Conversation], *, now: datetime) -> ConversationImport:
    """Stores conversations from a helpdesk, as `import_conversations` does those of a file."""
    outcome = ConversationImport()
    for batch in _batches(stream, outcome, Redaction.of(store)):
        _store(store, batch, outcome, now=now)
    return outcome


def map_agents(store: Store) -> int:
    """Finds the people behind conversations imported before they were known; how many were found."""
    return store.transact(conversations.map_agents)


@dataclass(frozen=True, slots=True)
class Redaction:
    """Whose conversations are stored as they are: agents all of whose teams have switched redaction off."""

    reviewees: Reviewees
    switched_off: frozenset[int]
    by: Redactor

    @classmethod
    def of(cls, store: Store) -> "Redaction":
        """As the teams' settings say now."""
        with store.read() as tx:
            return cls(Reviewees(tx), conversations.unredacted(tx), recognition.chosen())

    def wanted(self, conversation: Conversation) -> bool:
        """Whether personal data in it is replaced by marks; always for an agent nobody knows."""
        if not self.switched_off:
            return True
        return self.reviewees.of(conversation.source, conversation.agent) not in self.switched_off


def prepared(conversation: Conversation, redaction: Redaction, *, fetched: bool = False) -> Record:
    """The conversation as it may be stored: the one place every import passes.

    `fetched` says that a helpdesk gave its messages, even if there are none.
    """
    redactions = 0
    if redaction.wanted(conversation):
        conversation, redactions = redact_conversation(conversation, redaction.by)
    return records.record(conversation, redactions=redactions, fetched=fetched)


def _batches(
    outcomes: Iterable[Conversation | Rejected], counts: ConversationImport, redaction: Redaction
) -> Iterator[list[Record]]:
    batch: list[Record] = []
    for each in outcomes:
        counts.read += 1
        if isinstance(each, Rejected):
            counts.rejected += 1
            if len(counts.reasons) < REASONS_KEPT:
                counts.reasons.append(each)
            continue
        batch.append(prepared(each, redaction))
        if len(batch) == BATCH:
            yield batch
            batch = []
    yield batch


def _store(store: Store, batch: list[Record], outcome: ConversationImport, *, now: datetime) -> None:
    if not batch:
        return
    new, updated = store.transact(lambda tx: merge(tx, batch, now=now))
    outcome.new += new
    outcome.updated += updated
    outcome.unchanged += len(batch) - new - updated


def merge(tx: Tx, batch: list[Record], *, now: datetime) -> tuple[int, int]:
    """Stores what differs from what is stored; of two with one key the newer counts, else the later. (new, updated).

    What a helpdesk tells of an older moment changes nothing, nor does anything about a conversation deleted there.
    """
    stored = records.fingerprints(tx, {each.key for each in batch})
    other = {each.key for each in batch if stored.get(each.key) not in (None, each.fingerprint)}
    known = records.standing(tx, other)
    changed: dict[Key, Record] = {}
    new = updated = 0
    for each in batch:
        before = stored.get(each.key)
        if before is None:
            new += 1
        elif before == each.fingerprint or _outdated(each, known.get(each.key), changed):
            continue
        else:
            updated += 1
        stored[each.key] = each.fingerprint
        changed[each.key] = each
    records.save(tx, list(changed.values()), known, now=now)
    return new, updated


def _outdated(told: Record, stored: Standing | None, changed: dict[Key, Record]) -> bool:
    if stored is not None and stored.deleted:
        return True
    if stored is not None and not stored.has_text and told.transcript is not None:
        return False
    before = changed.get(told.key)
    newest = before.updated_at if before is not None else stored and stored.updated_at
    return bool(told.fetched and told.updated_at and newest and told.updated_at < newest)


def _position(file: BinaryIO | Iterable[bytes], outcome: ConversationImport) -> int:
    tell = getattr(file, "tell", None)
    return tell() if tell is not None and file.seekable() else outcome.read  # type: ignore[union-attr] # a file
