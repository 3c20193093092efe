"""Do reviewers agree? Kappa, Krippendorff's alpha, and the plain shares beside them.

Every coefficient is 1 for full agreement and 0 for chance, and None where it is undefined (nobody disagrees
because all ratings are equal): show the raw agreement then. Worked examples: `docs/scoring.md`.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise

Number = Fraction | float
Distance = Callable[[Number, Number], float]


class Metric(StrEnum):
    """How far two ratings are apart: not the same, by rank, by points, or by proportion."""

    NOMINAL = "nominal"
    ORDINAL = "ordinal"
    INTERVAL = "interval"
    RATIO = "ratio"


def cohen(table: Sequence[Sequence[int]]) -> float | None:
    """Cohen's kappa of two raters; `table[i][j]` counts the cases that got i from one and j from the other.

    Kappa falls when nearly all ratings are the same, however much the two agree: show the raw share too.
    """
    n = sum(map(sum, table))
    if not n:
        return None
    observed = Fraction(sum(row[index] for index, row in enumerate(table)), n)
    columns = [sum(column) for column in zip(*table, strict=True)]
    chance = Fraction(sum(sum(row) * column for row, column in zip(table, columns, strict=True)), n * n)
    return None if chance == 1 else float((observed - chance) / (1 - chance))


def fleiss(table: Sequence[Sequence[int]]) -> float | None:
    """Fleiss' kappa of any number of raters; `table[i][j]` counts the raters who gave case i the rating j.

    Every case needs the same number of raters, at least two; ValueError otherwise. `krippendorff` takes any.
    """
    if not table:
        return None
    observed, chance = fleiss_parts(table)
    return None if chance == 1 else float((observed - chance) / (1 - chance))


def fleiss_parts(table: Sequence[Sequence[int]]) -> tuple[Fraction, Fraction]:
    """Fleiss' two shares, 0–1: pairs of raters that agree, and that would by chance. ValueError as there."""
    raters = sum(table[0])
    if raters < 2 or any(sum(row) != raters for row in table):
        raise ValueError("every case needs the same number of raters, at least two")
    agreeing = sum(count * (count - 1) for row in table for count in row)
    shares = [Fraction(sum(column), len(table) * raters) for column in zip(*table, strict=True)]
    chance = sum((share * share for share in shares), Fraction(0))
    return Fraction(agreeing, len(table) * raters * (raters - 1)), chance


def krippendorff(units: Iterable[Iterable[Number]], metric: Metric = Metric.ORDINAL) -> float | None:
    """Krippendorff's alpha; each unit holds the ratings that one case got, however many, in any order.

    Units with fewer than two ratings cannot be compared and are left out. Ordinal is the metric for a rating
    scale; ratio needs numbers that are not negative.
    """
    pairable = [Counter(unit) for unit in map(list, units) if len(unit) > 1]
    totals: Counter[Number] = Counter()
    for ratings in pairable:
        totals.update(ratings)
    distance = _distance(metric, totals)
    n = totals.total()
    expected = _disagreement(totals, distance)
    if not expected:
        return None
    observed = sum(_disagreement(ratings, distance) / (ratings.total() - 1) for ratings in pairable)
    return 1 - (n - 1) * observed / expected


def within(pairs: Iterable[tuple[Number, Number]], points: Number = 0) -> float | None:
    """The percent of pairs that differ by `points` at most; 0 = exactly the same. None without pairs."""
    near = [-points <= one - other <= points for one, other in pairs]
    return 100 * sum(near) / len(near) if near else None


def bias(pairs: Iterable[tuple[Number, Number]]) -> float | None:
    """How much higher the first of each pair rates on average, in the ratings' unit; None without pairs."""
    gaps = [one - other for one, other in pairs]
    return float(sum(gaps) / len(gaps)) if gaps else None


def _disagreement(ratings: Mapping[Number, int], distance: Distance) -> float:
    """The distances of all ordered pairs of ratings, added up."""
    values = list(ratings)
    return 2 * sum(
        ratings[one] * ratings[other] * distance(one, other)
        for index, one in enumerate(values)
        for other in values[:index]
    )


def _distance(metric: Metric, totals: Mapping[Number, int]) -> Distance:
    if metric is Metric.NOMINAL:
        return lambda one, other: float(one != other)
    if metric is Metric.INTERVAL:
        return lambda one, other: float((one - other) ** 2)
    if metric is Metric.RATIO:
        return lambda one, other: float(((one - other) / (one + other)) ** 2) if one != other else 0.0
    ranks = _ranks(totals)
    return lambda one, other: (ranks[one] - ranks[other]) ** 2


def _ranks(totals: Mapping[Number, int]) -> dict[Number, float]:
    """Where each value stands among all ratings, by counting them (half of its own on either side)."""
    ordered = sorted(totals)
    ranks = dict.fromkeys(ordered[:1], 0.0)
    for lower, higher in pairwise(ordered):
        ranks[higher] = ranks[lower] + (totals[lower] + totals[higher]) / 2
    return ranks
