"""A small team in a Slack workspace on this machine, with this week's scorecards drawn and waiting."""

import asyncio
import itertools
import json
import shutil
import socket
import threading
import time
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
import uvicorn
from pydantic import SecretStr
from slack_bolt import BoltRequest

from bot.app import build
from bot.config import Settings
from bot.sandbox import Sandbox, SandboxChannel, SandboxUser
from iqs import periods
from iqs.files import scorecards
from iqs.services import configuring, drawing, enrolling, importing, publishing, reviewing, scheduling
from iqs.storage.store import Store

MINUTE = 60.0  # seconds
MANIFEST = Path(__file__).parents[2] / "manifest.yml"
PEOPLE = """team,email,name,roles,slack_user_id,helpdesk_id
Support,rita@example.com,Rita Reviewer,reviewer,U0RITA,h-rita
Support,omar@example.com,Omar Reviewer,reviewer,U0OMAR,h-omar
Support,ada@example.com,Ada Agent,agent,U0ADA,h-ada
Support,ben@example.com,Ben Agent,agent,,h-ben
Support,lena@example.com,Lena Lead,lead,U0LENA,
"""
USERS = [
    ("U0RITA", "rita", "Rita Reviewer", {}),
    ("U0OMAR", "omar", "Omar Reviewer", {}),
    ("U0ADA", "ada", "Ada Agent", {}),
    ("U0BEN", "ben", "Ben Agent", {}),
    ("U0LENA", "lena", "Lena Lead", {}),
    ("U0STRANGER", "stranger", "Sam Stranger", {}),
    ("U0GUEST", "guest", "Gus Guest", {"is_restricted": True}),
    ("U0FOREIGN", "foreign", "Fay Foreign", {"team_id": "T0OTHER"}),
]


def people():
    return [
        SandboxUser(id_, name, real, email=f"{name}@example.com", tz="UTC", **more)
        for id_, name, real, more in USERS
    ]


@pytest.fixture
def make_slack():
    """Makes workspaces, each on its own port."""
    with ExitStack() as stack:

        def make(**more):
            channels = [SandboxChannel("C0TEAM", "support", members=["U0LENA"])]
            return stack.enter_context(Sandbox(MANIFEST, users=people(), channels=channels, **more))

        yield make


@pytest.fixture
def slack(make_slack):
    """The workspace; rate limits on."""
    return make_slack()


class Time:
    """The programme's time: the real one, moved forward by tests; it may stand still between their moves."""

    def __init__(self):
        self.ahead = timedelta(0)
        self.still = None

    def __call__(self):
        return (self.still or datetime.now(UTC)) + self.ahead

    def stop(self):
        self.still = datetime.now(UTC)

    def move(self, **by):
        self.ahead += timedelta(**by)


@pytest.fixture
def now():
    return Time()


@pytest.fixture
def settings(slack, sqlite_store):
    return Settings(
        _env_file=None,
        database_url=SecretStr(f"sqlite:///{sqlite_store.path}"),
        slack_bot_token=SecretStr(slack.bot_token),
        slack_app_token=SecretStr(slack.app_token),
        slack_signing_secret=SecretStr(slack.signing_secret),
        slack_api_url=slack.api_url,
    )


def conversation(number, agent, closed):
    opened = closed - timedelta(hours=1)
    return {
        "id": f"c{number}",
        "source": "desk",
        "channel": "email",
        "subject": f"Question {number}",
        "opened_at": opened.isoformat(),
        "closed_at": closed.isoformat(),
        "agent": {"id": agent},
        "messages": [
            {"author": "customer", "text": f"Where is my order number {number}?", "at": opened.isoformat()},
            {"author": "agent", "author_id": agent, "text": "On its way.", "at": closed.isoformat()},
        ],
    }


class Furnished:
    """A database that `build(store, now)` furnishes once, on what `start(path)` puts there, to be copied.

    It is made anew before it is a minute old, as its times are real.
    """

    def __init__(self, start, folder, build):
        self.start, self.folder, self.build = start, folder, build
        self.made_at = -MINUTE
        self.file = None

    def copy_to(self, path):
        if time.monotonic() - self.made_at >= MINUTE:
            self.made_at = time.monotonic()
            self.file = self.folder / f"{self.made_at}.db"
            self.start(self.file)
            store = Store(f"sqlite:///{self.file}")
            self.build(store, datetime.now(UTC))
            store.close()
        shutil.copyfile(self.file, path)


@pytest.fixture(scope="session")
def furnished_file(migrated_file, tmp_path_factory):
    """The programme's."""
    empty = partial(shutil.copyfile, migrated_file)
    return Furnished(empty, tmp_path_factory.mktemp("furnished"), furnish)


