"""What customers felt stands beside IQS: by agent, by quadrant, and each clock for itself."""

import pytest

from iqs import experience
from iqs.experience import Paired, Read, Told
from iqs.reports import Survey, TimeFigure

GOOD, MIDDLE, BAD = ("5", "1", "5"), ("3", "1", "5"), ("1", "1", "5")


def told(agent, csat=None, n=1, **more):
    empty = Told(agent, n, csat, None, None, 0, 0, None, 0, 0)
    return empty._replace(**more)


def test_means_are_over_conversations_and_not_over_agents():
    """Three fives and a one are 75, whoever they belong to; who has no answer has no figure."""
    rows = [told(1, GOOD, 3), told(2, BAD), told(3)]
    assert experience.together(rows, experience.csat) == Survey(75.0, 4)
    assert experience.surveys(rows, experience.csat) == {1: Survey(100.0, 3), 2: Survey(0.0, 1)}


def test_an_answer_on_a_scale_without_length_says_nothing():
    """It is no zero."""
    rows = [told(1, ("1", "1", "1"))]
    assert experience.together(rows, experience.csat) == Survey()
    assert experience.surveys(rows, experience.csat) == {}


def test_clocks_are_never_mixed():
    """Calendar, business and unknown hours are three figures, of first responses and of handle times."""
    rows = [
        told(1, first_basis="business", first_n=2, first_seconds=120),
        told(2, first_basis="business", first_n=1, first_seconds=30),
        told(2, first_basis="calendar", first_n=1, first_seconds=5000, handle_n=1, handle_seconds=7),
        told(3, first_basis="calendar"),
    ]
    assert experience.times(rows) == (
        TimeFigure("first response", "business", 50.0, 3),
        TimeFigure("first response", "calendar", 5000.0, 1),
        TimeFigure("handle time", None, 7.0, 1),
    )
    assert experience.people_timed(rows) == {
        ("first response", "business"): 2,
        ("first response", "calendar"): 1,
        ("handle time", None): 1,
    }


@pytest.mark.parametrize(
    ("answer", "happy"), [(GOOD, True), (("4", "1", "5"), True), (MIDDLE, False), (BAD, False)]
)
def test_happy_is_from_75_on(answer, happy):
    """The 4s and 5s of five."""
    assert experience.happy(answer) is happy


def test_the_quadrants_add_up_and_hold_two_examples():
    """Every conversation with both stands in exactly one of four."""
    paired = [
        Paired(1, GOOD, True, 3, 270e6),
        Paired(1, GOOD, False, 1, 40e6),
        Paired(2, MIDDLE, True, 2, 180e6),
        Paired(None, ("1", "1", "1"), True, 9, 0),
    ]
    read = [Read(n, f"S{n}", 40_000_000, False, GOOD) for n in (9, 8, 7)]
    found = experience.pairs(paired, read)
    assert (found.n, found.iqs, found.csat) == (6, pytest.approx(490 / 6), pytest.approx(500 / 6))
    counts = {(each.happy, each.good): each.count for each in found.quadrants}
    assert counts == {(True, True): 3, (True, False): 1, (False, True): 2, (False, False): 0}
    poor = found.quadrants[1]
    assert [(each.review_id, each.percent, each.csat) for each in poor.examples] == [
        (9, 40.0, 100.0),
        (8, 40.0, 100.0),
    ]
    assert experience.pairs([]) is None
