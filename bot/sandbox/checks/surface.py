"""What a message, a modal and a Home tab may hold: which blocks, how many, which ids twice, how much text."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from bot.sandbox.checks import containers, plain_blocks
from bot.sandbox.checks.charts import data_visualization
from bot.sandbox.checks.rich_text import rich_text
from bot.sandbox.checks.shape import Check, Found, array, by_type
from bot.sandbox.checks.tables import data_table, table

MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100
MESSAGE_TEXT = 9_597  # undocumented: the longest that was seen to pass on real Slack
MARKDOWN_TEXT = 12_000

_EVERYWHERE: dict[str, Check] = {
    "actions": plain_blocks.actions,
    "card": containers.card,
    "context": plain_blocks.context,
    "divider": plain_blocks.divider,
    "header": plain_blocks.header,
    "image": plain_blocks.image_block,
    "input": plain_blocks.input_block,
    "rich_text": rich_text,
    "section": plain_blocks.section,
}
SURFACES: dict[str, dict[str, Check]] = {
    "message": {
        **_EVERYWHERE,
        "carousel": containers.carousel,
        "container": containers.container,
        "data_table": data_table,
        "data_visualization": data_visualization,
        "markdown": plain_blocks.markdown,
        "table": table,
    },
    "modal": {**_EVERYWHERE, "alert": plain_blocks.alert},
    "home": _EVERYWHERE,
}
AT_MOST = {"data_visualization": 2, "table": 1}  # in one message
_SEPARATE_TEXT = {"table", "data_table", "data_visualization", "markdown"}  # they have limits of their own


def walk(blocks: list[Any], at: str = "/blocks") -> Iterator[tuple[dict[str, Any], str]]:
    """Each block and the blocks inside it, with their JSON pointers."""
    for index, block in enumerate(blocks):
        here = f"{at}/{index}"
        yield block, here
        if block.get("type") == "container":
            yield from walk(block.get("child_blocks", []), f"{here}/child_blocks")
        elif block.get("type") == "carousel":
            yield from walk(block.get("elements", []), f"{here}/elements")


def elements_of(block: dict[str, Any]) -> list[dict[str, Any]]:
    """The interactive elements that stand directly in a block."""
    kind = block.get("type")
    if kind == "section":
        found = [block["accessory"]] if "accessory" in block else []
    elif kind == "input":
        found = [block["element"]]
    elif kind == "actions":
        found = block["elements"]
    elif kind == "card":
        found = block.get("actions", [])
    else:
        found = []
    return [element for element in found if element["type"] != "image"]


def check_blocks(blocks: Any, surface: str, found: Found, at: str = "/blocks") -> None:
    """Judge the blocks of a "message", "modal" or "home" and note what Slack would refuse."""
    most = MESSAGE_BLOCKS if surface == "message" else VIEW_BLOCKS
    array(by_type(SURFACES[surface]), 0, most)(blocks, at, found)
    if found.messages:
        return  # the rules below read blocks that have their shape
    everything = list(walk(blocks, at))
    if len(everything) > most:
        found.add(f"no more than {most} items allowed", at)
    _ids_once(everything, found)
    _one_focus(everything, at, found)
    if surface != "message":
        return
    kinds = Counter(block["type"] for block, _ in everything)
    for kind, limit in AT_MOST.items():
        if kinds[kind] > limit:
            found.add(f"no more than {limit} {kind} blocks allowed", at)
    if sum(len(block["text"]) for block, _ in everything if block["type"] == "markdown") > MARKDOWN_TEXT:
        found.add(f"markdown text must be less than {MARKDOWN_TEXT + 1} characters", at)
    for block, here in everything:
        if block["type"] == "input" and not block.get("dispatch_action"):
            found.add("input blocks in messages require dispatch_action", here)


def _ids_once(everything: list[tuple[dict[str, Any], str]], found: Found) -> None:
    seen: set[str] = set()
    for block, here in everything:
        name = block.get("block_id")
        if name in seen:
            found.add(f"block_id {name} already exists", f"{here}/block_id")
        if name is not None:
            seen.add(name)
        actions = Counter(element["action_id"] for element in elements_of(block) if "action_id" in element)
        for action, times in actions.items():
            if times > 1:
                found.add(f"action_id {action} already exists", here)


def _one_focus(everything: list[tuple[dict[str, Any], str]], at: str, found: Found) -> None:
    focused = sum(bool(e.get("focus_on_load")) for block, _ in everything for e in elements_of(block))
    if focused > 1:
        found.add("only one element may have focus_on_load", at)


def text_length(blocks: list[dict[str, Any]]) -> int:
    """The characters of all block text of a message, as `msg_blocks_too_long` counts them."""
    return sum(_strings(block) for block in blocks if block["type"] not in _SEPARATE_TEXT)


def _strings(value: Any) -> int:
    if isinstance(value, list):
        return sum(map(_strings, value))
    if isinstance(value, dict):
        return sum(
            len(each) if key == "text" and isinstance(each, str) else _strings(each)
            for key, each in value.items()
        )
    return 0
