"""What follows an ack: redrawing what was clicked, a word to the person, a window. Never before the commit.

Redraws of one thing are coalesced: while one is on its way, only the newest of those that come is kept, and
each reads what is stored when it is drawn. So quick clicks cost few calls, and the last picture is the true
one.
"""

import logging
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor, Future
from concurrent.futures import wait as wait_for
from dataclasses import dataclass, field
from functools import partial
from threading import Condition, Event, Thread
from time import monotonic
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.webhook import WebhookClient

from blocks import refusal
from blocks.kit import Message, View
from bot.outcomes import Outcome, Standing, classify, error_name, retry_after, standing, unanswered
from iqs.errors import IQSError

log = logging.getLogger(__name__)

WEBHOOK_SECONDS = 5
UPDATE_SPACING = 1.2  # seconds between two chat.update of one message: Slack allows about 50 a minute
TICK = 1.0
PAUSES = (2.0, 10.0, 60.0, 300.0)  # seconds before a redraw that did not reach Slack is tried again
PRESS_AGAIN = "Slack could not open the window. What you entered is kept; please press again."
STALE_TRIGGERS = frozenset(
    {"expired_trigger_id", "exchanged_trigger_id", "invalid_trigger_id", "trigger_expired"}
)

Draw = Callable[[], Message]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a message stands: behind a click's `response_url` (never logged), or at channel and ts."""

    channel: str | None = None
    ts: str | None = None
    response_url: str | None = field(default=None, repr=False)

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> "Place":
        """The message that was clicked in this payload."""
        container = body.get("container") or {}
        channel = (body.get("channel") or {}).get("id") or container.get("channel_id")
        ts = (body.get("message") or {}).get("ts") or container.get("message_ts")
        return cls(channel, ts, body.get("response_url"))


@dataclass
class _Lane:
    """One message's or view's redraws: at most one on its way, at most one waiting."""

    waiting: Callable[[], float] | None = None
    busy: bool = False
    not_before: float = 0.0


