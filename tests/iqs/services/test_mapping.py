"""A helpdesk's agent becomes a person when somebody who may says so, and never otherwise."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from iqs.errors import Conflict, NotAllowed, NotFound
from iqs.services import mapping, overseeing
from iqs.storage import tables
from iqs.storage.repositories import audit
from tests.world import MONDAY, conversation

CONVERSATION = tables.Conversation
YESTERDAY = MONDAY - timedelta(days=1)


@pytest.fixture
def strangers(world):
    """Two conversations of an agent called Ada, whom nobody is known to be, and one of another."""
    records = [conversation(100 + n, agent, at=YESTERDAY) for n, agent in enumerate(("x1", "x1", "x2"))]
    for record in records:
        record["agent"]["name"] = "Ada"
    world.import_(*records)
    return world


def unmapped(world, person=None, now=MONDAY):
    seen = overseeing.operations(world.store, person or world.max, now=now)
    return [(each.external_id, each.conversations) for each in seen.unmapped]


def conversation_of(world, agent):
    seen = overseeing.operations(world.store, world.max, now=MONDAY)
    return next(each.conversation_id for each in seen.unmapped if each.external_id == agent)


def reviewees(world, agent):
    with world.store.read() as tx:
        return list(
            tx.scalars(select(CONVERSATION.reviewee_id).where(CONVERSATION.agent_external_id == agent))
        )


def test_a_name_maps_nobody(strangers):
    """An agent with the name of one of the team stays unmapped, and is listed with what they did, the busiest first."""
    assert unmapped(strangers) == [("x1", 2), ("x2", 1)]
    assert reviewees(strangers, "x1") == [None, None]


def test_one_click_maps_the_agent_and_all_their_conversations(strangers):
    """Mapped, they are listed no more; conversations old and new are theirs; it stands in the audit."""
    world = strangers
    done = mapping.map_agent(world.store, world.max, conversation_of(world, "x1"), "U2", now=MONDAY)
    assert (done.person.name, done.conversations) == ("Ben", 2)
    assert reviewees(world, "x1") == [world.ben.id] * 2
    assert unmapped(world) == [("x2", 1)]
    world.import_(conversation(200, "x1", at=YESTERDAY))
    assert reviewees(world, "x1") == [world.ben.id] * 3
    with world.store.read() as tx:
        (row,) = [each for each in audit.of(tx, "person", world.ben.id) if each.action == "map"]
    assert (row.actor_id, row.detail["external_id"], row.detail["source"]) == (world.max.id, "x1", "demo")


def test_an_agent_is_one_person(strangers):
    """Again the same changes nothing; somebody else is refused; nobody outside the programme can be chosen."""
    world = strangers
    number = conversation_of(world, "x1")
    for _ in range(2):
        mapping.map_agent(world.store, world.max, number, "U2", now=MONDAY)
    with pytest.raises(Conflict, match="Somebody else"):
        mapping.map_agent(world.store, world.max, number, "U1", now=MONDAY)
    for user in ("U404", "", "U2'"):
        with pytest.raises(NotFound, match="not in the programme"):
            mapping.map_agent(world.store, world.max, conversation_of(world, "x2"), user, now=MONDAY)
    with pytest.raises(NotFound, match="not known any more"):
        mapping.map_agent(world.store, world.max, 99_999, "U2", now=MONDAY)


def test_only_an_admin_maps(strangers):
    """Whose conversations those are concerns every team: no lead decides it, and none sees the list."""
    world = strangers
    number = conversation_of(world, "x1")
    for person in (world.lea, world.rosa, world.ada, world.otto):
        with pytest.raises(NotAllowed):
            mapping.map_agent(world.store, person, number, "U2", now=MONDAY)
    assert unmapped(world, world.lea) == []


def test_agents_of_long_ago_are_not_listed(strangers):
    """Who has closed nothing for a month needs no mapping."""
    assert unmapped(strangers, now=MONDAY + timedelta(days=31)) == []
