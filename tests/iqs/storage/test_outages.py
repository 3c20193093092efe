"""An outage is told from a mistake, and what may be done again from what may have happened."""

import psycopg
import pytest
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from iqs.errors import Unavailable
from iqs.storage.outages import BUSY, CANNOT_READ, NOTHING_SAVED, UNSURE, may_repeat, raise_outage

GIVEN_UP = ["40001", "40P01"]
CUT_OFF = ["08000", "08003", "08006", "57P01", "57P02", "57P03"]
OTHER = ["23505", "22012", "42601", "57014"]


def failed(state, *, lost=False):
    """What SQLAlchemy raises when PostgreSQL answers so; `lost`: the connection broke with it."""
    original = psycopg.errors.lookup(state)("…") if state else psycopg.OperationalError("…")
    return DBAPIError("SELECT 1", None, original, connection_invalidated=lost)


@pytest.mark.parametrize("state", GIVEN_UP)
def test_what_was_given_up_is_done_again_even_from_its_commit(state):
    """A serialisation failure and a deadlock leave nothing, whenever they come."""
    assert may_repeat(failed(state), saving=False)
    assert may_repeat(failed(state), saving=True)


@pytest.mark.parametrize("state", CUT_OFF)
@pytest.mark.parametrize("lost", [True, False])
def test_a_server_that_goes_leaves_nothing_before_the_commit(state, lost):
    """At the commit nobody knows, and the sentence says so: again does no harm."""
    assert may_repeat(failed(state, lost=lost), saving=False)
    assert not may_repeat(failed(state, lost=lost), saving=True)
    with pytest.raises(Unavailable, match=UNSURE):
        raise_outage(failed(state, lost=lost), saving=True)
    with pytest.raises(Unavailable, match=NOTHING_SAVED):
        raise_outage(failed(state, lost=lost))
    with pytest.raises(Unavailable, match=CANNOT_READ):
        raise_outage(failed(state, lost=lost), reading=True)


def test_a_connection_that_just_broke_is_a_server_that_went():
    """Without a word from the server there is no code."""
    assert may_repeat(failed(None, lost=True), saving=False)
    assert not may_repeat(failed(None, lost=True), saving=True)


@pytest.mark.parametrize("state", OTHER)
def test_everything_else_is_not_done_again(state):
    """A broken rule, a mistake and a timeout would come again."""
    assert not may_repeat(failed(state), saving=False)


def test_no_free_connection_is_a_busy_database():
    """And waiting once more would only take longer."""
    error = PoolTimeoutError("…")
    assert not may_repeat(error, saving=False)
    with pytest.raises(Unavailable, match=BUSY):
        raise_outage(error)


def test_a_mistake_is_no_outage():
    """It stays what it is."""
    assert raise_outage(failed("23505")) is None
