"""The composition root: all parts are put together here, for the process and for the tests."""

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from socket import SHUT_RDWR
from threading import Thread
from time import monotonic
from typing import Any

from slack_bolt import App, BoltContext
from slack_bolt.adapter.socket_mode.builtin import SocketModeHandler
from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_handlers import ConnectionErrorRetryHandler

from bot.answers import Answers
from bot.clock import Clock
from bot.config import Settings
from bot.delivery import QUARANTINE, Delivery
from bot.directory import Directory
from bot.door import Door
from bot.errors import Errors
from bot.identity import Identity, Workspace
from bot.listeners import commands, feedback, home, reviews, workspace
from bot.listeners.wiring import Wiring
from bot.outcomes import error_name
from iqs.errors import Invalid, IQSError, Unavailable
from iqs.services import scheduling
from iqs.storage.store import Store

log = logging.getLogger(__name__)

BOLT_LOG = "iqs.bolt"
THREADS = 20
CONNECTIONS = 2  # Socket Mode: one may be refreshed while the other serves
READ_SECONDS = 10
POST_SECONDS = 10
AUTH_KEPT = 30.0  # seconds an answer of auth.test counts for /readyz


def utcnow() -> datetime:
    """The programme's time, unless `build` is given another."""
    return datetime.now(UTC)


@dataclass
class Application:
    """One process's parts. `close()` ends all that was started, in order."""

    settings: Settings
    store: Store
    workspace: Workspace
    client: WebClient
    bolt: App
    answers: Answers
    delivery: Delivery
    clock: Clock
    directory: Directory
    door: Door | None
    now: Callable[[], datetime]
    _executors: tuple[ThreadPoolExecutor, ...]
    _sockets: list[SocketModeHandler]
    _sender: Thread | None = None

    def connect(self) -> None:
        """Opens the Socket Mode connections; raises `Unavailable` when Slack does not let us."""
        token = self.settings.slack_app_token
        if token is None:
            raise Invalid("SLACK_APP_TOKEN is missing, so Socket Mode cannot be used.")
        quiet = logging.getLogger("iqs.socket_mode")
        try:
            for _ in range(CONNECTIONS):
                handler = SocketModeHandler(
                    self.bolt,
                    token.get_secret_value(),
                    logger=quiet,
                    web_client=self.client,
                    concurrency=THREADS,
                )
                self._sockets.append(handler)
                handler.connect()  # type: ignore[no-untyped-call]  # slack_bolt left it untyped
        except (SlackApiError, OSError) as error:
            raise Unavailable(
                f"Socket Mode could not be opened ({error_name(error)}). Check SLACK_APP_TOKEN, and that "
                "Socket Mode is switched on for the app."
            ) from None

    def work(self) -> None:
        """Starts the sender and the clock, each in its own thread."""
        self._sender = Thread(target=self.delivery.run, name="iqs-delivery", daemon=True)
        self._sender.start()
        self.clock.start()

    def close(self) -> None:
        """No new work, finish what is in hand, let go."""
        for handler in self._sockets:
            _hang_up(handler)
        self.clock.stop()
        self.delivery.stop()
        if self._sender is not None:
            self._sender.join(timeout=30)
        self.answers.close()
        for executor in self._executors:
            executor.shutdown(wait=True)
        self.store.close()


def build(
    settings: Settings,
    *,
    now: Callable[[], datetime] = utcnow,
    quarantine: timedelta = QUARANTINE,
) -> Application:
    """Puts one process together. Nothing runs yet: see `Application.connect`, `.work` and `.door`.

    Asks Slack once who we are. Raises `Invalid` for settings that cannot work or a database that was not
    migrated, and `Unavailable` when Slack or the database cannot be reached.
    """
    quiet_logs()
    store = Store(settings.url)
    if not store.is_current():
        store.close()
        raise Invalid("The database is not at this version's step. Bring it there with: iqs db upgrade")
    reader = _client(settings, timeout=READ_SECONDS, retries=1)
    poster = _client(settings, timeout=POST_SECONDS, retries=0)
    try:
        us = who_we_are(reader)
    except IQSError:
        store.close()
        raise
    executor = ThreadPoolExecutor(THREADS, thread_name_prefix="iqs")
    # Threads of their own: when Slack is slow to reach, no ack waits behind the pictures of earlier clicks.
    afterwards = ThreadPoolExecutor(THREADS, thread_name_prefix="iqs-after")
    answers = Answers(poster, afterwards)
    errors = Errors(answers)
    bolt = _bolt(settings, reader, us, executor)
    bolt.middleware(Identity(store, us, answers))
    bolt.error(errors)
    directory = Directory(store, reader, team_id=us.team_id, enterprise_id=us.enterprise_id, now=now)
    delivery = Delivery(
        store=store,
        poster=poster,
        reader=reader,
        now=now,
        excerpts=settings.excerpt_in_messages,
        quarantine=quarantine,
    )
    wiring = Wiring(
        store=store,
        answers=answers,
        errors=errors,
        now=now,
        excerpts=settings.excerpt_in_messages,
        wake=delivery.wake,
        user_changed=directory.user_changed,
    )
    for listeners in (
        reviews,
        feedback,
        home,
        commands,
        workspace,
    ):  # the most frequent first: Bolt asks in order
        listeners.register(bolt, wiring)

    return Application(
        settings=settings,
        store=store,
        workspace=us,
        client=reader,
        bolt=bolt,
        answers=answers,
        delivery=delivery,
        clock=Clock(
            {
                "the schedules": _Schedules(store, now, delivery.wake),
                "the closed reviews": partial(reviews.fold, wiring),
                "the directory": directory.sync,
            }
        ),
        directory=directory,
        door=_door(settings, bolt, _Readiness(store, reader, delivery), executor),
        now=now,
        _executors=(executor, afterwards),
        _sockets=[],
    )


