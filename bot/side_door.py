"""A small door for processes that serve nobody else: /metrics, /healthz and /readyz at METRICS_PORT."""

import logging
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from bot.metrics import CONTENT_TYPE
from iqs.errors import Unavailable

log = logging.getLogger(__name__)

PLAIN = "text/plain;charset=utf-8"
Page = Callable[[], tuple[int, str, bytes]]
"""Status, content type, body."""


class SideDoor:
    """Listens at `port` from the start on, in threads of its own. `Unavailable` if the port is taken."""

    def __init__(self, port: int, *, metrics: Callable[[], bytes], ready: Callable[[], list[str]]) -> None:
        pages: dict[str, Page] = {
            "/metrics": lambda: (200, CONTENT_TYPE, metrics()),
            "/healthz": lambda: (200, PLAIN, b"alive"),
            "/readyz": lambda: _readiness(ready()),
        }
        try:
            self._server = ThreadingHTTPServer(("0.0.0.0", port), _handler(pages))  # noqa: S104 - a container's address is not known
        except OSError:
            raise Unavailable(
                f"METRICS_PORT {port} cannot be listened on; is another program using it?"
            ) from None
        self._server.daemon_threads = True
        Thread(target=self._server.serve_forever, name="iqs-side-door", daemon=True).start()

    @property
    def port(self) -> int:
        """The port that is listened on."""
        return int(self._server.server_address[1])

    def close(self) -> None:
        """Stops listening."""
        self._server.shutdown()
        self._server.server_close()


def _readiness(wrong: list[str]) -> tuple[int, str, bytes]:
    return (503, PLAIN, ("not ready: " + ", ".join(wrong)).encode()) if wrong else (200, PLAIN, b"ready")


def _handler(pages: dict[str, Page]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = 10

        def do_GET(self) -> None:
            page = pages.get(self.path.partition("?")[0])
            try:
                status, kind, body = (404, PLAIN, b"not found") if page is None else page()
            except Exception as error:  # noqa: BLE001 - a page must not end the door
                log.error("a page of the side door failed: %s", type(error).__name__)  # noqa: TRY400 - no values
                status, kind, body = 500, PLAIN, b""
            self.send_response_only(status)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
            """A scrape every few seconds is no news."""

    return Handler
