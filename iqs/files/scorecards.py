"""Scorecards as YAML: read with every problem named at once, written so that reading gives the same again.

The presets that come with the program are files of the same kind, in `presets/` beside this module.
"""

from collections.abc import Iterator
from difflib import get_close_matches
from fractions import Fraction
from importlib.resources import files
from typing import Any

import yaml

from iqs.errors import Invalid, NotFound
from iqs.files.scorecard_schema import NO, File, line_of_text, read_file
from iqs.files.yaml_tree import Path, Tree, read_tree, show_place
from iqs.scorecards import (
    CATEGORIES_LIMIT,
    CAUSES_LIMIT,
    Criticality,
    RatingCategory,
    Scorecard,
    key_from,
)

RESERVED = frozenset({"comment"})
"""Keys of categories that a review's form uses for itself."""


def read_scorecard(text: str, *, source: str = "scorecard") -> Scorecard:
    """The scorecard in a YAML text; `source` names the text in the error.

    Invalid with one entry in `problems` for everything that must be mended: key path, line, sentence.
    """
    tree = read_tree(text)
    if tree.data is None and not tree.problems:
        tree.problem((), "is empty; `iqs scorecard show` prints one to start from")
    file = None
    if not tree.problems or tree.data is not None:
        file = read_file(tree)
        _check_together(tree)
    if file is None or tree.problems:
        found = sorted(tree.problems, key=lambda problem: problem.line or 0)
        count = "1 problem" if len(found) == 1 else f"{len(found)} problems"
        raise Invalid(f"{source} cannot be used: {count}.", problems=tuple(map(str, found)))
    return _made(file)


def write_scorecard(scorecard: Scorecard) -> str:
    """The scorecard as YAML that `read_scorecard` reads back to the same; its version is not part of it."""
    data: dict[str, Any] = {"name": scorecard.name, "pass_mark": _number(scorecard.pass_mark)}
    if scorecard.groups:
        data["groups"] = [
            {"name": group.name, "key": group.key} | _critical(group.critical) for group in scorecard.groups
        ]
    data["categories"] = [_category(each) for each in scorecard.categories]
    return yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100)


def preset(name: str = "popular") -> Scorecard:
    """A scorecard that comes with the program; NotFound, naming those there are, for any other name."""
    if name not in presets():
        raise NotFound(f"There is no preset “{name}”. There is: {', '.join(presets())}.")
    text = (files("iqs.files") / "presets" / f"{name}.yml").read_text(encoding="utf-8")
    return read_scorecard(text, source=f"the preset {name}")


def presets() -> list[str]:
    """The names of the scorecards that come with the program."""
    folder = files("iqs.files") / "presets"
    return sorted(each.name.removesuffix(".yml") for each in folder.iterdir() if each.name.endswith(".yml"))


def _made(file: File) -> Scorecard:
    groups = tuple(group.made() for group in file.groups)
    keys = {group.name.casefold(): group.key for group in groups}
    keys |= {group.key.casefold(): group.key for group in groups}
    return Scorecard(
        name=file.name,
        categories=tuple(category.made(keys) for category in file.categories),
        groups=groups,
        pass_mark=file.pass_mark,
    )


# The checks below compare parts of the file with each other. They read the tree rather than the models, so
# that they also speak when some other part is wrong.


def _check_together(tree: Tree) -> None:
    top = tree.data if isinstance(tree.data, dict) else {}
    categories = list(_blocks(top.get("categories"), ("categories",)))
    groups = list(_blocks(top.get("groups"), ("groups",)))
    if isinstance(top.get("categories"), list):
        _check_count(tree, ("categories",), top["categories"], CATEGORIES_LIMIT)
        _check_weights(tree, categories)
    if isinstance(top.get("groups"), list) and len(top["groups"]) > CATEGORIES_LIMIT:
        _check_count(tree, ("groups",), top["groups"], CATEGORIES_LIMIT)
    _check_keys(tree, categories, reserved=RESERVED)
    _check_keys(tree, groups)
    for path, category in categories:
        _check_category(tree, path, category, groups)


def _check_count(tree: Tree, path: Path, entries: list[Any], limit: int) -> None:
    if not entries:
        tree.problem(path, "is empty; add at least one")
    if len(entries) > limit:
        tree.problem(path, f"has {len(entries)} entries; at most {limit} fit, so join some or leave some out")


def _check_weights(tree: Tree, categories: list[tuple[Path, dict[str, Any]]]) -> None:
    counting = [
        each
        for _, each in categories
        if not _says_no(each.get("scored"))
        and (each.get("weight", "10") != "0" or not _says_no(each.get("critical", "no")))
    ]
    if categories and not counting:
        tree.problem(("categories",), "nothing counts; give at least one scored category a weight above 0")


