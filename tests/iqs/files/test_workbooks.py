"""The workbook holds the report's numbers, exact, with charts; nothing in it is a formula."""

import io
from dataclasses import replace

import openpyxl
import pytest

from iqs.files import workbooks
from iqs.reports import CategoryFigure, Survey, Unit
from tests.blocks import report_cases
from tests.blocks.cases import hostile


def opened(made):
    return openpyxl.load_workbook(io.BytesIO(workbooks.workbook(made)))


def table(sheet):
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=4)]
    return {row[0]: row[1:] for row in rows if row[0] is not None}


def test_every_figure_is_there_unrounded():
    """Score, interval, n and change of each category and person; the IQS with what stands beside it."""
    made = report_cases.team_report()
    book = opened(made)
    found = table(book["Overview"])
    assert found["IQS (0–100)"][0] == made.iqs.mean
    assert found["Reviews (n)"][0] == made.iqs.n
    assert found["Pass rate (%)"][0] == made.pass_rate
    assert found["Change, in words"][0] == made.change.word
    for title, rows in (
        ("Categories", made.categories),
        ("Agents", made.agents),
        ("Reviewers", made.reviewers),
    ):
        found = table(book[title])
        for each in rows:
            estimate = each.estimate
            assert found[each.name][:4] == [estimate.mean, estimate.low, estimate.high, estimate.n]
    assert table(book["Root causes"]).keys() >= {each.cause for each in made.causes}


def test_executives_get_charts():
    """Categories, trend and root causes have one each, over the rows of their table."""
    book = opened(report_cases.team_report())
    assert {sheet.title for sheet in book if sheet._charts} == {"Categories", "Trend", "Root causes"}
    [chart] = book["Categories"]._charts
    assert chart.series[0].val.numRef.f == "Categories!$B$5:$B$9"


def test_customers_have_a_sheet():
    """Quadrants with the reviews to read, and times apart by basis; never a time without it."""
    made = report_cases.team_report()
    found = table(opened(made)["Customers"])
    assert found["Reviewed, with an answer"][:3] == [14, 81.5, 84.2]
    rows = [[cell.value for cell in row] for row in opened(made)["Customers"].iter_rows(min_row=4)]
    assert ["Happy customer, poor work", 2, None, None, None] in rows
    assert ["Happy customer, poor work", 61, 0, 100, "Where is my order?"] in rows
    assert ["First response", "business hours", 730, "12 min", 88] in rows
    assert ["First response", "unknown basis", 12000, "3 h 20 min", 5] in rows


def test_months_csat_and_marks_stand_in_the_trend():
    """The head names the unit, CSAT has a line of its own, and a changed scorecard is marked in table and title."""
    made = report_cases.team_report()
    points = tuple(
        replace(each, unit=Unit.MONTH, csat=Survey(70.0 + n, 9), rebased=n == 3)
        for n, each in enumerate(made.trend)
    )
    sheet = opened(replace(made, trend=points))["Trend"]
    found = table(sheet)
    assert sheet["A4"].value == "Month from"
    marked = found[f"{points[3].start} ({points[3].label})"]
    assert marked[4:7] == [73.0, 9, "the scorecard changed: not one series"]
    [chart] = sheet._charts
    assert [each.val.numRef.f for each in chart.series] == ["Trend!$B$5:$B$16", "Trend!$F$5:$F$16"]


def test_the_overview_says_what_may_be_said():
    """Goal with its verdict, and what no critical failure means."""
    found = table(opened(report_cases.team_report())["Overview"])
    assert (found["Goal (0–100)"][0], found["Goal, in words"][0]) == (85, "cannot be told yet")
    assert found["Reviews picked for coaching, not in IQS"][0] == 5
    assert found["Critical failures"][0].endswith("(rule of three)")
    assert found["Pass rate, 95 % to"][0] == 90.8


def test_nothing_known_is_an_empty_cell():
    """A week or category without reviews is no zero."""
    book = opened(report_cases.thin_team_report())
    assert table(book["Overview"])["IQS (0–100)"][0] is None
    made = report_cases.team_report()
    [empty] = [each for each in made.trend if each.estimate.mean is None]
    assert table(opened(made)["Trend"])[f"{empty.start} ({empty.label})"][:4] == [None, None, None, 0]


@pytest.mark.parametrize("name", ["=1+1", "@SUM(A1)", "+49 30", "http://evil.example", "{=A1}", hostile(300)])
def test_text_is_never_a_formula_or_a_link(name):
    """Whatever a category is called, the cell is text."""
    made = report_cases.team_report()
    figure = CategoryFigure("x", name, made.categories[0].estimate)
    book = opened(replace(made, categories=(figure,)))
    cell = book["Categories"]["A5"]
    assert cell.data_type == "s"
    assert cell.hyperlink is None


def test_an_agents_workbook_has_no_one_else():
    """Overview, categories and trend of one person."""
    assert opened(report_cases.personal()).sheetnames == ["Overview", "Categories", "Trend"]
