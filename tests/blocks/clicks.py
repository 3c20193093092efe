"""What Slack sends back about a view that we drew: a person's clicks, written as its payloads."""


def action(shown, action_id, *, at=0):
    """The payload of pressing the `at`-th button with this id."""
    pressed = [
        {"block_id": block.get("block_id", ""), **element}
        for block in shown["blocks"]
        for element in elements_of(block)
        if element.get("action_id") == action_id
    ]
    return pressed[at]


def elements_of(block):
    """The buttons and menus of a block."""
    if block["type"] == "actions":
        return block["elements"]
    return [block["accessory"]] if "accessory" in block else []


def choose(shown, action_id, label):
    """The payload of choosing an option of a menu by what it says."""
    menu = action(shown, action_id)
    return {
        **menu,
        "selected_option": next(o for o in menu["options"] if o["text"]["text"].startswith(label)),
    }


def submitted(view, typed=None, picked=None):
    """The view as it is submitted: its initial values, then what a person changed (by block id)."""
    values = {}
    for block in view["blocks"]:
        if block["type"] == "input":
            element = block["element"]
            values[block["block_id"]] = {element["action_id"]: _state(element)}
    for block_id, text in (typed or {}).items():
        for state in values[block_id].values():
            state["value"] = text
    for block_id, chosen in (picked or {}).items():
        for state in values[block_id].values():
            if "selected_options" in state:
                state["selected_options"] = [{"value": each} for each in chosen]
            else:
                state["selected_option"] = {"value": chosen}
    return {**view, "state": {"values": values}}


def _state(element):
    kind = element["type"]
    if kind == "plain_text_input":
        return {"type": kind, "value": element.get("initial_value")}
    if kind == "radio_buttons":
        return {"type": kind, "selected_option": element.get("initial_option")}
    return {"type": kind, "selected_options": element.get("initial_options", [])}


def buttons(shown):
    """What the buttons of a view say, in order."""
    elements = [element for block in shown["blocks"] for element in elements_of(block)]
    return [each["text"]["text"] for each in elements if each["type"] == "button"]
