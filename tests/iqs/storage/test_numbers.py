"""Statements over thousands of numbers give the same however they are parted, on both databases."""

import pytest
from sqlalchemy import event

from iqs.storage import numbers

LARGEST = 2**63 - 1
PAIRS = "SELECT a, b FROM wanted w ORDER BY a, b"


@pytest.fixture
def said(store):
    """What reaches the driver."""
    found = []
    event.listen(store.engine, "before_cursor_execute", lambda *call: found.append(call[2]))
    return found


@pytest.mark.parametrize("size", [1, 2, 3, 1_000])
def test_every_row_is_asked_for_once(store, monkeypatch, size):
    """Parts of any size; the largest number a column holds and the smallest come back as they were."""
    monkeypatch.setattr(numbers, "AT_ONCE", size)
    rows = [(n, -n) for n in range(7)] + [(LARGEST, -LARGEST - 1)]
    with store.read() as tx:
        assert [tuple(row) for row in numbers.ask(tx, PAIRS, rows, ("a", "b"))] == rows


def test_more_rows_than_are_held_at_a_time(store):
    """They are fetched some hundreds at a time, to the last."""
    rows = numbers.column(range(2 * numbers.FEW + 1))
    with store.read() as tx:
        assert len(list(numbers.ask(tx, "SELECT n FROM wanted w", rows, ("n",)))) == len(rows)


def test_nothing_is_asked_for_nothing(store, said):
    """Without rows no statement is made."""
    with store.write() as tx:
        before = len(said)
        assert list(numbers.ask(tx, PAIRS, [], ("a", "b"))) == []
        numbers.do(tx, "DELETE FROM lot WHERE conversation_id IN (SELECT n FROM wanted)", [], ("n",))
        numbers.insert(tx, "lot_day", "person_id, day, places, eligible", [])
        assert len(said) == before


def test_only_numbers_become_part_of_a_statement(store):
    """What is filled in beside the rows is a number or refused."""
    asked = "SELECT a FROM wanted w WHERE a > {least}"
    with store.read() as tx:
        assert [row[0] for row in numbers.ask(tx, asked, [(1,), (5,)], ("a",), least=3)] == [5]
        with pytest.raises(ValueError, match="invalid literal"):
            list(numbers.ask(tx, asked, [(1,)], ("a",), least="0; DROP TABLE lot"))


def test_a_column_is_in_order():
    """Ascending, whatever order a set has."""
    assert numbers.column({3, 1, 2}) == [(1,), (2,), (3,)]
