"""What holds for every scorecard and every set of ratings."""

from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from iqs.reviews import Rating
from iqs.scorecards import CategoryGroup, Criticality, RatingCategory, RatingScale, Scorecard
from iqs.scoring import explain, from_micropoints, group_scores, micropoints, review_score, show


@st.composite
def reviews(draw, *, critical=True):
    """A scorecard of up to six categories in up to two groups, and ratings for it."""
    kinds = st.sampled_from(list(Criticality)) if critical else st.just(Criticality.NONE)
    groups = tuple(CategoryGroup(key, key, draw(kinds)) for key in "gh")
    categories = tuple(
        RatingCategory(
            f"c{index}",
            f"C{index}",
            RatingScale(draw(st.integers(2, 5))),
            draw(st.integers(0, 100)),
            draw(kinds),
            draw(st.sampled_from(["g", "h", None])),
            scored=draw(st.booleans()),
        )
        for index in range(draw(st.integers(1, 6)))
    )
    ratings = {
        each.key: Rating(draw(st.one_of(st.none(), st.integers(1, each.scale.points)))) for each in categories
    }
    return Scorecard("any", categories, groups, Fraction(draw(st.integers(0, 100)))), ratings


@settings(deadline=None)
@given(reviews())
def test_scores_stay_within_bounds_and_add_up(review):
    """A score is 0–100 or nothing; contributions add up to it; passing and percent agree."""
    scorecard, ratings = review
    score = review_score(scorecard, ratings)
    assert (score.percent is None) == (score.passed is None)
    if score.percent is not None:
        assert 0 <= score.percent <= 100
        assert sum(line.contribution or 0 for line in score.lines) == score.percent
        assert score.percent >= scorecard.pass_mark or not score.passed
    for group in group_scores(scorecard, ratings).values():
        assert group is None or 0 <= group <= 100
    assert explain(scorecard, ratings)


@settings(deadline=None)
@given(reviews())
def test_not_applicable_is_neutral(review):
    """A category rated N/A might as well not be on the scorecard."""
    scorecard, ratings = review
    kept = tuple(each for each in scorecard.categories if ratings[each.key].value is not None)
    smaller = Scorecard("smaller", kept, scorecard.groups, scorecard.pass_mark)
    one = review_score(scorecard, ratings)
    other = review_score(smaller, {each.key: ratings[each.key] for each in kept})
    assert (one.percent, one.passed, one.failed_critical) == (
        other.percent,
        other.passed,
        other.failed_critical,
    )


@settings(deadline=None)
@given(reviews(), st.data())
def test_a_better_rating_never_lowers_the_score(review, data):
    """Raising one rating by one point leaves the score the same or higher."""
    scorecard, ratings = review
    raisable = [
        each.key
        for each in scorecard.categories
        if ratings[each.key].value is not None and ratings[each.key].value < each.scale.points
    ]
    if not raisable:
        return
    key = data.draw(st.sampled_from(raisable))
    better = ratings | {key: Rating(ratings[key].value + 1)}
    before, after = review_score(scorecard, ratings).percent, review_score(scorecard, better).percent
    if before is not None and after is not None:
        assert after >= before
    else:  # only a failed critical of weight 0 scores without weight; mended, it is unscored again
        assert after is None


@settings(deadline=None)
@given(reviews(), st.randoms())
def test_the_order_of_categories_does_not_matter(review, random):
    """The same categories in another order give the same score."""
    scorecard, ratings = review
    shuffled = list(scorecard.categories)
    random.shuffle(shuffled)
    other = Scorecard("other", tuple(shuffled), scorecard.groups, scorecard.pass_mark)
    reordered = dict(reversed(ratings.items()))
    assert review_score(other, reordered).percent == review_score(scorecard, ratings).percent


@settings(deadline=None)
@given(reviews(), st.integers(1, 50))
def test_only_proportions_of_weights_matter(review, factor):
    """Multiplying all weights changes no score."""
    scorecard, ratings = review
    heavier = Scorecard(
        "heavier",
        tuple(
            RatingCategory(
                each.key, each.name, each.scale, each.weight * factor, each.critical, each.group, each.scored
            )
            for each in scorecard.categories
        ),
        scorecard.groups,
        scorecard.pass_mark,
    )
    assert review_score(heavier, ratings).percent == review_score(scorecard, ratings).percent


@settings(deadline=None)
@given(reviews(critical=False))
def test_the_best_and_worst_ratings_make_100_and_0(review):
    """All ratings at the top score 100, all at the bottom 0, whatever the scales and weights."""
    scorecard, _ = review
    if not sum(each.weight for each in scorecard.categories if each.scored):
        return
    top = {each.key: Rating(each.scale.points) for each in scorecard.categories}
    bottom = {each.key: Rating(1) for each in scorecard.categories}
    assert review_score(scorecard, top).percent == 100
    assert review_score(scorecard, bottom).percent == 0


@settings(deadline=None)
@given(st.fractions(0, 100), st.integers(0, 6))
def test_what_is_shown_is_within_half_a_unit(percent, places):
    """Rounding moves a number by half a unit of its last place at most, and half goes up."""
    moved = Fraction(show(percent, places)) - percent
    half = Fraction(1, 2 * 10**places)
    assert -half < moved <= half
    assert abs(from_micropoints(micropoints(percent)) - percent) <= Fraction(1, 2_000_000)
