"""Single reviews as rows for spreadsheets and programs: scores and ids, never what anybody wrote.

One row a review: its score and the rating in each category. CSV text can never become a formula.
"""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from iqs.files.exports import harmless
from iqs.files.terminal import plain
from iqs.reviews import ReviewKind, Stream
from iqs.scoring import show

HEAD = (
    "review", "submitted", "conversation", "agent", "reviewer", "kind", "stream", "score", "passed", "acknowledged",
)  # fmt: skip
RATING = "rating: "
WIDTH = 16


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """A released review: `score` 0–100, None where all was N/A; `ratings` the value by category key, None for N/A.

    `conversation` is "source:id". `reviewee` and `reviewer` are None where they are unknown or not for this reader.
    """

    review_id: int
    submitted_at: datetime | None
    conversation: str
    reviewee: str | None
    reviewer: str | None
    kind: ReviewKind
    stream: Stream
    score: float | None
    passed: bool | None
    acknowledged: bool
    ratings: Mapping[str, int | None] = field(default_factory=dict)


def columns(rows: Sequence[ReviewRow]) -> list[str]:
    """The head: what every review has, then the key of each category that was rated."""
    keys = sorted({key for row in rows for key in row.ratings})
    return [*HEAD, *(f"{RATING}{key}" for key in keys)]


def as_csv(rows: Sequence[ReviewRow]) -> str:
    """One row a review, quoted; empty where nothing is known, "N/A" where that was chosen."""
    head = columns(rows)
    written = io.StringIO()
    writer = csv.writer(written, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow([harmless(each) for each in head])
    writer.writerows([harmless(_spelled(each)) for each in _cells(row, head)] for row in rows)
    return written.getvalue()


def as_objects(rows: Sequence[ReviewRow]) -> list[dict[str, Any]]:
    """The same for JSON: scores with two decimals, null where nothing is known."""
    return [
        {
            "review": row.review_id,
            "submitted": _time(row),
            "conversation": row.conversation,
            "agent": row.reviewee,
            "reviewer": row.reviewer,
            "kind": str(row.kind),
            "stream": str(row.stream),
            "score": None if row.score is None else float(show(row.score)),
            "passed": row.passed,
            "acknowledged": row.acknowledged,
            "ratings": dict(sorted(row.ratings.items())),
        }
        for row in rows
    ]


def add_sheet(book: Any, rows: Sequence[ReviewRow]) -> None:
    """A sheet "Reviews" in a workbook of xlsxwriter; numbers are numbers, text can never become a formula."""
    head = columns(rows)
    sheet = book.add_worksheet("Reviews")
    bold = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    sheet.set_column(0, len(head) - 1, WIDTH)
    sheet.freeze_panes(1, 0)
    for column, name in enumerate(head):
        sheet.write_string(0, column, plain(name), bold)
    for place, row in enumerate(rows, 1):
        for column, each in enumerate(_cells(row, head)):
            if isinstance(each, str | bool):
                sheet.write_string(place, column, plain(_spelled(each)))
            elif each is not None:
                sheet.write_number(place, column, each)


Cell = str | bool | float | None


def _cells(row: ReviewRow, head: Sequence[str]) -> list[Cell]:
    """The row under this head; a category that the review's scorecard did not have stays empty."""
    known: list[Cell] = [
        row.review_id,
        _time(row),
        row.conversation,
        row.reviewee,
        row.reviewer,
        str(row.kind),
        str(row.stream),
        row.score,
        row.passed,
        row.acknowledged,
    ]
    rated: dict[str, Cell] = {
        f"{RATING}{key}": "N/A" if value is None else value for key, value in row.ratings.items()
    }
    return [*known, *(rated.get(name) for name in head[len(HEAD) :])]


def _spelled(cell: Cell) -> str:
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float):
        return show(cell)
    return "" if cell is None else str(cell)


def _time(row: ReviewRow) -> str | None:
    return None if row.submitted_at is None else row.submitted_at.isoformat(timespec="seconds")
