"""What an agent reads about one of their conversations: privately, kindly, the arithmetic on request."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from blocks import beside, figures, ids, kit, transcript, why
from blocks.ids import ActionId, CallbackId
from blocks.kit import Block, Element, Message, Part, View
from blocks.text import fit
from iqs.reports import Feedback
from iqs.reviews import Rating, ReviewKind, Stream
from iqs.scoring import REVIEW_FAILED, Line

GOOD = 75
"""From this percent a rating stands under "What went well": 4 of 5, "met"."""

BRIEF = 600
"""Characters of one review in a gathered message, at most."""

COMMENT = 2_000
NOTE = 200
CAUSES = 200


_GATHERED = "feedback.actions:"


@dataclass(frozen=True, slots=True)
class _Room:
    """How much of each text is shown: a message holds little, a modal all."""

    comment: int
    note: int
    causes: int


_ALL = _Room(comment=3_500, note=1_000, causes=1_000)


def message(feedback: Feedback) -> Message:
    """The agent's direct message. Long words are cut here and stand whole in `modal`."""
    room = _room(feedback)
    body = _body(feedback, room)
    text = "You have feedback on one of your conversations. Open the message to read it."
    return kit.message(text, [*body, _seen(feedback), _actions(feedback, full=_cuts(feedback, room))])


