"""A modal or a Home tab as a whole."""

import json
from typing import Any

from bot.sandbox.checks.composition import plain
from bot.sandbox.checks.shape import Check, Found, boolean, by_type, choice, shape, string
from bot.sandbox.checks.surface import check_blocks

VIEW_BYTES = 250_000
IDENTIFIER = 255


def _any_blocks(_value: Any, _at: str, _found: Found) -> None:
    """The blocks are judged after the view's own keys."""


_shared: dict[str, Check] = {
    "private_metadata": string(3000, 0),
    "callback_id": string(IDENTIFIER, 0),
    "external_id": string(IDENTIFIER, 0),
}
_modal = shape(
    {"type": choice("modal"), "title": plain(24), "blocks": _any_blocks},
    {
        **_shared,
        "submit": plain(24),
        "close": plain(24),
        "clear_on_close": boolean,
        "notify_on_close": boolean,
    },
)
_home = shape({"type": choice("home"), "blocks": _any_blocks}, _shared)


def check_view(view: Any, kind: str, found: Found, at: str = "/view") -> None:
    """Judge a view that must be a "modal" or a "home" and note what Slack would refuse."""
    by_type({kind: _modal if kind == "modal" else _home})(view, at, found)
    if found.messages:
        return
    check_blocks(view["blocks"], kind, found, f"{at}/blocks")
    if kind == "modal" and not found.messages and "submit" not in view:
        inputs = any(block["type"] == "input" for block in view["blocks"])
        if inputs:
            found.add("missing required field: submit", at)


def too_large(view: Any) -> bool:
    """Whether a view exceeds 250 kB."""
    return len(json.dumps(view, ensure_ascii=False).encode("utf-8", "surrogatepass")) > VIEW_BYTES
