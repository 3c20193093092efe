"""How an answer gets lost: cut off, cut in half, replaced by a proxy's words, or slow to come."""

import asyncio
import socket
import struct
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.responses import Response
from uvicorn.protocols.http.h11_impl import H11Protocol

from bot.sandbox import faults as f

TRANSPORT = "sandbox.transport"


class TransportInScope(H11Protocol):
    """uvicorn's HTTP, with the connection in the request's scope so that a fault can break it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        app = self.app

        async def with_transport(scope: Any, receive: Any, send: Any) -> None:
            scope[TRANSPORT] = self.transport
            await app(scope, receive, send)

        self.app = with_transport


class Hangup(Response):
    """Closes the connection instead of answering; with `reset`, rudely."""

    def __init__(self, *, reset: bool) -> None:
        super().__init__()
        self._reset = reset

    async def __call__(
        self,
        scope: Any,
        receive: Callable[[], Awaitable[Any]],  # noqa: ARG002  (the interface of every answer)
        send: Callable[[Any], Awaitable[None]],  # noqa: ARG002
    ) -> None:
        """Hang up; the server hears nothing more of this request."""
        transport: asyncio.Transport = scope[TRANSPORT]
        if self._reset:
            connection = transport.get_extra_info("socket")
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            transport.abort()
        else:
            transport.close()


class Cut(Response):
    """Promises the whole answer, sends half of it and closes the connection."""

    def __init__(self, answer: Response) -> None:
        super().__init__()
        self._answer = answer

    async def __call__(
        self,
        scope: Any,
        receive: Callable[[], Awaitable[Any]],  # noqa: ARG002  (the interface of every answer)
        send: Callable[[Any], Awaitable[None]],
    ) -> None:
        """Send the head and half of the body; the server is told that more would come, then hang up."""
        answer, body = self._answer, bytes(self._answer.body)
        head = {"type": "http.response.start", "status": answer.status_code, "headers": answer.raw_headers}
        await send(head)
        await send({"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True})
        scope[TRANSPORT].close()


async def through(fault: f.Fault | None, answer: Response) -> Response:
    """What the caller gets of `answer` when the call meets `fault`."""
    if fault is None:
        return answer
    if fault.fault in (f.SLOW, f.SILENT):
        await asyncio.sleep(fault.seconds)
    if fault.fault in (f.RESET, f.BROKEN, f.LATE, f.DROP, f.SILENT):
        return Hangup(reset=fault.fault in (f.RESET, f.BROKEN))
    if fault.fault == f.CUT:
        return Cut(answer)
    if fault.fault in (f.ERROR, f.UNAVAILABLE):
        return Response("upstream connect error", int(fault.fault), media_type="text/plain")
    return answer
