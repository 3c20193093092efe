"""What a message looked like, as far as it helps a reader: lines of styled runs, lists, quotes, code and links.

A body is flat, as chat shows it: a line knows its list and its quote, so nothing here nests or recurses. Line by
line it says what the message's plain text says; the text is derived from it, never the other way round.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import groupby

DEEPEST = 8
"""Levels of lists and of quotes that are told apart; deeper ones stand on this level."""


class Form(StrEnum):
    """What a line is. MORE is a further line of the list item above."""

    TEXT = "text"
    ITEM = "item"
    MORE = "more"
    CODE = "code"


@dataclass(frozen=True, slots=True)
class Run:
    """Characters of one style, without a line end; `link` is an http or https address."""

    text: str
    bold: bool = False
    italic: bool = False
    strike: bool = False
    code: bool = False
    link: str | None = None

    @property
    def is_plain(self) -> bool:
        """Whether there is nothing to it but its text."""
        return not (self.bold or self.italic or self.strike or self.code or self.link)


@dataclass(frozen=True, slots=True)
class Line:
    """One line. `depth` is the list's level from 0, `number` that of an ordered item, `quoted` the level of quotes."""

    runs: tuple[Run, ...] = ()
    form: Form = Form.TEXT
    depth: int = 0
    number: int | None = None
    quoted: int = 0

    @property
    def is_plain(self) -> bool:
        """Whether plain text says all of it."""
        return self.form is Form.TEXT and not self.quoted and all(run.is_plain for run in self.runs)

    @property
    def text(self) -> str:
        """The line in plain text: quote marks, the bullet or number, the words, and where links lead."""
        return (self.mark + "".join(said(self.runs))).rstrip()

    @property
    def mark(self) -> str:
        """What stands before the words in plain text."""
        before = "> " * self.quoted
        if self.form is Form.ITEM:
            return f"{before}{'  ' * self.depth}{'•' if self.number is None else f'{self.number}.'} "
        return f"{before}{'  ' * (self.depth + 1)}" if self.form is Form.MORE else before


Body = tuple[Line, ...]


def plain(body: Iterable[Line]) -> str:
    """The body as plain text, one line each."""
    return "\n".join(line.text for line in body)


def labels(runs: Iterable[Run]) -> Iterator[tuple[str | None, list[Run]]]:
    """The runs in order, those of one link together: its address (None beside links) and its runs."""
    for address, group in groupby(runs, key=lambda run: run.link):
        yield address, list(group)


def said(runs: Iterable[Run]) -> Iterator[str]:
    """The words of the runs; after a link's words where it leads, unless they say so themselves."""
    for address, group in labels(runs):
        label = "".join(run.text for run in group)
        yield label
        if address and address not in label:
            yield f" ({address})"


def cut_body(body: Body, text: str) -> Body:
    """The body whose plain text is `text`: a beginning of its own plain text, then a mark of the cut.

    Whole lines keep their looks; the line in which the cut falls keeps only its words.
    """
    lines: list[Line] = []
    start = 0
    for line in body:
        if not text.startswith(line.text + "\n", start):
            rest = text[start:]
            words = rest.removeprefix(line.mark)
            looks = line if words != rest or not line.mark else Line()  # else its very mark is cut
            return (*lines, replace(looks, runs=(Run(words),)))
        lines.append(line)
        start += len(line.text) + 1
    return body
