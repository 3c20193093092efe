"""The breaker: while Slack refuses the app no process sends, and one of them asks now and then if it still does."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from bot.delivery.calls import Calls, Then, nothing
from iqs.errors import Unavailable
from iqs.services import delivering
from iqs.storage.store import Store

log = logging.getLogger(__name__)

ASK_EVERY = timedelta(seconds=60)
"""After a refusal Slack is asked by one process, no more often."""


class Breaker:
    """Open while the app is refused, as any process found out. `ask` is the call that tells whether it still is."""

    def __init__(
        self, store: Store, calls: Calls, ask: Callable[[], bool], *, now: Callable[[], datetime]
    ) -> None:
        self.open = False
        self._store = store
        self._calls = calls
        self._call = ask
        self._now = now
        self._asking = False

    @property
    def error(self) -> str | None:
        """Slack's error while it refuses the app ("token_revoked"), else None; from any thread."""
        try:
            trouble = delivering.trouble(self._store)
        except Unavailable:
            return None
        return None if trouble is None else trouble.error

    def look(self) -> None:
        """Learns whether it is open, from the database."""
        self.open = delivering.trouble(self._store) is not None

    def ask(self) -> None:
        """Asks Slack whether it takes the app again, if no process has asked lately."""
        if not self._asking and delivering.may_ask(self._store, now=self._now(), every=ASK_EVERY):
            self._asking = True
            self._calls.start(self._call, self._answered, otherwise=False)

    def _answered(self, taken: bool, _at: float) -> Then:
        self._asking = False
        if not taken:
            return nothing
        log.warning("Slack takes the app again: what waited is sent")
        return lambda: delivering.accept(self._store, now=self._now())
