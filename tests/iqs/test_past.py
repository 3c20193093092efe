"""A past programme's lines become reviews and a scorecard; what they do not tell stays unknown."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iqs.errors import Invalid
from iqs.past import PastRating, PastScale, gathered, past_scorecard
from iqs.scorecards import RatingCategory, RatingScale, Scorecard
from iqs.scoring import review_score

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
FIVE = PastScale(-2, 2)
CARD = past_scorecard("Past", ["Tone", "Product knowledge"], FIVE)


def line(number, category="Tone", value=0, conversation="c1", reviewer="rita", **more):
    return PastRating(number, conversation, reviewer, category, value, **more)


@given(low=st.integers(-50, 50), steps=st.integers(1, 100), data=st.data())
def test_a_value_keeps_its_place_between_worst_and_best(low, steps, data):
    """(value - low) / (high - low) on the old scale is the percent on ours."""
    scale = PastScale(low, low + steps)
    value = data.draw(st.integers(low, low + steps))
    ours = RatingScale(scale.points).percent(scale.value(value))
    assert ours * steps == (value - low) * 100


@pytest.mark.parametrize("ends", [(1, 1), (5, 1), (0, 101)])
def test_a_scale_that_is_none_is_refused(ends):
    """A scale has two values at least, 101 at most, the worst first."""
    with pytest.raises(Invalid, match=r"1\.\.5"):
        PastScale(*ends)


def test_a_value_outside_the_scale_is_rejected_with_its_line():
    """Nothing is bent into the scale."""
    past = gathered([line(2, value=3), line(3, value=2)], CARD, FIVE)
    assert past.rejected == ((2, "value is not on the scale -2..2"),)
    assert past.reviews[0].ratings["tone"].value == 5


def test_lines_of_one_reviewer_conversation_and_time_are_one_review():
    """Lines need not stand together; another time is another review; comments are kept once each."""
    past = gathered(
        [
            line(2, comment="Well done"),
            line(3, conversation="c2"),
            line(4, "product_knowledge", 1, comment="Well done", reviewee="ada"),
            line(5, submitted_at=AT),
        ],
        CARD,
        FIVE,
    )
    first, second, third = past.reviews
    assert (set(first.ratings), first.comment, first.reviewee) == (
        {"tone", "product_knowledge"},
        "Well done",
        "ada",
    )
    assert (second.conversation, third.submitted_at) == ("c2", AT)


@pytest.mark.parametrize(
    ("second", "reason"),
    [
        (line(3), "rated this category"),
        (line(3, "Speed"), "no such category"),
        (line(3, "Product knowledge", reviewee="ben"), "another reviewee"),
    ],
)
def test_a_line_that_contradicts_is_rejected(second, reason):
    """Twice the same category, an unknown category, two reviewees: the first line stands, the second says why."""
    past = gathered([line(2, reviewee="ada"), second], CARD, FIVE)
    assert len(past.reviews) == 1
    [(number, told)] = past.rejected
    assert number == 3
    assert reason in told


def test_history_goes_on_where_the_team_has_the_same_category():
    """A category the team's scorecard has by name or key gets its key and name; the scale stays the old one."""
    ours = Scorecard("Ours", (RatingCategory("empathy", "Tone", RatingScale(3)),))
    made = past_scorecard("Past", ["TONE", "task_accomplishment"], FIVE, ours)
    assert [(each.key, each.name, each.scale.points) for each in made.categories] == [
        ("empathy", "Tone", 5),
        ("task_accomplishment", "Task accomplishment", 5),
    ]


@pytest.mark.parametrize("titles", [[], ["!!!"], ["Tone", "tone!"], [f"C{n}" for n in range(13)]])
def test_categories_that_make_no_scorecard_are_refused(titles):
    """None, nameless, indistinguishable, too many: one sentence."""
    with pytest.raises(Invalid):
        past_scorecard("Past", titles, FIVE)


def test_a_rating_of_na_leaves_the_score():
    """N/A of a past programme counts as N/A does here."""
    past = gathered([line(2, value=None), line(3, "Product knowledge", 2)], CARD, FIVE)
    assert review_score(CARD, past.reviews[0].ratings).percent == 100
