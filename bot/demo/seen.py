"""What a message or a window says, as one readable line."""

from collections.abc import Iterator
from typing import Any

LENGTH = 110


def words(shown: Any) -> str:
    """All text of blocks, in order, without the structure around it."""
    return " ".join(" ".join(_texts(shown)).split())


def line(shown: Any, length: int = LENGTH) -> str:
    """The beginning of it, in quotation marks."""
    text = words(shown)
    return f"“{text if len(text) <= length else text[: length - 2].rstrip() + ' …'}”"


def blocks_of(shown: Any, kind: str) -> list[dict[str, Any]]:
    """Every block of this type, in order."""
    return [block for block in shown if block["type"] == kind]


def _texts(shown: Any) -> Iterator[str]:
    if isinstance(shown, list):
        for each in shown:
            yield from _texts(each)
    elif isinstance(shown, dict):
        for key, value in shown.items():
            if key in {"text", "caption"} and isinstance(value, str):
                yield value
            elif key not in {"options", "placeholder", "confirm", "hint"}:
                yield from _texts(value)
