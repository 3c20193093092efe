"""Intercom's conversations as ours: who wrote what, how it was rated, how long it took."""

import html
import logging
import re
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from iqs.bodies import plain
from iqs.conversations import Author, Basis, Conversation, Customer, HelpdeskAgent, Message, SurveyAnswer
from iqs.helpdesk.edge import answer, message
from iqs.helpdesk.intercom.edges import (
    Conversation as Told,
)
from iqs.helpdesk.intercom.edges import (
    Part,
    PartAuthor,
    Rating,
    Source,
    Statistics,
)
from iqs.markup import read_html

log = logging.getLogger(__name__)

SOURCE = "intercom"

PARTS = 500
"""How many parts Intercom hands out of one conversation: the latest."""

LAST_SECOND = 253_402_300_800
"""The end of the year 9999."""

_PARAGRAPH = re.compile(r"<p>([^<]*)</p>")
_CHANNELS = {"conversation": "chat", "phone_call": "phone", "phone_switch": "phone"}
_CUSTOMERS = frozenset({"user", "lead", "contact"})
_PUBLIC = frozenset({"comment", "close", "open", "quick_reply", "comment_and_reopen"})


def header(told: Told, agent_of: Callable[[str], HelpdeskAgent], url: str | None) -> Conversation:
    """The conversation without its messages. Assigned to nobody, it is the only teammate's who wrote in it.

    Durations: the first answer leaves out closed office hours; the handle time is the active one where Intercom
    tells it, else all of it from the assignment to the closing.
    """
    source, times = told.source or Source(), told.statistics or Statistics()
    team = [each.id for each in (told.teammates.teammates if told.teammates else []) if each]
    assignee = told.admin_assignee_id or (team[0] if len(team) == 1 else None)
    started = source.author.id if source.author and source.author.type == "admin" else None
    first, handled = times.time_to_admin_reply, times.adjusted_handling_time
    if handled is None:
        handled = times.handling_time
    return Conversation(
        source=SOURCE,
        external_id=told.id,
        channel=_CHANNELS.get(source.type or "", source.type or "other"),
        messages=(),
        subject=told.title or _subject(source.subject),
        url=url,
        opened_at=moment(told.created_at),
        closed_at=moment(times.last_close_at or (told.updated_at if told.state == "closed" else None)),
        agent=agent_of(assignee) if assignee else None,
        customer=_customer(told, source),
        csat=stars(told.conversation_rating),
        bot_rating=stars(told.ai_agent),
        first_response_seconds=first,
        first_response_basis=None if first is None else Basis.BUSINESS,
        handle_seconds=handled,
        handle_basis=None if handled is None else Basis.CALENDAR,
        reopens=times.count_reopens,
        tags=tuple(each.name for each in (told.tags.tags if told.tags else []) if each),
        others=tuple(dict.fromkeys([*team, *([started] if started else [])])),
        updated_at=moment(told.updated_at),
    )


def messages(told: Told) -> tuple[Message, ...]:
    """The source, then the parts with words, in the order of their times."""
    parts = told.conversation_parts.conversation_parts if told.conversation_parts else []
    found = []
    if told.source and (told.source.body or told.source.attachments or told.source.redacted):
        found.append(_message(told.source, told.source.author, moment(told.created_at), note=False))
    counted = told.statistics.count_conversation_parts if told.statistics else None
    if counted is not None and counted > len(parts) >= PARTS:
        missing = counted - len(parts)
        found.append(
            Message(Author.NOTE, f"… (cut: Intercom hands out no more; {missing:,} parts are missing)")
        )
    unknown = 0
    for part in sorted((each for each in parts if each), key=lambda each: each.created_at or 0):
        if not (part.body or part.attachments or part.redacted):
            continue
        note = "note" in part.part_type or part.part_type.endswith("assignment")
        if note or part.part_type in _PUBLIC:
            found.append(_message(part, part.author, moment(part.created_at), note=note))
        else:
            unknown += 1
    if unknown:
        log.info("Intercom: %d parts of kinds we do not know were left out", unknown)
    return tuple(found)


def moment(seconds: int | None) -> datetime | None:
    """A unix time in UTC; None for none and for one that no calendar has."""
    if seconds is None or not 0 <= seconds < LAST_SECOND:
        return None
    return datetime.fromtimestamp(seconds, UTC)


def busiest(found: Iterable[Message]) -> str | None:
    """The id of the agent who answered most."""
    wrote = Counter(each.author_id for each in found if each.author is Author.AGENT and each.author_id)
    return wrote.most_common(1)[0][0] if wrote else None


def stars(rating: Rating | None) -> SurveyAnswer | None:
    """One to five."""
    return answer(rating.rating, 1, 5) if rating else None


def _subject(subject: str | None) -> str:
    """It is HTML, nearly always one paragraph."""
    only = _PARAGRAPH.fullmatch(subject or "")
    return html.unescape(only[1]) if only else plain(read_html(subject or ""))


def _customer(told: Told, source: Source) -> Customer | None:
    contact = next((each.id for each in (told.contacts.contacts if told.contacts else []) if each), None)
    wrote = source.author if source.author and source.author.type in _CUSTOMERS else None
    if wrote is not None:
        return Customer(contact or wrote.id, wrote.name, wrote.email)
    return Customer(contact) if contact else None


def _message(said: Source | Part, author: PartAuthor | None, at: datetime | None, *, note: bool) -> Message:
    who = author or PartAuthor()
    return message(
        Author.NOTE if note and who.type not in _CUSTOMERS else _role(who),
        html=said.body or ("(removed in Intercom)" if said.redacted else None),
        attachments=[each.name for each in said.attachments if each],
        at=at,
        author_id=who.id,
    )


def _role(author: PartAuthor) -> Author:
    if author.from_ai_agent or author.is_ai_answer:
        return Author.BOT
    if author.type in _CUSTOMERS:
        return Author.CUSTOMER
    return Author.AGENT if author.type in {"admin", "team"} else Author.BOT
