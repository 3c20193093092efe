"""The front door: only Slack gets in, and whatever else knocks does no harm."""

import asyncio
import json
import logging
import random
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qsl, quote, quote_plus, urlencode

import httpx
import pytest
import uvicorn
from hypothesis import given
from hypothesis import strategies as st
from slack_bolt import BoltResponse
from slack_sdk.signature import SignatureVerifier

from bot.door import BODY_LIMIT, Door, Replays, parse, read_body, respond

SECRET = "shhh"
CANARY = "ada@example.com"


class Knock:
    """A door whose bolt only remembers what came in."""

    def __init__(self):
        self.seen = []
        self.wrong = []
        self.fails = False
        self.door = Door(
            secret=SECRET, dispatch=self.dispatch, ready=lambda: self.wrong, executor=ThreadPoolExecutor(4)
        )

    def dispatch(self, request):
        if self.fails:
            raise RuntimeError(CANARY)
        self.seen.append(request)
        return BoltResponse(status=200, body={"text": "hello"})


@pytest.fixture
def knock():
    return Knock()


@pytest.fixture
def served(knock):
    """The door over real HTTP."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(knock.door, log_level="critical", access_log=False))
    thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[listener])), daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    with httpx.Client(base_url=f"http://127.0.0.1:{listener.getsockname()[1]}", trust_env=False) as client:
        yield client
    server.should_exit = True
    thread.join(5)


def signed(body, timestamp=None, secret=SECRET):
    stamp = str(int(time.time())) if timestamp is None else str(timestamp)
    signature = SignatureVerifier(secret).generate_signature(timestamp=stamp, body=body)
    return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": signature}


def post(client, body, headers):
    return client.post("/slack/events", content=body, headers=headers)


def test_what_slack_signs_gets_in_once(served, knock):
    """A signed body passes as the dict Socket Mode would bring; the same request again is 401."""
    body = urlencode({"payload": json.dumps({"type": "block_actions", "n": 1})}).encode()
    headers = signed(body)
    answer = post(served, body, headers)
    assert (answer.status_code, answer.json()) == (200, {"text": "hello"})
    assert knock.seen[0].body == {"type": "block_actions", "n": 1}
    assert knock.seen[0].mode == "socket_mode"
    assert post(served, body, headers).status_code == 401
    assert len(knock.seen) == 1


@pytest.mark.parametrize(
    ("body", "parsed"),
    [
        (b'{"type":"event_callback"}', {"type": "event_callback"}),
        (b"command=%2Fiqs&text=me&team_id=T1", {"command": "/iqs", "text": "me", "team_id": "T1"}),
        (b"payload=%7B%22a%22%3A1%7D", {"a": 1}),
        (b"ssl_check=1&token=x", {"ssl_check": "1", "token": "x"}),
        (b"payload=nonsense", None),
        (b"payload=[1]", None),
        (b"{", None),
        (b"\xff\xfe", None),
        (b'{"a":' * 50_000, None),
    ],
)
def test_bodies_become_one_dict(body, parsed):
    """JSON, a form and a form's payload all become the dict of Socket Mode; anything else is nothing."""
    assert parse(body) == parsed


@pytest.mark.parametrize(
    "change",
    [
        {"X-Slack-Signature": "v0=" + "0" * 64},
        {"X-Slack-Signature": "v0="},
        {"X-Slack-Signature": ""},
        {"X-Slack-Signature": b"v0=" + "é".encode() * 32},
        {"X-Slack-Request-Timestamp": "abc"},
        {"X-Slack-Request-Timestamp": ""},
        {"X-Slack-Request-Timestamp": "-1"},
        {"X-Slack-Request-Timestamp": "1e9"},
        {"X-Slack-Request-Timestamp": "²³"},
        {"X-Slack-Request-Timestamp": "9" * 5000},
    ],
    ids=repr,
)
def test_garbage_in_the_headers_is_401(served, knock, change):
    """A bad signature, and a timestamp that is no number, are refused: 401, never 500."""
    body = b'{"a":1}'
    headers = {**signed(body), **change}
    encoded = {k: v.encode() if isinstance(v, str) else v for k, v in headers.items()}
    assert post(served, body, encoded).status_code == 401
    assert not knock.seen


@pytest.mark.parametrize("skew", [-301, 330, -(10**6), 10**9])
def test_old_and_future_timestamps_are_refused(served, skew):
    """Five minutes either way, correctly signed or not."""
    body = b'{"a":1}'
    assert post(served, body, signed(body, int(time.time()) + skew)).status_code == 401


def test_a_changed_body_and_a_foreign_secret_are_refused(served):
    """The signature covers the body, and only our secret makes it."""
    assert post(served, b'{"a":2}', signed(b'{"a":1}')).status_code == 401
    assert post(served, b'{"a":1}', signed(b'{"a":1}', secret="other")).status_code == 401


def test_a_body_above_the_cap_is_413(served, knock):
    """Announced or streamed, more than 1 MB is not read."""
    body = b"{" + b" " * BODY_LIMIT + b"}"
    assert post(served, body, signed(body)).status_code == 413

    def stream():
        for _ in range(12):
            yield b" " * 100_000

    assert served.post("/slack/events", content=stream(), headers=signed(b"")).status_code == 413
    assert not knock.seen


def test_signed_nonsense_is_400(served):
    """Signed, but neither JSON nor a form of ours."""
    body = b"payload=nonsense"
    assert post(served, body, signed(body)).status_code == 400


