"""Durations a helpdesk does not tell, computed from the times of its messages."""

from collections.abc import Iterable

from iqs.conversations import Author, Message


def first_response(messages: Iterable[Message]) -> int | None:
    """Seconds from the customer's first message to the first agent's answer after it, all hours counted.

    None when nobody answered, when the team wrote first, or when a time that matters is missing: a bot's answer
    and an internal note are no response. Its basis is `Basis.COMPUTED`.
    """
    asked = None
    for each in messages:
        if each.author is Author.AGENT:
            if asked is None or each.at is None:
                return None
            return max(0, int((each.at - asked).total_seconds()))
        if each.author is Author.CUSTOMER and asked is None:
            if each.at is None:
                return None
            asked = each.at
    return None
