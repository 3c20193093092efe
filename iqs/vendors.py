"""How other quality tools arrive at a score, to check a past programme's numbers and to set them beside ours.

They differ in what they divide by, in what N/A means, and in what one failed answer does. Each rule below is
named after where it is in use; the worked cases stand in `docs/scoring.md`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from math import ceil


class OnFail(StrEnum):
    """What a failed answer does to the score; the review is failed in every case."""

    FLAG = "flag"
    """The score stays (Scorebuddy's default, EvaluAgent)."""
    ZERO_SECTION = "zero section"
    """The section's points are lost (Scorebuddy "subtract", Playvox group fail)."""
    ZERO_REVIEW = "zero review"
    """The score is 0 (MaestroQA auto-fail, Scorebuddy "fail all", Score AI fatal)."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Points earned (None = N/A) of the points possible; a bonus is earned without having been possible."""

    earned: Fraction | int | None
    possible: Fraction | int
    bonus: bool = False
    failed: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """Answers that belong together; `weight` matters only to programmes that weigh sections."""

    answers: tuple[Answer, ...]
    weight: Fraction | int = 1


@dataclass(frozen=True, slots=True)
class Programme:
    """How a tool was set up.

    `weighs_sections`: a weighted mean of the sections' percents, else all points are pooled.
    `na_as_pass`: N/A earns its full points, else it leaves both sums.
    `section_fails_at` failed answers fail a section, `review_fails_at` failed sections the review (Playvox
    counts them; for the others one is enough); what a failure does is `on_fail`.
    """

    weighs_sections: bool = False
    na_as_pass: bool = False
    on_fail: OnFail = OnFail.FLAG
    section_fails_at: int = 1
    review_fails_at: int = 1


@dataclass(frozen=True, slots=True)
class Outcome:
    """A past score in percent, above 100 with a bonus, None when nothing was rated; and whether it failed."""

    percent: Fraction | None
    failed: bool


def past_score(programme: Programme, sections: Sequence[Section]) -> Outcome:
    """The score that a tool set up like `programme` gives to these sections."""
    failing = [
        sum(answer.failed for answer in section.answers) >= programme.section_fails_at for section in sections
    ]
    failed = sum(failing) >= programme.review_fails_at
    if failed and programme.on_fail is OnFail.ZERO_REVIEW:
        return Outcome(Fraction(0), failed=True)
    zeroed = [fails and programme.on_fail is OnFail.ZERO_SECTION for fails in failing]
    points = [
        _points(section, programme.na_as_pass, zero) for section, zero in zip(sections, zeroed, strict=True)
    ]
    if not programme.weighs_sections:
        return Outcome(_share(sum(earned for earned, _ in points), sum(of for _, of in points)), failed)
    rated = [(section.weight, _share(*pair)) for section, pair in zip(sections, points, strict=True)]
    total = sum(weight for weight, share in rated if share is not None)
    weighted = sum((share * weight for weight, share in rated if share is not None), Fraction(0))
    return Outcome(weighted / total if total else None, failed)


def pass_points(rate: Fraction, maximum: int) -> int:
    """The points needed to pass: `rate` percent of the maximum, rounded up (Intryc); 55 % of 100 is 55."""
    return ceil(rate * maximum / 100)


def alignment(
    questions: Iterable[tuple[Fraction | int, Fraction | int, Fraction | int]],
) -> Fraction | None:
    """How closely two reviewers agree, in percent; a question: one's points, the other's, possible points.

    Each question agrees by 1 - difference / possible and counts by its possible points (MaestroQA). Comparing
    the two totals instead hides differences that cancel out. None when there is nothing to compare.
    """
    agreed = total = Fraction(0)
    for one, other, possible in questions:
        agreed += possible - abs(Fraction(one) - other)
        total += possible
    return _share(agreed, total)


def _points(section: Section, na_as_pass: bool, zero: bool) -> tuple[Fraction, Fraction]:
    earned = possible = Fraction(0)
    for answer in section.answers:
        if answer.earned is None and not na_as_pass:
            continue
        if not answer.bonus:
            possible += answer.possible
        if not zero:
            earned += answer.possible if answer.earned is None else answer.earned
    return earned, possible


def _share(earned: Fraction | int, possible: Fraction | int) -> Fraction | None:
    return Fraction(100) * earned / possible if possible else None
