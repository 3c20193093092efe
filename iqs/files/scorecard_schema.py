"""What may stand in a scorecard's YAML: its keys, how each value is read, and the mend if it cannot be."""

import re
from collections.abc import Callable
from difflib import get_close_matches
from fractions import Fraction
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError, model_validator
from pydantic_core import ErrorDetails

from iqs.files.yaml_tree import Path, Tree
from iqs.scorecards import (
    CAUSE_NAME_LIMIT,
    DESCRIPTION_LIMIT,
    GUIDANCE_LIMIT,
    NAME_LIMIT,
    CategoryGroup,
    Criticality,
    RatingCategory,
    RatingScale,
    RootCause,
    key_from,
)

YES = frozenset({"yes", "true", "on"})
NO = frozenset({"no", "false", "off"})
TWO_POINTS = frozenset({"2", "binary", "thumbs"})


def line_of_text(raw: Any) -> Any:
    """Text on one line, its white space made single spaces; anything but text as it is."""
    return " ".join(raw.split()) if isinstance(raw, str) else raw


def name(limit: int) -> Callable[[Any], str]:
    """Reads a name of 1 … `limit` characters."""

    def read(raw: Any) -> str:
        value = line_of_text(_plain(raw, "a name"))
        if not value:
            raise ValueError("is empty; write a name")
        return _at_most(limit, value)

    return read


def paragraphs(limit: int) -> Callable[[Any], str]:
    """Reads text of several lines, at most `limit` characters; nothing is an empty text."""

    def read(raw: Any) -> str:
        value = "" if raw is None else _plain(raw, "text")
        return _at_most(limit, "\n".join(line.rstrip() for line in value.splitlines()).strip())

    return read


def key(raw: Any) -> str | None:
    """Reads a key: letters, digits, "_" and "-"."""
    if raw is None:
        return None
    value = _plain(raw, "a key")
    if not re.fullmatch(rf"[\w-]{{1,{NAME_LIMIT}}}", value):
        raise ValueError(
            f"“{_short(value)}” cannot be a key; use letters, digits, “_” and “-”, at most {NAME_LIMIT}"
        )
    return value


def weight(raw: Any) -> int:
    """Reads a weight, a whole number 0–100."""
    value = _plain(raw, "a whole number from 0 to 100")
    if not re.fullmatch(r"-?\d{1,9}", value):
        raise ValueError(f"“{_short(value)}” is not a whole number; choose one from 0 to 100")
    if not 0 <= int(value) <= 100:
        raise ValueError(f"{value} is outside 0–100; choose a whole number from 0 to 100")
    return int(value)


def scale(raw: Any) -> int:
    """Reads a scale: 2 … 5 points, or a word for two."""
    value = _plain(raw, "2, 3, 4 or 5 points").casefold()
    if value in TWO_POINTS:
        return 2
    if value not in {"3", "4", "5"}:
        raise ValueError(f"“{_short(value)}” is not a scale; choose 2 (or binary), 3, 4 or 5 points")
    return int(value)


def pass_mark(raw: Any) -> Fraction:
    """Reads the pass mark, 0–100, with decimals or not, with a percent sign or not."""
    value = _plain(raw, "a number from 0 to 100").removesuffix("%").rstrip()
    if not re.fullmatch(r"-?\d{1,9}([.]\d{1,9}|/[1-9]\d{0,8})?", value):
        raise ValueError(f"“{_short(value)}” is not a number; choose one from 0 to 100, such as 80 or 82.5")
    if not 0 <= Fraction(value) <= 100:
        raise ValueError(f"{value} is outside 0–100; choose a number from 0 to 100")
    return Fraction(value)


def truth(raw: Any) -> bool:
    """Reads yes or no."""
    value = _plain(raw, "yes or no").casefold()
    if value not in YES | NO:
        raise ValueError(f"“{_short(value)}” is neither yes nor no; write one of them")
    return value in YES


def category_criticality(raw: Any) -> Criticality:
    """Reads what a failed category does; yes means the review."""
    value = _plain(raw, "review, group or no").casefold()
    return Criticality.REVIEW if value in YES else _criticality(value)


def group_criticality(raw: Any) -> Criticality:
    """Reads what a failed category of a group does; a mere yes would not say which."""
    return _criticality(_plain(raw, "review, group or no").casefold())


def _criticality(value: str) -> Criticality:
    if value in NO:
        return Criticality.NONE
    if value not in set(Criticality):
        raise ValueError(
            f"“{_short(value)}” is not known; write review (a failure makes the review 0), "
            "group (it makes the group 0) or no"
        )
    return Criticality(value)


def _plain(raw: Any, wanted: str) -> str:
    if raw is None:
        raise ValueError(f"is empty; write {wanted}")
    if not isinstance(raw, str):
        raise ValueError(f"is a list or a block of keys; write {wanted}")  # noqa: TRY004 - pydantic reads this one
    return raw.strip()


