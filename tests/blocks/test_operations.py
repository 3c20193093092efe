"""The Home's section for admins: what is stuck with its buttons, helpdesks in a line, agents to map."""

import pytest

from blocks import home, operations
from blocks.ids import ActionId
from iqs.errors import Invalid
from iqs.notices import NoticeState
from iqs.oversight import Operations
from tests.blocks import operations_cases as cases
from tests.blocks import report_cases
from tests.blocks.clicks import action, buttons, elements_of
from tests.blocks.judge import judge_home, read


def view(shown):
    return home.view(report_cases.home(waiting=(), personal=None, led=(), operations=shown))


@pytest.mark.parametrize(
    "shown",
    [cases.operations(), cases.fat_operations(), Operations(at=cases.NOW)],
    ids=["some", "fat", "thin"],
)
def test_slack_takes_it(shown):
    """Any state of things makes a Home within every limit, beside the fullest of Homes too."""
    judge_home(view(shown))
    judge_home(home.view(report_cases.replace(report_cases.fat_home(), operations=shown)))


def test_it_is_not_there_for_whom_it_is_not_meant():
    """Without operations there is no such section."""
    assert operations.section(None) == []
    assert "Delivery" not in read(view(None))


def test_each_stuck_message_says_what_why_and_what_to_do():
    """Name, team, reason and advice; how many more there are."""
    said = read(view(cases.operations()))
    for words in (
        "Feedback to Maya Lind (Support)", "Their Slack account is switched off.", "Digest of Support",
        "The channel is archived.", "was not found by their e-mail address", "It may have arrived",
        "and 2 more", "Intercom is here", "Zendesk is being read, 1200 conversations", "the key was refused",
        "Gorgias answers, but texts that are here",
    ):  # fmt: skip
        assert words in said, words


def test_only_what_may_be_sent_again_has_a_retry():
    """Somebody who is not in Slack is no matter of trying again; giving up is always offered, and asks first."""
    shown = view(cases.operations())
    assert [each for each in buttons(shown) if each in {"Retry", "Cancel"}] == ["Retry", "Cancel"] * 3 + [
        "Cancel"
    ]
    cancels = [
        each
        for block in shown["blocks"]
        for each in elements_of(block)
        if each["action_id"] == "delivery.cancel"
    ]
    assert all("confirm" in each for each in cancels)


def test_the_buttons_say_which():
    """Retry and Cancel carry the Notice; what may have arrived is only sent again by somebody who says so."""
    shown = view(cases.operations())
    assert operations.read_retry(action(shown, ActionId.DELIVERY_RETRY)) == operations.Retry(7, sure=False)
    maybe = action(shown, ActionId.DELIVERY_RETRY, at=1)
    assert operations.read_retry(maybe) == operations.Retry(8, sure=True)
    assert "twice is worse than late" in maybe["confirm"]["text"]["text"]
    assert operations.read_cancel(action(shown, ActionId.DELIVERY_CANCEL, at=3)) == 10


def test_an_agent_is_mapped_by_choosing_a_person():
    """The menu's block names a conversation of theirs, nothing that could be forged into somebody else's name."""
    menu = action(view(cases.operations()), ActionId.DELIVERY_MAP, at=1)
    assert operations.read_mapping({**menu, "selected_user": "U2"}) == (42, "U2")


@pytest.mark.parametrize("value", ["", "x", "7:maybe", "-1", "7:sure:sure", None, "9" * 30])
def test_values_that_we_never_wrote_are_refused(value):
    """Whatever a payload holds, it is read as ours or not at all."""
    with pytest.raises(Invalid):
        operations.read_retry({"value": value})
    with pytest.raises(Invalid):
        operations.read_cancel({"value": value})
    with pytest.raises(Invalid):
        operations.read_mapping({"block_id": f"map.{value}", "selected_user": "U1"})
    with pytest.raises(Invalid):
        operations.read_mapping({"block_id": "map.1", "selected_user": None})


def test_nothing_stuck_is_said():
    """An admin for whom nothing is to do reads so; while Slack refuses the app, that alone is read."""
    assert "has its time" in read(view(Operations(at=cases.NOW)))
    trouble = read(view(Operations(at=cases.NOW, trouble=("token_revoked", cases.NOW))))
    assert "Nothing is sent. The app's token was revoked." in trouble
    assert "has its time" not in trouble


def test_a_message_in_doubt_is_left_to_the_sender():
    """While it is looked for, there is nothing to retry."""
    doubt = cases.entry(state=NoticeState.SENDING, error="TimeoutError", lease_until=cases.NOW)
    shown = buttons(view(cases.operations(stuck=(doubt,), unmapped=())))
    assert [each for each in shown if each in {"Retry", "Cancel"}] == ["Cancel"]
