"""The interactive elements, and where each may stand."""

from typing import Any

from bot.sandbox.checks import composition as c
from bot.sandbox.checks.rich_text import rich_text
from bot.sandbox.checks.shape import (
    Check,
    Found,
    array,
    boolean,
    both,
    choice,
    integer,
    shape,
    string,
    web_address,
)

IDENTIFIER = 255
TYPED_TEXT = 3000


def _element(
    kind: str, required: dict[str, Check], optional: dict[str, Check], *, placeholder: bool = True
) -> Check:
    shared: dict[str, Check] = {"action_id": string(IDENTIFIER)}
    if placeholder:
        shared |= {"placeholder": c.plain(150), "focus_on_load": boolean}
    return shape({"type": choice(kind), **required}, {**shared, **optional})


def reachable(value: Any, at: str, found: Found) -> None:
    """An image's address is fetched while posting, so one that Slack cannot reach refuses the message."""
    host = value.split("/")[2].split(":")[0] if isinstance(value, str) and value.count("/") >= 2 else ""
    if host in {"localhost", "127.0.0.1", "0.0.0.0"} or host.endswith((".invalid", ".local", ".test")):  # noqa: S104  (compared, not bound)
        found.add("downloading image failed", at)


image_url = both(web_address(), reachable)
image = shape({"type": choice("image"), "image_url": image_url, "alt_text": string(2000)})

button = _element(
    "button",
    {"text": c.plain(75)},
    {
        "value": string(2000),
        "url": web_address(),
        "style": choice("primary", "danger"),
        "confirm": c.confirm,
        "accessibility_label": string(75),
    },
    placeholder=False,
)
overflow = _element(
    "overflow", {"options": array(c.overflow_option, 1, 5)}, {"confirm": c.confirm}, placeholder=False
)
_marked = {"options": array(c.marked_option, 1, 10)}
checkboxes = c.with_options(
    shape(
        {"type": choice("checkboxes"), **_marked},
        {
            "action_id": string(IDENTIFIER),
            "initial_options": array(c.marked_option, 1, 10),
            "confirm": c.confirm,
            "focus_on_load": boolean,
        },
    )
)
radio_buttons = c.with_options(
    shape(
        {"type": choice("radio_buttons"), **_marked},
        {
            "action_id": string(IDENTIFIER),
            "initial_option": c.marked_option,
            "confirm": c.confirm,
            "focus_on_load": boolean,
        },
    )
)

_menu: dict[str, Check] = {
    "options": array(c.menu_option, 1, 100),
    "option_groups": array(c.option_group, 1, 100),
    "confirm": c.confirm,
}
_many: dict[str, Check] = {"max_selected_items": integer(1, 100)}
_filter = shape(
    {},
    {
        "include": array(choice("im", "mpim", "private", "public"), 1, 4),
        "exclude_external_shared_channels": boolean,
        "exclude_bot_users": boolean,
    },
)
_conversations: dict[str, Check] = {
    "default_to_current_conversation": boolean,
    "filter": _filter,
    "confirm": c.confirm,
}
_query = {"min_query_length": integer(0, 1000), "confirm": c.confirm}
_id = string(IDENTIFIER)

SINGLE_SELECTS: dict[str, Check] = {
    "static_select": c.with_options(
        _element("static_select", {}, {**_menu, "initial_option": c.menu_option}), groups=True
    ),
    "users_select": _element("users_select", {}, {"initial_user": _id, "confirm": c.confirm}),
    "conversations_select": _element(
        "conversations_select",
        {},
        {**_conversations, "initial_conversation": _id, "response_url_enabled": boolean},
    ),
    "channels_select": _element(
        "channels_select", {}, {"initial_channel": _id, "response_url_enabled": boolean, "confirm": c.confirm}
    ),
    "external_select": _element("external_select", {}, {**_query, "initial_option": c.menu_option}),
}
MULTI_SELECTS: dict[str, Check] = {
    "multi_static_select": c.with_options(
        _element(
            "multi_static_select", {}, {**_menu, **_many, "initial_options": array(c.menu_option, 1, 100)}
        ),
        groups=True,
    ),
    "multi_users_select": _element(
        "multi_users_select", {}, {**_many, "initial_users": array(_id, 1, 100), "confirm": c.confirm}
    ),
    "multi_conversations_select": _element(
        "multi_conversations_select",
        {},
        {**_many, **_conversations, "initial_conversations": array(_id, 1, 100)},
    ),
    "multi_channels_select": _element(
        "multi_channels_select", {}, {**_many, "initial_channels": array(_id, 1, 100), "confirm": c.confirm}
    ),
    "multi_external_select": _element(
        "multi_external_select", {}, {**_query, **_many, "initial_options": array(c.menu_option, 1, 100)}
    ),
}
PICKERS: dict[str, Check] = {
    "datepicker": _element("datepicker", {}, {"initial_date": string(10, 10), "confirm": c.confirm}),
    "timepicker": _element(
        "timepicker", {}, {"initial_time": string(5, 5), "timezone": string(100), "confirm": c.confirm}
    ),
    "datetimepicker": shape(
        {"type": choice("datetimepicker")},
        {
            "action_id": string(IDENTIFIER),
            "initial_date_time": integer(1_000_000_000, 9_999_999_999),
            "confirm": c.confirm,
            "focus_on_load": boolean,
        },
    ),
}
_dispatch = shape(
    {"trigger_actions_on": array(choice("on_enter_pressed", "on_character_entered"), 1, 2)},
)
_typed: dict[str, Check] = {"dispatch_action_config": _dispatch}


def _lengths_agree(value: Any, at: str, found: Found) -> None:
    longest = value.get("max_length", TYPED_TEXT)
    if value.get("min_length", 0) > longest:
        found.add("min_length must be less than max_length", at)
    if len(value.get("initial_value", "")) > longest:
        found.add("initial_value must be no longer than max_length", f"{at}/initial_value")


TYPED: dict[str, Check] = {
    "plain_text_input": both(
        _element(
            "plain_text_input",
            {},
            {
                **_typed,
                "initial_value": string(TYPED_TEXT, 0),
                "multiline": boolean,
                "min_length": integer(0, TYPED_TEXT),
                "max_length": integer(1, TYPED_TEXT),
            },
        ),
        _lengths_agree,
    ),
    "rich_text_input": _element("rich_text_input", {}, {**_typed, "initial_value": rich_text}),
    "email_text_input": _element("email_text_input", {}, {**_typed, "initial_value": string(TYPED_TEXT)}),
    "url_text_input": _element("url_text_input", {}, {**_typed, "initial_value": string(TYPED_TEXT)}),
    "number_input": _element(
        "number_input",
        {"is_decimal_allowed": boolean},
        {**_typed, "initial_value": string(100), "min_value": string(100), "max_value": string(100)},
    ),
}
CHOICES: dict[str, Check] = {"checkboxes": checkboxes, "radio_buttons": radio_buttons}

ACCESSORIES: dict[str, Check] = {
    "button": button,
    "overflow": overflow,
    "image": image,
    "datepicker": PICKERS["datepicker"],
    "timepicker": PICKERS["timepicker"],
    **CHOICES,
    **SINGLE_SELECTS,
    **MULTI_SELECTS,
}
ACTIONS: dict[str, Check] = {"button": button, "overflow": overflow, **CHOICES, **SINGLE_SELECTS, **PICKERS}
INPUTS: dict[str, Check] = {**TYPED, **CHOICES, **SINGLE_SELECTS, **MULTI_SELECTS, **PICKERS}
