"""Where people are written to: their Slack user, and the direct message with them once it was opened."""

from collections.abc import Collection
from typing import NamedTuple

from iqs.storage.repositories import people, settings
from iqs.storage.store import Store

DIRECT = "direct_message:"


class Address(NamedTuple):
    """A person's Slack user, and the direct message with them where it was opened before."""

    user: str
    channel: str | None


def addresses(store: Store, person_ids: Collection[int]) -> dict[int, Address]:
    """Where these people are written to; left out is who is not active or not linked to Slack."""
    with store.read() as tx:
        users = people.slack_ids(tx, person_ids)
        known = settings.several(tx, [DIRECT + user for user in users.values()])
    return {person: Address(user, known.get(DIRECT + user)) for person, user in users.items()}


def remember_direct(store: Store, user: str, channel: str | None) -> None:
    """Remembers the direct message with a Slack user, by their id: a person may be linked to another one later."""
    store.transact(lambda tx: settings.put(tx, DIRECT + user, channel or ""))
