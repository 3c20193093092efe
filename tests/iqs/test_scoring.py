"""Scores are exact, follow the published formulas, and say why. Numbers: docs/scoring.md."""

from fractions import Fraction

import pytest

from iqs.conversations import SurveyAnswer
from iqs.errors import Invalid
from iqs.reviews import Rating
from iqs.scorecards import CategoryGroup, Criticality, RatingCategory, RatingScale, Scorecard
from iqs.scoring import (
    category_average,
    category_scores,
    csat,
    explain,
    from_micropoints,
    group_scores,
    iqs,
    micropoints,
    migrated_weight,
    pass_rate,
    review_score,
    show,
    whole,
)

NAMES = ("request", "clarification", "explanation", "writing", "internal")
LEGACY = ("0.05", "2", "2", "0.5", "1")
BINARY = RatingScale(2)


def card_m(weights, *, pass_mark=80):
    """Card M of the reference; `request` is critical. Weights only matter by their proportions."""
    return Scorecard(
        "M",
        tuple(
            RatingCategory(
                name,
                name.title(),
                BINARY,
                weight,
                Criticality.REVIEW if name == "request" else Criticality.NONE,
            )
            for name, weight in zip(NAMES, weights, strict=True)
        ),
        pass_mark=Fraction(pass_mark),
    )


M = card_m([int(Fraction(slider) * 20) for slider in LEGACY])
MIGRATED = card_m([migrated_weight(Fraction(slider)) for slider in LEGACY])
HALF_EVEN = card_m([2, 100, 100, 25, 50])
ROWS = [
    set(),
    {"clarification", "explanation", "internal"},
    {"explanation"},
    {"writing"},
    {"request"},
]


def failing(failed, not_applicable=()):
    return {name: Rating(None if name in not_applicable else 1 if name in failed else 2) for name in NAMES}


def card(*categories, groups=(), pass_mark=80):
    return Scorecard("card", categories, tuple(groups), Fraction(pass_mark))


def category(key, weight=10, points=5, **more):
    return RatingCategory(key, key.title(), RatingScale(points), weight, **more)


def rated(**values):
    return {key: Rating(value) for key, value in values.items()}


@pytest.mark.parametrize(
    ("points", "percents", "critical_fails_at"),
    [
        (2, ["0", "100"], {1}),
        (3, ["0", "50", "100"], {1}),
        (4, ["0", "100/3", "200/3", "100"], {1, 2}),
        (5, ["0", "25", "50", "75", "100"], {1, 2}),
    ],
)
def test_a_value_is_its_place_on_the_scale(points, percents, critical_fails_at):
    """A rating is (value - 1) / (points - 1); a critical one fails strictly below 50 %."""
    scale = RatingScale(points)
    assert [scale.percent(value) for value in scale.values] == [Fraction(each) for each in percents]
    critical = card(category("a", points=points, critical=Criticality.REVIEW))
    failed = {value for value in scale.values if review_score(critical, rated(a=value)).failed_critical}
    assert failed == critical_fails_at


@pytest.mark.parametrize(
    ("row", "exact", "legacy", "migrated", "half_even"),
    [
        (0, "1", "100.00", "100.0000", "100.0000"),
        (1, "55/555", "9.91", "10.0719", "9.7473"),
        (2, "355/555", "63.96", "64.0288", "63.8989"),
        (3, "505/555", "90.99", "91.0072", "90.9747"),
        (4, "0", "0.00", "0.0000", "0.0000"),
    ],
)
def test_card_m(row, exact, legacy, migrated, half_even):
    """The vendor's worked example comes out to the last digit, with legacy and with migrated weights."""
    ratings = failing(ROWS[row])
    percent = review_score(M, ratings).percent
    assert percent == Fraction(exact) * 100
    assert show(percent) == legacy
    assert show(review_score(MIGRATED, ratings).percent, 4) == migrated
    assert show(review_score(HALF_EVEN, ratings).percent, 4) == half_even


