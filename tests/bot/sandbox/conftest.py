"""A workspace with four people, the SDK's client, and Bolt apps that live in it over both transports."""

import threading
from contextlib import contextmanager
from pathlib import Path
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_bolt.adapter.wsgi import SlackRequestHandler
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.sandbox import Sandbox, SandboxChannel, SandboxUser

MANIFEST = Path(__file__).parents[3] / "manifest.yml"


@pytest.fixture
def new_sandbox():
    """Start sandboxes with any options; each has its own furniture."""
    started = []

    def start(**options):
        users = [
            SandboxUser("U0ADA", "ada", "Ada Reviewer", email="ada@example.com", tz="Europe/Paris"),
            SandboxUser("U0BOB", "bob", "Bob Agent", email="bob@example.com", tz="America/New_York"),
            SandboxUser("U0GONE", "gone", "Gone", email="gone@example.com", deleted=True),
            SandboxUser("U0EVE", "eve", "Eve Stranger", email="eve@example.com", team_id="T0OTHER"),
            SandboxUser("U0ROBO", "robo", "Robo", is_bot=True),
        ]
        channels = [
            SandboxChannel("C0GENERAL", "general", ["U0ADA", "U0BOB", "U0EVE"]),
            SandboxChannel("C0LEADS", "leads", ["U0ADA"], is_private=True, has_bot=False),
            SandboxChannel("C0OLD", "old", ["U0ADA"], is_archived=True),
            SandboxChannel("C0FAR", "far", ["U0ADA"], has_bot=False),
        ]
        options = {"manifest": MANIFEST, "users": users, "channels": channels, "limits": False, **options}
        sandbox = Sandbox(options.pop("manifest"), **options).start()
        started.append(sandbox)
        return sandbox

    yield start
    for sandbox in started:
        sandbox.stop()


@pytest.fixture
def sandbox(new_sandbox):
    """A sandbox without rate limits."""
    return new_sandbox()


@pytest.fixture
def client_of():
    """The SDK's own client for a sandbox, without its retries."""

    def make(sandbox, token=None):
        token = sandbox.bot_token if token is None else token
        return WebClient(token=token, base_url=sandbox.api_url, retry_handlers=[], timeout=60)

    return make


@pytest.fixture
def client(sandbox, client_of):
    """The client of `sandbox`."""
    return client_of(sandbox)


@pytest.fixture
def refusal():
    """The error code with which Slack refuses a call ("" if it does not)."""

    def error_of(call, *args, **kwargs):
        try:
            call(*args, **kwargs)
        except SlackApiError as refused:
            return refused.response["error"]
        return ""

    return error_of


@pytest.fixture
def app(sandbox, client):
    """A Bolt app that nobody has connected yet."""
    return App(client=client, signing_secret=sandbox.signing_secret, process_before_response=True)


@pytest.fixture
def hang_up(sandbox):
    """Close a Socket Mode client at once: the SDK's own close waits up to three seconds for its last read."""

    def close(*clients):
        for client in clients:
            client.auto_reconnect_enabled = False
        sandbox.drop_connections()
        for client in clients:
            # Its close() breaks when it meets the end of the connection half-way.
            sandbox.driver("U0ADA").wait_for(lambda client=client: not client.is_connected())
            client.close()

    return close


@pytest.fixture
def connected(sandbox, hang_up):
    """Connect an app over Socket Mode."""

    @contextmanager
    def connect(app):
        handler = SocketModeHandler(app, sandbox.app_token)
        handler.connect()
        try:
            sandbox.driver("U0ADA").wait_for(lambda: sandbox.connected)
            yield handler
        finally:
            hang_up(handler.client)

    return connect


@pytest.fixture
def served(sandbox):
    """Serve an app over HTTP and give its address to the sandbox."""

    class Quiet(WSGIRequestHandler):
        def log_message(self, *_):
            pass

    @contextmanager
    def serve(app):
        handler = SlackRequestHandler(app, path="/slack/events")
        server = make_server("127.0.0.1", 0, handler, handler_class=Quiet)
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        sandbox.connect_http(f"http://127.0.0.1:{server.server_port}/slack/events")
        try:
            yield server
        finally:
            server.shutdown()
            server.server_close()

    return serve


@pytest.fixture
def ada(sandbox):
    """Ada, who drives Slack from outside."""
    return sandbox.driver("U0ADA")


@pytest.fixture
def modal():
    """A modal with these blocks."""

    def make(*blocks, **more):
        title, submit = ({"type": "plain_text", "text": text} for text in ("Title", "Save"))
        return {"type": "modal", "title": title, "submit": submit, "blocks": list(blocks), **more}

    return make


@pytest.fixture
def text_input():
    """An input block for text."""

    def make(block_id="note", action_id="text", *, optional=False, dispatch_action=False, **more):
        return {
            "type": "input",
            "block_id": block_id,
            "label": {"type": "plain_text", "text": "Note"},
            "element": {"type": "plain_text_input", "action_id": action_id, **more},
            "optional": optional,
            "dispatch_action": dispatch_action,
        }

    return make


@pytest.fixture
def buttons():
    """A row of buttons with these action ids."""

    def make(*actions, block_id="row", **more):
        elements = [
            {"type": "button", "action_id": a, "text": {"type": "plain_text", "text": a}, **more}
            for a in actions
        ]
        return {"type": "actions", "block_id": block_id, "elements": elements}

    return make
