"""What must stay true of the bot as a whole: its ids, its scopes, and who may post."""

import ast
import logging
import re
from pathlib import Path

import pytest
import yaml
from slack_bolt import BoltRequest

from blocks import ids
from blocks.ids import ActionId, CallbackId
from bot.commands.checking import HELPFUL_SCOPES, NEEDED_SCOPES
from bot.listeners.commands import COMMAND
from bot.sandbox.scopes import Manifest

ROOT = Path(__file__).parents[2]
MANIFEST = yaml.safe_load((ROOT / "manifest.yml").read_text())
SCOPES = {
    "auth_test": None,
    "apps_connections_open": None,
    "chat_postMessage": "chat:write",
    "chat_delete": "chat:write",
    "chat_update": "chat:write",
    "conversations_open": "im:write",
    "conversations_history": "im:history",
    "conversations_info": "channels:read",
    "conversations_replies": "channels:history",
    "files_completeUploadExternal": "files:write",
    "files_getUploadURLExternal": "files:write",
    "users_info": "users:read",
    "users_lookupByEmail": "users:read.email",
    "views_open": None,
    "views_push": None,
    "views_update": None,
    "views_publish": None,
}
"""Web API method → the scope it needs; a method that is not here may not be called."""

IN_MODALS_ONLY = {
    ActionId.REVIEW_NOTE,
    ActionId.REVIEW_COMMENT,
    ActionId.SKIP_REASON,
    ActionId.FIRST_DAY,
    ActionId.LAST_DAY,
    ActionId.HAND_ON_TO,
    ActionId.HAND_ON_REASON,
}
"""Inputs that are read with their form and send nothing by themselves."""


def sources():
    """Every module of the bot that runs against Slack."""
    every = [*(ROOT / "bot").glob("*.py"), *(ROOT / "bot" / "delivery").glob("*.py")]
    every += (ROOT / "bot" / "listeners").glob("*.py")
    return [*every, *(ROOT / "bot" / "commands").glob("*.py")]


def called():
    """(module, Web API method) for each method of the SDK's client that a module names."""
    pattern = re.compile(
        r"^(api|apps|auth|bots|chat|conversations|files|users|views|reactions|files)_[a-zA-Z_]+$"
    )
    found = set()
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Attribute) and pattern.match(node.attr):
                found.add((path.name, node.attr))
    return found


def listeners(app, body):
    """The names of the listeners that would take a payload, the first one first."""
    request = BoltRequest(body=body, mode="socket_mode")
    return [
        each.ack_function.__name__ for each in app.bolt._listeners if each.matches(req=request, resp=None)
    ]


def test_only_delivery_posts():
    """One place for pacing, retries and duplicates; everything else answers a click."""
    assert {path for path, method in called() if method in {"chat_postMessage", "chat_postEphemeral"}} == {
        "posting.py"
    }


def test_every_method_called_is_covered_by_the_manifest():
    """No call needs a scope that the manifest does not ask for."""
    methods = {method for _, method in called()}
    assert methods <= set(SCOPES), methods - set(SCOPES)
    granted = Manifest.load(ROOT / "manifest.yml").scopes
    assert {SCOPES[method] for method in methods} - {None} <= granted


def test_the_doctor_knows_the_manifests_scopes():
    """What `iqs check` calls needed and helpful is what the manifest asks for."""
    scopes = MANIFEST["oauth_config"]["scopes"]
    assert frozenset(scopes["bot"]) == NEEDED_SCOPES
    assert set(scopes["bot_optional"]) == set(HELPFUL_SCOPES)


def test_the_manifest_has_the_command_and_the_events():
    """The slash command and every event that a listener waits for."""
    assert [each["command"] for each in MANIFEST["features"]["slash_commands"]] == [COMMAND]
    events = set(MANIFEST["settings"]["event_subscriptions"]["bot_events"])
    assert events == {"app_home_opened", "app_uninstalled", "tokens_revoked", "user_change"}


@pytest.mark.parametrize("action", [*ActionId, *(ids.rate_action(value) for value in (1, 2, 3, 4, 5, None))])
def test_every_action_id_has_its_listener(app, payloads, action):
    """A button that somebody can press is heard by more than the catch-all."""
    heard = listeners(app, payloads.click("U0RITA", str(action)))
    assert heard[-1] == "old_button"
    assert len(heard) == (1 if action in IN_MODALS_ONLY else 2), heard


@pytest.mark.parametrize("callback", list(CallbackId))
def test_every_submission_has_its_listener(app, payloads, callback):
    """Modals with a submit button are heard; those that only show something need nobody."""
    heard = listeners(app, payloads.submission("U0RITA", {"callback_id": str(callback), "type": "modal"}))
    assert heard[-1] == "old_window"
    submitted = {CallbackId.REVIEW, CallbackId.SKIP, CallbackId.HAND_ON, CallbackId.ABSENCE}
    assert (len(heard) == 2) is (callback in submitted)


def test_listeners_are_short():
    """A listener receives, calls one service, draws and sends: past thirty lines it smells."""
    for path in (ROOT / "bot" / "listeners").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef) and node.name != "register":
                assert node.end_lineno - node.lineno < 30, (path.name, node.name)


@pytest.fixture
def untouched_loggers():
    """Loggers as a new process has them: other tests, and the ear of this one, leave their levels behind."""
    for name in list(logging.root.manager.loggerDict):
        if name.startswith(("slack_bolt", "slack_sdk", "httpx", "httpcore", "stamina")):
            logging.getLogger(name).setLevel(logging.NOTSET)


@pytest.mark.usefixtures("untouched_loggers")
def test_no_log_line_can_hold_a_body(request):
    """Loggers of libraries that print bodies, addresses or headers are silent."""
    app = request.getfixturevalue("app")
    for name in (
        "slack_bolt.RequestVerification",
        "slack_bolt.App",
        "slack_sdk.web.base_client",
        "slack_sdk.webhook.client",
        "httpx",
        "httpcore.http11",
        "stamina",
    ):
        assert logging.getLogger(name).getEffectiveLevel() == logging.CRITICAL
    assert app.bolt.logger.getEffectiveLevel() == logging.CRITICAL


def test_the_environment_is_read_in_one_place():
    """Only bot/config.py looks at the environment."""
    for path in sources():
        if path.name != "config.py":
            text = path.read_text()
            assert "os.environ" not in text, path
            assert "getenv" not in text, path