class Answers:
    """Runs in `executor`'s threads."""

    def __init__(
        self,
        client: WebClient,
        executor: Executor,
        *,
        pauses: tuple[float, ...] = PAUSES,
    ) -> None:
        self._client = client
        self._executor = executor
        self._pauses = pauses
        self.when_gone: Callable[[str, str], None] = lambda _key, _ts: None
        """Called with a redraw's key and its message's ts when that cannot be used any more: deleted, or not ours."""
        self._changed = Condition()
        self._lanes: dict[str, _Lane] = {}
        self._running: set[Future[None]] = set()
        self._stop = Event()
        self._timer = Thread(target=self._watch, name="iqs-redraws", daemon=True)
        self._timer.start()

    def redraw(self, key: str, place: Place, draw: Draw) -> None:
        """Draws the message again where it stands; `key` names the thing ("scorecard:7").

        While Slack is out of reach it is tried again, a few times: an update may be repeated.
        """
        pauses = iter(self._pauses)
        self._enqueue(key, lambda: self._replace(key, place, draw, pauses))

    def redraw_view(self, view: Mapping[str, Any], draw: Callable[[], View]) -> None:
        """Draws an open modal again. If it changed meanwhile, once more from what is stored."""
        self._enqueue(f"view:{view['id']}", lambda: self._update_view(view, draw))

    def open(
        self,
        body: Mapping[str, Any],
        view: View,
        *,
        push: bool = False,
        then: Callable[[Mapping[str, Any]], None] | None = None,
    ) -> None:
        """Opens a window over the message, or on top of the open one; `then` is called with it once it is open."""
        call = self._client.views_push if push else self._client.views_open

        def send() -> None:
            try:
                opened = call(trigger_id=body["trigger_id"], view=view)
            except Exception as error:
                self._whisper(body, refusal.sentence(PRESS_AGAIN))
                if error_name(error) not in STALE_TRIGGERS:
                    raise  # to the log
            else:
                if then is not None:
                    then(opened["view"])

        self.later("open a window", send)

    def publish(self, user_id: str, draw: Callable[[], View]) -> None:
        """Draws a person's App Home again."""

        def send() -> float:
            self._client.views_publish(user_id=user_id, view=draw())
            return 0.0

        self._enqueue(f"home:{user_id}", send)

    def whisper(self, body: Mapping[str, Any], message: Message) -> None:
        """Says something only to the person who clicked, under the message they clicked."""
        self.later("whisper", lambda: self._whisper(body, message))

    def later(self, what: str, call: Callable[[], Any]) -> None:
        """Runs a call after the ack; a failure is logged by its name."""
        self._submit(lambda: self._quietly(what, call))

    def settle(self, seconds: float = 10.0) -> bool:
        """Waits until nothing is on its way; False if `seconds` were not enough."""
        until = monotonic() + seconds
        while True:
            with self._changed:
                running = list(self._running)
                pending = any(lane.waiting or lane.busy for lane in self._lanes.values())
            if not running and not pending:
                return True
            if monotonic() >= until:
                return False
            if running:
                wait_for(running, timeout=max(0.0, until - monotonic()))
            else:
                self._stop.wait(0.02)

    def close(self) -> None:
        """Finishes what is on its way, then stops; nothing is handed to the executor any more."""
        self.settle()
        self._stop.set()
        self._timer.join()

    # Below: threads.

    def _enqueue(self, key: str, call: Callable[[], float]) -> None:
        with self._changed:
            lane = self._lanes.setdefault(key, _Lane())
            lane.waiting = call
            if lane.busy or monotonic() < lane.not_before:
                return
            lane.busy = True
        self._submit(lambda: self._run(key))

    def _run(self, key: str) -> None:
        """Sends the newest until none waits. A call returns the seconds that this lane must rest after it."""
        while True:
            with self._changed:
                lane = self._lanes[key]
                call, lane.waiting = lane.waiting, None
                if call is None or monotonic() < lane.not_before:
                    lane.busy, lane.waiting = False, call
                    if call is None and monotonic() >= lane.not_before:
                        del self._lanes[key]
                    return
            rest = self._quietly("redraw", call) or 0.0
            with self._changed:
                if rest:
                    lane.not_before = monotonic() + abs(rest)
                if rest < 0 and lane.waiting is None:  # refused for now: this one must be tried again
                    lane.waiting = call

    def _watch(self) -> None:
        """Starts what had to wait for its lane."""
        while not self._stop.wait(0.2 if self._lanes else TICK):
            with self._changed:
                rested = [
                    key
                    for key, lane in self._lanes.items()
                    if not lane.busy and monotonic() >= lane.not_before
                ]
                for key in rested:
                    self._lanes[key].busy = True
            for key in rested:
                self._submit(partial(self._run, key))

    def _submit(self, call: Callable[[], None]) -> None:
        future = self._executor.submit(call)
        with self._changed:
            self._running.add(future)
        future.add_done_callback(self._done)

    def _done(self, future: Future[None]) -> None:
        with self._changed:
            self._running.discard(future)

    def _quietly(self, what: str, call: Callable[[], Any]) -> Any:
        try:
            return call()
        except IQSError as error:
            log.info("%s: %s", what, type(error).__name__)
        except Exception as error:  # noqa: BLE001 - what was clicked is stored; only a picture is late
            log.warning("%s failed: %s", what, error_name(error))
        return None

    def _replace(self, key: str, place: Place, draw: Draw, pauses: Iterator[float]) -> float:
        """Replaces a message. Idempotent, so a failed response_url is followed by chat.update."""
        message = draw()
        if place.response_url is not None:
            hook = WebhookClient(place.response_url, timeout=WEBHOOK_SECONDS, retry_handlers=[])
            try:
                answer = hook.send(replace_original=True, text=message["text"], blocks=message["blocks"])
            except Exception as error:  # noqa: BLE001 - the other way is tried below
                log.info("a response_url did not answer: %s", error_name(error))
            else:
                if answer.status_code == 200:
                    return 0.0
                log.info("a response_url answered %d", answer.status_code)
        if place.channel is None or place.ts is None:
            return 0.0
        try:
            self._client.chat_update(
                channel=place.channel, ts=place.ts, text=message["text"], blocks=message["blocks"]
            )
        except Exception as error:
            if classify(error) is Outcome.WAIT:
                return -retry_after(error)
            if standing(error) is Standing.GONE:
                self.when_gone(key, place.ts)
            pause = next(pauses, None) if unanswered(error) else None
            if pause is None:
                raise
            log.info("a message could not be redrawn (%s): once more later", error_name(error))
            return -pause
        return UPDATE_SPACING

    def _update_view(self, view: Mapping[str, Any], draw: Callable[[], View]) -> float:
        try:
            self._client.views_update(view_id=view["id"], hash=view.get("hash"), view=draw())
        except SlackApiError as error:
            if error_name(error) != "hash_conflict":
                raise
            self._client.views_update(view_id=view["id"], view=draw())
        return 0.0

    def _whisper(self, body: Mapping[str, Any], message: Message) -> None:
        url = body.get("response_url")
        if url is not None:
            hook = WebhookClient(url, timeout=WEBHOOK_SECONDS, retry_handlers=[])
            hook.send(response_type="ephemeral", replace_original=False, **message)
