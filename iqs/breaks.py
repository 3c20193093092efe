"""Where a scorecard began to count differently: figures before and after are not one series.

Two versions count alike if they rate the same scored categories on the same scales, with the same proportions of
weights, and the same ones are critical. Names, descriptions, guidance and root causes move no number.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from fractions import Fraction

from iqs.scorecards import Scorecard

Measure = frozenset[tuple[str, int, Fraction, str]]
"""What a scorecard's numbers depend on: key, points of the scale, part of the whole weight, criticality."""

Used = Mapping[tuple[int, int], datetime | None]
"""By (window, scorecard version) used in it: the first counted review made with it, None if it has no time."""

Cards = Mapping[int, Scorecard]
"""Scorecards by the id of their version."""


def measure(card: Scorecard) -> Measure:
    """What the card's numbers depend on."""
    scored = [each for each in card.categories if each.scored]
    total = sum(each.weight for each in scored) or 1
    return frozenset(
        (each.key, each.scale.points, Fraction(each.weight, total), card.criticality(each).value)
        for each in scored
    )


def rebased(used: Used, cards: Cards, windows: Iterable[int]) -> tuple[datetime, ...]:
    """The instants from which, within these windows, reviews were made with a card that counts differently.

    Without the first card of all; empty where everything counts alike.
    """
    inside = set(windows)
    first: dict[Measure, datetime | None] = {}
    for (window, version_id), at in used.items():
        if window in inside:
            own = measure(cards[version_id])
            known = first.get(own)
            first[own] = at if known is None else known if at is None else min(known, at)
    return tuple(
        sorted(at for at in first.values() if at is not None)[1 if None not in first.values() else 0 :]
    )


def rebased_windows(used: Used, cards: Cards, windows: Sequence[Sequence[int]]) -> tuple[bool, ...]:
    """For each point of a trend (the windows it is made of): whether a card not seen before it first counts there."""
    seen: set[Measure] = set()
    marks = []
    for inside in windows:
        here = {measure(cards[version_id]) for (window, version_id) in used if window in inside}
        marks.append(bool(seen) and bool(here - seen))
        seen |= here
    return tuple(marks)


def rescaled(used: Used, cards: Cards, windows: Iterable[int]) -> frozenset[str]:
    """The keys of the categories that were rated on more than one scale in these windows."""
    inside = set(windows)
    scales: dict[str, set[int]] = {}
    for window, version_id in used:
        if window in inside:
            for each in cards[version_id].categories:
                scales.setdefault(each.key, set()).add(each.scale.points)
    return frozenset(key for key, points in scales.items() if len(points) > 1)
