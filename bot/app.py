"""The composition root: all parts are put together here, for the process and for the tests."""

import logging
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from http.client import HTTPException
from socket import SHUT_RDWR
from threading import Thread

from slack_bolt import BoltContext
from slack_bolt.adapter.socket_mode.builtin import SocketModeHandler
from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_handlers import ConnectionErrorRetryHandler

from bot import webhooks
from bot.acks import Acks, CountingApp
from bot.answers import Answers
from bot.clock import Clock
from bot.config import Settings
from bot.delivery import QUARANTINE, Delivery
from bot.directory import Directory
from bot.door import Door, Handler, Route
from bot.errors import Errors
from bot.heartbeat import Heartbeat
from bot.helpdesks import connected
from bot.identity import Identity, Workspace
from bot.listeners import absences, commands, cycles, draws, feedback, home, picking, reviews, work, workspace
from bot.listeners.wiring import Wiring
from bot.metrics import Metrics
from bot.outcomes import Outcome, classify, error_name
from bot.oversight import Oversight
from bot.readiness import Readiness
from bot.schedules import Schedules
from bot.side_door import SideDoor
from bot.syncing import Pause, Syncing
from iqs import recognition
from iqs.errors import Invalid, IQSError, Unavailable
from iqs.services import receiving, settling, watching
from iqs.storage.store import Store

log = logging.getLogger(__name__)

BOLT_LOG = "iqs.bolt"
THREADS = 20
READ_SECONDS = 10
POST_SECONDS = 10


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
    bolt: CountingApp
    acks: Acks
    answers: Answers
    delivery: Delivery
    clock: Clock
    reading: Clock
    pause: Pause
    directory: Directory
    door: Door | None
    metrics: Metrics
    ready: Readiness
    now: Callable[[], datetime]
    _executors: tuple[ThreadPoolExecutor, ...]
    _sockets: list[SocketModeHandler]
    _sender: Thread | None = None
    _side_door: SideDoor | None = None

    def connect(self) -> None:
        """Opens the Socket Mode connections; raises `Unavailable` when Slack does not let us."""
        token = self.settings.slack_app_token
        if token is None:
            raise Invalid("SLACK_APP_TOKEN is missing, so Socket Mode cannot be used.")
        quiet = logging.getLogger("iqs.socket_mode")
        try:
            for _ in range(self.settings.socket_connections):  # one may be refreshed while another serves
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
        """Starts the sender and the clock, each in its own thread, and the side door if it has a port."""
        if self.settings.metrics_port is not None:
            self._side_door = SideDoor(
                self.settings.metrics_port, metrics=self.metrics.page, ready=self.ready
            )
        self._sender = Thread(target=self.delivery.run, name="iqs-delivery", daemon=True)
        self._sender.start()
        self.clock.start()
        self.reading.start()

    def close(self) -> None:
        """No new work, finish what is in hand, let go."""
        for handler in self._sockets:
            _hang_up(handler)
        self.pause.stop()
        self.reading.stop()
        self.clock.stop()
        self.delivery.stop()
        if self._sender is not None:
            self._sender.join(timeout=30)
        self.answers.close()
        if self._side_door is not None:
            self._side_door.close()
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
    recognition.choose(settings.redaction)
    pause = Pause()
    helpdesks = connected(settings.helpdesks, sleep=pause)
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
    acks = Acks()
    bolt = _bolt(settings, reader, us, executor)
    bolt.acks = acks
    bolt.middleware(Identity(store, us, answers, now=now))
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
    answers.when_gone = delivery.renew

    def redraw(assignments: Sequence[int], told: Sequence[int]) -> None:
        reviews.redraw(wiring, assignments)
        feedback.redraw(wiring, told)

    syncing = Syncing(store, helpdesks, now=now, pause=pause, redraw=redraw, wake=delivery.wake)
    wiring = Wiring(
        store=store,
        answers=answers,
        errors=errors,
        now=now,
        excerpts=settings.excerpt_in_messages,
        wake=delivery.wake,
        user_changed=directory.user_changed,
        fetch=syncing.fetch_now,
    )
    for listeners in (
        reviews,
        feedback,
        draws,
        cycles,
        home,
        absences,
        work,
        commands,
        workspace,
    ):  # the most frequent first: Bolt asks in order
        listeners.register(bolt, wiring)

    metrics = Metrics(store, acks, delivery, now=now)
    ready = Readiness(store, reader, lambda: delivery.blocked)
    return Application(
        settings=settings,
        store=store,
        workspace=us,
        client=reader,
        bolt=bolt,
        acks=acks,
        answers=answers,
        delivery=delivery,
        clock=Clock(
            {
                "the places": partial(settling.settle_some, store),
                "the schedules": Schedules(store, now, delivery.wake, metrics.ran),
                "the closed reviews": partial(reviews.fold, wiring),
                "the directory": directory.sync,
                "the work of who is away": partial(reviews.hand_on, wiring),
                "the inbox": lambda: receiving.forget(store, now=now()),
                "the auditor": Oversight(store, Heartbeat(settings.heartbeat_url), now, delivery.wake),
                "falls of a score": partial(_watch_scores, store, now, delivery.wake),
                "the deadlines": partial(cycles.keep_deadlines, wiring),
                "the agents' own views": partial(picking.ask_agents, wiring),
            }
        ),
        # Its own clock: a long list or a helpdesk's limit keeps no draw and no digest waiting.
        reading=Clock({"the helpdesks": syncing} if helpdesks else {}),
        pause=pause,
        directory=directory,
        door=_door(
            settings,
            bolt,
            ready,
            executor,
            also={
                ("GET", "/metrics"): metrics.handler(afterwards),
                **webhooks.routes(store, helpdesks, executor, now=now),
            },
        ),
        metrics=metrics,
        ready=ready,
        now=now,
        _executors=(executor, afterwards),
        _sockets=[],
    )


def who_we_are(client: WebClient) -> Workspace:
    """The bot token's workspace. Raises `Invalid` when Slack refuses it, `Unavailable` when out of reach."""
    try:
        return Workspace.of(client.auth_test())
    except (SlackApiError, OSError, HTTPException) as error:
        if classify(error) is Outcome.AUTH:
            raise Invalid(
                f"Slack does not accept SLACK_BOT_TOKEN ({error_name(error)}). Copy the bot token anew from "
                "your app's page, OAuth & Permissions."
            ) from None
        raise Unavailable(
            f"Slack cannot be reached ({error_name(error)}). Check the network and try again."
        ) from None


def quiet_logs() -> None:
    """Raises the level of loggers that would print bodies, and of those that repeat what we log ourselves."""
    for name in (BOLT_LOG, "slack_bolt", "slack_sdk", "httpx", "httpcore", "stamina"):
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


def _bolt(settings: Settings, client: WebClient, us: Workspace, executor: ThreadPoolExecutor) -> CountingApp:
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
    return CountingApp(
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


def _watch_scores(store: Store, now: Callable[[], datetime], wake: Callable[[], None]) -> None:
    if watching.watch(store, now=now()):
        wake()


def _door(
    settings: Settings,
    bolt: CountingApp,
    ready: Readiness,
    executor: ThreadPoolExecutor,
    also: Mapping[Route, Handler],
) -> Door | None:
    secret = settings.slack_signing_secret
    if secret is None:
        return None
    return Door(
        secret=secret.get_secret_value(), dispatch=bolt.dispatch, ready=ready, executor=executor, also=also
    )
