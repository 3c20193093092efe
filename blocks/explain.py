"""`/iqs explain`: how a review was scored, line by line."""

from collections.abc import Sequence

from blocks import feedback, kit
from blocks.kit import Message

ROOM = 7_000
"""Characters of all lines together: a message holds less than a modal."""

LINE = 200


def message(lines: Sequence[str]) -> Message:
    """The ephemeral answer: the review's number as its headline, then the arithmetic."""
    title, *rest = lines or ["Review"]
    text = f"How it was scored: {title}."
    blocks = [
        kit.header(f"How it was scored: {title}"),
        *feedback.arithmetic(rest, min(LINE, ROOM // max(1, len(rest[:80])))),
    ]
    return kit.message(text, blocks)
