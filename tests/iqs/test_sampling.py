"""The seeded order is a fair shuffle of the places, walked lazily, and depends on nothing else."""

from collections import Counter
from itertools import islice
from math import factorial

from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2

from iqs.sampling import HOLE, TAKEN, WORD, Spot, Stratum, Walk, below, seeded_numbers, seeded_spots, seek

SEEDS = 4_000


def desk(holes=lambda _: False, filtered=lambda _: False):
    """A look at places: some are empty, some hold what a filter leaves out."""

    def look(spots):
        standing = {each: hash(each) for each in spots if not holes(each)}
        return standing, {each: "filtered" for each in standing if filtered(each)}

    return look


def sampled(seed, places, *, quota, person=1, look=None):
    """The spots that a draw takes of one reviewee."""
    stratum = Stratum(eligible=sum(places), quota=quota, places=places)
    stops = seek([Walk.of(seed, person, 100, stratum)], look or desk())
    return [each.spot for each in stops if each.outcome == TAKEN]


def uniform(counts, kinds, expected, *, correction=1.0):
    """χ² of a table that should be even; false alarms 1 in 10,000 (and the seeds are fixed)."""
    statistic = sum((counts[kind] - expected) ** 2 / expected for kind in kinds) / correction
    return statistic < chi2.ppf(0.9999, len(kinds) - 1)


@given(st.integers(0, 300), st.text(max_size=20), st.integers(1, 10**9))
def test_the_order_is_a_permutation(size, seed, person):
    """Every place comes exactly once, and the same seed gives the same order."""
    order = list(seeded_numbers(seed, person, size))
    assert sorted(order) == list(range(size))
    assert list(islice(seeded_numbers(seed, person, size), 7)) == order[:7]


def test_every_order_is_equally_likely():
    """All 24 orders of four places come as often as one another."""
    counts = Counter(tuple(seeded_numbers(f"seed {n}", 1, 4)) for n in range(SEEDS))
    assert len(counts) == factorial(4)
    assert uniform(counts, list(counts), SEEDS / factorial(4))


def test_numbers_are_drawn_without_the_bias_of_a_remainder():
    """Words beyond the last whole multiple of the bound are thrown away, and the next one counts."""
    bound = WORD // 2 + 1
    words = iter([WORD - 1, bound, 7])
    assert below(bound, lambda: next(words)) == 7
    assert below(3, lambda: 5) == 2


@given(st.lists(st.integers(0, 5), max_size=8), st.text(max_size=5))
def test_numbers_become_days_and_places(places, seed):
    """Each day of a reviewee holds exactly its places."""
    spots = list(seeded_spots(seed, 3, 100, places))
    assert set(spots) == {Spot(3, 100 + day, n) for day, count in enumerate(places) for n in range(count)}
    assert len(spots) == sum(places)


def test_every_place_is_equally_likely_with_holes_and_filters():
    """Passing over holes and what is filtered out leaves the rest equally likely (χ² over many seeds)."""
    places = (5, 0, 9, 7)
    holes = {Spot(1, 100, 2), Spot(1, 103, 6)}
    look = desk(holes.__contains__, lambda spot: spot.place % 3 == 1)
    kept = [spot for spot in seeded_spots("any", 1, 100, places) if spot not in holes and spot.place % 3 != 1]
    counts = Counter(spot for n in range(SEEDS) for spot in sampled(f"seed {n}", places, quota=3, look=look))
    assert set(counts) == set(kept)
    # Draws without replacement vary less than independent ones: divide by (N - n) / (N - 1).
    correction = (len(kept) - 3) / (len(kept) - 1)
    assert uniform(counts, kept, SEEDS * 3 / len(kept), correction=correction)


def test_every_pair_is_equally_likely():
    """Not only each conversation: each set of two is drawn as often as any other."""
    counts = Counter(frozenset(sampled(f"seed {n}", (4, 3), quota=2)) for n in range(SEEDS))
    assert len(counts) == 21
    assert uniform(counts, list(counts), SEEDS / 21)


def test_agents_are_independent():
    """What is drawn of one agent says nothing about another: all pairs of first places come alike."""
    counts = Counter(
        (sampled(f"seed {n}", (5,), quota=1)[0].place, sampled(f"seed {n}", (5,), quota=1, person=2)[0].place)
        for n in range(SEEDS)
    )
    assert uniform(counts, [(a, b) for a in range(5) for b in range(5)], SEEDS / 25)


def test_a_walk_stops_when_nothing_is_left():
    """Fewer than the quota are taken when the places run out; what was passed over is told with its reason."""
    stratum = Stratum(eligible=9, quota=9, places=(9,))
    look = desk(lambda spot: spot.place % 2 == 0, lambda spot: spot.place == 3)
    stops = seek([Walk.of("s", 1, 100, stratum)], look)
    assert [each.position for each in stops] == list(range(9))
    assert [each.conversation_id is None for each in stops] == [each.outcome == HOLE for each in stops]
    assert Counter(each.outcome for each in stops) == {HOLE: 5, TAKEN: 3, "filtered": 1}


def test_nothing_beyond_the_quota_is_come_to():
    """A walk ends with the last conversation it takes, and goes on from there as if it had never stopped."""
    stratum = Stratum(eligible=50, quota=3, places=(50,))
    first = seek([Walk.of("s", 1, 100, stratum)], desk())
    more = seek([Walk.of("s", 1, 100, stratum, after=3, wanted=2)], desk())
    assert [each.position for each in [*first, *more]] == [0, 1, 2, 3, 4]
    order = list(islice(seeded_spots("s", 1, 100, (50,)), 5))
    assert [each.spot for each in [*first, *more]] == order
