"""Reviews of a past programme: lines of an older tool or a spreadsheet made into reviews and a scorecard.

Nothing is invented: a reviewee or a time that the file does not tell stays unknown, and so does a rating that
the old scale does not have.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from iqs.errors import Invalid
from iqs.reviews import Rating
from iqs.scorecards import CATEGORIES_LIMIT, RatingCategory, RatingScale, Scorecard, key_from

STEPS_LIMIT = 101
"""The most values a past scale may have: 0 to 100."""


@dataclass(frozen=True, slots=True)
class PastScale:
    """The old tool's scale: whole numbers from `low` (worst) to `high` (best).

    Invalid unless it has 2 to `STEPS_LIMIT` values.
    """

    low: int
    high: int

    def __post_init__(self) -> None:
        """Refuses a scale that is none."""
        if not 2 <= self.points <= STEPS_LIMIT:
            raise Invalid(
                "A scale goes from its worst to its best whole number, such as 1..5 or -2..2, "
                f"in 2 to {STEPS_LIMIT} steps."
            )

    @property
    def points(self) -> int:
        """How many values it has."""
        return self.high - self.low + 1

    def value(self, given: int) -> int | None:
        """The value on our scale, 1 (worst) … points; None outside the old one."""
        return given - self.low + 1 if self.low <= given <= self.high else None


@dataclass(frozen=True, slots=True)
class PastRating:
    """One line: what a reviewer gave a conversation in one category; `value` as in the file, None = N/A."""

    line: int
    conversation: str
    reviewer: str
    category: str
    value: int | None
    reviewee: str | None = None
    submitted_at: datetime | None = None
    comment: str = ""


@dataclass(slots=True)
class PastReview:
    """All lines of one reviewer about one conversation at one time (the first is `line`); ratings by key."""

    line: int
    conversation: str
    reviewer: str
    reviewee: str | None
    submitted_at: datetime | None
    ratings: dict[str, Rating] = field(default_factory=dict)
    comments: list[str] = field(default_factory=list)

    @property
    def comment(self) -> str:
        """The comments of its lines, each once, a line each."""
        return "\n".join(dict.fromkeys(self.comments))


@dataclass(frozen=True, slots=True)
class Past:
    """What a file amounts to: the scorecard it was rated with, its reviews, and the lines that fit nowhere."""

    scorecard: Scorecard
    reviews: tuple[PastReview, ...]
    rejected: tuple[tuple[int, str], ...]


def past_scorecard(
    name: str, categories: Iterable[str], scale: PastScale, known: Scorecard | None = None
) -> Scorecard:
    """A scorecard of these categories, in this order, all of the same weight.

    A category that `known` (the team's scorecard) has too, by key or name, gets its key, so that its history
    goes on. Invalid for names that cannot be told apart or are too many.
    """
    ours = {each.name.casefold(): each for each in known.categories} if known else {}
    ours |= {each.key: each for each in known.categories} if known else {}
    found: dict[str, RatingCategory] = {}
    for title in categories:
        same = ours.get(title.casefold()) or ours.get(key_from(title))
        key, shown = (same.key, same.name) if same else (key_from(title), _readable(title))
        if not key or key in found:
            raise Invalid(f"The category “{title}” cannot be told from another one; rename it in the file.")
        found[key] = RatingCategory(key, shown, RatingScale(scale.points))
    if not found:
        raise Invalid("The file has no line that can be used.")
    if len(found) > CATEGORIES_LIMIT:
        raise Invalid(
            f"The file has {len(found)} categories; a scorecard has at most {CATEGORIES_LIMIT}. "
            "Is the right column named as category?"
        )
    return Scorecard(name, tuple(found.values()))


def gathered(lines: Sequence[PastRating], scorecard: Scorecard, scale: PastScale) -> Past:
    """The reviews that the lines make, in the order in which they begin.

    Rejected are lines with a category that the scorecard does not have, a value outside the scale, a category
    rated twice in one review, and a reviewee that contradicts the review's earlier lines.
    """
    keys = _keys(scorecard)
    reviews: dict[tuple[str, str, datetime | None], PastReview] = {}
    rejected: list[tuple[int, str]] = []
    for each in lines:
        key = keys.get(each.category.casefold()) or keys.get(key_from(each.category))
        value = None if each.value is None else scale.value(each.value)
        whose = (each.conversation, each.reviewer, each.submitted_at)
        review = reviews.get(whose) or PastReview(
            each.line, each.conversation, each.reviewer, each.reviewee, each.submitted_at
        )
        if key is None:
            rejected.append((each.line, "the scorecard has no such category"))
        elif each.value is not None and value is None:
            rejected.append((each.line, f"value is not on the scale {scale.low}..{scale.high}"))
        elif key in review.ratings:
            rejected.append((each.line, "the same reviewer rated this category of this conversation already"))
        elif each.reviewee and review.reviewee and each.reviewee != review.reviewee:
            rejected.append((each.line, "names another reviewee than the review's first line"))
        else:
            review.ratings[key] = Rating(value)
            review.reviewee = review.reviewee or each.reviewee
            review.comments += [each.comment] if each.comment else []
            reviews[whose] = review
    return Past(scorecard, tuple(reviews.values()), tuple(rejected))


def _keys(scorecard: Scorecard) -> Mapping[str, str]:
    by_name = {each.name.casefold(): each.key for each in scorecard.categories}
    return by_name | {each.key: each.key for each in scorecard.categories}


def _readable(title: str) -> str:
    """As a person would write it: "task_accomplishment" → "Task accomplishment"; blanks stay as they are."""
    words = title.replace("_", " ") if " " not in title else title
    return words[:1].upper() + words[1:]
