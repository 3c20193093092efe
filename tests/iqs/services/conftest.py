"""The world of `tests/world.py` on both databases."""

import pytest

from tests.world import build


@pytest.fixture
def world(store):
    """A small team with closed conversations in a store; the test runs on SQLite and on PostgreSQL."""
    return build(store)
