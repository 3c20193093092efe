"""The state of the workspace: who is in it, the conversations, what was said, who is looking."""

import asyncio
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from bot.sandbox.clock import Clock
from bot.sandbox.ids import APP_ID, BOT_ID, BOT_USER, SLACKBOT, TEAM_ID, new_id
from bot.sandbox.people import SandboxChannel, SandboxUser
from bot.sandbox.scopes import Manifest
from bot.sandbox.tickets import Tickets
from bot.sandbox.views import Views


@dataclass
class Upload:
    """A file on its way: announced, its bytes sent, completed."""

    id: str
    name: str
    length: int
    secret: str = field(default_factory=lambda: secrets.token_urlsafe(18))
    content: bytes = b""
    title: str = ""
    completed: bool = False

    def as_slack(self) -> dict[str, Any]:
        """The file object, as far as an app reads it."""
        kind = self.name.rpartition(".")[2].lower()
        return {
            "id": self.id,
            "name": self.name,
            "title": self.title or self.name,
            "filetype": kind,
            "size": self.length,
            "user": BOT_USER,
            "mode": "hosted",
        }


@dataclass
class Message:
    """Something said in a conversation; with `only_for` it is ephemeral."""

    ts: str
    user: str
    text: str
    blocks: list[dict[str, Any]]
    thread_ts: str | None = None
    broadcast: bool = False
    metadata: dict[str, Any] | None = None
    attachments: list[Any] = field(default_factory=list)
    files: list[dict[str, Any]] = field(default_factory=list)
    only_for: str | None = None
    edited: dict[str, str] | None = None
    answers: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)  # person → block → action

    @property
    def by_app(self) -> bool:
        """Whether the app said it."""
        return self.user == BOT_USER

    def as_slack(self, *, with_metadata: bool = False) -> dict[str, Any]:
        """The message object of the Web API and of payloads."""
        said: dict[str, Any] = {
            "type": "message",
            "user": self.user,
            "ts": self.ts,
            "text": self.text,
            "team": TEAM_ID,
        }
        if self.by_app:
            said |= {"bot_id": BOT_ID, "app_id": APP_ID}
        if self.blocks:
            said["blocks"] = self.blocks
        if self.attachments:
            said["attachments"] = self.attachments
        if self.files:
            said |= {"files": self.files, "upload": True}
        if self.thread_ts:
            said["thread_ts"] = self.thread_ts
        if self.edited:
            said["edited"] = self.edited
        if with_metadata and self.metadata:
            said["metadata"] = self.metadata
        return said


@dataclass
class Conversation:
    """A channel or a direct message, with all that was said in it."""

    id: str
    name: str
    kind: str  # public, private or im
    members: list[str]
    is_archived: bool = False
    person: str | None = None  # the other side of a direct message
    messages: list[Message] = field(default_factory=list)
    read_until: dict[str, str] = field(default_factory=dict)

    def find(self, ts: str) -> Message | None:
        """The message at `ts`."""
        return next((message for message in self.messages if message.ts == ts), None)

    def replies(self, ts: str) -> list[Message]:
        """What was answered in the thread of `ts`, ephemerals left out."""
        return [m for m in self.messages if m.thread_ts == ts and m.ts != ts and m.only_for is None]

    def visible_to(self, user: str) -> Iterator[Message]:
        """The messages that `user` sees."""
        return (message for message in self.messages if message.only_for in (None, user))

    def as_slack(self, now: int) -> dict[str, Any]:
        """The conversation object of conversations.info."""
        shared = {"id": self.id, "created": now, "is_archived": self.is_archived, "context_team_id": TEAM_ID}
        if self.kind == "im":
            return {**shared, "is_im": True, "is_org_shared": False, "user": self.person, "priority": 0}
        return {
            **shared,
            "name": self.name,
            "name_normalized": self.name,
            "is_channel": self.kind == "public",
            "is_group": False,
            "is_im": False,
            "is_mpim": False,
            "is_private": self.kind == "private",
            "is_general": False,
            "is_shared": False,
            "is_member": BOT_USER in self.members,
            "creator": SLACKBOT,
            "num_members": len(self.members),
            "topic": {"value": "", "creator": "", "last_set": 0},
            "purpose": {"value": "", "creator": "", "last_set": 0},
        }


