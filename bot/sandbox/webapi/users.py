"""users.*: who is who; addresses only with users:read.email."""

from typing import Any

from bot.sandbox.ids import TEAM_ID
from bot.sandbox.people import SandboxUser
from bot.sandbox.webapi.call import Call, Method, Refused


def _shown(call: Call, user: SandboxUser) -> dict[str, Any]:
    with_email = "users:read.email" in call.workspace.manifest.scopes
    return user.as_slack(call.workspace.clock.now(), TEAM_ID, with_email=with_email)


def info(call: Call) -> dict[str, Any]:
    """users.info."""
    call.needs("users:read")
    user = call.workspace.users.get(call.required("user"))
    if user is None:
        raise Refused("user_not_found")
    return {"user": _shown(call, user)}


def list_users(call: Call) -> dict[str, Any]:
    """users.list: the members of this workspace, page by page."""
    call.needs("users:read")
    everybody = [_shown(call, user) for user in call.workspace.users.values() if user.team_id == TEAM_ID]
    found, following = call.page(everybody)
    now = int(call.workspace.clock.now().timestamp())
    return {"members": found, "cache_ts": now, "response_metadata": {"next_cursor": following}}


def lookup_by_email(call: Call) -> dict[str, Any]:
    """users.lookupByEmail: active members only."""
    call.needs("users:read.email")
    email = call.required("email").lower()
    for user in call.workspace.users.values():
        if user.email.lower() == email and not user.deleted and not user.is_bot and user.team_id == TEAM_ID:
            return {"user": _shown(call, user)}
    raise Refused("users_not_found")


METHODS: dict[str, Method] = {
    "users.info": info,
    "users.list": list_users,
    "users.lookupByEmail": lookup_by_email,
}
