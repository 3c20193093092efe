"""Agreement coefficients agree with the textbooks."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iqs.agreement import Metric, bias, cohen, fleiss, fleiss_parts, krippendorff, within

FLEISS = """0 0 0 0 14 / 0 2 6 4 2 / 0 0 3 5 6 / 0 3 9 2 0 / 2 2 8 1 1 / 7 7 0 0 0 / 3 2 6 3 0 / 2 5 3 2 2 /
6 5 2 1 0 / 0 2 2 3 7"""
KRIPPENDORFF = """1 2 3 3 2 1 4 1 2 . . . / 1 2 3 3 2 2 4 1 2 5 . 3 / . 3 3 3 2 3 4 2 2 5 1 . /
1 2 3 3 2 4 4 1 2 5 1 ."""
PAIRS = list(zip([5, 4, 3, 2, 5, 1, 4, 4], [4, 4, 1, 3, 5, 2, 4, 2], strict=True))


def units():
    rows = [row.split() for row in KRIPPENDORFF.split("/")]
    return [[int(rating) for rating in unit if rating != "."] for unit in zip(*rows, strict=True)]


@pytest.mark.parametrize(
    ("table", "kappa"),
    [
        ([[20, 5], [10, 15]], 0.4000),
        ([[45, 15], [25, 15]], 0.1304),
        ([[25, 35], [5, 35]], 0.2593),
        ([[85, 5], [5, 5]], 0.4444),
        ([[90, 5], [5, 0]], -0.0526),
    ],
)
def test_cohen(table, kappa):
    """Kappa as in the textbook; the last two agree in 90 % of cases and yet differ: the paradox."""
    assert round(cohen(table), 4) == kappa


def test_fleiss():
    """The textbook's fourteen raters: agreement .3780, by chance .2128."""
    table = [list(map(int, row.split())) for row in FLEISS.split("/")]
    assert round(fleiss(table), 4) == 0.2099
    assert [round(float(share), 4) for share in fleiss_parts(table)] == [0.3780, 0.2128]


def test_fleiss_needs_equal_numbers_of_raters():
    """A case with another number of raters is refused."""
    with pytest.raises(ValueError, match="same number of raters"):
        fleiss([[2, 0], [1, 0]])


@pytest.mark.parametrize(
    ("metric", "alpha"),
    [
        (Metric.NOMINAL, 0.7434),
        (Metric.ORDINAL, 0.8154),
        (Metric.INTERVAL, 0.8491),
        (Metric.RATIO, 0.7974),
    ],
)
def test_krippendorff(metric, alpha):
    """The textbook's four raters and twelve units, with gaps, in all four metrics."""
    assert round(krippendorff(units(), metric), 4) == alpha


def test_two_reviewers():
    """Exact, within one, bias and alpha of eight double reviews."""
    assert within(PAIRS) == 37.5
    assert within(PAIRS, 1) == 75
    assert bias(PAIRS) == 0.375
    assert round(krippendorff(PAIRS), 4) == 0.7047
    assert round(krippendorff(PAIRS, Metric.INTERVAL), 4) == 0.6241


def test_within_ten_points():
    """80/88, 60/70 and 100/100 are within ten points, 90/79 is not."""
    assert within([(80, 88), (90, 79), (60, 70), (100, 100)], 10) == 75


def test_equal_ratings_are_undefined():
    """When all ratings are the same there is no chance to disagree: no coefficient, raw agreement only."""
    assert krippendorff([[4, 4], [4, 4]]) is None
    assert cohen([[9, 0], [0, 0]]) is None
    assert fleiss([[2, 0], [2, 0]]) is None
    assert within([(4, 4)]) == 100


def test_nothing_to_compare():
    """No data, or units rated once, give nothing."""
    assert krippendorff([[5], [], [3]]) is None
    assert cohen([[0, 0], [0, 0]]) is None
    assert fleiss([]) is None
    assert within([]) is None
    assert bias([]) is None


ratings = st.lists(st.lists(st.integers(1, 5), min_size=2, max_size=4), min_size=2, max_size=12)


@settings(deadline=None)
@given(ratings, st.sampled_from(list(Metric)), st.randoms())
def test_alpha_depends_neither_on_order_nor_on_lone_ratings(cases, metric, random):
    """Shuffling cases and raters, or adding a case rated once, changes nothing; alpha is at most 1."""
    alpha = krippendorff(cases, metric)
    shuffled = [random.sample(case, len(case)) for case in random.sample(cases, len(cases))]
    other = krippendorff([*shuffled, [3]], metric)
    assert (alpha is None) == (other is None)
    if alpha is not None:
        assert alpha <= 1 + 1e-12
        assert other == pytest.approx(alpha)


@settings(deadline=None)
@given(st.lists(st.integers(1, 5), min_size=2).filter(lambda values: len(set(values)) > 1))
def test_full_agreement_is_one(values):
    """Two raters who always agree have 1 in every metric."""
    assert all(krippendorff(zip(values, values, strict=True), metric) == 1 for metric in Metric)
