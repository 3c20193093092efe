"""One assignment follows another: to whom it may go, what comes in place of a skipped one, and the history of both."""

import threading

import pytest
from sqlalchemy import text

from iqs.assignments import AssignmentState, HandOnReason, SkipReason, Step
from iqs.errors import Invalid, IQSError, NotAllowed, NotFound, TooLate
from iqs.reviews import Stream
from iqs.services import configuring, enrolling, handing_on, reassigning, recounting, reviewing, staffing
from tests.world import MONDAY, build


def card(world, task):
    return reviewing.card_of_notice(world.store, task)


def movable(world):
    """One of Rosa's that Cleo may have."""
    world.draw(seed="some of each")
    return next(
        each for each in world.tasks(world.rosa) if card(world, each).assignment.reviewee_id != world.cleo.id
    )


def test_a_lead_hands_it_to_somebody_by_name(world):
    """Both sides know: the old one who has it now, the new one from whom and why; the history has every step."""
    task = movable(world)
    staffing.limit(world.store, "Support", world.cleo, 0, now=MONDAY)  # a lead decides over that
    ended = reviewing.reassign(
        world.store, world.lea, task, to=world.cleo.id, reason=HandOnReason.BALANCE, now=MONDAY
    )
    assert ended.follower.reviewer_name == "Cleo"
    new = card(world, ended.follower.assignment_id)
    assert (new.handed_on.by, new.handed_on.why) == ("Lea", "to share the work more evenly")
    assert new.assignment.due_at == ended.assignment.due_at
    steps = recounting.history(world.store, str(new.assignment.id))
    assert [(each.assignment_id, each.what) for each in steps] == [
        (task, Step.HANDED), (task, Step.REASSIGNED), (new.assignment.id, Step.HANDED),
    ]  # fmt: skip
    assert (steps[1].actor, steps[1].detail["to"]) == ("Lea", "Cleo")
    key = f"{ended.conversation.source}:{ended.conversation.external_id}"
    assert recounting.history(world.store, key) == steps
    with pytest.raises(NotFound, match="Nobody was ever handed"):
        recounting.history(world.store, "demo:nothing")


def test_what_is_older_than_histories_says_so(sqlite_store):
    """An assignment of before the upgrade that began them has no step to print."""
    world = build(sqlite_store)
    world.draw()
    with sqlite_store.write() as tx:
        tx.execute(text("DROP TRIGGER assignment_event_no_delete"))
        tx.execute(text("DELETE FROM assignment_event"))
    with pytest.raises(NotFound, match="assignment 1 was not written down"):
        recounting.history(sqlite_store, "1")


def test_only_who_may_review_it_can_be_chosen(world):
    """Neither an agent, nor whose work it is, nor who had it; and not somebody who has no room, unless by name."""
    task = movable(world)
    assert [person.name for person in reassigning.choices(world.store, world.rosa, task)] == ["Cleo"]
    for nobody in (world.ada, world.rosa, world.vera, world.lea):
        with pytest.raises(Invalid, match="choose somebody else"):
            reviewing.reassign(world.store, world.rosa, task, to=nobody.id, now=MONDAY)
    staffing.limit(world.store, "Support", world.cleo, 0, now=MONDAY)
    with pytest.raises(Invalid, match="Nobody else"):
        reviewing.reassign(world.store, world.rosa, task, now=MONDAY)


@pytest.mark.parametrize("who", ["ada", "ben", "otto", "vera", "cleo"])
def test_a_stranger_cannot_hand_it_on(world, who):
    """Nor look to whom it could go, nor at the team's open work."""
    task, actor = movable(world), getattr(world, who)
    team = card(world, task).assignment.team_id
    for act in (
        lambda: reviewing.reassign(world.store, actor, task, now=MONDAY),
        lambda: reassigning.choices(world.store, actor, task),
        lambda: reassigning.open_work(world.store, actor, team, now=MONDAY),
    ):
        with pytest.raises(NotAllowed):
            act()
    assert card(world, task).assignment.state is AssignmentState.OPEN


def test_where_agents_are_hidden_nobody_is_chosen_by_name(world):
    """Who is missing from the list took part: a reviewer chooses nobody by name there, a lead does."""
    task = movable(world)
    configuring.configure(world.store, None, "Support", hides_agent=True, now=MONDAY)
    assert reassigning.choices(world.store, world.rosa, task) == ()
    assert reassigning.choices(world.store, world.lea, task)


