"""What two do to one draw at the same moment comes out as if one had come after the other."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier, Event

import pytest
from sqlalchemy import func, select

from iqs.assignments import HandOnReason, SkipReason
from iqs.errors import IQSError
from iqs.people import AfterDeadline
from iqs.services import closing, configuring, drawing, handing, reassigning, redrawing, reviewing, verifying
from iqs.storage import tables
from iqs.storage.repositories import assignments
from iqs.storage.store import Store
from tests.world import MONDAY, WEEK

A, D = tables.Assignment, tables.Draw
LATER = MONDAY + timedelta(hours=1)
OVER = MONDAY + timedelta(days=8)


@pytest.fixture
def second(database_url):
    """Another replica."""
    made = Store(database_url)
    yield made
    made.close()


def movable(world):
    """One of Rosa's that Cleo may have."""
    return next(
        each
        for each in world.tasks(world.rosa)
        if reviewing.card_of_notice(world.store, each).assignment.reviewee_id != world.cleo.id
    )


def left_open(store, condition):
    with store.read() as tx:
        found = (
            select(func.count()).select_from(A).join(D, D.id == A.draw_id).where(A.state == "open", condition)
        )
        return tx.scalar(found)


@pytest.mark.parametrize("what", ["redraw", "deadline"])
def test_what_is_handed_on_meanwhile_ends_with_its_draw(world, second, what):
    """Nothing stays open of a draw that was taken back or has expired, though it went to somebody else just then."""
    configuring.configure(
        world.store, None, "Support", after_deadline=AfterDeadline.EXPIRE, due_days=7, now=MONDAY
    )
    drawing.draw(world.store, "Support", WEEK, now=MONDAY, seed="s")
    task, began = movable(world), Event()

    def end():
        began.set()
        if what == "redraw":
            redrawing.redraw(second, "Support", WEEK, now=LATER)
        else:
            closing.tick(second, now=OVER)

    with ThreadPoolExecutor(1) as pool:
        with world.store.write() as tx:
            row = assignments.get(tx, task, lock=True)
            done = pool.submit(end)
            began.wait()
            with pytest.raises(TimeoutError):
                done.result(timeout=0.2)  # it waits for us
            reassigning.hand_over(
                tx, row, world.cleo, why=HandOnReason.BALANCE, now=LATER, actor_id=world.rosa.id
            )
        done.result(timeout=30)
    condition = D.cancelled_at.is_not(None) if what == "redraw" else D.closed_at.is_not(None)
    assert left_open(world.store, condition) == 0


def both(*works):
    """Each in a thread of its own, begun together; what each returned or raised."""
    barrier = Barrier(len(works))

    def outcome(work):
        barrier.wait()
        try:
            return work()
        except IQSError as error:
            return error

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(outcome, works))


def test_two_replicas_that_draw_at_once_draw_once(world, second):
    """Both return the same sample; there is one draw, one commitment, and it can be verified."""
    found = both(
        *(
            lambda store=store: drawing.draw(store, "Support", WEEK, now=MONDAY)
            for store in (world.store, second)
        )
    )
    assert sorted(each.saved for each in found) == [False, True]
    assert {each.conversation for each in found[0].assignments} == {
        each.conversation for each in found[1].assignments
    }
    with world.store.read() as tx:
        counts = [tx.scalar(select(func.count()).select_from(table)) for table in (D, tables.Commitment, A)]
    assert counts == [1, 1, 9]
    assert verifying.verify(world.store, "1").holds


def test_a_deadline_and_a_wish_at_once_leave_nothing_behind(world, second):
    """What is asked for while the deadline passes either expires with the rest, or is refused."""
    configuring.configure(
        world.store, None, "Support", after_deadline=AfterDeadline.EXPIRE, due_days=7, now=MONDAY
    )
    world.draw(seed="s")
    both(
        lambda: handing.take_next(world.store, world.rosa, now=OVER),
        lambda: closing.tick(second, now=OVER),
    )
    assert left_open(world.store, D.closed_at.is_not(None)) == 0


def test_two_clicks_on_skip_are_one(world, second):
    """The second is told that it is no longer theirs; one conversation came in its place."""
    world.draw(seed="s")
    task = world.tasks(world.rosa)[0]
    found = both(
        *(
            lambda store=store: reviewing.skip(store, world.rosa, task, SkipReason.OTHER, now=LATER)
            for store in (world.store, second)
        )
    )
    assert sum(isinstance(each, IQSError) for each in found) == 1
    with world.store.read() as tx:
        assert tx.scalar(select(func.count()).where(A.replaces_id == task)) == 1


def test_two_who_skip_conversations_of_one_agent_get_two(world, second):
    """Of two skips at once, each is replaced by another place of the same order."""
    world.draw(seed="s")
    tasks = {}
    for person in (world.rosa, world.cleo):
        for task in world.tasks(person):
            card = reviewing.card_of_notice(world.store, task)
            tasks.setdefault(card.assignment.reviewee_id, {})[person.name] = (person, task)
    pair = next(each for each in tasks.values() if len(each) == 2)
    both(
        *(
            lambda store=store, each=each: reviewing.skip(store, *each, SkipReason.OTHER, now=LATER)
            for store, each in zip((world.store, second), pair.values(), strict=True)
        )
    )
    with world.store.read() as tx:
        came = tx.scalars(select(A.conversation_id).where(A.replaces_id.is_not(None))).all()
    assert len(set(came)) == len(came) == 2
    assert verifying.verify(world.store, "1").holds
