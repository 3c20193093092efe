"""The history of an assignment or a conversation: everything that happened, step by step."""

from dataclasses import replace

from iqs.assignments import Event
from iqs.errors import NotFound
from iqs.storage.repositories import assignments, conversations, events, people, work
from iqs.storage.store import Store, Tx


def history(store: Store, what: str) -> list[Event]:
    """Every step of an assignment (its number) with those it replaced and that replaced it, or of a conversation.

    A conversation is written "source:id". Whom something went to is named. NotFound if there is no such thing,
    nobody was ever handed it, or it is older than histories.
    """
    with store.read() as tx:
        if what.isascii() and what.isdecimal() and len(what) <= 18:
            row = assignments.get(tx, int(what))
            if row is None:
                raise NotFound(f"There is no assignment {what}.")
            return _told(tx, work.chain(tx, row.id), f"assignment {what}")
        source, _, external_id = what.partition(":")
        conversation_id = conversations.by_key(tx, source, external_id)
        found = [] if conversation_id is None else work.of_conversation(tx, conversation_id)
        if not found:
            raise NotFound(f"Nobody was ever handed a conversation “{what}”. It is written source:id.")
        return _told(tx, found, what)


def _told(tx: Tx, found: list[int], what: str) -> list[Event]:
    steps = events.of_all(tx, found)
    if not steps:
        raise NotFound(f"What happened to {what} was not written down: it is older than histories.")
    names = people.names(tx, {each.detail["to"] for each in steps if "to" in each.detail})
    return [
        replace(each, detail={**each.detail, "to": names[each.detail["to"]]}) if "to" in each.detail else each
        for each in steps
    ]
