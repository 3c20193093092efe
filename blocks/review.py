"""The review modal: the whole conversation, and the message's ratings with causes, notes and a comment.

All of it is drawn from the stored draft. Block and action ids stay the same in every redraw and on every
page, so Slack keeps what was typed and not yet saved.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from blocks import figures, ids, kit, transcript
from blocks.ids import ActionId, CallbackId
from blocks.kit import Block, Element, Part, View
from blocks.text import fit
from iqs.assignments import Card
from iqs.reviews import COMMENT_LIMIT, NOTE_LIMIT, Draft, Rating, ReviewKind
from iqs.scorecards import RatingCategory

TITLE = "Review conversation"
AROUND = 9
"""Blocks of the modal that are neither transcript nor categories."""

ERROR = 300


@dataclass(frozen=True, slots=True)
class Opened:
    """What a review modal was opened on: compared with the stored version when it is submitted."""

    assignment_id: int
    version: int
    page: int


@dataclass(frozen=True, slots=True)
class Chosen:
    """A choice of a rating in the modal: `value` None is N/A."""

    category: str
    value: int | None


def modal(card: Card, *, page: int = 0) -> View:
    """The modal at one page of the transcript; a page out of range gives the nearest one."""
    categories = card.scorecard.categories
    heads = figures.group_heads(card.scorecard)
    room = max(10, kit.MODAL_BLOCKS - AROUND - 3 * len(categories) - len(heads))
    shown = transcript.page(card.conversation, page, room=room)
    blocks: list[Block | None] = [
        _facts(card),
        kit.divider(),
        *shown.blocks,
        *transcript.turner(shown, "review.pages", ActionId.REVIEW_PREVIOUS, ActionId.REVIEW_NEXT),
        kit.header("Your rating"),
    ]
    for category in categories:
        if category.key in heads:
            blocks.append(kit.rich_text(kit.line(kit.italic(heads[category.key], 100))))
        blocks += _category(card, category)
    comment = kit.text_input(
        ActionId.REVIEW_COMMENT,
        card.draft.comment,
        limit=COMMENT_LIMIT,
        multiline=True,
        placeholder="What went well, and one thing to try next time",
    )
    saved = (
        "Every choice is saved as you make it. What you type is saved with “Save draft”, "
        "when you turn a page, and when you submit."
    )
    blocks += [
        kit.field(ids.COMMENT_BLOCK, f"Comment for {_whom(card)}", comment, optional=True),
        kit.actions("review.save", [kit.button("Save draft", ActionId.REVIEW_SAVE, card.assignment.id)]),
        kit.context(saved),
    ]
    opened = {"assignment": card.assignment.id, "version": card.review_version, "page": shown.number}
    return kit.modal(
        TITLE, blocks, callback=CallbackId.REVIEW, submit="Submit review", metadata=json.dumps(opened)
    )


def loading() -> View:
    """What stands there until the conversation has been read from the database."""
    return kit.modal(TITLE, [kit.section("Opening the conversation …")], callback=CallbackId.LOADING)


def too_late(sentence: str = "This review is closed. Nothing was changed.") -> View:
    """One sentence in place of a review that cannot be changed any more."""
    return kit.modal(TITLE, [kit.section(sentence)], callback=CallbackId.SENTENCE)


def errors(card: Card, fields: Mapping[str, str]) -> dict[str, str]:
    """Faults by category key or "comment" → by block id, as Slack shows them under the inputs."""
    keys = {category.key for category in card.scorecard.categories}
    told: dict[str, str] = {}
    for name, sentence in fields.items():
        block = ids.rating_block(name) if name in keys else ids.COMMENT_BLOCK
        told[block] = fit(f"{told[block]} {sentence}" if block in told else sentence, ERROR)
    return told


def read_opened(view: dict[str, Any]) -> Opened:
    """Which assignment, review version and page the modal shows; Invalid if it is no review modal of ours."""
    try:
        found = json.loads(view.get("private_metadata") or "")
        return Opened(int(found["assignment"]), int(found["version"]), int(found["page"]))
    except (ValueError, TypeError, KeyError):
        raise ids.unreadable() from None


def read_page(action: dict[str, Any]) -> int:
    """The page that "Next page" or "Previous page" leads to."""
    return ids.number(action.get("value"))


def read_rating(action: dict[str, Any]) -> Chosen:
    """Which rating was chosen in the modal; Invalid if it is none of our radio buttons."""
    category = ids.rated_category(str(action.get("block_id")))
    if not category:
        raise ids.unreadable()
    return Chosen(category, ids.rating_of((action.get("selected_option") or {}).get("value")))


def read_draft(view: dict[str, Any]) -> Draft:
    """All that is entered in the modal now. A category without a rating is left out."""
    values = view.get("state", {}).get("values", {})
    ratings = {}
    for block_id, state in values.items():
        category = ids.rated_category(block_id)
        chosen = (state.get(ActionId.REVIEW_RATING, {}).get("selected_option") or {}).get("value")
        if category is None or chosen is None:
            continue
        causes = values.get(ids.causes_block(category), {}).get(ActionId.REVIEW_CAUSES, {})
        note = values.get(ids.note_block(category), {}).get(ActionId.REVIEW_NOTE, {})
        ratings[category] = Rating(
            value=ids.rating_of(chosen),
            causes=tuple(each["value"] for each in causes.get("selected_options") or ()),
            note=note.get("value") or "",
        )
    comment = values.get(ids.COMMENT_BLOCK, {}).get(ActionId.REVIEW_COMMENT, {})
    return Draft(ratings=ratings, comment=comment.get("value") or "")


def _whom(card: Card) -> str:
    if card.assignment.kind is ReviewKind.SELF:
        return "yourself and your reviewer"
    return "the agent" if card.agent_hidden else card.reviewee_name


def _facts(card: Card) -> Block:
    lines = [transcript.facts(card.conversation, card.reviewee_name)]
    subject = transcript.subject(card.conversation, redacted=False)
    if subject is not None:
        lines.append(subject)
    assignment = card.assignment
    why: list[Part] = [transcript.asked(assignment)]
    url = kit.web_link(card.conversation.url)
    if url is not None:
        why += [" · ", {"type": "link", "url": url, "text": "open in helpdesk"}]
    return kit.rich_text(*lines, kit.line(*why))


def _category(card: Card, category: RatingCategory) -> list[Block]:
    rating = card.draft.ratings.get(category.key)
    chosen = None if rating is None else ids.rating_value(rating.value)
    hint = "\n".join(part.strip() for part in (category.description, category.guidance) if part.strip())
    label = f"{fit(category.name, 150)}{figures.marks(category, card.scorecard)}"
    options = _options(category, offered_na=category.skippable or chosen == ids.NOT_APPLICABLE)
    radio = kit.radio(ActionId.REVIEW_RATING, options, chosen)
    blocks = [kit.field(ids.rating_block(category.key), label, radio, dispatch=True, hint=hint)]
    if rating is None:
        return blocks
    if category.offers_causes(rating.value):
        causes = [kit.option(cause.name, cause.key) for cause in category.causes]
        ask = f"Root causes: {fit(category.name, 150)}"
        picked = kit.several(ActionId.REVIEW_CAUSES, causes, rating.causes)
        blocks.append(kit.field(ids.causes_block(category.key), ask, picked, optional=True, dispatch=True))
    note = kit.text_input(
        ActionId.REVIEW_NOTE,
        rating.note,
        limit=NOTE_LIMIT,
        multiline=False,
        placeholder="What you saw, in a sentence",
    )
    blocks.append(
        kit.field(ids.note_block(category.key), f"Note: {fit(category.name, 150)}", note, optional=True)
    )
    return blocks


def _options(category: RatingCategory, *, offered_na: bool) -> list[Element]:
    points = category.scale.points
    options = [kit.option(_spoken(value, points), ids.rating_value(value)) for value in category.scale.values]
    if offered_na:
        options.append(
            kit.option("N/A", ids.NOT_APPLICABLE, description="Leaves this category out of the score")
        )
    return options


def _spoken(value: int, points: int) -> str:
    if points == 2:
        return "👍 Met" if value == 2 else "👎 Not met"
    return {1: "1 · lowest", points: f"{points} · highest"}.get(value, str(value))
