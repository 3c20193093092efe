"""What a person typed and chose: from plain values to the shapes of Slack's payloads and back."""

from typing import Any

from bot.sandbox.checks.surface import elements_of, walk

Values = dict[str, dict[str, dict[str, Any]]]

ONE_OPTION = {"static_select", "external_select", "radio_buttons"}
MANY_OPTIONS = {"multi_static_select", "multi_external_select", "checkboxes"}
TYPED = {"plain_text_input", "email_text_input", "url_text_input", "number_input"}
FIELDS = {
    "users_select": ("selected_user", "initial_user"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
    "channels_select": ("selected_channel", "initial_channel"),
    "multi_users_select": ("selected_users", "initial_users"),
    "multi_conversations_select": ("selected_conversations", "initial_conversations"),
    "multi_channels_select": ("selected_channels", "initial_channels"),
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
    "datetimepicker": ("selected_date_time", "initial_date_time"),
    "rich_text_input": ("rich_text_value", "initial_value"),
    **dict.fromkeys(TYPED, ("value", "initial_value")),
    **dict.fromkeys(ONE_OPTION, ("selected_option", "initial_option")),
    **dict.fromkeys(MANY_OPTIONS, ("selected_options", "initial_options")),
}


class NotOffered(ValueError):
    """The value is none that the element offers."""


def find_element(
    blocks: list[dict[str, Any]], action_id: str, block_id: str | None = None
) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """The block and the element with this action id (in this block, if given)."""
    for block, _ in walk(blocks):
        if block_id in (None, block["block_id"]):
            for element in elements_of(block):
                if element.get("action_id") == action_id:
                    return block, element
    return None


def _options(element: dict[str, Any]) -> list[dict[str, Any]]:
    return list(element.get("options") or []) + [
        option for group in element.get("option_groups") or [] for option in group["options"]
    ]


def _option(element: dict[str, Any], value: Any) -> dict[str, Any]:
    for option in _options(element):
        if option["value"] == value:
            return option
    raise NotOffered(f"{value!r} is none of the options of {element.get('action_id')!r}.")


def answer(element: dict[str, Any], value: Any) -> dict[str, Any]:
    """Slack's state of an element after a person gave the plain `value`; raises NotOffered."""
    kind = element["type"]
    name = FIELDS[kind][0]
    if kind in ONE_OPTION:
        value = None if value in (None, "") else _option(element, value)
    elif kind in MANY_OPTIONS:
        value = [_option(element, each) for each in value or []]
    elif kind in TYPED:
        value = None if value in (None, "") else str(value)
    elif kind.startswith("multi_"):
        value = list(value or [])
    if isinstance(value, list) and len(value) > element.get("max_selected_items", len(value)):
        raise NotOffered(f"{element['action_id']!r} takes {element['max_selected_items']} items at most.")
    return {"type": kind, name: value if value != "" else None}


def plain(state: dict[str, Any]) -> Any:
    """The plain value of an element's state."""
    value = state.get(FIELDS[state["type"]][0])
    if state["type"] in ONE_OPTION:
        return value["value"] if value else None
    if state["type"] in MANY_OPTIONS:
        return [option["value"] for option in value or []]
    return value


def initial(element: dict[str, Any]) -> dict[str, Any]:
    """The state of an element nobody has touched."""
    name, first = FIELDS[element["type"]]
    many = element["type"] in MANY_OPTIONS or element["type"].startswith("multi_")
    return {"type": element["type"], name: element.get(first, [] if many else None)}


def state_values(blocks: list[dict[str, Any]], given: Values) -> Values:
    """`state.values` of a payload: every input, touched or not."""
    values: Values = {}
    for block, _ in walk(blocks):
        for element in elements_of(block):
            if element["type"] in FIELDS:
                mine = given.get(block["block_id"], {}).get(element["action_id"])
                fits = mine is not None and mine["type"] == element["type"]
                state = mine if mine is not None and fits else initial(element)
                values.setdefault(block["block_id"], {})[element["action_id"]] = state
    return values


def survivors(blocks: list[dict[str, Any]], given: Values) -> Values:
    """What stays typed after a view is redrawn: values whose block id and action id both stay."""
    kept: Values = {}
    for block, _ in walk(blocks):
        for element in elements_of(block):
            state = given.get(block["block_id"], {}).get(element["action_id"])
            if state is not None and state["type"] == element["type"]:
                kept.setdefault(block["block_id"], {})[element["action_id"]] = state
    return kept


def complaints(blocks: list[dict[str, Any]], values: Values) -> dict[str, str]:
    """What Slack's own client refuses before it submits: block id → sentence."""
    found: dict[str, str] = {}
    for block, _ in walk(blocks):
        if block["type"] != "input":
            continue
        element = block["element"]
        value = plain(values[block["block_id"]][element["action_id"]])
        if value in (None, "", []):
            if not block.get("optional"):
                found[block["block_id"]] = "Please complete this required field."
        elif element["type"] == "plain_text_input":
            if len(value) < element.get("min_length", 0):
                found[block["block_id"]] = f"Please enter at least {element['min_length']} characters."
            elif len(value) > element.get("max_length", 3000):
                found[block["block_id"]] = (
                    f"Please enter no more than {element.get('max_length', 3000)} characters."
                )
    return found
