"""Fields of a conversation as a stranger's file gives them: checked, cleaned and typed, or refused."""

import re
from datetime import UTC, datetime
from fractions import Fraction
from functools import lru_cache
from math import isfinite
from typing import Any

from iqs.conversations import SurveyAnswer
from iqs.text import one_line

LARGEST = 1_000_000_000
"""Bound of every number: about 31 years in seconds."""

_RFC_3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:(\d\d)(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)", re.ASCII)
_USUAL = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:[0-5]\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)", re.ASCII).fullmatch
_NAIVE = re.compile(r"\d{4}-\d\d-\d\d(?:[Tt ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?)?")


class BadField(ValueError):
    """A field that cannot be used; the sentence names it and never quotes its content."""


def required(entry: dict[str, Any], key: str, limit: int) -> str:
    """A word or id that must be there; whole numbers are taken as ids, as helpdesks mix both."""
    value = optional(entry, key, limit)
    if value is None:
        raise BadField(f"{key} is missing" if entry.get(key) is None else f"{key} is empty")
    return value


def optional(entry: dict[str, Any], key: str, limit: int, *, path: str = "") -> str | None:
    """A word or id, None when absent or blank. BadField when longer than `limit`: a cut id is another id."""
    value = entry.get(key)
    if value is None:
        return None
    if type(value) is int:
        value = str(value) if abs(value) < 10**30 else "9" * (limit + 1)
    if not isinstance(value, str):
        raise BadField(f"{path}{key} must be text")
    if len(value) <= limit and value.isascii() and value.isprintable() and " " not in value:
        return value or None  # nearly every id and word
    word = one_line(value, limit + 1)
    if len(word) > limit:
        raise BadField(f"{path}{key} is longer than {limit} characters")
    return word or None


def label(entry: dict[str, Any], key: str, limit: int, *, path: str = "") -> str | None:
    """A name or subject to be shown, None when absent or blank; cut to `limit` with "…"."""
    value = entry.get(key)
    if value is None:
        return None
    if not isinstance(value, str):
        raise BadField(f"{path}{key} must be text")
    return one_line(value, limit) or None


def instant(entry: dict[str, Any], key: str, *, path: str = "") -> datetime | None:
    """An RFC 3339 time in UTC, None when absent. Without a zone it is refused: nobody knows when it was."""
    value = entry.get(key)
    if type(value) is str and _USUAL(value):
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            raise BadField(f"{path}{key} is not a time that exists") from None
        if moment.tzinfo is UTC:
            return moment
    if value is None or value == "":
        return None
    match = _RFC_3339.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        if isinstance(value, str) and _NAIVE.fullmatch(value):
            raise BadField(f"{path}{key} has no zone; add Z for UTC or an offset such as +01:00")
        raise BadField(f"{path}{key} must be a time such as 2026-11-20T09:30:00Z")
    if match[1] == "60":  # a leap second, which Python does not know
        value = value[:17] + "59" + value[19:]
    try:
        moment = datetime.fromisoformat(value.upper())
        return moment if moment.tzinfo is UTC else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise BadField(f"{path}{key} is not a time that exists") from None


def seconds(entry: dict[str, Any], key: str) -> int | None:
    """A duration in whole seconds, 0 or more; None when absent."""
    value = _number(entry, key)
    if value is None:
        return None
    if value < 0:
        raise BadField(f"{key} must be 0 or more")
    return int(value)


def survey(entry: dict[str, Any], key: str) -> SurveyAnswer | None:
    """An answer on its own scale, None when absent; exact."""
    answer = entry.get(key)
    if answer is None:
        return None
    if not isinstance(answer, dict):
        raise BadField(f'{key} must be an object such as {{"value": 4, "min": 1, "max": 5}}')
    value = _number(answer, "value", path=f"{key}.")
    low = _number(answer, "min", path=f"{key}.")
    high = _number(answer, "max", path=f"{key}.")
    if value is None and low is None and high is None:
        return None
    if value is None or low is None or high is None:
        raise BadField(f"{key} needs value, min and max")
    if low >= high:
        raise BadField(f"{key}.min must be below {key}.max")
    if not low <= value <= high:
        raise BadField(f"{key}.value must lie between {key}.min and {key}.max")
    return _answer(value, low, high)


@lru_cache(maxsize=1_000)
def _answer(value: float, low: float, high: float) -> SurveyAnswer:
    """The exact answer. Remembered, for there are few different ones and fractions are slow to make."""
    return SurveyAnswer(*(Fraction(str(each)) for each in (value, low, high)))


def words(entry: dict[str, Any], key: str, limit: int) -> tuple[str, ...]:
    """A list of words in its order, each once; empty when absent."""
    listed = entry.get(key)
    if listed is None:
        return ()
    if not isinstance(listed, list) or [each for each in listed if not isinstance(each, str)]:
        raise BadField(f"{key} must be a list of words")
    found = [one_line(each, limit) for each in listed[:100]]
    return tuple([each for each in dict.fromkeys(found) if each])


def part(entry: dict[str, Any], key: str) -> dict[str, Any] | None:
    """An object inside the object, None when absent."""
    value = entry.get(key)
    if value is None:
        return None
    if not isinstance(value, dict):
        raise BadField(f"{key} must be an object")
    return value


def _number(entry: dict[str, Any], key: str, *, path: str = "") -> int | float | None:
    value = entry.get(key)
    if value is None:
        return None
    if type(value) is int or (type(value) is float and isfinite(value)):
        if abs(value) <= LARGEST:
            return value
        raise BadField(f"{path}{key} is too large")
    raise BadField(f"{path}{key} must be a number")
