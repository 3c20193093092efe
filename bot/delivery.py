"""Sends pending Notices: claim, pace, post, remember where, reconcile what may have happened.

The only place that posts messages. Slack knows no idempotency key, so a post whose outcome is unknown is
never repeated blindly: it is quarantined, looked for in the conversation by its opaque mark, and only then
sent again.
"""

import logging
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Event, Lock
from time import monotonic
from typing import Any

from slack_sdk import WebClient

from blocks.kit import Message
from bot.drawing import draw, draw_plain
from bot.errors import where
from bot.marks import Marks
from bot.outcomes import Outcome, classify, error_name, retry_after
from iqs.errors import IQSError, Unavailable
from iqs.notices import Notice, NoticeKind
from iqs.services import delivering
from iqs.storage.store import Store

log = logging.getLogger(__name__)

POST_SPACING = 1.05  # seconds between two posts to one channel; Slack allows one a second
HELD = 20.0  # seconds a claimed notice may wait for its channel; a claim is ours for 60
CLAIM = 20
POLL = 1.0
QUARANTINE = timedelta(seconds=60)
CALL_TIMEOUT = timedelta(seconds=10)
RETRY_STEPS = (2.0, 10.0, 60.0, 300.0)  # seconds before the next try after a definite no
UNLINKED_WAIT = timedelta(minutes=5)
AUTH_PAUSE = 60.0  # seconds before Slack is asked again after it refused our token
CHANNEL_WAIT = 1_800.0  # seconds before a channel that did not let us in is tried again
CHANNEL_PATIENCE = timedelta(days=1)


@dataclass
class Lane:
    """One channel's pace, in seconds of the monotonic clock."""

    next_at: float = 0.0


@dataclass(order=True)
class Held:
    """A claimed notice waiting for its channel."""

    ready_at: float
    order: int
    notice: Notice = field(compare=False)
    channel: str = field(compare=False)


