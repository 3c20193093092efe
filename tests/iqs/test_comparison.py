"""Reviewers are compared only where something can be compared."""

import pytest

from iqs.agreement import Metric
from iqs.comparison import Given, Shared, categories, reviewers

NAMES = {1: "Rosa", 2: "Cleo"}
M = 1_000_000


def test_categories_come_in_the_scorecards_order_then_others():
    """A category that nobody rated twice is left out; one the scorecard does not know is made readable."""
    ratings = [
        Shared("tone", 1, 1, 100 * M), Shared("tone", 1, 2, 0),
        Shared("old_thing", 1, 1, 50 * M), Shared("old_thing", 1, 2, 50 * M),
        Shared("alone", 2, 1, 50 * M),
    ]  # fmt: skip
    found = categories({"speed": "Speed", "tone": "Tone"}, ratings)
    assert [(each.name, each.units, each.raters, each.exact) for each in found] == [
        ("Tone", 1, 2, 0.0),
        ("Old thing", 1, 2, 100.0),
    ]
    assert found[1].alpha[Metric.ORDINAL] is None


def test_leniency_of_scoring_golden():
    """scoring.md §7: X is 5.5 points kinder than Y, though their raw means differ by 19.2."""
    a, b, c, x, y = 11, 12, 13, 1, 2
    scores = [(a, x, 90), (a, x, 94), (a, y, 80), (b, x, 80), (b, y, 72), (b, y, 68), (c, y, 60), (c, y, 64)]
    found = reviewers({x: "X", y: "Y"}, [Given(n, who, by, of * M) for n, (who, by, of) in enumerate(scores)])
    assert [(each.name, each.n) for each in found] == [("X", 3), ("Y", 5)]
    assert [each.effect.points for each in found] == pytest.approx([5.5, -5.5])


def test_reviewers_who_share_nobody_cannot_be_told_apart():
    """Two reviewers of two agents, each their own: no effect, not zero."""
    found = reviewers(NAMES, [Given(1, 11, 1, 90 * M), Given(2, 12, 2, 60 * M)])
    assert [each.effect for each in found] == [None, None]


def test_one_reviewer_alone_is_compared_with_nobody():
    """There is no kinder or stricter than nobody."""
    [only] = reviewers(NAMES, [Given(1, 11, 1, 90 * M), Given(2, 11, 1, 70 * M)])
    assert (only.name, only.n, only.effect) == ("Rosa", 2, None)


def test_nothing_to_compare():
    """No reviews, no rows."""
    assert categories({}, []) == ()
    assert reviewers({}, []) == ()
