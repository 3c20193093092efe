"""Several processes share one PostgreSQL: each message leaves once, and stopping one loses nothing."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from sqlalchemy import func, select

from blocks import ids
from bot.sandbox import Sandbox, SandboxChannel
from iqs import periods
from iqs.files.scorecards import preset
from iqs.notices import AT_ONCE
from iqs.replicas import ReplicaKind
from iqs.services import configuring, drawing, enrolling, importing, living, publishing, scheduling
from iqs.storage import tables
from tests import world
from tests.journey.conftest import CHANNEL, MANIFEST, users

pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
PATIENCE = 60
REVIEWERS = ("rosa", "cleo", "lea", "max")
REVIEWERS_TOO = (
    "Support,lea@example.com,Lea,lead reviewer,U5,\nSupport,max@example.com,Max,admin reviewer,U6,\n"
)


@pytest.fixture
def programme(store):
    """Support at this very moment, working day and night: last week is drawn, twelve scorecards wait."""
    now = datetime.now(UTC)
    enrolling.import_people(store, world.PEOPLE + REVIEWERS_TOO)
    configuring.configure(
        store, None, "Support", channel_id=CHANNEL, quota=4, working_days=range(7),
        opens=datetime.min.time(), closes=datetime.max.time(),
    )  # fmt: skip
    publishing.apply_scorecard(store, preset(), ["Support", "Sales"], now=now)
    week = periods.last_week(now, "UTC")
    closed = [week.start + timedelta(hours=1 + n) for n in range(12)]
    lines = [
        json.dumps(world.conversation(n, f"h{1 + n % 3}", at=at)).encode() for n, at in enumerate(closed)
    ]
    importing.import_conversations(store, lines, now=now)
    scheduling.ensure_schedules(store, now=now)
    drawn = drawing.draw(store, "Support", periods.iso_label(week.start.date()), now=now, seed="s")
    each = 12 // len(REVIEWERS)
    assert each <= AT_ONCE  # so that none waits for another to be done
    assert Counter(one.reviewer for one in drawn.assignments) == {name.title(): each for name in REVIEWERS}
    return store


@pytest.fixture
def slack():
    channels = [SandboxChannel(CHANNEL, "quality", list(world.SLACK.values()), is_private=True)]
    with Sandbox(MANIFEST, users=users(), channels=channels) as sandbox:
        yield sandbox


@pytest.fixture
def start(slack, database_url, tmp_path):
    """Starts processes as an operator does; whatever is left is ended."""
    running = []

    def started(command, **more):
        env = {
            "PATH": os.environ["PATH"], "DATABASE_URL": database_url, "SLACK_API_URL": slack.api_url,
            "SLACK_BOT_TOKEN": slack.bot_token, "SLACK_SIGNING_SECRET": slack.signing_secret, **more,
        }  # fmt: skip
        process = subprocess.Popen(
            [sys.executable, "-m", "bot.cli", command],
            cwd=tmp_path,
            env=env,
            stderr=subprocess.PIPE,
            text=True,
        )
        running.append(process)
        return process

    yield started
    for process in running:
        process.kill()
        process.communicate()


def stop(process):
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, said


def until(condition, what):
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


def cards(slack):
    """How often each conversation's scorecard was posted."""
    found = Counter()
    for name in REVIEWERS:
        for message in slack.driver(world.SLACK[name]).dm():
            if message["blocks"]:
                found[name, json.dumps(message["blocks"])] += 1
    return found


def states(store):
    with store.read() as tx:
        found = tx.execute(select(tables.Notice.state, func.count().label("n")).group_by(tables.Notice.state))
        return {row.state: row.n for row in found}


def kinds(store):
    return Counter(each.kind for each in living.alive(store, now=datetime.now(UTC)))


def test_workers_share_what_is_to_be_sent_and_one_may_stop(programme, slack, start):
    """Twelve scorecards and what they were drawn from, two senders, one stopped in the middle: none comes twice."""
    first, second = start("worker"), start("worker")
    until(lambda: kinds(programme) == {ReplicaKind.WORKER: 2}, "both live")
    until(lambda: sum(cards(slack).values()) >= 2, "the first messages")
    stop(first)
    assert kinds(programme) == {ReplicaKind.WORKER: 1}
    until(lambda: sum(cards(slack).values()) == 12, "every message")
    until(lambda: states(programme) == {"sent": 13}, "every message is known to be sent")
    stop(second)
    assert set(cards(slack).values()) == {1}
    assert kinds(programme) == {}


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def test_front_doors_share_what_is_clicked_and_one_may_stop(programme, slack, start):
    """Rosa's first click goes to one process, her next to another after that one stopped; both are saved."""
    ports = free_port(), free_port()
    doors = [start("web", PORT=str(port)) for port in ports]
    worker = start("worker")

    def ready(port):
        try:
            return httpx.get(f"http://127.0.0.1:{port}/readyz", trust_env=False).status_code == 200
        except httpx.TransportError:
            return False

    for port in ports:
        until(lambda port=port: ready(port), "the door is open")
    rosa = slack.driver(world.SLACK["rosa"])
    card = rosa.wait_for(lambda: next((each for each in rosa.dm() if each["blocks"]), None), PATIENCE)
    rows = [
        each for each in card["blocks"] if each["type"] == "actions" and ids.rated_category(each["block_id"])
    ]
    for number, (door, port, row) in enumerate(zip(doors, ports, rows, strict=False), 1):
        slack.connect_http(f"http://127.0.0.1:{port}/slack/events")
        assert rosa.click(card, row["elements"][1]["action_id"], row["block_id"]).ok
        with programme.read() as tx:
            assert len(tx.scalars(select(tables.Rating.value)).all()) == number
        assert kinds(programme)[ReplicaKind.WEB] == 3 - number
        stop(door)
    stop(worker)
    assert kinds(programme) == {}
