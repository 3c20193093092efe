"""The digest: a true sentence, charts that Slack draws, every number also in words, no agent named."""

import pytest

from blocks import digest
from iqs import headlines
from tests.blocks import report_cases
from tests.blocks.judge import judge_message, read


def block(message, kind):
    return [each for each in message["blocks"] if each["type"] == kind]


def test_headline_change_and_n_come_first():
    """The headline stands on top, then its range, n and change."""
    said = read(digest.message(report_cases.digest()))
    assert said.index("IQS is 87 %, up 4 points") < said.index(
        "Range 82–92, n = 24 · against the week before: up 4 points"
    )
    beside = "Goal 85 %: cannot be told yet · pass rate 79 % · CSAT 91 % (n = 140) · 18 of 24 reviews done, 2 skipped"
    assert beside in said


def test_weeks_without_reviews_are_left_out_and_named():
    """A week without reviews is no point of the line and no zero; the text says that it is missing."""
    message = digest.message(report_cases.digest())
    line = block(message, "data_visualization")[0]["chart"]
    assert line["type"] == "line"
    assert "W38" not in line["axis_config"]["categories"]
    assert len(line["axis_config"]["categories"]) == 11
    assert "No reviews, so left out: W38." in read(message)


def test_what_lies_before_the_first_review_is_no_gap():
    """A programme of a few weeks is not told which months it did not exist in."""
    young = report_cases.trend((None, None, 84.0, None, 88.0))
    said = read(digest.message(report_cases.digest(report_cases.team_report(trend=young))))
    assert "No reviews, so left out: W39." in said


def test_every_number_of_the_charts_is_also_text():
    """Each week and each category of the charts stands in words in the message."""
    message = digest.message(report_cases.digest())
    line, bar = (each["chart"] for each in block(message, "data_visualization"))
    said = read(message)
    for point in line["series"][0]["data"]:
        assert f"{point['label']} {point['value']:.0f} % (24)" in said
    for point in bar["series"][0]["data"]:
        assert f"{point['value']:.0f} %" in message["text"]


def test_the_table_has_score_interval_n_and_change():
    """One row a category: score, range, n, and the change in words that fit the noise."""
    rows = [
        [cell["text"] for cell in row]
        for row in block(digest.message(report_cases.digest()), "data_table")[0]["rows"]
    ]
    assert rows[0] == ["Category", "Score", "95 % range", "Reviews (n)", "Change"]
    assert rows[1] == ["Solution", "80\u00a0%", "75–85", "24", "up 4 points"]
    assert rows[2][4] == "down 6 points"
    assert rows[3][4] == "no clear change (−1)"
    assert rows[4][4] == "too few reviews to compare"


def test_nobody_is_named():
    """Neither agents nor reviewers stand in the digest, in either form."""
    for message in (digest.message(report_cases.digest()), digest.plain(report_cases.digest())):
        for name in ("Maya", "Tom", "Ana", "Jonas", "Eva"):
            assert name not in read(message)
            assert name not in message["text"]


def test_few_reviews_are_called_few():
    """Below the smallest n the digest calls itself a first impression and gives no number for IQS."""
    few = report_cases.team_report(
        iqs=report_cases.Estimate(62.0, 3, 20.0, 100.0, 30.0), change=report_cases.FEW
    )
    said = read(digest.message(report_cases.digest(few)))
    assert "Few reviews this time (n = 3)" in said
    assert "first impression" in said
    assert "Range" not in said


def test_one_week_draws_no_line():
    """A single week is told, not drawn."""
    message = digest.message(
        report_cases.digest(report_cases.team_report(trend=report_cases.trend((None, 80.0))))
    )
    assert [each["chart"]["type"] for each in block(message, "data_visualization")] == ["bar"]
    assert "A trend needs two weeks with reviews." in read(message)


def test_long_names_stay_apart_in_the_chart():
    """Categories that differ only after 20 characters keep names of their own."""
    categories = tuple(
        report_cases.CategoryFigure(
            f"k{each}", f"Communication with the customer {each}", report_cases.figure(), None
        )
        for each in range(12)
    )
    message = digest.message(report_cases.digest(report_cases.team_report(categories=categories)))
    judge_message(message, blocks=12)
    names = block(message, "data_visualization")[1]["chart"]["axis_config"]["categories"]
    assert len(set(names)) == 12


