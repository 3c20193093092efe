"""Scorecards: what is rated, on which scale, with what weight. Published versions never change."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Any

NAME_LIMIT = 60
"""Characters in the name or key of a scorecard, category or group: what fits a line in Slack."""
CAUSE_NAME_LIMIT = 75
DESCRIPTION_LIMIT = 300
GUIDANCE_LIMIT = 1000
CATEGORIES_LIMIT = 12
CAUSES_LIMIT = 10


class Criticality(StrEnum):
    """What a rating strictly below 50 % does: nothing, its group becomes 0, or the whole review becomes 0."""

    NONE = "none"
    GROUP = "group"
    REVIEW = "review"


@dataclass(frozen=True, slots=True)
class RatingScale:
    """A scale of 2, 3, 4 or 5 points; values run from 1 (worst) to `points` (best)."""

    points: int

    @property
    def values(self) -> range:
        """1 … points."""
        return range(1, self.points + 1)

    def percent(self, value: int) -> Fraction:
        """A value on 0–100: (value - 1) / (points - 1) * 100 (scoring.md §1)."""
        return Fraction(value - 1, self.points - 1) * 100


@dataclass(frozen=True, slots=True)
class RootCause:
    """Why a rating was not the best; picked by the reviewer from the category's list."""

    key: str
    name: str


@dataclass(frozen=True, slots=True)
class RatingCategory:
    """One thing that is rated.

    `weight` is an integer 0–100; `scored=False` keeps it out of the score; `skippable` offers N/A;
    `causes` are offered below the top rating, or for every rating with `causes_always`.
    `key` is stable over versions and is how history is joined.
    """

    key: str
    name: str
    scale: RatingScale
    weight: int = 10
    critical: Criticality = Criticality.NONE
    group: str | None = None
    scored: bool = True
    skippable: bool = True
    description: str = ""
    guidance: str = ""
    causes: tuple[RootCause, ...] = ()
    causes_always: bool = False

    def offers_causes(self, value: int | None) -> bool:
        """Whether root causes are asked for with this rating (`None` = N/A)."""
        return bool(self.causes) and value is not None and (self.causes_always or value < self.scale.points)


@dataclass(frozen=True, slots=True)
class CategoryGroup:
    """Categories shown together. A critical group makes each of its categories critical in that way."""

    key: str
    name: str
    critical: Criticality = Criticality.NONE


@dataclass(frozen=True, slots=True)
class Scorecard:
    """One version of a scorecard. `pass_mark` is 0–100; `id` and `version` are None until published."""

    name: str
    categories: tuple[RatingCategory, ...]
    groups: tuple[CategoryGroup, ...] = ()
    pass_mark: Fraction = Fraction(80)
    version: int | None = None
    version_id: int | None = None

    def category(self, key: str) -> RatingCategory:
        """The category with this key; KeyError if there is none."""
        for category in self.categories:
            if category.key == key:
                return category
        raise KeyError(key)

    def criticality(self, category: RatingCategory) -> Criticality:
        """The stronger of the category's own criticality and its group's."""
        order = list(Criticality)
        own = [category.critical, *(group.critical for group in self.groups if group.key == category.group)]
        return max(own, key=order.index)


def key_from(name: str) -> str:
    """The key of a name that has none: lower case, no accents, words joined by "_"; "" without letters."""
    plain = "".join(each for each in unicodedata.normalize("NFKD", name) if not unicodedata.combining(each))
    words = re.findall(r"\w+", unicodedata.normalize("NFC", plain).casefold())
    return "_".join(words)[:NAME_LIMIT].strip("_")


def definition(scorecard: Scorecard) -> dict[str, Any]:
    """The scorecard as JSON for storage: exact (the pass mark is a string), without its version.

    Two scorecards with equal definitions ask and count the same.
    """
    return {
        "name": scorecard.name,
        "pass_mark": str(scorecard.pass_mark),
        "groups": [
            {"key": group.key, "name": group.name, "critical": group.critical.value}
            for group in scorecard.groups
        ],
        "categories": [_category_definition(category) for category in scorecard.categories],
    }


def from_definition(
    stored: Mapping[str, Any], *, version: int | None = None, version_id: int | None = None
) -> Scorecard:
    """The scorecard that `definition` wrote, with the version under which it is stored."""
    return Scorecard(
        name=stored["name"],
        pass_mark=Fraction(stored["pass_mark"]),
        groups=tuple(
            CategoryGroup(group["key"], group["name"], Criticality(group["critical"]))
            for group in stored["groups"]
        ),
        categories=tuple(_category_from(each) for each in stored["categories"]),
        version=version,
        version_id=version_id,
    )


def _category_definition(category: RatingCategory) -> dict[str, Any]:
    return {
        "key": category.key,
        "name": category.name,
        "points": category.scale.points,
        "weight": category.weight,
        "critical": category.critical.value,
        "group": category.group,
        "scored": category.scored,
        "skippable": category.skippable,
        "description": category.description,
        "guidance": category.guidance,
        "causes": [{"key": cause.key, "name": cause.name} for cause in category.causes],
        "causes_always": category.causes_always,
    }


def _category_from(stored: Mapping[str, Any]) -> RatingCategory:
    return RatingCategory(
        key=stored["key"],
        name=stored["name"],
        scale=RatingScale(stored["points"]),
        weight=stored["weight"],
        critical=Criticality(stored["critical"]),
        group=stored["group"],
        scored=stored["scored"],
        skippable=stored["skippable"],
        description=stored["description"],
        guidance=stored["guidance"],
        causes=tuple(RootCause(cause["key"], cause["name"]) for cause in stored["causes"]),
        causes_always=stored["causes_always"],
    )
