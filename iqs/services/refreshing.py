"""Messages in Slack that show something else now, remembered until a process that has Slack draws them again.

`iqs sync` has no Slack, and any process may end between a change and its picture: so it is remembered with the change.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from iqs.storage.repositories import settings
from iqs.storage.store import Store, Tx

STALE = "stale_messages"


@dataclass(frozen=True, slots=True)
class Stale:
    """The assignments whose scorecards, and the reviews whose feedback, are to be drawn again."""

    assignments: tuple[int, ...] = ()
    reviews: tuple[int, ...] = ()


def remember(tx: Tx, *, assignments: Iterable[int] = (), reviews: Iterable[int] = ()) -> None:
    """Remembers these, in the transaction of what changed them."""
    come = {"assignments": list(assignments), "reviews": list(reviews)}
    if not any(come.values()):
        return
    settings.agree(tx, STALE, {})  # so that there is a row to be locked
    known = settings.locked(tx, STALE) or {}
    settings.put(tx, STALE, {name: sorted({*known.get(name, ()), *ids}) for name, ids in come.items()})


def taken(store: Store) -> Stale:
    """What is remembered, for whoever draws it now: nobody else is told of it."""
    with store.read() as tx:
        if not settings.get(tx, STALE):
            return Stale()
    return store.transact(_take)


def _take(tx: Tx) -> Stale:
    known = settings.locked(tx, STALE)
    if not known:
        return Stale()
    settings.put(tx, STALE, {})
    return Stale(tuple(known["assignments"]), tuple(known["reviews"]))
