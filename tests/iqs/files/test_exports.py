"""Reports leave as text, JSON and CSV: exact to two decimals, and harmless."""

import csv
import io
import json
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iqs import periods
from iqs.assignments import Progress
from iqs.errors import Invalid
from iqs.files import exports, printed
from iqs.people import Person, Team
from iqs.reports import CategoryFigure, CauseFigure, PersonalReport, PersonFigure, Point, Survey, TeamReport
from iqs.statistics import Change, Estimate, Word
from tests.blocks import report_cases

ZONE = "Europe/Berlin"
PERIOD = periods.named_week("2026-W47", ZONE)
NONE = Estimate(None, 0)
FELL = Change(-9.234, -15.1, -3.3333, Word.LOWER, 0.002)
TREND = (
    Point("W45", date(2026, 11, 2), Estimate(100.0, 1)),
    Point("W46", date(2026, 11, 9), NONE),
    Point("W47", date(2026, 11, 16), Estimate(200 / 3, 24, 60.0, 73.333)),
)
REPORT = TeamReport(
    team=Team(1, "Support", ZONE),
    period=PERIOD,
    iqs=Estimate(200 / 3, 24, 60.0, 73.333, 15.0),
    change=FELL,
    pass_rate=62.5,
    categories=(
        CategoryFigure("tone", "Tone and empathy", Estimate(91.005, 23, 88.0, 94.0), None),
        CategoryFigure("process", "Process", NONE, Change(None, None, None, Word.TOO_FEW)),
    ),
    agents=(
        PersonFigure(1, "Zoë", Estimate(50.0, 1)),
        PersonFigure(2, "李雷", Estimate(80.0, 6, 70.0, 90.0), Change(1.5, -9, 12, Word.UNCLEAR)),
    ),
    reviewers=(PersonFigure(3, "Rosa", Estimate(66.0, 24, 60.0, 72.0)),),
    trend=TREND,
    causes=(CauseFigure("Tone and empathy", "Rushed", 4),),
    csat=81.25,
    csat_n=40,
    progress=Progress(30, 24, 2, {"Rosa": (26, 30)}),
    unscored=1,
    imported=0,
    skip_share=20 / 3,
)
PERSONAL = PersonalReport(
    Person(1, "Zoë"), PERIOD, Estimate(50.0, 1), None, REPORT.categories, TREND, (), "Tone (91 %)", None, ZONE
)


def test_json_has_the_agreed_shape():
    """Period, team, categories, agents, reviewers as DESIGN §7 names them; the last day is included."""
    found = json.loads(exports.report(REPORT, "json"))
    assert found["period"] == {"from": "2026-11-16", "to": "2026-11-22", "label": "week 47"}
    assert found["team"] == {
        "name": "Support", "iqs": 66.67, "n": 24, "low": 60.0, "high": 73.33,
        "change": {"points": -9.23, "low": -15.1, "high": -3.33, "word": "lower"},
        "pass_rate": 62.5, "csat": 81.25, "csat_n": 40, "unscored": 1, "imported": 0, "skip_share": 6.67,
        "scorecard_changed": [], "pass_low": None, "pass_high": None, "goal": None, "criticals": None,
        "ces": None, "ces_n": 0, "withheld": [], "weighted": None, "targeted": {"n": 0, "mean": None},
    }  # fmt: skip
    assert found["categories"] == [
        {
            "key": "tone", "name": "Tone and empathy", "score": 91.01, "n": 23, "low": 88.0, "high": 94.0,
            "change": None, "scale_changed": False,
        },
        {
            "key": "process", "name": "Process", "score": None, "n": 0, "low": None, "high": None,
            "change": {"points": None, "low": None, "high": None, "word": "not enough reviews yet"},
            "scale_changed": False,
        },
    ]  # fmt: skip
    assert found["agents"][0] == {
        "name": "Zoë", "iqs": 50.0, "n": 1, "low": None, "high": None, "change": None,
        "given": None, "csat": None, "csat_n": 0,
    }  # fmt: skip
    assert [each["name"] for each in found["reviewers"]] == ["Rosa"]
    assert [each["iqs"] for each in found["trend"]] == [100.0, None, 66.67]
    assert found["causes"] == [
        {"category": "Tone and empathy", "cause": "Rushed", "count": 4, "share": None, "cumulative": None}
    ]
    assert found["progress"] == {
        "drawn": 30, "submitted": 24, "skipped": 2,
        "reviewers": [{"name": "Rosa", "done": 26, "drawn": 30}],
    }  # fmt: skip
    assert found["customers"] == {"n": 0, "csat": None, "iqs": None, "quadrants": [], "times": []}


