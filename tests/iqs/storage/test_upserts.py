"""An upsert inserts what is new and sets what is known, in one statement, on both databases."""

import pytest
from sqlalchemy import select

from iqs.storage.repositories import people, teams
from iqs.storage.tables import Membership, Scorecard, Setting
from iqs.storage.upserts import insert, upsert


def values(tx):
    return {row.name: row.value for row in tx.execute(select(Setting.name, Setting.value))}


def test_new_rows_are_added_and_known_ones_set(store):
    """Rows are told apart by the key columns given; no rows do nothing."""
    with store.write() as tx:
        upsert(tx, Setting, [{"name": "a", "value": 1}, {"name": "b", "value": 2}], ["name"])
        upsert(tx, Setting, [{"name": "b", "value": 3}, {"name": "c", "value": 4}], ["name"])
        upsert(tx, Setting, [], ["name"])
        assert values(tx) == {"a": 1, "b": 3, "c": 4}


def test_rows_that_are_all_key_are_kept_once(store):
    """Where there is nothing to set, a known row is left as it is."""
    with store.write() as tx:
        person = people.add(tx, name="Ada", email=None)
        row = {"team_id": teams.add(tx, "Support"), "person_id": person, "role": "agent"}
        for _ in range(2):
            upsert(tx, Membership, [row], list(row))
        assert len(tx.execute(select(Membership.role)).all()) == 1


@pytest.mark.parametrize(("table", "row"), [(Setting, {"name": "a", "value": 1}), (Scorecard, {"name": "a"})])
def test_an_insert_tells_whether_it_inserted(store, table, row):
    """`rowcount` of an INSERT that does nothing on conflict is 1, then 0, with a numbered key or not."""
    with store.write() as tx:
        statement = insert(tx, table).values(row).on_conflict_do_nothing()
        assert [tx.execute(statement).rowcount for _ in range(3)] == [1, 0, 0]
