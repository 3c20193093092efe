"""Which deliveries are the same interaction, and that the second one does nothing at all."""

import json
import sqlite3
import time
from contextlib import closing
from urllib.parse import quote

import httpx
import pytest
from slack_bolt import BoltRequest

from blocks import ids
from blocks.ids import ActionId
from bot.acks import Kind, Outcome
from bot.app import build
from bot.door import signature
from bot.interactions import key_of
from iqs.errors import Unavailable
from iqs.services import enrolling, reviewing
from tests.bot.playing import play

CLICK = {"type": "block_actions", "trigger_id": "1.2.3", "actions": [{"action_id": "a"}]}


@pytest.mark.parametrize(
    ("body", "key"),
    [
        (CLICK, "block_actions:1.2.3"),
        ({"type": "view_submission", "trigger_id": "1.2.3"}, "view_submission:1.2.3"),
        ({"command": "/iqs", "trigger_id": "1.2.3"}, "command:1.2.3"),
        ({"type": "event_callback", "event_id": "Ev1"}, "event:Ev1"),
        ({"type": "block_suggestion", "trigger_id": "1.2.3"}, None),
        ({"type": "ssl_check"}, None),
        ({}, None),
    ],
)
def test_slacks_own_id_is_the_key(body, key):
    """The trigger id of a click, submission or command; the id of an event."""
    assert key_of(body) == key


@pytest.mark.parametrize("trigger", [None, "", 7, "x" * 400, "é"])
def test_without_a_usable_id_the_whole_payload_is_the_key(trigger):
    """The same payload gives the same key in any order of its fields, another one another."""
    body = CLICK | {"trigger_id": trigger}
    shuffled = dict(reversed(list(body.items())))
    assert key_of(body) == key_of(shuffled)
    assert key_of(body) != key_of(body | {"actions": [{"action_id": "b"}]})
    assert len(key_of(body)) <= 120


def dump(store):
    """The whole database as SQL, row by row."""
    with closing(sqlite3.connect(store.path)) as raw:
        return "\n".join(raw.iterdump())


@pytest.fixture
def recorded(app, slack, programme, now, monkeypatch):
    """A reviewer's and an agent's whole journey over Socket Mode; every payload in the order it was sent."""
    monkeypatch.setattr("bot.answers.UPDATE_SPACING", 0.01)
    sent = []
    deliver = slack._courier.deliver

    async def record(kind, payload, retry=None):
        sent.append((kind, json.loads(json.dumps(payload))))
        return await deliver(kind, payload, retry)

    slack._courier.deliver = record
    app.connect()
    app.delivery.drain()
    play(app, slack, now)
    return sent


SPOKEN = {"chat.postMessage", "chat.postEphemeral", "views.open", "views.push"}
"""Calls that a person would notice a second time; drawing the same picture again is none of them."""


def noticed(slack, since=0):
    return [call.method for call in slack.calls[since:] if call.method in SPOKEN]


def messages(slack):
    """What stands in each person's conversation with the bot, whispers included."""
    people = ("U0RITA", "U0OMAR", "U0ADA", "U0BEN")
    return {user: [message["ts"] for message in slack.driver(user).dm()] for user in people}


@pytest.mark.parametrize("turns", [3, pytest.param(500, marks=[pytest.mark.long, pytest.mark.timeout(3600)])])
def test_replays_change_nothing(app, slack, programme, recorded, settings, now, turns):
    """Every recorded interaction, delivered again to this process and to another one: the same bytes, no word more."""
    other = build(settings, now=now)
    try:
        before, calls, said = dump(programme), len(slack.calls), messages(slack)
        kinds = {kind for kind, _ in recorded}
        assert kinds == {"interactive", "slash_commands", "events_api"}
        assert len(recorded) > 20
        for turn in range(turns):
            for replica in (app, other):
                for _, payload in recorded[:: 1 if turn % 2 else -1]:
                    answer = replica.bolt.dispatch(
                        BoltRequest(body=json.loads(json.dumps(payload)), mode="socket_mode")
                    )
                    assert answer.status == 200
        for replica in (app, other):  # pictures are drawn anew, as quickly as Slack takes them
            assert replica.answers.settle(300)
        assert dump(programme) == before
        assert noticed(slack, calls) == []
        assert messages(slack) == said
        assert other.acks.counts[Kind.CLICK, Outcome.REPEATED] > 20
    finally:
        other.close()


