"""Redacting what was stored before a team's switch was on: once, by the operator's word."""

from collections.abc import Callable
from dataclasses import dataclass

from iqs.personal_data import PATTERNS, Redactor
from iqs.privacy import redact_conversation
from iqs.storage.repositories import conversations, transcripts
from iqs.storage.store import Store

BATCH = 200
"""Conversations in one transaction."""


@dataclass(slots=True)
class Redacted:
    """What was done: conversations looked at, those that changed, and the marks set in them."""

    read: int = 0
    changed: int = 0
    marks: int = 0


def stored(store: Store) -> int:
    """How many conversations there are."""
    with store.read() as tx:
        return transcripts.count(tx)


def redact_stored(
    store: Store, *, by: Redactor = PATTERNS, progress: Callable[[int], None] | None = None
) -> Redacted:
    """Replaces personal data in every stored conversation by marks, as an import does today. It cannot be undone.

    Conversations of agents all of whose teams have the switch off are left alone. Doing it again changes nothing;
    interrupted, it keeps what is done. `progress` is told how many conversations were looked at since the last call.
    """
    done = Redacted()
    with store.read() as tx:
        kept = conversations.unredacted(tx)
    after = 0
    while True:
        with store.write() as tx:
            batch = transcripts.following(tx, after, BATCH)
            wanted = [each.id for each in batch if each.reviewee_id not in kept]
            for conversation_id, conversation in conversations.get_many(tx, wanted).items():
                redacted, marks = redact_conversation(conversation, by)
                if marks:
                    transcripts.put_redacted(tx, conversation_id, redacted, marks)
                    done.changed += 1
                    done.marks += marks
        if not batch:
            return done
        after = batch[-1].id
        done.read += len(wanted)
        if progress is not None:
            progress(len(batch))