@pytest.mark.parametrize(
    ("scorecard", "places", "expected"),
    [(M, 2, "52.97"), (M, 6, "52.972973"), (MIGRATED, 4, "53.0216"), (HALF_EVEN, 4, "52.9242")],
)
def test_iqs_of_card_m(scorecard, places, expected):
    """IQS is the plain mean of the review scores."""
    assert show(iqs(review_score(scorecard, failing(row)).percent for row in ROWS), places) == expected


def test_row_three_has_two_solutions():
    """Clarification weighs as much as explanation, so failing either gives the same score."""
    assert review_score(M, failing({"clarification"})).percent == review_score(M, failing(ROWS[2])).percent


@pytest.mark.parametrize(("slider", "weight"), [("1.35", 68), ("0.05", 3), ("2", 100), ("0", 0), ("0.5", 25)])
def test_weights_migrate_half_up(slider, weight):
    """A legacy slider of 0–2 becomes 0–100, times 50, half up."""
    assert migrated_weight(Fraction(slider)) == weight


def test_not_applicable_leaves_both_sums():
    """N/A is in neither numerator nor denominator."""
    score = review_score(M, failing({"clarification"}, {"explanation"}))
    assert score.percent == Fraction(155, 355) * 100
    assert show(score.percent, 4) == "43.6620"


def test_only_the_critical_category_rated():
    """A passed critical category alone makes 100, however small its weight."""
    assert review_score(M, rated(request=2)).percent == 100


def test_category_card():
    """Columns are means of the ratings, the Average the mean of the columns; a failure zeroes nothing."""
    columns = category_scores((M, failing(row)) for row in ROWS)
    assert [columns[name] for name in NAMES] == [80, 80, 60, 80, 80]
    assert category_average(columns.values()) == 76
    assert show(iqs(review_score(M, failing(row)).percent for row in ROWS)) == "52.97"


def test_category_card_leaves_out_what_was_not_rated():
    """N/A is no rating, and a category nobody rated has no column; an average of no columns is nothing."""
    scorecard = card(category("a"), category("b", scored=False), category("c"))
    reviews = [(scorecard, rated(a=5, b=3, c=None)), (scorecard, rated(a=1))]
    assert category_scores(reviews) == {"a": 50, "b": 50}
    assert category_average([]) is None


def test_iqs_is_not_weighted_by_agent():
    """Four reviews of 100 and one of 50 make 90, not the 75 of two agents' means."""
    assert iqs([Fraction(100)] * 4 + [Fraction(50)]) == 90


def test_unscored_reviews_are_left_out():
    """A review without a score moves neither IQS nor pass rate; with none scored there is neither."""
    assert iqs([Fraction(60), None]) == 60
    assert iqs([None]) is None
    assert iqs([]) is None
    assert pass_rate([True, None, False, True]) == Fraction(200, 3)
    assert pass_rate([None]) is None


def test_the_pass_mark_is_compared_before_rounding():
    """79.995 shows as 80.00 and fails; 79.9 fails; 80 passes."""
    almost = Scorecard("almost", (category("a", 15999, points=2), category("b", 4001, points=2)))
    score = review_score(almost, rated(a=2, b=1))
    assert (show(score.percent), score.passed) == ("80.00", False)
    assert score.percent == Fraction("79.995")
    below = Scorecard("below", (category("a", 799, points=2), category("b", 201, points=2)))
    assert review_score(below, rated(a=2, b=1)).passed is False
    exactly = card(category("a", 80, points=2), category("b", 20, points=2))
    assert review_score(exactly, rated(a=2, b=1)).passed is True


@pytest.mark.parametrize(
    ("critical", "expected", "group", "failed"),
    [(Criticality.GROUP, 60, 0, ("a1",)), (Criticality.NONE, 80, 50, ())],
)
def test_a_failed_group_counts_zero_and_keeps_its_weight(critical, expected, group, failed):
    """A failed group-critical category makes every rated category of its group 0, in the same denominator."""
    scorecard = card(
        category("a1", 20, critical=critical, group="a"),
        category("a2", 20, group="a"),
        category("b", 60, group="b"),
        groups=[CategoryGroup("a", "A"), CategoryGroup("b", "B")],
    )
    score = review_score(scorecard, rated(a1=1, a2=5, b=5))
    assert score.percent == expected
    assert score.failed_critical == failed
    assert group_scores(scorecard, rated(a1=1, a2=5, b=5)) == {"a": group, "b": 100}


