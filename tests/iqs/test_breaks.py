"""A scorecard that counts differently is noticed, one that only reads differently is not."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from iqs import breaks
from iqs.scorecards import CategoryGroup, Criticality, RatingCategory, RatingScale, Scorecard

CARD = Scorecard(
    "Card",
    (
        RatingCategory("a", "A", RatingScale(5), weight=20),
        RatingCategory("b", "B", RatingScale(5), weight=10),
    ),
)


def changed(**first):
    return replace(CARD, categories=(replace(CARD.categories[0], **first), CARD.categories[1]))


@pytest.mark.parametrize(
    ("other", "alike"),
    [
        (changed(name="Other", description="d", guidance="g", causes_always=True), True),
        (
            replace(
                CARD, categories=tuple(replace(each, weight=each.weight // 5) for each in CARD.categories)
            ),
            True,
        ),
        (replace(CARD, pass_mark=90, groups=(CategoryGroup("g", "G"),)), True),
        (
            replace(
                CARD, categories=(*CARD.categories, RatingCategory("c", "C", RatingScale(2), scored=False))
            ),
            True,
        ),
        (changed(weight=30), False),
        (changed(scale=RatingScale(4)), False),
        (changed(critical=Criticality.REVIEW), False),
        (changed(key="x"), False),
        (replace(CARD, categories=CARD.categories[:1]), False),
    ],
)
def test_what_counts_alike(other, alike):
    """Proportions of weights, scales, categories and criticality count; words, groups and the pass mark do not."""
    assert (breaks.measure(other) == breaks.measure(CARD)) is alike


def at(day):
    return datetime(2026, 11, day, tzinfo=UTC)


CARDS = {1: CARD, 2: changed(name="Renamed"), 3: changed(weight=30), 4: changed(scale=RatingScale(4))}


def test_a_break_is_where_the_new_measure_was_first_used():
    """Within the windows asked about; the first card of all is no break, a renamed category neither."""
    used = {(0, 1): at(1), (1, 2): at(3), (2, 1): at(8), (2, 3): at(9), (3, 3): at(15)}
    assert breaks.rebased(used, CARDS, [0, 1]) == ()
    assert breaks.rebased(used, CARDS, [1, 2]) == (at(9),)
    assert breaks.rebased(used, CARDS, [3]) == ()
    assert breaks.rebased({(0, 1): None, (0, 3): at(9)}, CARDS, [0]) == (at(9),)


def test_a_trend_is_marked_once_where_it_breaks():
    """At the first point with the new measure, not at those after; an empty start is no break."""
    used = {(1, 1): at(1), (2, 1): at(8), (2, 3): at(9), (3, 3): at(15)}
    assert breaks.rebased_windows(used, CARDS, [[0], [1], [2], [3]]) == (False, False, True, False)


def test_categories_on_two_scales_are_known():
    """Only those whose points differ; a weight changes no category's own score."""
    used = {(0, 1): at(1), (1, 3): at(8), (2, 4): at(15)}
    assert breaks.rescaled(used, CARDS, [0, 1]) == frozenset()
    assert breaks.rescaled(used, CARDS, [0, 1, 2]) == {"a"}
