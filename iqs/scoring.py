"""Scores of reviews and what is made of them, in exact fractions; rounding is for display only.

Formulas and the rules for cases that nobody documents: `docs/scoring.md`. Every percent here is 0–100.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import floor
from typing import Self

from iqs.conversations import SurveyAnswer
from iqs.errors import Invalid
from iqs.reviews import Rating
from iqs.scorecards import Criticality, RatingCategory, Scorecard

CRITICAL_BELOW = 50
"""A critical rating strictly below this percent fails its review or its group."""

SATISFIED_FROM = 75
"""A survey answer of at least this percent is satisfied: the 4s and 5s of a 1–5 scale, "good" of good/bad."""

MICRO = 1_000_000
"""Micropoints in one percent: what the database stores, so that sums of scores stay exact."""

HALF = Fraction(1, 2)

NOT_APPLICABLE = "N/A, left out"
NOT_SCORED = "not scored"
FAILED_REVIEW = "critical and below 50 %: the review counts 0"
FAILED_GROUP = "critical and below 50 %: its group counts 0"
REVIEW_FAILED = "the review failed"
GROUP_FAILED = "its group failed"


@dataclass(frozen=True, slots=True)
class Line:
    """What one category did to the score.

    `value` is the rating (None = N/A or never rated) on a scale of 1 … `points`; `percent` is it on 0–100,
    `counted` the percent that went into the sum: 0 where its group or the review failed, None where left out.
    `contribution` is its part of the final score in percentage points: contributions add up to the score.
    `why` explains in words whatever is not simply value → percent → counted; "" otherwise.
    """

    key: str
    name: str
    value: int | None
    points: int
    percent: Fraction | None
    weight: int
    counted: Fraction | None
    contribution: Fraction | None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Score:
    """The outcome of a review: `percent` 0–100 and `passed`, both None when nothing was rated.

    `passed` compares the exact score with the pass mark; a failed critical review never passes.
    `failed_critical` holds the keys of critical categories rated below 50 %, whether they failed the review
    or their group. `lines` has every category of the scorecard, in its order.
    """

    percent: Fraction | None
    passed: bool | None
    failed_critical: tuple[str, ...]
    lines: tuple[Line, ...]


def review_score(scorecard: Scorecard, ratings: Mapping[str, Rating]) -> Score:
    """The score of a review: sum(percent x weight) / sum(weight) over the rated, scored categories.

    A category that is N/A, hidden or absent from `ratings` leaves both sums. A critical category strictly
    below 50 % makes the review 0 (tested before the sum, so also with weight 0), or every rated category of
    its group 0 with the weights kept. Nothing rated, or rated weights that sum to 0: no score.
    Invalid if `ratings` names a category or a value that the scorecard does not have.
    """
    _check(scorecard, ratings)
    facts = _Facts.of(scorecard, ratings)
    lines = tuple(_line(category, ratings.get(category.key), facts) for category in scorecard.categories)
    failed = tuple(category.key for category in scorecard.categories if category.key in facts.failures)
    if facts.review_failed:
        return Score(Fraction(0), False, failed, lines)
    if not facts.total_weight:
        return Score(None, None, failed, lines)
    percent = sum((line.contribution for line in lines if line.contribution is not None), Fraction(0))
    return Score(percent, percent >= scorecard.pass_mark, failed, lines)


def explain(scorecard: Scorecard, ratings: Mapping[str, Rating]) -> list[str]:
    """The arithmetic of a review's score line by line, ending with the sums, the rounding and the pass mark.

    Invalid as in `review_score`.
    """
    score = review_score(scorecard, ratings)
    version = "" if scorecard.version is None else f", version {scorecard.version}"
    lines = [f"Scorecard “{scorecard.name}”{version}"]
    lines += [_explain_line(line) for line in score.lines]
    counted = [line for line in score.lines if line.counted is not None]
    total = sum(line.weight for line in counted)
    if score.percent is None:
        reason = "nothing was rated" if not counted else "the rated weights add up to 0"
        return [*lines, f"No score: {reason}. The review is left out of IQS and pass rate."]
    names = ", ".join(line.name for line in score.lines if line.why == FAILED_REVIEW)
    if names:
        return [*lines, f"Score = 0.00 %: {names} is critical and rated below 50 %. Not passed."]
    top = sum((line.counted * line.weight for line in counted if line.counted is not None), Fraction(0))
    percent = f"{show(score.percent)} %"
    rounded = (
        percent if score.percent * 100 % 1 == 0 else f"{_exact(score.percent)} = {percent} rounded half up"
    )
    lines.append(f"Score = sum(score × weight) / sum(weight) = {_exact(top)} / {total} = {rounded}")
    side, outcome = ("reaches", "passed") if score.passed else ("is below", "not passed")
    mark = _exact(scorecard.pass_mark)
    lines.append(f"It {side} the pass mark of {mark} %, compared before rounding: {outcome}.")
    return lines


def group_scores(scorecard: Scorecard, ratings: Mapping[str, Rating]) -> dict[str, Fraction | None]:
    """Each group's weighted mean of its rated categories, 0 for a failed group; None where nothing counts.

    For display only: the review is never computed from these, and a failed review does not zero them.
    Invalid as in `review_score`.
    """
    _check(scorecard, ratings)
    facts = _Facts.of(scorecard, ratings)
    scores: dict[str, Fraction | None] = {}
    for group in scorecard.groups:
        members = [
            each for each in scorecard.categories if each.group == group.key and each.key in facts.rated
        ]
        total = sum(each.weight for each in members)
        if group.key in facts.groups_failed:
            scores[group.key] = Fraction(0)
        else:
            weighted = sum((facts.rated[each.key] * each.weight for each in members), Fraction(0))
            scores[group.key] = weighted / total if total else None
    return scores


def iqs(scores: Iterable[Fraction | None]) -> Fraction | None:
    """The Internal Quality Score: the plain mean of review scores, None without any.

    Unscored reviews (None) are left out; nothing is weighted by agent, reviewer, scorecard or category.
    """
    return _mean(score for score in scores if score is not None)


def pass_rate(outcomes: Iterable[bool | None]) -> Fraction | None:
    """The percent of scored reviews that passed; unscored ones (None) are left out, none scored: None."""
    return _mean(Fraction(100 * passed) for passed in outcomes if passed is not None)


def category_scores(
    reviews: Iterable[tuple[Scorecard, Mapping[str, Rating]]],
) -> dict[str, Fraction]:
    """Each category's plain mean of its ratings over the reviews; N/A is left out.

    A failed critical zeroes nothing here: the card shows how each category itself was rated, also the
    not-scored ones.
    """
    seen: dict[str, list[Fraction]] = {}
    for scorecard, ratings in reviews:
        for category in scorecard.categories:
            rating = ratings.get(category.key)
            if rating is not None and rating.value is not None:
                seen.setdefault(category.key, []).append(category.scale.percent(rating.value))
    return {key: sum(values, Fraction(0)) / len(values) for key, values in seen.items()}


def category_average(columns: Iterable[Fraction]) -> Fraction | None:
    """The Average of a category card: the plain mean of its columns, not of the ratings behind them."""
    return _mean(columns)


def csat(answers: Iterable[SurveyAnswer]) -> Fraction | None:
    """CSAT: the percent of answers that are satisfied. Neutral ones stay in the total; no answers: None."""
    return _mean(Fraction(100 * (answer.percent >= SATISFIED_FROM)) for answer in answers)


def migrated_weight(slider: Fraction) -> int:
    """A weight of the legacy 0–2 slider on today's 0–100: times 50, rounded half up (0.05 becomes 3)."""
    return _half_up(slider * 50)