def _check_keys(
    tree: Tree, blocks: list[tuple[Path, dict[str, Any]]], reserved: frozenset[str] = frozenset()
) -> None:
    first: dict[str, Path] = {}
    names: dict[str, Path] = {}
    for path, block in blocks:
        name = block.get("name")
        where = (*path, "key" if block.get("key") else "name")
        key = _key(block)
        if not isinstance(key, str):
            continue
        if not key and isinstance(name, str) and name.strip():
            tree.problem(where, "has no letters to make a key of; add “key: …” with a word of your own")
        elif key.casefold() in reserved:
            tree.problem(where, f"the key “{key}” is used by the form itself; give it another “key: …”")
        elif key and key.casefold() in first:
            other = first[key.casefold()]
            tree.problem(
                where, f"has the key “{key}” like {_place(tree, other)}; give one of them another key"
            )
        elif isinstance(name, str) and key and name.casefold() in names:
            other = names[name.casefold()]
            tree.problem(
                (*path, "name"), f"is named like {_place(tree, other)}; give one of them another name"
            )
        first.setdefault(key.casefold(), path)
        names.setdefault(name.casefold() if isinstance(name, str) else "", path)


def _check_category(
    tree: Tree, path: Path, category: dict[str, Any], groups: list[tuple[Path, dict[str, Any]]]
) -> None:
    critical = category.get("critical")
    if _says_no(category.get("scored")) and isinstance(critical, str) and not _says_no(critical):
        tree.problem(
            (*path, "critical"), "cannot be critical and not scored; remove “scored: no” or use “weight: 0”"
        )
    if critical == Criticality.GROUP and not category.get("group"):
        tree.problem((*path, "critical"), "is group, but there is no “group: …” here; add it or write review")
    causes = category.get("causes")
    if isinstance(causes, list):
        here = (*path, "causes")
        if len(causes) > CAUSES_LIMIT:
            _check_count(tree, here, causes, CAUSES_LIMIT)
        _check_keys(tree, [(place, each) for place, each in _blocks(causes, here)])
    group = line_of_text(category.get("group"))
    if isinstance(group, str):
        known = [
            str(word) for _, each in groups for word in (line_of_text(each.get("name")), _key(each)) if word
        ]
        if group.casefold() not in {word.casefold() for word in known}:
            near = get_close_matches(group, known, n=1, cutoff=0.6)
            mend = f"did you mean “{near[0]}”?" if near else "add it under “groups:” or leave this line out"
            tree.problem((*path, "group"), f"there is no group “{group}”; {mend}")


def _blocks(entries: Any, path: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    """The entries that are blocks of keys; a mere name, as causes may be, is a block with that name."""
    for index, entry in enumerate(entries if isinstance(entries, list) else []):
        if isinstance(entry, dict):
            yield (*path, index), entry
        elif isinstance(entry, str):
            yield (*path, index), {"name": entry}


def _key(block: dict[str, Any]) -> Any:
    name = block.get("name")
    return block.get("key") or (key_from(name) if isinstance(name, str) else None)


def _says_no(raw: Any) -> bool:
    return isinstance(raw, str) and raw.strip().casefold() in NO | {Criticality.NONE}


def _place(tree: Tree, path: Path) -> str:
    return show_place(path, tree.lines[path])


class _Dumper(yaml.SafeDumper):
    """Indents lists, as people do; yaml passes `indentless` by name."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002
        super().increase_indent(flow, indentless=False)


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    style = "|" if "\n" in value else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Dumper.add_representer(str, _text)


def _category(category: RatingCategory) -> dict[str, Any]:
    """A category's keys; what has its default is left out."""
    written: dict[str, Any] = {"name": category.name, "key": category.key, "scale": category.scale.points}
    written["weight"] = category.weight
    written |= _critical(category.critical)
    if category.group is not None:
        written["group"] = category.group
    written |= {word: False for word in ("scored", "skippable") if not getattr(category, word)}
    written |= {word: text for word in ("description", "guidance") if (text := getattr(category, word))}
    if category.causes:
        written["causes"] = [
            cause.name if cause.key == key_from(cause.name) else {"name": cause.name, "key": cause.key}
            for cause in category.causes
        ]
    if category.causes_always:
        written["causes_always"] = True
    return written


def _critical(criticality: Criticality) -> dict[str, str]:
    return {} if criticality is Criticality.NONE else {"critical": criticality.value}


def _number(number: Fraction) -> float | str:
    """A number as people write it, as long as it is read back exactly: 80, 82.5, "200/3"."""
    if number.denominator == 1:
        return int(number)
    plain = float(number)
    return plain if Fraction(repr(plain)) == number and "e" not in repr(plain) else str(number)