def _at_most(limit: int, value: str) -> str:
    if len(value) > limit:
        raise ValueError(f"has {len(value):,} characters; shorten it to {limit:,}")
    return value


def _short(value: str) -> str:
    return value if len(value) <= 40 else f"{value[:39]}…"


Name = Annotated[str, BeforeValidator(name(NAME_LIMIT))]
CauseName = Annotated[str, BeforeValidator(name(CAUSE_NAME_LIMIT))]
Key = Annotated[str | None, BeforeValidator(key)]
YesNo = Annotated[bool, BeforeValidator(truth)]
Weight = Annotated[int, BeforeValidator(weight)]
Points = Annotated[int, BeforeValidator(scale)]
Percent = Annotated[Fraction, BeforeValidator(pass_mark)]
CategoryCriticality = Annotated[Criticality, BeforeValidator(category_criticality)]
GroupCriticality = Annotated[Criticality, BeforeValidator(group_criticality)]
GroupWord = Annotated[str | None, BeforeValidator(line_of_text)]
Description = Annotated[str, BeforeValidator(paragraphs(DESCRIPTION_LIMIT))]
Guidance = Annotated[str, BeforeValidator(paragraphs(GUIDANCE_LIMIT))]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Cause(_Strict):
    """A root cause: a name, or a block with name and key."""

    name: CauseName
    key: Key = None

    @model_validator(mode="before")
    @classmethod
    def _by_name(cls, raw: Any) -> Any:
        return {"name": raw} if isinstance(raw, str) or raw is None else raw

    def made(self) -> RootCause:
        """As a value of the program."""
        return RootCause(self.key or key_from(self.name), self.name)


class Group(_Strict):
    """A group of categories."""

    name: Name
    key: Key = None
    critical: GroupCriticality = Criticality.NONE

    def made(self) -> CategoryGroup:
        """As a value of the program."""
        return CategoryGroup(self.key or key_from(self.name), self.name, self.critical)


class Category(_Strict):
    """A rating category; `group` is a group's key or name."""

    name: Name
    scale: Points
    key: Key = None
    weight: Weight = 10
    critical: CategoryCriticality = Criticality.NONE
    group: GroupWord = None
    scored: YesNo = True
    skippable: YesNo = True
    description: Description = ""
    guidance: Guidance = ""
    causes: list[Cause] = []
    causes_always: YesNo = False

    def made(self, group_keys: dict[str, str]) -> RatingCategory:
        """As a value of the program; `group_keys` finds a group's key by its key or folded name."""
        return RatingCategory(
            key=self.key or key_from(self.name),
            name=self.name,
            scale=RatingScale(self.scale),
            weight=self.weight,
            critical=self.critical,
            group=None if self.group is None else group_keys[self.group.casefold()],
            scored=self.scored,
            skippable=self.skippable,
            description=self.description,
            guidance=self.guidance,
            causes=tuple(cause.made() for cause in self.causes),
            causes_always=self.causes_always,
        )


class File(_Strict):
    """The whole file."""

    name: Name
    categories: list[Category]
    groups: list[Group] = []
    pass_mark: Percent = Fraction(80)


def read_file(tree: Tree) -> File | None:
    """The tree as a File; None if anything in it does not fit, with each problem noted in the tree."""
    try:
        return File.model_validate(tree.data)
    except ValidationError as error:
        for fault in error.errors():
            _note(tree, fault)
    return None


def _note(tree: Tree, fault: ErrorDetails) -> None:
    path: Path = fault["loc"]
    kind = fault["type"]
    if kind == "value_error":
        tree.problem(path, str(fault["ctx"]["error"]))
    elif kind == "missing":
        tree.problem(path, f"is missing; add “{path[-1]}: …”{' here' if len(path) > 1 else ''}")
    elif kind == "extra_forbidden":
        tree.problem(path, _unknown(path))
    elif kind == "list_type":
        tree.problem(path, "is not a list; put each entry on its own line after “- ”")
    elif kind == "string_type":
        tree.problem(path, "is a list or a block of keys; write a name")
    else:
        keys = ", ".join(_keys(path))
        tree.problem(path, f"is not a block of keys; write “key: value” lines ({keys})")


def _unknown(path: Path) -> str:
    known = _keys(path[:-1])
    near = get_close_matches(str(path[-1]).casefold(), known, n=1, cutoff=0.6)
    mend = f"did you mean “{near[0]}”?" if near else f"the keys known here are {', '.join(known)}"
    return f"is not a known key; {mend}"


def _keys(path: Path) -> list[str]:
    """The keys known at this place of the file."""
    models: dict[str, type[BaseModel]] = {"groups": Group, "categories": Category, "causes": Cause}
    lists = [step for step in path if isinstance(step, str)]
    return list((models[lists[-1]] if lists else File).model_fields)
