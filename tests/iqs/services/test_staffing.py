"""Who can take work, and how much more of it."""

from datetime import date, timedelta

import pytest

from iqs.errors import Invalid
from iqs.services import absenting, delivering, enrolling, reviewing, staffing
from iqs.services.staffing import able
from iqs.storage.repositories import teams
from tests.world import MONDAY

DUE = MONDAY + timedelta(days=4)


def who(world, until=DUE):
    with world.store.read() as tx:
        found = able(tx, teams.by_name(tx, "Support"), now=MONDAY, until=until)
    return {each.person_id: each for each in found}


def test_reviewers_who_are_there_can_take_work(world):
    """Both reviewers, without a limit; agents and leads without the role are none."""
    assert set(who(world)) == {world.rosa.id, world.cleo.id}
    assert {each.capacity for each in who(world).values()} == {None}


def test_who_is_away_or_gone_gets_nothing(world):
    """Out of office for the whole of it, unreachable, or deactivated: left out; back in time: not."""
    rosa = world.rosa
    absenting.away(world.store, None, rosa, date(2026, 11, 16), date(2026, 11, 20), now=MONDAY)
    assert set(who(world)) == {world.cleo.id}
    assert set(who(world, MONDAY + timedelta(days=8))) == {rosa.id, world.cleo.id}
    absenting.back(world.store, None, rosa, now=MONDAY)
    assert rosa.id in who(world)
    delivering.unreachable(world.store, rosa.id, now=MONDAY)
    assert set(who(world)) == {world.cleo.id}
    enrolling.deactivate(world.store, "U3")
    assert who(world) == {}


def test_open_work_counts_against_capacity(world):
    """Six a cycle and some of them open leaves the rest; more open than allowed leaves none."""
    world.draw()
    mine = len(world.tasks(world.rosa))
    staffing.limit(world.store, "Support", world.rosa, mine + 2, now=MONDAY)
    assert who(world)[world.rosa.id].capacity == 2
    staffing.limit(world.store, "Support", world.rosa, mine - 1, now=MONDAY)
    assert who(world)[world.rosa.id].capacity == 0
    staffing.limit(world.store, "Support", world.rosa, None, now=MONDAY)
    assert who(world)[world.rosa.id].capacity is None


def test_a_draw_keeps_to_capacity_and_tells_what_is_left_over(world):
    """Two and one: three of nine are handed out, and the rest is counted with its reason."""
    staffing.limit(world.store, "Support", world.rosa, 2, now=MONDAY)
    staffing.limit(world.store, "Support", world.cleo, 1, now=MONDAY)
    done = world.draw()
    assert (len(done.assignments), done.unshared) == (3, 6)
    assert done.unshared_why == {"no reviewer has room": 6}


def test_a_people_file_sets_capacities(world):
    """Where a line says one; an empty one leaves it, "none" takes it away, and the same file again changes nothing."""

    def said(word):
        line = f"Support,rosa@example.com,Rosa,reviewer,{word}\nSupport,nia@example.com,Nia,reviewer,7\n"
        done = enrolling.import_people(world.store, f"team,email,name,roles,capacity\n{line}", now=MONDAY)
        return who(world)[world.rosa.id].capacity, done.unchanged

    assert said("3") == (3, 0)
    assert said("3") == (3, 2)
    assert said("") == (3, 2)
    assert said("none") == (None, 1)
    assert 7 in {each.capacity for each in who(world).values()}


def test_nobody_with_room_is_no_crash(world):
    """Capacity 0 for everybody: nothing is handed out, and the reason is told."""
    for person in (world.rosa, world.cleo):
        staffing.limit(world.store, "Support", person, 0, now=MONDAY)
    done = world.draw()
    assert (done.assignments, done.unshared, done.saved) == ((), 9, False)


def test_a_limit_that_cannot_be_is_refused(world):
    """Below nothing, or of somebody who reviews nothing there."""
    with pytest.raises(Invalid, match="0 to"):
        staffing.limit(world.store, "Support", world.rosa, -1, now=MONDAY)
    with pytest.raises(Invalid, match="no reviewer"):
        staffing.limit(world.store, "Support", world.ada, 3, now=MONDAY)


def test_pairs_of_the_last_weeks_are_known(world):
    """What is submitted and what is open counts, for eight weeks."""
    world.draw()
    task = world.tasks(world.rosa)[0]
    reviewee = reviewing.card_of_notice(world.store, task).assignment.reviewee_id
    before = who(world)[world.rosa.id].seen
    assert sum(before.values()) == len(world.tasks(world.rosa))
    world.rate_all(world.rosa, task)
    reviewing.submit(world.store, world.rosa, task, now=MONDAY)
    assert who(world)[world.rosa.id].seen == before
    with world.store.read() as tx:
        later = staffing.pairs(tx, [world.rosa.id], now=MONDAY + timedelta(weeks=9))
    assert later[world.rosa.id].get(reviewee, 0) == before[reviewee] - 1
