"""The 95 % intervals hold in about 95 of 100 samples, simulated, for the kinds of scores that teams give.

Seeded, so that it is the same each time. The samples are drawn with numpy, the intervals are those of the code.
"""

import numpy as np
import pytest

from iqs import statistics
from iqs.statistics import Spread, Stratum, Word, difference, estimate_from, estimate_strata, wilson

RUNS = 2_000
PAST = 30  # reviews of the period before, which tell the spread


def clipped(values):
    return np.clip(values, 0, 100)


KINDS = {
    "bell": lambda rng, size: clipped(rng.normal(82, 12, size)),
    "skewed": lambda rng, size: 100 * rng.beta(6, 1.2, size),
    "nearly all high": lambda rng, size: 100 * rng.beta(4, 0.4, size),
    "two humps": lambda rng, size: clipped(
        np.where(rng.random(size) < 0.7, rng.normal(92, 5, size), rng.normal(50, 8, size))
    ),
    "a few failures": lambda rng, size: clipped(
        np.where(rng.random(size) < 0.85, rng.normal(92, 5, size), rng.normal(45, 10, size))
    ),
    "a scorecard of four": lambda rng, size: (
        25 * rng.choice(5, p=[0.02, 0.05, 0.13, 0.35, 0.45], size=(*size, 4)).mean(-1)
    ),
}


def spread_of(sample):
    return Spread.of(float(((sample - sample.mean()) ** 2).sum()), len(sample) - 1)


def covered(kind, n, past):
    """The percent of samples whose interval holds the true mean."""
    rng = np.random.default_rng([n, list(KINDS).index(kind)])
    truth = KINDS[kind](rng, (400_000,)).mean()
    hits = 0
    for _ in range(RUNS):
        sample = KINDS[kind](rng, (n,))
        spread = spread_of(KINDS[kind](rng, (past,))) if past else None
        found = estimate_from(n, float(sample.sum()), float((sample**2).sum()), spread=spread)
        hits += found.low <= truth <= found.high
    return 100 * hits / RUNS


@pytest.mark.parametrize("n", [5, 10, 20, 50])
@pytest.mark.parametrize("kind", KINDS)
def test_an_interval_holds_what_it_promises(kind, n):
    """From 5 reviews up, with a period before of 30, 93 to 97 of 100 intervals hold the true mean."""
    assert 93 <= covered(kind, n, PAST) <= 97


def test_the_spread_of_before_is_what_makes_small_samples_honest():
    """Without it, five reviews of a team with a few failures miss the truth three times in ten."""
    assert covered("a few failures", 5, 0) < 75


@pytest.mark.parametrize("each", [1, 2, 5])
def test_a_sample_drawn_agent_by_agent_holds_too(each):
    """Agents of different levels, the same number of each: the mean of the agents' own means is held."""
    rng = np.random.default_rng(each)
    levels = rng.normal(80, 10, 8)
    hits = 0
    for _ in range(RUNS):
        before, now = (rng.normal(levels[:, None], 9, (8, size)) for size in (4, each))
        within = ((before - before.mean(1, keepdims=True)) ** 2).sum()
        strata = [Stratum(each, float(row.sum()), float((row**2).sum())) for row in now]
        found = estimate_strata(strata, spread=Spread.of(float(within), 8 * 3))
        hits += found.low <= levels.mean() <= found.high
    assert 93 <= 100 * hits / RUNS <= 97


def test_a_good_part_of_all_conversations_narrows_the_interval_rightly():
    """Fifteen of thirty conversations of each agent, drawn without replacement: still 93 to 97 of 100."""
    rng = np.random.default_rng(4)
    everything = clipped(rng.normal(rng.normal(80, 10, 6)[:, None], 14, (6, 30)))
    hits = 0
    for _ in range(RUNS):
        drawn = [rng.choice(row, 15, replace=False) for row in everything]
        strata = [Stratum(15, float(row.sum()), float((row**2).sum()), 30) for row in drawn]
        found = estimate_strata(strata)
        hits += found.low <= everything.mean() <= found.high
    assert 93 <= 100 * hits / RUNS <= 97


@pytest.mark.parametrize("kind", ["bell", "skewed", "two humps"])
def test_a_change_is_claimed_falsely_at_most_one_time_in_twenty(kind):
    """Two periods of the same quality: "higher" or "lower" in 3 to 6.5 of 100 pairs."""
    rng = np.random.default_rng(8)
    wrong = 0
    for _ in range(RUNS):
        sides = []
        for _ in range(2):
            sample, past = KINDS[kind](rng, (12,)), KINDS[kind](rng, (PAST,))
            sums = float(sample.sum()), float((sample**2).sum())
            sides.append(estimate_from(12, *sums, spread=spread_of(past)))
        wrong += difference(*sides).word is not Word.UNCLEAR
    assert 3 <= 100 * wrong / RUNS <= 6.5


def test_a_share_holds_too():
    """Wilson's interval of a pass rate, averaged over the true rates."""
    rng = np.random.default_rng(2)
    hits = []
    for n in (5, 10, 20, 50):
        for rate in rng.uniform(0.05, 0.95, 400):
            low, high = wilson(int(rng.binomial(n, rate)), n)
            hits.append(low <= 100 * rate <= high)
    assert 93 <= 100 * np.mean(hits) <= 97


def test_the_past_never_outweighs_a_large_sample():
    """However many reviews came before, their spread counts as 40 at most."""
    assert Spread.of(100.0, 10_000).freedom == statistics.SPREAD_FREEDOM
    assert Spread.of(0.0, 0) is None
