"""A message that tells several reviews: each can be acknowledged, read and explained, wherever it is clicked."""

import json

import pytest

from blocks.ids import ActionId
from iqs.reviews import UNDO_WINDOW
from iqs.services import enrolling, reviewing


@pytest.fixture
def ada(live, slack, programme, now, open_for):
    """Ada with one message that tells three reviews; the app is connected."""
    for user in ("U0RITA", "U0OMAR"):
        reviewer = enrolling.identify(programme, user)
        for number in open_for(user):
            card = reviewing.open_card(programme, reviewer, number)
            if card.reviewee_name == "Ada Agent":
                for category in card.scorecard.categories:
                    reviewing.rate(programme, reviewer, number, category.key, 3, now=now())
                reviewing.submit(programme, reviewer, number, now=now())
    now.move(seconds=UNDO_WINDOW.total_seconds() + 1)
    live.delivery.drain()
    return slack.driver("U0ADA")


def buttons(message):
    return json.dumps(message["blocks"]).count(f'"{ActionId.ACKNOWLEDGE}"')


def blocks_of(message):
    return [
        each["block_id"] for each in message["blocks"] if each["block_id"].startswith("feedback.actions:")
    ]


def test_acknowledging_one_of_several_leaves_the_others(ada, live):
    """The click counts for its review alone; the message is redrawn whole."""
    (message,) = ada.dm()
    several = blocks_of(message)
    assert buttons(message) == len(several) == 3
    assert ada.click(message, ActionId.ACKNOWLEDGE, several[1]).ok
    assert live.answers.settle(60)
    (message,) = ada.dm()
    assert buttons(message) == 2
    assert blocks_of(message) == several
    assert "You acknowledged this on" in json.dumps(message["blocks"])


def test_what_is_acknowledged_in_a_window_is_so_in_the_gathered_message(ada, live):
    """Read in full opens the whole feedback; acknowledged there, the message behind it says so too."""
    (message,) = ada.dm()
    several = blocks_of(message)
    assert ada.click(message, ActionId.FEEDBACK_OPEN, several[2]).ok
    ada.wait_for(lambda: ada.view)
    assert ada.act_in_view(ActionId.ACKNOWLEDGE).ok
    assert live.answers.settle(60)
    (message,) = ada.dm()
    assert buttons(message) == 2
    assert blocks_of(message) == several


def test_each_of_several_is_explained(ada, live):
    """How was this scored? opens the arithmetic of the review it stands under."""
    (message,) = ada.dm()
    several = blocks_of(message)
    assert ada.click(message, ActionId.FEEDBACK_EXPLAIN, several[0]).ok
    view = ada.wait_for(lambda: ada.view)
    number = several[0].partition(":")[2]
    assert f"Review {number}" in json.dumps(view["blocks"])


def test_ids_in_a_message_are_only_hints(ada, live, payloads, dispatch, slack):
    """Somebody else's review slipped into a payload's blocks is not drawn for Ada."""
    (message,) = ada.dm()
    forged = [*message["blocks"], {"type": "actions", "block_id": "feedback.actions:999", "elements": []}]
    body = payloads.click(
        "U0ADA", ActionId.ACKNOWLEDGE, blocks_of(message)[0].partition(":")[2],
        message=(message["channel"], message["ts"]), response_url="http://127.0.0.1:1/none",
    )  # fmt: skip
    body["message"]["blocks"] = forged
    dispatch(body)
    (message,) = ada.dm()
    assert "feedback.actions:999" not in json.dumps(message["blocks"])
    assert buttons(message) == 2
