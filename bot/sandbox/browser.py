"""The JSON API of the page: what a person sees, what they do, and a stream that says what changed."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any, Protocol

from starlette.requests import Request
from starlette.responses import FileResponse, Response, StreamingResponse
from starlette.routing import Route

from bot.sandbox.answers import NotOffered
from bot.sandbox.clock import Clock
from bot.sandbox.courier import Delivery
from bot.sandbox.faults import Faults
from bot.sandbox.ids import APP_ID, BOT_USER, TEAM_ID
from bot.sandbox.interactions import Impossible, Interactions
from bot.sandbox.log import Log
from bot.sandbox.people import SandboxUser
from bot.sandbox.webapi.dispatch import as_json
from bot.sandbox.workspace import Conversation, Message

INDEX = Path(__file__).parent / "page" / "index.html"


class Stage(Protocol):
    """What the page shows of the sandbox around the workspace."""

    clock: Clock
    faults: Faults
    calls: Log
    start_page: dict[str, Any] | None

    @property
    def connected(self) -> bool:
        """Whether the app is connected."""

    @property
    def deliveries(self) -> list[Delivery]:
        """What was sent to the app."""


Endpoint = Callable[[Request], Awaitable[Response]]


class Browser:
    """Serves the page and its API."""

    def __init__(self, interactions: Interactions, stage: Stage) -> None:
        self.interactions = interactions
        self.workspace = interactions.workspace
        self.stage = stage

    def routes(self) -> list[Route]:
        """GET and POST under /sandbox, and the page at /."""
        reads: dict[str, Endpoint] = {
            "state": self.state,
            "messages": self.messages,
            "home": self.home,
            "views": self.views,
            "log": self.log,
        }
        writes: dict[str, Endpoint] = {
            "act": self.act,
            "clock": self.clock,
            "faults": self.faults,
            "reload": self.reload,
        }
        return [
            Route("/", self.index),
            *(Route(f"/sandbox/{name}", _guarded(read)) for name, read in reads.items()),
            *(Route(f"/sandbox/{name}", _guarded(write), methods=["POST"]) for name, write in writes.items()),
            Route("/sandbox/events", self.events),
        ]

    async def index(self, _request: Request) -> Response:
        """The page."""
        return FileResponse(INDEX, headers={"cache-control": "no-store"})

    async def state(self, request: Request) -> Response:
        """Everything around the conversations, as one person (the first, if none is named) sees it."""
        first = next((u.id for u in self.workspace.users.values() if not (u.is_bot or u.deleted)), "")
        me = self.interactions.person(request.query_params.get("as") or first)
        manifest = self.workspace.manifest
        home_users = [u for u in self.workspace.users.values() if u.id != BOT_USER]
        return as_json(
            {
                "me": _user(me),
                "team": {"id": TEAM_ID, "name": self.workspace.team_name},
                "users": [_user(user) for user in home_users],
                "channels": [self._channel(c, me) for c in self.workspace.conversations_of(me.id)],
                "app": {
                    "id": APP_ID,
                    "user_id": BOT_USER,
                    "name": manifest.bot_name,
                    "commands": [
                        {"command": c.command, "description": c.description, "usage_hint": c.usage_hint}
                        for c in manifest.commands
                    ],
                },
                "clock": self._clock(me.tz),
                "start_page": self.stage.start_page,
                "connected": self.stage.connected,
            }
        )

    async def messages(self, request: Request) -> Response:
        """A conversation or one thread of it, in order, later than `after` (a ts); reading marks it read."""
        me = self._me(request)
        conversation = self.interactions.conversation(me, request.query_params.get("channel", ""))
        thread = request.query_params.get("thread_ts")
        seen = list(conversation.visible_to(me.id))
        if thread:
            shown = [m for m in seen if thread in (m.ts, m.thread_ts)]
        else:
            shown = [m for m in seen if m.thread_ts in (None, m.ts) or m.broadcast]
            if seen:
                conversation.read_until[me.id] = seen[-1].ts
        after = request.query_params.get("after", "")
        return as_json({"messages": [_message(conversation, m) for m in shown if m.ts > after]})

    async def home(self, request: Request) -> Response:
        """The app's Home tab."""
        view = self.workspace.views.homes.get(self._me(request).id)
        return as_json({"view": view.for_page() if view else None})

    async def views(self, request: Request) -> Response:
        """The open modals, the top one last."""
        stack = self.workspace.views.stack(self._me(request).id)
        return as_json({"stack": [view.for_page() for view in stack]})

    async def log(self, _request: Request) -> Response:
        """What the app called and what it was sent."""
        return as_json(
            {
                "calls": [call.as_json() for call in self.stage.calls],
                "deliveries": [delivery.as_json() for delivery in self.stage.deliveries],
            }
        )

    async def events(self, request: Request) -> Response:
        """A stream of what changed."""
        user = request.query_params.get("as", "")
        queue = self.workspace.watch(user)

        async def stream() -> AsyncIterator[str]:
            try:
                yield ": hello\n\n"
                while (event := await queue.get()) is not None:
                    yield f"data: {json.dumps(event)}\n\n"
            finally:
                self.workspace.unwatch(user, queue)

        return StreamingResponse(
            stream(), media_type="text/event-stream", headers={"cache-control": "no-store"}
        )

    async def act(self, request: Request) -> Response:
        """Something a person does."""
        body = await _body(request)
        me = self.interactions.person(str(body.get("as")))
        return as_json(await self._act(me, body))

    async def _act(self, me: SandboxUser, body: dict[str, Any]) -> dict[str, Any]:
        kind, channel = body.get("kind"), str(body.get("channel", ""))
        state = body.get("state") or {}
        if kind == "command":
            return await self.interactions.command(me, channel, str(body.get("text", "")))
        if kind == "action":
            return await self.interactions.act(
                me,
                body.get("container") or {},
                str(body.get("action_id")),
                block_id=body.get("block_id"),
                value=body.get("value"),
                state=state,
            )
        if kind == "submit":
            return await self.interactions.submit(me, str(body.get("view_id")), state)
        if kind == "close":
            return await self.interactions.close(
                me, str(body.get("view_id")), everything=bool(body.get("all"))
            )
        if kind == "home":
            return await self.interactions.home(me)
        if kind == "say":
            return await self.interactions.say(me, channel, str(body.get("text", "")), body.get("thread_ts"))
        raise ValueError(f"unknown kind {kind!r}")

    async def clock(self, request: Request) -> Response:
        """Move the clock forward."""
        body = await _body(request)
        person = self.workspace.users.get(str(body.get("as")))
        zone = person.tz if person else "UTC"
        self.stage.clock.move(str(body.get("to", "")), zone)
        self.workspace.tell("clock")
        return as_json({"ok": True, "clock": self._clock(zone)})

    async def faults(self, request: Request) -> Response:
        """Switch a fault on, for a count or (with `share`) for a share of calls; without a method, all off."""
        body = await _body(request)
        seconds = float(body.get("seconds", 1.0))
        if not body.get("method"):
            self.stage.faults.clear()
        elif "share" in body:
            fault = body.get("fault")
            kinds = [str(each) for each in fault] if isinstance(fault, list) else str(fault)
            self.stage.faults.share(
                str(body["method"]),
                kinds,
                float(body["share"]),
                seed=int(body.get("seed", 0)),
                seconds=seconds,
            )
        else:
            self.stage.faults.next(
                str(body["method"]), str(body.get("fault")), int(body.get("count", 1)), seconds=seconds
            )
        return as_json({"ok": True})

    async def reload(self, request: Request) -> Response:
        """Slack was reloaded: ephemeral messages are gone."""
        body = await _body(request)
        self.workspace.forget_ephemerals(str(body.get("as")))
        return as_json({"ok": True})

    def _me(self, request: Request) -> SandboxUser:
        return self.interactions.person(request.query_params.get("as", ""))

    def _clock(self, zone: str) -> dict[str, Any]:
        clock = self.stage.clock
        return {"now": clock.now().timestamp(), "text": clock.text(zone), "moved": clock.moved}

    def _channel(self, conversation: Conversation, me: SandboxUser) -> dict[str, Any]:
        read = conversation.read_until.get(me.id, "")
        unread = [m for m in conversation.visible_to(me.id) if m.ts > read and m.user != me.id]
        shown: dict[str, Any] = {
            "id": conversation.id,
            "name": conversation.name,
            "kind": conversation.kind,
            "is_member": me.id in conversation.members,
            "unread": len(unread),
        }
        if conversation.kind == "im":
            shown |= {"name": self.workspace.manifest.bot_name, "user": BOT_USER}
        return shown


