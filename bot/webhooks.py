"""`POST /helpdesk/<name>`: a helpdesk says that something happened. It is written down; the clock looks it up.

The body is verified over its raw bytes before anything in it is believed, and answered as soon as it is stored.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from datetime import datetime

from bot.door import Handler, Receive, Route, Scope, Send, read_body, respond
from iqs.errors import Invalid, NotAllowed, Unavailable
from iqs.helpdesk.base import Helpdesk, Webhooks
from iqs.services import fetching
from iqs.storage.store import Store

log = logging.getLogger(__name__)


def routes(
    store: Store,
    helpdesks: Mapping[str, Helpdesk],
    executor: Executor,
    *,
    now: Callable[[], datetime],
) -> dict[Route, Handler]:
    """A route for each helpdesk that can call us; without its secret, every call is refused there."""
    return {
        ("POST", f"/helpdesk/{source}"): _Ear(store, source, helpdesk, executor, now)
        for source, helpdesk in helpdesks.items()
        if isinstance(helpdesk, Webhooks)
    }


class _Ear:
    """Listens to one helpdesk."""

    def __init__(
        self,
        store: Store,
        source: str,
        helpdesk: Webhooks,
        executor: Executor,
        now: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._source = source
        self._helpdesk = helpdesk
        self._executor = executor
        self._now = now

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """200 once it is stored, 401 for a signature that is not theirs, 400 for nonsense, 503 to be told again."""
        body = await read_body(scope, receive)
        if body is None:
            await respond(send, 413, b"too large")
            return
        headers = {
            name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]
        }
        loop = asyncio.get_running_loop()
        status = await loop.run_in_executor(
            self._executor, self._heard, headers, body, _address(scope, headers)
        )
        await respond(send, status, b"")

    def _heard(self, headers: Mapping[str, str], body: bytes, url: str) -> int:
        now = self._now()
        try:
            events = self._helpdesk.read_webhook(headers, body, url=url, now=now)
            fetching.announced(self._store, self._source, events, now=now)
        except NotAllowed as error:
            log.warning("a webhook was refused: %s", error)
            return 401
        except Invalid as error:
            log.warning("a webhook could not be read: %s", error)
            return 400
        except Unavailable:
            return 503
        return 200


def _address(scope: Scope, headers: Mapping[str, str]) -> str:
    """The address that was called, as the caller knows it: some sign it. Behind a proxy it is https."""
    scheme = headers.get("x-forwarded-proto", scope.get("scheme", "https")).partition(",")[0].strip()
    query = scope.get("query_string", b"").decode("latin-1")
    return f"{scheme}://{headers.get('host', '')}{scope['path']}" + (f"?{query}" if query else "")
