"""Acting once on what was asked once, however often and wherever the asking arrives."""

from datetime import datetime, timedelta

from iqs.errors import Repeated
from iqs.storage.repositories import inbox
from iqs.storage.store import Store, Tx

KEPT = timedelta(days=2)
"""How long an interaction is remembered. Slack repeats an event for about an hour, a signature passes five minutes."""

BATCH = 500
"""Rows forgotten in one transaction: no click waits long behind it."""

DONE_BEFORE = "This was done already."


def once(store: Store, key: str, *, now: datetime) -> Store:
    """The store for what one interaction does: its transaction notes `key`, or raises `Repeated` and does nothing.

    A transaction that fails notes nothing. `key` is the same for each delivery of the interaction, at most 120
    characters, and holds nothing of a person.
    """

    def note(tx: Tx) -> None:
        if not inbox.take(tx, key, now=now):
            raise Repeated(DONE_BEFORE)

    return store.beginning(note)


def forget(store: Store, *, now: datetime) -> int:
    """Forgets interactions older than `KEPT`, a few at a time; returns how many."""
    forgotten = 0
    while True:
        with store.write() as tx:
            gone = inbox.prune(tx, before=now - KEPT, most=BATCH)
        forgotten += gone
        if gone < BATCH:
            return forgotten
