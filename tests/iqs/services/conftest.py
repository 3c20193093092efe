"""The world of `tests/world.py` on both databases."""

import pytest

from tests.world import World, fill, fill_and_draw


@pytest.fixture
def world(store, furnish):
    """A small team with closed conversations in a store; the test runs on SQLite and on PostgreSQL."""
    furnish(store, fill)
    return World(store)


@pytest.fixture
def drawn(store, furnish):
    """The same with week 46 of Support drawn on Monday at nine; the work is due a week later."""
    furnish(store, fill_and_draw)
    return World(store)
