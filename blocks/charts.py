"""Figures as Slack draws them: charts and sortable tables."""

from collections.abc import Sequence

from blocks.kit import Block, Element
from blocks.text import fit
from iqs.scoring import whole


def chart(
    kind: str,
    title: str,
    points: Sequence[tuple[str, float]],
    *,
    x: str,
    y: str,
    series: str,
    beside: tuple[str, Sequence[float]] | None = None,
) -> Block:
    """A line or bar chart of percents; at most 20 points, names cut to 20 and made unique.

    `beside` is a second series, by name, with a value for each point. Values are whole, as in every sentence and
    table: numbers, words and charts agree.
    """
    names = _unique([name for name, _ in points[:20]])
    drawn = [(series, [value for _, value in points]), *([beside] if beside else [])]
    return {
        "type": "data_visualization",
        "title": fit(title, 50),
        "chart": {
            "type": kind,
            "series": [
                {
                    "name": fit(name, 20),
                    "data": [
                        {"label": label, "value": int(whole(value))}
                        for label, value in zip(names, values, strict=False)
                    ],
                }
                for name, values in drawn
            ],
            "axis_config": {"categories": names, "x_label": fit(x, 50), "y_label": fit(y, 50)},
        },
    }


def _unique(names: Sequence[str]) -> list[str]:
    taken: list[str] = []
    for name in names:
        short = fit(name, 20)
        number = 2
        while short in taken:
            short = f"{fit(name, 20 - 1 - len(str(number)))} {number}"
            number += 1
        taken.append(short)
    return taken


def cell(text: str, number: float | None = None) -> Element:
    """A table's cell; with `number` it sorts as one and reads as `text`."""
    if number is None:
        return {"type": "raw_text", "text": fit(text, 200)}
    return {"type": "raw_number", "value": round(number, 2), "text": fit(text, 200)}


def data_table(caption: str, head: Sequence[str], rows: Sequence[Sequence[Element]]) -> Block:
    """A table with a caption; the first column names the row."""
    return {
        "type": "data_table",
        "caption": fit(caption, 200),
        "row_header_column_index": 0,
        "page_size": min(100, max(1, len(rows))),
        "rows": [[cell(each) for each in head], *[list(row) for row in rows[:100]]],
    }