def test_a_refused_click_that_would_be_allowed_by_now_stays_refused(dispatch, payloads, programme, open_for):
    """Submit was pressed too early and refused; the same delivery later, when all is rated, submits nothing."""
    rita, number = enrolling.identify(programme, "U0RITA"), open_for("U0RITA")[0]
    early = payloads.click("U0RITA", ActionId.SUBMIT, number)
    assert dispatch(early).status == 200
    card = reviewing.open_card(programme, rita, number)
    for category in card.scorecard.categories:
        block = ids.rating_block(category.key)
        dispatch(payloads.click("U0RITA", "scorecard.rate.2", number, block=block))
    before = dump(programme)
    assert dispatch(early).status == 200
    assert dump(programme) == before
    dispatch(payloads.click("U0RITA", ActionId.SUBMIT, number))  # pressed again it is another interaction
    assert number not in open_for("U0RITA")


def test_a_refusal_is_said_once(app, slack, payloads, open_for):
    """The person who pressed reads why; a replay of the press says nothing."""
    number = open_for("U0RITA")[0]
    early = payloads.click("U0RITA", ActionId.SUBMIT, number, response_url="https://example.com/hook")
    said = []
    app.answers.whisper = lambda body, message: said.append(message["text"])
    for _ in range(4):
        assert (
            app.bolt.dispatch(BoltRequest(body=json.loads(json.dumps(early)), mode="socket_mode")).status
            == 200
        )
    assert len(said) == 1
    counts = app.acks.counts
    assert (counts[Kind.CLICK, Outcome.REFUSED], counts[Kind.CLICK, Outcome.REPEATED]) == (1, 3)


def test_the_same_click_at_two_doors_counts_once(
    app, slack, programme, settings, now, open_for, payloads, free_door
):
    """A signed request that is replayed to another replica within its five minutes meets the inbox."""
    number = open_for("U0RITA")[0]
    click = payloads.click("U0RITA", "scorecard.rate.2", number, block=ids.rating_block("solution"))
    body = b"payload=" + quote(json.dumps(click)).encode()
    stamp = str(int(time.time()))
    headers = {
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": signature(slack.signing_secret, stamp, body),
    }
    assert httpx.post(free_door, content=body, headers=headers).status_code == 200
    assert (
        httpx.post(free_door, content=body, headers=headers).status_code == 401
    )  # this process's first fence
    app.door._replays._seen.clear()  # as in another process
    before = dump(programme)
    assert httpx.post(free_door, content=body, headers=headers).status_code == 200
    assert dump(programme) == before


def test_counts_tell_what_became_of_each(app, dispatch, payloads, open_for, monkeypatch):
    """Each request is counted once, and who watches hears of its kind, its outcome and its seconds."""
    heard = []
    app.acks.watch(lambda kind, outcome, seconds: heard.append((kind, outcome, seconds > 0)))
    number = open_for("U0RITA")[0]
    click = payloads.click("U0RITA", "scorecard.rate.2", number, block=ids.rating_block("solution"))
    dispatch(click)
    dispatch(click)
    dispatch(payloads.command("U0RITA", "me"))
    dispatch(payloads.command("U0STRANGER", "me"))
    dispatch(payloads.home("U0RITA"))

    def out(*_, **__):
        raise Unavailable("nothing was saved")

    monkeypatch.setattr(reviewing, "rate", out)
    dispatch(payloads.click("U0RITA", "scorecard.rate.1", number, block=ids.rating_block("solution")))
    monkeypatch.setattr(reviewing, "rate", lambda *_, **__: 1 / 0)
    dispatch(payloads.click("U0RITA", "scorecard.rate.1", number, block=ids.rating_block("solution")))
    assert [each[:2] for each in heard] == [
        (Kind.CLICK, Outcome.DONE),
        (Kind.CLICK, Outcome.REPEATED),
        (Kind.COMMAND, Outcome.DONE),
        (Kind.COMMAND, Outcome.STRANGER),
        (Kind.EVENT, Outcome.DONE),
        (Kind.CLICK, Outcome.UNAVAILABLE),
        (Kind.CLICK, Outcome.FAILED),
    ]
    assert all(seconds for *_, seconds in heard)
    assert sum(app.acks.counts.values()) == 7
