"""Tables for a terminal: aligned by what letters take up on the screen, harmless whatever they hold."""

from collections.abc import Container, Iterable, Sequence
from unicodedata import east_asian_width


def table(rows: Sequence[Sequence[str]], head: Sequence[str], *, right: Container[int]) -> list[str]:
    """Lines of columns under a head; the columns of these numbers (from 0) are flush right."""
    cells = [[plain(cell) for cell in row] for row in (head, *rows)]
    widths = [max(map(_width, column)) for column in zip(*cells, strict=True)]
    return [
        "  ".join(
            _pad(cell, width, right=place in right)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in cells
    ]


def plain(name: str) -> str:
    """A name that moves no cursor and colours no terminal."""
    return "".join(letter if letter.isprintable() else "�" for letter in name)


def _width(cell: Iterable[str]) -> int:
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in cell)


def _pad(cell: str, width: int, *, right: bool) -> str:
    blanks = " " * (width - _width(cell))
    return blanks + cell if right else cell + blanks
