"""The worked examples of other quality tools come out as they print them."""

from fractions import Fraction

import pytest

from iqs.scoring import show
from iqs.vendors import Answer, OnFail, Outcome, Programme, Section, alignment, pass_points, past_score

POOLED = Programme()
WEIGHED = Programme(weighs_sections=True)


def answers(*pairs):
    return tuple(Answer(earned, possible) for earned, possible in pairs)


def percent(programme, *sections):
    return past_score(programme, sections).percent


def test_total_points():
    """3 + 5 + 8 + 5 of 35 are 60 %; with the full 5-point criterion N/A, 16 of 30 are 53.33 %."""
    assert percent(POOLED, Section(answers((3, 10), (5, 10), (8, 10), (5, 5)))) == 60
    dropped = Section(answers((3, 10), (5, 10), (8, 10), (None, 5)))
    assert show(percent(POOLED, dropped)) == "53.33"


def test_weighted_sections():
    """The same answers make 70 with section weights and 65 pooled."""
    sections = [
        Section(answers((earned, possible)), weight)
        for earned, possible, weight in ((3, 3, 10), (5, 10, 30), (4, 5, 50), (1, 2, 10))
    ]
    assert percent(WEIGHED, *sections) == 70
    assert percent(POOLED, *sections) == 65


def test_bonus_and_auto_fail():
    """A bonus lifts 35 of 35 above 100; an auto-fail makes it 0."""
    bonus = Answer(2, 2, bonus=True)
    assert show(percent(POOLED, Section((*answers((35, 35)), bonus)))) == "105.71"
    auto_fail = Programme(on_fail=OnFail.ZERO_REVIEW)
    hit = Section((*answers((35, 35)), bonus, Answer(0, 0, failed=True)))
    assert past_score(auto_fail, [hit]) == Outcome(Fraction(0), failed=True)


HALF = Fraction(1, 2)
OUTCOMES = answers((1, 1), (HALF, 1), (0, 1), (None, 1))


@pytest.mark.parametrize(("na_as_pass", "expected"), [(False, 50), (True, Fraction("62.5"))])
def test_not_applicable_dropped_or_as_pass(na_as_pass, expected):
    """1, 0.5, 0 and N/A with equal weights."""
    assert percent(Programme(na_as_pass=na_as_pass), Section(OUTCOMES)) == expected


@pytest.mark.parametrize(("on_fail", "expected"), [(OnFail.ZERO_REVIEW, 0), (OnFail.FLAG, 50)])
def test_an_auto_fail_fails_whatever_the_score(on_fail, expected):
    """The setting decides between 0 and the score as it is; both are failed."""
    hit = Section((*OUTCOMES, Answer(0, 0, failed=True)))
    assert past_score(Programme(on_fail=on_fail), [hit]) == Outcome(Fraction(expected), failed=True)


@pytest.mark.parametrize(
    ("on_fail", "expected"), [(OnFail.FLAG, 90), (OnFail.ZERO_SECTION, 60), (OnFail.ZERO_REVIEW, 0)]
)
def test_a_failed_section(on_fail, expected):
    """A 30/40 with a failing answer and B 60/60: flagged, subtracted, or all zero."""
    sections = [Section((Answer(30, 40, failed=True),)), Section(answers((60, 60)))]
    assert past_score(Programme(on_fail=on_fail), sections) == Outcome(Fraction(expected), failed=True)


def test_points_out_of_what_applied():
    """60 of 100 points with 20 of them N/A are 75 %; a bonus section may lift a score to 120."""
    assert percent(POOLED, Section(answers((60, 80), (None, 20)))) == 75
    assert percent(POOLED, Section(answers((100, 100))), Section((Answer(20, 20, bonus=True),))) == 120


@pytest.mark.parametrize(
    ("failed_questions", "failed"),
    [((2, 2, 0), True), ((2, 1, 1), False), ((3, 0, 0), False), ((2, 2, 2), True)],
)
def test_failures_are_counted(failed_questions, failed):
    """Two failed questions fail a section, two failed sections fail the review."""
    counting = Programme(section_fails_at=2, review_fails_at=2)
    sections = [
        Section(tuple(Answer(1, 1, failed=index < count) for index in range(3))) for count in failed_questions
    ]
    assert past_score(counting, sections).failed is failed


def test_equal_sections_and_a_fatal_answer():
    """5/10, 10/10 and 10/10 average to 83.33; a fatal answer makes 0."""
    sections = [Section(answers((earned, 10))) for earned in (5, 10, 10)]
    assert show(percent(WEIGHED, *sections)) == "83.33"
    fatal = Section((*sections[0].answers, Answer(0, 0, failed=True)))
    assert percent(Programme(weighs_sections=True, on_fail=OnFail.ZERO_REVIEW), fatal, *sections[1:]) == 0


@pytest.mark.parametrize(
    ("rate", "maximum", "points"), [(70, 70, 49), (80, 80, 64), (55, 100, 55), (55, 99, 55)]
)
def test_pass_points_round_up_exactly(rate, maximum, points):
    """55 % of 100 is 55; in floats it would be 56."""
    assert pass_points(Fraction(rate), maximum) == points


def test_alignment():
    """10 against 7 of 15 agrees by .80 and adds .15; the whole is 90 where totals would say 97.5."""
    first, second, third = (10, 7, 15), (40, 40, 40), (20, 25, 25)
    assert alignment([first]) == 80
    assert alignment([first]) * Fraction(15, 80) == 15
    assert alignment([first, second, third]) == 90
    totals = [sum(each[side] for each in (first, second, third)) for side in (0, 1, 2)]
    assert (100 * totals[0] / totals[2], 100 * totals[1] / totals[2]) == (87.5, 90.0)
    assert alignment([tuple(totals)]) == Fraction("97.5")
    assert alignment([]) is None


def test_card_m_with_not_applicable_as_pass():
    """The reference's card M, explanation N/A and clarification failed: 63.9640 as pass, 43.6620 dropped."""
    weights = {"request": "0.05", "clarification": 2, "explanation": 2, "writing": "0.5", "internal": 1}
    earned = {"clarification": 0, "explanation": None}
    section = Section(
        tuple(Answer(earned.get(name, Fraction(of)), Fraction(of)) for name, of in weights.items())
    )
    assert show(percent(Programme(na_as_pass=True), section), 4) == "63.9640"
    assert show(percent(POOLED, section), 4) == "43.6620"


def test_all_ones_on_a_pooled_card():
    """Dividing ratings by max x categories gives all ones on a 5-point card 20 %, where our scale says 0."""
    assert percent(POOLED, Section(answers((1, 5), (1, 5), (1, 5)))) == 20


def test_nothing_rated():
    """No points possible is no score."""
    assert percent(POOLED, Section(answers((None, 5)))) is None
    assert percent(WEIGHED, Section(answers((None, 5)))) is None
    assert percent(WEIGHED, Section(answers((None, 5)), 90), Section(answers((5, 5)), 10)) == 100
