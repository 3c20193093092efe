"""The 95 % intervals hold in about 95 of 100 samples, simulated, for the kinds of scores that teams give.

Seeded, so that it is the same each time. The samples are drawn with numpy, the intervals are those of the code.
"""

from fractions import Fraction

import numpy as np
import pytest

from iqs import figures, statistics
from iqs.figures import Cell, Tally
from iqs.statistics import (
    Clusters,
    Share,
    Spread,
    Stratum,
    Word,
    difference,
    estimate_from,
    estimate_strata,
    estimate_weighted,
    wilson,
)

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


def test_the_weighted_mean_of_a_quota_holds_the_mean_of_all_conversations():
    """Five of each agent, of 10 to 80 conversations: weighted, 93 to 97 of 100 hold it; the plain mean is elsewhere."""
    rng = np.random.default_rng(6)
    everything = [
        clipped(rng.normal(level, 9, size))
        for level, size in zip((62, 70, 78, 84, 88, 92), (80, 64, 48, 30, 16, 10), strict=True)
    ]
    truth = np.concatenate(everything).mean()
    hits, plain = 0, 0
    for _ in range(RUNS):
        drawn = [rng.choice(row, 5, replace=False) for row in everything]
        before = sum(((each - each.mean()) ** 2).sum() for each in (rng.choice(row, 5) for row in everything))
        within = estimate_strata(
            [
                Stratum(5, float(each.sum()), float((each**2).sum()), len(row))
                for each, row in zip(drawn, everything, strict=True)
            ],
            spread=Spread.of(float(before), 6 * 4),
        )
        shares = [Share(5, float(each.sum()), len(row)) for each, row in zip(drawn, everything, strict=True)]
        found = estimate_weighted(shares, within)
        hits += found.low <= truth <= found.high
        plain += within.low <= truth <= within.high
    assert 93 <= 100 * hits / RUNS <= 97
    assert 100 * plain / RUNS < 50


@pytest.mark.parametrize("raters", [2, 19])
def test_several_reviews_of_one_conversation_are_one_look_at_it(raters):
    """Raters agree a little: as clusters 93 to 97 of 100 intervals hold the truth, as if independent far fewer."""
    rng = np.random.default_rng(raters)
    hits, naive = 0, 0
    for _ in range(RUNS):
        talks = rng.normal(70, 15, 40)
        scores = talks[:, None] + rng.normal(0, 12, (40, raters))
        sums, n = (float(scores.sum()), float((scores**2).sum())), scores.size
        apart = ((scores - scores.mean()).sum(1) ** 2).sum() / raters**2
        found = estimate_strata([Stratum(n, *sums, clusters=Clusters(40, Fraction(float(apart))))])
        hits += found.low <= 70 <= found.high
        bare = estimate_strata([Stratum(n, *sums)])
        naive += bare.low <= 70 <= bare.high
    assert 93 <= 100 * hits / RUNS <= 97
    assert 100 * naive / RUNS < (90 if raters == 2 else 60)


def test_a_change_is_no_surer_because_everything_was_reviewed():
    """All of two weeks' conversations, the work the same: a change is claimed in at most 6.5 of 100 pairs."""
    rng = np.random.default_rng(9)
    wrong = 0
    for _ in range(RUNS):
        weeks = rng.normal(80, 12, (2, 4, 10))
        tallies = {
            Cell(window, agent): Tally(10, round(row.sum() * 10**6), round((row**2).sum() * 10**12))
            for window, week in enumerate(weeks)
            for agent, row in enumerate(week, 1)
        }
        known = {window: dict.fromkeys(range(1, 5), 10.0) for window in (0, 1)}
        iqs, change = figures.team(tallies, known)
        assert iqs.low == iqs.high == pytest.approx(weeks[1].mean())
        wrong += change.word is not Word.UNCLEAR
    assert 3 <= 100 * wrong / RUNS <= 6.5


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
