"""Brings payloads to the bot, over Socket Mode or as signed HTTP, and waits for the ack."""

import hashlib
import hmac
import json
import random
from dataclasses import dataclass
from datetime import datetime
from time import monotonic, time
from typing import Any
from urllib.parse import urlencode

import httpx

from bot.sandbox.clock import Clock
from bot.sandbox.socket_mode import SocketMode


@dataclass(frozen=True)
class Ack:
    """What came back: `error` is "" or the word Slack shows, `body` what the app answered."""

    error: str
    body: Any
    ms: int
    transport: str

    @property
    def ok(self) -> bool:
        """Whether the app acknowledged in time."""
        return not self.error


@dataclass(frozen=True)
class Delivery:
    """A payload that was sent to the app, for the log."""

    kind: str
    type: str
    at: datetime
    ack: Ack

    def as_json(self) -> dict[str, Any]:
        """The line of /sandbox/log."""
        return {
            "kind": self.kind,
            "type": self.type,
            "at": self.at.isoformat(),
            "error": self.ack.error,
            "ack_ms": self.ack.ms,
            "transport": self.ack.transport,
        }


class Courier:
    """Delivers to one place at a time, as Slack does."""

    def __init__(self, socket_mode: SocketMode, signing_secret: str, clock: Clock) -> None:
        self.socket_mode = socket_mode
        self.request_url: str | None = None
        self.deliveries: list[Delivery] = []
        self._secret = signing_secret.encode()
        self._clock = clock
        self._http: httpx.AsyncClient | None = None
        self._again: tuple[float, random.Random] | None = None

    def deliver_twice(self, share: float, *, seed: int) -> None:
        """Let this share (0 to 1) of what is posted come a second time, as when a retry crosses its ack."""
        self._again = (share, random.Random(seed))  # noqa: S311  (a repeatable draw)

    @property
    def connected(self) -> bool:
        """Whether there is anyone to deliver to."""
        return self.socket_mode.connected or self.request_url is not None

    async def deliver(self, kind: str, payload: dict[str, Any], retry: tuple[int, str] | None = None) -> Ack:
        """Send a payload ("slash_commands", "interactive", "events_api") and wait for its ack as long as Slack does."""
        began = monotonic()
        if self.socket_mode.connected:
            transport = "socket_mode"
            answered, body = await self.socket_mode.send(kind, payload, self._clock.patience, retry)
            error = "" if answered else "operation_timeout"
        elif self.request_url is not None:
            transport = "http"
            error, body = await self._post(kind, payload, retry, self.request_url)
            if self._again is not None and self._again[1].random() < self._again[0]:
                await self._post(kind, payload, (1, "http_timeout"), self.request_url)
        else:
            transport, error, body = "none", "dispatch_failed", None
        ack = Ack(error, body, round((monotonic() - began) * 1000), transport)
        name = payload.get("command") or payload.get("event", {}).get("type") or payload.get("type", "")
        self.deliveries.append(Delivery(kind, name, self._clock.now(), ack))
        return ack

    async def _post(
        self, kind: str, payload: dict[str, Any], retry: tuple[int, str] | None, url: str
    ) -> tuple[str, Any]:
        content, content_type = _encoded(kind, payload)
        stamp = str(int(time()))  # the signature's age is judged by the app's own real clock
        digest = hmac.new(self._secret, b"v0:" + stamp.encode() + b":" + content, hashlib.sha256)
        headers = {
            "content-type": content_type,
            "user-agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
            "x-slack-request-timestamp": stamp,
            "x-slack-signature": f"v0={digest.hexdigest()}",
        }
        if retry:
            headers |= {"x-slack-retry-num": str(retry[0]), "x-slack-retry-reason": retry[1]}
        if self._http is None:
            self._http = httpx.AsyncClient(trust_env=False)
        try:
            answer = await self._http.post(
                url, content=content, headers=headers, timeout=self._clock.patience
            )
        except httpx.TimeoutException:
            return "operation_timeout", None
        except httpx.HTTPError:
            return "dispatch_failed", None
        if answer.status_code != 200:
            return "dispatch_failed", None
        if "json" in answer.headers.get("content-type", ""):
            try:
                return "", answer.json()
            except ValueError:
                return "invalid_command_response", None
        return "", answer.text

    async def close(self) -> None:
        """Close the connections to the bot."""
        if self._http is not None:
            await self._http.aclose()
        await self.socket_mode.close()


def _encoded(kind: str, payload: dict[str, Any]) -> tuple[bytes, str]:
    if kind == "events_api":
        return json.dumps(payload).encode(), "application/json"
    form = payload if kind == "slash_commands" else {"payload": json.dumps(payload)}
    return urlencode(form).encode(), "application/x-www-form-urlencoded"
