"""auth.test, blocks.validate: who the app is, and what Slack thinks of its blocks."""

from typing import Any

from bot.sandbox.checks.shape import Found
from bot.sandbox.checks.surface import check_blocks
from bot.sandbox.checks.views import check_view
from bot.sandbox.ids import BOT_ID, BOT_USER, TEAM_ID
from bot.sandbox.webapi.call import Call, Method, Refused, invalid


def auth_test(call: Call) -> dict[str, Any]:
    """auth.test."""
    return {
        "url": f"https://{call.workspace.domain}.slack.com/",
        "team": call.workspace.team_name,
        "user": call.workspace.users[BOT_USER].name,
        "team_id": TEAM_ID,
        "user_id": BOT_USER,
        "bot_id": BOT_ID,
        "is_enterprise_install": False,
    }


def validate(call: Call) -> dict[str, Any]:
    """blocks.validate of `blocks`, a `message` or a `view`."""
    found = Found()
    blocks, message, view = (call.json(name, "invalid_arguments") for name in ("blocks", "message", "view"))
    if blocks is not None:
        check_blocks(blocks, "message", found)
    elif isinstance(message, dict):
        check_blocks(message.get("blocks", []), "message", found, "/message/blocks")
    elif isinstance(view, dict):
        check_view(view, "home" if view.get("type") == "home" else "modal", found)
    else:
        raise invalid("must provide one of blocks, message, view")
    if found.messages:
        raise Refused("invalid_blocks", found)
    return {}


METHODS: dict[str, Method] = {"auth.test": auth_test, "blocks.validate": validate}
