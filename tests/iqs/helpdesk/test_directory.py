"""Who is who: asked for when somebody new turns up, and again after a day."""

from datetime import UTC, datetime, timedelta

import pytest

from iqs.errors import Invalid, NotFound, Unavailable
from iqs.helpdesk.base import Refused
from iqs.helpdesk.directory import FRESH, Directory


class Desk:
    """A helpdesk that counts how often it was asked."""

    def __init__(self, **people):
        self.people = people
        self.asked = 0
        self.error = None
        self.moment = datetime(2026, 11, 7, tzinfo=UTC)

    def ask(self):
        self.asked += 1
        if self.error is not None:
            raise self.error
        return dict(self.people)

    def directory(self):
        return Directory(self.ask, lambda: self.moment)


def test_nobody_is_asked_for_without_need():
    """No id, no question; an id that is known, no second one."""
    desk = Desk(a="Ada", b="Ben")
    directory = desk.directory()
    assert directory.of([None, ""]) == {}
    assert desk.asked == 0
    assert directory.of(["a"])["a"] == "Ada"
    assert directory.of(["b", None])["b"] == "Ben"
    assert desk.asked == 1


def test_somebody_new_is_asked_for_once():
    """Who is not there is not asked for with every page."""
    desk = Desk(a="Ada")
    directory = desk.directory()
    directory.of(["a"])
    desk.people["b"] = "Ben"
    assert directory.of(["b"])["b"] == "Ben"
    assert "c" not in directory.of(["c"])
    assert "c" not in directory.of(["a", "c"])
    assert desk.asked == 3


def test_what_is_known_serves_for_a_day():
    """An address that was verified meanwhile is found then."""
    desk = Desk(a="Ada")
    directory = desk.directory()
    directory.of(["a"])
    desk.people["a"] = "Ada Moss"
    desk.moment += FRESH - timedelta(seconds=1)
    assert directory.of(["a"])["a"] == "Ada"
    desk.moment += timedelta(seconds=1)
    assert directory.of(["a"])["a"] == "Ada Moss"
    assert directory.of(["a"])["a"] == "Ada Moss"
    assert desk.asked == 2


@pytest.mark.parametrize("error", [Invalid("no"), NotFound("no"), Refused("no", 400)])
def test_a_key_that_may_not_ask_does_without(error):
    """Nobody is known, and it is not tried again with every page."""
    desk = Desk(a="Ada")
    desk.error = error
    directory = desk.directory()
    assert directory.of(["a"]) == {}
    assert directory.of(["a"]) == {}
    assert desk.asked == 1


def test_a_helpdesk_that_is_down_is_not_taken_for_an_answer():
    """It is told to whoever reads the page, and asked for again then."""
    desk = Desk(a="Ada")
    desk.error = Unavailable("down")
    directory = desk.directory()
    with pytest.raises(Unavailable):
        directory.of(["a"])
    desk.error = None
    assert directory.of(["a"]) == {"a": "Ada"}