def test_the_plain_form_has_the_same_numbers_without_charts():
    """What is sent after `invalid_blocks` holds only old blocks and every number of the other."""
    rich, plain = digest.message(report_cases.digest()), digest.plain(report_cases.digest())
    assert {each["type"] for each in plain["blocks"]} <= {"header", "rich_text", "context"}
    assert plain["text"] == rich["text"]
    for said in ("80 % (75–85, n = 24)", "up 4 points", "W47 88 %", "████████░░", "pass rate 79 %"):
        assert said in read(plain)


@pytest.mark.parametrize("late", [True, False])
def test_a_late_digest_says_so(late):
    """A caught-up period is marked."""
    assert ("is late" in read(digest.message(report_cases.digest(late=late)))) is late


def test_csat_stands_beside_iqs_in_chart_and_words():
    """Where customers answered in each week drawn, CSAT is the second line, on the same 0–100."""
    answered = tuple(
        report_cases.replace(point, csat=report_cases.Survey(80.0 + place, 12))
        for place, point in enumerate(report_cases.trend())
    )
    message = digest.message(report_cases.digest(report_cases.team_report(trend=answered)))
    iqs, csat = block(message, "data_visualization")[0]["chart"]["series"]
    assert (iqs["name"], csat["name"]) == ("IQS", "CSAT")
    assert [each["label"] for each in csat["data"]] == [each["label"] for each in iqs["data"]]
    for point in csat["data"]:
        assert f"{point['label']} {point['value']} % (12)" in read(message)
    some = (*answered[:-1], report_cases.replace(answered[-1], csat=report_cases.Survey()))
    message = digest.message(report_cases.digest(report_cases.team_report(trend=some)))
    assert len(block(message, "data_visualization")[0]["chart"]["series"]) == 1
    assert "CSAT by week, answers in brackets: W36 80 % (12)" in read(message)


def test_a_changed_scorecard_is_never_silent():
    """Beside the change and under the trend; a category on another scale has no change at all."""
    points = report_cases.trend()
    report = report_cases.team_report(
        rebased=(report_cases.date(2026, 11, 3),),
        trend=(*points[:-1], report_cases.replace(points[-1], rebased=True)),
        categories=(
            report_cases.CategoryFigure(
                "tone", "Tone", report_cases.figure(), report_cases.DOWN, rescaled=True
            ),
        ),
    )
    for message in (
        digest.message(report_cases.digest(report)),
        digest.plain(report_cases.digest(report)),
    ):
        said = read(message)
        assert "The scorecard changed on Nov 3: what is compared was not rated alike." in said
        assert "The scorecard changed in W47" in said
        assert "its scale changed" in said
        assert "down 6 points" not in said


def test_a_small_group_is_told_nothing():
    """Fewer than five people behind it: no score, no range, no root cause, and the reason why."""
    report = report_cases.team_report(
        iqs=report_cases.figure(None),
        change=None,
        pass_rate=None,
        categories=(),
        causes=(),
        goal=None,
        trend=(),
        withheld=("IQS",),
    )
    told = report_cases.digest(report, headline=headlines.headline(report), praise=None)
    for message in (digest.message(told), digest.plain(told)):
        assert "Fewer than 5 people were reviewed in week 47" in read(message)
        assert "not enough reviews" not in read(message) + message["text"]
        assert "Few reviews this time" not in read(message)


def test_details_go_into_the_thread():
    """Quadrants, times by basis, what no critical failure means, and Pareto's shares; no name without the choice."""
    message = digest.details(
        report_cases.digest(report_cases.team_report(agents=(), reviewers=()), finding="8 of 24 skipped")
    )
    said = read(message)
    for told in (
        "CSAT 82 %, IQS 84 % (n = 14 with both)",
        "2 × happy customer, poor work",
        "No critical failures in 24 reviews: at most 11.7 % (rule of three)",
        "Picked for coaching, not in IQS: 5 reviews, 61 % on average",
        "First response 12 min (business hours, n = 88)",
        "First response 3 h 20 min (unknown basis, n = 5)",
        "1 time (10 %, with those above 70 %)",
    ):
        assert told in said
    for name in ("Maya", "Tom", "Jonas", "Where is my order", "CSAT by week"):
        assert name not in said  # the weeks stand in the digest itself
    named = read(digest.details(report_cases.digest()))
    assert named.index("Ana Ruiz") < named.index("Maya Lind") < named.index("Tom Berg")
