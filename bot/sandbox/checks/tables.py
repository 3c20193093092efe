"""table and data_table."""

import json
from typing import Any

from bot.sandbox.checks.rich_text import rich_text
from bot.sandbox.checks.shape import (
    Check,
    Found,
    array,
    boolean,
    both,
    by_type,
    choice,
    integer,
    number,
    shape,
    string,
)

COLUMNS = 20
CHARACTERS = 10_000

_raw_text = shape({"type": choice("raw_text"), "text": string(CHARACTERS)})
_raw_number = shape({"type": choice("raw_number"), "value": number}, {"text": string(CHARACTERS)})
_cell = by_type({"raw_text": _raw_text, "raw_number": _raw_number, "rich_text": rich_text})
_header_cell = by_type({"raw_text": _raw_text, "raw_number": _raw_number})


def cell_text(cell: Any) -> str:
    """The characters of a cell that count against the table's limit."""
    if isinstance(cell, dict) and cell.get("type") == "rich_text":
        return json.dumps(cell.get("elements"), ensure_ascii=False)
    return str(cell.get("text", cell.get("value", ""))) if isinstance(cell, dict) else ""


def _fits(value: Any, at: str, found: Found) -> None:
    if sum(len(cell_text(cell)) for row in value["rows"] for cell in row) > CHARACTERS:
        found.add(f"must be less than {CHARACTERS + 1} characters", f"{at}/rows")


def _rows_of_equal_length(value: Any, at: str, found: Found) -> None:
    width = len(value["rows"][0])
    for index, row in enumerate(value["rows"]):
        if len(row) != width:
            found.add("all rows must have the same number of cells", f"{at}/rows/{index}")
    if value.get("row_header_column_index", 0) >= width:
        found.add("must be the index of a column", f"{at}/row_header_column_index")


def _header_is_simple(value: Any, at: str, found: Found) -> None:
    array(_header_cell, 1, COLUMNS)(value["rows"][0], f"{at}/rows/0", found)


_row = array(_cell, 1, COLUMNS)
_column = shape({}, {"align": choice("left", "center", "right"), "is_wrapped": boolean})


def _column_or_null(value: Any, at: str, found: Found) -> None:
    if value is not None:
        _column(value, at, found)


table: Check = both(
    shape(
        {"type": choice("table"), "rows": array(_row, 1, 100)},
        {"column_settings": array(_column_or_null, 1, COLUMNS), "block_id": string(255)},
    ),
    _fits,
)
data_table: Check = both(
    shape(
        {"type": choice("data_table"), "caption": string(2000), "rows": array(_row, 2, 101)},
        {
            "page_size": integer(1, 100),
            "row_header_column_index": integer(0, COLUMNS - 1),
            "block_id": string(255),
        },
    ),
    _rows_of_equal_length,
    _header_is_simple,
    _fits,
)
