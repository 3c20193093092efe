"""From what HubSpot sends to our words; pure.

After HubSpot's public API description (conversations v3, 2026); no live account was used. Not stated there, so
taken leniently: what the kinds of channels are called (their own names are used), and whether an actor of the
kind AGENT always has a user's number behind its "A-" (the developer guide says so).
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import pairwise

from pydantic import TypeAdapter, ValidationError

from iqs.conversations import Author, Conversation, Customer, HelpdeskAgent, Message
from iqs.errors import Invalid
from iqs.helpdesk.base import Event, Happening
from iqs.helpdesk.edge import message
from iqs.helpdesk.headers import number, retry_after, spread
from iqs.helpdesk.http import Reply
from iqs.helpdesk.hubspot import edges

SOURCE = "hubspot"
AGENT = "A-"

_KINDS = {
    "A": "AGENT",
    "V": "VISITOR",
    "E": "EMAIL",
    "B": "BOT",
    "L": "LLM",
    "I": "INTEGRATOR",
    "S": "SYSTEM",
}
_CUSTOMERS = frozenset({"VISITOR", "EMAIL"})
_CONVERSATION = "0-11"  # HubSpot's number for conversations among the objects of its CRM
_END = datetime.max.replace(tzinfo=UTC)
_A_DAY_IS_USED_UP = 3_600.0
_INTERVAL = 10.0
_DECODED = re.compile("%(3A|2F|3F|40|21|24|27|28|29|2A|2C|3B)", re.IGNORECASE)
_HOOKS = TypeAdapter(list[edges.Hook])

Actors = Mapping[str, edges.Actor]


def header_of(
    thread: edges.Thread, actors: Actors, channels: Mapping[str, str], *, link: str
) -> Conversation:
    """The thread without its messages. `link` is its address with {id}, empty for none."""
    last_change = max(
        (each for each in (thread.closed_at, thread.latest_message_timestamp) if each), default=None
    )
    return Conversation(
        SOURCE,
        thread.id,
        channels.get(thread.original_channel_id or "", "other"),
        (),
        url=link.replace("{id}", thread.id) or None,
        opened_at=thread.created_at,
        closed_at=closed_at(thread),
        agent=agent_of(thread.assigned_to, actors),
        customer=Customer(thread.associated_contact_id) if thread.associated_contact_id else None,
        updated_at=last_change or thread.created_at,
    )


def closed_at(thread: edges.Thread) -> datetime | None:
    """When it was closed; None while it is open. Its last message stands in where HubSpot does not say."""
    return (thread.closed_at or thread.latest_message_timestamp) if thread.status == "CLOSED" else None


def agent_of(actor_id: str | None, actors: Actors) -> HelpdeskAgent | None:
    """The agent behind an actor's id; None for a bot and for nobody."""
    if actor_id is None or kind_of(actor_id, actors) != "AGENT":
        return None
    actor = actors.get(actor_id)
    return HelpdeskAgent(actor_id, actor.name, actor.email) if actor else HelpdeskAgent(actor_id)


def kind_of(actor_id: str | None, actors: Actors) -> str:
    """What an actor is: as HubSpot said, else by the letter its id begins with; empty for what we do not know."""
    actor = actors.get(actor_id or "")
    return (actor and actor.type) or _KINDS.get((actor_id or "").partition("-")[0], "")


def in_order(listed: Iterable[edges.Message | None]) -> list[edges.Message]:
    """A thread's history, oldest first, each once and without what was removed."""
    once = {each.id: each for each in listed if each and not each.archived}
    return sorted(once.values(), key=lambda each: each.created_at or _END)


def actor_ids(history: Iterable[edges.Message]) -> list[str]:
    """Who said something in this history."""
    return sorted({actor for each in history if (actor := _sender(each))})


def message_of(said: edges.Message, actors: Actors) -> Message | None:
    """A message, welcome or comment; None for an event. A customer's e-mail address is no author's id."""
    actor_id = _sender(said)
    author = _author(said, kind_of(actor_id, actors))
    if author is None:
        return None
    return message(
        author,
        html=said.rich_text,
        text=said.text,
        at=said.created_at,
        author_id=None if actor_id is not None and kind_of(actor_id, actors) == "EMAIL" else actor_id,
        attachments=[each.name for each in said.attachments if each and each.type in {"FILE", None}],
    )


