"""Why this conversation? An answer for the one who asked, to be understood in ten seconds."""

from typing import Any

from blocks import ids, kit
from blocks.ids import ActionId, CallbackId
from blocks.kit import Block, Element, Message, View
from iqs.proof import Verdict, Why
from iqs.reviews import Stream
from iqs.streams import LINK, spoken

TITLE = "Why this conversation?"

_SHOWN = 3


def message(why: Why) -> Message:
    """The answer, sent only to who asked."""
    said = f"{TITLE} {_sentence(why)}"
    return kit.message(said, _blocks(why, said))


def modal(why: Why) -> View:
    """The same in a window, for who asked in one."""
    return kit.modal(TITLE, _blocks(why, _sentence(why)), callback=CallbackId.EXPLAIN)


def _blocks(why: Why, first: str) -> list[Block]:
    made: list[Block] = [kit.rich_text(kit.line(kit.bold(first, 300)), *_details(why))]
    if why.verdict is not None:
        made.append(kit.context(_proof(why.verdict)))
    return made


def review_button(review_id: int) -> Element:
    """The button under an agent's feedback."""
    return kit.button(TITLE, ActionId.WHY_REVIEW, review_id)


def read_review(action: dict[str, Any]) -> int:
    """The review a button speaks of; Invalid if it is no button of ours."""
    return ids.number(action.get("value"))


def _sentence(why: Why) -> str:
    if why.stream is Stream.TARGETED:
        because = f": {why.picked_for}" if why.picked_for and why.picked_for != LINK else ""
        who = why.picked_by or ("A lead" if why.picked_for == LINK else "A rule of the team")
        return f"{who} picked it{because}."
    if why.stream is Stream.IMPORTED:
        return "It comes from a past programme; how it was chosen then is not known here."
    if why.verdict is None:
        return "Chance chose it: it is part of a random sample."
    return "Chance chose it, and anybody can check that."


def _details(why: Why) -> list[Element]:
    if why.stream is Stream.TARGETED:
        return [kit.line("Picked for coaching. It never counts in the IQS: only the random sample does.")]
    if why.verdict is None:
        return []
    lines = [kit.line(_chance(why))]
    if why.replaced:
        lines.append(kit.line("It was next in the same random order, after another one had been skipped."))
    lines.append(kit.line(*_checked(why.verdict)))
    return lines


def _chance(why: Why) -> str:
    whose, when = "your" if why.mine else "this agent's", spoken(why.period)
    if why.drawn >= why.eligible:
        every = "only conversation" if why.eligible == 1 else f"{why.eligible:,} conversations"
        drawn = "was drawn" if why.eligible == 1 else "were all drawn"
        return f"{whose.capitalize()} {every} of {when} {drawn}."
    one = f"one of {why.drawn:,}" if why.drawn > 1 else "the one"
    return (
        f"It is {one} drawn from {whose} {why.eligible:,} conversations of {when}. "
        f"Each of them had the same chance: {why.drawn:,} in {why.eligible:,}."
    )


def _checked(verdict: Verdict) -> list[Any]:
    if verdict.holds:
        count = len(verdict.since)
        later = f" {count:,} of these conversations changed since the draw." if count else ""
        return [f"✓ Checked just now: the draw was run again and came to the same.{later}"]
    first = "; ".join(verdict.differences[:_SHOWN])
    return ["✗ Checked just now: this draw does not fit what was fixed before it. ", kit.words(first, 600)]


def _proof(verdict: Verdict) -> str:
    return (
        f"{verdict.team} {verdict.period} · draw {verdict.draw_id} · seed {verdict.seed} · fixed before the draw "
        f"(first 16 digits of SHA-256): seed {verdict.seed_hash[:16]}, frame {verdict.frame_hash[:16]}"
    )
