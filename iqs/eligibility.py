"""What may be drawn, and whose work it is: the only place that knows. Pure; each reason has one word for it.

What can never be reviewed (`never`) has no place among the lots at all; a team's `Filters` are asked when its
conversations are counted and again at every place the seeded order comes to (docs/sampling.md).
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any, NamedTuple

from iqs.errors import Invalid
from iqs.people import RevieweeRule

NO_CUSTOMER = "no customer message"
NO_AGENT = "no agent message"
NO_PERSON = "agent not matched to a person"
DELETED = "deleted in the helpdesk"
OUTSIDE = "closed outside the period"
UNKNOWN = "not known"

DAY = timedelta(days=1)


class Facts(NamedTuple):
    """A closed conversation as the rules see it, without text. None means that nobody told.

    `csat` is the answer on 0–100; durations are seconds; `reviewee_id` is the person whose work would be reviewed.
    """

    conversation_id: int
    key: str
    reviewee_id: int
    closed_at: datetime
    opened_at: datetime | None = None
    channel: str = ""
    tags: tuple[str, ...] = ()
    language: str | None = None
    csat: Fraction | None = None
    customer_messages: int | None = None
    agent_messages: int | None = None
    first_response_seconds: int | None = None
    handle_seconds: int | None = None
    bot_involved: bool | None = None
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class Range:
    """Whole numbers from `low` to `high`, both included; None is open."""

    low: int | None = None
    high: int | None = None

    def holds(self, value: Fraction | float) -> bool:
        """Whether the value lies in it."""
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)


@dataclass(frozen=True, slots=True)
class Filters:
    """What a team wants to draw from; an empty field filters nothing. Words compare without regard to case.

    `tags` asks for any of them; `csat` is in percent of the survey's scale, `messages` counts those of the
    customer and of agents, `first_response` and `handle` are seconds, `open_days` the days from opening to closing,
    `closed_days` those from closing to the period's end; `bot` whether a bot took part. `without_people` are ids,
    `without` conversations as `source:id`. A conversation of which a wanted fact is not known is left out.
    """

    channels: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()
    without_tags: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    csat: Range | None = None
    messages: Range | None = None
    first_response: Range | None = None
    handle: Range | None = None
    open_days: Range | None = None
    closed_days: Range | None = None
    bot: bool | None = None
    without_people: frozenset[int] = frozenset()
    without: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        problems = list(_contradictions(self))
        if problems:
            raise Invalid(f"These filters contradict each other: {problems[0]}.", problems=tuple(problems))

    def __bool__(self) -> bool:
        return self is not EVERYTHING and self != EVERYTHING

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> "Filters":
        """From the words that `stored` made; Invalid for anything else."""
        if not stored:
            return EVERYTHING
        unknown = sorted(set(stored) - set(_READERS))
        if unknown:
            raise Invalid(f"There is no filter “{unknown[0]}”.")
        try:
            return cls(**{name: _READERS[name](value) for name, value in stored.items()})
        except (TypeError, ValueError):
            raise Invalid("The stored filters cannot be read; set them again with: iqs team set") from None

    def stored(self) -> dict[str, Any]:
        """As JSON holds it, in one order: only what filters something."""
        made: dict[str, Any] = {}
        for each in fields(self):
            value = getattr(self, each.name)
            if isinstance(value, Range):
                made[each.name] = [value.low, value.high]
            elif isinstance(value, frozenset) and value:
                made[each.name] = sorted(value)
            elif value is not None and not isinstance(value, frozenset):
                made[each.name] = value
        return made


def never(*, deleted: bool, customer_messages: int | None, agent_messages: int | None) -> str | None:
    """Why a conversation can never be reviewed, or None: it needs at least one customer and one agent message.

    A number of messages that is not known yet keeps nothing out: only what was drawn is read from the helpdesk.
    """
    if deleted:
        return DELETED
    if customer_messages == 0:
        return NO_CUSTOMER
    if agent_messages == 0:
        return NO_AGENT
    return None


def exclusion(facts: Facts, filters: Filters, *, starts_at: datetime, ends_at: datetime) -> str | None:
    """Why a conversation is not drawn for the period [starts_at, ends_at), or None."""
    if not starts_at <= facts.closed_at < ends_at:
        return OUTSIDE
    why = never(
        deleted=facts.deleted,
        customer_messages=facts.customer_messages,
        agent_messages=facts.agent_messages,
    )
    return why or (_filtered(facts, filters, ends_at) if filters else None)


def reviewee(
    rule: RevieweeRule,
    *,
    assignee: int | None,
    most_active: Callable[[], int | None],
    last_answer: Callable[[], int | None],
) -> int | None:
    """The person whose work a conversation is: by the rule of the assignee's team, the assignee where it is silent.

    None while the assignee is not known: then nobody knows which team's rule counts.
    """
    if assignee is None or rule is RevieweeRule.ASSIGNEE:
        return assignee
    found = most_active() if rule is RevieweeRule.MOST_ACTIVE else last_answer()
    return assignee if found is None else found


def _filtered(facts: Facts, filters: Filters, ends_at: datetime) -> str | None:
    return _left_out_by_name(facts, filters) or _left_out_by_number(facts, filters, ends_at)


def _left_out_by_name(facts: Facts, filters: Filters) -> str | None:
    tags = {each.casefold() for each in facts.tags} if filters.tags or filters.without_tags else set()
    checks: tuple[tuple[bool, str], ...] = (
        (facts.reviewee_id in filters.without_people, "person excluded"),
        (facts.key in filters.without, "conversation excluded"),
        (bool(filters.channels) and facts.channel.casefold() not in filters.channels, "another channel"),
        (bool(filters.tags) and not tags & filters.tags, "none of the tags"),
        (bool(tags & filters.without_tags), "excluded tag"),
    )
    for fails, why in checks:
        if fails:
            return why
    return _left_out_by_language(facts, filters) or _left_out_by_bot(facts, filters)


def _left_out_by_language(facts: Facts, filters: Filters) -> str | None:
    if not filters.languages:
        return None
    if not facts.language:
        return f"language {UNKNOWN}"
    spoken = facts.language.casefold().replace("_", "-")
    return None if {spoken, spoken.partition("-")[0]} & filters.languages else "another language"


def _left_out_by_bot(facts: Facts, filters: Filters) -> str | None:
    if filters.bot is None or facts.bot_involved is filters.bot:
        return None
    return (
        f"bot {UNKNOWN}"
        if facts.bot_involved is None
        else "a bot took part"
        if facts.bot_involved
        else "no bot"
    )


def _left_out_by_number(facts: Facts, filters: Filters, ends_at: datetime) -> str | None:
    messages = None
    if facts.customer_messages is not None and facts.agent_messages is not None:
        messages = facts.customer_messages + facts.agent_messages
    opened = None if facts.opened_at is None else (facts.closed_at - facts.opened_at) / DAY
    asked: tuple[tuple[str, Range | None, Fraction | float | None], ...] = (
        ("CSAT", filters.csat, facts.csat),
        ("number of messages", filters.messages, messages),
        ("first response time", filters.first_response, facts.first_response_seconds),
        ("handle time", filters.handle, facts.handle_seconds),
        ("days open", filters.open_days, opened),
        ("days since closing", filters.closed_days, (ends_at - facts.closed_at) / DAY),
    )
    for name, wanted, value in asked:
        if wanted is not None and value is None:
            return f"{name} {UNKNOWN}"
        if wanted is not None and value is not None and not wanted.holds(value):
            return f"{name} outside the filter"
    return None


def _contradictions(filters: Filters) -> Iterable[str]:
    both = sorted(filters.tags & filters.without_tags)
    if both:
        yield f"the tag “{both[0]}” is wanted and excluded"
    for each in fields(filters):
        value = getattr(filters, each.name)
        if isinstance(value, Range) and None not in (value.low, value.high) and value.low > value.high:  # type: ignore[operator] # neither is None
            yield f"{NAMES[each.name]} from {value.low} to {value.high} holds nothing"
    if filters.csat is not None and not all(0 <= each <= 100 for each in _ends(filters.csat)):
        yield "csat is in percent, from 0 to 100"
    if filters.messages is not None and filters.messages.high is not None and filters.messages.high < 2:
        yield "what can be reviewed has at least 2 messages, one of a customer and one of an agent"


def _ends(wanted: Range) -> list[int]:
    return [each for each in (wanted.low, wanted.high) if each is not None]


def _words(value: Any) -> frozenset[str]:
    if not isinstance(value, list) or not all(isinstance(each, str) and each for each in value):
        raise ValueError("not a list of words")
    return frozenset(value)


def _numbers(value: Any) -> frozenset[int]:
    if not isinstance(value, list) or not all(type(each) is int for each in value):
        raise ValueError("not a list of numbers")
    return frozenset(value)


def _range(value: Any) -> Range:
    low, high = value
    if not all(each is None or type(each) is int for each in (low, high)):
        raise ValueError("not a range")
    return Range(low, high)


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError("not a flag")
    return value


_READERS: Mapping[str, Callable[[Any], Any]] = {
    "channels": _words,
    "tags": _words,
    "without_tags": _words,
    "languages": _words,
    "csat": _range,
    "messages": _range,
    "first_response": _range,
    "handle": _range,
    "open_days": _range,
    "closed_days": _range,
    "bot": _flag,
    "without_people": _numbers,
    "without": _words,
}

NAMES: Mapping[str, str] = {
    "channels": "channel",
    "tags": "tag",
    "without_tags": "without-tag",
    "languages": "language",
    "csat": "csat",
    "messages": "messages",
    "first_response": "first-response",
    "handle": "handle",
    "open_days": "open-days",
    "closed_days": "closed-days",
    "bot": "bot",
    "without_people": "without-person",
    "without": "without-conversation",
}
"""How people write each filter: "channel=email,chat", "csat=0..40", "first-response=..2h", "bot=no"."""

SECONDS: Mapping[str, int] = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}


def parse(lines: Iterable[str], person: Callable[[str], int]) -> Filters:
    """Filters as people write them, one a line; "none" alone takes all away. `person` finds somebody's id.

    Raises Invalid with one sentence for what cannot be read, or for filters that contradict each other.
    """
    given = [each.strip() for each in lines]
    if given == ["none"]:
        return Filters()
    by_name = {written: name for name, written in NAMES.items()}
    made: dict[str, Any] = {}
    for line in given:
        written, equals, value = line.partition("=")
        name = by_name.get(written.strip().lower())
        if not equals or name is None or not value.strip():
            raise Invalid(
                f"“{line}” is no filter. Write for example channel=email,chat or csat=0..40; there are: "
                f"{', '.join(by_name)}; and none, to draw from all."
            )
        if name in made:
            raise Invalid(f"The filter {written.strip()} is named twice; put its values behind one “=”.")
        made[name] = _parsed(name, value, person)
    return Filters(**made)


def told(filters: Filters, person: Callable[[int], str]) -> list[str]:
    """The filters as `parse` reads them."""
    lines = []
    for name, value in filters.stored().items():
        if name == "without_people":
            words = ",".join(person(each) for each in value)
        elif name == "bot":
            words = "yes" if value else "no"
        elif isinstance(getattr(filters, name), Range):
            unit = "s" if name in {"first_response", "handle"} else ""
            words = "..".join("" if each is None else f"{each}{unit}" for each in value)
        else:
            words = ",".join(value)
        lines.append(f"{NAMES[name]}={words}")
    return lines


def _parsed(name: str, value: str, person: Callable[[str], int]) -> Any:
    reader = _READERS[name]
    if reader is _range:
        return _span(name, value)
    if reader is _flag:
        if value.strip().lower() not in {"yes", "no"}:
            raise Invalid(f"The filter bot is yes or no, not “{value}”.")
        return value.strip().lower() == "yes"
    words = [each.strip() for each in value.split(",") if each.strip()]
    if reader is _numbers:
        return frozenset(person(each) for each in words)
    return frozenset(words if name == "without" else (each.casefold() for each in words))


def _span(name: str, value: str) -> Range:
    low, dots, high = value.partition("..")
    try:
        ends = (_number(name, low), _number(name, high if dots else low))
    except ValueError:
        ends = (None, None)
    if ends == (None, None):
        example = "..2h" if name in {"first_response", "handle"} else "3..10"
        raise Invalid(f"The filter {NAMES[name]} is a range such as {example}, 3.. or ..10, not “{value}”.")
    return Range(*ends)


def _number(name: str, text: str) -> int | None:
    word = text.strip().lower().removesuffix("%").strip()
    if not word:
        return None
    unit = 1
    if name in {"first_response", "handle"} and word[-1] in SECONDS:
        word, unit = word[:-1].strip(), SECONDS[word[-1]]
    if not (word.isascii() and word.isdecimal() and len(word) <= 9):
        raise ValueError("not a number")
    return int(word) * unit


EVERYTHING = Filters()
"""No filter at all."""
