"""What comes in from a helpdesk, typed at the edge and forgiving: what makes no sense is None, never an exception."""

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction
from html import escape
from typing import Annotated, Any, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    TypeAdapter,
    ValidationError,
)
from pydantic_core import CoreSchema, PydanticUseDefault, core_schema

from iqs import markup
from iqs.conversations import (
    Author,
    Conversation,
    Customer,
    HelpdeskAgent,
    Message,
    SurveyAnswer,
    bounded,
)
from iqs.text import one_line

T = TypeVar("T")


class Edge(BaseModel):
    """Something a helpdesk sends; what we do not know of it is left out."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class _NoneIfNonsense:
    """Any other kind of value is read as None: inside the validator, for it happens a million times in a sync."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.with_default_schema(handler(source), default=None, on_error="default")


def _default_if_null(value: Any) -> Any:
    if value is None:
        raise PydanticUseDefault
    return value


def _utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


Maybe = Annotated[T | None, _NoneIfNonsense()]
"""A field that may be absent, null or of another kind than we know: then it is None."""

Entries = list[Maybe[T]]
"""A page's entries; None stands for one that made no sense, so that it can be counted."""

Listed = Annotated[list[T], BeforeValidator(_default_if_null)]
"""A list that may also be null; give it `= []`."""

AnyId = Annotated[str, Field(coerce_numbers_to_str=True, min_length=1, max_length=200)]
"""An id, which helpdesks write as a number here and as text there."""

Moment = Annotated[datetime, AfterValidator(_utc)]
"""A time in UTC: unix seconds, unix milliseconds or RFC 3339; one without a zone is read as UTC."""


_MOMENT: TypeAdapter[datetime] = TypeAdapter(Moment)

_NUMBER = re.compile(r"[+-]?(?:\d{1,30}(?:\.\d{0,30})?|\.\d{1,30})(?:[eE][+-]?\d{1,2})?", re.ASCII)
"""A number of a size that is computed at once: "1e9999999" takes minutes."""


def moment(told: object) -> datetime | None:
    """A time as a helpdesk writes it (see `Moment`); None for what is none."""
    try:
        return _MOMENT.validate_python(told)
    except ValidationError:
        return None


def message(
    author: Author,
    *,
    html: str | None = None,
    text: str | None = None,
    attachments: Iterable[str | None] = (),
    at: datetime | None = None,
    author_id: str | None = None,
) -> Message:
    """A message as it is stored, from its HTML or, without any, its plain text; files are named, never fetched."""
    marks = [f"[attachment: {each}]" if each else "[attachment]" for each in attachments]
    if html:
        html += "".join(f"<p>{escape(each)}</p>" for each in marks)
    else:
        text = "\n".join([*([text] if text else []), *marks])
    return markup.message(author, html=html, text=text, at=at, author_id=author_id)


def answer(value: float | str | None, low: int, high: int) -> SurveyAnswer | None:
    """A survey answer on the scale low–high; None for none, and for one that lies outside its scale."""
    text = str(value).strip()
    if not _NUMBER.fullmatch(text):
        return None
    exact = Fraction(text)
    return SurveyAnswer(exact, Fraction(low), Fraction(high)) if low <= exact <= high else None


def tidied(conversation: Conversation) -> Conversation:
    """A connector's conversation with its words cleaned and cut to what is stored, its messages bounded."""
    agent, customer = conversation.agent, conversation.customer
    tidy: dict[str, Any] = {
        "external_id": _line(conversation.external_id, 200) or "",
        "channel": _line(conversation.channel, 60) or "other",
        "subject": _line(conversation.subject, 500),
        "url": _link(conversation.url),
        "agent": agent and HelpdeskAgent(agent.id[:200], _line(agent.name, 200), _line(agent.email, 320)),
        "customer": customer
        and Customer(_line(customer.id, 200), _line(customer.name, 200), _line(customer.email, 320)),
        "tags": tuple(dict.fromkeys(word for each in conversation.tags[:100] if (word := _line(each, 100)))),
        "language": _line(conversation.language, 40),
        "messages": bounded(conversation.messages),
    }
    changed = {name: value for name, value in tidy.items() if value != getattr(conversation, name)}
    return replace(conversation, **changed) if changed else conversation


def _line(words: str | None, limit: int) -> str | None:
    if not words:
        return None
    plain = len(words) <= limit and words.isascii() and words.isprintable()
    if plain and "  " not in words and words.strip() == words:
        return words  # nearly every name, tag and subject
    return one_line(words, limit) or None


def _link(url: str | None) -> str | None:
    """It becomes a button in Slack: http and https only."""
    usable = url and url.startswith(("https://", "http://")) and len(url) <= 2_000
    return url if usable and url and url.isprintable() and " " not in url else None
