"""What a click costs, from its signed request to the answer over HTTP, beside Slack's own library doing nothing.

A server process each, one client, in turns, so that a noisy machine disturbs all alike; medians over the rounds.

- bare: an ASGI handler that checks the signature and answers.
- bolt defaults, bolt first: Bolt in 20 threads with one listener that acknowledges; as it comes, and with
  `process_before_response`.
- ours: the door, who is asking and whether they may, the inbox, the rating and its commit to the disk (SQLite,
  synchronous=FULL); the message is not drawn anew, as that follows the answer.
- ours, drawn: the same, and the message is rendered after each answer, without the call to Slack.

    python benchmarks/click.py [--rounds 5] [--seconds 1.5]
"""

import argparse
import asyncio
import hashlib
import hmac
import itertools
import json
import random
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

SECRET = "benchmark"
TEAM = "T0SANDBOX1"
REVIEWERS, AGENTS, EACH = 20, 20, 10
MANIFEST = Path(__file__).parents[1] / "manifest.yml"
Measured = tuple[int, float, float]
"""Clicks answered, clicks a second, and the seconds of the median one."""

Found = dict[tuple[str, int], list[Measured]]
HANDLERS = ("bare", "bolt defaults", "bolt first", "ours", "ours, drawn")


def signature(timestamp: bytes, body: bytes) -> str:
    """Slack's signature."""
    return "v0=" + hmac.new(SECRET.encode(), b"v0:%s:%s" % (timestamp, body), hashlib.sha256).hexdigest()


async def body_of(receive: Any) -> bytes:
    """A request's whole body."""
    chunks = []
    while True:
        message = await receive()
        chunks.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(chunks)


