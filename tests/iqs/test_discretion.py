"""A group reads no figure of fewer than five people, and is told what is left out."""

from dataclasses import replace

import pytest

from iqs import discretion, headlines
from iqs.access import GROUP
from iqs.discretion import Behind
from iqs.reports import Picked, Survey
from tests.blocks import report_cases

REPORT = report_cases.team_report(
    trend=tuple(replace(each, csat=Survey(80.0, 9)) for each in report_cases.trend((84.0, None, 88.0)))
)
KEYS = [each.key for each in REPORT.categories]
ENOUGH = Behind(
    whole=GROUP,
    earlier=GROUP,
    categories=dict.fromkeys(KEYS, GROUP),
    earlier_categories=dict.fromkeys(KEYS, GROUP),
    groups={"basics": GROUP},
    earlier_groups={"basics": GROUP},
    points=dict.fromkeys(range(3), GROUP),
    csat_points=dict.fromkeys(range(3), GROUP),
    csat=GROUP,
    ces=GROUP,
    times={("first response", "business"): GROUP, ("first response", None): GROUP},
    pairs=GROUP,
    picked=GROUP,
)


def test_five_are_enough():
    """Nothing is left out, nothing is changed."""
    assert discretion.published(REPORT, ENOUGH) == REPORT


@pytest.mark.parametrize(
    ("few", "name", "gone"),
    [
        ("csat", "CSAT", lambda made: (made.csat, made.csat_n) == (None, 0)),
        ("ces", "CES", lambda made: made.ces == Survey()),
        ("pairs", "CSAT beside IQS", lambda made: made.pairs is None),
    ],
)
def test_each_figure_is_judged_by_its_own_people(few, name, gone):
    """Four people behind CSAT hide CSAT and nothing else."""
    made = discretion.published(REPORT, replace(ENOUGH, **{few: GROUP - 1}))
    assert made.withheld == (name,)
    assert gone(made)
    assert (made.iqs, made.categories) == (REPORT.iqs, REPORT.categories)
    assert headlines.withheld(made) == f"Left out, as fewer than 5 people stand behind them: {name}."


def test_how_many_were_picked_tells_of_nobody():
    """The number stays, their mean goes with fewer than five people, and nothing is called missing."""
    made = discretion.published(REPORT, replace(ENOUGH, picked=GROUP - 1))
    assert made.picked == Picked(None, 5)
    assert made.withheld == ()
    assert headlines.picked(made.picked) == "picked for coaching, not in IQS: 5 reviews"
    assert headlines.picked(Picked()) is None


def test_each_clock_is_judged_by_its_own_people():
    """The unknown basis of one agent goes, the business hours of five stay."""
    made = discretion.published(
        REPORT, replace(ENOUGH, times={("first response", "business"): GROUP, ("first response", None): 1})
    )
    assert made.times == REPORT.times[:1]
    assert made.withheld == ("first response (unknown basis)",)


def test_a_category_of_few_goes_with_its_root_causes():
    """And one that was of few before keeps its score and loses its change: the difference would tell."""
    behind = replace(
        ENOUGH,
        categories={**ENOUGH.categories, KEYS[0]: 1},
        earlier_categories={**ENOUGH.earlier_categories, KEYS[1]: 4},
    )
    made = discretion.published(REPORT, behind)
    assert made.withheld == ("Solution",)
    assert [each.category for each in made.causes] == ["Process"]
    assert (made.categories[0].name, made.categories[0].change) == ("Tone and empathy", None)
    assert made.categories[0].estimate == REPORT.categories[1].estimate
    assert discretion.published(REPORT, replace(ENOUGH, earlier=4)).change is None


def test_a_week_of_few_is_left_out_of_the_trend():
    """An empty week stays an empty one: that is no secret."""
    made = discretion.published(REPORT, replace(ENOUGH, points={0: 4}, csat_points={0: 5, 2: 4}))
    assert [(each.withheld, each.estimate.n, each.csat.n) for each in made.trend] == [
        (True, 0, 9),
        (False, 0, 0),
        (True, 0, 0),
    ]


def test_without_five_nothing_of_the_scores_is_left():
    """Not a mean, a share, a goal, a category, a cause, or a name."""
    made = discretion.published(REPORT, replace(ENOUGH, whole=4))
    assert made.unpublished
    assert (made.iqs.mean, made.change, made.pass_rate, made.goal, made.criticals) == (None,) * 5
    assert (made.categories, made.groups, made.causes, made.agents, made.reviewers) == ((),) * 5
    assert made.progress == REPORT.progress
