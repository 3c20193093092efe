"""What stands beside IQS."""

from fractions import Fraction

import pytest

from iqs import metrics
from iqs.conversations import SurveyAnswer


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