def test_health_and_readiness(served, knock):
    """Alive as long as it answers; ready only when nothing is wrong, and it says what is."""
    assert served.get("/healthz").text == "alive"
    assert served.get("/readyz").status_code == 200
    knock.wrong = ["database out of reach"]
    answer = served.get("/readyz")
    assert (answer.status_code, answer.text) == (503, "not ready: database out of reach")
    assert served.get("/").status_code == 404
    assert served.get("/slack/events").status_code == 405


def test_no_body_reaches_a_log(served, knock, caplog):
    """Neither a refused request nor one that breaks inside leaves its words anywhere."""
    caplog.set_level(logging.DEBUG)
    body = json.dumps({"text": CANARY}).encode()
    assert post(served, body, {}).status_code == 401
    knock.fails = True
    assert post(served, body, signed(body)).status_code == 500
    assert CANARY not in caplog.text


async def knocked(door, headers, body=b"{}", *, method="POST", path="/slack/events"):
    """One request at the ASGI level; returns the status."""
    sent = []

    async def receive():
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": method, "path": path, "headers": headers}
    await door(scope, receive, send)
    return sent[0]["status"]


def junk(rng):
    """What a stranger might put into a header."""
    digits = bytes(rng.choice(b"0123456789abcdef") for _ in range(64))
    return rng.choice(
        [
            bytes(rng.randrange(256) for _ in range(rng.randrange(80))),
            b"v0=" + digits,
            str(int(time.time())).encode(),
            str(rng.randrange(-(10**20), 10**20)).encode(),
            b"v0=" + "ß".encode() * 32,
            b"",
        ]
    )


@pytest.mark.parametrize("requests", [2_000, pytest.param(10_000, marks=pytest.mark.long)])
def test_garbage_headers_are_all_401(knock, requests):
    """Whatever bytes stand in the two headers, also twice or not at all, the answer is 401."""
    rng = random.Random(7)
    names = [b"x-slack-signature", b"X-SLACK-SIGNATURE", b"x-slack-request-timestamp"]

    async def every():
        return {
            await knocked(knock.door, [(rng.choice(names), junk(rng)) for _ in range(rng.randrange(6))])
            for _ in range(requests)
        }

    assert asyncio.run(every()) == {401}
    assert not knock.seen


@pytest.mark.parametrize("length", [b"abc", b"-5", b"9" * 30, b"\xb2"])
def test_a_senseless_content_length_is_refused(knock, length):
    """An announced length that is no small number is too large."""
    body = b"{}"
    headers = [(k.lower().encode(), v.encode()) for k, v in signed(body).items()]
    assert asyncio.run(knocked(knock.door, [*headers, (b"content-length", length)])) == 413


WORDS = st.text(
    st.characters(exclude_categories=["Cs"]) | st.sampled_from('%+&=;\\"{} \n\u00e9'), max_size=60
)


@given(words=WORDS, encode=st.sampled_from([quote, quote_plus, lambda text: quote(text, safe="\\/ ;&=")]))
def test_a_form_is_read_as_the_standard_library_reads_it(words, encode):
    """The quick way through a click's form and the careful one give the same, whatever stands in it."""
    body = b"payload=" + encode(json.dumps({"text": words})).encode()
    fields = dict(parse_qsl(body.decode(), keep_blank_values=True))
    try:
        expected = json.loads(fields["payload"])
    except ValueError:
        expected = None
    assert parse(body) == expected


@given(st.binary(max_size=60))
def test_any_bytes_are_a_dict_or_nothing(noise):
    """No body makes the reading fail, and none is read in another way than the standard library's."""
    found = parse(b"payload=" + noise)
    assert found is None or found == json.loads(
        dict(parse_qsl((b"payload=" + noise).decode(), keep_blank_values=True))["payload"]
    )


class Metrics:
    """Another route of the door."""

    async def __call__(self, scope, receive, send):
        body = await read_body(scope, receive)
        if body is None:
            await respond(send, 413, b"too large")
        elif body == b"fail":
            raise RuntimeError(CANARY)
        else:
            await respond(send, 200, body or b"empty")


def test_other_routes_have_the_same_cap_and_silence(caplog):
    """A further route reads at most 1 MB, and what goes wrong in it is a bare 500 and a class in the log."""
    caplog.set_level(logging.DEBUG)
    with ThreadPoolExecutor(1) as pool:
        door = Door(
            secret=SECRET, dispatch=lambda _: None, ready=list, executor=pool,
            also={("POST", "/hook"): Metrics(), ("GET", "/metrics"): Metrics()},
        )  # fmt: skip

        def ask(method, path, body=b""):
            return asyncio.run(knocked(door, [], body, method=method, path=path))

        assert ask("POST", "/hook", b"hello") == 200
        assert ask("GET", "/metrics") == 200
        assert ask("POST", "/hook", b"x" * (BODY_LIMIT + 1)) == 413
        assert ask("POST", "/hook", b"fail") == 500
        assert ask("POST", "/metrics") == 405
        assert ask("POST", "/slack/events") == 401
        assert ask("GET", "/nowhere") == 404
    assert "RuntimeError" in caplog.text
    assert CANARY not in caplog.text


def test_replays_are_forgotten_only_when_they_could_not_pass():
    """A signature is kept while its timestamp could still pass, and the memory is bounded."""
    replays = Replays(kept=3)
    assert replays.first("a", 0)
    assert not replays.first("a", 599)
    assert replays.first("a", 601)
    for name in "bcde":
        assert replays.first(name, 602)
    assert len(replays._seen) == 3
