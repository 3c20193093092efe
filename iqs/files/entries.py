"""One entry of a conversation file, parsed, made into a `Conversation`: the hot loop of importing."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from iqs.conversations import Author, Conversation, Customer, HelpdeskAgent, Message, bounded
from iqs.files.fields import BadField, instant, label, optional, part, required, seconds, survey, words
from iqs.markup import message
from iqs.text import NO_TEXT, all_readable

LINE_LIMIT = 5_000_000
"""Bytes of one line; a longer one is passed over without being held in memory."""

TOO_LONG = f"is longer than {LINE_LIMIT:,} bytes"
NOT_UTF8 = "is not UTF-8"

Line = tuple[int, bytes | None]
"""A line's number, from 1, and its bytes; None for a line over the limit."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """A line that could not be used, and why. The reason names fields and never quotes the file."""

    line: int
    reason: str


Outcome = Conversation | Rejected

_AUTHORS = {each.value: each for each in Author}
_URL_LIMIT = 2_000


def conversation(entry: Any) -> Conversation:
    """The conversation an entry describes, its text clean and within limits; unknown keys are left out.

    Raises BadField with a sentence that names the field.
    """
    if not isinstance(entry, dict):
        raise BadField("is not a JSON object")
    return Conversation(
        source=required(entry, "source", 60),
        external_id=required(entry, "id", 200),
        channel=required(entry, "channel", 60),
        messages=_messages(entry.get("messages")),
        subject=label(entry, "subject", 500),
        url=_url(entry),
        opened_at=instant(entry, "opened_at"),
        closed_at=instant(entry, "closed_at"),
        agent=_agent(entry),
        customer=_customer(entry),
        csat=survey(entry, "csat"),
        ces=survey(entry, "ces"),
        first_response_seconds=seconds(entry, "first_response_seconds"),
        handle_seconds=seconds(entry, "handle_seconds"),
        tags=words(entry, "tags", 100),
        language=optional(entry, "language", 40),
    )


def _messages(listed: Any) -> tuple[Message, ...]:
    if not isinstance(listed, list):
        raise BadField("messages is missing" if listed is None else "messages must be a list")
    if not listed:
        raise BadField("messages is empty")
    told = [_message(each, number) for number, each in enumerate(listed, start=1)]
    texts = all_readable([text for _, text, *_ in told])
    messages = [
        message(author, html=html, at=at, author_id=author_id)
        if html
        else Message(author, text, at, author_id)
        for (author, _, html, at, author_id), text in zip(told, texts, strict=True)
    ]
    if NO_TEXT in texts and all(each.text == NO_TEXT for each in messages):
        raise BadField("no message has any text")
    return bounded(messages)


_Told = tuple[Author, str, str, datetime | None, str | None]
"""A message as the file has it: author, text or HTML, neither looked at yet, time, the author's id."""


def _message(entry: Any, number: int) -> _Told:
    try:
        author = _AUTHORS[entry["author"]]
        html = entry.get("html") or ""
        text = "" if html else entry.get("text") or ""
        at = instant(entry, "at") if "at" in entry else None
        author_id = optional(entry, "author_id", 200) if "author_id" in entry else None
    except BadField as error:
        raise BadField(f"message {number}: {error}") from None
    except (KeyError, TypeError, AttributeError):
        raise BadField(f"message {number}: {_fault(entry)}") from None
    if not (isinstance(text, str) and isinstance(html, str)):
        raise BadField(f"message {number}: {_fault(entry)}")
    return author, text, html, at, author_id


def _fault(entry: Any) -> str:
    """What is wrong with a message that could not be read."""
    if not isinstance(entry, dict):
        return "must be an object"
    author = entry.get("author")
    if not isinstance(author, str) or author not in _AUTHORS:
        return "author must be customer, agent, bot or note"
    return "text and html must be text"


def _agent(entry: dict[str, Any]) -> HelpdeskAgent | None:
    found = part(entry, "agent")
    if found is None:
        return None
    agent_id = optional(found, "id", 200, path="agent.")
    if agent_id is None:
        if any(found.get(key) for key in ("name", "email")):
            raise BadField("agent.id is missing")
        return None
    name = label(found, "name", 200, path="agent.")
    return HelpdeskAgent(agent_id, name, optional(found, "email", 320, path="agent."))


def _customer(entry: dict[str, Any]) -> Customer | None:
    found = part(entry, "customer")
    if found is None:
        return None
    customer = Customer(
        label(found, "id", 200, path="customer."),
        label(found, "name", 200, path="customer."),
        label(found, "email", 320, path="customer."),
    )
    return None if customer == Customer() else customer


def _url(entry: dict[str, Any]) -> str | None:
    """The link into the helpdesk; only http and https, for it becomes a button in Slack."""
    url = entry.get("url")
    if url is None:
        return None
    if not isinstance(url, str):
        raise BadField("url must be text")
    usable = (
        url.startswith(("https://", "http://"))
        and len(url) <= _URL_LIMIT
        and " " not in url
        and url.isprintable()
    )
    return url if usable else None
