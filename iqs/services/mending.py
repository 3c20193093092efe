"""What people do about messages that do not move: look, send again, give up. The sender is not asked.

Everything goes through the row: a Notice is put into the state from which delivery takes it up by its own rules.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from iqs.access import Action, Facts, Installation, TeamFacts, demand
from iqs.errors import Conflict, Invalid, NotFound, TooLate
from iqs.notices import NoticeKind, NoticeState
from iqs.outbox import Entry, Wait, wait_of
from iqs.people import Person
from iqs.storage.repositories import audit, outbox, people
from iqs.storage.store import Store, Tx

PATIENCE = timedelta(minutes=10)
"""How long a message may be tried again, or looked for, before it is shown as stuck."""

NOBODY = "There is no such message, or it is not yours to send."


def listed(
    store: Store,
    *,
    states: Collection[NoticeState] = (),
    kinds: Collection[NoticeKind] = (),
    now: datetime,
    limit: int = 100,
) -> list[Entry]:
    """Notices for the operator, the oldest due first. Without states: what does not move as it should."""
    with store.read() as tx:
        if states:
            return outbox.listed(tx, states=states, kinds=kinds, limit=limit)
        found = outbox.stuck(tx, now=now, tried_before=now - PATIENCE, limit=limit)
    return [each for each in found if not kinds or each.kind in kinds]


def shown(store: Store, reference: str) -> Entry:
    """The Notice with this key or number, for the operator. NotFound if there is none."""
    with store.read() as tx:
        return _found(tx, reference)


def retry(
    store: Store, actor: Person | None, reference: str | int, *, now: datetime, sure: bool = False
) -> Entry:
    """Sends a Notice again that is dead or waits after a failed try; returns it as it stands then.

    One that may have arrived needs `sure`. It goes back to the state from which the sender first looks for it in
    the conversation, and posts only what it does not find. Where the sender cannot look (no history scope) it is
    posted again, as the person asked for. `actor` None is the operator at the command line.
    Raises NotFound, NotAllowed, Invalid without `sure`, TooLate for what is sent or given up, Conflict for what is
    on its way.
    """
    return store.transact(partial(_retry, actor, reference, now, sure))


def retry_all_dead(store: Store, actor: Person | None, *, now: datetime) -> tuple[list[Entry], list[Entry]]:
    """Sends every dead Notice again that was certainly not posted: (those, the others, which may have arrived)."""
    with store.read() as tx:
        found = [outbox.of_id(tx, each) for each in outbox.dead_ids(tx)]
    again, left = [], []
    for each in found:
        if each is None:
            continue
        if each.maybe:
            left.append(each)
            continue
        current = shown(store, str(each.id))  # no longer dead if it went with the one that tells it
        dead = current.state is NoticeState.DEAD
        again.append(retry(store, actor, each.id, now=now) if dead else current)
    return again, left


def cancel(store: Store, actor: Person | None, reference: str | int, *, now: datetime) -> Entry:
    """Gives a Notice up: it will not be sent, nor looked for. Returns it as it stands then.

    Raises NotFound, NotAllowed, TooLate for what is sent or given up already, Conflict for what is on its way.
    """
    return store.transact(partial(_cancel, actor, reference, now))


def cancel_all(store: Store, entries: Collection[Entry], *, now: datetime) -> None:
    """What `cancel` does for the operator, for all of these as they were `listed` or for none of them."""

    def do(tx: Tx) -> None:
        for each in entries:
            _give_up(tx, None, each, now)

    store.transact(do)


def _retry(actor: Person | None, reference: str | int, now: datetime, sure: bool, tx: Tx) -> Entry:
    entry = _permitted(tx, actor, reference)
    wait = wait_of(entry, now)
    if wait is Wait.OVER:
        raise TooLate(f"Nothing was done: message {entry.id} is {entry.state} already.")
    if wait is Wait.UNDERWAY:
        raise Conflict(f"Message {entry.id} is being sent this moment. Look again in a minute.")
    if wait is Wait.IN_DOUBT:
        raise Conflict(
            f"Message {entry.id} may have arrived and is being looked for; what is not found is sent again by itself."
        )
    if wait in (Wait.PLANNED, Wait.DUE):
        raise Conflict(
            f"Message {entry.id} leaves by itself when its time has come; nothing is wrong with it."
        )
    if wait in (Wait.UNLINKED, Wait.LEFT):
        why = "is not active any more" if wait is Wait.LEFT else "is not linked to Slack yet"
        raise Conflict(f"{entry.to} {why}: message {entry.id} leaves by itself once that has changed.")
    if wait is Wait.MAYBE and not sure:
        raise Invalid(
            f"Message {entry.id} may have arrived: look into the conversation with {entry.to}. If it is not there, "
            "say so (--yes) and it is sent again; if it is there, cancel it."
        )
    for each in outbox.group_of(tx, entry):  # one message, so they leave together again
        _change(tx, each, **_again(wait, now))
    if entry.person_id is not None and not entry.reachable:  # whoever asks for it wants it tried
        people.change(tx, entry.person_id, unreachable_since=None)
    _record(tx, actor, "retry", entry, now=now, detail={"sure": sure} if wait is Wait.MAYBE else {})
    return _found(tx, entry.id)


def _again(wait: Wait, now: datetime) -> dict[str, Any]:
    if wait is Wait.MAYBE:
        # A lease that has run out: the sender takes it for a suspect and looks first. `resent_at` tells it that a
        # person vouched for sending it again where it cannot look.
        return {
            "state": NoticeState.SENDING,
            "lease_until": now,
            "not_before": now,
            "resent_at": now,
            "error": None,
        }
    return {
        "state": NoticeState.PENDING,
        "not_before": now,
        "lease_token": None,
        "lease_until": None,
        "attempts": 0,
        "first_try_at": None,
        "error": None,
    }


def _cancel(actor: Person | None, reference: str | int, now: datetime, tx: Tx) -> Entry:
    entry = _permitted(tx, actor, reference)
    _give_up(tx, actor, entry, now)
    return _found(tx, entry.id)


def _give_up(tx: Tx, actor: Person | None, entry: Entry, now: datetime) -> None:
    wait = wait_of(entry, now)
    if wait is Wait.OVER:
        raise TooLate(f"Nothing was done: message {entry.id} is {entry.state} already.")
    if wait is Wait.UNDERWAY:
        raise Conflict(f"Message {entry.id} is being sent this moment. Look again in a minute.")
    by = "the operator" if actor is None else "an admin or lead"
    _change(tx, entry, state=NoticeState.CANCELLED, error=f"given up by {by}")
    _record(tx, actor, "cancel", entry, now=now, detail={"was": entry.state.value})


def _permitted(tx: Tx, actor: Person | None, reference: str | int) -> Entry:
    entry = _found(tx, reference)
    if actor is not None:
        facts: Facts = Installation() if entry.team_id is None else TeamFacts(entry.team_id, 0)
        demand(actor, Action.MEND, facts)
    return entry


def _found(tx: Tx, reference: str | int) -> Entry:
    text = str(reference).strip()
    number = int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None
    found = outbox.of_key(tx, text) if number is None else outbox.of_id(tx, number)
    if found is None:
        raise NotFound(
            NOBODY if isinstance(reference, int) else f"There is no message “{text}”. See: iqs outbox list"
        )
    return found


def _change(tx: Tx, entry: Entry, *, state: NoticeState, **values: Any) -> None:
    if not outbox.revive(tx, entry, values, state=state):
        raise Conflict(f"Message {entry.id} was taken up by the sender this moment. Look again.")


def _record(
    tx: Tx, actor: Person | None, action: str, entry: Entry, *, now: datetime, detail: dict[str, Any]
) -> None:
    audit.record(
        tx,
        at=now,
        actor_id=None if actor is None else actor.id,
        action=action,
        object="notice",
        object_id=entry.id,
        detail={"key": entry.key, **detail},
    )