def gathered(told: Sequence[Feedback]) -> Message:
    """Several reviews in one direct message, the oldest first: of each the heart, and all of it behind a button."""
    if len(told) == 1:
        return message(told[0])
    text = f"You have feedback on {len(told)} of your conversations. Open the message to read it."
    name = told[0].reviewee.name.split() or [""]
    who = f"Hi {fit(name[0], 40)}, thank you" if name[0] else "Thank you"
    thanks = f"{who} for your work on these conversations. Here is what colleagues saw in them."
    room = min(BRIEF, (kit.MESSAGE_TEXT - 600) // len(told) - 250)
    body: list[Block | None] = [
        kit.header(f"Feedback on {len(told)} conversations"),
        kit.rich_text(kit.line(thanks)),
    ]
    for each in told:
        body += [_brief(each, room), _choices(each)]
    return kit.message(text, body)


def gathered_reviews(shown: Mapping[str, Any]) -> tuple[int, ...]:
    """The reviews that a gathered message tells, read from what was clicked; empty for any other message."""
    block_ids = [str(block.get("block_id")) for block in shown.get("blocks") or ()]
    found = [each.removeprefix(_GATHERED) for each in block_ids if each.startswith(_GATHERED)]
    return tuple(ids.number(each) for each in found)


def modal(feedback: Feedback) -> View:
    """The same, whole, as a modal: opened from the App Home, `/iqs me`, or a message that had to cut."""
    blocks = [*_body(feedback, _ALL), _seen(feedback), _actions(feedback, full=False)]
    return kit.modal("Your feedback", blocks, callback=CallbackId.FEEDBACK)


def explain_modal(lines: Sequence[str]) -> View:
    """The arithmetic of the score line by line, behind "How was this scored?"."""
    return kit.modal("How it was scored", arithmetic(lines), callback=CallbackId.EXPLAIN)


def arithmetic(lines: Sequence[str], room: int = 1_000) -> list[Block]:
    """The lines of the arithmetic, each cut to `room`, and in one sentence how it goes."""
    shown = [kit.line(kit.words(each, room)) for each in lines[:80]] or [
        kit.line("There is no score to explain.")
    ]
    note = "Each rating becomes a percent of its scale; the score is the weighted mean of what counts."
    return [kit.rich_text(kit.bullets(shown)), kit.context(note)]


def conversation_modal(feedback: Feedback, page: int = 0) -> View:
    """The conversation that was reviewed, to read again; a page out of range gives the nearest one."""
    shown = transcript.page(feedback.conversation, page, room=kit.MODAL_BLOCKS - 10)
    turner = transcript.turner(
        shown,
        "feedback.pages",
        ActionId.FEEDBACK_PREVIOUS,
        ActionId.FEEDBACK_NEXT,
        prefix=f"{feedback.review_id}:",
    )
    blocks = [_facts(feedback, redacted=False), kit.divider(), *shown.blocks, *turner]
    return kit.modal("Conversation", blocks, callback=CallbackId.CONVERSATION)


def read_review(action: dict[str, Any]) -> int:
    """The review a button speaks of; Invalid if it is no button of ours."""
    return ids.number(action.get("value"))


def read_page(action: dict[str, Any]) -> tuple[int, int]:
    """The review and the page that "Next page" or "Previous page" leads to; Invalid if it is none of ours."""
    review, _, page = str(action.get("value")).partition(":")
    return ids.number(review), ids.number(page)


def _body(feedback: Feedback, room: _Room) -> list[Block]:
    blocks = [
        kit.header("Feedback on your conversation"),
        kit.rich_text(_thanks(feedback), *_facts(feedback, redacted=True)["elements"], _origin(feedback)),
        kit.rich_text(*_score(feedback)),
    ]
    good, look, out = _sorted(feedback.score.lines)
    if good:
        blocks.append(_list("What went well", good, feedback, room))
    if look:
        strongest = max((line.percent for line in look if line.percent is not None), default=None)
        if not good and strongest:  # nothing reached "well": still say what was strongest
            best = [line for line in look if line.percent == strongest]
            look = [line for line in look if line.percent != strongest]
            blocks.append(_list("Strongest here", best, feedback, room))
    if look:
        blocks.append(_list("Where there is room to grow", look, feedback, room))
    if out:
        blocks.append(_list("Left out of the score", out, feedback, room))
    comment = feedback.draft.comment.strip()
    if comment:
        whose = f"Comment from {feedback.reviewer_name}" if feedback.reviewer_name else "Comment"
        blocks.append(
            kit.rich_text(kit.line(kit.bold(whose, 120)), kit.quote(kit.words(comment, room.comment)))
        )
    if feedback.beside is not None:
        blocks.append(
            beside.block(
                feedback.scorecard, "Your own view", feedback.beside, feedback.draft, "your reviewer"
            )
        )
    return blocks


def _brief(feedback: Feedback, room: int) -> Block:
    """One of several: which conversation, the score, what went well and where to grow, how the comment begins."""
    lines = [*_facts(feedback, redacted=True)["elements"], *_score(feedback)[:1]]
    good, look, _ = _sorted(feedback.score.lines)
    names, comment = room // 4, feedback.draft.comment.strip()
    for title, rated in (("What went well", good), ("Room to grow", look)):
        if rated:
            listed = ", ".join(fit(line.name, 60) for line in rated)
            lines.append(kit.line(f"{title}: ", kit.words(listed, names)))
    if comment:
        lines.append(kit.quote(kit.words(comment, room // 2)))
    if feedback.acknowledged_at is not None:
        lines.append(kit.line("✓ You acknowledged this on ", kit.date(feedback.acknowledged_at), "."))
    return kit.rich_text(*lines)


def _choices(feedback: Feedback) -> Block:
    """The buttons of one of several; their block names the review, so that the message can be drawn again."""
    number = feedback.review_id
    seen = feedback.acknowledged_at is not None
    acknowledge = kit.button(
        "Acknowledge", ActionId.ACKNOWLEDGE, number, style="primary", label="Acknowledge this feedback"
    )
    rest = [
        kit.button("Read in full", ActionId.FEEDBACK_OPEN, number),
        kit.button("How was this scored?", ActionId.FEEDBACK_EXPLAIN, number),
        why.review_button(number),
    ]
    return kit.actions(f"{_GATHERED}{number}", rest if seen else [acknowledge, *rest])


def _thanks(feedback: Feedback) -> Element:
    if feedback.kind is ReviewKind.SELF:
        return kit.line("Thank you for looking at your own work. This is how you saw it.")
    name = feedback.reviewee.name.split() or [""]
    who = f"Hi {fit(name[0], 40)}, thank you" if name[0] else "Thank you"
    return kit.line(f"{who} for your work on this conversation. Here is what a colleague saw in it.")


def _facts(feedback: Feedback, *, redacted: bool) -> Block:
    lines = [transcript.facts(feedback.conversation, "Your conversation")]
    subject = transcript.subject(feedback.conversation, redacted=redacted)
    return kit.rich_text(*lines, *([subject] if subject is not None else []))


def _origin(feedback: Feedback) -> Element:
    chosen = transcript.reason(feedback.stream, "", feedback.kind, picked_for=feedback.picked_for)
    parts: list[Part] = [chosen]
    if feedback.reviewer_name and feedback.kind is not ReviewKind.SELF:
        parts += [" by ", kit.words(feedback.reviewer_name, 100)]
    parts += [" · ", kit.date(feedback.submitted_at)]
    if feedback.stream is Stream.TARGETED:
        parts.append(" · for coaching only, it does not count for IQS")
    if feedback.version > 1:
        parts.append(" · this replaces what you read before")
    return kit.line(*parts)


def _score(feedback: Feedback) -> list[Element]:
    score = feedback.score
    if score.percent is None:
        return [
            kit.line(
                kit.bold("No score"),
                ": nothing that counts was rated, so this review is left out of your IQS.",
            )
        ]
    verdict = figures.verdict(score, feedback.scorecard)
    lines = [kit.line(kit.bold(f"Score: {figures.percent(score.percent)}"), f" · {verdict}.")]
    names = [line.name for line in score.lines if line.key in score.failed_critical]
    if names:
        listed = ", ".join(fit(name, 60) for name in names)
        decided = f"What decided it: {listed} is critical and was rated below half."
        lines.append(kit.line(kit.words(decided, 600), " The other ratings stand as they were given."))
    if not score.passed:
        lines.append(
            kit.line(
                "One conversation says little about anybody; what counts is the trend over many. See ", _me()
            )
        )
    return lines


def _me() -> Element:
    return kit.words("/iqs me", code=True)


def _sorted(lines: Sequence[Line]) -> tuple[list[Line], list[Line], list[Line]]:
    good = [line for line in lines if line.percent is not None and line.percent >= GOOD]
    look = [line for line in lines if line.percent is not None and line.percent < GOOD]
    return good, look, [line for line in lines if line.percent is None]


def _list(title: str, lines: Sequence[Line], feedback: Feedback, room: _Room) -> Block:
    listed = [_category(line, feedback, room) for line in lines]
    return kit.rich_text(kit.line(kit.bold(title)), kit.bullets(listed))


def _category(line: Line, feedback: Feedback, room: _Room) -> Element:
    rating = feedback.draft.ratings.get(line.key)
    weights = {each.weight for each in feedback.score.lines if each.counted is not None}
    parts: list[Part] = [kit.bold(line.name, 80), f": {_spoken(line, weighed=len(weights) > 1)}"]
    causes = _causes(line.key, feedback, rating)
    if causes:
        parts.append(kit.words(f"\nCauses: {causes}", room.causes))
    if rating is not None and rating.note.strip():
        parts.append(kit.words(f"\n“{rating.note.strip()}”", room.note))
    return kit.line(*parts)


def _spoken(line: Line, *, weighed: bool) -> str:
    if line.value is None or line.percent is None:
        return "N/A"
    rated = figures.rating(line.value, line.points)
    if line.points > 2:
        rated = f"{rated} ({figures.percent(line.percent)})"
    if line.why and line.why != REVIEW_FAILED:  # that is said once, above
        return f"{rated} · {line.why}"
    return f"{rated} · weight {line.weight}" if weighed else rated


def _causes(key: str, feedback: Feedback, rating: Rating | None) -> str:
    if rating is None or not rating.causes:
        return ""
    names: Mapping[str, str] = {}
    for category in feedback.scorecard.categories:
        if category.key == key:
            names = {cause.key: cause.name for cause in category.causes}
    return ", ".join(names.get(cause, cause) for cause in rating.causes)


def _room(feedback: Feedback) -> _Room:
    """As much as the message holds: the comment comes first, then the notes and causes share the rest."""
    bare = kit.text_weight(_body(feedback, _Room(comment=1, note=1, causes=1))) + 400
    left = max(600, kit.MESSAGE_TEXT - bare)
    comment = min(COMMENT, left // 2)
    noted = sum(bool(rating.note.strip()) + bool(rating.causes) for rating in feedback.draft.ratings.values())
    each = (left - comment) // max(1, noted)
    return _Room(comment=comment, note=max(20, min(600, each)), causes=max(20, min(600, each)))


def _cuts(feedback: Feedback, room: _Room) -> bool:
    return kit.text_weight(_body(feedback, room)) < kit.text_weight(_body(feedback, _ALL))


def _seen(feedback: Feedback) -> Block | None:
    if feedback.acknowledged_at is None:
        return None
    return kit.context(kit.fixed("✓ You acknowledged this on ", feedback.acknowledged_at, "."))


def _actions(feedback: Feedback, *, full: bool) -> Block:
    number = feedback.review_id
    elements = []
    if feedback.acknowledged_at is None:
        elements.append(
            kit.button(
                "Acknowledge",
                ActionId.ACKNOWLEDGE,
                number,
                style="primary",
                label="Acknowledge this feedback",
            )
        )
    if full:
        elements.append(kit.button("Read in full", ActionId.FEEDBACK_OPEN, number))
    elements += [
        kit.button("Read conversation", ActionId.FEEDBACK_READ, number),
        kit.button("How was this scored?", ActionId.FEEDBACK_EXPLAIN, number),
        why.review_button(number),
    ]
    url = kit.web_link(feedback.conversation.url)
    if url is not None:
        elements.append(kit.button("Open in helpdesk", ActionId.LINK, url=url))
    return kit.actions("feedback.actions", elements)
