"""The blocks that have been there from the beginning, and markdown and alert."""

from typing import Any

from bot.sandbox.checks import composition as c
from bot.sandbox.checks import elements as e
from bot.sandbox.checks.shape import Check, Found, array, boolean, both, by_type, choice, shape, string

_block_id = string(255)


def _block(kind: str, required: dict[str, Check], optional: dict[str, Check] | None = None) -> Check:
    return shape({"type": choice(kind), **required}, {"block_id": _block_id, **(optional or {})})


def _text_or_fields(value: Any, at: str, found: Found) -> None:
    if "text" not in value and "fields" not in value:
        found.add("must define either `text` or `fields`", at)


section: Check = both(
    _block(
        "section",
        {},
        {
            "text": c.text(3000),
            "fields": array(c.text(2000), 1, 10),
            "accessory": by_type(e.ACCESSORIES),
            "expand": boolean,
        },
    ),
    _text_or_fields,
)
divider: Check = _block("divider", {})
header: Check = _block("header", {"text": c.plain(150)})
image_block: Check = _block(
    "image", {"image_url": e.image_url, "alt_text": string(2000)}, {"title": c.plain(2000)}
)


def _context_element(value: Any, at: str, found: Found) -> None:
    if isinstance(value, dict) and value.get("type") == "image":
        e.image(value, at, found)
    else:
        c.text(3000)(value, at, found)


context: Check = _block("context", {"elements": array(_context_element, 1, 10)})
actions: Check = _block("actions", {"elements": array(by_type(e.ACTIONS), 1, 25)})
input_block: Check = _block(
    "input",
    {"label": c.plain(2000), "element": by_type(e.INPUTS)},
    {"hint": c.plain(2000), "optional": boolean, "dispatch_action": boolean},
)
markdown: Check = _block("markdown", {"text": string(12_000)})
alert: Check = _block(
    "alert", {"text": c.text(200)}, {"level": choice("default", "info", "warning", "error", "success")}
)
