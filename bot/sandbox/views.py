"""Modals and Home tabs: stacks of three, hashes, external ids, what was typed into them."""

import secrets
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.answers import Values, plain, state_values, survivors
from bot.sandbox.ids import APP_ID, BOT_ID, TEAM_ID, new_id
from bot.sandbox.stored import finished

STACK = 3


@dataclass
class View:
    """A view as somebody sees it."""

    id: str
    user: str
    content: dict[str, Any]
    hash: str
    root: str
    previous: str | None = None
    given: Values = field(default_factory=dict)

    @property
    def blocks(self) -> list[dict[str, Any]]:
        """Its blocks, with every id filled in."""
        blocks: list[dict[str, Any]] = self.content["blocks"]
        return blocks

    @property
    def external_id(self) -> str:
        """The app's own name for it."""
        return str(self.content.get("external_id", ""))

    def as_slack(self) -> dict[str, Any]:
        """The view object of the Web API and of payloads."""
        content = self.content
        return {
            "id": self.id,
            "team_id": TEAM_ID,
            "type": content["type"],
            "blocks": content["blocks"],
            "private_metadata": content.get("private_metadata", ""),
            "callback_id": content.get("callback_id", ""),
            "state": {"values": state_values(self.blocks, self.given)},
            "hash": self.hash,
            "title": content.get("title", {"type": "plain_text", "text": "View Title", "emoji": True}),
            "clear_on_close": content.get("clear_on_close", False),
            "notify_on_close": content.get("notify_on_close", False),
            "close": content.get("close"),
            "submit": content.get("submit"),
            "previous_view_id": self.previous,
            "root_view_id": self.root,
            "app_id": APP_ID,
            "external_id": self.external_id,
            "app_installed_team_id": TEAM_ID,
            "bot_id": BOT_ID,
        }

    def for_page(self) -> dict[str, Any]:
        """What the page draws; `state` holds plain values."""
        values = state_values(self.blocks, self.given)
        return {
            "id": self.id,
            "hash": self.hash,
            "type": self.content["type"],
            "callback_id": self.content.get("callback_id", ""),
            "title": self.content.get("title"),
            "submit": self.content.get("submit"),
            "close": self.content.get("close"),
            "blocks": self.blocks,
            "private_metadata": self.content.get("private_metadata", ""),
            "state": {block: {a: plain(s) for a, s in actions.items()} for block, actions in values.items()},
        }


@dataclass
class Views:
    """The open modals and the Home tab of every person."""

    stacks: dict[str, list[View]] = field(default_factory=dict)
    homes: dict[str, View] = field(default_factory=dict)

    def stack(self, user: str) -> list[View]:
        """The open modals of `user`, the top one last."""
        return self.stacks.setdefault(user, [])

    def find(self, *, view_id: str | None = None, external_id: str | None = None) -> View | None:
        """An open modal or a Home tab by one of its names."""
        for view in [*self.homes.values(), *(view for stack in self.stacks.values() for view in stack)]:
            if (view_id is not None and view.id == view_id) or (
                external_id and view.external_id == external_id
            ):
                return view
        return None

    def taken(self, content: dict[str, Any], but: View | None = None) -> bool:
        """Whether another view has the external id of `content`."""
        other = self.find(external_id=content.get("external_id"))
        return other is not None and other is not but

    def open(self, user: str, content: dict[str, Any]) -> View:
        """Open a modal on an empty stack."""
        name = new_id("V")
        view = View(name, user, _complete(content), new_hash(), root=name)
        self.stacks[user] = [view]
        return view

    def push(self, user: str, content: dict[str, Any]) -> View | None:
        """Put a modal on top, or None when three are open."""
        stack = self.stack(user)
        if not 0 < len(stack) < STACK:
            return None
        view = View(new_id("V"), user, _complete(content), new_hash(), stack[0].root, previous=stack[-1].id)
        stack.append(view)
        return view

    def redraw(self, view: View, content: dict[str, Any]) -> View:
        """Replace what a view shows; typed values whose ids stay survive."""
        view.content = _complete(content)
        view.given = survivors(view.blocks, view.given)
        view.hash = new_hash()
        return view

    def publish(self, user: str, content: dict[str, Any]) -> View:
        """Show a Home tab."""
        home = self.homes.get(user)
        if home is not None:
            return self.redraw(home, content)
        name = new_id("V")
        self.homes[user] = View(name, user, _complete(content), new_hash(), root=name)
        return self.homes[user]

    def pop(self, view: View) -> None:
        """Close a modal and those above it."""
        stack = self.stack(view.user)
        if view in stack:
            del stack[stack.index(view) :]


def new_hash() -> str:
    """A fresh hash in Slack's style."""
    return f"{secrets.randbelow(10**10)}.{secrets.token_hex(4)}"


def _complete(content: dict[str, Any]) -> dict[str, Any]:
    whole = dict(content)
    whole["blocks"] = finished(content["blocks"])
    for part in ("title", "submit", "close"):
        if whole.get(part):
            whole[part] = {"emoji": True, **whole[part]}
    return whole
