"""Slack's limits, written down a second time and judged from outside: nothing here looks at blocks/kit.py.

Numbers: Slack's reference and the project's tighter budgets (30 blocks and 8,000 characters a message).
"""

import json
from itertools import chain

from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from blocks.figures import GAP
from bot.sandbox.checks.shape import Found
from bot.sandbox.checks.surface import check_blocks, text_length
from bot.sandbox.checks.views import check_view

MESSAGE_BLOCKS, HARD_TEXT, BUDGET_TEXT, TOP_TEXT = 30, 9_597, 8_000, 3_000
VIEW_BLOCKS, VIEW_BYTES, METADATA, ID = 95, 250_000, 3_000, 60
UNKNOWN_TO_SDK = {"data_table", "data_visualization"}
MESSAGES_ONLY = {"data_table", "data_visualization", "container", "markdown"}


def wide(text):
    """The longest way to count: UTF-16 units of the escaped text."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return len(escaped.encode("utf-16-le")) // 2


def walk(value):
    """Every dict inside."""
    if isinstance(value, dict):
        yield value
        yield from chain.from_iterable(map(walk, value.values()))
    elif isinstance(value, list):
        yield from chain.from_iterable(map(walk, value))


def strings(value):
    """Every (key, string) inside."""
    for each in walk(value):
        yield from ((key, item) for key, item in each.items() if isinstance(item, str))


def judge_message(message, *, blocks=MESSAGE_BLOCKS):
    """A posted message keeps every limit and budget."""
    assert set(message) == {"text", "blocks"}
    assert 0 < wide_as_is(message["text"]) <= TOP_TEXT
    assert message["text"].strip()
    assert "<" not in message["text"], "the top-level text is parsed"
    found = Found()
    check_blocks(message["blocks"], "message", found)
    assert not found.messages, found.messages
    assert nested(message["blocks"]) <= blocks
    assert text_length(message["blocks"]) <= BUDGET_TEXT
    weight = sum(
        wide(text)
        for block in message["blocks"]
        if block["type"] not in UNKNOWN_TO_SDK
        for key, text in strings(block)
        if key in {"text", "accessibility_label"}
    )
    assert weight <= HARD_TEXT
    judge_blocks(message["blocks"])


def wide_as_is(text):
    """UTF-16 units of a text that is escaped already."""
    return len(text.encode("utf-16-le")) // 2


def nested(blocks):
    """Blocks, those inside containers included."""
    return sum(1 + len(block.get("child_blocks", [])) for block in blocks)


def judge_modal(view):
    """A modal keeps every limit; its metadata holds ids only."""
    judge_view(view, "modal")
    View(**view).to_dict()
    assert len(view["private_metadata"]) <= 100
    assert 0 < len(view["callback_id"]) <= ID
    for name in ("title", "submit", "close"):
        assert name not in view or len(view[name]["text"]) <= 24


def judge_home(view):
    """An App Home keeps every limit."""
    judge_view(view, "home")


def judge_view(view, kind):
    found = Found()
    check_view(view, kind, found)
    assert not found.messages, found.messages
    assert len(view["blocks"]) <= VIEW_BLOCKS
    assert len(json.dumps(view)) <= VIEW_BYTES
    assert len(view.get("private_metadata", "")) <= METADATA
    assert not [block for block in view["blocks"] if block["type"] in MESSAGES_ONLY]
    judge_blocks(view["blocks"])


def judge_blocks(blocks):
    json.dumps(blocks, ensure_ascii=False).encode()  # no lone surrogate
    judge_ids(blocks)
    for block in blocks:
        if block["type"] not in UNKNOWN_TO_SDK:
            parsed = Block.parse(block)
            assert parsed is not None
            parsed.to_dict()  # raises on what the SDK knows to be wrong
    for each in walk(blocks):
        judge_text(each)
        judge_element(each)


def judge_ids(blocks):
    named = [block["block_id"] for block in blocks if "block_id" in block]
    assert len(named) == len(set(named))
    for block in blocks:
        actions = [each["action_id"] for each in walk(block) if "action_id" in each]
        assert len(actions) == len(set(actions))
        assert all(0 < len(each) <= ID for each in actions + named)


def judge_text(each):
    kind = each.get("type")
    if kind == "plain_text":
        assert each["emoji"] is False
        assert 0 < wide(each["text"]) <= 3000
    if kind == "mrkdwn":
        assert each["verbatim"] is True
        assert 0 < len(each["text"]) <= 3000
    if kind == "text":
        assert each["text"]
    for key in ("text", "caption", "title", "fallback"):
        if isinstance(each.get(key), str):
            assert each[key].strip(), f"an empty {key} refuses the whole message"
            assert "\x00" not in each[key]


MOST = {
    "actions": ("elements", 8),
    "radio_buttons": ("options", 10),
    "checkboxes": ("options", 10),
    "static_select": ("options", 100),
    "multi_static_select": ("options", 100),
    "overflow": ("options", 5),
}


def judge_element(each):
    kind = each.get("type")
    if kind == "header":
        assert wide(each["text"]["text"]) <= 150
    elif kind == "button":
        assert wide(each["text"]["text"]) <= 75
        assert wide(each.get("accessibility_label", "")) <= 75
        assert len(each.get("value", "")) <= 2000
        assert len(each.get("url", "")) <= 3000
        assert each["text"]["text"].strip("👍👎✓ "), "an emoji alone says nothing"
    elif kind in MOST:
        name, most = MOST[kind]
        assert 1 <= len(each[name]) <= most
    elif kind == "data_table":
        assert each["caption"].strip()
        assert len({len(row) for row in each["rows"]}) == 1
        assert sum(len(cell["text"]) for row in each["rows"] for cell in row) <= 10_000
    elif kind == "data_visualization":
        judge_chart(each["chart"])
    elif kind == "input":
        assert wide(each["label"]["text"]) <= 2000
        assert wide(each.get("hint", {"text": ""})["text"]) <= 2000
    for choice in each.get("options", []):
        assert wide(choice["text"]["text"]) <= 75
        assert 0 < len(choice["value"]) <= 75
        assert wide(choice.get("description", {"text": ""})["text"]) <= 75


def judge_chart(chart):
    names = chart["axis_config"]["categories"]
    assert len(names) == len(set(names)) <= 20
    assert all(0 < len(name) <= 20 for name in names)
    for series in chart["series"]:
        assert [point["label"] for point in series["data"]] == names
        assert all(0 <= point["value"] <= 100 for point in series["data"])


def parsed_by_slack(value):
    """Every text in which Slack would act on mentions, links, formatting or emoji codes."""
    if isinstance(value, dict) and {"text", "blocks"} == set(value):
        yield value["text"]
    for each in walk(value):
        if each.get("type") in {"mrkdwn", "markdown"}:
            yield each["text"]


def read(value):
    """All that a person reads, in order, a space at which no line ends as any other: for tests that look for words."""
    found = []

    def visit(each):
        if isinstance(each, list):
            for item in each:
                visit(item)
        elif isinstance(each, dict):
            for key, item in each.items():
                if key in {"text", "title", "caption", "fallback"} and isinstance(item, str):
                    found.append(item)
                else:
                    visit(item)

    visit(value["blocks"] if isinstance(value, dict) and "blocks" in value else value)
    return "".join(found).replace(GAP, " ")
