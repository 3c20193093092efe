"""Text, option and confirm objects."""

from typing import Any

from bot.sandbox.checks.shape import (
    Check,
    Found,
    array,
    boolean,
    both,
    by_type,
    choice,
    shape,
    string,
    web_address,
)


def plain(maximum: int) -> Check:
    """A `plain_text` object of at most `maximum` characters."""
    return by_type({"plain_text": _plain(maximum)})


def text(maximum: int) -> Check:
    """A `plain_text` or `mrkdwn` object of at most `maximum` characters."""
    mrkdwn = shape({"type": choice("mrkdwn"), "text": string(maximum)}, {"verbatim": boolean})
    return by_type({"plain_text": _plain(maximum), "mrkdwn": mrkdwn})


def _plain(maximum: int) -> Check:
    return shape({"type": choice("plain_text"), "text": string(maximum)}, {"emoji": boolean})


OPTION_TEXT = 75
menu_option = shape(
    {"text": plain(OPTION_TEXT), "value": string(OPTION_TEXT)}, {"description": plain(OPTION_TEXT)}
)
overflow_option = shape(
    {"text": plain(OPTION_TEXT), "value": string(OPTION_TEXT)},
    {"description": plain(OPTION_TEXT), "url": web_address()},
)
marked_option = shape(
    {"text": text(OPTION_TEXT), "value": string(OPTION_TEXT)}, {"description": text(OPTION_TEXT)}
)
option_group = shape({"label": plain(75), "options": array(menu_option, 1, 100)})

confirm = shape(
    {"title": plain(100), "text": text(300), "confirm": plain(30), "deny": plain(30)},
    {"style": choice("primary", "danger")},
)


def _options_of(value: dict[str, Any]) -> list[Any]:
    options = list(value.get("options") or [])
    for group in value.get("option_groups") or []:
        options += group["options"]
    return options


def _initial_among_options(value: Any, at: str, found: Found) -> None:
    options = _options_of(value)
    if "initial_option" in value and value["initial_option"] not in options:
        found.add("initial_option must match an option", f"{at}/initial_option")
    for index, each in enumerate(value.get("initial_options") or []):
        if each not in options:
            found.add("initial_options must match the options", f"{at}/initial_options/{index}")


def _options_or_groups(value: Any, at: str, found: Found) -> None:
    if ("options" in value) == ("option_groups" in value):
        found.add("must define either `options` or `option_groups`", at)


def with_options(check: Check, *, groups: bool = False) -> Check:
    """Add the rules that tie options and initial options together to an element's check."""
    return (
        both(check, _options_or_groups, _initial_among_options)
        if groups
        else both(check, _initial_among_options)
    )
