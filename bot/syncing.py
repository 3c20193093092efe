"""The clock's work with helpdesks: read what was closed, fetch what was drawn, ask whether it is still there.

What changed by it is drawn again.
"""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from threading import Event

from iqs.errors import Conflict, IQSError
from iqs.helpdesk.base import Helpdesk, Stopped
from iqs.services import fetching, rechecking, refreshing, syncing
from iqs.storage.store import Store

log = logging.getLogger(__name__)

STOPPED = "The process stops; the helpdesk is read on at the next start."


class Pause:
    """Sleeps for connectors, but not past the end of the process."""

    def __init__(self) -> None:
        self._stopped = Event()

    def __call__(self, seconds: float) -> None:
        """Raises `Stopped` when the process is to stop: what was read is stored, the rest comes later."""
        if self._stopped.wait(seconds):
            raise Stopped(STOPPED)

    def stop(self) -> None:
        """Ends every sleep now and to come."""
        self._stopped.set()

    @property
    def stopped(self) -> bool:
        """Whether the process is to stop."""
        return self._stopped.is_set()


class Syncing:
    """Reads each helpdesk when it is due; a problem is logged when it comes up, not at every tick.

    `redraw` draws the scorecards of these assignments again and the feedback on these reviews, where they stand.
    """

    def __init__(
        self,
        store: Store,
        helpdesks: Mapping[str, Helpdesk],
        *,
        now: Callable[[], datetime],
        pause: Pause,
        redraw: Callable[[Sequence[int], Sequence[int]], None],
        wake: Callable[[], None],
    ) -> None:
        self._store = store
        self._helpdesks = helpdesks
        self._now = now
        self._pause = pause
        self._redraw = redraw
        self._wake = wake
        self._known: dict[str, str] = {}

    def __call__(self) -> None:
        """One tick. What somebody waits for goes first, and again after each page of a long list."""
        self.fetch()
        broken: list[Exception] = []
        for source, helpdesk in self._helpdesks.items():
            for work in (self._read, self._recheck):
                try:
                    work(source, helpdesk)
                except (Conflict, Stopped):
                    continue  # another process reads it, or will
                except Exception as error:  # noqa: BLE001 - raised below: the others are read first
                    broken.append(error)
        if broken:
            raise ExceptionGroup("helpdesks", broken)

    def fetch(self) -> None:
        """The texts that are wanted by now."""
        fetching.fetch_due(self._store, self._helpdesks, now=self._now())
        self._draw_again()

    def fetch_now(self, conversation_id: int) -> None:
        """One text, for somebody who opens it. Raises NotFound or Unavailable with what to tell them."""
        fetching.fetch_now(self._store, self._helpdesks, conversation_id, now=self._now())
        self._draw_again()

    def _read(self, source: str, helpdesk: Helpdesk) -> None:
        if self._pause.stopped or not syncing.due(self._store, source, now=self._now()):
            return
        what = f"{source} could not be read to the end"
        with self._said_once(what):
            syncing.sync(self._store, helpdesk, now=self._now, progress=lambda _page: self._between())
            self._known.pop(what, None)
            self._draw_again()

    def _recheck(self, source: str, helpdesk: Helpdesk) -> None:
        if self._pause.stopped:
            return
        what = f"whether {source} still has what is here is not known"
        with self._said_once(what):
            done = rechecking.recheck(self._store, helpdesk, now=self._now())
            if done.found:
                self._known.pop(what, None)
            if done.purged:
                self._draw_again()

    @contextmanager
    def _said_once(self, what: str) -> Iterator[None]:
        """A problem that people can understand is logged when it comes up, not at every tick."""
        try:
            yield
        except (Conflict, Stopped):
            raise
        except IQSError as error:
            if self._known.get(what) != str(error):
                log.warning("%s: %s", what, error)
            self._known[what] = str(error)

    def _draw_again(self) -> None:
        """What shows something else now, by this process or by `iqs sync`."""
        stale = refreshing.taken(self._store)
        self._redraw(stale.assignments, stale.reviews)
        if stale.assignments:
            self._wake()  # a conversation may have been handed on

    def _between(self) -> None:
        if self._pause.stopped:
            raise Stopped(STOPPED)
        self.fetch()
