"""What is due by the schedules, at each tick of the clock."""

import logging
from collections.abc import Callable
from datetime import datetime

from iqs.services import scheduling
from iqs.services.scheduling import Done
from iqs.storage.store import Store

log = logging.getLogger(__name__)


class Schedules:
    """Runs what is due and tells `ran`; a problem is logged when it comes up, not twice a minute."""

    def __init__(
        self,
        store: Store,
        now: Callable[[], datetime],
        wake: Callable[[], None],
        ran: Callable[[list[Done]], None],
    ) -> None:
        self._store = store
        self._now = now
        self._wake = wake
        self._ran = ran
        self._known: set[tuple[str, str]] = set()

    def __call__(self) -> None:
        """One look."""
        done = scheduling.tick(self._store, now=self._now())
        self._ran(done)
        problems = {(each.team, each.problem) for each in done if each.problem}
        for _, problem in sorted(problems - self._known):
            log.warning("something due has to wait: %s", problem)
        self._known = problems
        if len(problems) < len(done):
            self._wake()
