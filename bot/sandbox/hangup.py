"""How an answer gets lost: the connection closes or breaks, a proxy answers instead, or it takes its time."""

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


async def through(fault: f.Fault | None, answer: Response) -> Response:
    """What the caller gets of `answer` when the call meets `fault`."""
    if fault is None:
        return answer
    if fault.fault == f.SLOW:
        await asyncio.sleep(fault.seconds)
    if fault.fault in (f.RESET, f.LATE, f.DROP):
        return Hangup(reset=fault.fault == f.RESET)
    if fault.fault == f.ERROR:
        return Response("upstream connect error", 500, media_type="text/plain")
    return answer