def test_json_has_what_stands_beside_iqs():
    """Goal, criticals, groups, surveys, quadrants with examples, times apart by basis, marks of the scorecard."""
    full = replace(
        report_cases.team_report(),
        rebased=(date(2026, 11, 3),),
        trend=(replace(TREND[0], rebased=True, csat=Survey(80.0, 4)),),
    )
    found = json.loads(exports.report(full, "json"))
    team = found["team"]
    assert team["goal"] == {"percent": 85, "verdict": "cannot be told yet"}
    assert team["criticals"] == {"failed": 0, "n": 24, "low": 0.0, "high": 11.7}
    assert (team["pass_low"], team["pass_high"]) == (59.5, 90.8)
    assert (team["ces"], team["ces_n"]) == (72.0, 31)
    assert team["scorecard_changed"] == ["2026-11-03"]
    assert [each["name"] for each in found["groups"]] == ["The basics"]
    (week,) = found["trend"]
    assert (week["week"], week["csat"], week["csat_n"], week["scorecard_changed"]) == ("W45", 80.0, 4, True)
    assert [each["basis"] for each in found["customers"]["times"]] == ["business", None]
    counts = {(each["customer"], each["work"]): each["count"] for each in found["customers"]["quadrants"]}
    assert counts == {
        ("happy", "good"): 9,
        ("happy", "poor"): 2,
        ("unhappy", "good"): 3,
        ("unhappy", "poor"): 0,
    }
    poor = found["customers"]["quadrants"][1]["examples"][0]
    assert poor == {"review": 61, "subject": "Where is my order?", "score": 0.0, "csat": 100.0}
    maya = next(each for each in found["agents"] if each["name"] == "Maya Lind")
    assert (maya["given"]["mean"], maya["given"]["n"], maya["csat"], maya["csat_n"]) == (88.0, 9, 93.8, 8)


def test_csv_has_it_too_and_nothing_becomes_a_formula():
    """Times are in seconds, a column of their own; what customers called a thing is harmless."""
    full = replace(
        report_cases.team_report(),
        rebased=(date(2026, 11, 3),),
        causes=(CauseFigure("Tone", "=1+1", 3, 60.0, 60.0),),
    )
    rows = list(csv.DictReader(io.StringIO(exports.report(full, "csv"), newline="")))
    by = {(row["level"], row["name"]): row for row in rows}
    assert by["team", "Care"]["note"] == "the scorecard changed on Nov 3"
    assert by["time", "first response, business hours"]["seconds"] == "730.00"
    assert by["time", "first response, unknown basis"]["score"] == ""
    assert by["quadrant", "happy customer, poor work"]["n"] == "2"
    assert by["goal", "Care"]["note"] == "cannot be told yet"
    assert (by["targeted", "Care"]["score"], by["targeted", "Care"]["n"]) == ("61.20", "5")
    assert by["given", "Maya Lind"]["score"] == "88.00"
    assert ("root cause", "'=1+1 (Tone)") in by
    assert all(len(row) == len(exports.CSV_COLUMNS) for row in rows)


def test_text_has_it_too():
    """A lead reads the goal, how sure the pass rate is, quadrants with what to read, and where series break."""
    full = replace(
        report_cases.team_report(),
        rebased=(date(2026, 11, 3),),
        trend=(TREND[0], replace(TREND[2], rebased=True, csat=Survey(80.0, 4))),
        progress=Progress(30, 12, 15, {}),
        skip_share=50.0,
    )
    text = exports.report(full, "text")
    for told in (
        "Not one series: the scorecard changed on Nov 3",
        "Goal 85 %: cannot be told yet",
        "Pass rate 79.2 % (59.5–90.8)",
        "No critical failures in 24 reviews: at most 11.7 % (rule of three)",
        "Picked for coaching, not in IQS: 5 reviews, 61 % on average",
        "CES 72.0 % (n 31)",
        "First response 12 min (business hours, n = 88)",
        "First response 3 h 20 min (unknown basis, n = 5)",
        "15 of 30 drawn conversations were skipped (50 %)",
        "Trend, 2 weeks  █|▆  W45 100 % (n 1) … W47 67 % (n 24)",
        "CSAT            ·|▇  W47 80 % (n 4)",
        "| the scorecard changed in W47",
        "    2 × happy customer, poor work",
        "review 61: scored 0.0 %, CSAT 100.0 %, Where is my order?",
        "    6 × Answer incomplete (Solution)  60 %, 60 %",
        "    1 × No greeting (Process)  10 %, 70 %",
    ):
        assert told in text


def test_the_weighted_mean_stands_beside_the_score_where_it_differs():
    """Always in JSON and CSV, in text as a second line, and never in place of the score."""
    made = replace(REPORT, weighted=Estimate(85.14, 24, 80.0, 90.0))
    assert "Weighted by how many conversations each agent had: 85.1 % (80.0–90.0)" in exports.report(
        made, "text"
    )
    found = json.loads(exports.report(made, "json"))["team"]
    assert found["weighted"] == {"mean": 85.14, "n": 24, "low": 80.0, "high": 90.0}
    assert found["iqs"] == 66.67
    assert '"weighted","Support","85.14","24","80.00","90.00"' in exports.report(made, "csv")
    alike = replace(REPORT, weighted=replace(REPORT.iqs))
    assert "Weighted" not in exports.report(alike, "text")