class Workspace:
    """Everything the sandbox remembers. Only the server's event loop changes it."""

    def __init__(
        self,
        manifest: Manifest,
        team_name: str,
        users: list[SandboxUser],
        channels: list[SandboxChannel],
        clock: Clock,
    ) -> None:
        """Furnish the workspace: every person has a direct message with the app."""
        self.manifest = manifest
        self.team_name = team_name
        self.clock = clock
        self.views = Views()
        self.tickets = Tickets(clock)
        self.uploads: dict[str, Upload] = {}
        self.url = ""  # where the sandbox listens, once it does
        bot = SandboxUser(BOT_USER, manifest.bot_name.lower(), manifest.bot_name, is_bot=True)
        self.users: dict[str, SandboxUser] = {user.id: user for user in [*users, bot]}
        for user in self.users.values():
            user.team_id = user.team_id or TEAM_ID
        self.conversations: dict[str, Conversation] = {}
        for channel in channels:
            members = [*channel.members, BOT_USER] if channel.has_bot else list(channel.members)
            kind = "private" if channel.is_private else "public"
            self.conversations[channel.id] = Conversation(
                channel.id, channel.name, kind, list(dict.fromkeys(members)), channel.is_archived
            )
        for user in users:
            if not user.is_bot and user.team_id == TEAM_ID:
                self.direct_message(user.id)
        self._last_ts = 0
        self._watchers: list[tuple[str, asyncio.Queue[dict[str, Any] | None]]] = []

    @property
    def domain(self) -> str:
        """The workspace's subdomain."""
        return "".join(c if c.isalnum() else "-" for c in self.team_name.lower()).strip("-")

    def direct_message(self, user: str) -> Conversation:
        """The direct message between the app and `user`."""
        found = self.known_direct_message(user)
        if found is None:
            conversation = f"D{user[1:]}" if f"D{user[1:]}" not in self.conversations else new_id("D")
            found = Conversation(conversation, "directmessage", "im", [user, BOT_USER], person=user)
            self.conversations[found.id] = found
        return found

    def known_direct_message(self, user: str) -> Conversation | None:
        """The direct message with `user`, if there is one."""
        return next((c for c in self.conversations.values() if c.person == user), None)

    def conversations_of(self, user: str) -> list[Conversation]:
        """What stands in the sidebar of `user`: public channels, theirs, and the app's direct message."""
        return [
            c
            for c in self.conversations.values()
            if not c.is_archived
            and (c.person == user if c.kind == "im" else user in c.members or c.kind == "public")
        ]

    def next_ts(self) -> str:
        """A message time from the clock, later than every one before."""
        now = self.clock.now()
        micros = int((now - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds()) * 1_000_000 + now.microsecond
        self._last_ts = max(micros, self._last_ts + 1)
        return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}"

    def upload_url(self, upload: Upload) -> str:
        """Where the bytes of a file are to be sent."""
        return f"{self.url}/upload/{upload.secret}"

    def upload_at(self, secret: str) -> Upload | None:
        """The file whose bytes are sent to this address."""
        return next((each for each in self.uploads.values() if each.secret == secret), None)

    def say(self, conversation: Conversation, message: Message) -> Message:
        """Put a message into a conversation and tell who looks at it."""
        conversation.messages.append(message)
        self.tell("messages", conversation, only_for=message.only_for)
        return message

    def forget_ephemerals(self, user: str) -> None:
        """What only `user` saw is gone after a reload."""
        for conversation in self.conversations.values():
            conversation.messages = [m for m in conversation.messages if m.only_for != user]

    def tell(
        self, kind: str, conversation: Conversation | None = None, *, only_for: str | None = None
    ) -> None:
        """Let the pages that may see it know that something changed."""
        event = {"kind": kind, **({"channel": conversation.id} if conversation else {})}
        for user, queue in self._watchers:
            if only_for not in (None, user):
                continue
            if conversation and conversation.kind != "public" and user not in conversation.members:
                continue
            queue.put_nowait(event)

    def watch(self, user: str) -> asyncio.Queue[dict[str, Any] | None]:
        """Start to look on as `user`; None in the queue ends it."""
        queue: asyncio.Queue[dict[str, Any] | None] = asyncio.Queue()
        self._watchers.append((user, queue))
        return queue

    def unwatch(self, user: str, queue: asyncio.Queue[dict[str, Any] | None]) -> None:
        """Stop to look on; the last page of `user` that closes takes their ephemeral messages along."""
        self._watchers.remove((user, queue))
        if not any(watcher == user for watcher, _ in self._watchers):
            self.forget_ephemerals(user)

    def close(self) -> None:
        """End every look."""
        for _, queue in self._watchers:
            queue.put_nowait(None)
