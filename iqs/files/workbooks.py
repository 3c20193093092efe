"""Reports as an Excel workbook with charts, for people who present them. Text can never become a formula.

Cells hold full precision and a number format; nothing is rounded before it is shown.
"""

import io
from collections.abc import Callable, Sequence
from typing import Any

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from iqs import headlines, periods
from iqs.files.terminal import plain
from iqs.reports import CategoryFigure, PersonalReport, PersonFigure, Quadrant, Survey, TeamReport
from iqs.statistics import Change, Estimate

Report = TeamReport | PersonalReport

HEAD = ("Score", "95 % from", "95 % to", "Reviews (n)", "Change", "Change from", "Change to", "In words")
WIDTH = 14
NAME_WIDTH = 32
CHANGED, FEW = "the scorecard changed: not one series", "left out: too few people"
_FIRST = 3  # the row (from 0) of a sheet's head, below its title


def workbook(made: Report, further: Callable[[Any], None] | None = None) -> bytes:
    """The report as the bytes of an .xlsx file: an overview, then a sheet a level, each with its chart.

    `further` adds sheets of its own at the end.
    """
    written = io.BytesIO()
    book = xlsxwriter.Workbook(
        written,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    book.set_properties({"title": f"IQS: {plain(made.name)}", "comments": "Made by iqs report"})
    writer = _Writer(book, made)
    writer.overview()
    writer.figures("Categories", "Category", made.categories, chart="bar")
    if isinstance(made, TeamReport):
        writer.figures("Agents", "Agent", made.agents)
        writer.figures("Reviewers", "Reviewer (scores given)", made.reviewers)
        writer.figures("Groups", "Group", made.groups)
        writer.customers()
        writer.causes()
    writer.trend()
    if further is not None:
        further(book)
    book.close()
    return written.getvalue()


class _Writer:
    def __init__(self, book: Any, made: Report) -> None:
        self._book = book
        self._made = made
        self._title = book.add_format({"bold": True, "font_size": 14})
        self._bold = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        self._score = book.add_format({"num_format": "0.0"})
        self._signed = book.add_format({"num_format": "+0.0;-0.0;0.0"})
        self._whole = book.add_format({"num_format": "0"})
        self._note = book.add_format({"italic": True, "font_color": "#555555"})

    def overview(self) -> None:
        """The figures of the whole: IQS with its interval, and what stands beside it."""
        made = self._made
        sheet = self._sheet("Overview", 2)
        sheet.write_row(_FIRST, 0, ("Figure", "Value"), self._bold)
        rows: list[tuple[str, float | str | None, Any]] = [
            ("IQS (0–100)", made.iqs.mean, self._score),
            ("95 % interval from", made.iqs.low, self._score),
            ("95 % interval to", made.iqs.high, self._score),
            ("Reviews (n)", made.iqs.n, self._whole),
            *self._moved(made.change),
        ]
        if isinstance(made, TeamReport):
            rows += [
                *self._weighted(made),
                *self._aims(made),
                ("Pass rate (%)", made.pass_rate, self._score),
                *(
                    (f"Pass rate, 95 % {word}", end, self._score)
                    for word, end in zip(("from", "to"), made.pass_interval or (), strict=False)
                ),
                ("CSAT (0–100)", made.csat, self._score),
                ("CSAT answers (n)", made.csat_n, self._whole),
                ("CES (0–100, 100 is very easy)", made.ces.mean, self._score),
                ("CES answers (n)", made.ces.n, self._whole),
                ("Reviews without a score (all N/A)", made.unscored, self._whole),
                ("Reviews from imported history", made.imported, self._whole),
                ("Reviews picked for coaching, not in IQS", made.picked.n, self._whole),
                ("Their mean (0–100)", made.picked.mean, self._score),
                ("Skipped assignments (%)", made.skip_share, self._score),
            ]
            if made.progress is not None:
                rows += [
                    ("Conversations drawn", made.progress.drawn, self._whole),
                    ("Conversations reviewed", made.progress.submitted, self._whole),
                ]
        for place, (name, value, shape) in enumerate(rows, _FIRST + 1):
            sheet.write_string(place, 0, name)
            self._put(sheet, place, 1, value, shape)
        sheet.write_string(
            _FIRST + len(rows) + 2,
            0,
            "The interval holds the true value in 95 of 100 cases. A change is called higher or lower only when "
            "chance is an unlikely explanation.",
            self._note,
        )

    def figures(
        self,
        title: str,
        what: str,
        rows: Sequence[CategoryFigure | PersonFigure],
        *,
        chart: str | None = None,
    ) -> None:
        """A sheet with one row a category or person; nothing for none."""
        if not rows:
            return
        sheet = self._sheet(title, len(HEAD) + 1)
        sheet.write_row(_FIRST, 0, (what, *HEAD), self._bold)
        for place, each in enumerate(rows, _FIRST + 1):
            sheet.write_string(place, 0, plain(each.name))
            self._estimate(sheet, place, each.estimate)
            if isinstance(each, CategoryFigure) and each.rescaled:
                sheet.write_string(place, 8, "its scale changed")
            else:
                self._change(sheet, place, each.change)
            if isinstance(each, PersonFigure):
                self._survey(sheet, place, 9, each.csat)
            if isinstance(each, PersonFigure) and each.given is not None:
                self._survey(sheet, place, 11, Survey(each.given.mean, each.given.n))
        if any(isinstance(each, PersonFigure) and (each.csat.n or each.given) for each in rows):
            sheet.write_row(
                _FIRST, 9, ("CSAT", "CSAT answers (n)", "Mean given", "Reviews given (n)"), self._bold
            )
            sheet.set_column(9, 12, WIDTH)
        if chart is not None and any(each.estimate.mean is not None for each in rows):
            self._chart(sheet, title, chart, len(rows), f"Score by {what.lower()}, {self._made.period.label}")

    def trend(self) -> None:
        """A row and a point a week or month, CSAT beside IQS, marked where the scorecard changed."""
        points = self._made.trend
        if not points:
            return
        unit = str(points[0].unit)
        sheet = self._sheet("Trend", 8)
        head = (f"{unit.capitalize()} from", *HEAD[:4], "CSAT", "CSAT answers (n)", "Mark")
        sheet.write_row(_FIRST, 0, head, self._bold)
        for place, each in enumerate(points, _FIRST + 1):
            sheet.write_string(place, 0, f"{each.start} ({each.label})")
            self._estimate(sheet, place, each.estimate)
            self._survey(sheet, place, 5, each.csat)
            if each.rebased or each.withheld:
                sheet.write_string(place, 7, CHANGED if each.rebased else FEW)
        if any(each.estimate.mean is not None for each in points):
            beside = any(each.csat.n for each in points)
            title = f"IQS and CSAT by {unit}" if beside else f"IQS by {unit}"
            marked = [each.label for each in points if each.rebased]
            title += f" (scorecard changed: {', '.join(marked)})" if marked else ""
            self._chart(sheet, "Trend", "line", len(points), title, beside=("CSAT", 5) if beside else None)

    def customers(self) -> None:
        """CSAT beside IQS in quadrants with the reviews to read, then times, each basis for itself."""
        made = self._made
        if not isinstance(made, TeamReport) or (made.pairs is None and not made.times):
            return
        sheet = self._sheet("Customers", 5)
        row = _FIRST
        if made.pairs is not None:
            sheet.write_row(row, 0, ("CSAT beside IQS", "Conversations", "CSAT", "IQS"), self._bold)
            sheet.write_string(row + 1, 0, "Reviewed, with an answer")
            sheet.write_number(row + 1, 1, made.pairs.n, self._whole)
            sheet.write_number(row + 1, 2, made.pairs.csat, self._score)
            sheet.write_number(row + 1, 3, made.pairs.iqs, self._score)
            for place, each in enumerate(made.pairs.quadrants, row + 2):
                sheet.write_string(place, 0, headlines.quadrant(each).capitalize())
                sheet.write_number(place, 1, each.count, self._whole)
            row = self._examples(sheet, row + len(made.pairs.quadrants) + 3, made.pairs.quadrants)
        if made.times:
            sheet.write_row(
                row, 0, ("Mean time", "Basis", "Seconds", "In words", "Conversations (n)"), self._bold
            )
        for place, time in enumerate(made.times, row + 1):
            sheet.write_string(place, 0, time.what.capitalize())
            sheet.write_string(place, 1, headlines.BASES[time.basis])
            sheet.write_number(place, 2, time.seconds, self._whole)
            sheet.write_string(place, 3, headlines.duration(time.seconds))
            sheet.write_number(place, 4, time.n, self._whole)

    def _examples(self, sheet: Worksheet, row: int, quadrants: Sequence[Quadrant]) -> int:
        """The reviews worth reading; the next free row, one left empty."""
        read = [(of, one) for of in quadrants for one in of.examples]
        if not read:
            return row
        sheet.write_row(row, 0, ("To read", "Review", "Score", "CSAT", "Subject"), self._bold)
        for place, (of, one) in enumerate(read, row + 1):
            sheet.write_string(place, 0, headlines.quadrant(of).capitalize())
            sheet.write_number(place, 1, one.review_id, self._whole)
            sheet.write_number(place, 2, one.percent, self._score)
            sheet.write_number(place, 3, one.csat, self._score)
            sheet.write_string(place, 4, plain(one.subject or ""))
        return row + len(read) + 2

    def causes(self) -> None:
        """Root causes, most frequent first, with their shares and the running total: Pareto."""
        made = self._made
        if not isinstance(made, TeamReport) or not made.causes:
            return
        sheet = self._sheet("Root causes", 5)
        head = ("Root cause", "Times", "Category", "Share (%)", "With those above (%)")
        sheet.write_row(_FIRST, 0, head, self._bold)
        for place, each in enumerate(made.causes, _FIRST + 1):
            sheet.write_string(place, 0, plain(each.cause))
            sheet.write_number(place, 1, each.count, self._whole)
            sheet.write_string(place, 2, plain(each.category))
            self._put(sheet, place, 3, each.share, self._score)
            self._put(sheet, place, 4, each.cumulative, self._score)
        self._chart(sheet, "Root causes", "bar", len(made.causes), "Root causes", top=None)

    def _weighted(self, made: TeamReport) -> list[tuple[str, float | str | None, Any]]:
        if made.weighted is None:
            return []
        return [
            ("Weighted by each agent's conversations", made.weighted.mean, self._score),
            ("Weighted, 95 % from", made.weighted.low, self._score),
            ("Weighted, 95 % to", made.weighted.high, self._score),
        ]

    def _aims(self, made: TeamReport) -> list[tuple[str, float | str | None, Any]]:
        rows: list[tuple[str, float | str | None, Any]] = []
        if made.goal is not None:
            rows += [
                ("Goal (0–100)", made.goal.mark, self._whole),
                ("Goal, in words", str(made.goal.verdict), None),
            ]
        if made.criticals is not None:
            rows.append(("Critical failures", headlines.criticals(made.criticals), None))
        if made.rebased:
            rows.append(("Scorecard", headlines.rebased(made.rebased), None))
        finding = headlines.finding(made)
        if finding:
            rows.append(("Finding", finding, None))
        return rows

    def _sheet(self, title: str, columns: int) -> Worksheet:
        sheet: Worksheet = self._book.add_worksheet(title)
        first, last = periods.dates(self._made.period, self._made.zone)
        sheet.write_string(0, 0, f"{plain(self._made.name)}: {title}", self._title)
        sheet.write_string(1, 0, f"{self._made.period.label} ({first} to {last})", self._note)
        sheet.set_column(0, 0, NAME_WIDTH)
        sheet.set_column(1, columns - 1, WIDTH)
        sheet.freeze_panes(_FIRST + 1, 1)
        return sheet

    def _chart(
        self,
        sheet: Worksheet,
        title: str,
        kind: str,
        rows: int,
        name: str,
        *,
        top: int | None = 100,
        beside: tuple[str, int] | None = None,
    ) -> None:
        """A chart of the first column of numbers, and of another one `beside` it, by name and column."""
        chart = self._book.add_chart({"type": kind})
        for series, column in ((name if beside is None else "IQS", 1), *([beside] if beside else [])):
            chart.add_series(
                {
                    "name": series,
                    "categories": [title, _FIRST + 1, 0, _FIRST + rows, 0],
                    "values": [title, _FIRST + 1, column, _FIRST + rows, column],
                    "marker": {"type": "circle"} if kind == "line" else {},
                }
            )
        chart.set_title({"name": name, "name_font": {"size": 12}})
        chart.set_legend({"none": True} if beside is None else {"position": "bottom"})
        chart.show_blanks_as("gap")
        axis = {"min": 0, "max": top} if top is not None else {"min": 0}
        (chart.set_y_axis if kind == "line" else chart.set_x_axis)(axis)
        if kind == "bar":
            chart.set_y_axis({"reverse": True})  # the first row on top, as in the table
        chart.set_size({"width": 640, "height": max(280, 28 * rows + 120)})
        sheet.insert_chart(_FIRST + rows + 2, 0, chart)

    def _moved(self, change: Change | None) -> list[tuple[str, float | str | None, Any]]:
        if change is None:
            return []
        return [
            ("Change on the period before (points)", change.points, self._signed),
            ("Change, 95 % from", change.low, self._signed),
            ("Change, 95 % to", change.high, self._signed),
            ("Change, in words", str(change.word), None),
        ]

    def _estimate(self, sheet: Worksheet, row: int, figure: Estimate) -> None:
        for column, value in enumerate((figure.mean, figure.low, figure.high), 1):
            self._put(sheet, row, column, value, self._score)
        sheet.write_number(row, 4, figure.n, self._whole)

    def _survey(self, sheet: Worksheet, row: int, column: int, told: Survey) -> None:
        if told.n:
            self._put(sheet, row, column, told.mean, self._score)
            sheet.write_number(row, column + 1, told.n, self._whole)

    def _change(self, sheet: Worksheet, row: int, change: Change | None) -> None:
        if change is None:
            return
        for column, value in enumerate((change.points, change.low, change.high), 5):
            self._put(sheet, row, column, value, self._signed)
        sheet.write_string(row, 8, str(change.word))

    @staticmethod
    def _put(sheet: Worksheet, row: int, column: int, value: float | str | None, shape: Any) -> None:
        """A number, a word, or an empty cell: "nothing known" is no zero."""
        if isinstance(value, str):
            sheet.write_string(row, column, value)
        elif value is not None:
            sheet.write_number(row, column, value, shape)
