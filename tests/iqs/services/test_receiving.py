"""What one interaction does is done once, on both databases: the note stands in the transaction of the effect."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from iqs.errors import Repeated
from iqs.services import receiving
from iqs.storage import tables
from iqs.storage.repositories import settings
from tests.world import MONDAY


def put(store, value):
    with store.write() as tx:
        settings.put(tx, "n", value)


def state(store):
    """(what was put, how many interactions are noted)."""
    with store.read() as tx:
        return settings.get(tx, "n"), tx.scalar(select(func.count()).select_from(tables.Inbox))


def test_the_second_delivery_changes_nothing(store):
    """It raises `Repeated` before anything else, whatever it would have done."""
    put(receiving.once(store, "click:1", now=MONDAY), 1)
    with pytest.raises(Repeated):
        put(receiving.once(store, "click:1", now=MONDAY), 2)
    assert state(store) == (1, 1)
    put(receiving.once(store, "click:2", now=MONDAY), 3)
    assert state(store) == (3, 2)


def test_what_failed_is_not_noted(store):
    """A transaction that was taken back can be done again, with the same errand and with another."""
    errand = receiving.once(store, "click:1", now=MONDAY)
    with pytest.raises(ZeroDivisionError), errand.write() as tx:
        settings.put(tx, "n", 1 / 0)
    assert not errand.begun
    assert state(store) == (None, 0)
    put(errand, 1)
    put(errand, 2)  # the errand goes on: what it began with is committed
    assert errand.begun
    assert state(store) == (2, 1)


def test_transact_notes_too(store):
    """Both ways into the database begin with the note."""
    first, second = (receiving.once(store, "click:1", now=MONDAY) for _ in range(2))
    assert first.transact(lambda tx: settings.put(tx, "n", 1)) is None
    with pytest.raises(Repeated):
        second.transact(lambda tx: settings.put(tx, "n", 2))
    assert state(store) == (1, 1)


def test_an_errand_refuses_a_write_inside_a_write(store):
    """An errand is the same store: the outer transaction is handed on instead."""
    errand = receiving.once(store, "click:1", now=MONDAY)
    with store.write(), pytest.raises(RuntimeError, match="inside a transaction"), errand.write():
        pass


def test_of_many_deliveries_at_once_one_acts(store):
    """On two replicas or in two threads: one does it, the others wait for it and are told."""

    def deliver(number):
        try:
            put(receiving.once(store, "click:1", now=MONDAY), number)
        except Repeated:
            return None
        return number

    with ThreadPoolExecutor(8) as pool:
        done = [each for each in pool.map(deliver, range(24)) if each is not None]
    assert len(done) == 1
    assert state(store) == (done[0], 1)


def test_old_notes_are_forgotten(store, monkeypatch):
    """Two days later, a few at a time; younger ones stay."""
    monkeypatch.setattr(receiving, "BATCH", 3)
    for number in range(8):
        put(receiving.once(store, f"click:{number}", now=MONDAY + timedelta(hours=number)), number)
    later = MONDAY + receiving.KEPT + timedelta(hours=5)
    assert receiving.forget(store, now=later) == 5
    assert receiving.forget(store, now=later) == 0
    assert state(store) == (7, 3)
