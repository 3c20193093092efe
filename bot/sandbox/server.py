"""The sandbox itself: a Slack workspace that listens on this machine."""

import asyncio
import socket
import threading
from pathlib import Path
from time import monotonic, sleep
from typing import Any, Self

import uvicorn
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles

from bot.sandbox.browser import Browser
from bot.sandbox.clock import Clock
from bot.sandbox.courier import Courier, Delivery
from bot.sandbox.driver import Driver
from bot.sandbox.faults import Faults
from bot.sandbox.hangup import TransportInScope
from bot.sandbox.ids import BOT_USER, TEAM_ID
from bot.sandbox.interactions import Interactions
from bot.sandbox.log import Log
from bot.sandbox.pacing import Pacing
from bot.sandbox.people import SandboxChannel, SandboxUser
from bot.sandbox.responses import ResponseURLs
from bot.sandbox.scopes import Manifest
from bot.sandbox.socket_mode import SocketMode
from bot.sandbox.uploads import Uploads
from bot.sandbox.webapi.dispatch import Tokens, WebAPI
from bot.sandbox.workspace import Workspace

START_SECONDS = 10.0
PAGE = Path(__file__).parent / "page"


class Sandbox:
    """A Slack workspace with one app, described by its manifest.yml.

    It answers the Web API under `api_url`, offers Socket Mode, delivers signed HTTP to the URL given to
    `connect_http`, and serves a page for people at `url`. It runs in a thread between `start` and `stop`;
    everything is in memory.
    """

    def __init__(
        self,
        manifest: str | Path,
        *,
        team_name: str = "Sandbox",
        users: list[SandboxUser] | None = None,
        channels: list[SandboxChannel] | None = None,
        signing_secret: str = "sandbox-signing-secret",  # noqa: S107  (protects nothing outside this machine)
        bot_token: str = "xoxb-sandbox",  # noqa: S107
        app_token: str = "xapp-sandbox",  # noqa: S107
        limits: bool = True,
        clock: Clock | None = None,
        without_scopes: frozenset[str] = frozenset(),
    ) -> None:
        """Furnish a workspace; `limits=False` lifts the rate limits, `without_scopes` withholds scopes."""
        self.signing_secret = signing_secret
        self.bot_token = bot_token
        self.app_token = app_token
        self.clock = clock or Clock()
        self.faults = Faults()
        self.pacing = Pacing(on=limits)
        self.calls = Log(self.clock)
        self.start_page: dict[str, Any] | None = None
        self.url = ""
        self.workspace = Workspace(
            Manifest.load(manifest, without=without_scopes),
            team_name,
            users or [],
            channels or [],
            self.clock,
        )
        self._tokens = Tokens(bot_token, app_token)
        self._courier = Courier(SocketMode(), signing_secret, self.clock)
        self._thread: threading.Thread | None = None
        self._server: uvicorn.Server | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._interactions: Interactions | None = None

    @property
    def api_url(self) -> str:
        """What the bot uses as SLACK_API_URL."""
        return f"{self.url}/api/"

    @property
    def deliveries(self) -> list[Delivery]:
        """Every payload that was sent to the app, with its ack."""
        return self._courier.deliveries

    @property
    def connected(self) -> bool:
        """Whether the app is connected, by Socket Mode or by a request URL."""
        return self._courier.connected

    def connect_http(self, url: str) -> None:
        """Deliver commands, actions and events to this request URL whenever Socket Mode is not connected."""
        self._courier.request_url = url

    def deliver_twice(self, share: float, *, seed: int) -> None:
        """Post this share of all payloads to the request URL a second time, with Slack's retry headers."""
        self._courier.deliver_twice(share, seed=seed)

    def driver(self, user_id: str) -> Driver:
        """A person of this workspace, driven from outside over HTTP."""
        return Driver(self.url, user_id)

    def start(self, host: str = "127.0.0.1", port: int = 0) -> Self:
        """Listen on `host`:`port` (0 picks a free one); returns when ready. OSError for a taken port."""
        # Named TCP, so that asyncio switches Nagle's algorithm off: 40 ms an answer otherwise.
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        self.url = self.workspace.url = f"http://{host}:{listener.getsockname()[1]}"
        self._interactions = Interactions(self.workspace, self._courier, self.url)
        config = uvicorn.Config(
            self._app(self._interactions),
            http=TransportInScope,
            log_config=None,  # the process that holds the sandbox decides where logs go
            log_level="warning",
            access_log=False,
            lifespan="off",
            ws="websockets-sansio",
            ws_ping_interval=None,
            timeout_graceful_shutdown=1,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._run, args=(listener,), name="sandbox", daemon=True)
        self._thread.start()
        deadline = monotonic() + START_SECONDS
        while not self._server.started:
            if monotonic() > deadline or not self._thread.is_alive():
                raise RuntimeError("The sandbox did not start.")
            sleep(0.005)
        return self

    def stop(self) -> None:
        """Close every connection and stop listening."""
        if self._server is None or self._thread is None or self._loop is None or self._loop.is_closed():
            return
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(timeout=START_SECONDS)
        self._server.should_exit = self._server.force_exit = True  # nothing in memory is worth waiting for
        self._thread.join(START_SECONDS)

    def __enter__(self) -> Self:
        """Start, unless started already."""
        return self if self._thread else self.start()

    def __exit__(self, *_: object) -> None:
        """Stop."""
        self.stop()

    def change_user(self, user_id: str, **changes: Any) -> None:
        """Change a person's profile or zone and tell the app with `user_change`."""
        user = self.workspace.users[user_id]
        for name, value in changes.items():
            if not hasattr(user, name):
                raise AttributeError(f"A SandboxUser has no {name!r}.")
            setattr(user, name, value)
        with_email = "users:read.email" in self.workspace.manifest.scopes
        shown = user.as_slack(self.clock.now(), TEAM_ID, with_email=with_email)
        self._emit({"type": "user_change", "user": shown, "cache_ts": int(self.clock.now().timestamp())})

    def uninstall(self) -> None:
        """Remove the app: its tokens are revoked and it is told so."""
        self._tokens.revoked = True
        self._emit({"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [BOT_USER]}})
        self._emit({"type": "app_uninstalled"})

    def revoke_token(self) -> None:
        """Revoke the tokens silently; every call answers token_revoked."""
        self._tokens.revoked = True

    def restore_token(self) -> None:
        """Install the app anew: the tokens work again."""
        self._tokens.revoked = False

    def archive(self, channel: str, *, archived: bool = True) -> None:
        """Archive a channel, or bring it back: posts to it are refused meanwhile."""
        self.workspace.conversations[channel].is_archived = archived

    def remove_bot(self, channel: str) -> None:
        """Take the app out of a channel."""
        self.workspace.conversations[channel].members.remove(BOT_USER)

    def refresh_connections(self) -> None:
        """Ask every Socket Mode connection to come back, as Slack does now and then."""
        self._wait(self._courier.socket_mode.refresh())

    def drop_connections(self) -> None:
        """Hang up every Socket Mode connection without a word, as when a data centre fails."""
        self._wait(self._courier.socket_mode.close())

    def _emit(self, inner: dict[str, Any]) -> None:
        if self._interactions is not None:
            self._wait(self._interactions.emit(inner))

    def _wait(self, work: Any) -> None:
        if self._loop is None:
            raise RuntimeError("The sandbox is not running.")
        asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=30)

    def _run(self, listener: socket.socket) -> None:
        server = self._server
        assert server is not None

        async def serve() -> None:
            self._loop = asyncio.get_running_loop()
            await server.serve(sockets=[listener])

        asyncio.run(serve())

    async def _close(self) -> None:
        if self._interactions is not None:
            self._interactions.stop()
        self.workspace.close()
        await self._courier.close()

    def _app(self, interactions: Interactions) -> Starlette:
        web_api = WebAPI(
            self.workspace, self._tokens, self._courier.socket_mode, self.faults, self.pacing, self.calls
        )
        respond = ResponseURLs(self.workspace, self.faults, self.calls)
        uploads = Uploads(self.workspace, self.faults, self.calls)
        browser = Browser(interactions, self)
        return Starlette(
            routes=[
                Route("/api/{method}", web_api.__call__, methods=["GET", "POST"]),
                WebSocketRoute("/link/", self._courier.socket_mode.serve),
                Route("/actions/{secret}", respond.__call__, methods=["POST"]),
                Route("/commands/{secret}", respond.__call__, methods=["POST"]),
                Route("/upload/{secret}", uploads.take, methods=["POST"]),
                Route("/files/{file}", uploads.show),
                *browser.routes(),
                Mount("/static", _Page(directory=PAGE, check_dir=False)),
            ]
        )


class _Page(StaticFiles):
    """The page's files, asked for anew each time: a newer version never runs with an older one's modules."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        answer = super().file_response(*args, **kwargs)
        answer.headers["cache-control"] = "no-cache"
        return answer
