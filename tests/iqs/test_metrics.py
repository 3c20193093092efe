"""What stands beside IQS."""

from fractions import Fraction

import pytest

from iqs import metrics
from iqs.conversations import Basis, Conversation, SurveyAnswer
from iqs.metrics import RawMean, Times


def answers(*values, low=1, high=5):
    return {SurveyAnswer(Fraction(value), Fraction(low), Fraction(high)): 1 for value in values}


def test_the_mean_of_survey_answers_is_on_the_axis_of_the_categories():
    """The golden of scoring.md §2: 5, 5, 4, 3, 2, 1, 5, 4 on 1–5 is 65.625 %."""
    given = {
        ("5", "1", "5"): 3,
        ("4", "1", "5"): 2,
        ("3", "1", "5"): 1,
        ("2", "1", "5"): 1,
        ("1", "1", "5"): 1,
    }
    assert metrics.mean_percent(metrics.survey_answers(given)) == (Fraction("65.625"), 8)


def test_scales_may_differ_from_answer_to_answer():
    """A thumb up and a 3 of 5 are 100 and 50: 75 in the mean."""
    both = answers(1, low=0, high=1) | answers(3)
    assert metrics.mean_percent(both) == (Fraction(75), 2)


def test_without_answers_there_is_no_mean():
    """None, and n = 0; never a zero."""
    assert metrics.mean_percent({}) == (None, 0)


def test_an_answer_on_a_scale_without_length_says_nothing():
    """It is left out, and nothing is divided by zero."""
    assert metrics.survey_answers({("1", "1", "1"): 4, ("2", "1", "3"): 1}) == answers(2, high=3)


@pytest.mark.parametrize(
    ("part", "whole", "expected"), [(1, 3, Fraction(100, 3)), (0, 5, Fraction(0)), (0, 0, None)]
)
def test_a_share_is_exact_and_of_nothing_none(part, whole, expected):
    """Percent of a whole."""
    assert metrics.share(part, whole) == expected


def test_raw_answers_have_a_mean_only_on_their_own_scale():
    """4 and 5 of 1–5 are 4.5; a 7 of 1–7 stands apart; the scale with more answers comes first."""
    ease = {SurveyAnswer(Fraction(7), Fraction(1), Fraction(7)): 1}
    found = metrics.raw_means(answers(4) | answers(5) | ease)
    assert found == (
        RawMean(Fraction(9, 2), Fraction(1), Fraction(5), 2),
        RawMean(Fraction(7), Fraction(1), Fraction(7), 1),
    )
    assert metrics.raw_means({}) == ()


def talk(**told):
    return Conversation("desk", "1", "chat", (), **told)


def test_times_of_different_bases_are_never_mixed():
    """Business, calendar, computed and unknown seconds are four figures; what was not told is in none."""
    found = metrics.first_responses(
        [
            talk(first_response_seconds=60, first_response_basis=Basis.BUSINESS),
            talk(first_response_seconds=100, first_response_basis=Basis.BUSINESS),
            talk(first_response_seconds=900, first_response_basis=Basis.BUSINESS),
            talk(first_response_seconds=86_400, first_response_basis=Basis.CALENDAR),
            talk(first_response_seconds=0, first_response_basis=Basis.CALENDAR),
            talk(first_response_seconds=5),
            talk(handle_seconds=77, handle_basis=Basis.COMPUTED),
        ]
    )
    assert found == (
        Times(Basis.BUSINESS, Fraction(100), Fraction(1060, 3), 3),
        Times(Basis.CALENDAR, Fraction(43_200), Fraction(43_200), 2),
        Times(None, Fraction(5), Fraction(5), 1),
    )


def test_handle_times_likewise():
    """Their own seconds with their own basis; none told, no figure."""
    one = talk(handle_seconds=77, handle_basis=Basis.COMPUTED, first_response_seconds=1)
    assert metrics.handle_times([one, talk()]) == (Times(Basis.COMPUTED, Fraction(77), Fraction(77), 1),)
    assert metrics.handle_times([talk(first_response_seconds=1)]) == ()
