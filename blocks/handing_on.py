"""The small window in which a conversation is handed on: to whom, and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from blocks import ids, kit
from blocks.ids import ActionId, CallbackId
from blocks.kit import Element, View
from blocks.text import fit
from iqs.assignments import HandedOn, HandOnReason
from iqs.people import Person

ANYBODY = "anybody"
PEOPLE = 99  # a menu has room for a hundred

SENTENCES = {
    HandOnReason.NO_TIME: "No time for it before the deadline",
    HandOnReason.TOO_CLOSE: "Too close to it to be fair",
    HandOnReason.BETTER_JUDGE: "Somebody else can judge it better",
    HandOnReason.BALANCE: "To share the work more evenly",
    HandOnReason.OTHER: "Another reason",
}
"""What a person can choose; the other reasons are the programme's own."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person wants: `to` None is whoever has the least to do; `team_id` is the list the window lies on."""

    assignment_id: int
    to: int | None
    reason: HandOnReason
    team_id: int | None = None


def modal(assignment_id: int, people: Sequence[Person], *, team_id: int | None = None) -> View:
    """Asks to whom and why; by itself it goes to whoever has the least to do."""
    options = [kit.option("Whoever has the least to do", ANYBODY)]
    options += [kit.option(fit(person.name, 75), person.id) for person in people[:PEOPLE]]
    menu: Element = {
        "type": "static_select",
        "action_id": ActionId.HAND_ON_TO,
        "options": options,
        "initial_option": options[0],
    }
    reasons = [kit.option(sentence, reason.value) for reason, sentence in SENTENCES.items()]
    note = "What was rated so far is dropped: a review is one person's. The other reviewer sees who handed it on."
    return kit.modal(
        "Give to another",
        [
            kit.field(ids.HAND_ON_TO, "Who reviews it instead?", menu),
            kit.field(ids.HAND_ON_REASON, "Why?", kit.radio(ActionId.HAND_ON_REASON, reasons, None)),
            kit.context(note),
        ],
        callback=CallbackId.HAND_ON,
        submit="Hand on",
        close="Keep it",
        metadata=str(assignment_id) if team_id is None else f"{assignment_id}:{team_id}",
    )


def told(handed_on: HandedOn) -> str:
    """Who handed a conversation on to its reviewer, and why, as the new scorecard says it."""
    if handed_on.by is None:
        return "It came to you because its first reviewer is not available."
    reason = next((sentence for each, sentence in SENTENCES.items() if each == handed_on.why), "")
    why = f": {reason[0].lower()}{reason[1:]}" if reason and handed_on.why != HandOnReason.OTHER else ""
    return f"Handed on by {fit(handed_on.by, 80)}{why}."


def read_hand_on(view: dict[str, Any]) -> Asked:
    """What was chosen; Invalid if it is no such modal of ours."""
    values = view.get("state", {}).get("values", {})
    to = _chosen(values, ids.HAND_ON_TO, ActionId.HAND_ON_TO)
    reason = _chosen(values, ids.HAND_ON_REASON, ActionId.HAND_ON_REASON)
    if reason not in list(SENTENCES):
        raise ids.unreadable()
    number, _, team = str(view.get("private_metadata")).partition(":")
    return Asked(
        assignment_id=ids.number(number),
        to=None if to == ANYBODY else ids.number(to),
        reason=HandOnReason(reason),
        team_id=ids.number(team) if team else None,
    )


def _chosen(values: dict[str, Any], block: str, action: str) -> Any:
    return (values.get(block, {}).get(action, {}).get("selected_option") or {}).get("value")
