"""The sender: claims what is due, lets it leave at Slack's pace, and writes down what became of it.

One thread decides and writes, a few others speak to Slack. None of them sleeps for Slack's sake: what has to wait
waits in the queue or in the database. What leaves first: what somebody works with, then feedback and alerts, then
digests; to one target always in order.
"""

import logging
import random
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from threading import Event, Lock
from time import monotonic

from slack_sdk import WebClient

from bot.delivery.breaking import Breaker
from bot.delivery.calls import Calls, Then, nothing
from bot.delivery.desk import Desk
from bot.delivery.holding import Held, Task
from bot.delivery.looking import AT_ONCE as LOOKS
from bot.delivery.looking import STUMBLED, Looks
from bot.delivery.pacing import Limits, Pace
from bot.delivery.posting import CALL, Poster
from bot.delivery.reaching import Closed, Reach, addresses
from bot.delivery.reconciling import Reconciler
from bot.delivery.recording import Counts, Record
from bot.delivery.verdicts import Verdict, What, judge
from bot.errors import where
from bot.marks import Marks
from bot.outcomes import Outcome
from iqs.errors import Unavailable
from iqs.notices import AT_ONCE, Notice
from iqs.services import addressing, delivering
from iqs.storage.store import Store

log = logging.getLogger(__name__)

QUARANTINE = timedelta(seconds=60)
POLL = 1.0
HOLD = 60  # messages claimed at a time; a claim is ours for a minute, about five of them leave in a second
EACH = 3  # of them for one target
THREADS = 8
PATIENCE = 20.0  # seconds of a pause through which claims are held
TEND_EVERY = 60.0  # seconds between two looks for what was tried by a clock that was set back since
UNLINKED_WAIT = timedelta(minutes=5)
ANEW = timedelta(hours=1)  # the least time between two messages of one scorecard that was deleted by hand


