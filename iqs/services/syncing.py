"""Reading a helpdesk's closed conversations: forward from where it stopped, a page a transaction, one reader at a time.

The cursor is saved with its page, so a stop anywhere costs at most that page. What overlaps is told twice and
changes nothing; of two accounts of one conversation the newer counts. Only headers are read here: the text of
what was drawn or opened is `fetching`'s.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from secrets import token_hex
from threading import Thread
from typing import Any, Generic, TypeVar

from iqs.errors import Conflict, Invalid, IQSError, NotFound, Unavailable
from iqs.helpdesk.base import (
    Dated,
    Deletions,
    Helpdesk,
    Later,
    Page,
    Refused,
    Relisting,
    Stopped,
    Surveyed,
    Surveys,
)
from iqs.helpdesk.edge import tidied
from iqs.services import purging
from iqs.services.importing import Redaction, merge, prepared
from iqs.storage.repositories import records, syncs
from iqs.storage.repositories.syncs import Standing
from iqs.storage.store import Store, Tx

T = TypeVar("T")

FIRST = timedelta(days=90)
"""How far back the first sync reads, unless it is told."""

BEHIND = timedelta(minutes=2)
"""The end of a window is this long ago: what closed later may not be listed yet."""

OVERLAP = timedelta(minutes=10)
"""How far a window reaches back into the one before."""

LATE = timedelta(days=30)
"""How long after the closing survey answers are looked for."""

PAGES = 10_000
"""Pages of survey answers, or of what was deleted: a list that has more has no end."""

EVERY = timedelta(minutes=10)
"""How often the clock reads a helpdesk."""

LEASE = timedelta(minutes=10)
"""A reader says at each page that it lives; longer than the longest page with all its repetitions."""

RETRY = timedelta(minutes=2)
REFUSED = timedelta(minutes=15)
"""How long a helpdesk rests that was out, and one that refused our key."""

BUSY = "Another process reads it just now."
BROKEN = "Something unexpected came up while it was read; the log says where. We will try again."


@dataclass(slots=True)
class Synced:
    """What a sync did. `listed` headers were read: new + updated + unchanged + `unread`, which made no sense."""

    source: str
    listed: int = 0
    new: int = 0
    updated: int = 0
    unchanged: int = 0
    unread: int = 0
    answers: int = 0
    deleted: int = 0
    since: datetime | None = None
    complete_until: datetime | None = None


def sync(
    store: Store,
    helpdesk: Helpdesk,
    *,
    now: Callable[[], datetime],
    since: datetime | None = None,
    impatient: bool = False,
    progress: Callable[[Page], None] | None = None,
) -> Synced:
    """Reads what was closed since the last time, or what is left of a window that was interrupted.

    `since` bounds the first sync (else 90 days), and reads again from there when it lies before what was read.
    `impatient` asks a helpdesk that wanted to be left alone. What stops it is kept in `sync.error` and raised:
    `Conflict` while another process reads, `Later` and `Unavailable` when the helpdesk is out, `Invalid` when it
    refuses our key. Whatever was read until then stays.
    """
    reader = _Reader(store, helpdesk, now, token_hex(8))
    standing = reader.claim(impatient=impatient)
    try:
        standing = reader.window(standing, since)
        if standing.window_until is not None:
            standing = reader.headers(standing, progress)
        reader.late(standing)
    except Stopped:
        reader.release()
        raise
    except IQSError as error:
        reader.rest(error)
        raise
    except Exception:
        reader.rest(Unavailable(BROKEN))
        raise
    except BaseException:
        reader.release()
        raise
    reader.release(finished_at=now(), error=None)
    return reader.outcome


def due(store: Store, source: str, *, now: datetime) -> bool:
    """Whether the clock should read this helpdesk."""
    with store.read() as tx:
        standing = syncs.of(tx, source)
    if standing.rests(now):
        return False
    if standing.finished_at is None:
        return True
    return not timedelta(0) <= now - standing.finished_at < EVERY  # later than now: a clock was set back


def standings(store: Store) -> tuple[Standing, ...]:
    """How far each helpdesk has been read, and what stopped it."""
    with store.read() as tx:
        return syncs.every(tx)


class _Reader:
    """One run over one helpdesk, under one lease."""

    def __init__(self, store: Store, helpdesk: Helpdesk, now: Callable[[], datetime], token: str) -> None:
        self._store = store
        self._helpdesk = helpdesk
        self._now = now
        self._token = token
        self._redaction = Redaction.of(store)
        self.outcome = Synced(helpdesk.source)

    def claim(self, *, impatient: bool) -> Standing:
        """Raises Conflict while another process reads."""

        def work(tx: Tx) -> Standing | None:
            return syncs.claim(
                tx, self._helpdesk.source, self._token, now=self._now(), lease=LEASE, impatient=impatient
            )

        taken = self._store.transact(work)
        if taken is None:
            raise Conflict(f"{self._helpdesk.source}: {BUSY}")
        return taken

    def window(self, standing: Standing, since: datetime | None) -> Standing:
        """The window to read: what is left of an interrupted one, else from the last one's end to now."""
        until = self._now() - BEHIND
        half_done = standing.window_until is not None and standing.window_from is not None
        if half_done and (since is None or (standing.window_from or since) <= since):
            return standing
        start = self._start(standing, since, until)
        ahead = start >= until
        if ahead and standing.complete_until is None:
            return standing
        if ahead:  # a clock was set back: nobody knows how far it was really read
            start = until - LATE
            standing = self._put(complete_until=start, ratings_until=start)
        values: dict[str, Any] = {"window_from": start, "window_until": until, "cursor": None, "listed": 0}
        asked = (standing.ratings_until or until - LATE) - OVERLAP
        if start < asked and not isinstance(self._helpdesk, Relisting):
            values["ratings_until"] = start  # who reads further back wants the survey answers from there too
        return self._put(**values)

    def headers(self, standing: Standing, progress: Callable[[Page], None] | None) -> Standing:
        """Reads the window to its end. A cursor that is not taken any more begins it anew, once."""
        assert standing.window_from is not None
        assert standing.window_until is not None
        self.outcome.since = standing.window_from
        ask = partial(self._helpdesk.list_closed, standing.window_from, standing.window_until)
        restarted = False
        asked = {standing.cursor}
        coming = Ahead(partial(ask, standing.cursor))
        while True:
            try:
                page = coming.result()
            except (Refused, NotFound) as error:
                if standing.cursor is None or restarted:
                    raise Unavailable(str(error)) from None
                restarted = True
                standing = self._put(cursor=None, listed=0)
                asked = {None}
                coming = Ahead(partial(ask, None))
                continue
            standing = self._within_their_time(standing)
            if page.cursor is None:
                return self._kept(standing, page, progress)
            if page.cursor in asked:
                raise Unavailable(f"{self._helpdesk.source} gave the same page twice; we will try again.")
            asked.add(page.cursor)
            coming = Ahead(partial(ask, page.cursor))  # on its way while this one is stored
            standing = self._kept(standing, page, progress)

    def late(self, standing: Standing) -> None:
        """What was deleted, and survey answers that came after the closing; told again they change nothing.

        What was deleted goes first: an account that refuses its surveys keeps no text here for it.
        """
        until = standing.complete_until
        if until is None:
            return
        since = (standing.ratings_until or until - LATE) - OVERLAP
        self._purge_deleted(since, until)
        self._take_answers(since, until)
        if not isinstance(self._helpdesk, Relisting):
            self._put(ratings_until=until)

    def rest(self, error: IQSError) -> None:
        """Gives the helpdesk back with the reason, until it makes sense to ask again."""
        now = self._now()
        if isinstance(error, Later):
            until = now + timedelta(seconds=error.seconds)
        else:
            until = now + (REFUSED if isinstance(error, Invalid) else RETRY)
        self.release(error=str(error)[: syncs.ERROR], lease_until=until)

    def release(self, **values: Any) -> None:
        """Gives the helpdesk back; when the database is out too, the lease runs out by itself."""
        kept = {"lease_until": None, **values}
        with suppress(Unavailable):
            self._store.transact(
                lambda tx: syncs.put(tx, self._helpdesk.source, self._token, lease_token=None, **kept)
            )

    def _purge_deleted(self, since: datetime, until: datetime) -> None:
        helpdesk = self._helpdesk
        if not isinstance(helpdesk, Deletions):
            return
        for gone in self._pages(partial(helpdesk.list_deleted, since, until)):
            for external_id in gone:
                self.outcome.deleted += purging.purge(
                    self._store, helpdesk.source, external_id, now=self._now()
                )

    def _take_answers(self, since: datetime, until: datetime) -> None:
        helpdesk = self._helpdesk
        if not isinstance(helpdesk, Surveys):
            return

        def ask(cursor: str | None) -> tuple[tuple[Surveyed, ...], str | None]:
            page = helpdesk.list_answers(since, until, cursor)
            return page.answers, page.cursor

        for answers in self._pages(ask):
            self.outcome.answers += self._store.transact(
                partial(records.answered, source=helpdesk.source, answers=answers)
            )

    def _pages(
        self, ask: Callable[[str | None], tuple[tuple[T, ...], str | None]]
    ) -> Iterator[tuple[T, ...]]:
        """A list's pages; it ends where it turns in circles. The lease is renewed between them."""
        cursor: str | None = None
        asked: set[str | None] = set()
        while cursor not in asked:
            if len(asked) == PAGES:
                raise Unavailable(
                    f"{self._helpdesk.source} gives page after page without an end; we will try again."
                )
            asked.add(cursor)
            told, cursor = ask(cursor)
            yield told
            if cursor is None:
                return
            self._put()

    def _within_their_time(self, standing: Standing) -> Standing:
        """The window, which ends before the helpdesk's own time: what happens later is not listed yet.

        Our clock may be ahead of theirs. Up to two minutes the overlap makes up for, so nothing changes.
        """
        assert standing.window_until is not None
        told = self._helpdesk.told_at if isinstance(self._helpdesk, Dated) else None
        if told is None or standing.window_until <= told:
            return standing
        return replace(standing, window_until=told - BEHIND)

    def _start(self, standing: Standing, since: datetime | None, until: datetime) -> datetime:
        if standing.complete_until is None:
            return since or until - FIRST
        start = standing.complete_until - OVERLAP
        if isinstance(self._helpdesk, Relisting) and (
            standing.ratings_until is None or until - standing.ratings_until >= self._helpdesk.relists_every
        ):
            start = min(start, until - LATE)
        return start if since is None else min(start, since)

    def _kept(self, standing: Standing, page: Page, progress: Callable[[Page], None] | None) -> Standing:
        """Stores the page and where it ends, in one transaction."""
        assert standing.window_until is not None
        batch = [prepared(tidied(each), self._redaction) for each in page.headers]
        listed = standing.listed + len(batch) + page.unread
        values: dict[str, Any] = {
            "cursor": page.cursor,
            "listed": listed,
            "window_until": standing.window_until,
        }
        if page.cursor is None:
            values |= {"window_from": None, "window_until": None}
            before = standing.complete_until
            values["complete_until"] = max(standing.window_until, before or standing.window_until)
            if isinstance(self._helpdesk, Relisting) and self._reaches_back(standing):
                values["ratings_until"] = standing.window_until

        def work(tx: Tx) -> tuple[int, int]:
            self._claimed(tx, **values)
            return merge(tx, batch, now=self._now())

        new, updated = self._store.transact(work)
        self.outcome.listed += len(batch) + page.unread
        self.outcome.unread += page.unread
        self.outcome.new += new
        self.outcome.updated += updated
        self.outcome.unchanged += len(batch) - new - updated
        kept = replace(standing, **values)
        self.outcome.complete_until = kept.complete_until
        if progress is not None:
            progress(page)
        return kept

    def _reaches_back(self, standing: Standing) -> bool:
        """Whether the window began so long ago that every late answer of its list was read."""
        return standing.window_from is not None and standing.window_from <= self._now() - LATE

    def _put(self, **values: Any) -> Standing:
        def work(tx: Tx) -> Standing:
            self._claimed(tx, **values)
            return syncs.of(tx, self._helpdesk.source)

        return self._store.transact(work)

    def _claimed(self, tx: Tx, **values: Any) -> None:
        """Sets columns and renews the lease. Raises Conflict when another process has taken over."""
        if not syncs.put(tx, self._helpdesk.source, self._token, lease_until=self._now() + LEASE, **values):
            raise Conflict(f"{self._helpdesk.source}: {BUSY}")


class Ahead(Generic[T]):
    """A call that is already on its way in a thread; one that nobody waits for any more keeps no process alive."""

    def __init__(self, call: Callable[[], T]) -> None:
        self._call = call
        self._result: list[T] = []
        self._error: BaseException | None = None
        self._thread = Thread(target=self._run, name="iqs-page-ahead", daemon=True)
        self._thread.start()

    def result(self) -> T:
        """What the call returned, or raises what it raised."""
        self._thread.join()
        if self._error is not None:
            raise self._error
        return self._result[0]

    def _run(self) -> None:
        try:
            self._result.append(self._call())
        except BaseException as error:  # noqa: BLE001 - raised where the result is asked for
            self._error = error