def test_a_critical_group_makes_its_categories_critical():
    """Criticality may sit on the group; the stronger of the two counts."""
    scorecard = card(
        category("a", group="g"), category("b"), groups=[CategoryGroup("g", "G", Criticality.REVIEW)]
    )
    assert review_score(scorecard, rated(a=2, b=5)).percent == 0
    assert review_score(scorecard, rated(a=3, b=1)).percent == 25


def test_group_scores_ignore_a_failed_review_and_unrated_groups():
    """Group scores are for display: a failed review does not zero them, and nothing rated is no score."""
    scorecard = card(
        category("a", 30, group="g"),
        category("b", 10, group="g"),
        category("c", critical=Criticality.REVIEW, group="h"),
        category("d", group="i"),
        groups=[CategoryGroup(key, key) for key in "ghi"],
    )
    assert group_scores(scorecard, rated(a=5, b=1, c=1, d=None)) == {"g": 75, "h": 0, "i": None}


def test_nothing_rated_is_no_score():
    """All N/A, an empty review, or rated weights of 0 give no score and no verdict, never 0."""
    scorecard = card(category("a", 0), category("b", critical=Criticality.REVIEW))
    for ratings in ({}, rated(a=None, b=None), rated(a=1)):
        score = review_score(scorecard, ratings)
        assert (score.percent, score.passed, score.failed_critical) == (None, None, ())


def test_a_critical_category_that_is_not_applicable_or_hidden_has_not_failed():
    """N/A and absent count the same, for a critical category too."""
    scorecard = card(category("a"), category("b", critical=Criticality.REVIEW))
    assert review_score(scorecard, rated(a=5, b=None)).percent == 100
    assert review_score(scorecard, rated(a=5)).percent == 100


def test_a_critical_category_of_weight_zero_fails_the_review():
    """Failure is tested before the sum, so it needs no weight, and no other rating."""
    scorecard = card(category("a", 0, critical=Criticality.REVIEW), category("b"))
    assert review_score(scorecard, rated(a=2, b=5)).percent == 0
    alone = review_score(scorecard, rated(a=1))
    assert (alone.percent, alone.passed) == (0, False)
    assert review_score(scorecard, rated(a=3, b=5)).percent == 100


def test_a_failed_critical_review_never_passes():
    """Even a pass mark of 0 is not reached by a failed review."""
    scorecard = card(category("a", critical=Criticality.REVIEW), pass_mark=0)
    assert review_score(scorecard, rated(a=1)).passed is False


def test_what_is_not_scored_counts_nowhere():
    """A category out of the score neither counts nor fails, and says so."""
    scorecard = card(category("a"), category("b", 90, scored=False, critical=Criticality.REVIEW))
    score = review_score(scorecard, rated(a=5, b=1))
    assert score.percent == 100
    assert (score.lines[1].percent, score.lines[1].counted, score.lines[1].why) == (0, None, "not scored")


def test_lines_say_what_counted_how():
    """Each line has the rating, what it counted and why; a failed review leaves nothing standing."""
    scorecard = card(
        category("a", 10),
        category("b", 30, critical=Criticality.GROUP, group="g"),
        category("c", 60, group="g"),
        category("d"),
        groups=[CategoryGroup("g", "G")],
    )
    lines = review_score(scorecard, rated(a=4, b=2, c=5, d=None)).lines
    assert [(line.key, line.percent, line.counted, line.contribution) for line in lines] == [
        ("a", 75, 75, Fraction("7.5")),
        ("b", 25, 0, 0),
        ("c", 100, 0, 0),
        ("d", None, None, None),
    ]
    assert [line.why for line in lines] == [
        "",
        "critical and below 50 %: its group counts 0",
        "its group failed",
        "N/A, left out",
    ]
    failed = review_score(
        card(category("a", critical=Criticality.REVIEW), category("b")), rated(a=1, b=5)
    ).lines
    assert [line.counted for line in failed] == [0, 0]
    assert [line.why for line in failed] == [
        "critical and below 50 %: the review counts 0",
        "the review failed",
    ]


