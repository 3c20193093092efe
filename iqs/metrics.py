"""What stands beside IQS and never inside it: CSAT, CES, times, and the share of skipped work.

A figure never mixes what does not add up: raw answers only of one scale (percents of any), durations only of one
basis. What a helpdesk did not tell is left out, never counted as zero.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from iqs.conversations import Basis, Conversation, SurveyAnswer

Scale = tuple[Fraction, Fraction]
"""The lowest and the highest answer of a survey."""

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


@dataclass(frozen=True, slots=True)
class RawMean:
    """The mean of `n` answers as they were given, on the scale from `low` to `high`."""

    mean: Fraction
    low: Fraction
    high: Fraction
    n: int


def raw_means(answers: Mapping[SurveyAnswer, int]) -> tuple[RawMean, ...]:
    """The mean of the answers on each scale, the scale with the most answers first; CSAT and CES alike.

    A 4 of 5 and a 7 of 10 have no common raw mean; as percents they have one (`mean_percent`).
    """
    by_scale: dict[Scale, tuple[Fraction, int]] = {}
    for answer, times in answers.items():
        total, n = by_scale.get((answer.low, answer.high), (Fraction(0), 0))
        by_scale[answer.low, answer.high] = total + answer.value * times, n + times
    found = (RawMean(total / n, low, high, n) for (low, high), (total, n) in by_scale.items() if n)
    return tuple(sorted(found, key=lambda each: (-each.n, each.low, each.high)))


@dataclass(frozen=True, slots=True)
class Times:
    """Durations of one basis, in seconds. The median says what is usual; the mean is moved by a few long ones.

    `basis` None: nobody told what the durations count, so they stand apart from those of which it is known.
    """

    basis: Basis | None
    median: Fraction
    mean: Fraction
    n: int


def first_responses(conversations: Iterable[Conversation]) -> tuple[Times, ...]:
    """First response times (FRT), a figure for each basis."""
    return times(
        (each.first_response_seconds, each.first_response_basis)
        for each in conversations
        if each.first_response_seconds is not None
    )


def handle_times(conversations: Iterable[Conversation]) -> tuple[Times, ...]:
    """Handle times (AHT), a figure for each basis."""
    return times(
        (each.handle_seconds, each.handle_basis) for each in conversations if each.handle_seconds is not None
    )


def times(durations: Iterable[tuple[int, Basis | None]]) -> tuple[Times, ...]:
    """Seconds with their bases, a figure for each basis; the one with the most durations first."""
    by_basis: dict[Basis | None, list[int]] = {}
    for seconds, basis in durations:
        by_basis.setdefault(basis, []).append(seconds)
    found = (
        Times(basis, _median(listed), Fraction(sum(listed), len(listed)), len(listed))
        for basis, listed in by_basis.items()
    )
    return tuple(sorted(found, key=lambda each: (-each.n, each.basis or "")))


def _median(listed: list[int]) -> Fraction:
    """The middle one; of an even number the mean of the two in the middle."""
    ordered, middle = sorted(listed), len(listed) // 2
    return Fraction(ordered[middle] + ordered[-middle - 1], 2)


def share(part: int, whole: int) -> Fraction | None:
    """Part of a whole in percent; None of nothing."""
    return Fraction(100 * part, whole) if whole else None