class Delivery:
    """The sender. `now` tells the programme's time; pacing uses the machine's monotonic clock.

    `poster` must carry no retry handlers: the SDK's default posts twice when a connection drops. `spacing` is the
    least time between two posts to one channel, in seconds; `at_once` how many open scorecards a reviewer has in
    Slack; `counts` tells what was done so far.
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
        spacing: float | None = None,
        limits: Limits | None = None,
        at_once: int = AT_ONCE,
        threads: int = THREADS,
    ) -> None:
        if poster.retry_handlers:
            raise ValueError("the poster must not retry: a dropped connection would post twice")
        limits = limits or Limits()
        if spacing is not None:
            limits = replace(limits, spacing=spacing)
        self.counts = Counts()
        self._store = store
        self._now = now
        self._at_once = at_once
        self._threads = threads
        desk = Desk(store, poster, reader, Marks(store, reader), now, excerpts)
        self._poster = Poster(desk)
        self._record = Record(store, self.counts, now=now, quarantine=quarantine)
        self._reach = Reach(reader, limits)
        self._pace = Pace(limits)
        self._held = Held()
        self._standing: list[tuple[Notice, Verdict]] = []
        self._unwritten: deque[Then] = deque()
        self._tended = float("-inf")
        self._round = Lock()  # `run` and `drain` may be called from two threads
        self._stop = Event()
        self._awake = Event()
        self._called = Event()
        self._thorough_at = float("-inf")
        self._calls = Calls(threads + LOOKS + 1, self._awake.set)
        self._breaker = Breaker(store, self._calls, self._reach.taken, now=now)
        self._looks = Looks(
            store, Reconciler(desk), self._record, self._calls, limits, now=now, quarantine=quarantine
        )

    @property
    def blocked(self) -> str | None:
        """Slack's error while it refuses the app ("token_revoked"), as any process found out, else None."""
        return self._breaker.error

    def wake(self) -> None:
        """Looks for due notices now instead of at the next poll."""
        self._called.set()
        self._awake.set()

    def stop(self) -> None:
        """Ends `run` after the calls in hand; what was claimed and not sent becomes pending again."""
        self._stop.set()
        self._awake.set()

    def close(self) -> None:
        """As at the end of `run`, for a sender that was only stepped or drained: gives back, lets its threads go."""
        self.stop()
        with self._round:
            self._let_go()

    def renew(self, key: str, ts: str) -> None:
        """The message at `ts` was deleted in Slack: if it told this notice, a scorecard still to be done comes anew."""
        if delivering.renew(self._store, key, ts=ts, now=self._now(), rest=ANEW):
            log.info("a scorecard's message was deleted in Slack: it is sent anew")
            self.wake()

    def run(self) -> None:
        """Sends until `stop`. An unreachable database is waited for, with a line in the log."""
        while not self._stop.is_set():
            self._awake.clear()
            thorough = self._called.is_set() or monotonic() >= self._thorough_at
            self._called.clear()
            try:
                with self._round:
                    self._advance(thorough=thorough)
                    if thorough:
                        self._thorough_at = monotonic() + POLL
                        self._look_into()
                    pause = self._pause()
            except Unavailable:
                log.warning("delivery waits: the database cannot be reached")
                pause = 5.0
            except Exception as error:  # noqa: BLE001 - one bad notice must not end the sender
                log.error("delivery stumbled: %s at %s", type(error).__name__, where(error))  # noqa: TRY400 - no values
                pause = 5.0
            self._awake.wait(pause)
        self.close()

    def drain(self, *, seconds: float = 30.0) -> int:
        """Sends everything that is due now and returns how many posts succeeded; gives up after `seconds`."""
        before, until = self.counts.posted, monotonic() + seconds
        while monotonic() < until and not self._stop.is_set():
            with self._round:
                taken = self._advance()
                self._finish()
                pause = self._pause()
                if not taken and (self._breaker.open or not (self._held or self._reach.waiting)):
                    break
            self._stop.wait(min(pause, 0.05) if taken else pause)
        return self.counts.posted - before

    def step(self) -> float:
        """One round, its calls waited for: claim, send what may be sent, look into doubts. Seconds until the next."""
        with self._round:
            while True:
                taken = self._advance()
                self._finish()
                if not taken or self._stop.is_set():
                    break
            while self._look_into():
                self._finish()
            return self._pause()

    # Below: the sender's own thread, under the lock.

    def _advance(self, *, thorough: bool = True) -> int:
        """Writes down what was answered, claims, and lets leave what may; returns how many it claimed.

        Woken by each answer, `run` looks after everything else (`thorough`) only once a second.
        """
        self._absorb()
        if thorough:
            self._tend()
            self._breaker.look()
        if self._breaker.open:
            self._give_back(lambda _: True)
            self._breaker.ask()
            return 0
        self._give_back(self._is_stale)
        taken = self._take()
        self._write()
        self._leave()
        return taken

    def _take(self) -> int:
        room = HOLD - len(self._held)
        if room < HOLD / 2 or self._pace.workspace.wait(monotonic()) > PATIENCE:
            return 0
        claimed = delivering.claim(
            self._store,
            now=self._now(),
            limit=room,
            each=EACH,
            paced=True,
            at_once=self._at_once,
            skip=self._reach.waiting,
        )
        if not claimed:
            return 0
        try:
            known = addresses(self._store, claimed)
        except Unavailable:
            self._unwritten += [partial(self._record.back, notice) for notice in claimed]
            raise
        for notice in claimed:
            if notice.channel is not None:
                self._held.add(Task(notice, notice.channel))
            elif notice.person_id is not None:
                self._hold_for(notice, notice.person_id, known.get(notice.person_id))
        return len(claimed)

    def _hold_for(self, notice: Notice, person_id: int, address: addressing.Address | None) -> None:
        if address is None:
            self._unwritten.append(partial(self._record.unlinked, notice, UNLINKED_WAIT))
            return
        place = self._reach.channel(person_id, address)
        if isinstance(place, str):
            self._held.add(Task(notice, place, address.user))
        elif place is None:
            # It is claimed again once the direct message is open.
            self._unwritten.append(partial(self._record.back, notice))
        else:
            verdict = judge(notice, place.outcome, place.error, wait=place.wait, now=self._now(), wrote=False)
            self._unwritten.append(partial(self._record.posted, notice, verdict))

    def _leave(self) -> None:
        while self._calls.underway < self._threads and not self._stop.is_set():
            now = monotonic()
            opening = self._reach.next(now)
            if opening is not None:
                self._open(*opening)
                continue
            if self._pace.workspace.wait(now) > 0:
                return
            task = self._held.next(lambda each, now=now: self._pace.channel_wait(each.channel, now) <= 0)  # type: ignore[misc]
            if task is None:
                return
            self._pace.start(now)
            send = partial(self._poster.send, task.notice, task.channel)
            self._calls.start(send, partial(self._posted, task), otherwise=STUMBLED)

    def _open(self, person_id: int, user: str) -> None:
        unopened: str | Closed = Closed(Outcome.UNKNOWN, "stumbled", 0.0)
        self._calls.start(
            partial(self._reach.open, user), partial(self._opened, person_id, user), otherwise=unopened
        )

    def _opened(self, person_id: int, user: str, result: str | Closed, at: float) -> Then:
        self._reach.opened(person_id, result, at)
        if isinstance(result, Closed):
            refused = result.outcome is Outcome.AUTH
            return partial(self._record.refuse, result.error) if refused else nothing
        return lambda: addressing.remember_direct(self._store, user, result)

    def _posted(self, task: Task, verdict: Verdict, at: float) -> Then:
        self._held.done(task)
        match verdict.what:
            case What.LIMITED:
                verdict = replace(verdict, seconds=verdict.seconds + random.uniform(0, 1))  # noqa: S311 - jitter
                self._pace.limited(task.channel, at, verdict.seconds)
            case What.SENT:
                self._pace.answered(task.channel, at)
                self._standing.append((task.notice, verdict))
                return nothing
            case What.DOUBT:
                self._pace.unanswered(task.channel, at)
            case _:
                self._pace.refused()
        if verdict.what is What.AWAY and task.user is not None and self._reach.forget(task.user):
            user = task.user  # the remembered channel may be at fault: it is opened afresh first
            return lambda: self._afresh(task.notice, user)
        if verdict.what is not What.UNWANTED:  # what comes after it keeps its place behind it
            for each in self._held.drop(lambda other: other.notice.target == task.notice.target):
                self._unwritten.append(partial(self._record.back, each.notice))
        return partial(self._record.posted, task.notice, verdict)

    def _afresh(self, notice: Notice, user: str) -> None:
        addressing.remember_direct(self._store, user, None)
        self._record.back(notice)

    def _look_into(self) -> int:
        return 0 if self._breaker.open or self._stop.is_set() else self._looks.begin()

    def _tend(self) -> None:
        """The next scorecards are called up; now and then it is seen to what a clock that was set back left ahead."""
        delivering.release(self._store, now=self._now(), at_once=self._at_once)
        if monotonic() - self._tended >= TEND_EVERY:
            self._tended = monotonic()
            delivering.redate(self._store, now=self._now())

    def _is_stale(self, task: Task) -> bool:
        """Its lease runs out before it could be posted, or Slack lets nothing through for too long."""
        lease = task.notice.lease_until
        over = lease is not None and lease < self._now() + CALL
        return over or self._pace.workspace.wait(monotonic()) > PATIENCE

    def _give_back(self, which: Callable[[Task], bool]) -> None:
        for task in self._held.drop(which):
            self._unwritten.append(partial(self._record.back, task.notice))
        self._write()

    def _absorb(self) -> None:
        """Takes in every answer there is, and writes down what follows from it."""
        self._unwritten += self._calls.answered()
        self._write()

    def _write(self) -> None:
        """A database out of reach keeps what is unwritten for the next time: the messages stand in Slack."""
        if self._standing:
            self._record.stand(self._standing)
            self._standing.clear()
        while self._unwritten:
            try:
                self._unwritten[0]()
            except Unavailable:
                raise
            except Exception as error:  # noqa: BLE001 - the row stays `sending`: it is looked into later
                log.error("delivery stumbled: %s at %s", type(error).__name__, where(error))  # noqa: TRY400 - no values
            self._unwritten.popleft()

    def _finish(self) -> None:
        """Waits for the calls on their way, and for what they let leave at once."""
        while self._calls.underway:
            self._unwritten += self._calls.answered(wait=True)
            self._write()
            if not self._breaker.open:
                self._leave()

    def _pause(self) -> float:
        """Seconds until something held may leave, at most a poll's length; what is answered wakes `run`."""
        now = monotonic()
        workspace = self._pace.workspace.wait(now)
        waits = [max(workspace, self._pace.channel_wait(each.channel, now)) for each in self._held.first()]
        opening = self._reach.wait(now)
        if opening is not None:
            waits.append(opening)
        return min([POLL, *(max(0.001, each) for each in waits)])

    def _let_go(self) -> None:
        try:
            self._finish()
            self._give_back(lambda _: True)
        except Unavailable:
            log.warning(
                "what was claimed stays claimed until its lease runs out: the database cannot be reached"
            )
        self._calls.close()
