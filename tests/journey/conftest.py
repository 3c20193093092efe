"""A small team in a sandbox, with the real bot connected over Socket Mode or over HTTP."""

import threading
from pathlib import Path

import pytest
import uvicorn
from pydantic import SecretStr

from bot.app import build
from bot.config import Settings
from bot.demo import seen
from bot.sandbox import Clock, Sandbox, SandboxChannel, SandboxUser
from iqs.services import configuring, scheduling
from tests import world

MANIFEST = Path(__file__).parents[2] / "manifest.yml"
CHANNEL = "C0QUALITY"
OUTSIDER = "U9"
WAIT = 60  # seconds for an answer


class Journey:
    """The sandbox, the programme behind it, and a bot that can be started again."""

    def __init__(self, sandbox, store, transport):
        self.sandbox = sandbox
        self.store = store
        self.transport = transport
        self.app = None
        self.sent = []
        self._server = None

    def start(self):
        """A new process, as far as memory is concerned."""
        settings = Settings(
            _env_file=None,
            database_url=SecretStr(f"sqlite:///{self.store.path}"),
            slack_bot_token=SecretStr(self.sandbox.bot_token),
            slack_app_token=SecretStr(self.sandbox.app_token),
            slack_signing_secret=SecretStr(self.sandbox.signing_secret),
            slack_api_url=self.sandbox.api_url,
        )
        self.app = build(settings, now=self.sandbox.clock.now)
        if self.transport == "http":
            self._serve()
        else:
            self.app.connect()
        self.app.work()
        return self

    def stop(self):
        if self._server is not None:
            self._server.should_exit = True
            self._thread.join(10)
            self._server = None
        if self.app is not None:
            for (
                handler
            ) in self.app._sockets:  # hung up first, the SDK's client does not wait for its last read
                handler.client.auto_reconnect_enabled = False
            self.sandbox.drop_connections()
            self.app.close()
            self.app = None

    def drive(self, name):
        return self.sandbox.driver(world.SLACK[name])

    def card(self, reviewer):
        """The reviewer's scorecard message as it stands now, once it is there."""
        return reviewer.wait_for(lambda: next(iter(reviewer.dm()), None))

    def shows(self, reviewer, words):
        """Waits until the reviewer's scorecard says so, and returns it."""

        def look():
            card = self.card(reviewer)
            return card if words in seen.words(card["blocks"]) else None

        return reviewer.wait_for(look)

    def again(self, kind, payload):
        """Slack (or somebody who listened) delivers this payload once more."""
        return self.sandbox._wait(self._deliver(kind, payload))

    def record(self):
        """Remembers every payload that goes to the bot."""
        courier = self.sandbox._courier
        self._deliver = courier.deliver

        async def deliver(kind, payload, retry=None):
            self.sent.append((kind, payload))
            return await self._deliver(kind, payload, retry)

        courier.deliver = deliver

    def _serve(self):
        config = uvicorn.Config(self.app.door, host="127.0.0.1", port=0, log_config=None, lifespan="off")
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        self.drive("rosa").wait_for(lambda: self._server.started)
        port = self._server.servers[0].sockets[0].getsockname()[1]
        self.sandbox.connect_http(f"http://127.0.0.1:{port}/slack/events")


def users():
    names = {id_: name.title() for name, id_ in world.SLACK.items()} | {OUTSIDER: "Sam"}
    return [
        SandboxUser(
            id_, name.lower(), name, email=f"{name.lower()}@example.com", is_restricted=name == "Otto"
        )
        for id_, name in names.items()
    ]


@pytest.fixture
def prepare(sqlite_store, furnish):
    """Prepares a journey: `quota` conversations of each of three agents are drawn for two reviewers."""
    made = []

    def start(transport, quota=1):
        furnish(sqlite_store, world.fill)
        team = world.World(sqlite_store)
        configuring.configure(sqlite_store, None, "Support", channel_id=CHANNEL, quota=quota)
        scheduling.ensure_schedules(sqlite_store, now=world.MONDAY)
        team.draw(seed="journey")
        sandbox = Sandbox(
            MANIFEST,
            users=users(),
            channels=[SandboxChannel(CHANNEL, "quality", list(world.SLACK.values()), is_private=True)],
            clock=Clock(world.MONDAY),
        ).start()
        journey = Journey(sandbox, sqlite_store, transport)
        journey.record()
        made.append(journey)
        return journey.start()

    yield start
    for journey in made:
        journey.stop()
        journey.sandbox.stop()


@pytest.fixture(params=["socket mode", "http"])
def journey(request, prepare):
    """A journey over each transport in turn."""
    return prepare(request.param)


@pytest.fixture
def quick(prepare):
    """A journey for questions that do not depend on the transport."""
    return prepare("socket mode")
