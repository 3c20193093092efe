"""Calling a helpdesk: bounded, patient, discreet."""

import logging
import ssl
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import BaseModel, TypeAdapter

from iqs.errors import Invalid, NotFound, Unavailable
from iqs.helpdesk import http
from iqs.helpdesk.base import Later, Moved, Refused
from iqs.helpdesk.headers import retry_after
from iqs.helpdesk.http import Client
from tests.iqs.helpdesk.standin import Answer, StandIn, Vendor, body, hang_up, running, status

NOW = datetime(2026, 11, 16, 9, tzinfo=UTC)


class Frame(BaseModel):
    ok: bool


FRAME = TypeAdapter(Frame)


class Fine(Vendor):
    """Answers yes."""

    name = "fine"
    entries = ()

    def page_of(self, request):
        return None

    def answer(self, request):
        return Answer({"ok": True})


@pytest.fixture
def server():
    with running(StandIn(Fine(), lambda: NOW)) as standin:
        yield standin


@pytest.fixture
def slept():
    return []


@pytest.fixture
def client(server, slept):
    moment = [NOW]

    def sleep(seconds):
        slept.append(seconds)
        moment[0] += timedelta(seconds=seconds)

    def wait(reply, now):
        return retry_after(reply.headers.get("retry-after"), now)

    made = Client(
        server.base,
        name="Fine",
        setting="FINE_TOKEN",
        hosts=("fine.example",),
        wait=wait,
        authorize=lambda: {"Authorization": "Bearer s3cret"},
        sleep=sleep,
        now=lambda: moment[0],
    )
    yield made
    made.close()


def told(seconds, code=429):
    return lambda _s, _r, _a: Answer(status=code, headers={"Retry-After": str(seconds)})


def test_the_key_goes_with_each_request(server, client):
    """And nothing is read from proxies or stored logins of this machine."""
    assert client.get(FRAME, "/x", {"a": 1}).ok
    asked = server.requests[0]
    assert (asked.headers["authorization"], asked.query) == ("Bearer s3cret", {"a": "1"})


def test_the_wait_of_the_server_is_slept_and_no_other(server, client, slept):
    """Seven seconds are seven seconds; the next request is not kept waiting once more."""
    server.faults = [told(7), told(3, 503)]
    assert client.get(FRAME, "/x").ok
    assert slept == [7.0, 3.0]
    assert client.get(FRAME, "/x").ok
    assert slept == [7.0, 3.0]


def test_a_long_wait_is_handed_on(server, client, slept):
    """Nobody sits there for an hour: Later, with the seconds, and nothing slept."""
    server.always = told(3600)
    with pytest.raises(Later) as found:
        client.get(FRAME, "/x")
    assert (found.value.seconds, slept, len(server.requests)) == (3600.0, [], 1)


def test_without_a_word_the_pauses_grow(server, client, slept):
    """Five repetitions after the first attempt, each later than the one before, then Unavailable."""
    server.always = hang_up
    with pytest.raises(Unavailable, match="6 times"):
        client.get(FRAME, "/x")
    assert len(server.requests) == 6
    assert len(slept) == 5
    assert slept[0] < slept[2] < slept[4] <= 30


def test_a_pause_that_a_success_asks_for_comes_before_the_next_request(server, client, slept):
    """What remains is spread: nothing is slept after the last answer."""
    server.faults = [lambda _s, _r, answer: Answer(answer.json, headers={"Retry-After": "2"})]
    client.get(FRAME, "/x")
    assert slept == []
    client.get(FRAME, "/x")
    assert slept == [2.0]


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (401, Invalid),
        (403, Invalid),
        (404, NotFound),
        (410, NotFound),
        (301, Moved),
        (302, Moved),
        (400, Refused),
        (422, Refused),
    ],
)
def test_what_is_no_use_repeating_is_said_at_once(server, client, code, kind):
    """One request; a redirect is not followed."""
    server.always = lambda _s, _r, _a: Answer(status=code, headers={"Location": "http://127.0.0.1:1/"})
    with pytest.raises(kind):
        client.get(FRAME, "/x")
    assert len(server.requests) == 1


@pytest.mark.parametrize("raw", [b"", b"nul", b"<html>", b'{"ok": tru', b'{"ok": "perhaps"}', b"[]", b"\xff"])
def test_an_answer_that_cannot_be_read_is_asked_for_again(server, client, raw):
    """Cut, no JSON, or JSON of another shape."""
    server.faults = [body(raw)]
    assert client.get(FRAME, "/x").ok
    assert len(server.requests) == 2


def test_a_reply_without_an_end_is_let_go(server, client, monkeypatch):
    """More than the limit is refused, not held in memory."""
    monkeypatch.setattr(http, "LIMIT", 1_000)
    server.always = body(b" " * 2_000)
    with pytest.raises(Unavailable, match="MB at once"):
        client.get(FRAME, "/x")
    assert len(server.requests) == 1


def test_no_key_address_or_body_is_told(server, client, caplog):
    """Errors and logs name the helpdesk and the setting, never what was asked or answered."""
    caplog.set_level(logging.DEBUG, logger="stamina")
    server.always = lambda _s, _r, _a: Answer(status=500, raw=b"bo@example.org")
    with pytest.raises(Unavailable) as found:
        client.get(FRAME, "/x?email=bo@example.org")
    server.always = status(401)
    with pytest.raises(Invalid, match="FINE_TOKEN") as refused:
        client.get(FRAME, "/x?email=bo@example.org")
    everything = f"{found.value} {refused.value} {found.value.__cause__} {caplog.text}"
    assert "s3cret" not in everything
    assert "example.org" not in everything


