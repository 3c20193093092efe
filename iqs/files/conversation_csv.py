"""Conversations from CSV: the fields of the JSON contract flattened, one row a message, its rows together."""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import blake2b
from itertools import groupby
from typing import Any

from iqs.errors import Invalid
from iqs.files.entries import LINE_LIMIT, NOT_UTF8, TOO_LONG, Line, Outcome, Rejected, conversation
from iqs.files.fields import BadField

_KEY = ("source", "id")
_PLAIN = ("channel", "subject", "url", "opened_at", "closed_at", "language")
_NUMBERS = ("first_response_seconds", "handle_seconds")
_PARTS = {"agent": ("id", "name", "email"), "customer": ("id", "name", "email")}
_SURVEYS = {"csat": ("value", "min", "max"), "ces": ("value", "min", "max")}
_MESSAGE = ("author", "author_id", "at", "text", "html")
CSV_COLUMNS = (
    *_KEY,
    *_PLAIN,
    *(f"{part}_{field}" for part, fields in (_PARTS | _SURVEYS).items() for field in fields),
    *_NUMBERS,
    "tags",
    *_MESSAGE,
)
"""Every column a conversation CSV may have, in the order of docs/import.md."""


@dataclass(slots=True)
class _Row:
    line: int
    cells: dict[str, str]
    fault: str | None = None

    @property
    def key(self) -> tuple[str, str]:
        return self.cells.get("source", ""), self.cells.get("id", "")


def read_csv(lines: Iterable[Line]) -> Iterator[Outcome]:
    """One row a message; consecutive rows with one source and id are one conversation, headed by the first.

    A conversation whose rows stand apart is rejected at its second place: otherwise the last fragment would
    win. For that, 8 bytes of each conversation's key are remembered. Raises Invalid when columns are missing.
    """
    seen: set[int] = set()
    for key, group in groupby(_rows(lines), key=lambda row: row.key):
        rows = list(group)
        digest = int.from_bytes(blake2b(repr(key).encode(), digest_size=8).digest())
        if digest in seen:
            yield Rejected(rows[0].line, "rows of one conversation must stand together; this one came before")
            continue
        seen.add(digest)
        fault = next((Rejected(row.line, row.fault) for row in rows if row.fault), None)
        if fault is not None:
            yield fault
            continue
        try:
            yield conversation(_entry(rows))
        except BadField as error:
            yield Rejected(rows[0].line, str(error))


def _rows(lines: Iterable[Line]) -> Iterator[_Row]:
    faults: list[str] = []
    csv.field_size_limit(LINE_LIMIT)
    reader = csv.reader(_decoded(lines, faults))
    header = [name.strip().lower() for name in next(reader, [])]
    missing = [name for name in (*_KEY, "channel", "author") if name not in header]
    if not {"text", "html"} & set(header):
        missing.append("text")
    if missing:
        raise Invalid(f"The CSV has no column {', '.join(missing)}. Its first line must name the columns.")
    wanted = [(at, name) for at, name in enumerate(header) if name in CSV_COLUMNS]
    row: dict[str, str] = {}
    while True:
        first = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            cells = []
            faults.append(f"is not CSV: {error}")
        if len(cells) > len(header):
            faults.append("has more cells than the first line has columns")
        if cells:
            row = {name: cells[at] for at, name in wanted if at < len(cells)}
        if cells or faults:  # a row that cannot be read spoils the conversation it stands in
            yield _Row(first, row, faults[0] if faults else None)
            faults.clear()


def _decoded(lines: Iterable[Line], faults: list[str]) -> Iterator[str]:
    for _number, line in lines:
        if line is None:
            faults.append(TOO_LONG)
            yield "\n"
            continue
        try:
            yield line.decode()
        except UnicodeDecodeError:
            faults.append(NOT_UTF8)
            yield line.decode(errors="replace")


def _entry(rows: list[_Row]) -> dict[str, Any]:
    """The rows as the JSON object they stand for; empty cells are absent."""
    first = rows[0].cells
    entry: dict[str, Any] = {name: first[name] for name in (*_KEY, *_PLAIN) if first.get(name)}
    for name in _NUMBERS:
        entry[name] = _number(first, name)
    for part, fields in _PARTS.items():
        found = {field: first[f"{part}_{field}"] for field in fields if first.get(f"{part}_{field}")}
        entry[part] = found or None
    for part, fields in _SURVEYS.items():
        entry[part] = {field: _number(first, f"{part}_{field}") for field in fields}
    entry["tags"] = [tag for tag in first.get("tags", "").split(";") if tag.strip()]
    entry["messages"] = [{name: row.cells[name] for name in _MESSAGE if row.cells.get(name)} for row in rows]
    return entry


def _number(cells: dict[str, str], name: str) -> int | float | None:
    cell = cells.get(name, "").strip()
    if not cell:
        return None
    try:
        return int(cell) if cell.isdecimal() and len(cell) < 20 else float(cell)
    except ValueError:
        raise BadField(f"{name} must be a number") from None
