"""Every id that Slack sends back to us. Old messages keep their buttons for ever: none of these may change.

An id says what was pressed; the button's value says on what: opaque ids that the services authorise again.
`block_id`s carry a category's key and are the same in each redraw, so that Slack keeps what was typed.
"""

import re
from enum import StrEnum
from typing import Any

from iqs.errors import Invalid


class ActionId(StrEnum):
    """What was pressed, in messages, modals and the App Home."""

    READ = "scorecard.read"  # "Read conversation": value = assignment id
    SUBMIT = "scorecard.submit"
    EDIT = "scorecard.edit"
    UNDO = "scorecard.undo"
    MENU = "scorecard.menu"  # overflow: see scorecard.read_menu
    REVIEW_RATING = "review.rating"  # in the review modal: tells of each change
    REVIEW_CAUSES = "review.causes"
    REVIEW_NOTE = "review.note"
    REVIEW_COMMENT = "review.comment"
    REVIEW_SAVE = "review.save"
    REVIEW_NEXT = "review.page.next"  # value = the page to show
    REVIEW_PREVIOUS = "review.page.previous"
    SKIP_REASON = "skip.reason"
    ACKNOWLEDGE = "feedback.acknowledge"  # value = review id, as in all of feedback.*
    FEEDBACK_OPEN = "feedback.open"
    FEEDBACK_READ = "feedback.read"
    FEEDBACK_EXPLAIN = "feedback.explain"
    FEEDBACK_NEXT = "feedback.page.next"  # value = review id:page
    FEEDBACK_PREVIOUS = "feedback.page.previous"
    DELIVERY_RETRY = "delivery.retry"  # value = notice id, with ":sure" where it may have arrived
    DELIVERY_CANCEL = "delivery.cancel"  # value = notice id
    DELIVERY_MAP = "delivery.map"  # the block names a conversation of the agent, the menu a Slack user
    WHY_REVIEW = "why.review"  # "Why this conversation?": value = review id
    ABSENCE = "absence.open"
    BACK = "absence.back"
    FIRST_DAY = "absence.first"
    LAST_DAY = "absence.last"
    HAND_ON_TO = "hand_on.to"
    HAND_ON_REASON = "hand_on.reason"
    WORK = "work.open"  # value = team id
    WORK_HAND_ON = "work.hand_on"  # value = assignment id:team id
    DRAW_REDRAW = "draw.redraw"  # value = team id:period, as in all of draw.*
    DRAW_VERIFY = "draw.verify"
    LINK = "link"  # a button that only opens an address: acknowledge and do nothing


class CallbackId(StrEnum):
    """Which modal was submitted or closed."""

    REVIEW = "review"
    LOADING = "loading"
    SKIP = "skip"
    FEEDBACK = "feedback"
    CONVERSATION = "conversation"
    EXPLAIN = "explain"
    SENTENCE = "sentence"
    ABSENCE = "absence"
    HAND_ON = "hand_on"
    WORK = "work"


RATE = re.compile(r"^scorecard\.rate\.([1-5]|na)$")
"""The rating buttons of the scorecard message."""

REVIEW_PAGE = re.compile(r"^review\.page\.(next|previous)$")
FEEDBACK_PAGE = re.compile(r"^feedback\.page\.(next|previous)$")

COMMENT_BLOCK = "comment"
SKIP_BLOCK = "skip"
FIRST_DAY = "absence.first"
LAST_DAY = "absence.last"
HAND_ON_TO = "hand_on.to"
HAND_ON_REASON = "hand_on.reason"
NOT_APPLICABLE = "na"

_RATING, _CAUSES, _NOTE = "rating.", "causes.", "note."


def rate_action(value: int | None) -> str:
    """The action id of a rating button; None is N/A."""
    return f"scorecard.rate.{rating_value(value)}"


def rating_value(value: int | None) -> str:
    """A rating as an option's value."""
    return NOT_APPLICABLE if value is None else str(value)


def rating_of(text: Any) -> int | None:
    """A rating as it came back from Slack, None for N/A; Invalid if it is none of ours."""
    return None if text == NOT_APPLICABLE else number(text)


def rating_block(category: str) -> str:
    """The block that rates a category, in the message and in the modal."""
    return f"{_RATING}{category}"


def causes_block(category: str) -> str:
    """The modal's block of a category's root causes."""
    return f"{_CAUSES}{category}"


def note_block(category: str) -> str:
    """The modal's block of a category's note."""
    return f"{_NOTE}{category}"


def rated_category(block_id: str) -> str | None:
    """The category that a rating block rates; None for any other block."""
    return block_id.removeprefix(_RATING) if block_id.startswith(_RATING) else None


def number(text: Any) -> int:
    """An id as it came back from Slack; Invalid if it is none of ours."""
    if isinstance(text, str) and text.isascii() and text.isdigit() and len(text) <= 18:
        return int(text)
    raise unreadable()


def unreadable() -> Invalid:
    """What to raise for a value that we never wrote."""
    return Invalid("This button cannot be read any more. Open the App Home of IQS and start from there.")
