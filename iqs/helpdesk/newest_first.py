"""Lists that come newest first: how far back they are read, and their messages in the order they were written."""

from collections.abc import Iterable
from datetime import UTC, datetime

from iqs.conversations import Message

_END = datetime.max.replace(tzinfo=UTC)


def is_past(moments: Iterable[datetime | None], since: datetime) -> bool:
    """Whether a page whose entries changed at these moments lies wholly before `since`: the reading ends with it.

    One entry out of order does not end it, and neither does a page that tells no time.
    """
    known = [each for each in moments if each]
    return bool(known) and max(known) < since


def oldest_first(messages: Iterable[Message]) -> tuple[Message, ...]:
    """The messages by their time, those without one last; of one moment, the later listed was written earlier."""
    ordered = list(messages)[::-1]
    ordered.sort(key=lambda each: each.at or _END)
    return tuple(ordered)