def micropoints(percent: Fraction) -> int:
    """A percent as stored: millionths of a percentage point, rounded half up."""
    return _half_up(percent * MICRO)


def from_micropoints(stored: int) -> Fraction:
    """A stored score as a percent."""
    return Fraction(stored, MICRO)


def show(percent: Fraction | float, places: int = 2) -> str:
    """A number for people, rounded half up (away from zero): 200/3 → "66.67", 79.995 → "80.00".

    A float is read as its shortest decimal form, so that 79.995 is what a person typed and not 79.99499….
    """
    exact = Fraction(repr(percent)) if isinstance(percent, float) else Fraction(percent)
    scaled = _half_up(abs(exact) * 10**places)
    units, rest = divmod(scaled, 10**places)
    sign = "-" if exact < 0 and scaled else ""
    return f"{sign}{units}.{rest:0{places}}" if places else f"{sign}{units}"


def whole(percent: Fraction | float) -> str:
    """A percent without decimals, rounded half up: 86.5 → "87"."""
    return show(percent, 0)


def _mean(numbers: Iterable[Fraction]) -> Fraction | None:
    listed = list(numbers)
    return sum(listed, Fraction(0)) / len(listed) if listed else None


def _half_up(number: Fraction) -> int:
    return floor(number + HALF)