@pytest.fixture
def programme(furnished_file, sqlite_store):
    """The team with its scorecard and last week's draw, at a moment when everybody works."""
    furnished_file.copy_to(sqlite_store.path)
    return sqlite_store


def furnish(store, now):
    """Enrols the team and draws its last week."""
    enrolling.import_people(store, PEOPLE)
    configuring.configure(
        store, None, "Support", opens=datetime.min.time(), closes=datetime.max.time(),
        working_days=range(7), quota=3,
    )  # fmt: skip
    publishing.apply_scorecard(store, scorecards.preset(), [], now=now)
    week = periods.last_week(now, "UTC")
    lines = [
        json.dumps(conversation(number, agent, week.start + timedelta(days=1, minutes=number))).encode()
        for number, agent in enumerate(["h-ada", "h-ben"] * 4)
    ]
    importing.import_conversations(store, lines, now=now)
    scheduling.ensure_schedules(store, now=now)
    drawing.draw(
        store, "Support", periods.iso_label(periods.local_date(week.start, "UTC")), now=now, seed="s"
    )
    configuring.configure(store, None, "Support", channel_id="C0TEAM")  # it was not told of this draw


@pytest.fixture
def app(settings, programme, now):
    """The application, not connected: tests hand it payloads, and call its parts."""
    made = build(settings, now=now)
    yield made
    made.close()


@pytest.fixture
def live(app, slack):
    """The application connected by Socket Mode, its messages delivered."""
    app.connect()
    app.delivery.drain()
    return app


@pytest.fixture
def dispatch(app):
    """Hands the app a payload as both transports do, and waits for what follows the ack."""

    def hand(body):
        answer = app.bolt.dispatch(BoltRequest(body=body, mode="socket_mode"))
        assert app.answers.settle(60)
        return answer

    return hand


class Payloads:
    """What Slack sends, as little of it as counts. Each is an interaction of its own: a new trigger id or event id."""

    def __init__(self, team="T0SANDBOX1"):
        self.team = team
        self._numbers = itertools.count(1)

    def trigger(self):
        return f"{next(self._numbers)}.2.3"

    def user(self, user):
        return {"id": user, "username": user.lower(), "team_id": self.team}

    def command(self, user, text=""):
        return {
            "command": "/iqs", "text": text, "team_id": self.team, "user_id": user, "channel_id": "C0TEAM",
            "trigger_id": self.trigger(),
        }  # fmt: skip

    def click(
        self, user, action_id, value="", *, block="b", message=("D0", "1.0"), response_url=None, **more
    ):
        return {
            "type": "block_actions", "team": {"id": self.team}, "user": self.user(user), "trigger_id": self.trigger(),
            "channel": {"id": message[0]}, "message": {"ts": message[1]},
            "container": {"type": "message", "channel_id": message[0], "message_ts": message[1]},
            "actions": [{"type": "button", "action_id": action_id, "block_id": block, "value": str(value), **more}],
            **({"response_url": response_url} if response_url else {}),
        }  # fmt: skip

    def submission(self, user, view):
        return {
            "type": "view_submission", "team": {"id": self.team}, "user": self.user(user),
            "trigger_id": self.trigger(), "view": view,
        }  # fmt: skip

    def home(self, user):
        event = {"type": "app_home_opened", "user": user, "channel": "D0", "tab": "home"}
        return {
            "type": "event_callback",
            "team_id": self.team,
            "event_id": f"Ev{next(self._numbers)}",
            "event": event,
        }

    def event(self, **event):
        return {
            "type": "event_callback",
            "team_id": self.team,
            "event_id": f"Ev{next(self._numbers)}",
            "event": event,
        }


@pytest.fixture
def payloads():
    """Payloads of our own workspace."""
    return Payloads()


@pytest.fixture
def open_for(programme):
    """Ids of somebody's open assignments."""

    def ids(slack_user_id):
        return [
            each.assignment_id
            for each in reviewing.waiting(programme, enrolling.identify(programme, slack_user_id))
        ]

    return ids


@contextmanager
def served(door):
    """Serves a door on a free port; its request URL."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(door, log_level="critical", access_log=False))
    thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[listener])), daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/slack/events"
    finally:
        server.should_exit = True
        thread.join(5)


@pytest.fixture
def free_door(app):
    """The application's door, served on a free port; its request URL."""
    with served(app.door) as url:
        yield url


@pytest.fixture
def free_port():
    """A port that nobody listens on just now."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]
