"""YAML as a tree of plain text that remembers the line of everything, so that a problem can be pointed at.

Values stay text as written ("No" is a name, not a boolean): what a key means decides how its value is read.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

SIZE_LIMIT = 200_000
NODES_LIMIT = 10_000
DEPTH_LIMIT = 12

Path = tuple[str | int, ...]
NULL = "tag:yaml.org,2002:null"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend: where (line None = in the whole file) and a sentence."""

    path: Path
    line: int | None
    sentence: str

    def __str__(self) -> str:
        """Reads like this: `categories[2].weight (line 14): 120 is outside 0–100; …`."""
        if self.path:
            return f"{show_place(self.path, self.line)}: {self.sentence}"
        return f"the file {self.sentence}" if self.line is None else f"line {self.line}: this {self.sentence}"


def show_place(path: Path, line: int | None) -> str:
    """A place for people: `categories[2].weight (line 14)`."""
    steps = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).lstrip(".")
    return steps if line is None else f"{steps} (line {line})"


@dataclass(slots=True)
class Tree:
    """A file as dicts, lists, text and None, with the 1-based line of every path and what is wrong so far."""

    data: Any = None
    lines: dict[Path, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def problem(self, path: Path, sentence: str) -> None:
        """Notes a problem at `path`, or at the nearest thing above it that has a line."""
        nearest = path
        while nearest and nearest not in self.lines:
            nearest = nearest[:-1]
        self.problems.append(Problem(path, self.lines.get(nearest) if path else None, sentence))


def read_tree(text: str) -> Tree:
    """The tree of a YAML text; never raises: what cannot be read leaves `data` None and one problem."""
    tree = Tree()
    if len(text) > SIZE_LIMIT:
        tree.problem((), f"is longer than {SIZE_LIMIT:,} characters; a scorecard is a page or two")
        return tree
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        if root is not None:
            tree.data = _Reader(tree).read(root, ())
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        tree.problems.append(Problem((), mark.line + 1 if mark else None, _unreadable(error)))
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        tree.problems.append(Problem((), line, "has a control character; type this line again"))
    except (_TooMuch, RecursionError):
        tree.problem((), "is nested or repeated too much for a scorecard; write it out plainly")
    return tree


class _TooMuch(Exception):
    """More nodes or deeper than a person writes; aliases can make a short text endless."""


class _Reader:
    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.nodes = 0

    def read(self, node: yaml.Node, path: Path) -> Any:
        self.nodes += 1
        if self.nodes > NODES_LIMIT or len(path) > DEPTH_LIMIT:
            raise _TooMuch
        self.tree.lines.setdefault(path, node.start_mark.line + 1)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.read(each, (*path, index)) for index, each in enumerate(node.value)]
        return None if node.tag == NULL else node.value

    def _mapping(self, node: yaml.MappingNode, path: Path) -> Mapping[str, Any]:
        data: dict[str, Any] = {}
        for key_node, value in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                self.tree.problems.append(
                    Problem(
                        path,
                        line,
                        "is a list or a block where a key should be; write one word before the colon",
                    )
                )
                continue
            key = key_node.value
            here = (*path, key)
            if key in data:
                first = self.tree.lines[here]
                sentence = f"stands here a second time (first on line {first}); keep one of the two"
                self.tree.problems.append(Problem(here, line, sentence))
                continue
            self.tree.lines[here] = line
            data[key] = self.read(value, here)
        return data


def _unreadable(error: yaml.MarkedYAMLError) -> str:
    found = error.problem or "it ends too early"
    if found.startswith("but ") and error.context:
        found = f"{error.context}, {found}"
    return (
        f"is not valid YAML: {found}. Look here or one line above for a missing space after a colon or dash, "
        "a tab, uneven indentation, or text with a colon that needs quotes"
    )
