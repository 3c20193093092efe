"""Reviews whose undo window has passed, on both databases."""

from datetime import timedelta

from iqs.reviews import UNDO_WINDOW
from iqs.services import releasing, reviewing
from tests.world import MONDAY

SECOND = timedelta(seconds=1)
RELEASED = MONDAY + UNDO_WINDOW


def submitted(world, task, at):
    world.rate_all(world.rosa, task)
    reviewing.submit(world.store, world.rosa, task, now=at)


def test_each_review_is_named_once_when_its_window_has_passed(world):
    """Not before, not twice, and not what was taken back; a later one comes later."""
    world.draw()
    first, second, third = world.tasks(world.rosa)[:3]
    submitted(world, first, MONDAY)
    submitted(world, second, MONDAY)
    reviewing.undo(world.store, world.rosa, second, now=MONDAY + SECOND)
    submitted(world, third, MONDAY + 5 * SECOND)
    assert releasing.newly_released(world.store, now=RELEASED - SECOND) == []
    assert releasing.newly_released(world.store, now=RELEASED) == [first]
    assert releasing.newly_released(world.store, now=RELEASED + SECOND) == []
    assert releasing.newly_released(world.store, now=RELEASED + timedelta(days=9)) == [third]
    assert releasing.newly_released(world.store, now=RELEASED + timedelta(days=9)) == []


def test_the_first_look_does_not_go_back_for_ever(world):
    """A programme that was brought over does not draw its whole past again."""
    world.draw()
    [task, *_] = world.tasks(world.rosa)
    submitted(world, task, MONDAY)
    assert releasing.newly_released(world.store, now=RELEASED + releasing.LOOK_BACK) == []
