"""Handing on: to whom and why are asked in one window, also from a lead's list of open work."""

from datetime import UTC, datetime

import pytest

from blocks import handing_on, work
from blocks.ids import ActionId
from iqs.assignments import HandOnReason, OpenWork
from iqs.errors import Invalid
from iqs.people import Person, Team
from tests.blocks import cases
from tests.blocks.clicks import action, buttons, submitted
from tests.blocks.judge import judge_modal, read

PEOPLE = [Person(8, "Cleo"), Person(9, "Omar")]


def filled(view, to="anybody", reason=HandOnReason.NO_TIME):
    changed = submitted(view, picked={"hand_on.reason": reason})
    changed["state"]["values"]["hand_on.to"] = {ActionId.HAND_ON_TO: {"selected_option": {"value": to}}}
    return changed


def test_the_window_reads_what_it_wrote():
    """The person, or whoever has the least to do, and the reason; from a list also the list's team."""
    view = handing_on.modal(41, PEOPLE)
    assert handing_on.read_hand_on(filled(view)) == handing_on.Asked(41, None, HandOnReason.NO_TIME)
    listed = handing_on.modal(41, PEOPLE, team_id=7)
    assert handing_on.read_hand_on(filled(listed, to="9")) == handing_on.Asked(41, 9, HandOnReason.NO_TIME, 7)


@pytest.mark.parametrize("reason", ["reviewer left the team", "whatever"])
def test_nobody_gives_a_reason_that_is_not_offered(reason):
    """The programme's own reasons are not a person's."""
    with pytest.raises(Invalid):
        handing_on.read_hand_on(filled(handing_on.modal(41, PEOPLE), reason=reason))


@pytest.mark.parametrize("people", [[], PEOPLE, [Person(n, cases.hostile(300)) for n in range(150)]])
def test_slack_takes_the_window(people):
    """Nobody to choose from, a few, or more people than a menu holds."""
    judge_modal(handing_on.modal(41, people))


def test_the_list_hands_on_each_line():
    """Each line says who, whose, how far and whether its reviewer is away, and hands that one on."""
    due = datetime(2026, 11, 27, 17, tzinfo=UTC)
    lines = [
        OpenWork(41, "Rosa", "Ada", "Refund", began=False, away=True, due_at=due),
        OpenWork(42, "Cleo", "Ben", None, began=True, away=False),
    ]
    view = work.modal(Team(7, "Support"), lines)
    judge_modal(view)
    assert "Rosa reviews Ada" in read(view)
    assert "not begun · reviewer is away" in read(view)
    assert buttons(view) == ["Hand on …", "Hand on …"]
    assert work.read_hand_on(action(view, ActionId.WORK_HAND_ON, at=1)) == (42, 7)
    assert "Nothing is open" in read(work.modal(Team(7, "Support"), []))


def test_slack_takes_a_long_list():
    """Sixty lines of the fattest names."""
    fat = cases.hostile(500)
    lines = [OpenWork(n, fat, fat, fat, began=True, away=True, due_at=cases.NOW) for n in range(60)]
    judge_modal(work.modal(Team(7, fat), lines, more=True))
