"""A team's open work, for its lead: who has what, and a button that hands it on."""

from collections.abc import Sequence
from typing import Any

from blocks import ids, kit
from blocks.ids import ActionId, CallbackId
from blocks.kit import Block, Element, View
from blocks.text import fit, masked
from iqs.assignments import OpenWork
from iqs.people import Team


def button(team_id: int, team_name: str) -> Element:
    """Opens the list, from the lead's App Home."""
    return kit.button("Open work", ActionId.WORK, team_id, label=f"Open reviews of {fit(team_name, 40)}")


def modal(team: Team, work: Sequence[OpenWork], *, more: bool = False) -> View:
    """The open work of a team, each with "Hand on"; `more` says that the list is cut."""
    blocks: list[Block] = [kit.context(f"{fit(team.name, 80)}: what is open, the most urgent first.")]
    if not work:
        blocks.append(kit.section("Nothing is open. Everything that was handed out is reviewed."))
    blocks += [_line(each, team.id) for each in work]
    if more:
        blocks.append(kit.context("The rest moves up as these are finished."))
    return kit.modal("Open work", blocks, callback=CallbackId.WORK, close="Close")


def read_team(action: dict[str, Any]) -> int:
    """The team whose work was asked for; Invalid if it is no button of ours."""
    return ids.number(action.get("value"))


def read_hand_on(action: dict[str, Any]) -> tuple[int, int]:
    """The assignment that is to be handed on, and the list's team; Invalid if it is no button of ours."""
    number, _, team = str(action.get("value")).partition(":")
    return ids.number(number), ids.number(team)


def _line(work: OpenWork, team_id: int) -> Block:
    told = f"{fit(work.reviewer_name, 80)} reviews {fit(work.reviewee_name, 80)}"
    if work.subject and work.subject.strip():
        told += f"\n{fit(masked(work.subject.strip()), 120)}"
    state = "begun" if work.began else "not begun"
    if work.away:
        state += " · reviewer is away"
    due = kit.fixed(state) if work.due_at is None else kit.fixed(state, " · due ", work.due_at)
    hand_on = kit.button(
        "Hand on …",
        ActionId.WORK_HAND_ON,
        f"{work.assignment_id}:{team_id}",
        label=f"Hand the review by {fit(work.reviewer_name, 40)} on",
    )
    return {
        "type": "section",
        "block_id": f"work.{work.assignment_id}",
        "fields": [kit.plain(told, 400), due],
        "accessory": hand_on,
    }
