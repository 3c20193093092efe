"""What follows an ack: coalesced, in order, and never a fault for the click itself."""

import logging
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from slack_sdk.errors import SlackApiError

from bot.answers import Answers, Place, _Lane
from iqs.errors import NotFound


class Refusal(dict):
    """An answer of Slack with its status and headers."""

    def __init__(self, error, status=200, headers=None):
        super().__init__(ok=False, error=error)
        self.status_code = status
        self.headers = headers or {}


class Client:
    """Remembers calls; each may be slow, or refused with a list of errors."""

    def __init__(self):
        self.calls = []
        self.refusals = []
        self.begun = threading.Event()
        self.slow = threading.Event()
        self.slow.set()

    def __getattr__(self, method):
        def call(**arguments):
            self.begun.set()
            self.slow.wait(60)
            self.calls.append((method, arguments))
            if self.refusals:
                raise SlackApiError("refused", self.refusals.pop(0))

        return call


@pytest.fixture
def client():
    return Client()


@pytest.fixture
def answers(client):
    made = Answers(client, ThreadPoolExecutor(4), pauses=(0.1, 0.1))
    yield made
    client.slow.set()
    made.close()


def drawn(text):
    return {"text": text, "blocks": []}


HERE = Place(channel="D1", ts="1.0")


def test_quick_clicks_cost_few_calls_and_the_last_picture_is_the_true_one(answers, client):
    """While one redraw is on its way only the newest that comes is kept; it reads what is stored then."""
    stored = ["one"]
    client.slow.clear()
    for step in ("one", "two", "three", "four"):
        stored[0] = step
        answers.redraw("scorecard:1", HERE, lambda: drawn(stored[0]))
        assert client.begun.wait(60)  # the first is on its way before the second comes
    client.slow.set()
    assert answers.settle(60)
    texts = [arguments["text"] for _, arguments in client.calls]
    assert texts[-1] == "four"
    assert len(texts) == 2


def test_different_things_do_not_wait_for_each_other(answers, client):
    """A slow redraw of one scorecard holds up no other."""
    gate = threading.Event()

    def slow():
        gate.wait(60)
        return drawn("slow")

    answers.redraw("scorecard:1", HERE, slow)
    answers.redraw("scorecard:2", Place("D2", "2.0"), lambda: drawn("quick"))
    deadline = time.monotonic() + 60
    while not client.calls and time.monotonic() < deadline:
        time.sleep(0.01)
    assert [arguments["text"] for _, arguments in client.calls] == ["quick"]
    gate.set()
    assert answers.settle(60)


def test_a_rate_limit_is_waited_for_and_the_redraw_done_again(answers, client):
    """429 rests this message for Retry-After; what is stored then is drawn."""
    client.refusals = [Refusal("ratelimited", 429, {"Retry-After": "1"})]
    before = time.monotonic()
    answers.redraw("scorecard:1", HERE, lambda: drawn("kept"))
    assert answers.settle(60)
    assert len(client.calls) == 2
    assert time.monotonic() - before >= 1


def test_a_dead_response_url_is_followed_by_chat_update(answers, client):
    """The message is redrawn by channel and ts when the click's own address does not answer."""
    answers.redraw("scorecard:1", Place("D1", "1.0", "http://127.0.0.1:9/gone"), lambda: drawn("there"))
    assert answers.settle(60)
    assert client.calls == [("chat_update", {"channel": "D1", "ts": "1.0", "text": "there", "blocks": []})]


def test_a_view_that_changed_meanwhile_is_drawn_once_more(answers, client):
    """On hash_conflict the newest state is drawn without the hash, once."""
    client.refusals = [Refusal("hash_conflict")]
    answers.redraw_view({"id": "V1", "hash": "h"}, lambda: {"type": "modal"})
    assert answers.settle(60)
    assert [arguments.get("hash") for _, arguments in client.calls] == ["h", None]


@pytest.mark.parametrize("failures", [1, 2])
def test_a_redraw_that_did_not_reach_slack_is_tried_again(answers, client, failures):
    """Slack's own faults leave no stale picture behind; what is stored then is drawn."""
    client.refusals = [Refusal("internal_error", 500)] * failures
    answers.redraw("scorecard:1", HERE, lambda: drawn("kept"))
    assert answers.settle(60)
    assert len(client.calls) == failures + 1


def test_redraws_are_given_up_in_the_end(answers, client):
    """A few times, not for ever; and never for what Slack has refused."""
    client.refusals = [Refusal("internal_error", 500)] * 9
    answers.redraw("scorecard:1", HERE, lambda: drawn("late"))
    assert answers.settle(60)
    assert len(client.calls) == 3
    client.refusals = [Refusal("message_not_found")]
    answers.redraw("scorecard:2", HERE, lambda: drawn("gone"))
    assert answers.settle(60)
    assert len(client.calls) == 4


def test_a_failure_leaves_no_trace_of_the_address_or_the_text(answers, client, caplog):
    """A redraw that fails is logged by the error's name: a response_url is a bearer secret."""
    caplog.set_level(logging.DEBUG, logger="bot.answers")
    client.refusals = [Refusal("message_not_found")]
    answers.redraw("scorecard:1", Place("D1", "1.0", "http://127.0.0.1:9/canary"), lambda: drawn("canary"))
    answers.later("whisper", lambda: (_ for _ in ()).throw(NotFound("canary")))
    assert answers.settle(60)
    assert "message_not_found" in caplog.text
    assert "canary" not in caplog.text
    assert "canary" not in repr(Place("D1", "1.0", "http://127.0.0.1:9/canary"))


def test_nothing_is_handed_on_once_it_is_closed(client, monkeypatch):
    """A redraw that rested and is just being started is waited for: whoever closes may end the executor then."""
    executor = ThreadPoolExecutor(1)
    answers = Answers(client, executor)
    starting, go_on = threading.Event(), threading.Event()

    def submit(_):
        starting.set()
        go_on.wait(60)

    monkeypatch.setattr(answers, "settle", lambda: False)  # something still rests
    monkeypatch.setattr(answers, "_submit", submit)
    answers._lanes["scorecard:1"] = _Lane()
    assert starting.wait(60)
    closing = threading.Thread(target=answers.close)
    closing.start()
    closing.join(0.3)
    assert closing.is_alive()
    go_on.set()
    closing.join(60)
    assert not answers._timer.is_alive()
    executor.shutdown()
