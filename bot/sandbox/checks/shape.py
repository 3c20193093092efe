"""The small language of the other checks: a check looks at a value and notes what is wrong."""

import math
from collections.abc import Callable, Mapping
from typing import Any


class Found:
    """What was found wrong, as Slack words it in `response_metadata.messages`."""

    def __init__(self) -> None:
        self.messages: list[str] = []

    def add(self, problem: str, at: str) -> None:
        """Note a problem at a JSON pointer."""
        self.messages.append(f"[ERROR] {problem} [json-pointer:{at}]")


Check = Callable[[Any, str, Found], None]


def string(maximum: int, minimum: int = 1) -> Check:
    """A string of `minimum` to `maximum` characters."""

    def check(value: Any, at: str, found: Found) -> None:
        if not isinstance(value, str):
            found.add("must be a string", at)
        elif len(value) > maximum:
            found.add(f"must be less than {maximum + 1} characters", at)
        elif len(value) < minimum:
            found.add(f"must be more than {minimum - 1} characters", at)

    return check


def integer(lowest: int, highest: int) -> Check:
    """A whole number in a range; true and false are no numbers."""

    def check(value: Any, at: str, found: Found) -> None:
        if isinstance(value, bool) or not isinstance(value, int):
            found.add("must be an integer", at)
        elif not lowest <= value <= highest:
            found.add(f"must be between {lowest} and {highest}", at)

    return check


def number(value: Any, at: str, found: Found) -> None:
    """A finite number; true and false are none."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        found.add("must be a number", at)


def boolean(value: Any, at: str, found: Found) -> None:
    """True or false."""
    if not isinstance(value, bool):
        found.add("must be a boolean", at)


def choice(*values: str) -> Check:
    """One of the given words."""

    def check(value: Any, at: str, found: Found) -> None:
        if value not in values:
            found.add(f"must be a valid enum value ({', '.join(values)})", at)

    return check


def array(item: Check, minimum: int, maximum: int) -> Check:
    """A list of `minimum` to `maximum` things that each pass `item`."""

    def check(value: Any, at: str, found: Found) -> None:
        if not isinstance(value, list):
            found.add("must be an array", at)
            return
        if len(value) > maximum:
            found.add(f"no more than {maximum} items allowed", at)
        if len(value) < minimum:
            found.add(f"must provide at least {minimum} items", at)
        for index, each in enumerate(value):
            item(each, f"{at}/{index}", found)

    return check


def shape(required: Mapping[str, Check], optional: Mapping[str, Check] | None = None) -> Check:
    """An object with these keys and no others."""
    known = {**required, **(optional or {})}

    def check(value: Any, at: str, found: Found) -> None:
        if not isinstance(value, dict):
            found.add("must be an object", at)
            return
        for key in required:
            if key not in value:
                found.add(f"missing required field: {key}", at)
        for key, each in value.items():
            if key not in known:
                found.add(f"invalid additional property: {key}", at)
            else:
                known[key](each, f"{at}/{key}", found)

    return check


def by_type(kinds: Mapping[str, Check]) -> Check:
    """An object judged by its `type`."""

    def check(value: Any, at: str, found: Found) -> None:
        if not isinstance(value, dict):
            found.add("must be an object", at)
        elif not isinstance(value.get("type"), str):
            found.add("missing required field: type", at)
        elif value["type"] not in kinds:
            found.add(f"unsupported type: {value['type']}", f"{at}/type")
        else:
            kinds[value["type"]](value, at, found)

    return check


def both(*checks: Check) -> Check:
    """Every one of the checks; the later ones only look at what the earlier ones passed."""

    def check(value: Any, at: str, found: Found) -> None:
        before = len(found.messages)
        for each in checks:
            if len(found.messages) == before:
                each(value, at, found)

    return check


def web_address(maximum: int = 3000) -> Check:
    """An http or https address that Slack could reach."""
    length = string(maximum)

    def check(value: Any, at: str, found: Found) -> None:
        length(value, at, found)
        if isinstance(value, str) and not value.startswith(("https://", "http://")):
            found.add("must be a valid URL", at)

    return check
