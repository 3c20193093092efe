"""Single reviews in files: every figure there, no formula, nothing that anybody wrote."""

import csv
import io
from datetime import UTC, datetime

import openpyxl
import pytest
import xlsxwriter

from iqs.files.review_rows import HEAD, ReviewRow, add_sheet, as_csv, as_objects
from iqs.reviews import ReviewKind, Stream

AT = datetime(2026, 11, 10, 8, 30, tzinfo=UTC)
ROWS = [
    ReviewRow(1, AT, "desk:c1", "Ada", "=HYPERLINK(1)", ReviewKind.PEER, Stream.RANDOM, 200 / 3, True, True,
              {"tone": 4, "grammar": None}),
    ReviewRow(2, None, "desk:-c2", None, None, ReviewKind.MANAGER, Stream.IMPORTED, None, None, False, {"solution": 1}),
]  # fmt: skip


def test_csv_has_every_review():
    """One line each; N/A is said, what the scorecard did not have stays empty, formulas are defused."""
    head, first, second = csv.reader(io.StringIO(as_csv(ROWS), newline=""))
    assert head == [*HEAD, "rating: grammar", "rating: solution", "rating: tone"]
    assert first == [
        "1", "2026-11-10T08:30:00+00:00", "desk:c1", "Ada", "'=HYPERLINK(1)", "peer", "random", "66.67", "yes", "yes",
        "N/A", "", "4",
    ]  # fmt: skip
    assert second[:10] == ["2", "", "desk:-c2", "", "", "manager", "imported", "", "", "no"]
    assert second[10:] == ["", "1", ""]


def test_json_keeps_types():
    """Numbers are numbers, null where nothing is known."""
    first, second = as_objects(ROWS)
    assert (first["score"], first["ratings"], first["passed"]) == (66.67, {"grammar": None, "tone": 4}, True)
    assert (second["submitted"], second["agent"], second["score"]) == (None, None, None)


@pytest.mark.parametrize("rows", [ROWS, []])
def test_a_workbook_holds_no_formula(rows):
    """Text that looks like a formula is text there; an empty export has its head."""
    written = io.BytesIO()
    book = xlsxwriter.Workbook(written, {"in_memory": True, "strings_to_formulas": False})
    add_sheet(book, rows)
    book.close()
    sheet = openpyxl.load_workbook(io.BytesIO(written.getvalue()))["Reviews"]
    assert [cell.value for cell in sheet[1]][: len(HEAD)] == list(HEAD)
    assert sheet.max_row == len(rows) + 1
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
