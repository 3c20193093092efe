"""From what Zendesk sends to our words; pure.

After developer.zendesk.com (2026); no live account was used. Not stated there, so taken leniently: whether a
ticket's metrics are nested in it or listed beside (both are read), how a bot's public comment is marked (author
-1 or a "bot" channel), and whether a survey keeps its questions' ids when it is changed (an answer whose scale
is gone counts by its word: bad, neutral, good).
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Literal

from pydantic import TypeAdapter, ValidationError

from iqs.conversations import Author, Basis, Conversation, Customer, HelpdeskAgent, Message, SurveyAnswer
from iqs.errors import Invalid
from iqs.helpdesk.base import Event, Happening, Surveyed
from iqs.helpdesk.edge import answer, message
from iqs.helpdesk.headers import number, retry_after, spread
from iqs.helpdesk.http import Reply
from iqs.helpdesk.zendesk.edges import (
    Answer,
    Comment,
    Hook,
    LegacyRating,
    Metrics,
    Response,
    Survey,
    Ticket,
    User,
)

SOURCE = "zendesk"

Hours = Literal[Basis.BUSINESS, Basis.CALENDAR]
"""Which of Zendesk's two clocks first response times come from."""

Scales = Mapping[str, tuple[int, int]]
"""The lowest and highest rating of a survey question, by the question's id."""

_CLOSED = frozenset({"solved", "closed"})
_STAFF = frozenset({"agent", "admin"})
_CHANNELS = {"native_messaging": "chat", "messaging": "chat", "voice": "phone", "web": "web form"}
_WORDS = {"bad": 0, "neutral": 1, "good": 2}
_SYSTEM = "-1"
_HOOK = TypeAdapter(Hook)


def closed_at(ticket: Ticket, metrics: Metrics | None) -> datetime | None:
    """When a solved or closed ticket was solved; None while it is neither.

    Without metrics the ticket's last change stands in: it was solved then or earlier.
    """
    if ticket.status.casefold() not in _CLOSED:
        return None
    return (metrics and (metrics.solved_at or metrics.status_updated_at)) or ticket.updated_at


def header_of(
    ticket: Ticket, metrics: Metrics | None, users: Mapping[str, User], *, hours: Hours, link: str
) -> Conversation:
    """The ticket without its comments. `link` is its address with {id}; `hours` says which clock is read."""
    submitter = users.get(ticket.submitter_id or "")
    waited = metrics.reply_time_in_minutes if metrics else None
    minutes = None if waited is None else waited.business if hours is Basis.BUSINESS else waited.calendar
    channel = (ticket.via and ticket.via.channel) or "other"
    return Conversation(
        SOURCE,
        ticket.id,
        _CHANNELS.get(channel, channel),
        (),
        subject=ticket.subject,
        url=link.replace("{id}", ticket.id),
        opened_at=ticket.created_at,
        closed_at=closed_at(ticket, metrics),
        agent=_agent(ticket.assignee_id, users),
        customer=_customer(ticket.requester_id, users),
        csat=legacy(ticket.satisfaction_rating.score) if ticket.satisfaction_rating else None,
        first_response_seconds=None if minutes is None else round(minutes * 60),
        first_response_basis=None if minutes is None else hours,
        reopens=metrics.reopens if metrics else None,
        tags=tuple(ticket.tags),
        others=(submitter.id,) if submitter and submitter.role in _STAFF else (),
        updated_at=ticket.updated_at or ticket.generated_timestamp,
    )


def message_of(comment: Comment, ticket: Ticket, users: Mapping[str, User]) -> Message:
    """A comment; one that is not public is an internal note."""
    return message(
        _author(comment, ticket, users),
        html=comment.html_body,
        text=comment.plain_body or comment.body,
        at=comment.created_at,
        author_id=comment.author_id,
        attachments=[each.file_name for each in comment.attachments if each and not each.inline],
    )


def people(users: Iterable[User | None]) -> dict[str, User]:
    """Users by id."""
    return {each.id: each for each in users if each}


def metrics_by_ticket(found: Iterable[Metrics | None]) -> dict[str, Metrics]:
    """Metrics by the id of their ticket."""
    return {each.ticket_id: each for each in found if each and each.ticket_id}


def agents_of(users: Iterable[User | None]) -> tuple[HelpdeskAgent, ...]:
    """Those who may answer customers; an address that was never verified is not theirs to be found by."""
    return tuple(
        HelpdeskAgent(each.id, each.name, None if each.verified is False else each.email)
        for each in users
        if each and each.role in _STAFF and each.active is not False and not each.suspended
    )


def legacy(score: str | None) -> SurveyAnswer | None:
    """The older CSAT: good is 1 and bad is 0 of 0–1; offered, unoffered and unknown words are no answer."""
    word = (score or "").partition("_")[0]
    return answer({"good": 1, "bad": 0}[word], 0, 1) if word in {"good", "bad"} else None


