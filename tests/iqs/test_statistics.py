"""Intervals, sample sizes and changes agree with the reference tables."""

import math
import subprocess
import sys
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iqs.statistics import (
    MIN_N,
    Estimate,
    Spread,
    Stratum,
    Word,
    difference,
    enough,
    estimate,
    estimate_from,
    estimate_strata,
    half_width,
    more_reviews,
    needed_with_z,
    proportion_sample_size,
    reviews_needed,
    t_quantile,
    wilson,
    zero_critical_upper,
)

FIVE = [Fraction(100), Fraction(5500, 555), Fraction(35500, 555), Fraction(50500, 555), Fraction(0)]
BEFORE = [92, 88, 95, 70, 84, 90, 78, 86]
AFTER = [85, 60, 78, 72, 90, 66, 74, 81]


@pytest.mark.parametrize(
    ("sd", "widths"),
    [
        (15, [18.6, 10.7, 7.0, 5.6, 4.3, 3.0]),
        (20, [24.8, 14.3, 9.4, 7.5, 5.7, 4.0]),
        (25, [31.0, 17.9, 11.7, 9.3, 7.1, 5.0]),
    ],
)
def test_half_width_table(sd, widths):
    """t(n-1) x SD / sqrt(n), as in the reference table."""
    assert [round(half_width(sd, n), 1) for n in (5, 10, 20, 30, 50, 100)] == widths


@pytest.mark.parametrize(
    ("sd", "needed", "with_z"),
    [
        (15, [12, 38, 219], [9, 35, 217]),
        (20, [18, 64, 387], [16, 62, 385]),
        (25, [27, 99, 603], [25, 97, 601]),
    ],
)
def test_reviews_needed_table(sd, needed, with_z):
    """Solved with t; the normal distribution says too few."""
    assert [reviews_needed(sd, margin) for margin in (10, 5, 2)] == needed
    assert [needed_with_z(sd, margin) for margin in (10, 5, 2)] == with_z


@settings(deadline=None)
@given(st.floats(1, 40), st.floats(1, 40))
def test_reviews_needed_is_the_smallest_that_suffices(sd, margin):
    """One review fewer would be too wide."""
    n = reviews_needed(sd, margin)
    assert half_width(sd, n) <= margin
    assert n == 2 or half_width(sd, n - 1) > margin


def test_five_reviews_are_not_enough_data():
    """Five reviews of everything between 0 and 100 have a mean and an interval that says nothing."""
    found = estimate(FIVE)
    assert round(found.mean, 3) == 52.973
    assert round(found.sd, 3) == 45.930
    assert round(half_width(found.sd, 5), 2) == 57.03
    assert round(found.mean - half_width(found.sd, 5), 2) == -4.06
    assert round(found.mean + half_width(found.sd, 5), 2) == 110.00
    assert (found.low, found.high) == (0, 100)
    assert not found.enough
    assert estimate([80, 82, 84, 86, 88]).enough
    assert not estimate([80, 82, 84, 86]).enough


@pytest.mark.parametrize(
    ("population", "width"), [(None, 9.360), (100, 8.372), (40, 6.619), (20, 0.0), (10, 0.0)]
)
def test_finite_population_correction(population, width):
    """A sample that is a good part of all conversations is surer; one that is all of them is certain."""
    assert round(half_width(20, 20, population), 3) == width


def test_an_interval_needs_two_reviews():
    """None have no mean, one has no interval, two have both."""
    assert estimate([]) == Estimate(None, 0)
    assert estimate([80]) == Estimate(80.0, 1)
    two = estimate([80, 90])
    assert (two.mean, two.n) == (85.0, 2)
    assert two.low < 85 < two.high


def test_sums_give_the_same_as_scores():
    """Sums from SQL, as integers in micropoints, decimals or floats, give the estimate of the scores."""
    scores = [Fraction("66.666667"), Fraction(75), Fraction("93.75"), Fraction(100)]
    micro = [int(score * 1_000_000) for score in scores]
    total, squares = sum(micro), sum(score * score for score in micro)
    direct = estimate(scores, 50)
    assert estimate_from(4, total, squares, 50, unit=1_000_000) == direct
    assert estimate_from(4, Decimal(total), Decimal(squares), 50, unit=1_000_000) == direct
    rough = estimate_from(4, float(total), float(squares), 50, unit=1_000_000)
    assert rough.mean == direct.mean
    assert rough.low == pytest.approx(direct.low)


