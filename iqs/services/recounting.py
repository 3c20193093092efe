"""The history of an assignment or a conversation: everything that happened, step by step."""

from iqs.assignments import Event
from iqs.errors import NotFound
from iqs.storage.repositories import assignments, conversations, events, work
from iqs.storage.store import Store


def history(store: Store, what: str) -> list[Event]:
    """Every step of an assignment (its number) with those it replaced and that replaced it, or of a conversation.

    A conversation is written "source:id". NotFound if there is no such thing, or nobody was ever handed it.
    """
    with store.read() as tx:
        if what.isascii() and what.isdecimal() and len(what) <= 18:
            row = assignments.get(tx, int(what))
            if row is None:
                raise NotFound(f"There is no assignment {what}.")
            return events.of_all(tx, work.chain(tx, row.id))
        source, _, external_id = what.partition(":")
        conversation_id = conversations.by_key(tx, source, external_id)
        found = [] if conversation_id is None else work.of_conversation(tx, conversation_id)
        if not found:
            raise NotFound(f"Nobody was ever handed a conversation “{what}”. It is written source:id.")
        return events.of_all(tx, found)