def who_we_are(client: WebClient) -> Workspace:
    """The bot token's workspace. Raises `Invalid` when Slack refuses it, `Unavailable` when out of reach."""
    try:
        return Workspace.of(client.auth_test())
    except SlackApiError as error:
        raise Invalid(
            f"Slack does not accept SLACK_BOT_TOKEN ({error_name(error)}). Copy the bot token anew from "
            "your app's page, OAuth & Permissions."
        ) from None
    except OSError as error:
        raise Unavailable(
            f"Slack cannot be reached ({error_name(error)}). Check the network and try again."
        ) from None


def quiet_logs() -> None:
    """Raises the level of loggers that would print bodies, and of those that repeat what we log ourselves."""
    for name in (BOLT_LOG, "slack_bolt", "slack_sdk"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    logging.getLogger("iqs.socket_mode").setLevel(logging.WARNING)
    logging.getLogger("apscheduler").setLevel(logging.ERROR)


def _hang_up(handler: SocketModeHandler) -> None:
    """Closes a Socket Mode connection without the three seconds its reader would wait for another message."""
    client = handler.client
    client.auto_reconnect_enabled = False
    client.current_session_state.terminated = True
    reading = client.current_session.sock if client.current_session else None
    if reading is not None:
        with suppress(OSError):
            reading.shutdown(SHUT_RDWR)
    try:
        handler.close()  # type: ignore[no-untyped-call]  # the same
    except AttributeError:
        # Its reader let go of the socket in the same moment; the rest is still to be closed.
        handler.close()  # type: ignore[no-untyped-call]  # the same


def _client(settings: Settings, *, timeout: int, retries: int) -> WebClient:
    token = settings.slack_bot_token
    if token is None:
        raise Invalid("SLACK_BOT_TOKEN is missing.")
    return WebClient(
        token=token.get_secret_value(),
        base_url=settings.slack_api_url,
        timeout=timeout,
        retry_handlers=[ConnectionErrorRetryHandler(max_retry_count=retries)] if retries else [],
    )


def _bolt(settings: Settings, client: WebClient, us: Workspace, executor: ThreadPoolExecutor) -> App:
    token = settings.slack_bot_token.get_secret_value() if settings.slack_bot_token else None
    ours = AuthorizeResult(
        enterprise_id=us.enterprise_id,
        team_id=us.team_id,
        bot_id=us.bot_id,
        bot_user_id=us.bot_user_id,
        bot_token=token,
    )

    def authorize(context: BoltContext) -> AuthorizeResult:  # noqa: ARG001 - Bolt calls it with the request
        return ours  # one workspace, asked once at the start; Identity compares each request with it

    tokenless = WebClient(base_url=client.base_url, timeout=client.timeout, retry_handlers=[])
    return App(
        name="iqs",
        logger=logging.getLogger(BOLT_LOG),  # its level is copied to every logger that Bolt makes
        client=tokenless,
        authorize=authorize,
        signing_secret="checked by the door",  # noqa: S106 - a placeholder; requests arrive verified
        request_verification_enabled=False,  # the door did it, or the socket is ours
        ssl_check_enabled=False,
        attaching_function_token_enabled=False,
        process_before_response=True,
        listener_executor=executor,
    )


class _Schedules:
    """Runs what is due at each tick; a problem is logged when it comes up, not twice a minute."""

    def __init__(self, store: Store, now: Callable[[], datetime], wake: Callable[[], None]) -> None:
        self._store = store
        self._now = now
        self._wake = wake
        self._known: set[tuple[str, str]] = set()

    def __call__(self) -> None:
        done = scheduling.tick(self._store, now=self._now())
        problems = {(each.team, each.problem) for each in done if each.problem}
        for _, problem in sorted(problems - self._known):
            log.warning("something due has to wait: %s", problem)
        self._known = problems
        if len(problems) < len(done):
            self._wake()


class _Readiness:
    """What stands in the way of working: for load balancers and people."""

    def __init__(self, store: Store, client: WebClient, delivery: Delivery) -> None:
        self._store = store
        self._client = client
        self._delivery = delivery
        self._asked_at: float | None = None
        self._auth: str | None = None

    def __call__(self) -> list[str]:
        wrong = []
        try:
            if not self._store.is_current():
                wrong.append("database not migrated")
        except Unavailable:
            wrong.append("database out of reach")
        if self._asked_at is None or monotonic() - self._asked_at > AUTH_KEPT:
            self._auth = self._ask()
            self._asked_at = monotonic()
        refused = self._auth or self._delivery.blocked
        return [*wrong, f"slack: {refused}"] if refused else wrong

    def _ask(self) -> str | None:
        try:
            self._client.auth_test()
        except Exception as error:  # noqa: BLE001 - its name is the answer
            return error_name(error)
        return None


def _door(settings: Settings, bolt: App, ready: Any, executor: ThreadPoolExecutor) -> Door | None:
    secret = settings.slack_signing_secret
    if secret is None:
        return None
    return Door(secret=secret.get_secret_value(), dispatch=bolt.dispatch, ready=ready, executor=executor)