def customer_of(history: Iterable[edges.Message], actors: Actors, contact_id: str | None) -> Customer | None:
    """The first customer who wrote, with the name and address HubSpot knows."""
    wrote = (actors.get(_sender(each) or "") for each in history)
    first = next((each for each in wrote if each and each.type in _CUSTOMERS), None)
    if first is None:
        return Customer(contact_id) if contact_id else None
    return Customer(contact_id, first.name, first.email)


def reopens_of(history: Sequence[edges.Message]) -> int:
    """How often it was opened after it had been closed."""
    states = [each.new_status for each in history if each.type == "THREAD_STATUS_CHANGE"]
    return sum((before, after) == ("CLOSED", "OPEN") for before, after in pairwise(states))


def channel_names(channels: Iterable[edges.Channel | None]) -> dict[str, str]:
    """Our words for the kinds of channels, by their ids."""
    return {each.id: _channel(each.name) for each in channels if each}


def agents_of(owners: Iterable[edges.Owner | None]) -> tuple[HelpdeskAgent, ...]:
    """The users of the account, under the ids they have in conversations."""
    return tuple(
        HelpdeskAgent(
            AGENT + each.user_id,
            " ".join(word for word in (each.first_name, each.last_name) if word) or None,
            each.email,
        )
        for each in owners
        if each and not each.archived
    )


def signed_address(url: str) -> str:
    """The address as HubSpot signs it, with those characters decoded that it decodes."""
    return _DECODED.sub(lambda found: chr(int(found[1], 16)), url)


def events_of(body: bytes) -> tuple[Event, ...]:
    """What a webhook says: threads that became closed or were deleted."""
    try:
        hooks = _HOOKS.validate_json(body)
    except ValidationError:
        raise Invalid("This webhook of HubSpot is not the JSON we know.") from None
    found = ((happening, each.object_id) for each in hooks if (happening := _happening(each)))
    return tuple(dict.fromkeys(Event(happening, thread) for happening, thread in found))


def wait(reply: Reply, now: datetime) -> float | None:
    """The rest of the ten seconds when it refuses, an hour when the day is used up; else what spreads the rest."""
    told = reply.headers.get
    milliseconds = number(told("x-hubspot-ratelimit-interval-milliseconds"))
    interval = _INTERVAL if milliseconds is None else milliseconds / 1000
    if reply.status in {429, 503}:
        if number(told("x-hubspot-ratelimit-daily-remaining")) == 0:
            return _A_DAY_IS_USED_UP
        after = retry_after(told("retry-after"), now)
        return (interval if reply.status == 429 else None) if after is None else after
    remaining = number(told("x-hubspot-ratelimit-remaining"))
    return spread(remaining, number(told("x-hubspot-ratelimit-max")), interval)


def _sender(said: edges.Message) -> str | None:
    return next((each.actor_id for each in said.senders if each and each.actor_id), said.created_by)


def _author(said: edges.Message, kind: str) -> Author | None:
    if said.type == "COMMENT":
        return Author.NOTE
    if said.type == "WELCOME_MESSAGE":
        return Author.BOT
    if said.type != "MESSAGE":
        return None
    if kind == "AGENT":
        return Author.AGENT
    if kind in _CUSTOMERS or said.direction == "INCOMING":
        return Author.CUSTOMER
    return Author.BOT


def _channel(name: str) -> str:
    word = name.casefold().replace("_", " ").strip()
    known = {"mail": "email", "chat": "chat", "call": "phone", "phone": "phone"}
    return next((ours for part, ours in known.items() if part in word), word)


def _happening(hook: edges.Hook) -> Happening | None:
    subject, _, verb = hook.subscription_type.partition(".")
    if subject != "conversation" and not (subject == "object" and hook.object_type_id == _CONVERSATION):
        return None
    if verb in {"deletion", "privacyDeletion"}:
        return Happening.DELETED
    closed = verb == "propertyChange" and (hook.property_name, hook.property_value) == ("status", "CLOSED")
    return Happening.CLOSED if closed else None
