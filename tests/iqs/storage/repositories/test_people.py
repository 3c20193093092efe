"""A Person comes from the database with every role of every team, and lists leave out whoever cannot act."""

from datetime import UTC, datetime

import pytest

from iqs.people import Role
from iqs.services import enrolling
from iqs.storage.repositories import people, settings, teams

FILE = """team,email,name,roles,slack_user_id
Support,zoe@x.org,Zoe,agent reviewer,U1
Support,ann@x.org,Ann,lead,
Sales,zoe@x.org,Zoe,lead,
Sales,cy@x.org,Cy,,U3
Sales,gone@x.org,Gone,agent,U4
"""


@pytest.fixture
def tx(store):
    enrolling.import_people(store, FILE, now=datetime(2026, 11, 16, tzinfo=UTC))
    enrolling.deactivate(store, "U4")
    with store.read() as tx:
        yield tx


def named(found):
    return [person.name for person in found]


def test_a_person_comes_with_all_roles(tx):
    """Whoever is asked for one team's sake still carries the roles of the others."""
    support, sales = teams.by_name(tx, "support").id, teams.by_name(tx, "Sales").id
    zoe = people.by_slack_id(tx, "U1")
    assert zoe.roles == {
        support: frozenset({Role.AGENT, Role.REVIEWER}), sales: frozenset({Role.LEAD})
    }  # fmt: skip
    assert people.members(tx, support) == [people.by_email(tx, " ANN@x.org"), zoe]
    assert people.by_id(tx, zoe.id) == zoe


def test_lists_leave_out_who_cannot_act(tx):
    """People without roles and inactive people are no members and get no messages; `every` has all."""
    assert named(people.members(tx, teams.by_name(tx, "Sales").id)) == ["Zoe"]
    assert named(people.linked(tx)) == ["Zoe"]
    assert named(people.unlinked(tx)) == ["Ann"]
    assert named(people.every(tx)) == ["Ann", "Cy", "Gone", "Zoe"]


def test_who_is_not_there_is_none(tx):
    """An unknown id, address or Slack user is None, not an error."""
    assert (people.by_id(tx, 404), people.by_email(tx, "x@x.org"), people.by_slack_id(tx, "U404")) == (
        None,
    ) * 3
    assert people.names(tx, [404]) == {}
    assert settings.get(tx, "nothing") is None


def test_a_click_finds_its_person_by_index(sqlite_store):
    """The question that each click asks reads no table from end to end."""
    seen = []
    with sqlite_store.read() as tx:
        raw = tx.connection.dbapi_connection
        raw.set_trace_callback(seen.append)
        people.by_slack_id(tx, "U1")
        raw.set_trace_callback(None)
        (asked,) = [each for each in seen if each.startswith("SELECT")]
        plan = [row[3] for row in tx.exec_driver_sql(f"EXPLAIN QUERY PLAN {asked}")]
    assert not [step for step in plan if step.startswith("SCAN")], plan
