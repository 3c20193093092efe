"""A conversation between a customer and a support team, and its messages."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from fractions import Fraction
from operator import attrgetter
from typing import NamedTuple

from iqs.bodies import Body

CONVERSATION_LIMIT = 200_000
"""Characters kept of all messages of one conversation together."""

MESSAGES_LIMIT = 2_000
"""Messages kept of one conversation."""

OTHER = "other"
"""The channel of a conversation whose channel nobody told."""

CUT_AUTHORS_LIMIT = 100
"""People named who wrote only in what is cut; more is no conversation but an attack."""

CUT_AUTHOR = "… (cut: what this author wrote)"


class Author(StrEnum):
    """Who wrote a message. A note is internal: the customer never saw it."""

    CUSTOMER = "customer"
    AGENT = "agent"
    BOT = "bot"
    NOTE = "note"


STAFF = (Author.AGENT, Author.NOTE)
"""Messages whose authors took part as members of the team."""


# What a conversation is made of is changed by nobody, as if it were frozen. Frozen it is not: an import makes millions
# of them, and a frozen one takes five times as long to make (benchmarks/import.py: a seventh of everything).


@dataclass(slots=True, unsafe_hash=True)
class Message:
    """One message as stored: clean text (see `iqs.text`); UTC time and the helpdesk's author id if known.

    `body` is how it looked, where that is more than `text` tells; then `text` is `iqs.bodies.plain(body)`.
    """

    author: Author
    text: str
    at: datetime | None = None
    author_id: str | None = None
    body: Body | None = None


@dataclass(frozen=True, slots=True)
class SurveyAnswer:
    """A customer's answer on a survey's own scale, for CSAT or CES."""

    value: Fraction
    low: Fraction
    high: Fraction

    @property
    def percent(self) -> Fraction:
        """The answer on 0–100: (value - low) / (high - low) * 100."""
        return (self.value - self.low) / (self.high - self.low) * 100


class Basis(StrEnum):
    """What a duration counts: all hours, opening hours only, or what we computed from the messages' times."""

    CALENDAR = "calendar"
    BUSINESS = "business"
    COMPUTED = "computed"


@dataclass(slots=True, unsafe_hash=True)
class HelpdeskAgent:
    """The agent as the helpdesk names them; a Person is found by id or verified e-mail, never by name."""

    id: str
    name: str | None = None
    email: str | None = None


@dataclass(slots=True, unsafe_hash=True)
class Customer:
    """The customer as far as the helpdesk told."""

    id: str | None = None
    name: str | None = None
    email: str | None = None


@dataclass(slots=True, unsafe_hash=True)
class Conversation:
    """A conversation as imported, known by (`source`, `external_id`); times are UTC, durations seconds.

    None means that nobody told, never zero. `bot_rating` is the survey of a bot's answers, kept apart from
    `csat`; `others` are helpdesk ids of people known to have taken part beside the agent and the authors.
    """

    source: str
    external_id: str
    channel: str
    messages: tuple[Message, ...]
    subject: str | None = None
    url: str | None = None
    opened_at: datetime | None = None
    closed_at: datetime | None = None
    agent: HelpdeskAgent | None = None
    customer: Customer | None = None
    csat: SurveyAnswer | None = None
    ces: SurveyAnswer | None = None
    bot_rating: SurveyAnswer | None = None
    first_response_seconds: int | None = None
    first_response_basis: Basis | None = None
    handle_seconds: int | None = None
    handle_basis: Basis | None = None
    reopens: int | None = None
    tags: tuple[str, ...] = ()
    language: str | None = None
    others: tuple[str, ...] = ()
    updated_at: datetime | None = None

    def copy(self) -> "Conversation":
        """Another one like it, to be filled anew; `dataclasses.replace` takes three times as long."""
        return Conversation(*_VALUES(self))

    @property
    def key(self) -> str:
        """`source:external_id`, as shown by `iqs draw`."""
        return f"{self.source}:{self.external_id}"

    @property
    def participants(self) -> tuple[str, ...]:
        """Helpdesk ids of everybody who worked on it: its agent, the authors of agent messages and notes, `others`."""
        return self.participation.participants

    @property
    def participation(self) -> "Participation":
        """Who did what in it, in one pass: every import asks."""
        assignee = self.agent.id if self.agent else None
        staff: dict[str | None, None] = {assignee: None}
        answers: dict[str, int] = {}
        from_customer = from_agents = 0
        last, bot_involved = None, False
        for each in self.messages:
            author = each.author
            if author is _CUSTOMER:
                from_customer += 1
            elif author is _AGENT:
                from_agents += 1
                staff[each.author_id] = None
                who = each.author_id or assignee
                if who is not None:
                    answers[who] = answers.get(who, 0) + 1
                    last = who
            elif author is _BOT:
                bot_involved = True
            else:
                staff[each.author_id] = None
        staff |= dict.fromkeys(self.others)
        return Participation(
            from_customer,
            from_agents,
            tuple([each for each in staff if each]),
            _most(answers, assignee),
            last,
            bot_involved,
        )


_VALUES = attrgetter(*Conversation.__slots__)


class Participation(NamedTuple):
    """Who did what in a conversation, by helpdesk ids; an answer whose author nobody told counts as the assignee's.

    `participants` are all who worked on it, the assignee first; `most_active` wrote most agent messages (the assignee
    or the earliest of several), `last_answer` the last; both None for nobody.
    """

    customer_messages: int
    agent_messages: int
    participants: tuple[str, ...]
    most_active: str | None
    last_answer: str | None
    bot_involved: bool


_CUSTOMER, _AGENT, _BOT = (
    Author.CUSTOMER,
    Author.AGENT,
    Author.BOT,
)  # an enum's own look-up is slow in a hot loop


def _most(answers: Mapping[str, int], assignee: str | None) -> str | None:
    if len(answers) < 2:
        return next(iter(answers), None)
    most = max(answers.values())
    first = [each for each, count in answers.items() if count == most]
    return assignee if assignee in first else first[0]


def bounded(messages: Iterable[Message]) -> tuple[Message, ...]:
    """The messages within the limits of one conversation; a last, internal note says what is left out.

    Whoever of the team wrote only there has a note too, so that they still count as having taken part.
    """
    kept: list[Message] = []
    cut_authors: dict[str, None] = {}
    room = CONVERSATION_LIMIT
    left_messages = left_characters = 0
    for message in messages:
        room -= len(message.text)
        if left_messages or room < 0 or len(kept) == MESSAGES_LIMIT:
            left_messages += 1
            left_characters += len(message.text)
            if message.author in STAFF and message.author_id:
                cut_authors[message.author_id] = None
        else:
            kept.append(message)
    if left_messages:
        seen = {each.author_id for each in kept if each.author in STAFF}
        unseen = [each for each in cut_authors if each not in seen]
        kept += [Message(Author.NOTE, CUT_AUTHOR, author_id=each) for each in unseen[:CUT_AUTHORS_LIMIT]]
        mark = f"… (cut: {left_messages:,} messages with {left_characters:,} characters left out)"
        kept.append(Message(Author.NOTE, mark))
    return tuple(kept)
