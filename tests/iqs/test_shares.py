"""A share is as sure as the conversations behind it, however many people rated each."""

import numpy as np
import pytest

from iqs import shares
from iqs.figures import BEFORE, NOW, Cell, Tally
from iqs.statistics import Clusters, wilson


def several(n, conversations, passed):
    """Reviews of one agent, of so many conversations."""
    return {Cell(NOW, 1): Tally(n, 80 * n, 6400 * n, passed, clusters=Clusters(conversations, 0))}


def test_one_review_a_conversation_is_wilsons_interval():
    """Nothing changes where every conversation has one review; the period before counts for nothing."""
    tallies = {Cell(NOW, 1): Tally(12, 0, 0, 9), Cell(NOW, 2): Tally(8, 0, 0, 8), Cell(BEFORE, 1): Tally(50)}
    assert shares.looks(tallies, NOW) == 1
    assert shares.passing(tallies, NOW) == wilson(17, 20)
    assert shares.passing({}, NOW) is None


def test_several_reviews_of_one_conversation_are_one_look_at_it():
    """Nineteen raters of 300 conversations know no more of the share than 300 reviews do."""
    tallies = several(5700, 300, 570)
    assert shares.passing(tallies, NOW) == pytest.approx(wilson(30, 300))
    assert shares.criticals(0, 5700, shares.looks(tallies, NOW)).high == pytest.approx(
        100 * (1 - 0.05 ** (1 / 300))
    )


def test_no_critical_category_rated_is_no_share():
    """Nothing is said of what was not looked at."""
    assert shares.criticals(0, 0) is None


@pytest.mark.parametrize("agree", [0.0, 0.5, 1.0])
def test_it_holds_however_much_the_raters_agree(agree):
    """In at least 93 of 100 samples, whether all raters of a conversation say the same or each says their own."""
    rng = np.random.default_rng(4)
    held, runs, talks, raters, truth = 0, 800, 60, 4, 0.8
    for _ in range(runs):
        own = rng.random((talks, raters)) < truth
        alike = np.repeat((rng.random(talks) < truth)[:, None], raters, axis=1)
        passed = int(np.where(rng.random((talks, 1)) < agree, alike, own).sum())
        low, high = shares.passing(several(talks * raters, talks, passed), NOW)
        held += low <= 100 * truth <= high
    assert held / runs >= 0.93
