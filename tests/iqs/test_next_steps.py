"""What to work on next is one concrete sentence, or none."""

import pytest

from iqs.next_steps import next_step
from iqs.reports import CategoryFigure
from iqs.scorecards import RatingCategory, RatingScale, RootCause, Scorecard
from iqs.statistics import Estimate

CATEGORY = RatingCategory("tone", "Tone", RatingScale(5), causes=(RootCause("cold", "Sounds cold"),))
CARD = Scorecard("Card", (CATEGORY,))
FIGURES = (CategoryFigure("tone", "Tone", Estimate(62.0, 8, 50.0, 74.0)),)


@pytest.mark.parametrize(
    ("focus", "counts", "sentence"),
    [
        (None, {("tone", "cold"): 5}, None),
        ("Other (40 %)", {}, None),
        ("Tone (62 %)", {}, "Tone (62 %): read your latest reviews with an eye on it."),
        ("Tone (62 %)", {("tone", "cold"): 1}, "Tone (62 %): read your latest reviews with an eye on it."),
        ("Tone (62 %)", {("other", "cold"): 9}, "Tone (62 %): read your latest reviews with an eye on it."),
        (
            "Tone (62 %)",
            {("tone", "cold"): 3, ("tone", "long_ago"): 1},
            "Tone (62 %): watch for “Sounds cold”, noted 3 of 4 times there.",
        ),
        ("Tone (62 %)", {("tone", "gone"): 2}, "Tone (62 %): watch for “Gone”, noted 2 of 2 times there."),
    ],
)
def test_the_sentence(focus, counts, sentence):
    """A cause is named once it was picked twice; picks of other categories do not count."""
    assert next_step(focus, FIGURES, [CARD], counts) == sentence