def test_float_sums_of_equal_scores_never_have_a_negative_spread():
    """Cancellation in float sums ends at 0, not in an error."""
    score = 66.666667
    found = estimate_from(3, score * 3, score * score * 3 - 1e-9)
    assert found.sd == 0
    assert found.low == found.high == found.mean


@pytest.mark.parametrize(
    ("passed", "n", "low", "high"),
    [
        (0, 5, 0, 43.45),
        (4, 5, 37.55, 96.38),
        (5, 5, 56.55, 100),
        (9, 10, 59.58, 98.21),
        (18, 20, 69.90, 97.21),
        (90, 100, 82.56, 94.48),
    ],
)
def test_wilson_table(passed, n, low, high):
    """Wilson's interval stays inside 0–100 and is not empty at the ends."""
    assert tuple(round(end, 2) for end in wilson(passed, n)) == (low, high)


def test_wilson_of_nothing():
    """No cases, no interval."""
    assert wilson(0, 0) is None


@pytest.mark.parametrize(("n", "upper"), [(5, 45.07), (20, 13.91), (60, 4.87), (100, 2.95), (0, 100.0)])
def test_zero_criticals(n, upper):
    """No critical seen in n reviews bounds their share; the rule of three is near it from 30 on only."""
    assert round(zero_critical_upper(n), 2) == upper
    assert abs(zero_critical_upper(max(n, 30)) - 300 / max(n, 30)) < 0.55
    assert round(300 / 5) == 60 != round(zero_critical_upper(5))


@pytest.mark.parametrize(
    ("margin", "population", "needed"),
    [
        (5, None, 385),
        (5, 100, 80),
        (5, 400, 197),
        (5, 1000, 278),
        (5, 60000, 382),
        (10, None, 97),
        (10, 100, 50),
    ],
)
def test_sample_size_of_a_share(margin, population, needed):
    """n0 = 384.15 at ±5, corrected for a known population, rounded up."""
    assert proportion_sample_size(margin, population) == needed


@pytest.mark.parametrize("size", [reviews_needed, lambda sd, margin: proportion_sample_size(margin)])
def test_a_margin_is_positive(size):
    """Nobody can know a mean to ± 0."""
    with pytest.raises(ValueError, match="positive"):
        size(20, 0)


def test_a_drop_inside_the_noise_is_called_that():
    """Welch: -9.6 points with p just above 5 % is not yet distinguishable."""
    change = difference(estimate(BEFORE), estimate(AFTER))
    assert change.points == -9.625
    assert (round(change.low, 3), round(change.high, 3)) == (-19.334, 0.084)
    assert round(change.p, 4) == 0.0518
    assert change.word is Word.UNCLEAR == "no clear difference"


def test_clear_changes_have_a_direction():
    """An interval on one side of 0 is higher or lower, seen from the later period."""
    low, high = estimate([60, 62, 64, 61, 63]), estimate([80, 84, 82, 81, 83])
    assert difference(low, high).word is Word.HIGHER
    assert difference(high, low).word is Word.LOWER
    assert difference(high, low).p < 0.001


def test_few_reviews_are_never_judged():
    """Below MIN_N on either side the word is that there are not enough, whatever the difference."""
    many, few = estimate([90, 91, 92, 93, 94]), estimate([10, 11, 12, 13])
    assert (MIN_N, enough(4), enough(5)) == (5, False, True)
    assert difference(many, few).word is Word.TOO_FEW == "not enough reviews yet"
    assert difference(few, many).points == 80.5
    assert difference(estimate([]), many).points is None
    one = difference(estimate([80]), many)
    assert (one.points, one.low, one.word) == (12.0, None, Word.TOO_FEW)


def test_periods_without_any_variation():
    """Five equal scores are apart from five others and not from the same, and nothing divides by 0."""
    full, lower = estimate([100] * 5), estimate([75] * 5)
    assert difference(full, lower).word is Word.LOWER
    assert difference(lower, full).word is Word.HIGHER
    assert difference(full, full).word is Word.UNCLEAR
    assert difference(full, estimate([100, 100, 100, 100, 95])).word is Word.UNCLEAR


