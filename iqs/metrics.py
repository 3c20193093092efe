"""What stands beside IQS and never inside it: customer satisfaction and the share of skipped work."""

from collections.abc import Mapping
from fractions import Fraction

from iqs.conversations import SurveyAnswer

Stored = tuple[str, str, str]
"""A survey answer as it is stored: value, low and high as exact texts."""


def survey_answers(stored: Mapping[Stored, int]) -> dict[SurveyAnswer, int]:
    """How often each answer was given; those on a scale without length, which say nothing, are left out."""
    answers: dict[SurveyAnswer, int] = {}
    for texts, times in stored.items():
        answer = SurveyAnswer(*map(Fraction, texts))
        if answer.low < answer.high:
            answers[answer] = answers.get(answer, 0) + times
    return answers


def mean_percent(answers: Mapping[SurveyAnswer, int]) -> tuple[Fraction | None, int]:
    """The mean of survey answers on 0–100 and their number; None without any.

    `answers` counts how often each was given. The mean is on the same axis as category scores, so that CSAT
    and IQS can stand side by side; the share of satisfied customers is `iqs.scoring.csat`.
    """
    number = sum(answers.values())
    total = sum((answer.percent * times for answer, times in answers.items()), Fraction(0))
    return (total / number if number else None), number


def share(part: int, whole: int) -> Fraction | None:
    """Part of a whole in percent; None of nothing."""
    return Fraction(100 * part, whole) if whole else None
