"""What a helpdesk's headers say of time: how long to wait, what remains, what time it is there."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

LONGEST = 24 * 3600.0
"""The longest wait that is believed, in seconds: a server that says more has its clock or its units wrong."""


def retry_after(value: str | None, now: datetime) -> float | None:
    """Seconds of a Retry-After: a number, or an HTTP date (RFC 9110 §10.2.3); None when it is neither."""
    if not value:
        return None
    seconds = number(value)
    if seconds is not None:
        return max(0.0, seconds)
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    return max(0.0, (moment.replace(tzinfo=moment.tzinfo or UTC) - now).total_seconds())


def dated(headers: Mapping[str, str]) -> datetime | None:
    """When the server answered, by its own clock (Date and Age, RFC 9110 §6.6.1); None when it does not tell."""
    age = min(max(0.0, number(headers.get("age")) or 0.0), LONGEST)
    try:
        moment = parsedate_to_datetime(headers.get("date", "")) + timedelta(seconds=age)
    except (ValueError, OverflowError):
        return None
    return moment.replace(tzinfo=moment.tzinfo or UTC)


def until(value: str | None, now: datetime) -> float | None:
    """Seconds until a unix time, never below 0; None when it is no number."""
    moment = number(value)
    return None if moment is None else max(0.0, moment - now.timestamp())


def number(value: str | None) -> float | None:
    """A header's number; None for anything else, also for infinity and what is not a number."""
    try:
        found = float(value or "")
    except ValueError:
        return None
    return found if abs(found) < 1e12 else None


def spread(remaining: float | None, limit: float | None, seconds: float | None) -> float | None:
    """The pause that spreads what remains over the seconds until it is full again, once 9 of 10 are used.

    None while there is plenty, or when the server does not tell. Less than nothing remains where calls are borrowed.
    """
    if remaining is None or seconds is None or limit is None or limit <= 0 or remaining * 10 > limit:
        return None
    return seconds / (max(0.0, remaining) + 1)
