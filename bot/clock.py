"""The ticker: runs its tasks every 30 seconds. Which periods are due is decided by the services."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.background import BackgroundScheduler

from bot.errors import where
from iqs.errors import IQSError, Unavailable

log = logging.getLogger(__name__)

TICK_SECONDS = 30
SOON_SECONDS = 5


class Clock:
    """Runs each of `tasks` (by name) at every tick; one that fails does not stop the rest.

    From memory, in UTC, by interval: a scheduler's own store doubles runs with two replicas, and its cron
    loses or doubles days where clocks change. While the database is out of reach it ticks more often, so that
    nothing waits for long once it is back.
    """

    def __init__(
        self,
        tasks: dict[str, Callable[[], object]],
        *,
        seconds: float = TICK_SECONDS,
        soon: float = SOON_SECONDS,
    ) -> None:
        self._tasks = tasks
        self._soon = timedelta(seconds=soon)
        self._scheduler = BackgroundScheduler(timezone=UTC)
        self._job = self._scheduler.add_job(
            self._tick,
            "interval",
            seconds=seconds,
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,
            next_run_time=datetime.now(UTC),  # the first tick comes at the start, not after 30 seconds
        )

    def start(self) -> None:
        """Ticks once now, and from then on."""
        self._scheduler.start()

    def tick(self) -> bool:
        """Runs every task once; returns whether all could reach what they need."""
        reached = True
        for name, task in self._tasks.items():
            try:
                task()
            except IQSError as error:
                reached = reached and not isinstance(error, Unavailable)
                log.warning("%s waits: %s", name, error)
            except Exception as error:  # noqa: BLE001 - the next tick tries again
                inner = error.exceptions[0] if isinstance(error, ExceptionGroup) else error
                log.error("%s failed: %s at %s", name, type(inner).__name__, where(inner))  # noqa: TRY400 - no values
        return reached

    def stop(self) -> None:
        """Waits for the task in hand, then stops."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=True)

    def _tick(self) -> None:
        if not self.tick() and self._scheduler.running:
            self._job.modify(next_run_time=datetime.now(UTC) + self._soon)