@settings(deadline=None)
@given(st.lists(st.fractions(0, 100, max_denominator=12), min_size=2, max_size=40), st.integers(0, 50))
def test_an_interval_holds_its_mean_within_0_and_100(scores, rest):
    """Clipped to the scale, around the mean, and narrower for a known population."""
    endless, known = estimate(scores), estimate(scores, len(scores) + rest)
    for found in (endless, known):
        assert -1e-9 <= found.low <= found.mean + 1e-9
        assert found.mean - 1e-9 <= found.high <= 100 + 1e-9
    assert known.high - known.low <= endless.high - endless.low + 1e-9
    assert math.isclose(found.mean, sum(scores) / len(scores), abs_tol=1e-9)


@settings(deadline=None)
@given(st.integers(0, 200), st.integers(1, 200))
def test_wilson_holds_its_share(passed, n):
    """The interval holds the observed share and stays in 0–100."""
    passed = min(passed, n)
    low, high = wilson(passed, n)
    assert 0 <= low <= 100 * passed / n + 1e-9
    assert 100 * passed / n - 1e-9 <= high <= 100


def test_importing_does_not_start_scipy():
    """The program starts without waiting for scipy or numpy."""
    code = (
        "import sys, iqs.scoring, iqs.statistics, iqs.agreement, iqs.leniency, iqs.vendors;"
        "print([m for m in ('scipy', 'numpy', 'pydantic', 'yaml') if m in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


@pytest.mark.parametrize(("before", "after"), [(4, 50), (50, 4)])
def test_a_side_with_too_few_reviews_is_never_judged(before, after):
    """However large the difference and whichever side is the small one."""
    change = difference(estimate([10.0, 20.0] * (before // 2)), estimate([80.0, 90.0] * (after // 2)))
    assert change.word is Word.TOO_FEW
    assert change.points == pytest.approx(70)
    assert change.low is not None


def test_a_known_spread_gives_even_one_review_an_interval():
    """One review says where, the reviews of before how far off it may be: t(ν) x SD."""
    found = estimate_from(1, 70, 4900, spread=Spread(10, 30))
    assert (found.mean, found.sd, found.freedom) == (70, 10, 30)
    assert found.high - found.mean == pytest.approx(t_quantile(30) * 10)


def test_equal_scores_are_not_certain_when_earlier_ones_differed():
    """Five times 100 after a period with a spread of 20 is no certainty."""
    found = estimate_from(5, 500, 50_000, spread=Spread(20, 40))
    assert (found.mean, found.high) == (100, 100)
    assert 80 < found.low < 90


def test_strata_take_the_differences_between_agents_out():
    """Two agents, each steady at their own level: the mean of these reviews is known well, whoever drew them."""
    low, high = (Stratum(5, 5 * x, 5 * x * x + 10) for x in (60, 90))
    found, plain = (
        estimate_strata([low, high]),
        estimate_from(10, 750, low.total_squares + high.total_squares),
    )
    assert found.mean == plain.mean == 75
    assert found.high - found.low < 3
    assert plain.high - plain.low > 20


def test_strata_of_single_reviews_are_a_plain_sample():
    """One review an agent and nothing from before: the plain interval."""
    scores = [60, 70, 80, 90, 100]
    assert estimate_strata([Stratum(1, x, x * x) for x in scores]) == estimate(scores)


def test_a_reviewed_population_is_certain():
    """Every conversation of every agent reviewed: nothing is left to chance."""
    found = estimate_strata([Stratum(5, 400, 33_000, 5), Stratum(5, 450, 41_000, 5)])
    assert found.low == found.mean == found.high


@pytest.mark.parametrize(
    ("sd", "n", "told"),
    [(15, 3, (9, 10)), (8, 3, (10, 5)), (20, 4, (14, 10)), (45, 4, (34, 15)), (None, 1, None)],
)
def test_how_many_more_reviews_would_do(sd, n, told):
    """The tightest of ±5, ±10 and ±15 that at most 30 more reviews give; ±15 if none is; nothing without a spread."""
    assert more_reviews(Estimate(80, n, sd=sd, freedom=20)) == told


@pytest.mark.parametrize(
    ("sd", "freedom", "n", "told"),
    [(2, 20, 1, (4, 5)), (0, 20, 4, (1, 5)), (0, 1, 2, (10, 10)), (2, 3, 3, (9, 10)), (20, 1, 2, (16, 10))],
)
def test_a_plan_rests_on_no_lucky_spread(sd, freedom, n, told):
    """Never fewer reviews than a mean needs to be judged, and two alike do not promise that the third will be."""
    assert more_reviews(Estimate(80, n, sd=sd, freedom=freedom)) == told
