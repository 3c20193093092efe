"""The scorecard in Slack: the message is the scorecard, one row of buttons for each category.

It is sent only to its reviewer and edited as it changes; submitted, skipped or gone it folds to a line.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from blocks import beside, figures, handing_on, ids, kit, skip, transcript
from blocks.ids import ActionId
from blocks.kit import Block, Element, Message, Part
from blocks.text import fit
from iqs.assignments import DRAWN_ANEW, DRAWN_TOO, AssignmentState, Card
from iqs.reviews import ReviewKind
from iqs.scorecards import RatingCategory

DESCRIPTION = 140
FEW = 6
EXCERPT = 1_500
OWN_VIEW = (
    "A colleague reviews this conversation too. Neither of you sees the other's view before both are in; then the two "
    "stand side by side. Yours counts for no score."
)
MANY = 12
"""Categories that fit one message; a longer scorecard is rated in the modal."""


class Choice(StrEnum):
    """What the "…" menu offers."""

    SKIP = "skip"
    REASSIGN = "reassign"
    WHY = "why"
    OPEN = "open"  # only opens the helpdesk


@dataclass(frozen=True, slots=True)
class Rated:
    """A click on a rating button: `value` None is N/A."""

    assignment_id: int
    category: str
    value: int | None


def message(card: Card, *, excerpts: bool = True, now: datetime | None = None) -> Message:
    """The scorecard message in the state the card is in.

    `excerpts=False` keeps the customer's words out of it. After `undo_until` (`now` given) a submitted card
    has no buttons.
    """
    if card.assignment.state is AssignmentState.SUBMITTED:
        return _submitted(card, now)
    if card.assignment.state is AssignmentState.OPEN:
        return _open(card, excerpts=excerpts)
    return _ended(card)


_WITHDRAWN = {
    DRAWN_ANEW: ("Drawn anew", "Another sample took this one's place; its scorecards come by themselves."),
    DRAWN_TOO: (
        "Drawn at random as well",
        "The random sample came to it too; it is reviewed as part of that.",
    ),
}
"""Why it was taken back, and what that means."""


def _ended(card: Card) -> Message:
    """What stays of one that ended without a review."""
    state = card.assignment.state
    if state is AssignmentState.SKIPPED:
        return _folded(card, f"Skipped: {skip.sentence(card.assignment.skip_reason)}", skip.followed(card))
    if state is AssignmentState.CANCELLED and card.follower is not None:
        to = fit(card.follower.reviewer_name, 80)
        return _folded(card, f"Passed on to {to}", "Nothing more to do. Thank you for saying so.")
    if state is AssignmentState.EXPIRED:
        return _folded(card, "Its deadline is over", "Nothing more to do. It counts for nobody's score.")
    if card.assignment.skip_reason in _WITHDRAWN:
        return _folded(card, *_WITHDRAWN[card.assignment.skip_reason])
    if card.assignment.kind is ReviewKind.SELF:
        return _folded(card, "Your own view is not needed any more", "Nothing more to do. Thank you!")
    return _folded(card, "Taken off your list", "Nothing more to do here.")


def read_rate(action: dict[str, Any]) -> Rated:
    """Which rating was clicked; Invalid if it is no rating button of ours."""
    pressed = ids.RATE.fullmatch(str(action.get("action_id")))
    category = ids.rated_category(str(action.get("block_id")))
    if pressed is None or not category:
        raise ids.unreadable()
    value = ids.rating_of(pressed[1])
    return Rated(read_assignment(action), category, value)


def read_assignment(action: dict[str, Any]) -> int:
    """The assignment a button speaks of; Invalid if it is no button of ours."""
    return ids.number(action.get("value"))


def read_menu(action: dict[str, Any]) -> tuple[int, Choice]:
    """The assignment and what was chosen in the "…" menu; Invalid if it is no menu of ours."""
    chosen = str((action.get("selected_option") or {}).get("value"))
    choice, _, number = chosen.partition(":")
    if choice not in list(Choice):
        raise ids.unreadable()
    return ids.number(number), Choice(choice)


def _open(card: Card, *, excerpts: bool) -> Message:
    total = len(card.scorecard.categories)
    done = total - len(card.missing)
    own = card.assignment.kind is ReviewKind.SELF
    waits = (
        "One of your conversations waits for your own view"
        if own
        else "A support conversation waits for your review"
    )
    text = f"{waits}: {done} of {total} categories rated."
    top: list[Block | None] = [
        kit.header("How do you see this conversation?" if own else f"Scorecard: {card.reviewee_name}"),
        _facts(card, excerpts=excerpts),
    ]
    rest: list[Block] = []
    if total <= MANY:
        heads = figures.group_heads(card.scorecard)
        for category in card.scorecard.categories:
            rest += _category(card, category, heads.get(category.key))
    rest += [kit.context(_progress(card)), _buttons(card)]
    if excerpts:
        room = min(EXCERPT, kit.MESSAGE_TEXT - kit.text_weight(top) - kit.text_weight(rest))
        top.append(transcript.excerpt(card.conversation, room))
    return kit.message(text, [*top, *rest])


def _facts(card: Card, *, excerpts: bool) -> Block:
    conversation, assignment = card.conversation, card.assignment
    lines = [transcript.facts(conversation, "Conversation")]
    subject = transcript.subject(conversation, redacted=True) if excerpts else None
    if subject is not None:
        lines.append(subject)
    why: list[Part] = [transcript.asked(assignment)]
    if assignment.due_at is not None:
        why += [" · due ", kit.date(assignment.due_at)]
    if assignment.kind is ReviewKind.SELF:
        lines.append(kit.line(OWN_VIEW))
    if card.handed_on is not None:
        lines.append(kit.line(handing_on.told(card.handed_on)))
    return kit.rich_text(*lines, kit.line(*why))


def _category(card: Card, category: RatingCategory, group: str | None) -> list[Block]:
    lines: list[Element] = []
    if group is not None:
        lines.append(kit.line(kit.italic(group, 60)))
    parts: list[Part] = [kit.bold(category.name, 80)]
    special = figures.marks(category, card.scorecard)
    if special:
        parts.append(special)
    if category.description.strip():
        room = DESCRIPTION if len(card.scorecard.categories) <= FEW else DESCRIPTION // 2
        parts.append(kit.words(f"\n{category.description.strip()}", room))
    row = kit.actions(ids.rating_block(category.key), _ratings(card, category))
    return [kit.rich_text(*lines, kit.line(*parts)), row]


def _ratings(card: Card, category: RatingCategory) -> list[Element]:
    rating = card.draft.ratings.get(category.key)
    offered: list[int | None] = list(category.scale.values)
    if category.skippable or (rating is not None and rating.value is None):
        offered.append(None)
    short = fit(category.name, 30)
    buttons = []
    for value in offered:
        chosen = rating is not None and rating.value == value
        label = f"{short}: {figures.rating(value, category.scale.points)}"
        buttons.append(
            kit.button(
                f"✓ {_face(value, category)}" if chosen else _face(value, category),
                ids.rate_action(value),
                card.assignment.id,
                style="primary" if chosen else None,
                label=f"{label}, chosen" if chosen else label,
            )
        )
    return buttons


def _face(value: int | None, category: RatingCategory) -> str:
    if value is None:
        return "N/A"
    if category.scale.points == 2:
        return "👍 Met" if value == 2 else "👎 Not met"
    return str(value)


def _progress(card: Card) -> str:
    total, missing = len(card.scorecard.categories), card.missing
    if total > MANY:
        return f"{total - len(missing)} of {total} rated · rate this scorecard under “Read conversation”"
    if len(missing) == total:
        return "Every click is saved. 1 is the lowest rating; N/A leaves a category out of the score."
    if missing:
        names = ", ".join(fit(card.scorecard.category(key).name, 40) for key in missing)
        return fit(f"{total - len(missing)} of {total} rated · saved. Still open: {names}.", 400)
    back = "You took this review back. " if card.review_version else ""
    return (
        f"{back}{total} of {total} rated · saved, not yet sent. "
        "Root causes, notes and a comment: under “Read conversation”."
    )


def _buttons(card: Card) -> Block:
    number = card.assignment.id
    elements = [kit.button("Read conversation", ActionId.READ, number)]
    if not card.missing:
        elements.append(
            kit.button("Submit", ActionId.SUBMIT, number, style="primary", label="Submit the review")
        )
    options = [kit.option("Skip with a reason …", f"{Choice.SKIP}:{number}")]
    if card.assignment.kind is not ReviewKind.SELF:
        options.append(kit.option("Give to another reviewer …", f"{Choice.REASSIGN}:{number}"))
    options.append(kit.option("Why this conversation?", f"{Choice.WHY}:{number}"))
    url = kit.web_link(card.conversation.url)
    if url is not None:
        options.append(kit.option("Open in helpdesk", f"{Choice.OPEN}:{number}", url=url))
    return kit.actions("scorecard.actions", [*elements, kit.overflow(ActionId.MENU, options)])


def _submitted(card: Card, now: datetime | None) -> Message:
    number = card.assignment.id
    score = card.score
    if score is None or score.percent is None:
        headline = "Submitted without a score: nothing that counts was rated"
        detail = "It stays out of IQS and pass rate."
    else:
        headline = f"Scored {figures.percent(score.percent)}"
        verdict = figures.verdict(score, card.scorecard)
        detail = f"{verdict[0].upper()}{verdict[1:]}."
    open_until = card.undo_until if now is None or card.undo_until is None or now < card.undo_until else None
    buttons = None
    told = kit.fixed("Thank you. Feedback reaches agents in their working hours.")
    if card.assignment.kind is ReviewKind.SELF:
        told = kit.fixed("Thank you for looking at your own work.")
    elif open_until is not None:
        told = kit.fixed("You can change it until ", open_until, "; nobody is told before.")
    if open_until is not None:
        buttons = kit.actions(
            "scorecard.actions",
            [
                kit.button("Edit", ActionId.EDIT, number, label="Edit the review"),
                kit.button("Undo", ActionId.UNDO, number, label="Take the review back"),
            ],
        )
    lines = kit.rich_text(
        kit.line(kit.bold(headline), f" · {detail}"), transcript.facts(card.conversation, card.reviewee_name)
    )
    view = card.beside if card.beside and now is not None and now >= card.beside.released_at else None
    both = beside.block(card.scorecard, "The agent's own view", view, card.draft, "you") if view else None
    return kit.message(f"Review submitted. {_sent(open_until)}", [lines, both, buttons, kit.context(told)])


def _sent(open_until: datetime | None) -> str:
    return "You can edit or undo it for a few minutes." if open_until else "Thank you."


def _folded(card: Card, headline: str, detail: str) -> Message:
    lines = kit.rich_text(
        kit.line(kit.bold(headline)), transcript.facts(card.conversation, card.reviewee_name)
    )
    return kit.message("A review on your list is closed. Nothing more to do.", [lines, kit.context(detail)])