def test_json_of_one_agent_names_the_agent():
    """The same figures under "agent", without other people."""
    found = json.loads(exports.report(PERSONAL, "json"))
    assert found["agent"]["name"] == "Zoë"
    assert set(found) == {"period", "agent", "categories", "trend"}


def test_csv_is_a_row_for_each_figure():
    """Empty where nothing is to be said, never a zero; a week has its own dates."""
    rows = list(csv.DictReader(io.StringIO(exports.report(REPORT, "csv"), newline="")))
    assert [(row["level"], row["name"]) for row in rows] == [
        ("team", "Support"), ("category", "Tone and empathy"), ("category", "Process"), ("agent", "Zoë"),
        ("agent", "李雷"), ("reviewer", "Rosa"), ("week", "W45"), ("week", "W46"), ("week", "W47"),
        ("pass rate", "Support"), ("csat", "Support"), ("root cause", "Rushed (Tone and empathy)"),
    ]  # fmt: skip
    assert rows[0] == {
        "level": "team", "name": "Support", "score": "66.67", "n": "24", "low": "60.00", "high": "73.33",
        "change": "-9.23", "change_low": "-15.10", "change_high": "-3.33", "word": "lower",
        "from": "2026-11-16", "to": "2026-11-22", "seconds": "", "note": "",
    }  # fmt: skip
    assert (rows[2]["score"], rows[2]["n"], rows[2]["change"]) == ("", "0", "")
    assert (rows[7]["from"], rows[7]["to"]) == ("2026-11-09", "2026-11-15")


@pytest.mark.parametrize(
    "cell", ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1", " =1", "＝1", "＋1", "\n@", "\u00a0=1"]
)
def test_what_a_spreadsheet_would_reckon_is_disarmed(cell):
    """An apostrophe makes it text; nothing else is changed."""
    assert exports.harmless(cell) == f"'{cell}"


@given(st.text(max_size=20))
def test_no_name_becomes_a_formula(name):
    """Whatever an agent is called, the cell reads back and does not begin with a sign."""
    made = replace(REPORT, agents=(PersonFigure(1, name, NONE),))
    cell = list(csv.reader(io.StringIO(exports.as_csv(made), newline="")))[4][1]
    assert cell in {name, f"'{name}"}
    assert cell.lstrip()[:1] not in {*"=+-@＝＋－＠"}


TEXT = """\
Support · week 47 (2026-11-16 to 2026-11-22)

IQS 66.7 %, 95 % interval 60.0–73.3, n 24; against the period before -9.2 lower
Pass rate 62.5 %
CSAT 81.3 % (n 40)
Drawn 30, reviewed 24, skipped 2
Without a score, as everything was N/A: 1

Trend, 3 weeks  █·▆  W45 100 % (n 1) … W47 67 % (n 24)

Category           Score  95 % interval   n
Tone and empathy  91.0 %      88.0–94.0  23
Process                –                  0

Agent   Score  95 % interval  n  Change
Zoë    50.0 %                 1
李雷   80.0 %      70.0–90.0  6  +1.5 no clear difference

Reviewer (scores given)   Score  95 % interval   n  Done
Rosa                     66.0 %      60.0–72.0  24  26 of 30

Most frequent root causes (share of all, with those above)
    4 × Rushed (Tone and empathy)
"""


def test_text_for_the_terminal():
    """What a lead reads: figures first, then who and what, columns in line also for wide letters."""
    assert exports.report(REPORT, "text") == TEXT


def test_text_of_one_agent_ends_with_strength_and_focus():
    """Only what there is to say."""
    text = exports.report(PERSONAL, "text")
    assert text.startswith("Zoë · week 47")
    assert "Strength: Tone (91 %)" in text
    assert "Focus" not in text


def test_a_name_cannot_steer_the_terminal():
    """Control characters are shown as such."""
    made = replace(REPORT, team=Team(1, "\x1b[2JSupport\n", ZONE))
    assert printed.text(made).startswith("�[2JSupport� · week 47")


@given(st.floats(0, 100))
def test_a_bar_is_drawn_for_every_score(mean):
    """0 and 100 included."""
    made = replace(REPORT, trend=(Point("W1", date(2026, 1, 1), Estimate(mean, 1)),))
    assert any(bar in printed.text(made) for bar in printed.BARS)


def test_an_unknown_form_is_refused_with_the_known_ones():
    """The sentence lists them."""
    with pytest.raises(Invalid, match="text, json, csv"):
        exports.report(REPORT, "pdf")


def test_the_days_are_the_teams():
    """A week that starts on Sunday evening in UTC starts on Monday in Berlin."""
    assert PERIOD.start == datetime(2026, 11, 15, 23, tzinfo=UTC)
