"""The payloads that Slack sends for what a person does, field by field."""

import time
from typing import Any

from bot.sandbox.answers import FIELDS, state_values
from bot.sandbox.ids import APP_ID, BOT_USER, TEAM_ID, new_id
from bot.sandbox.people import SandboxUser
from bot.sandbox.views import View
from bot.sandbox.workspace import Conversation, Message, Workspace

VERIFICATION_TOKEN = "sandbox-verification-token"  # noqa: S105  (Slack's long deprecated field; it protects nothing)


def _frame(workspace: Workspace, kind: str, user: SandboxUser) -> dict[str, Any]:
    return {
        "type": kind,
        "user": {"id": user.id, "username": user.name, "name": user.name, "team_id": user.team_id},
        "api_app_id": APP_ID,
        "token": VERIFICATION_TOKEN,
        "team": {"id": TEAM_ID, "domain": workspace.domain},
        "enterprise": None,
        "is_enterprise_install": False,
    }


def command(
    workspace: Workspace,
    user: SandboxUser,
    conversation: Conversation,
    *,
    said: tuple[str, str],
    response_url: str,
) -> dict[str, str]:
    """The form fields of a slash command; `said` is its name and the text after it."""
    return {
        "token": VERIFICATION_TOKEN,
        "team_id": TEAM_ID,
        "team_domain": workspace.domain,
        "channel_id": conversation.id,
        "channel_name": conversation.name if conversation.kind != "private" else "privategroup",
        "user_id": user.id,
        "user_name": user.name,
        "command": said[0],
        "text": said[1],
        "api_app_id": APP_ID,
        "is_enterprise_install": "false",
        "response_url": response_url,
        "trigger_id": workspace.tickets.trigger(user.id),
    }


def acted(element: dict[str, Any], block_id: str, state: dict[str, Any] | None) -> dict[str, Any]:
    """The entry of `actions` for an element; `state` is what it shows now (None for a button)."""
    entry: dict[str, Any] = {
        "type": element["type"],
        "action_id": element["action_id"],
        "block_id": block_id,
        "action_ts": f"{time.time():.6f}",
    }
    for key in ("text", "value", "style", "placeholder", "url", "confirm"):
        if key in element:
            entry[key] = element[key]
    if element["type"] in FIELDS and FIELDS[element["type"]][1] in element:
        first = FIELDS[element["type"]][1]
        entry[first] = element[first]
    return {**entry, **(state or {})}


def action_in_message(
    workspace: Workspace,
    user: SandboxUser,
    conversation: Conversation,
    message: Message,
    *,
    action: dict[str, Any],
    response_url: str,
) -> dict[str, Any]:
    """block_actions from a message; an ephemeral one is not shown to the app again."""
    container = {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": conversation.id,
        "is_ephemeral": message.only_for is not None,
    }
    if message.thread_ts:
        container["thread_ts"] = message.thread_ts
    payload = {
        **_frame(workspace, "block_actions", user),
        "container": container,
        "trigger_id": workspace.tickets.trigger(user.id),
        "channel": {
            "id": conversation.id,
            "name": conversation.name if conversation.kind != "private" else "privategroup",
        },
        "state": {"values": state_values(message.blocks, message.answers.get(user.id, {}))},
        "response_url": response_url,
        "actions": [action],
    }
    if message.only_for is None:
        payload["message"] = message.as_slack()
    return payload


def action_in_view(
    workspace: Workspace, user: SandboxUser, view: View, action: dict[str, Any]
) -> dict[str, Any]:
    """block_actions from a modal or a Home tab."""
    in_view = view.id if view.content["type"] == "modal" else None
    return {
        **_frame(workspace, "block_actions", user),
        "container": {"type": "view", "view_id": view.id},
        "trigger_id": workspace.tickets.trigger(user.id, in_view),
        "view": view.as_slack(),
        "actions": [action],
    }


def submission(workspace: Workspace, user: SandboxUser, view: View) -> dict[str, Any]:
    """view_submission."""
    return {
        **_frame(workspace, "view_submission", user),
        "trigger_id": workspace.tickets.trigger(user.id, view.id),
        "view": view.as_slack(),
        "response_urls": [],
    }


def closed(workspace: Workspace, user: SandboxUser, view: View, *, cleared: bool) -> dict[str, Any]:
    """view_closed."""
    return {**_frame(workspace, "view_closed", user), "view": view.as_slack(), "is_cleared": cleared}


def event(workspace: Workspace, inner: dict[str, Any]) -> dict[str, Any]:
    """The outer shell of an event."""
    ts = workspace.next_ts()
    inner = {**inner, "event_ts": ts}
    authorization = {
        "enterprise_id": None,
        "team_id": TEAM_ID,
        "user_id": BOT_USER,
        "is_bot": True,
        "is_enterprise_install": False,
    }
    return {
        "token": VERIFICATION_TOKEN,
        "team_id": TEAM_ID,
        "context_team_id": TEAM_ID,
        "context_enterprise_id": None,
        "api_app_id": APP_ID,
        "event": inner,
        "type": "event_callback",
        "event_id": new_id("Ev"),
        "event_time": int(float(ts)),
        "authorizations": [authorization],
        "is_ext_shared_channel": False,
        "event_context": f"4-{new_id('C')}",
    }
