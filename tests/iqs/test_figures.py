"""Sums become figures: named, ordered, compared."""

import random
from datetime import date
from fractions import Fraction

import pytest
from scipy import stats

from iqs import figures, periods
from iqs.assignments import AssignmentState
from iqs.figures import Cell, Tally
from iqs.scorecards import RatingCategory, RatingScale, RootCause, Scorecard
from iqs.scoring import MICRO
from iqs.statistics import Estimate, Word, estimate

CARD = Scorecard(
    "Card",
    (
        RatingCategory("tone", "Tone", RatingScale(5), causes=(RootCause("curt", "Too short"),)),
        RatingCategory("solution", "Solution", RatingScale(5)),
    ),
)


def tally(*percents):
    points = [round(percent * MICRO) for percent in percents]
    return Tally(len(points), sum(points), sum(each * each for each in points))


def test_a_tally_estimates_what_its_scores_would():
    """Sums of micropoints lose nothing against the scores themselves."""
    rng = random.Random(3)
    scores = [Fraction(rng.randrange(0, 100 * MICRO + 1), MICRO) for _ in range(50)]
    found, expected = tally(*scores).estimate, estimate(scores)
    assert (found.mean, found.n, found.sd) == (expected.mean, 50, pytest.approx(expected.sd, abs=1e-12))


def test_no_reviews_are_no_score():
    """An empty tally has n = 0 and nothing else."""
    assert Tally().estimate == Estimate(None, 0)


def test_a_window_is_the_sum_of_its_cells():
    """Agents together are the team."""
    cells = {Cell(0, 1): tally(50), Cell(1, 1): tally(100), Cell(1, 2): tally(0, 50)}
    assert figures.whole(cells, 1) == tally(100, 0, 50)
    assert figures.whole(cells, 2) == Tally()


def test_categories_stand_in_the_scorecards_order_then_the_former_ones():
    """One without ratings is shown with nothing to say, one of an earlier version by its key."""
    cells = {
        Cell(1, "tone"): tally(100, 50),
        Cell(1, "product_knowledge"): tally(75),
        Cell(0, "gone"): tally(1),
    }
    found = figures.categories([CARD], cells)
    assert [each.name for each in found] == ["Tone", "Solution", "Product knowledge"]
    assert [each.estimate.n for each in found] == [2, 0, 1]


def test_the_first_scorecard_names_a_category_of_several():
    """A person of two teams with one key in both reads it once."""
    other = Scorecard("Other", (RatingCategory("tone", "Ton", RatingScale(2)),))
    assert [each.name for each in figures.categories([CARD, other], {})] == ["Tone", "Solution"]


def test_a_change_is_now_against_before():
    """In the direction of time."""
    cells = {Cell(0, "tone"): tally(*[90] * 5, 95), Cell(1, "tone"): tally(*[50] * 5, 55)}
    tone = figures.categories([CARD], cells)[0]
    assert tone.change.points == pytest.approx(-40)
    assert tone.change.word is Word.LOWER
    pooled = stats.ttest_ind(
        [*[50] * 5, 55], [*[90] * 5, 95]
    )  # one spread for both sides, no score counted twice
    low, high = pooled.confidence_interval()
    assert (tone.change.low, tone.change.high) == (pytest.approx(low), pytest.approx(high))
    assert tone.change.p == pytest.approx(pooled.pvalue)


def test_people_stand_by_name_and_never_by_score():
    """Those asked for and those with scores, in the order of the alphabet whatever the case."""
    cells = {Cell(1, 3): tally(100), Cell(1, 1): tally(10), Cell(0, 4): tally(100)}
    names = {1: "bea", 2: "Ada", 3: "Cy", 4: "Gone"}
    found = figures.persons(names, [2], cells)
    assert [(each.name, each.estimate.n) for each in found] == [("Ada", 0), ("bea", 1), ("Cy", 1)]


def test_a_trend_names_its_weeks():
    """Short labels, and the local Monday."""
    last = periods.week(date(2027, 1, 5), "Asia/Kathmandu")
    found = figures.trend(periods.trend(last, "Asia/Kathmandu")[-3:], {Cell(2): tally(80)}, "Asia/Kathmandu")
    assert [(each.label, each.start, each.estimate.n) for each in found] == [
        ("W52", date(2026, 12, 21), 0),
        ("W53", date(2026, 12, 28), 0),
        ("W1", date(2027, 1, 4), 1),
    ]


def test_the_most_frequent_causes_have_their_names():
    """Five at most; equal counts in a fixed order; a cause no longer offered by its key."""
    counts = {
        ("tone", "curt"): 9,
        ("tone", "old_one"): 9,
        ("gone", "why"): 1,
        **{("solution", str(n)): 2 for n in range(4)},
    }
    found = figures.top_causes([CARD], counts)
    assert [(each.category, each.cause, each.count) for each in found][:3] == [
        ("Tone", "Too short", 9),
        ("Tone", "Old one", 9),
        ("Solution", "0", 2),
    ]
    assert len(found) == 5


def test_progress_adds_up():
    """Drawn is all of it; done is submitted or skipped; without names only the sums."""
    work = {
        (1, "Rosa", AssignmentState.OPEN): 1,
        (1, "Rosa", AssignmentState.SUBMITTED): 2,
        (2, "ann", AssignmentState.SKIPPED): 3,
    }
    found = figures.progress(work, named=True)
    assert (found.drawn, found.submitted, found.skipped) == (6, 2, 3)
    assert list(found.by_reviewer.items()) == [("ann", (3, 3)), ("Rosa", (2, 3))]
    assert figures.progress(work, named=False).by_reviewer == {}
    assert figures.progress({}, named=True) is None