def test_ratings_that_do_not_fit_are_refused_all_at_once():
    """An unknown category or a value off the scale is named, not guessed at."""
    with pytest.raises(Invalid) as caught:
        review_score(card(category("a", points=3)), rated(a=4, z=1))
    assert caught.value.problems == ("A: 4 is outside 1–3", "“z” is not a category of this scorecard")


def test_csat_is_the_share_of_fours_and_fives():
    """On 1–5 the 4s and 5s are satisfied, neutrals stay in the total; the category scale would say 65.625."""
    survey = [SurveyAnswer(Fraction(value), Fraction(1), Fraction(5)) for value in (5, 5, 4, 3, 2, 1, 5, 4)]
    assert csat(survey) == Fraction("62.5")
    assert iqs(answer.percent for answer in survey) == Fraction("65.625")


def test_csat_of_good_and_bad():
    """Good against bad; a neutral answer is in the total, an unrated one is no answer."""

    def thumbs(good, neutral, bad):
        values = [2] * good + [1] * neutral + [0] * bad
        return [SurveyAnswer(Fraction(value), Fraction(0), Fraction(2)) for value in values]

    assert csat(thumbs(8, 0, 2)) == 80
    assert csat(thumbs(7, 1, 2)) == 70
    assert csat([]) is None


def test_rounding_is_half_up_for_people():
    """200/3 shows 66.67, not the 66.6 that some print; halves go away from zero; floats are as typed."""
    assert show(Fraction(200, 3)) == "66.67"
    assert show(Fraction("79.995")) == show(79.995) == "80.00"
    assert show(Fraction("-9.625")) == "-9.63"
    assert show(-0.001) == "0.00"
    assert show(1e-7, 1) == "0.0"
    assert show(Fraction(1, 20), 1) == "0.1"
    assert show(100, 3) == "100.000"
    assert [whole(each) for each in (86.5, Fraction(173, 2), 86.49, 0, 100)] == ["87", "87", "86", "0", "100"]


def test_storage_is_exact_to_the_micropoint():
    """Micropoints round half up and come back as the same fraction."""
    assert micropoints(Fraction(200, 3)) == 66_666_667
    assert micropoints(Fraction(1, 2_000_000)) == 1
    assert from_micropoints(66_666_667) == Fraction("66.666667")
    assert from_micropoints(micropoints(Fraction("79.995"))) == Fraction("79.995")


def test_explain_reads_like_arithmetic():
    """A person can follow each line to the sums, the rounding and the pass mark."""
    scorecard = card(
        category("a", 40), category("b", 50, points=4), category("c", scored=False), category("d")
    )
    assert explain(scorecard, rated(a=4, b=3, c=5, d=None)) == [
        "Scorecard “card”",
        "A: 4 of 5, (4 - 1) / (5 - 1) × 100 = 75 %, weight 40: 75 × 40 = 3000",
        "B: 3 of 4, (3 - 1) / (4 - 1) × 100 = 200/3 %, weight 50: 200/3 × 50 = 10000/3",
        "C: 5 of 5, (5 - 1) / (5 - 1) × 100 = 100 %; not scored",
        "D: N/A, left out",
        "Score = sum(score × weight) / sum(weight) = 19000/3 / 90 = 1900/27 = 70.37 % rounded half up",
        "It is below the pass mark of 80 %, compared before rounding: not passed.",
    ]


def test_explain_of_failed_unrated_and_passed_reviews():
    """A failed critical is named, no score says why, a pass says so."""
    scorecard = card(category("a", critical=Criticality.REVIEW), category("b", 0))
    assert explain(scorecard, rated(a=2, b=5))[-1] == (
        "Score = 0.00 %: A is critical and rated below 50 %. Not passed."
    )
    assert "nothing was rated" in explain(scorecard, {})[-1]
    assert "the rated weights add up to 0" in explain(scorecard, rated(b=5))[-1]
    passed = explain(scorecard, rated(a=5))
    assert passed[-2:] == [
        "Score = sum(score × weight) / sum(weight) = 1000 / 10 = 100.00 %",
        "It reaches the pass mark of 80 %, compared before rounding: passed.",
    ]
