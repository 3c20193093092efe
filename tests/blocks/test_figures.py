"""Figures read the same wherever they stand, and promise no more than they know."""

import pytest

from blocks import figures
from iqs.statistics import Change, Estimate, Word


@pytest.mark.parametrize(
    ("points", "shown"),
    [(0.0, "0"), (0.04, "0"), (-0.04, "0"), (0.4, "+0.4"), (-0.4, "−0.4"), (5.4, "+5"), (-5.5, "−6")],
)
def test_a_difference_within_chance_keeps_its_sign(points, shown):
    """Small differences get a decimal, none at all is a plain zero."""
    assert figures.change(Change(points, -9.0, 9.0, Word.UNCLEAR)) == f"no clear change ({shown})"


def test_equal_scores_promise_no_certainty():
    """Eight reviews of 100 % are called alike, not "100–100"."""
    alike = Estimate(100.0, 8, 100.0, 100.0)
    assert figures.estimate(alike) == "100\u00a0% (all 8 alike)"
    assert figures.interval(alike) == "all alike"


def test_an_estimate_carries_its_range_and_n():
    """Nothing is shown bare, and too little is called that."""
    assert figures.estimate(Estimate(87.4, 24, 81.2, 92.5)) == "87\u00a0% (81–93, n = 24)"
    assert figures.estimate(Estimate(54.0, 3, None, None)) == "not enough reviews yet (n = 3)"
    few = figures.estimate(Estimate(54.0, 3, sd=15))
    assert few == "not enough reviews yet (n = 3; 9 more reviews give ±10 points)"


def test_no_line_ends_between_a_number_and_its_sign():
    """A percent, a sentence and a point of a trend are broken by Slack elsewhere, or not at all."""
    assert (
        figures.kept("IQS 87 %, goal 90 %: not 5 of 10 %")
        == "IQS 87\u00a0%, goal 90\u00a0%: not 5 of 10\u00a0%"
    )
    assert " " not in figures.counted("Oct 2026", 86.6, 24)
    assert figures.counted("W47", 86.6, 24).replace(figures.GAP, " ") == "W47 87 % (24)"


def test_a_change_just_below_one_point_reads_as_one():
    """0.96 is one point, not 1.0."""
    change = Change(-0.96, -5.0, 3.0, Word.UNCLEAR)
    assert figures.change(change) == "no clear change (−1)"