def _guarded(endpoint: Endpoint) -> Endpoint:
    async def answer(request: Request) -> Response:
        try:
            return await endpoint(request)
        except Impossible as impossible:
            return as_json({"ok": False, "error": str(impossible)}, 404)
        except NotOffered as not_offered:
            return as_json({"ok": False, "error": "not_offered", "message": str(not_offered)}, 400)
        except ValueError as error:
            return as_json({"ok": False, "error": "invalid_request", "message": str(error)}, 400)

    return answer


async def _body(request: Request) -> dict[str, Any]:
    # Only JSON: another site's page cannot send it here without asking first.
    if not request.headers.get("content-type", "").startswith("application/json"):
        raise ValueError("send application/json")
    body = await request.json()
    if not isinstance(body, dict):
        raise ValueError("send a JSON object")  # noqa: TRY004  (a bad request, not a bad type in this program)
    return body


def _user(user: SandboxUser) -> dict[str, Any]:
    names = ("id", "name", "real_name", "title", "color", "tz", "is_bot", "deleted", "is_restricted")
    return {name: getattr(user, name) for name in names}


def _message(conversation: Conversation, message: Message) -> dict[str, Any]:
    return {
        "ts": message.ts,
        "user": message.user,
        "text": message.text,
        "blocks": message.blocks,
        "files": message.files,
        "edited": bool(message.edited),
        "thread_ts": message.thread_ts,
        "reply_count": len(conversation.replies(message.ts)),
        "ephemeral": message.only_for is not None,
    }
