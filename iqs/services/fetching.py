"""The text of conversations that were drawn or opened, and nothing else, fetched from their helpdesk.

A scorecard leaves when its time has come, with the text or without: who reviews is told to open the conversation
either way, and the excerpt is put into the message as soon as it is here. A draw asks for its texts in its own
transaction, and at night or before work begins they are here long before the first scorecard leaves.
"""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from iqs.assignments import SkipReason
from iqs.conversations import Conversation
from iqs.errors import Invalid, IQSError, NotFound, Unavailable
from iqs.helpdesk.base import Event, Happening, Helpdesk, Later
from iqs.helpdesk.edge import tidied
from iqs.services import purging, rechecking, refreshing, reviewing
from iqs.services.importing import Redaction, merge, prepared
from iqs.storage.repositories import assignments, conversations, fetches, people, sightings
from iqs.storage.repositories.fetches import Wanted
from iqs.storage.store import Store, Tx

log = logging.getLogger(__name__)

BATCH = 20
"""Conversations fetched in one go, so that the clock looks at its other work in between."""

LEASE = timedelta(minutes=5)
"""How long a request is its taker's alone."""

PAUSES = (1, 2, 5, 15, 60, 240)
"""Minutes until a request that failed is tried again; then a day, and after that it is given up."""

DELETED = "This conversation was deleted in the helpdesk; its text is gone here too."
NOT_CONNECTED = "The text of this conversation is not here, and its helpdesk is not connected."
TRY_AGAIN = "The text could not be fetched from the helpdesk just now. Please try again in a minute."


@dataclass(slots=True)
class Fetched:
    """What was done; the messages in Slack that show it are remembered (`refreshing`)."""

    fetched: int = 0
    gone: int = 0
    postponed: int = 0


def announced(store: Store, source: str, events: Iterable[Event], *, now: datetime) -> None:
    """Remembers what a webhook said; it is looked up by `fetch_due`. Twice changes nothing."""
    said: dict[bool, list[str]] = {False: [], True: []}
    for each in events:
        said[each.happening is Happening.DELETED].append(each.external_id)
    for deleted, named in said.items():
        if named:
            store.transact(partial(fetches.want, source=source, external_ids=named, now=now, deleted=deleted))


def fetch_due(
    store: Store, helpdesks: Mapping[str, Helpdesk], *, now: datetime, limit: int = BATCH
) -> Fetched:
    """Fetches what is wanted by now. A helpdesk that is out costs its own requests time, and no other's."""
    outcome = Fetched()
    with store.read() as tx:
        wanted = fetches.due(tx, list(helpdesks), now=now, limit=limit)
    resting: set[str] = set()
    for each in wanted:
        if each.source in resting:
            continue
        if not store.transact(partial(fetches.take, wanted=each, now=now, until=now + LEASE)):
            continue
        try:
            _bring(store, helpdesks[each.source], each, outcome, now=now)
        except IQSError as error:
            outcome.postponed += 1
            resting |= _postponed(store, each, error, now=now)
    return outcome


def fetch_now(
    store: Store, helpdesks: Mapping[str, Helpdesk], conversation_id: int, *, now: datetime
) -> Fetched:
    """Fetches one conversation's text for somebody who opens it; nothing to do when it is here.

    Raises NotFound for one that was deleted, and Unavailable with what to do when it cannot be had.
    """
    outcome = Fetched()
    with store.read() as tx:
        key = conversations.key_of_missing(tx, conversation_id)
    if key is None:
        return outcome
    source, external_id, deleted = key
    if deleted:
        raise NotFound(DELETED)
    helpdesk = helpdesks.get(source)
    if helpdesk is None:
        raise Unavailable(NOT_CONNECTED)
    try:
        _bring(store, helpdesk, Wanted(source, external_id), outcome, now=now)
    except IQSError as error:
        log.info("a text could not be fetched: %s", error)
        store.transact(lambda tx: fetches.want(tx, source, [external_id], now=now))
        raise Unavailable(TRY_AGAIN) from None
    if outcome.gone:
        raise NotFound(DELETED)
    return outcome


def _bring(store: Store, helpdesk: Helpdesk, wanted: Wanted, outcome: Fetched, *, now: datetime) -> None:
    """One conversation, from the helpdesk into the database.

    One that is not found counts as deleted if a signed webhook said so or `rechecking` confirms it; else it is
    `Unavailable`.
    """
    try:
        told = tidied(helpdesk.fetch(wanted.external_id))
    except NotFound:
        if not wanted.deleted:
            rechecking.demand_gone(store, helpdesk, wanted.external_id)
        purging.purge(store, helpdesk.source, wanted.external_id, now=now)
        outcome.gone += 1
        return
    redaction = Redaction.of(store)

    def work(tx: Tx) -> list[int]:
        return _keep(tx, told, redaction, now=now)

    handed_out = store.transact(work)
    outcome.fetched += 1
    for assignment_id in handed_out:
        _apart(store, assignment_id, now=now)


def _keep(tx: Tx, told: Conversation, redaction: Redaction, *, now: datetime) -> list[int]:
    """The text if somebody was given it to review, else the header alone; the open assignments of it."""
    fetches.done(tx, told.source, told.external_id)
    conversation_id = conversations.by_key(tx, told.source, told.external_id)
    if conversation_id is not None and fetches.is_handed_out(tx, conversation_id):
        merge(tx, [prepared(told, redaction, fetched=True)], now=now)
        sightings.saw(tx, conversation_id, now=now, ask_at=now + rechecking.FRESH)
        handed_out = assignments.open_of(tx, conversation_id)
        refreshing.remember(tx, assignments=handed_out)
        return handed_out
    if told.closed_at is not None:
        merge(tx, [prepared(replace(told, messages=()), redaction)], now=now)
    return []


def _apart(store: Store, assignment_id: int, *, now: datetime) -> None:
    """Hands the conversation to another reviewer if its text shows that this one took part in it."""
    with store.read() as tx:
        row = assignments.get(tx, assignment_id)
        assert row is not None  # assignments are never deleted
        reviewer = people.by_id(tx, row.reviewer_id)
        took_part = row.reviewer_id in conversations.participants(tx, row.conversation_id)
    if reviewer is None or not took_part or row.reviewer_id == row.reviewee_id:
        return
    try:
        reviewing.reassign(store, reviewer, assignment_id, now=now)
    except Invalid:
        reviewing.skip(
            store, reviewer, assignment_id, SkipReason.KNOWS_IT, now=now
        )  # nobody else may review it
    store.transact(partial(refreshing.remember, assignments=[assignment_id]))


def _postponed(store: Store, wanted: Wanted, error: IQSError, *, now: datetime) -> set[str]:
    """Tries again later; the helpdesks that had better be left alone for now."""
    if isinstance(error, Later):
        until = now + timedelta(seconds=error.seconds)
        store.transact(lambda tx: fetches.rest(tx, wanted.source, until=until, error=str(error)))
        return {wanted.source}
    if wanted.attempts > len(PAUSES):
        log.warning("a text from %s was given up after %d attempts", wanted.source, wanted.attempts + 1)
        store.transact(lambda tx: fetches.done(tx, wanted.source, wanted.external_id))
        return set()
    minutes = PAUSES[wanted.attempts] if wanted.attempts < len(PAUSES) else 24 * 60
    until = now + timedelta(minutes=minutes)
    store.transact(lambda tx: fetches.postpone(tx, wanted, until=until, error=str(error), failed=True))
    return {wanted.source} if isinstance(error, Unavailable | Invalid) else set()
