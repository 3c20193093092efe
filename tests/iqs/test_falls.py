"""A fall is told when it is real, soon, and once; simulated, seeded, for the kinds of scores that teams give."""

from statistics import stdev

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from iqs.falls import USUAL_N, Scored, Turn, Usual, shifts, usual
from iqs.statistics import estimate_from

CATEGORIES = 6
QUARTER = 13 * 24  # reviews: 24 a week
WATCHED = QUARTER * (CATEGORIES + 1)
USUAL = Usual(88, 8, 120)


def estimate(scores):
    scores = np.asarray(scores, dtype=float)
    return estimate_from(len(scores), float(scores.sum()), float((scores**2).sum()))


def bell(rng, mean, size, sd=8):
    return np.clip(rng.normal(mean, sd, size), 0, 100)


def five_points(rng, mean, size):
    """Ratings on five points, most of them the best, tilted to this mean."""
    values, weights = np.arange(5) * 25.0, np.array([0.01, 0.02, 0.07, 0.25, 0.65])
    low, high = -5.0, 5.0
    for _ in range(40):
        middle = (low + high) / 2
        tilted = weights * np.exp(middle * values / 25)
        low, high = (middle, high) if values @ tilted / tilted.sum() < mean else (low, middle)
    return rng.choice(values, p=tilted / tilted.sum(), size=size)


KINDS = {"bell": bell, "five points": five_points}


def found(scores, before=USUAL, watched=WATCHED):
    return list(
        shifts([Scored(place, float(each)) for place, each in enumerate(scores)], before, watched=watched)
    )


@pytest.mark.parametrize("kind", KINDS)
def test_a_steady_team_is_told_at_most_one_fall_a_quarter(kind):
    """The team and its six categories together, the usual learned from the quarter before: at most 1 in a quarter."""
    rng = np.random.default_rng(11)
    runs, told = 120, 0
    for _ in range(runs):
        before = KINDS[kind](rng, 88, (CATEGORIES, QUARTER))
        now = KINDS[kind](rng, 88, (CATEGORIES, QUARTER))
        for past, scores in zip([*before, before.mean(0)], [*now, now.mean(0)], strict=True):
            told += sum(each.turn is Turn.FALL for each in found(scores, usual(estimate(past))))
    assert told / runs <= 1


def delays(kind, runs=300, **options):
    """After how many reviews a fall of 10 points is told."""
    rng = np.random.default_rng(12)
    out = []
    for _ in range(runs):
        before = usual(estimate(KINDS[kind](rng, 88, QUARTER, **options)))
        told = found(KINDS[kind](rng, 78, 400, **options), before)
        out.append(told[0].noticed + 1 if told else 400)
    return np.array(out)


def test_a_fall_of_ten_points_is_told_within_15_reviews():
    """With scores that spread by 8 points, as those of the golden drop do, in at least 9 of 10 simulations."""
    assert round(stdev([92, 88, 95, 70, 84, 90, 78, 86])) == 8
    assert np.mean(delays("bell") <= 15) >= 0.9


def test_a_wide_spread_takes_longer_and_is_found_all_the_same():
    """Ratings of five points spread by 20: half of the falls within 45 reviews, nearly all in a quarter."""
    late = delays("five points", runs=150)
    assert np.median(late) <= 45
    assert np.mean(late <= QUARTER) >= 0.97


def test_a_recovery_is_told_once():
    """Down, back up: a fall, then a recovery, and nothing else."""
    rng = np.random.default_rng(3)
    scores = [*bell(rng, 88, 50), *bell(rng, 72, 30), *bell(rng, 88, 60)]
    fall, recovery = found(scores)
    assert (fall.turn, recovery.turn) == (Turn.FALL, Turn.RECOVERY)
    assert 48 <= fall.since <= fall.noticed < 80 <= recovery.since + 3 <= recovery.noticed + 3
    assert fall.mean < 80 < recovery.mean
    assert fall.n == fall.noticed - fall.since + 1


def test_one_disaster_is_no_fall():
    """A single 0 among usual scores is a review to read, not a trend."""
    assert found([88, 90, 86, 0, 88, 90, 86, 88]) == []


def test_too_few_reviews_tell_nothing_about_the_usual():
    """Under thirty nothing is watched; scores all alike are given a spread all the same."""
    assert usual(estimate([90.0] * (USUAL_N - 1))) is None
    assert usual(estimate([90.0] * USUAL_N)).sd == 5


@given(st.lists(st.floats(0, 100), max_size=80), st.integers(0, 80))
def test_what_was_told_stays_told(scores, cut):
    """Later reviews never change what earlier ones showed: each shift is told once, at its review."""
    every = found(scores)
    assert [each for each in every if each.noticed < cut] == found(scores[:cut])


@given(st.lists(st.floats(0, 100), max_size=60))
def test_falls_and_recoveries_take_turns(scores):
    """Nothing recovers that did not fall."""
    turns = [each.turn for each in found(scores)]
    assert turns == [Turn.FALL, Turn.RECOVERY] * (len(turns) // 2) + [Turn.FALL] * (len(turns) % 2)


@given(st.lists(st.floats(88, 100), max_size=60))
def test_nothing_falls_while_nothing_is_below_the_usual(scores):
    """Better than usual is never a fall."""
    assert found(scores) == []
