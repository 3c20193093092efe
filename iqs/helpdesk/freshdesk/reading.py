"""From what Freshdesk sends to our words; pure.

After developers.freshdesk.com/api (2026); no live account was used. Not stated there, so taken leniently: whether
`resolved_at` is emptied when a ticket is opened again (one older than `reopened_at` does not count), how a bot's
reply is marked (`automation_id`), and who wrote a ticket that an agent began (outbound e-mail: an agent whom we do
not know; a phone ticket's first text is taken for the customer's request).
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from iqs.conversations import Author, Basis, Conversation, Customer, HelpdeskAgent, Message, SurveyAnswer
from iqs.helpdesk.base import Surveyed
from iqs.helpdesk.edge import answer, message
from iqs.helpdesk.freshdesk import edges
from iqs.helpdesk.headers import number, retry_after, spread
from iqs.helpdesk.http import Reply

SOURCE = "freshdesk"

People = Mapping[str, HelpdeskAgent]

RATINGS = {-103: 0, -102: 1, -101: 2, 100: 3, 101: 4, 102: 5, 103: 6}
"""Freshdesk's codes, from "extremely unhappy" to "extremely happy", by their rank.

They are names, not measures: 100 is "neutral", and no code lies between 100 and -101. A survey offers two, three,
five or seven of them, always from both ends alike, so its best answer is 6, its worst 0 and its neutral one 3.
"""

_RESOLVED, _CLOSED = 4, 5
_OUTBOUND = 10
_CHANNELS = {
    1: "email",
    2: "web form",
    3: "phone",
    5: "twitter",
    6: "facebook",
    7: "chat",
    9: "web form",
    _OUTBOUND: "email",
}
_START = datetime.min.replace(tzinfo=UTC)
_END = datetime.max.replace(tzinfo=UTC)


def closed_at(ticket: edges.Ticket) -> datetime | None:
    """When it was resolved, or closed without that; None while it is neither. Its last change stands in."""
    if ticket.status not in {_RESOLVED, _CLOSED}:
        return None
    stats = ticket.stats or edges.Stats()
    opened_again = stats.reopened_at or _START
    moments = [each for each in (stats.resolved_at, stats.closed_at) if each and each >= opened_again]
    return min(moments, default=ticket.updated_at)


def header_of(ticket: edges.Ticket, people: People, *, link: str) -> Conversation:
    """The ticket without its messages. `link` is its address with {id}."""
    seconds = _first_response(ticket)
    agent = (
        people.get(ticket.responder_id, HelpdeskAgent(ticket.responder_id)) if ticket.responder_id else None
    )
    return Conversation(
        SOURCE,
        ticket.id,
        _CHANNELS.get(ticket.source or 0, "other"),
        (),
        subject=ticket.subject,
        url=link.replace("{id}", ticket.id),
        opened_at=ticket.created_at,
        closed_at=closed_at(ticket),
        agent=agent,
        customer=_customer(ticket),
        first_response_seconds=seconds,
        first_response_basis=None if seconds is None else Basis.CALENDAR,
        tags=tuple(ticket.tags),
        updated_at=ticket.updated_at,
    )


def messages_of(ticket: edges.Ticket, replies: Sequence[edges.Reply]) -> tuple[Message, ...]:
    """The ticket's own text first, then its replies and notes, each once and oldest first."""
    began = ticket.source == _OUTBOUND
    first = message(
        Author.AGENT if began else Author.CUSTOMER,
        html=ticket.description,
        text=ticket.description_text,
        at=ticket.created_at,
        author_id=None if began else ticket.requester_id,
        attachments=[each.name for each in ticket.attachments if each],
    )
    once = {each.id: each for each in replies}
    return (
        first,
        *(_message(each) for each in sorted(once.values(), key=lambda each: each.created_at or _END)),
    )


def agents_of(agents: Iterable[edges.Agent]) -> tuple[HelpdeskAgent, ...]:
    """Everybody who may answer; an address that was never verified is not theirs to be found by."""
    return tuple(
        HelpdeskAgent(
            each.id,
            each.contact.name if each.contact else None,
            each.contact.email if each.contact and each.contact.active is not False else None,
        )
        for each in agents
    )


def rating(code: int | None) -> SurveyAnswer | None:
    """The answer behind a code, on 0–6; None for a code that nobody knows."""
    return answer(RATINGS.get(code or 0), 0, 6)


def answers_of(ratings: Iterable[edges.Rating | None], until: datetime) -> tuple[Surveyed, ...]:
    """Answers given before `until`, oldest first so that the newest of one ticket counts."""
    given = (each for each in ratings if each and (each.created_at or _START) < until)
    found = sorted(given, key=lambda each: each.created_at or _START)
    told = ((each.ticket_id, rating(each.ratings.default_question)) for each in found)
    return tuple(Surveyed(ticket, csat=csat) for ticket, csat in told if csat)


def has_next(reply: Reply) -> bool:
    """Whether a list goes on: Freshdesk says so in a Link header (RFC 8288)."""
    links = reply.headers.get("link", "").casefold().replace("'", '"')
    return 'rel="next"' in links or "rel=next" in links


def wait(reply: Reply, now: datetime) -> float | None:
    """Retry-After when it refuses; otherwise what keeps us inside the minute."""
    if reply.status in {429, 503}:
        return retry_after(reply.headers.get("retry-after"), now)
    remaining = number(reply.headers.get("x-ratelimit-remaining"))
    return spread(remaining, number(reply.headers.get("x-ratelimit-total")), 60.0)


def _first_response(ticket: edges.Ticket) -> int | None:
    """From the beginning to the first answer, all hours counted; a ticket that an agent began was not answered."""
    answered = ticket.stats.first_responded_at if ticket.stats else None
    if answered is None or ticket.created_at is None or ticket.source == _OUTBOUND:
        return None
    seconds = int((answered - ticket.created_at).total_seconds())
    return seconds if seconds >= 0 else None


def _message(said: edges.Reply) -> Message:
    if said.private:
        author = Author.NOTE
    elif said.incoming:
        author = Author.CUSTOMER
    else:
        author = Author.AGENT if said.automation_id is None else Author.BOT
    return message(
        author,
        html=said.body,
        text=said.body_text,
        at=said.created_at,
        author_id=said.user_id,
        attachments=[each.name for each in said.attachments if each],
    )


def _customer(ticket: edges.Ticket) -> Customer | None:
    requester = ticket.requester
    if requester is None:
        return Customer(ticket.requester_id) if ticket.requester_id else None
    return Customer(requester.id or ticket.requester_id, requester.name, requester.email)
