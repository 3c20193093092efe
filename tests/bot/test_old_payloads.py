"""What past releases drew is pressed for years: it is answered politely, and only a good press changes anything."""

import json
import sqlite3
from contextlib import closing

import pytest

from blocks import ids, review, skip
from blocks.ids import ActionId
from iqs.errors import Unavailable
from iqs.services import enrolling, reviewing
from tests.blocks.clicks import submitted


def dump(store):
    """The database without the notes of what arrived."""
    with closing(sqlite3.connect(store.path)) as raw:
        return "\n".join(line for line in raw.iterdump() if 'INTO "inbox"' not in line)


@pytest.fixture
def rita(programme):
    return enrolling.identify(programme, "U0RITA")


@pytest.fixture
def told(app):
    """What is said to people, in order."""
    said = []
    app.answers.whisper = lambda body, message: said.append(message["text"])
    return said


def old_view(programme, number, **changes):
    """The review modal as the first release drew it."""
    return (
        submitted(review.modal(reviewing.card_of_notice(programme, number)))
        | {"id": "V1", "hash": "1"}
        | changes
    )


OLD = [
    {"action_id": "scorecard.rate", "value": "7"},
    {"action_id": "scorecard.submit.v0", "value": "7"},
    {"action_id": "feedback.dispute", "value": "1"},
    {"action_id": "scorecard.menu", "type": "overflow", "selected_option": {"value": "reopen:1"}},
    {"action_id": "", "value": ""},
    {"action_id": "scorecard.rate.3", "value": "1e3"},
    {"action_id": "scorecard.rate.3"},
]


@pytest.mark.parametrize("action", OLD, ids=json.dumps)
def test_an_old_button_says_so_and_does_nothing(dispatch, payloads, programme, told, action):
    """Ids that no release has any more, and values that none can read."""
    before = dump(programme)
    body = payloads.click("U0RITA", "x", response_url="https://example.com/hook")
    body["actions"] = [{"type": "button", "block_id": "rating.solution", **action}]
    assert dispatch(body).status == 200
    assert dump(programme) == before
    assert len(told) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"callback_id": "review.v0"},
        {"callback_id": ""},
        {"private_metadata": ""},
        {"private_metadata": '{"review": 1}'},
        {"private_metadata": '{"assignment": 999999, "version": 0, "page": 0}'},
        {"state": {}},
        {"blocks": []},
    ],
    ids=json.dumps,
)
def test_an_old_window_is_answered(dispatch, payloads, programme, open_for, changes):
    """A modal of another release is closed, refused with a sentence, or asked for what is missing; never a fault."""
    before = dump(programme)
    answer = dispatch(payloads.submission("U0RITA", old_view(programme, open_for("U0RITA")[0], **changes)))
    assert answer.status == 200
    assert json.loads(answer.body)["response_action"] in {"clear", "push", "update", "errors"}
    assert "reference" not in answer.body
    assert dump(programme) == before


def test_a_window_of_the_first_release_still_submits(dispatch, payloads, programme, rita, open_for):
    """Its inputs and metadata are understood; nothing of the newer kind is asked of it."""
    number = open_for("U0RITA")[0]
    keys = [each.key for each in reviewing.card_of_notice(programme, number).scorecard.categories]
    view = submitted(
        review.modal(reviewing.card_of_notice(programme, number)),
        picked={ids.rating_block(key): "2" for key in keys},
    )
    assert dispatch(payloads.submission("U0RITA", view | {"id": "V1"})).body == ""
    assert number not in open_for("U0RITA")


def test_a_stale_window_of_each_kind_keeps_its_input(dispatch, payloads, programme, rita, open_for, now):
    """Skipped, handed on or submitted elsewhere: the same window, a sentence at its top, nothing stored."""
    ends = {
        "skipped": lambda number: reviewing.skip(programme, rita, number, "sensitive", now=now()),
        "handed on": lambda number: reviewing.reassign(programme, rita, number, now=now()),
        "submitted": lambda number: submit_elsewhere(programme, rita, number, now),
    }
    for number, end in zip(open_for("U0RITA"), ends.values(), strict=False):
        view = old_view(programme, number)
        view["state"]["values"]["comment"][ActionId.REVIEW_COMMENT]["value"] = "Typed for long."
        end(number)
        before = dump(programme)
        answer = json.loads(dispatch(payloads.submission("U0RITA", view)).body)
        assert answer["response_action"] == "update"
        first, *rest = answer["view"]["blocks"]
        assert first["block_id"] == "notice"
        assert [each["block_id"] for each in rest if each["type"] == "input"] == [
            each["block_id"] for each in view["blocks"] if each["type"] == "input"
        ]
        assert dump(programme) == before


def submit_elsewhere(programme, rita, number, now):
    for category in reviewing.card_of_notice(programme, number).scorecard.categories:
        reviewing.rate(programme, rita, number, category.key, 2, now=now())
    reviewing.submit(programme, rita, number, now=now())


def test_a_stale_skip_keeps_its_window(dispatch, payloads, programme, rita, open_for, now):
    """The reason that was chosen stays, under the sentence that it is over."""
    number = open_for("U0RITA")[0]
    view = submitted(
        skip.modal(reviewing.card_of_notice(programme, number)), picked={ids.SKIP_BLOCK: "sensitive"}
    )
    reviewing.reassign(programme, rita, number, now=now())
    answer = json.loads(dispatch(payloads.submission("U0RITA", view | {"id": "V1"})).body)
    assert answer["response_action"] == "update"
    assert answer["view"]["blocks"][0]["block_id"] == "notice"


def test_a_database_that_is_away_is_never_acknowledged_as_done(
    app, dispatch, payloads, programme, told, open_for, monkeypatch
):
    """The click is answered with the sentence, nothing is stored, and the same press works again afterwards."""
    number = open_for("U0RITA")[0]
    click = payloads.click(
        "U0RITA", "scorecard.rate.2", number, block="rating.solution", response_url="https://example.com/hook"
    )
    keys = [each.key for each in reviewing.card_of_notice(programme, number).scorecard.categories]
    whole = review.modal(reviewing.card_of_notice(programme, number))
    view = submitted(whole, picked={ids.rating_block(key): "2" for key in keys}) | {"id": "V1"}

    def out(self):
        raise Unavailable("The database cannot be reached just now; nothing was saved.")

    with monkeypatch.context() as patched:
        patched.setattr("iqs.storage.groups._Group.commit", out)
        dispatch(click)
        answer = json.loads(dispatch(payloads.submission("U0RITA", view)).body)
    assert told == ["The database cannot be reached just now; nothing was saved."]
    assert answer["response_action"] == "push"
    assert "nothing was saved" in json.dumps(answer)
    assert not reviewing.card_of_notice(programme, number).draft.ratings
    dispatch(click)  # the delivery was not noted, so it is not taken for a repetition
    assert reviewing.card_of_notice(programme, number).draft.ratings["solution"].value == 2