def _check(scorecard: Scorecard, ratings: Mapping[str, Rating]) -> None:
    problems = []
    known = {category.key: category for category in scorecard.categories}
    for key, rating in ratings.items():
        if key not in known:
            problems.append(f"“{key}” is not a category of this scorecard")
        elif rating.value is not None and rating.value not in known[key].scale.values:
            problems.append(f"{known[key].name}: {rating.value} is outside 1–{known[key].scale.points}")
    if problems:
        raise Invalid(
            f"These ratings do not fit the scorecard “{scorecard.name}”.",
            problems=tuple(problems),
        )


@dataclass(frozen=True, slots=True)
class _Facts:
    """What the ratings say before anything is summed: the percents of what counts, and what failed."""

    rated: Mapping[str, Fraction]
    failures: Mapping[str, Criticality]
    groups_failed: frozenset[str]
    total_weight: int

    @property
    def review_failed(self) -> bool:
        return Criticality.REVIEW in self.failures.values()

    @classmethod
    def of(cls, scorecard: Scorecard, ratings: Mapping[str, Rating]) -> Self:
        rated: dict[str, Fraction] = {}
        failures: dict[str, Criticality] = {}
        groups_failed = set()
        total_weight = 0
        for category in scorecard.categories:
            rating = ratings.get(category.key)
            if rating is None or rating.value is None or not category.scored:
                continue
            rated[category.key] = category.scale.percent(rating.value)
            total_weight += category.weight
            criticality = scorecard.criticality(category)
            if rated[category.key] < CRITICAL_BELOW and criticality is not Criticality.NONE:
                failures[category.key] = criticality
                if criticality is Criticality.GROUP and category.group is not None:
                    groups_failed.add(category.group)
        return cls(rated, failures, frozenset(groups_failed), total_weight)


def _line(category: RatingCategory, rating: Rating | None, facts: _Facts) -> Line:
    value = rating.value if rating is not None else None
    counted = facts.rated.get(category.key)
    why = _why(category, value, facts)
    if counted is not None and why:
        counted = Fraction(0)
    total = facts.total_weight
    return Line(
        key=category.key,
        name=category.name,
        value=value,
        points=category.scale.points,
        percent=None if value is None else category.scale.percent(value),
        weight=category.weight,
        counted=counted,
        contribution=None if counted is None or not total else counted * category.weight / total,
        why=why,
    )


def _why(category: RatingCategory, value: int | None, facts: _Facts) -> str:
    if value is None:
        return NOT_APPLICABLE
    if not category.scored:
        return NOT_SCORED
    own = facts.failures.get(category.key, Criticality.NONE)
    if own is Criticality.REVIEW:
        return FAILED_REVIEW
    if facts.review_failed:
        return REVIEW_FAILED
    if own is Criticality.GROUP:
        return FAILED_GROUP
    return GROUP_FAILED if category.group in facts.groups_failed else ""


def _explain_line(line: Line) -> str:
    if line.value is None or line.percent is None:
        return f"{line.name}: {line.why}"
    rated = f"{line.name}: {line.value} of {line.points}"
    percent = f"({line.value} - 1) / ({line.points} - 1) × 100 = {_exact(line.percent)} %"
    if line.counted is None:
        return f"{rated}, {percent}; {line.why}"
    why = f"; {line.why}" if line.why else ""
    product = f"{_exact(line.counted)} × {line.weight} = {_exact(line.counted * line.weight)}"
    return f"{rated}, {percent}{why}, weight {line.weight}: {product}"


def _exact(number: Fraction) -> str:
    """A finite decimal as one, anything else as a fraction: 67.5, 200/3."""
    for places in range(7):
        if number * 10**places % 1 == 0:
            return show(number, places)
    return str(number)
