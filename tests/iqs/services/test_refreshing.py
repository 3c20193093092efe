"""Messages that show something else now: remembered by whoever changed them, drawn again once."""

import pytest

from iqs.services import refreshing
from iqs.services.refreshing import Stale


def remember(store, **ids):
    store.transact(lambda tx: refreshing.remember(tx, **ids))


def test_what_is_remembered_is_taken_once(store):
    """In order, each once, whoever remembered it; then nothing is left."""
    assert refreshing.taken(store) == Stale()
    remember(store, assignments=[7, 3])
    remember(store, assignments=[3], reviews=(9,))
    remember(store)
    assert refreshing.taken(store) == Stale((3, 7), (9,))
    assert refreshing.taken(store) == Stale()
    remember(store, reviews=[1])
    assert refreshing.taken(store) == Stale(reviews=(1,))


def test_it_is_remembered_with_the_change(store):
    """A change that is rolled back leaves nothing to draw."""

    def fails(tx):
        refreshing.remember(tx, assignments=[1])
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        store.transact(fails)
    assert refreshing.taken(store) == Stale()
