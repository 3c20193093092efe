"""Blocks as Slack stores them."""

import json
import secrets
from typing import Any

INTERACTIVE = ("select", "picker", "_input", "button", "overflow", "checkboxes")


def finished(blocks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The blocks as Slack stores them: ids where the app gave none, text objects with their defaults."""
    copy: list[dict[str, Any]] = json.loads(json.dumps(blocks))
    for block in copy:
        _finish(block)
    return copy


def _finish(value: dict[str, Any], *, block: bool = True) -> None:
    kind = value.get("type")
    if kind == "plain_text":
        value.setdefault("emoji", True)
    elif kind == "mrkdwn":
        value.setdefault("verbatim", False)
    elif block:
        value.setdefault("block_id", secrets.token_urlsafe(4)[:5])
    elif isinstance(kind, str) and any(word in kind for word in INTERACTIVE):
        value.setdefault("action_id", secrets.token_urlsafe(4)[:5])
    for key, each in value.items():
        children = key == "child_blocks" or (key == "elements" and kind == "carousel")
        for inner in each if isinstance(each, list) else [each]:
            if isinstance(inner, dict):
                _finish(inner, block=children)
