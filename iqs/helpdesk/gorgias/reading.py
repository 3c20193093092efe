"""From what Gorgias sends to our words; pure.

After developers.gorgias.com (2026); no live account was used. Not stated there, so taken leniently: the zone of its
times (read as UTC, as its examples suggest), whether the AI agent writes as a user of the role "bot" (then it is
one; what a rule sent is a bot's too), and whether a note may lack `public` (its channel tells as well).
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from iqs.conversations import Author, Conversation, Customer, HelpdeskAgent, Message
from iqs.helpdesk.base import Surveyed
from iqs.helpdesk.edge import answer, message
from iqs.helpdesk.gorgias import edges
from iqs.helpdesk.headers import number, retry_after, spread
from iqs.helpdesk.http import Reply
from iqs.helpdesk.newest_first import oldest_first

SOURCE = "gorgias"

Users = Mapping[str, edges.User]

_NOTE = "internal-note"
_BOT = "bot"
_BUCKET_SECONDS = 20.0


def is_support(ticket: edges.Ticket) -> bool:
    """Whether it is a customer's: neither spam nor in the trash."""
    return not ticket.spam and ticket.trashed_datetime is None


def closed_at(ticket: edges.Ticket) -> datetime | None:
    """When it was closed; None while it is open. Its last change stands in where Gorgias does not say."""
    return (ticket.closed_datetime or ticket.updated_datetime) if ticket.status == "closed" else None


def header_of(ticket: edges.Ticket, users: Users, *, link: str) -> Conversation:
    """The ticket without its messages. `link` is its address with {id}."""
    survey = ticket.satisfaction_survey
    return Conversation(
        SOURCE,
        ticket.id,
        ticket.channel or "other",
        (),
        subject=ticket.subject,
        url=link.replace("{id}", ticket.id),
        opened_at=ticket.created_datetime,
        closed_at=closed_at(ticket),
        agent=_agent(ticket.assignee_user, users),
        customer=_customer(ticket.customer),
        csat=answer(survey.score, 1, 5) if survey and survey.score is not None else None,
        tags=tuple(each.name for each in ticket.tags if each and each.name),
        language=ticket.language,
        updated_at=ticket.updated_datetime or ticket.closed_datetime,
    )


def messages_of(said: Sequence[edges.Message], users: Users) -> tuple[Message, ...]:
    """What was said and noted, each once and oldest first, from a list that is newest first."""
    once = {each.id: _message(each, users) for each in said if each.deleted_datetime is None}
    return oldest_first(once.values())


def agents_of(users: Iterable[edges.User]) -> tuple[HelpdeskAgent, ...]:
    """The people who can log in."""
    return tuple(
        HelpdeskAgent(each.id, each.name, each.email)
        for each in users
        if each.active is not False and not _is_bot(each)
    )


def answers_of(surveys: Iterable[edges.Survey]) -> tuple[Surveyed, ...]:
    """Those that were answered, 1 to 5; the scale has no other end."""
    scored = ((each.ticket_id, each.score) for each in surveys)
    told = ((ticket, answer(score, 1, 5)) for ticket, score in scored if ticket and score is not None)
    return tuple(Surveyed(ticket, csat=csat) for ticket, csat in told if csat)


def wait(reply: Reply, now: datetime) -> float | None:
    """Retry-After when it refuses; otherwise what keeps the bucket ("calls made/calls allowed") from running over."""
    if reply.status in {429, 503}:
        return retry_after(reply.headers.get("retry-after"), now)
    made, _, allowed = reply.headers.get("x-gorgias-account-api-call-limit", "").partition("/")
    used, limit = number(made), number(allowed)
    return None if used is None or limit is None else spread(max(0.0, limit - used), limit, _BUCKET_SECONDS)


def _message(said: edges.Message, users: Users) -> Message:
    return message(
        _author(said, users),
        html=said.body_html,
        text=said.stripped_text or said.body_text,
        at=said.sent_datetime or said.created_datetime,
        author_id=said.sender.id if said.sender else None,
        attachments=[each.name for each in said.attachments if each],
    )


def _author(said: edges.Message, users: Users) -> Author:
    """What never reached the customer, because it failed, is a note."""
    if said.public is False or _NOTE in {said.channel, said.source and said.source.type}:
        return Author.NOTE
    if not said.from_agent:
        return Author.CUSTOMER
    if said.failed_datetime is not None:
        return Author.NOTE
    user = users.get((said.sender and said.sender.id) or "")
    return Author.BOT if said.rule_id is not None or (user and _is_bot(user)) else Author.AGENT


def _is_bot(user: edges.User) -> bool:
    return user.role is not None and user.role.name == _BOT


def _agent(assignee: edges.User | None, users: Users) -> HelpdeskAgent | None:
    """The user a ticket is assigned to; a bot is no agent."""
    if assignee is None:
        return None
    user = users.get(assignee.id, assignee)
    if _is_bot(user):
        return None
    return HelpdeskAgent(assignee.id, assignee.name or user.name, assignee.email or user.email)


def _customer(customer: edges.Customer | None) -> Customer | None:
    return Customer(customer.id, customer.name, customer.email) if customer else None
