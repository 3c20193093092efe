"""container, card and carousel."""

from typing import Any

from bot.sandbox.checks import composition as c
from bot.sandbox.checks.elements import button, image
from bot.sandbox.checks.plain_blocks import actions, context, divider, header, image_block, section
from bot.sandbox.checks.rich_text import rich_text
from bot.sandbox.checks.shape import Check, Found, array, boolean, both, by_type, choice, shape, string

_children: dict[str, Check] = {  # seen accepted on real Slack, or listed by its page and its validator alike
    "actions": actions,
    "context": context,
    "divider": divider,
    "header": header,
    "image": image_block,
    "rich_text": rich_text,
    "section": section,
}


def _title_and_folding(value: Any, at: str, found: Found) -> None:
    if "title" not in value and "rich_text_title" not in value:
        found.add("must define either `title` or `rich_text_title`", at)
    if value.get("is_collapsible") and "has_header_divider" in value:
        found.add("has_header_divider is not allowed when is_collapsible is true", f"{at}/has_header_divider")
    if value.get("default_collapsed") and not value.get("is_collapsible"):
        found.add("default_collapsed requires is_collapsible", f"{at}/default_collapsed")


container: Check = both(
    shape(
        {"type": choice("container"), "child_blocks": array(by_type(_children), 1, 10)},
        {
            "block_id": string(255),
            "title": c.plain(150),
            "rich_text_title": by_type({"rich_text": rich_text}),
            "subtitle": c.text(150),
            "width": choice("narrow", "standard", "wide", "full"),
            "icon": image,
            "is_collapsible": boolean,
            "default_collapsed": boolean,
            "has_header_divider": boolean,
        },
    ),
    _title_and_folding,
)


def _says_something(value: Any, at: str, found: Found) -> None:
    if not any(key in value for key in ("hero_image", "title", "actions", "body")):
        found.add("must define at least one of hero_image, title, actions, body", at)


card: Check = both(
    shape(
        {"type": choice("card")},
        {
            "block_id": string(255),
            "hero_image": image,
            "icon": image,
            "title": c.text(150),
            "subtitle": c.text(150),
            "body": c.text(200),
            "actions": array(by_type({"button": button}), 1, 3),
        },
    ),
    _says_something,
)
carousel: Check = shape(
    {"type": choice("carousel"), "elements": array(by_type({"card": card}), 1, 10)}, {"block_id": string(255)}
)
