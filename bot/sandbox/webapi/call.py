"""One call of a Web API method: its arguments, and how it is refused."""

import base64
import binascii
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bot.sandbox.checks.shape import Found
from bot.sandbox.checks.surface import MESSAGE_TEXT, check_blocks, text_length
from bot.sandbox.ids import BOT_USER, TEAM_ID
from bot.sandbox.scopes import conversation_scope
from bot.sandbox.stored import finished
from bot.sandbox.workspace import Conversation, Workspace


class Refused(Exception):
    """Slack says no: `error` is its code, `body` the rest of the answer, `wait` the seconds of a 429."""

    def __init__(self, error: str, found: Found | None = None, *, wait: int = 0, **body: Any) -> None:
        super().__init__(error)
        self.error = error
        self.wait = wait
        self.body = body
        if found is not None:
            self.body["response_metadata"] = {"messages": found.messages}


def invalid(problem: str) -> Refused:
    """Refuse arguments the way Slack does, with a sentence."""
    found = Found()
    found.messages.append(f"[ERROR] {problem}")
    return Refused("invalid_arguments", found)


@dataclass
class Call:
    """The arguments of a call, as sent in a form or as JSON."""

    method: str
    args: dict[str, Any]
    workspace: Workspace

    def text(self, name: str) -> str | None:
        """A string argument, None when absent or empty."""
        value = self.args.get(name)
        return None if value in (None, "") else str(value)

    def required(self, name: str) -> str:
        """A string argument that must be there."""
        value = self.text(name)
        if value is None:
            raise invalid(f"missing required field: {name}")
        return value

    def flag(self, name: str) -> bool:
        """A yes or no argument."""
        return self.args.get(name) in (True, 1, "1", "true", "True")

    def json(self, name: str, error: str) -> Any:
        """An argument that is JSON, sent as such or as a string; None when absent."""
        value = self.args.get(name)
        if isinstance(value, str):
            try:
                return json.loads(value) if value else None
            except ValueError:
                raise Refused(error) from None
        return value

    def needs(self, *scopes: str) -> None:
        """Refuse when none of `scopes` was granted."""
        granted = self.workspace.manifest.scopes
        if not granted.intersection(scopes):
            raise Refused("missing_scope", needed=",".join(scopes), provided=",".join(sorted(granted)))

    def conversation(self, verb: str) -> Conversation:
        """The conversation to read or to list messages of, if the app may see it."""
        found = self.workspace.conversations.get(self.required("channel"))
        if found is None:
            raise Refused("channel_not_found")
        self.needs(conversation_scope(found.kind, verb))
        if found.kind == "private" and BOT_USER not in found.members:
            raise Refused("channel_not_found")
        return found

    def target(self) -> Conversation:
        """The conversation to post to: an id, a #name, or a person's id for their direct message."""
        name = self.required("channel")
        found = self.workspace.conversations.get(name)
        if found is None and name[0] in "UW":
            user = self.workspace.users.get(name)
            if user is None or user.team_id != TEAM_ID:
                raise Refused("channel_not_found")
            if user.is_bot:
                raise Refused("cannot_dm_bot")
            found = self.workspace.direct_message(name)
        if found is None:
            found = next(
                (c for c in self.workspace.conversations.values() if f"#{c.name}" == f"#{name.lstrip('#')}"),
                None,
            )
        if found is None or (found.kind == "private" and BOT_USER not in found.members):
            raise Refused("channel_not_found")
        if found.is_archived or (found.person and self.workspace.users[found.person].deleted):
            raise Refused("is_archived")
        if found.kind == "im" and not self.workspace.manifest.messages_tab:
            raise Refused("messages_tab_disabled")
        if BOT_USER not in found.members and "chat:write.public" not in self.workspace.manifest.scopes:
            raise Refused("not_in_channel")
        return found

    def page(self, items: list[Any], most: int = 1000, default: int = 100) -> tuple[list[Any], str]:
        """The items of the asked page and the cursor of the next one."""
        limit = self._number("limit", default)
        if not 1 <= limit <= most:
            raise Refused("invalid_limit")
        start = 0
        if cursor := self.text("cursor"):
            try:
                start = int(base64.b64decode(cursor, validate=True).decode().removeprefix("next:"))
            except (binascii.Error, ValueError):
                raise Refused("invalid_cursor") from None
        more = start + limit < len(items)
        following = base64.b64encode(f"next:{start + limit}".encode()).decode() if more else ""
        return items[start : start + limit], following

    def _number(self, name: str, default: int) -> int:
        try:
            return int(self.args.get(name, default))
        except (TypeError, ValueError):
            raise Refused("invalid_limit") from None


def judged_blocks(blocks: Any) -> list[dict[str, Any]]:
    """The blocks of a message as Slack stores them; raises Refused."""
    if blocks is None:
        return []
    if not isinstance(blocks, list):
        raise Refused("invalid_blocks_format")
    found = Found()
    check_blocks(blocks, "message", found)
    if found.messages:
        raise Refused("invalid_blocks", found)
    if text_length(blocks) > MESSAGE_TEXT:
        raise Refused("msg_blocks_too_long")
    return finished(blocks)


Method = Callable[[Call], dict[str, Any]]
