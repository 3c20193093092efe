"""A draw of a large team is a few statements over many rows, in parts that every database takes."""

from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import event, func, select

from iqs.people import AfterDeadline
from iqs.services import closing, configuring, redrawing
from iqs.storage import numbers, tables
from iqs.storage.repositories import assignments, conversations, draws, fetches, scorecard_notices, unsettled
from tests.world import MONDAY, WEEK, conversation

LATER = MONDAY + timedelta(hours=1)
PARTS = (assignments, conversations, draws, fetches, numbers, scorecard_notices, unsettled)


@contextmanager
def counted(store):
    """The statements that run inside."""
    ran = []

    def note(_connection, _cursor, statement, *_):
        # SQLite does not promise to return new ids in order: SQLAlchemy inserts these rows one by one there.
        if not statement.startswith("INSERT INTO assignment "):
            ran.append(statement)

    event.listen(store.engine, "before_cursor_execute", note)
    try:
        yield ran
    finally:
        event.remove(store.engine, "before_cursor_execute", note)


def quota(world, number):
    configuring.configure(world.store, None, "Support", quota=number, now=MONDAY)


def states(store, table):
    """How many rows are in which state."""
    with store.read() as tx:
        return dict(tx.execute(select(table.state, func.count()).group_by(table.state)).all())


def bare(number):
    """A conversation of which the helpdesk told the header alone."""
    made = conversation(number, "h1", at=MONDAY - timedelta(days=3))
    return {key: value for key, value in made.items() if key != "messages"}


def test_what_a_draw_asks_does_not_grow_with_what_it_hands_out(world):
    """Three conversations an agent or eight, handed out or taken back: as many statements."""
    world.draw()
    ran = {}
    for number in (8, 3):
        quota(world, number)
        with counted(world.store) as statements:
            made = redrawing.redraw(world.store, "Support", WEEK, now=LATER)
        assert len(made.assignments) == 3 * number
        ran[number] = statements
    assert len(ran[8]) == len(ran[3]) < 80


@pytest.mark.parametrize("size", [1, 4, 1_000])
def test_the_parts_make_no_difference(world, monkeypatch, size):
    """However many rows go into a statement, all is handed out, asked for, taken back and expired alike."""
    for each in PARTS:
        monkeypatch.setattr(each, "AT_ONCE", size)
    world.import_(*(bare(100 + n) for n in range(5)))
    quota(world, 8)
    made = world.draw(seed="s")
    assert len({each.conversation for each in made.assignments}) == 24
    assert states(world.store, tables.Assignment) == {"open": 24}
    assert states(world.store, tables.Notice) == {"pending": 24}
    redrawing.redraw(world.store, "Support", WEEK, now=LATER, seed="t")
    configuring.configure(world.store, None, "Support", after_deadline=AfterDeadline.EXPIRE, now=MONDAY)
    assert states(world.store, tables.Assignment) == {"open": 24, "cancelled": 24}
    closing.tick(world.store, now=MONDAY + timedelta(days=30))
    assert states(world.store, tables.Assignment) == {"expired": 24, "cancelled": 24}
    assert states(world.store, tables.Notice) == {"cancelled": 48}