def test_a_skip_is_replaced_by_the_next_of_the_same_agent(world):
    """The same reviewer gets it, from the same draw and with the same deadline; several in a row are fine."""
    world.draw()
    task = world.tasks(world.rosa)[0]
    seen = {
        card(world, each).conversation.external_id
        for each in world.tasks(world.rosa) + world.tasks(world.cleo)
    }
    for _ in range(3):
        before = card(world, task)
        ended = reviewing.skip(world.store, world.rosa, task, SkipReason.LANGUAGE, now=MONDAY)
        follower = card(world, ended.follower.assignment_id)
        assert follower.assignment.reviewer_id == world.rosa.id
        assert follower.assignment.reviewee_id == before.assignment.reviewee_id
        assert (follower.assignment.period, follower.assignment.due_at) == (
            before.assignment.period, before.assignment.due_at,
        )  # fmt: skip
        assert follower.conversation.external_id not in seen
        seen.add(follower.conversation.external_id)
        task = follower.assignment.id


def test_when_nothing_is_left_it_says_so(world):
    """Eight conversations of each agent: after all of one agent's are skipped the shortfall is told."""
    world.draw()
    task = world.tasks(world.rosa)[0]
    while task is not None:
        ended = reviewing.skip(world.store, world.rosa, task, SkipReason.OTHER, now=MONDAY)
        task = ended.follower and ended.follower.assignment_id
    last = recounting.history(world.store, str(ended.assignment.id))[-1]
    assert last.what is Step.NOT_REPLACED


def test_a_second_skip_hands_out_nothing_more(world):
    """Two presses at the same moment: one skip and one replacement, the other press is told that it is over."""
    world.draw()
    task, before = world.tasks(world.rosa)[0], len(world.tasks(world.rosa))
    told = []

    def press():
        try:
            told.append(reviewing.skip(world.store, world.rosa, task, SkipReason.OTHER, now=MONDAY))
        except IQSError as error:
            told.append(error)

    presses = [threading.Thread(target=press) for _ in range(2)]
    for each in presses:
        each.start()
    for each in presses:
        each.join()
    assert sum(isinstance(each, TooLate) for each in told) == 1
    assert len(world.tasks(world.rosa)) == before


def test_who_loses_the_role_gives_their_work_back(world):
    """Leaving the team mid-cycle returns all that was open to the pool at once, begun or not."""
    world.draw(seed="some of each")
    mine = world.tasks(world.rosa)
    begun = mine[0]
    reviewing.rate(world.store, world.rosa, begun, "solution", 3, now=MONDAY)
    enrolling.import_people(
        world.store,
        "team,email,name,roles,slack_user_id,helpdesk_id\nSupport,rosa@example.com,Rosa,,U4,h4\n"
        "Support,ben@example.com,Ben,agent reviewer,U2,h2\n",
        now=MONDAY,
    )
    moved = handing_on.hand_on(world.store, now=MONDAY)
    assert set(moved) == set(mine)
    for each in mine:
        assert card(world, each).assignment.state is AssignmentState.CANCELLED
        assert card(world, each).follower.reviewer_name in {"Cleo", "Ben"}


def test_a_lead_takes_one_over(world):
    """Though no reviewer, a lead may choose themself; nobody else chooses them, nor does the programme."""
    task = movable(world)
    assert world.lea in reassigning.choices(world.store, world.lea, task)
    assert world.lea not in reassigning.choices(world.store, world.rosa, task)
    with pytest.raises(Invalid):
        reviewing.reassign(world.store, world.rosa, task, to=world.lea.id, now=MONDAY)
    done = reviewing.reassign(world.store, world.lea, task, to=world.lea.id, now=MONDAY)
    assert done.follower.reviewer_name == "Lea"
    mine = world.rate_all(world.lea, done.follower.assignment_id)
    assert mine.assignment.stream is Stream.RANDOM
    assert reviewing.submit(world.store, world.lea, done.follower.assignment_id, now=MONDAY).score is not None
    assert world.max not in reassigning.choices(world.store, world.max, world.tasks(world.rosa)[0])
