"""Whether the conversations whose text is here are still in their helpdesk, asked slowly, again and again.

No helpdesk lists all that was deleted (from the trash, by a privacy request, long after the last message), and a
webhook may be lost or not set up. So each text that a helpdesk gave us is asked for again, and what is gone there
goes here too: within `PERIOD`, of up to `CEILING` x `PASSES` texts of one helpdesk (14,400; each further 1,000 add
3 h 20 min to either `SPREAD`).

"Not found" alone purges nothing: another workspace's key finds nothing either. A witness must be found after it, a
conversation that was in that account when the missing one was there last, with the opening that we know of it. And
what nobody asked for is looked for twice, a day apart, before its text goes.
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from iqs.errors import Invalid, IQSError, NotFound, Unavailable
from iqs.helpdesk.base import Helpdesk, Later, Presence, Stopped
from iqs.services import purging
from iqs.storage.repositories import sightings, syncs
from iqs.storage.repositories.sightings import Due
from iqs.storage.store import Store, Tx

FRESH = timedelta(days=2)
"""For how long a text that was found is not asked for."""

SPREAD = timedelta(days=2)
"""All texts of a helpdesk that come due together are asked for within this time."""

AGAIN = timedelta(days=1)
"""When one that was not found, or not told about, is asked for again."""

PERIOD = FRESH + SPREAD + AGAIN + SPREAD
"""A week: so long after its conversation was deleted a text leaves at the latest, while the helpdesk and we are up."""

EVERY = timedelta(minutes=2)
"""How often a few of a helpdesk's texts are asked for."""

PASSES = SPREAD // EVERY
CEILING = 10
"""Texts of one helpdesk in one pass: one call each, 5 a minute at most (Front's smallest plan allows 50)."""

LEASE = timedelta(minutes=10)
"""For how long a pass keeps other processes from beginning one."""

OUT = timedelta(minutes=30)
REFUSED = timedelta(hours=1)
DOUBTED = timedelta(hours=1)
"""How long no text of a helpdesk is asked for that was out, that refused our key, and that is in doubt."""

LONGEST = timedelta(days=1)
"""No rest is longer, so one that ends later was begun before a clock was set back."""

ALIKE = timedelta(seconds=1)
"""Openings that are told this close to each other are one."""

DOUBT = (
    "texts that are here are not found there, nor is anything else of their time. Is its key of another account? "
    "Nothing was deleted here."
)


class Doubtful(Unavailable):
    """A conversation is not found, and that does not prove that it was deleted."""


@dataclass(slots=True)
class Rechecked:
    """What a pass did: texts that are there, that were missed for the first time, and that were purged."""

    found: int = 0
    missed: int = 0
    purged: int = 0


def recheck(store: Store, helpdesk: Helpdesk, *, now: datetime) -> Rechecked:
    """Asks for the few texts of this helpdesk that waited longest; nothing to do between two passes.

    How many follows the number held, so that all are asked for within `SPREAD` of coming due. Raises `Unavailable`
    when the helpdesk is out or in doubt (kept as `sync.doubt`) and `Invalid` when it refuses our key; then it rests.
    """
    outcome = Rechecked()
    source = helpdesk.source
    begun = store.transact(partial(_begin, source=source, now=now))
    if begun is None:
        return outcome
    waiting, held, doubt = begun
    try:
        for each in waiting[: -(-held // PASSES)]:
            mine = partial(sightings.take, conversation_id=each.conversation_id, now=now, until=now + AGAIN)
            if store.transact(mine):
                _ask(store, helpdesk, each, outcome, now=now)
    except Stopped:
        raise  # the lease runs out by itself, here and where nobody foresaw what came up
    except Doubtful as error:
        _end(store, source, recheck_after=now + DOUBTED, doubt=str(error))
        raise
    except IQSError as error:
        _end(store, source, recheck_after=now + _rest(error))
        raise
    over = outcome.found or not held  # only what is found there speaks against a doubt
    _end(store, source, recheck_after=now + EVERY, doubt=None if over else doubt)
    return outcome


def demand_gone(store: Store, helpdesk: Helpdesk, external_id: str) -> None:
    """Returns for a conversation that was not found, if it is really gone from the account that it was in.

    Raises `Doubtful` when it is there after all, and when nothing of its account is found; and what the helpdesk
    raises.
    """
    with suppress(NotFound):
        _opened(helpdesk, external_id)
        raise Doubtful("The helpdesk has this conversation, but does not tell all of its text just now.")
    _demand_witness(store, helpdesk, external_id)


def _begin(tx: Tx, source: str, now: datetime) -> tuple[list[Due], int, str | None] | None:
    """What waits, how many texts are held and what is in doubt; None while it is not our turn."""
    if not syncs.take_recheck(tx, source, now=now, until=now + LEASE, longest=LONGEST):
        return None
    sightings.bring_forward(tx, source, now=now, latest=now + FRESH)
    waiting = sightings.due(tx, source, now=now, limit=CEILING)
    return waiting, sightings.held(tx, source, limit=CEILING * PASSES), syncs.of(tx, source).doubt


def _ask(store: Store, helpdesk: Helpdesk, text: Due, outcome: Rechecked, *, now: datetime) -> None:
    try:
        told = _opened(helpdesk, text.external_id)
    except NotFound:
        _demand_witness(store, helpdesk, text.external_id)
    else:
        if not _same(told, text.opened_at):
            return  # another one that has its id: of ours nothing was told
        again = now + FRESH
        store.transact(partial(sightings.saw, conversation_id=text.conversation_id, now=now, ask_at=again))
        outcome.found += 1
        return
    if text.missing_at is None:
        store.transact(partial(sightings.missed, conversation_id=text.conversation_id, now=now))
        outcome.missed += 1
    else:
        outcome.purged += purging.purge(store, helpdesk.source, text.external_id, now=now)


def _demand_witness(store: Store, helpdesk: Helpdesk, external_id: str) -> None:
    with store.read() as tx:
        witnesses = sightings.witnesses(tx, helpdesk.source, external_id)
    for each in witnesses:
        with suppress(NotFound):
            told = _opened(helpdesk, each.external_id)
            if told is not None and _same(told, each.opened_at):
                return
    raise Doubtful(DOUBT)


def _opened(helpdesk: Helpdesk, external_id: str) -> datetime | None:
    """When a conversation was opened, as the helpdesk says now. Raises NotFound."""
    if isinstance(helpdesk, Presence):
        return helpdesk.look_up(external_id)
    return helpdesk.fetch(external_id).opened_at


def _same(told: datetime | None, known: datetime | None) -> bool:
    """Whether an id is still of the conversation we know: numbers are given in every account."""
    return told is None or known is None or abs(told - known) < ALIKE


def _rest(error: IQSError) -> timedelta:
    if isinstance(error, Later):
        return timedelta(seconds=error.seconds)
    return REFUSED if isinstance(error, Invalid) else OUT


def _end(store: Store, source: str, **values: Any) -> None:
    with suppress(Unavailable):  # the database is out too: the lease runs out by itself
        store.transact(partial(syncs.put_recheck, source=source, values=values))