@pytest.mark.parametrize("address", ["https://evil.example/steal", "https://[evil", "http://127.0.0.1:x/"])
def test_another_host_is_not_visited(client, address):
    """An address the helpdesk gave us must be its own, and an address."""
    with pytest.raises(Unavailable, match="another host"):
        client.get(FRAME, address)


def test_plain_http_loads_no_certificates(server, client, monkeypatch):
    """It needs none; what loads them takes longer than many a request. https does load them."""

    def load(*_args, **_kwargs):
        raise AssertionError("loaded")

    monkeypatch.setattr(ssl, "create_default_context", load)
    given = {"name": "Fine", "setting": "X", "hosts": (), "wait": lambda _r, _n: None, "authorize": dict}
    Client(server.base, **given).close()
    with pytest.raises(AssertionError, match="loaded"):
        Client("https://127.0.0.1:1", **given)


def test_half_a_character_does_not_cost_the_page(server, client):
    """A vendor's own cut through an emoji leaves a lone surrogate: the page would be refused for ever."""
    words = TypeAdapter(dict[str, str])
    server.faults = [body(rb'{"a": "x\ud83d", "b": "\udc00\ud83d\ude00", "c": "\\ud83d"}')]
    assert client.get(words, "/x") == {"a": "x\ufffd", "b": "\ufffd\U0001f600", "c": "\\ud83d"}
    assert len(server.requests) == 1


def test_a_list_that_never_ends_is_an_outage(client, monkeypatch):
    """A conversation whose pages turn in circles would fill the memory."""
    monkeypatch.setattr(http, "PAGES", 3)
    read = []
    with pytest.raises(Unavailable, match="without an end"):
        read.extend(client.numbers())
    assert read == [1, 2, 3]


def test_a_wait_of_years_is_a_day(server, client):
    """Its clock or its units are wrong; a helpdesk that is never asked again would be lost in silence."""
    server.always = told(9e11)
    with pytest.raises(Later) as found:
        client.get(FRAME, "/x")
    assert found.value.seconds == 24 * 3600


def test_a_clock_set_back_lets_nobody_wait_for_hours(server, slept):
    """The pause was a second; the clock went back an hour meanwhile."""
    moments = iter([NOW, NOW, NOW - timedelta(hours=1)])
    client = Client(
        server.base, name="Fine", setting="FINE_TOKEN", hosts=(), wait=lambda _r, _n: 1.0,
        authorize=dict, sleep=slept.append, now=lambda: next(moments, NOW),
    )  # fmt: skip
    assert client.get(FRAME, "/x").ok
    assert client.get(FRAME, "/x").ok
    assert slept == [http.PATIENCE]
    client.close()


def test_a_renewed_key_is_tried_once(server, slept):
    """401, a new token, and once more; a second 401 is the end."""
    renewed = []
    keys = ["old"]

    def renew():
        renewed.append(True)
        keys[0] = "new"
        return True

    client = Client(
        server.base, name="Fine", setting="FINE_TOKEN", hosts=(), wait=lambda _r, _n: None,
        authorize=lambda: {"Authorization": keys[0]}, renew=renew, sleep=slept.append,
    )  # fmt: skip
    server.always = lambda _s, asked, answer: (
        answer if asked.headers["authorization"] == "new" else Answer(status=401)
    )
    assert client.get(FRAME, "/x").ok
    server.always = status(401)
    with pytest.raises(Invalid):
        client.get(FRAME, "/x")
    assert len(renewed) == 2
    client.close()


def test_a_page_for_people_deletes_nothing(server, client):
    """A gateway's own 404 is not the helpdesk's word that a conversation is gone."""
    server.always = status(404)
    with pytest.raises(Refused):
        client.get(FRAME, "/x")


def test_the_helpdesks_own_time_is_heard(server, client):
    """Of its last answer, with the time it lay in a cache; nonsense and silence change nothing."""
    assert client.get(FRAME, "/x").ok
    assert client.told_at is None
    for told, heard in (
        ({"Date": "Mon, 16 Nov 2026 08:00:00 GMT"}, NOW - timedelta(hours=1)),
        ({"Date": "Mon, 16 Nov 2026 08:00:00 GMT", "Age": "60"}, NOW - timedelta(minutes=59)),
        ({"Date": "yesterday"}, NOW - timedelta(minutes=59)),
        ({"Date": "Fri, 31 Dec 9999 23:59:59 GMT", "Age": "9"}, NOW - timedelta(minutes=59)),
        ({}, NOW - timedelta(minutes=59)),
    ):
        server.always = lambda _s, _r, answer, told=told: Answer(answer.json, headers=told)
        client.get(FRAME, "/x")
        assert client.told_at == heard


def test_a_list_is_read_to_its_last_page(client):
    """The one that names no other, or itself."""
    links = {None: "a", "a": "b", "b": "b"}
    assert list(client.pages(lambda cursor: cursor, links.get)) == [None, "a", "b"]
    assert list(client.pages(lambda cursor: cursor, lambda _: None)) == [None]
