"""The small modal that asks why a conversation is skipped."""

from typing import Any

from blocks import ids, kit
from blocks.ids import ActionId, CallbackId
from blocks.kit import View
from iqs.assignments import Card, SkipReason
from iqs.reviews import ReviewKind, Stream

SENTENCES = {
    SkipReason.NOT_ENOUGH: "There is not enough in it to rate",
    SkipReason.KNOWS_IT: "I took part in it or know the case",
    SkipReason.LANGUAGE: "I cannot read its language well",
    SkipReason.SENSITIVE: "It is too sensitive to review here",
    SkipReason.OTHER: "Another reason",
}


def modal(card: Card) -> View:
    """Asks for one reason. What was rated so far stays saved, and counts for nothing."""
    options = [kit.option(sentence, reason.value) for reason, sentence in SENTENCES.items()]
    asked = kit.field(
        ids.SKIP_BLOCK, "Why do you skip this conversation?", kit.radio(ActionId.SKIP_REASON, options, None)
    )
    note = (
        "Skipping is fine; the next conversation comes in its place. The reason is kept, so that the sample stays "
        "honest about what is missing. A skip cannot be taken back."
    )
    return kit.modal(
        "Skip conversation",
        [asked, kit.context(note)],
        callback=CallbackId.SKIP,
        submit="Skip",
        close="Keep it",
        metadata=str(card.assignment.id),
    )


def read_skip(view: dict[str, Any]) -> tuple[int, SkipReason]:
    """The assignment and the reason that was chosen; Invalid if it is no such modal of ours."""
    state = view.get("state", {}).get("values", {}).get(ids.SKIP_BLOCK, {}).get(ActionId.SKIP_REASON, {})
    chosen = (state.get("selected_option") or {}).get("value")
    if chosen not in list(SkipReason):
        raise ids.unreadable()
    return ids.number(view.get("private_metadata")), SkipReason(chosen)


def followed(card: Card) -> str:
    """What comes in the place of a skipped conversation, for whoever had it."""
    if card.follower is not None:
        mine = card.follower.reviewer_id == card.assignment.reviewer_id
        return "Here comes the next one." if mine else "Another reviewer gets the next one."
    # A hidden second reading has no next either, and its reader must not learn from this that it was one.
    sampled = card.assignment.stream in (Stream.RANDOM, Stream.DOUBLE)
    if sampled and card.assignment.kind is not ReviewKind.SELF and card.assignment.period:
        return "This time no other one comes in its place."
    return "Nothing more to do. It counts for nobody's score."


def sentence(reason: str | None) -> str:
    """A stored reason in words that stand after "Skipped: "."""
    return reason or "no reason kept"
