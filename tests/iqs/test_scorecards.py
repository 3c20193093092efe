"""Scorecards keep their rules: causes, keys, criticality, and an exact definition for storage."""

import json
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iqs.scorecards import (
    NAME_LIMIT,
    CategoryGroup,
    Criticality,
    RatingCategory,
    RatingScale,
    RootCause,
    Scorecard,
    definition,
    from_definition,
    key_from,
)

CAUSE = RootCause("late", "Too late")


@pytest.mark.parametrize(
    ("causes", "always", "offered"),
    [((), True, set()), ((CAUSE,), False, {1, 2}), ((CAUSE,), True, {1, 2, 3})],
)
def test_root_causes_are_asked_below_the_top_or_always(causes, always, offered):
    """Causes come with any rating below the best, or with all; never with N/A, never without causes."""
    category = RatingCategory("a", "A", RatingScale(3), causes=causes, causes_always=always)
    assert {value for value in (None, 1, 2, 3) if category.offers_causes(value)} == offered


@pytest.mark.parametrize(
    ("own", "of_group", "counts"),
    [
        ("none", "none", "none"),
        ("none", "group", "group"),
        ("review", "group", "review"),
        ("group", "review", "review"),
    ],
)
def test_the_stronger_criticality_counts(own, of_group, counts):
    """A category and its group may both be critical; failing the review outweighs failing the group."""
    category = RatingCategory("a", "A", RatingScale(2), critical=Criticality(own), group="g")
    other = CategoryGroup("h", "H", Criticality.REVIEW)
    card = Scorecard("card", (category,), (CategoryGroup("g", "G", Criticality(of_group)), other))
    assert card.criticality(category) == counts


def test_an_unknown_category_is_a_key_error():
    """Asking for a category that is not there is a mistake of the caller."""
    with pytest.raises(KeyError):
        Scorecard("card", ()).category("a")


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Tone and empathy", "tone_and_empathy"),
        ("  Größe & Café! ", "grosse_cafe"),
        ("Тон", "тон"),
        ("한국어", "한국어"),
        ("🙂", ""),
        ("x" * 80, "x" * NAME_LIMIT),
    ],
)
def test_a_key_comes_from_the_name(name, key):
    """Lower case, accents off, words joined; other alphabets stay; without letters there is no key."""
    assert key_from(name) == key


@settings(deadline=None)
@given(st.text())
def test_a_key_is_its_own_key(name):
    """Making a key of a key changes nothing, and it never grows beyond the limit."""
    key = key_from(name)
    assert len(key) <= NAME_LIMIT
    assert key_from(key) == key


def test_a_definition_is_json_and_exact():
    """What is stored comes back equal, a pass mark of thirds included; the version stands beside it."""
    card = Scorecard(
        "Support",
        (
            RatingCategory(
                "a", "A", RatingScale(4), 35, Criticality.GROUP, "g", False, False, "d", "w", (CAUSE,), True
            ),
            RatingCategory("b", "B", RatingScale(2)),
        ),
        (CategoryGroup("g", "G", Criticality.REVIEW),),
        Fraction(200, 3),
        version=4,
        version_id=17,
    )
    stored = json.loads(json.dumps(definition(card)))
    assert from_definition(stored, version=4, version_id=17) == card
    assert definition(from_definition(stored)) == definition(card)
