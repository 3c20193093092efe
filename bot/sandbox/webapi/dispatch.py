"""From an HTTP request to a method's answer: token, faults, rate limits, the log."""

import asyncio
import json
import math
from dataclasses import dataclass
from time import monotonic
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response

from bot.sandbox.faults import BARE_LIMITED, LATE, LIMITED, REVOKED, UNSTORED, Fault, Faults
from bot.sandbox.hangup import through
from bot.sandbox.ids import APP_ID
from bot.sandbox.log import Log
from bot.sandbox.pacing import Pacing
from bot.sandbox.socket_mode import SocketMode
from bot.sandbox.webapi import apps, chat, conversations, files, users, views
from bot.sandbox.webapi.call import Call, Method, Refused
from bot.sandbox.workspace import Workspace

METHODS: dict[str, Method] = {
    **apps.METHODS,
    **chat.METHODS,
    **conversations.METHODS,
    **files.METHODS,
    **users.METHODS,
    **views.METHODS,
}


@dataclass
class Tokens:
    """The workspace's tokens; revoked ones stay known."""

    bot: str
    app: str
    revoked: bool = False


@dataclass
class WebAPI:
    """Answers POST /api/METHOD."""

    workspace: Workspace
    tokens: Tokens
    socket_mode: SocketMode
    faults: Faults
    pacing: Pacing
    calls: Log

    async def __call__(self, request: Request) -> Response:
        """Take one call."""
        method: str = request.path_params["method"]
        began = monotonic()
        fault = self.faults.take(method)
        status, headers = 200, {"x-oauth-scopes": ",".join(sorted(self.workspace.manifest.scopes))}
        args: dict[str, Any] = {}
        try:
            args, token = await _arguments(request)
            answer = self._answer(method, args, token, fault, str(request.base_url))
        except Refused as refused:
            answer = {"ok": False, "error": refused.error, **refused.body}
            if refused.error == "ratelimited":
                status = 429
            if refused.wait:
                headers["retry-after"] = str(refused.wait)
        self.calls.note(method, answer, fault.fault if fault else "", began, args)
        return await through(fault, as_json(answer, status, headers))

    def _answer(
        self, method: str, args: dict[str, Any], token: str, fault: Fault | None, base_url: str
    ) -> dict[str, Any]:
        kind = fault.fault if fault else ""
        if kind in UNSTORED:
            raise Refused("connection_lost")
        self._check_token(method, token, revoked=kind == REVOKED)
        if wait := self.pacing.wait(method, self._bucket(args), monotonic()):
            raise Refused("ratelimited", wait=wait)
        if fault and kind in (LIMITED, BARE_LIMITED):
            raise Refused("ratelimited", wait=math.ceil(fault.seconds) if kind == LIMITED else 0)
        if fault and kind == LATE:
            asyncio.get_running_loop().call_later(fault.seconds, self._land, method, args, base_url)
            raise Refused("connection_lost")
        return {"ok": True, **self._run(method, args, base_url)}

    def _check_token(self, method: str, token: str, *, revoked: bool) -> None:
        if not token:
            raise Refused("not_authed")
        if token not in (self.tokens.bot, self.tokens.app):
            raise Refused("invalid_auth")
        if revoked or self.tokens.revoked:
            raise Refused("token_revoked")
        if (method == "apps.connections.open") != (token == self.tokens.app):
            raise Refused("not_allowed_token_type")

    def _bucket(self, args: dict[str, Any]) -> str:
        channel = str(args.get("channel", ""))
        direct = self.workspace.known_direct_message(channel)
        return direct.id if direct else channel

    def _run(self, method: str, args: dict[str, Any], base_url: str) -> dict[str, Any]:
        if method == "apps.connections.open":
            if not self.workspace.manifest.socket_mode:
                raise Refused("socket_mode_not_enabled")
            base = base_url.replace("http", "ws", 1)
            return {"url": f"{base}link/?ticket={self.socket_mode.ticket()}&app_id={APP_ID}"}
        if method not in METHODS:
            raise Refused("unknown_method", req_method=method)
        return METHODS[method](Call(method, args, self.workspace))

    def _land(self, method: str, args: dict[str, Any], base_url: str) -> None:
        began = monotonic()
        try:
            answer = {"ok": True, **self._run(method, args, base_url)}
        except Refused as refused:
            answer = {"ok": False, "error": refused.error, **refused.body}
        self.calls.note(method, answer, "landed", began, args)


async def _arguments(request: Request) -> tuple[dict[str, Any], str]:
    body = await request.body()
    args: dict[str, Any] = dict(request.query_params)
    if "json" in request.headers.get("content-type", ""):
        try:
            sent = json.loads(body or b"{}")
        except ValueError:
            raise Refused("invalid_json") from None
        if not isinstance(sent, dict):
            raise Refused("json_not_object")
        args |= {name: value for name, value in sent.items() if value is not None and name != "token"}
    else:
        args |= parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)
    token = request.headers.get("authorization", "").removeprefix("Bearer ").strip()
    return args, token or str(args.pop("token", ""))


def as_json(body: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """A JSON answer in pure ASCII, so that even a lone surrogate gets through."""
    content = json.dumps(body)
    return Response(content, status, headers=headers, media_type="application/json; charset=utf-8")
