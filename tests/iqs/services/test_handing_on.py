"""Work of people who are not there goes on with others; what they began stays theirs, unless they left for good."""

from datetime import timedelta

from sqlalchemy import select, update

from iqs.assignments import AssignmentState
from iqs.services import delivering, enrolling, handing_on, reviewing
from iqs.storage import tables
from iqs.storage.repositories import assignments, notices
from tests.world import MONDAY

LATER = MONDAY + timedelta(minutes=5)


def test_who_cannot_be_reached_hands_on_what_was_not_begun(world):
    """Each untouched conversation that somebody else may review moves, with a Notice for them and a line of audit."""
    world.draw(seed="some of each")
    rosa, cleo = world.rosa, world.cleo
    begun, *others = world.tasks(rosa)
    reviewing.rate(world.store, rosa, begun, "solution", 4, now=MONDAY)
    movable = [
        each
        for each in others
        if reviewing.open_card(world.store, rosa, each).assignment.reviewee_id != cleo.id
    ]
    assert movable
    before = set(world.tasks(cleo))
    delivering.unreachable(world.store, rosa.id, now=MONDAY)
    assert set(handing_on.hand_on(world.store, now=LATER)) == set(movable)
    assert set(world.tasks(rosa)) == {begun, *others} - set(movable)
    new = set(world.tasks(cleo)) - before
    assert len(new) == len(movable)
    with world.store.read() as tx:
        for number in movable:
            row = assignments.get(tx, number)
            assert (row.state, row.skip_reason) == (AssignmentState.CANCELLED, "reassigned")
            assert notices.by_key(tx, f"scorecard:{number}").state == "cancelled"
        assert all(notices.by_key(tx, f"scorecard:{number}").person_id == cleo.id for number in new)
        kept = tx.scalars(select(tables.Audit.detail).where(tables.Audit.action == "reassign")).all()
    assert {each["why"] for each in kept} == {"reviewer cannot be reached"}
    assert handing_on.hand_on(world.store, now=LATER) == []


def test_who_left_hands_on_too(world):
    """Somebody who was deactivated cannot finish anything, so what they began goes on as well, without its ratings."""
    world.draw(seed="some of each")
    rosa, cleo, begun = world.rosa, world.cleo, world.tasks(world.rosa)
    movable = [
        each
        for each in begun
        if reviewing.open_card(world.store, rosa, each).assignment.reviewee_id != cleo.id
    ]
    for each in begun:
        reviewing.rate(world.store, rosa, each, "solution", 4, now=MONDAY)
    before = set(world.tasks(cleo))
    enrolling.deactivate(world.store, "U4")
    assert sorted(handing_on.hand_on(world.store, now=LATER)) == movable
    new = set(world.tasks(cleo)) - before
    assert len(new) == len(movable)
    assert not any(reviewing.open_card(world.store, cleo, each).draft.ratings for each in new)


def test_nothing_moves_while_everybody_is_there(world):
    """Reachable people keep their work."""
    world.draw()
    assert handing_on.hand_on(world.store, now=LATER) == []


def test_nobody_else_who_is_away_gets_it(world):
    """When every other reviewer is away too, the work stays where it is."""
    world.draw()
    with world.store.write() as tx:
        tx.execute(update(tables.Person).values(unreachable_since=MONDAY))
    assert handing_on.hand_on(world.store, now=LATER) == []