async def answer(send: Any, status: int, body: bytes = b"") -> None:
    """A whole answer."""
    headers = [(b"content-type", b"text/plain"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def bare(scope: Any, receive: Any, send: Any) -> None:
    """The signature and nothing else."""
    headers = dict(scope["headers"])
    body = await body_of(receive)
    expected = signature(headers[b"x-slack-request-timestamp"], body).encode()
    await answer(send, 200 if hmac.compare_digest(expected, headers[b"x-slack-signature"]) else 401)


def bolt(*, first: bool) -> Any:
    """Slack's library in threads, with a listener that acknowledges."""
    from slack_bolt import App, BoltRequest
    from slack_bolt.authorization import AuthorizeResult

    us = AuthorizeResult(enterprise_id=None, team_id=TEAM, bot_user_id="UB", bot_id="BB", bot_token="xoxb-1")
    app = App(signing_secret=SECRET, authorize=lambda: us, process_before_response=first)
    app.action({"action_id": "scorecard.rate.4"})(lambda ack: ack())
    app.action({"action_id": "scorecard.rate.3"})(lambda ack: ack())
    pool = ThreadPoolExecutor(20)

    def dispatch(scope: Any, body: bytes) -> Any:
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        return app.dispatch(BoltRequest(body=body.decode(), headers=headers))

    async def handle(scope: Any, receive: Any, send: Any) -> None:
        body = await body_of(receive)
        done = await asyncio.get_running_loop().run_in_executor(pool, dispatch, scope, body)
        await answer(send, done.status, (done.body or "").encode())

    return handle


def programme(path: Path) -> None:
    """Twenty reviewers with ten open scorecards each."""
    from iqs.files.scorecards import preset
    from iqs.services import enrolling, publishing
    from iqs.storage.migrating import upgrade
    from iqs.storage.store import Store

    store = Store(f"sqlite:///{path}")
    upgrade(store)
    now = datetime.now(UTC)
    lines = ["team,email,name,roles,slack_user_id,helpdesk_id"]
    lines += [f"Support,r{n}@example.com,Reviewer {n},reviewer,U0R{n}," for n in range(REVIEWERS)]
    lines += [f"Support,a{n}@example.com,Agent {n},agent,U0A{n},h{n}" for n in range(AGENTS)]
    enrolling.import_people(store, "\n".join(lines) + "\n")
    publishing.apply_scorecard(store, preset(), ["Support"], now=now)
    hand_out(store, now)
    store.close()


def hand_out(store: Any, now: datetime) -> None:
    """One conversation for each open scorecard, and the scorecards."""
    from iqs.reviews import ReviewKind, Stream
    from iqs.services import importing
    from iqs.storage.repositories import assignments, people

    records = [
        {
            "id": f"c{n}",
            "source": "desk",
            "channel": "email",
            "opened_at": (now - timedelta(hours=2)).isoformat(),
            "closed_at": (now - timedelta(hours=1)).isoformat(),
            "agent": {"id": f"h{n % AGENTS}"},
            "messages": [
                {"author": "customer", "text": "Where is my order? " * 20},
                {"author": "agent", "author_id": f"h{n % AGENTS}", "text": "On its way. " * 20},
            ],
        }
        for n in range(REVIEWERS * EACH)
    ]
    importing.import_conversations(store, [json.dumps(each).encode() for each in records], now=now)
    with store.write() as tx:
        number = {each.slack_user_id: each.id for each in people.every(tx)}
        same = {
            "team_id": 1,
            "scorecard_version_id": 1,
            "kind": ReviewKind.MANAGER,
            "stream": Stream.RANDOM,
        }
        rows = [
            {
                **same,
                "conversation_id": n + 1,
                "reviewer_id": number[f"U0R{n % REVIEWERS}"],
                "reviewee_id": number[f"U0A{n % AGENTS}"],
            }
            for n in range(REVIEWERS * EACH)
        ]
        assignments.add(tx, rows, now=now)


def ours(folder: str, *, drawn: bool) -> Any:
    """The door of the real application, on a database of its own."""
    from pydantic import SecretStr

    from bot.app import build
    from bot.config import Settings
    from bot.sandbox import Sandbox

    path = Path(folder) / "iqs.db"
    programme(path)
    with Sandbox(MANIFEST) as slack:
        app = build(
            Settings(
                _env_file=None,
                database_url=SecretStr(f"sqlite:///{path}"),
                slack_bot_token=SecretStr(slack.bot_token),
                slack_signing_secret=SecretStr(SECRET),
                slack_api_url=slack.api_url,
            )
        )
    assert app.workspace.team_id == TEAM, app.workspace.team_id
    render = (lambda key, _, draw: app.answers.later(key, draw)) if drawn else (lambda *_: None)
    app.answers.redraw = render  # type: ignore[method-assign]  # as far as the picture, not to Slack
    return app.door


def serve(name: str, folder: str) -> None:
    """Serves one handler; prints its port once it is there."""
    import uvicorn

    handlers: dict[str, Callable[[], Any]] = {
        "bare": lambda: bare,
        "bolt defaults": lambda: bolt(first=False),
        "bolt first": lambda: bolt(first=True),
        "ours": lambda: ours(folder, drawn=False),
        "ours, drawn": lambda: ours(folder, drawn=True),
    }
    listener = socket.create_server(("127.0.0.1", 0))
    print(listener.getsockname()[1], flush=True)
    config = uvicorn.Config(handlers[name](), log_level="critical", access_log=False, lifespan="off")
    asyncio.run(uvicorn.Server(config).serve(sockets=[listener]))


def click(number: int, rng: random.Random) -> dict[str, Any]:
    """A click as Slack sends it: about 3.3 KB of JSON, 5 KB on the wire; each one another interaction."""
    assignment = number % (REVIEWERS * EACH)
    category = ("solution", "tone_and_empathy")[number // (REVIEWERS * EACH) % 2]
    value = (3, 4)[number // (REVIEWERS * EACH * 2) % 2]
    user = {"id": f"U0R{assignment % REVIEWERS}", "username": "r", "name": "r", "team_id": TEAM}
    row = {
        "type": "actions",
        "block_id": f"rating.{category}",
        "elements": [
            {
                "type": "button",
                "action_id": f"scorecard.rate.{each}",
                "text": {"type": "plain_text", "text": str(each), "emoji": False},
                "value": str(assignment + 1),
            }
            for each in range(1, 6)
        ],
    }
    return {
        "type": "block_actions",
        "user": user,
        "api_app_id": "A0SANDBOX1",
        "token": "deprecated",
        "container": {"type": "message", "message_ts": "1.1", "channel_id": "D1", "is_ephemeral": False},
        "trigger_id": f"{number}.{rng.getrandbits(40)}.{rng.getrandbits(128):032x}",
        "team": {"id": TEAM, "domain": "sandbox"},
        "enterprise": None,
        "is_enterprise_install": False,
        "channel": {"id": "D1", "name": "directmessage"},
        "message": {"type": "message", "ts": "1.1", "text": "A conversation to review", "blocks": [row] * 4},
        "state": {"values": {}},
        "actions": [
            {
                "type": "button",
                "action_id": f"scorecard.rate.{value}",
                "block_id": f"rating.{category}",
                "text": {"type": "plain_text", "text": str(value), "emoji": False},
                "value": str(assignment + 1),
                "action_ts": f"{time.time():.6f}",
            }
        ],
    }


def request(number: int, rng: random.Random) -> bytes:
    """The bytes of one signed request."""
    body = b"payload=" + quote(json.dumps(click(number, rng)), safe="").encode()
    timestamp = str(int(time.time())).encode()
    head = (
        "POST /slack/events HTTP/1.1\r\nHost: localhost\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\n"
        f"Content-Length: {len(body)}\r\nX-Slack-Request-Timestamp: {timestamp.decode()}\r\n"
        f"X-Slack-Signature: {signature(timestamp, body)}\r\n\r\n"
    )
    return head.encode() + body


class Client(asyncio.Protocol):
    """One connection that sends a request as soon as the one before is answered."""

    def __init__(self, requests: Iterator[bytes], until: float, times: list[float]) -> None:
        self.requests, self.until, self.times = requests, until, times
        self.over: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.seen = b""

    def connection_made(self, transport: Any) -> None:
        """Begins at once."""
        self.transport = transport
        self.next()

    def next(self) -> None:
        """Sends the next request, or ends."""
        self.began = time.perf_counter()
        body = next(self.requests, None)
        if body is None or self.began > self.until:
            self.transport.close()
            self.over.set_result(None)
        else:
            self.transport.write(body)

    def data_received(self, data: bytes) -> None:
        """Takes an answer; anything but 200 is a fault of the benchmark."""
        self.seen += data
        if b"\r\n\r\n" in self.seen:
            assert self.seen.startswith(b"HTTP/1.1 200"), self.seen[:200]
            self.times.append(time.perf_counter() - self.began)
            self.seen = b""
            self.next()


async def load(port: int, requests: list[bytes], connections: int, seconds: float) -> Measured:
    """Sends for some seconds, each connection one request at a time."""
    times: list[float] = []
    began, shared = time.perf_counter(), iter(requests)
    clients = [
        (await asyncio.get_running_loop().create_connection(
            lambda: Client(shared, began + seconds, times), "127.0.0.1", port
        ))[1]
        for _ in range(connections)
    ]  # fmt: skip
    await asyncio.gather(*(each.over for each in clients))
    return len(times), len(times) / (time.perf_counter() - began), statistics.median(times)


def measure(ports: dict[str, int], rounds: int, seconds: float) -> Found:
    """Each handler in turn, at one connection and at sixteen; the first round warms up."""
    rng, numbers = random.Random(1), itertools.count()
    found: Found = {(name, c): [] for name in HANDLERS for c in (1, 16)}
    for _ in range(rounds + 1):
        for name in HANDLERS:
            for c in (1, 16):
                most = int(seconds * (9000 if name == "bare" else 3500))
                requests = [request(next(numbers), rng) for _ in range(most)]
                found[name, c].append(asyncio.run(load(ports[name], requests, c, seconds)))
    return found


def median(found: Found, name: str, c: int, which: int) -> float:
    """The median of the rounds after the first."""
    return statistics.median(each[which] for each in found[name, c][1:])


def report(found: Found) -> None:
    """Prints the table and what it comes to."""
    first, slow = median(found, "bolt first", 16, 1), median(found, "bolt defaults", 1, 2)
    print("handler          c=1 rps  p50 ms  c=16 rps  of bolt first, c=16  of bolt defaults, p50")
    for name in HANDLERS:
        rps, p50, many = median(found, name, 1, 1), median(found, name, 1, 2), median(found, name, 16, 1)
        print(f"{name:<15} {rps:8.0f} {p50 * 1000:7.2f} {many:9.0f} {many / first:20.2f} {p50 / slow:22.3f}")
    share = median(found, "ours", 16, 1) / first
    times = slow / median(found, "ours", 1, 2)
    print(f"\nours at c=16: {share:.2f} of bolt first (wanted: at least 0.5)")
    print(f"ours at c=1: {times:.1f} times as quick as bolt defaults (wanted: at least 5)")


def stored(folder: Path) -> int:
    """How many clicks a handler of ours has in its database."""
    with closing(sqlite3.connect(folder / "iqs.db")) as raw:
        (count,) = raw.execute("SELECT count(*) FROM inbox").fetchone()
        return int(count)


def main() -> None:
    """Starts the servers, measures, prints."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=1.5)
    parser.add_argument("--serve", choices=HANDLERS, help=argparse.SUPPRESS)
    parser.add_argument("--folder", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        serve(options.serve, options.folder)
        return
    servers, ports = [], {}
    with tempfile.TemporaryDirectory() as folder:
        try:
            for name in HANDLERS:
                own = Path(folder, name)
                own.mkdir()
                # -P: this file is called click, and so is a library that the servers need.
                command = [sys.executable, "-P", __file__, "--serve", name, "--folder", str(own)]
                servers.append(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))
                ports[name] = int(servers[-1].stdout.readline() if servers[-1].stdout else 0)
            found = measure(ports, options.rounds, options.seconds)
            for name in ("ours", "ours, drawn"):
                answered = sum(each[0] for c in (1, 16) for each in found[name, c])
                assert stored(Path(folder, name)) == answered, "a click was answered and is not stored"
            report(found)
        finally:
            for server in servers:
                server.terminate()
                server.wait()


if __name__ == "__main__":
    main()
