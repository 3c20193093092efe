"""The ticker."""

import threading

from bot.clock import Clock
from iqs.errors import Unavailable


def test_it_ticks_at_once_and_then_on():
    """Nobody waits half a minute after a start."""
    ticked = threading.Semaphore(0)
    clock = Clock({"count": ticked.release}, seconds=0.05)
    clock.start()
    assert all(ticked.acquire(timeout=60) for _ in range(3))
    clock.stop()


def test_a_task_that_fails_keeps_none_of_the_others(caplog):
    """One task's trouble is logged by its class, never with its words, and the rest runs."""
    done = []

    def broken():
        raise ValueError("ada@example.com")

    def waiting():
        raise Unavailable("The database cannot be reached just now.")

    clock = Clock({"broken": broken, "waiting": waiting, "fine": lambda: done.append(1)})
    clock.tick()
    assert done == [1]
    assert "broken failed: ValueError" in caplog.text
    assert "ada@example.com" not in caplog.text


def test_while_the_database_is_away_it_ticks_sooner():
    """What is due does not wait for the next half minute once the database is back."""
    answers, ticked = iter([Unavailable("The database cannot be reached just now.")]), threading.Semaphore(0)

    def task():
        ticked.release()
        for error in answers:
            raise error

    clock = Clock({"task": task}, seconds=3600, soon=0.05)
    clock.start()
    assert all(ticked.acquire(timeout=60) for _ in range(2))
    assert not ticked.acquire(timeout=0.3)  # and then at its usual pace again
    clock.stop()


def test_stopping_before_starting_is_fine():
    """A process that never started its clock can end."""
    Clock({}).stop()