class Delivery:
    """The sender. `now` tells the programme's time; pacing uses the machine's monotonic clock.

    `poster` must carry no retry handlers: the SDK's default posts twice when a connection drops.
    """

    def __init__(
        self,
        *,
        store: Store,
        poster: WebClient,
        reader: WebClient,
        now: Callable[[], datetime],
        excerpts: bool = True,
        quarantine: timedelta = QUARANTINE,
        spacing: float = POST_SPACING,
    ) -> None:
        if poster.retry_handlers:
            raise ValueError("the poster must not retry: a dropped connection would post twice")
        self._store = store
        self._poster = poster
        self._reader = reader
        self._now = now
        self._excerpts = excerpts
        self._quarantine = quarantine
        self._spacing = spacing
        self._lanes: dict[str, Lane] = {}
        self._direct: dict[str, str] = {}
        self._held: list[Held] = []
        self._paused_until = 0.0
        self._refused: str | None = None
        self._refused_until = 0.0
        self._limited: str | None = None
        self._marks = Marks(store, reader)
        self._round = Lock()  # `run` and `drain` may be called from two threads
        self._stop = Event()
        self._awake = Event()

    @property
    def blocked(self) -> str | None:
        """Slack's error while it refuses our token ("token_revoked"), else None; old news is none."""
        return self._refused if monotonic() < self._refused_until else None

    def wake(self) -> None:
        """Looks for due notices now instead of at the next poll."""
        self._awake.set()

    def stop(self) -> None:
        """Ends `run` after the call in hand; what was claimed and not sent becomes pending again."""
        self._stop.set()
        self._awake.set()

    def run(self) -> None:
        """Sends until `stop`. An unreachable database is waited for, with a line in the log."""
        while not self._stop.is_set():
            try:
                pause = self.step()
            except Unavailable:
                log.warning("delivery waits: the database cannot be reached")
                pause = 5.0
            except Exception as error:  # noqa: BLE001 - one bad notice must not end the sender
                log.error("delivery stumbled: %s", type(error).__name__)  # noqa: TRY400 - a traceback may show values
                pause = 5.0
            self._awake.wait(pause)
            self._awake.clear()
        self._let_go()

    def drain(self, *, seconds: float = 30.0) -> int:
        """Sends everything that is due now and returns how many posts succeeded; gives up after `seconds`."""
        sent, until = 0, monotonic() + seconds
        while monotonic() < until and not self._stop.is_set():
            with self._round:
                before = len(self._held)
                taken = self._take()
                sent += self._send_ready()
                pause = self._until_ready()
                if not self._held and not taken and not before:
                    break
            self._stop.wait(pause)
        return sent

    def step(self) -> float:
        """One round: claim, send what may be sent, look into doubts. Returns seconds until the next."""
        with self._round:
            if monotonic() < self._paused_until:
                return min(POLL, self._paused_until - monotonic())
            self._take()
            self._send_ready()
            self._look_into()
            return max(0.01, self._until_ready()) if self._held else POLL

    def _until_ready(self) -> float:
        """Seconds until the next held notice may leave, at most a poll's length."""
        ready = min((each.ready_at for each in self._held), default=0.0)
        return min(POLL, max(0.0, ready - monotonic()))

    def _take(self) -> int:
        """Claims due notices and queues each behind its channel's earlier ones."""
        if len(self._held) >= CLAIM or monotonic() < self._paused_until:
            return 0
        claimed = delivering.claim(self._store, now=self._now(), limit=CLAIM - len(self._held))
        for notice in claimed:
            if monotonic() < self._paused_until:  # since one of these was refused
                self._postpone(notice, self._paused_until - monotonic(), "the sender pauses")
                continue
            try:
                channel = self._channel(notice)
            except IQSError as error:
                self._postpone(notice, UNLINKED_WAIT.total_seconds(), str(error))
                continue
            except Exception as error:  # noqa: BLE001 - classified
                self._not_sent(notice, None, error)
                continue
            if channel is None:
                self._postpone(notice, UNLINKED_WAIT.total_seconds(), "not linked to Slack yet")
                continue
            self._hold(notice, channel)
        return len(claimed)

    def _hold(self, notice: Notice, channel: str) -> None:
        lane = self._lanes.setdefault(channel, Lane())
        ready_at = max(monotonic(), lane.next_at)
        if ready_at > monotonic() + HELD:
            self._postpone(notice, ready_at - monotonic() - HELD / 2, "waits for its turn in the channel")
            return
        lane.next_at = ready_at + self._spacing
        self._held.append(Held(ready_at, notice.id, notice, channel))

    def _channel(self, notice: Notice) -> str | None:
        """The channel to post to; a DM is opened first, so that its id is known before anything is posted."""
        if notice.channel is not None:
            return notice.channel
        person = delivering.recipient(self._store, notice)
        if person is None or person.slack_user_id is None or not person.active:
            return None
        known = self._direct.get(person.slack_user_id)
        if known is None:
            opened = self._reader.conversations_open(users=person.slack_user_id)
            known = str(opened["channel"]["id"])
            self._direct[person.slack_user_id] = known
        return known

    def _send_ready(self) -> int:
        sent = 0
        while self._held and not self._stop.is_set() and monotonic() >= self._paused_until:
            due = min(self._held)
            if due.ready_at > monotonic():
                break
            self._held.remove(due)
            sent += self._send(due.notice, due.channel)
        return sent

    def _send(self, notice: Notice, channel: str) -> bool:
        try:
            message = draw(self._store, notice, now=self._now(), excerpts=self._excerpts)
        except Unavailable:
            self._postpone(notice, RETRY_STEPS[0], "the database could not be reached")
            return False
        except IQSError as error:
            log.info("notice %d is no longer wanted", notice.id)
            delivering.cancel(self._store, notice, error=type(error).__name__)
            return False
        except Exception as error:  # noqa: BLE001 - one bad picture must not hold up the others
            name = type(error).__name__
            log.error("notice %d cannot be drawn: %s at %s", notice.id, name, where(error))  # noqa: TRY400 - no values
            self._postpone(notice, RETRY_STEPS[-1], f"cannot be drawn: {name}")
            return False
        try:
            answer = self._post(notice, channel, message)
        except Exception as error:  # noqa: BLE001 - classified
            if classify(error) is Outcome.CONTENT:
                return self._send_plain(notice, channel, error)
            self._not_sent(notice, channel, error)
            return False
        self._settle(notice, channel, answer)
        return True

    def _send_plain(self, notice: Notice, channel: str, refusal: Exception) -> bool:
        """Slack refused the picture: a definite no, so the plain words are sent once."""
        log.error("Slack refused notice %d (%s): sending it plainly", notice.id, error_name(refusal))
        try:
            answer = self._post(
                notice, channel, draw_plain(self._store, notice, now=self._now(), excerpts=self._excerpts)
            )
        except Exception as error:  # noqa: BLE001 - classified
            if classify(error) is Outcome.CONTENT:
                self._bury(notice, error_name(error))
            else:
                self._not_sent(notice, channel, error)
            return False
        self._settle(notice, channel, answer)
        return True

    def _post(self, notice: Notice, channel: str, message: Message) -> Any:
        return self._poster.chat_postMessage(
            channel=channel,
            text=message["text"],
            blocks=message["blocks"] or None,
            metadata=self._marks.metadata(notice),
            unfurl_links=False,
            unfurl_media=False,
        )

    def _settle(self, notice: Notice, channel: str, answer: Any) -> None:
        self._refused = self._limited = None
        posted_to = str(answer.get("channel") or channel)
        if not delivering.settle(self._store, notice, posted_to=posted_to, ts=str(answer["ts"])):
            log.error("notice %d was taken over while it was being sent", notice.id)

    def _not_sent(self, notice: Notice, channel: str | None, error: Exception) -> None:
        """Does what the outcome's class asks for. Opening a DM may be repeated, so its doubt is a no."""
        outcome, name = classify(error), error_name(error)
        if channel is None and outcome is Outcome.UNKNOWN:
            outcome = Outcome.NO
        log.warning("notice %d was not delivered: %s (%s)", notice.id, name, outcome)
        if outcome is Outcome.NO:
            self._postpone(notice, RETRY_STEPS[min(notice.attempts, len(RETRY_STEPS)) - 1], name)
        elif outcome is Outcome.WAIT:
            self._slow_down(notice, channel, retry_after(error))
        elif outcome is Outcome.AUTH:
            self._refused, self._refused_until = name, monotonic() + 2 * AUTH_PAUSE
            self._postpone(notice, AUTH_PAUSE, name)
            self._pause(AUTH_PAUSE, name)
            log.error("Slack refuses the app's token (%s): nothing is sent until it is mended", name)
        elif outcome is Outcome.UNKNOWN:
            delivering.doubt(self._store, notice, until=self._now(), error=name)
        elif outcome is Outcome.DEAD and self._may_be_mended(notice):
            self._postpone(notice, CHANNEL_WAIT, name)
            log.error(
                "notice %d waits for its channel (%s): let the app in, or unarchive it", notice.id, name
            )
        else:
            self._bury(notice, name)

    def _may_be_mended(self, notice: Notice) -> bool:
        """A channel can let us in again today; for a person there is nothing to mend."""
        tried = notice.first_try_at or self._now()
        return notice.channel is not None and self._now() - tried < CHANNEL_PATIENCE

    def _slow_down(self, notice: Notice, channel: str | None, seconds: float) -> None:
        """Pauses this channel only; after another one was refused too, the whole workspace."""
        seconds += random.uniform(0, 1)  # noqa: S311 - jitter
        lane = self._lanes.setdefault(channel or "conversations.open", Lane())
        lane.next_at = max(lane.next_at, monotonic() + seconds)
        self._give_back([each for each in self._held if each.channel == channel], seconds, "ratelimited")
        if self._limited not in (None, channel):
            self._pause(seconds, "ratelimited")
        self._limited = channel
        self._postpone(notice, seconds, "ratelimited")

    def _pause(self, seconds: float, why: str) -> None:
        """Nothing leaves for a while. What was claimed is given back: its lease would run out meanwhile."""
        self._paused_until = monotonic() + seconds
        self._give_back(list(self._held), seconds, why)

    def _give_back(self, held: list[Held], seconds: float, why: str) -> None:
        for each in held:
            self._held.remove(each)
            self._postpone(each.notice, seconds, why)

    def _look_into(self) -> None:
        """Finds out about notices that may have been posted, once their quarantine is over."""
        for notice in delivering.suspects(self._store, now=self._now(), quarantine=self._quarantine):
            mine = next((each for each in self._held if each.notice.id == notice.id), None)
            if mine is not None:  # not sent yet: the clock jumped while it waited, and the new lease is ours
                mine.notice = notice
                continue
            try:
                channel = self._channel(notice)
                if channel is None:  # nobody can look while the person is not reachable: it stays in doubt
                    until = self._now() + UNLINKED_WAIT - self._quarantine
                    delivering.doubt(
                        self._store, notice, until=until, error="may have arrived; not reachable"
                    )
                    continue
                found = self._marks.find(notice, channel, since=notice.first_try_at or self._now())
            except Exception as error:  # noqa: BLE001 - classified
                self._cannot_look(notice, error)
                continue
            if found is not None:
                delivering.settle(self._store, notice, posted_to=channel, ts=found)
            else:
                log.warning("notice %d did not arrive: sending it once more", notice.id)
                self._postpone(notice, 0, "did not arrive")

    def _cannot_look(self, notice: Notice, error: Exception) -> None:
        outcome, name = classify(error), error_name(error)
        if name == "missing_scope":
            if notice.kind is NoticeKind.SCORECARD:  # a claim is unique: a second picture of it does no harm
                self._postpone(notice, 0, "may have arrived; sent again")
            else:
                self._bury(notice, "may have arrived; history scope missing")
        elif outcome in (Outcome.DEAD, Outcome.CONTENT):
            self._bury(notice, name)
        else:
            pause = retry_after(error) if outcome is Outcome.WAIT else 30.0
            until = self._now() + timedelta(seconds=pause) - self._quarantine
            delivering.doubt(self._store, notice, until=until, error=name)

    def _postpone(self, notice: Notice, seconds: float, why: str) -> None:
        delivering.postpone(self._store, notice, until=self._now() + timedelta(seconds=seconds), error=why)

    def _bury(self, notice: Notice, why: str) -> None:
        log.error("notice %d (%s) cannot be delivered: %s", notice.id, notice.kind, why)
        delivering.bury(self._store, notice, error=why)

    def _let_go(self) -> None:
        for held in self._held:
            try:
                self._postpone(held.notice, 0, "the sender stopped")
            except IQSError:
                log.warning("notice %d stays claimed until its lease runs out", held.notice.id)
        self._held.clear()