def legacy_answer(rating: LegacyRating) -> Surveyed | None:
    """A customer's answer to the older CSAT; None when they gave none."""
    csat = legacy(rating.score)
    return Surveyed(rating.ticket_id, csat=csat) if csat else None


def scales_of(surveys: Iterable[Survey | None]) -> dict[str, tuple[int, int]]:
    """The scale of each rating question of these surveys: from its lowest to its highest option."""
    scales = {}
    for question in (each for survey in surveys if survey for each in survey.questions if each and each.id):
        ratings = [each.rating for each in question.options if each and each.rating is not None]
        if question.id and len(set(ratings)) > 1:
            scales[question.id] = (min(ratings), max(ratings))
    return scales


def satisfaction(response: Response) -> Answer | None:
    """The answer that rates the support; None for one that was skipped or asks something else."""
    for each in response.answers:
        question = each.question if each and each.type == "rating_scale" else None
        if question and question.sub_type == "customer_satisfaction":
            return each
    return None


def question_of(response: Response) -> str | None:
    """The id of the question that rates the support."""
    found = satisfaction(response)
    return found.question.id if found and found.question else None


def survey_answer(response: Response, scales: Scales) -> Surveyed | None:
    """A customer's answer to the newer CSAT on its own scale; by its word (0–2) where the scale is not known."""
    tickets = [each.id for each in response.subjects if each and each.type.endswith("ticket")]
    found = satisfaction(response)
    if found is None or not tickets:
        return None
    scale = scales.get(question_of(response) or "")
    csat = answer(found.rating, *scale) if scale and found.rating is not None else None
    csat = csat or answer(_WORDS.get(found.rating_category or ""), 0, 2)
    return Surveyed(tickets[0], csat=csat) if csat else None


def events_of(body: bytes) -> Sequence[Event]:
    """What a webhook says; both an event's own form and a trigger's `{"ticket_id": …, "status": …}` are read."""
    if not body.strip():
        return ()
    try:
        hook = _HOOK.validate_json(body)
    except ValidationError:
        raise Invalid("This webhook of Zendesk is not the JSON we know.") from None
    ticket = hook.ticket_id or (hook.detail and hook.detail.id)
    happening = _happening(hook)
    return (Event(happening, ticket),) if happening and ticket else ()


def wait(reply: Reply, now: datetime) -> float | None:
    """Retry-After when it refuses; otherwise what keeps us inside the account's and the endpoint's minute."""
    if reply.status in {429, 503}:
        return retry_after(reply.headers.get("retry-after"), now)
    told = [tuple(reply.headers.get(f"ratelimit-{part}") for part in ("remaining", "limit", "reset"))]
    for name, value in reply.headers.items():
        if name.startswith("zendesk-ratelimit-"):  # "total=10; remaining=1; resets=35"
            parts = dict(each.strip().partition("=")[::2] for each in value.split(";"))
            told.append((parts.get("remaining"), parts.get("total"), parts.get("resets")))
    return max((pause for each in told if (pause := spread(*map(number, each)))), default=None)


def _happening(hook: Hook) -> Happening | None:
    kind = hook.type.rpartition(":")[2]
    if kind in {"ticket.soft_deleted", "ticket.permanently_deleted"}:
        return Happening.DELETED
    if "satisfaction" in kind or "survey" in kind:
        return Happening.RATED
    status = (hook.event and hook.event.current) or hook.status
    wakes = kind in {"", "ticket.status_changed"} and (status is None or status.casefold() in _CLOSED)
    return Happening.CLOSED if wakes else None


def _agent(user_id: str | None, users: Mapping[str, User]) -> HelpdeskAgent | None:
    if user_id is None:
        return None
    user = users.get(user_id)
    return (
        HelpdeskAgent(user_id, user.name, None if user.verified is False else user.email)
        if user
        else HelpdeskAgent(user_id)
    )


def _customer(user_id: str | None, users: Mapping[str, User]) -> Customer | None:
    if user_id is None:
        return None
    user = users.get(user_id)
    return Customer(user_id, user.name, user.email) if user else Customer(user_id)


def _author(comment: Comment, ticket: Ticket, users: Mapping[str, User]) -> Author:
    if not comment.public:
        return Author.NOTE
    if comment.author_id == _SYSTEM or "bot" in ((comment.via and comment.via.channel) or ""):
        return Author.BOT
    user = users.get(comment.author_id or "")
    # Somebody who left the team is an end user by now, but still the assignee of what they solved.
    staff = user is not None and user.role in _STAFF
    is_theirs = comment.author_id is not None and comment.author_id == ticket.assignee_id
    return (
        Author.AGENT if staff or (is_theirs and comment.author_id != ticket.requester_id) else Author.CUSTOMER
    )
