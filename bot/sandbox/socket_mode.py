"""Socket Mode: up to ten WebSocket connections; each payload goes to exactly one of them."""

import asyncio
import contextlib
import json
import secrets
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from bot.sandbox.ids import APP_ID

CONNECTIONS = 10
TICKET_SECONDS = 30.0


@dataclass(eq=False)
class Connection:
    """One open WebSocket and the envelopes it has not acknowledged."""

    socket: WebSocket
    waiting: dict[str, asyncio.Future[Any]] = field(default_factory=dict)


class SocketMode:
    """Hands out tickets, keeps the connections, sends envelopes in turn."""

    def __init__(self) -> None:
        self._tickets: dict[str, float] = {}
        self._connections: list[Connection] = []
        self._turn = 0

    @property
    def connected(self) -> bool:
        """Whether at least one WebSocket is open."""
        return bool(self._connections)

    def ticket(self) -> str:
        """A secret that opens one WebSocket within 30 seconds."""
        ticket = secrets.token_urlsafe(18)
        self._tickets[ticket] = monotonic()
        return ticket

    async def serve(self, socket: WebSocket) -> None:
        """The life of one connection."""
        born = self._tickets.pop(socket.query_params.get("ticket", ""), None)
        if born is None or monotonic() - born > TICKET_SECONDS:
            await socket.close(1008)
            return
        await socket.accept()
        if len(self._connections) >= CONNECTIONS:
            await socket.send_text(json.dumps({"type": "disconnect", "reason": "too_many_websockets"}))
            await socket.close()
            return
        connection = Connection(socket)
        self._connections.append(connection)
        try:
            await socket.send_text(json.dumps(self._hello()))
            while True:
                self._take_ack(connection, await socket.receive_text())
        except WebSocketDisconnect:
            pass  # what it had not acknowledged runs into the 3 seconds, as on Slack
        finally:
            if connection in self._connections:
                self._connections.remove(connection)

    def _hello(self) -> dict[str, Any]:
        return {
            "type": "hello",
            "num_connections": len(self._connections),
            "debug_info": {"host": "sandbox", "build_number": 1, "approximate_connection_time": 18060},
            "connection_info": {"app_id": APP_ID},
        }

    def _take_ack(self, connection: Connection, text: str) -> None:
        try:
            message = json.loads(text)
        except ValueError:
            return
        if not isinstance(message, dict):
            return
        future = connection.waiting.pop(str(message.get("envelope_id")), None)
        if future is not None and not future.done():
            future.set_result(message.get("payload"))

    async def send(
        self, kind: str, payload: dict[str, Any], seconds: float, retry: tuple[int, str] | None
    ) -> tuple[bool, Any]:
        """Send an envelope to the connection whose turn it is; whether it was acked in time and with what."""
        connection = self._connections[self._turn % len(self._connections)]
        self._turn += 1
        envelope: dict[str, Any] = {
            "envelope_id": secrets.token_hex(16),
            "type": kind,
            "payload": payload,
            "accepts_response_payload": kind == "slash_commands" or payload.get("type") == "view_submission",
        }
        if kind == "events_api":
            envelope |= {"retry_attempt": retry[0] if retry else 0, "retry_reason": retry[1] if retry else ""}
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        connection.waiting[envelope["envelope_id"]] = future
        try:
            async with asyncio.timeout(seconds):
                await connection.socket.send_text(json.dumps(envelope))
                return True, await future
        except (TimeoutError, RuntimeError, WebSocketDisconnect):
            connection.waiting.pop(envelope["envelope_id"], None)
            return False, None

    async def refresh(self) -> None:
        """Ask every connection to come back, as Slack does every few hours."""
        for connection in list(self._connections):
            with contextlib.suppress(RuntimeError, WebSocketDisconnect):
                await connection.socket.send_text(
                    json.dumps({"type": "disconnect", "reason": "refresh_requested"})
                )
                await connection.socket.close()

    async def close(self) -> None:
        """Close every connection."""
        for connection in list(self._connections):
            with contextlib.suppress(RuntimeError, WebSocketDisconnect):
                await connection.socket.close(1012)
