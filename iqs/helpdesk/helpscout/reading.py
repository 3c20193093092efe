"""From what Help Scout sends to our words; pure.

After developer.helpscout.com (2026); no live account was used. Not stated there, so taken leniently: what a
thread of the types chat, beaconchat and phone holds (the first two are read by who wrote them, a call's summary
is a note, for the customer never read it), and the headers of the rate limit beside their names.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from pydantic import TypeAdapter, ValidationError

from iqs.conversations import Author, Conversation, Customer, HelpdeskAgent, Message
from iqs.errors import Invalid
from iqs.helpdesk.base import Event, Happening, Surveyed
from iqs.helpdesk.edge import answer, message
from iqs.helpdesk.headers import number, retry_after, spread
from iqs.helpdesk.helpscout import edges
from iqs.helpdesk.http import Reply

SOURCE = "helpscout"

_NOTES = frozenset({"note", "phone", "forwardparent", "forwardchild"})
_SPOKEN = frozenset({"customer", "message", "reply", "chat", "beaconchat"})
_UNSAID = frozenset({"draft", "hidden", "review", "underreview", "deleted"})
_HAPPINESS = {"1": 2, "great": 2, "2": 1, "ok": 1, "okay": 1, "3": 0, "not-good": 0, "notgood": 0, "bad": 0}
_NOBODY = "0"  # closed by a workflow
_END = datetime.max.replace(tzinfo=UTC)
_START = datetime.min.replace(tzinfo=UTC)
_HOOK = TypeAdapter(edges.Hook)


def header_of(found: edges.Conversation, *, link: str) -> Conversation:
    """The conversation without its threads; `link` is its address with {id} and {number}.

    Whoever opened or closed it for the team took part, even if they never wrote.
    """
    agent = _agent(found.assignee)
    opened_by = found.created_by.id if found.created_by and _is_staff(found.created_by) else None
    others = {opened_by: None, found.closed_by: None}
    known = {None, _NOBODY, agent and agent.id}
    return Conversation(
        SOURCE,
        found.id,
        found.type or "other",
        (),
        subject=found.subject,
        url=link.replace("{id}", found.id).replace("{number}", found.number or ""),
        opened_at=found.created_at,
        closed_at=closed_at(found),
        agent=agent,
        customer=_customer(found.primary_customer),
        tags=tuple(each.tag for each in found.tags if each and each.tag),
        others=tuple(each for each in others if each and each not in known),
        updated_at=found.user_updated_at or found.closed_at or found.created_at,
    )


def closed_at(found: edges.Conversation) -> datetime | None:
    """When it was closed; None while it is not. Its last change stands in where Help Scout does not say."""
    return (found.closed_at or found.user_updated_at) if found.status == "closed" else None


def messages_of(threads: Sequence[edges.Thread]) -> tuple[Message, ...]:
    """What was said, each once and oldest first, from threads listed newest first.

    Drafts, what waits for a review, and lines of the conversation's history are left out.
    """
    said = {each.id: each for each in threads if each.type in _NOTES | _SPOKEN and each.state not in _UNSAID}
    # Of one second, the later listed was written earlier.
    oldest_first = list(said.values())[::-1]
    oldest_first.sort(key=lambda each: each.created_at or _END)
    return tuple(_message(each) for each in oldest_first)


def agents_of(users: Iterable[edges.User | None]) -> tuple[HelpdeskAgent, ...]:
    """The users; teams are nobody."""
    return tuple(
        HelpdeskAgent(each.id, _name(each.first_name, each.last_name), each.email)
        for each in users
        if each and each.type in {None, "user"}
    )


def answers_of(ratings: Iterable[edges.Rating | None]) -> tuple[Surveyed, ...]:
    """Great, Okay and Not Good as 2, 1 and 0 of 0–2, oldest first so that the newest of one conversation counts."""
    found = sorted((each for each in ratings if each), key=lambda each: each.rating_created_at or _START)
    answers = ((each.id, answer(_HAPPINESS.get(each.rating_id.casefold()), 0, 2)) for each in found)
    return tuple(Surveyed(conversation, csat=csat) for conversation, csat in answers if csat)


def events_of(event: str, body: bytes) -> tuple[Event, ...]:
    """What a webhook says: a status that became closed, a deletion, a rating."""
    try:
        hook = _HOOK.validate_json(body)
    except ValidationError:
        raise Invalid("This webhook of Help Scout is not the JSON we know.") from None
    if event == "satisfaction.ratings":
        return (Event(Happening.RATED, hook.ticket_id),) if hook.ticket_id else ()
    if hook.id is None:
        return ()
    if event == "convo.deleted":
        return (Event(Happening.DELETED, hook.id),)
    closed = event in {"convo.status", "convo.merged"} and hook.status == "closed"
    return (Event(Happening.CLOSED, hook.id),) if closed else ()


def wait(reply: Reply, now: datetime) -> float | None:
    """X-RateLimit-Retry-After in seconds when it refuses; otherwise what keeps us inside the minute."""
    if reply.status in {429, 503}:
        told = retry_after(reply.headers.get("x-ratelimit-retry-after"), now)
        return retry_after(reply.headers.get("retry-after"), now) if told is None else told
    remaining = number(reply.headers.get("x-ratelimit-remaining-minute"))
    return spread(remaining, number(reply.headers.get("x-ratelimit-limit-minute")), 60.0)


def _message(thread: edges.Thread) -> Message:
    by = thread.created_by
    if thread.type in _NOTES:
        author = Author.NOTE
    elif by and by.type == "system_user":
        author = Author.BOT
    elif thread.type == "customer" or (thread.type != "message" and not _is_staff(by)):
        author = Author.CUSTOMER
    else:
        author = Author.AGENT
    files = [each.filename for each in (*thread.attachments, *thread.embedded.attachments) if each]
    author_id = by.id if by else None
    return message(author, html=thread.body, at=thread.created_at, author_id=author_id, attachments=files)


def _is_staff(person: edges.Person | None) -> bool:
    return person is not None and person.type == "user"


def _agent(assignee: edges.Person | None) -> HelpdeskAgent | None:
    if assignee is None or assignee.id in {None, _NOBODY} or assignee.type not in {None, "user"}:
        return None
    return HelpdeskAgent(assignee.id or "", _name(assignee.first, assignee.last), assignee.email)


def _customer(person: edges.Person | None) -> Customer | None:
    if person is None or person.id in {None, _NOBODY}:
        return None
    return Customer(person.id, _name(person.first, person.last), person.email)


def _name(first: str | None, last: str | None) -> str | None:
    return " ".join(each for each in (first, last) if each) or None
