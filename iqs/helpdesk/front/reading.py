"""From what Front sends to our words; pure.

After Front's OpenAPI description and dev.frontapp.com (2026); no live account was used. Not stated there, so taken
leniently: whether an outgoing message always has an author (without one it is an agent's whom we do not know), and
whether a body without any tag is HTML (it is read as plain text, so that its lines stay).
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from iqs.conversations import Author, Conversation, Customer, HelpdeskAgent, Message
from iqs.helpdesk.edge import message
from iqs.helpdesk.front import edges
from iqs.helpdesk.headers import number, retry_after, spread, until
from iqs.helpdesk.http import Reply
from iqs.helpdesk.newest_first import oldest_first

SOURCE = "front"

_INTERNAL = "internal"
_AMONG_COLLEAGUES = frozenset({"discussion", "task"})
_PEOPLE = frozenset({None, "user", "visitor"})
_CHANNELS = {
    "front_chat": "chat",
    "phone-call": "phone",
    "call": "phone",
    "tweet": "twitter",
    "tweet_dm": "twitter",
}


def is_support(found: edges.Conversation) -> bool:
    """Whether it is with a customer, in an inbox of the team: neither a discussion or task nor somebody's own mail."""
    return found.type not in _AMONG_COLLEAGUES and not found.is_private


def closed_at(found: edges.Conversation) -> datetime | None:
    """When it was last changed, if it is archived or its ticket is resolved: Front does not tell when that was."""
    closed = found.status == "archived" or found.status_category == "resolved"
    return found.updated_at if closed and found.status != "deleted" else None


def header_of(found: edges.Conversation, *, link: str, channel: str = "other") -> Conversation:
    """The conversation without its messages, of which only the messages tell the channel. `link` has {id} in it."""
    return Conversation(
        SOURCE,
        found.id,
        channel,
        (),
        subject=found.subject,
        url=link.replace("{id}", found.id),
        opened_at=found.created_at,
        closed_at=closed_at(found),
        agent=_agent(found.assignee) if _is_person(found.assignee) else None,
        customer=_customer(found.recipient),
        tags=tuple(each.name for each in found.tags if each and each.name),
        updated_at=found.updated_at or found.created_at,
    )


def channel_of(said: Sequence[edges.Message]) -> str:
    """The channel of the oldest message; `said` is newest first."""
    types = [each.type for each in said if each.type and each.type != _INTERNAL]
    return _CHANNELS.get(types[-1], types[-1]) if types else "other"


def messages_of(said: Sequence[edges.Message], comments: Sequence[edges.Comment]) -> tuple[Message, ...]:
    """What was said and noted, each once and oldest first, from lists that are newest first; without drafts."""
    once: dict[str, Message] = {each.id: _message(each) for each in said if each.draft_mode is None}
    once |= {each.id: _note(each) for each in comments}
    return oldest_first(once.values())


def agents_of(teammates: Iterable[edges.Teammate | None]) -> tuple[HelpdeskAgent, ...]:
    """The people who are not blocked."""
    listed = (each for each in teammates if each and _is_person(each) and not each.is_blocked)
    return tuple(agent for each in listed if (agent := _agent(each)))


def wait(reply: Reply, now: datetime) -> float | None:
    """Retry-After, else the reset, when it refuses; otherwise what spreads the rest of the minute."""
    told = reply.headers.get
    reset = until(told("x-ratelimit-reset"), now)
    if reply.status in {429, 503}:
        after = retry_after(told("retry-after"), now)
        return reset if after is None else after
    return spread(number(told("x-ratelimit-remaining")), number(told("x-ratelimit-limit")), reset)


def _message(said: edges.Message) -> Message:
    if said.type == _INTERNAL:
        author = Author.NOTE
    elif said.is_inbound:
        author = Author.CUSTOMER
    else:
        author = Author.AGENT if _is_person(said.author) or said.author is None else Author.BOT
    return message(
        author,
        html=said.body if _is_html(said.body) else None,
        text=said.body or said.text,
        at=said.created_at,
        author_id=said.author.id if said.author else None,
        attachments=_names(said.attachments),
    )


def _note(comment: edges.Comment) -> Message:
    return message(
        Author.NOTE,
        html=comment.body if _is_html(comment.body) else None,
        text=comment.body,
        at=comment.posted_at,
        author_id=comment.author.id if comment.author and _is_person(comment.author) else None,
        attachments=_names(comment.attachments),
    )


def _names(attachments: Iterable[edges.Attachment | None]) -> list[str | None]:
    return [each.filename for each in attachments if each and not (each.metadata and each.metadata.is_inline)]


def _is_html(body: str | None) -> bool:
    return body is not None and ("<" in body or "&" in body)


def _is_person(teammate: edges.Teammate | None) -> bool:
    return teammate is not None and teammate.type in _PEOPLE


def _agent(teammate: edges.Teammate | None) -> HelpdeskAgent | None:
    if teammate is None or teammate.id is None:
        return None
    name = " ".join(word for word in (teammate.first_name, teammate.last_name) if word)
    return HelpdeskAgent(teammate.id, name or None, teammate.email)


def _customer(recipient: edges.Recipient | None) -> Customer | None:
    if recipient is None:
        return None
    address = recipient.handle if recipient.handle and "@" in recipient.handle else None
    return Customer(None, recipient.name, address)
