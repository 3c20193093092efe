"""Looks at Slack: for notices that may have been posted, once their quarantine is over, and for twins."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from time import monotonic
from typing import TypeVar

from bot.delivery.calls import Calls, Then
from bot.delivery.pacing import Limits, Window
from bot.delivery.reaching import addresses
from bot.delivery.reconciling import Reconciler, Swept
from bot.delivery.recording import Record
from bot.delivery.verdicts import Verdict, What
from iqs.notices import Notice
from iqs.services import delivering
from iqs.storage.store import Store

AT_ONCE = 2
"""Looks on their way at a time: posting comes first."""

STUMBLED = Verdict(What.DOUBT, "stumbled")
R = TypeVar("R")


class Looks:
    """Begins looks at the pace of reads, which is not the pace of posts. Used by the sender's own thread."""

    def __init__(
        self,
        store: Store,
        reconciler: Reconciler,
        record: Record,
        calls: Calls,
        limits: Limits,
        *,
        now: Callable[[], datetime],
        quarantine: timedelta,
    ) -> None:
        self._store = store
        self._reconciler = reconciler
        self._record = record
        self._calls = calls
        self._now = now
        self._quarantine = quarantine
        self._window = Window(limits.reads, limits.window)
        self._underway = 0

    def begin(self) -> int:
        """Takes what is to be looked for now, as far as Slack may be asked; returns how many looks left."""
        room = AT_ONCE - self._underway
        if room <= 0 or self._window.wait(monotonic()) > 0:
            return 0
        found = delivering.suspects(self._store, now=self._now(), quarantine=self._quarantine, limit=room)
        known = addresses(self._store, found)
        for notice in found:
            user, channel = None, notice.channel
            if notice.person_id in known:
                user, channel = known[notice.person_id]
            self._look(notice, user, channel)
        room -= len(found)
        twins = delivering.sweeps(self._store, now=self._now(), limit=room) if room else []
        for notice in twins:
            self._sweep(notice)
        return len(found) + len(twins)

    def _look(self, notice: Notice, user: str | None, channel: str | None) -> None:
        def done(verdict: Verdict, at: float) -> Then:
            self._answered(at, verdict.seconds if verdict.what is What.LIMITED else 0.0)
            return partial(self._record.looked, notice, verdict)

        self._start(partial(self._reconciler.look, notice, user, channel), done, otherwise=STUMBLED)

    def _sweep(self, notice: Notice) -> None:
        def done(swept: Swept, at: float) -> Then:
            self._answered(at, swept.wait)
            return partial(self._record.swept, swept.deleted)

        self._start(partial(self._reconciler.sweep, notice), done, otherwise=Swept())

    def _start(self, work: Callable[[], R], done: Callable[[R, float], Then], *, otherwise: R) -> None:
        self._underway += 1
        self._window.start(monotonic())
        self._calls.start(work, done, otherwise=otherwise)

    def _answered(self, at: float, wait: float) -> None:
        """A look came back; with `wait` Slack asks all of them to wait so many seconds."""
        self._underway -= 1
        if wait:
            self._window.refused()
            self._window.limited(at, wait)
        else:
            self._window.answered(at)
