"""Headlines are true: a change is claimed only when chance is an unlikely explanation."""

from dataclasses import replace
from datetime import UTC, date, datetime

import numpy as np
import pytest

from iqs import figures, headlines, shares
from iqs.assignments import Progress
from iqs.figures import Cell
from iqs.people import Team
from iqs.reports import CategoryFigure, Period, TeamReport
from iqs.scoring import MICRO
from iqs.statistics import Change, Estimate, Word, difference, estimate
from tests.blocks import report_cases

WEEK = Period(datetime(2026, 11, 16, tzinfo=UTC), datetime(2026, 11, 23, tzinfo=UTC), "week 47")
CALM = Change(-1.2, -5, 3, Word.UNCLEAR, 0.6)
UNCLEAR = Change(-20, -45, 5, Word.UNCLEAR, 0.1)
FEW = Change(-30, None, None, Word.TOO_FEW)


def figure(name, mean, change=CALM, n=20):
    return CategoryFigure(name.lower(), name, Estimate(mean, n, mean - 4 if mean else mean, mean), change)


def lower(points, p=0.0001):
    return Change(points, points - 2, points + 2, Word.LOWER, p)


def higher(points, p=0.0001):
    return Change(points, points - 2, points + 2, Word.HIGHER, p)


def report(iqs, change=CALM, categories=()):
    return TeamReport(Team(1, "Support"), WEEK, iqs, change, None, tuple(categories), (), (), (), ())


GOOD = Estimate(87.4, 24, 82.0, 92.0)


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (report(GOOD), "IQS 87 %, no clear change."),
        (report(GOOD, higher(5.4)), "IQS 87 %, up 5 points."),
        (report(GOOD, lower(-0.8)), "IQS 87 %, down 1 point."),
        (report(GOOD, lower(-0.2)), "IQS 87 %, down less than 1 point."),
        (report(GOOD, FEW), "IQS 87 %, too few reviews before to compare with."),
        (report(GOOD, None), "IQS 87 %, too few reviews before to compare with."),
        (
            report(GOOD, CALM, [figure("Tone", 90), figure("Product knowledge", 70, lower(-9.2))]),
            "IQS 87 %, no clear change; Product knowledge fell 9 points.",
        ),
        (
            report(GOOD, CALM, [figure("Tone", 60, lower(-12)), figure("Process", 70, lower(-9))]),
            "IQS 87 %, no clear change; Tone fell 12 points.",
        ),
        (report(GOOD, CALM, [figure("Tone", 60, UNCLEAR)]), "IQS 87 %, no clear change."),
        (report(GOOD, CALM, [figure("Tone", 60, FEW)]), "IQS 87 %, no clear change."),
        (report(Estimate(87.4, 3, 20, 100)), "IQS 87 % from only 3 reviews in week 47: too few to judge."),
        (report(Estimate(50, 1)), "IQS 50 % from only 1 review in week 47: too few to judge."),
        (report(Estimate(None, 0), None), "No scored reviews in week 47."),
    ],
)  # fmt: skip
def test_headlines(made, said):
    """One sentence for each kind of week."""
    assert headlines.headline(made) == said


def clear(categories, change=None):
    """The names of what is called changed."""
    told = headlines.judged(report(GOOD, change, categories)).categories
    return [each.name for each in told if each.change.word in {Word.HIGHER, Word.LOWER}]


def test_a_drop_found_by_looking_at_many_categories_needs_more_evidence():
    """A p of 0.03 is news of one category, and noise when it is the worst of five, or beside the whole score."""
    drop = figure("Tone", 60, lower(-9, p=0.03))
    others = [figure(name, 80) for name in ("A", "B", "C", "D")]
    assert clear([drop]) == ["Tone"]
    assert clear([drop, *others]) == []
    assert clear([drop], CALM) == []


def test_categories_with_too_few_ratings_do_not_make_the_others_wait():
    """Only what was judged counts as looked at."""
    drop = figure("Tone", 60, lower(-9, p=0.03))
    assert clear([drop, *(figure(name, 80, FEW) for name in "ABCD")]) == ["Tone"]


def test_two_sides_without_any_spread_are_compared_as_they_are():
    """Ten times 100 and then ten times 50 needs no test: there is no p."""
    before, after = estimate([100] * 10), estimate([50] * 10)
    assert clear([CategoryFigure("tone", "Tone", after, difference(before, after))]) == ["Tone"]


def test_groups_and_one_persons_figures_are_judged_likewise():
    """A group is one more thing that was looked at; an agent's five categories are five."""
    group = figure("Basics", 60, lower(-9, p=0.015))
    made = replace(report(GOOD, CALM, [figure("Tone", 80)]), groups=(group,))
    assert headlines.judged(made).groups[0].change.word is Word.UNCLEAR
    sure = replace(made, groups=(replace(group, change=lower(-9, p=0.01)),))
    assert headlines.judged(sure).groups == sure.groups
    own = report_cases.personal(
        change=CALM, categories=tuple(figure(each, 60, lower(-9, p=0.03)) for each in "AB")
    )
    assert {each.change.word for each in headlines.judged(own).categories} == {Word.UNCLEAR}


def test_a_week_without_change_is_called_so_in_95_of_100():
    """Six agents of different levels, six categories on five points and the score of them all: one judgement."""
    per_agent, weeks_seen = 4, 700
    rng = np.random.default_rng(per_agent)
    levels = rng.uniform(0, 0.35, (6, 1, 6))  # how often each agent gives away a point, by category

    def weeks(place):
        lost = rng.binomial(4, np.broadcast_to(levels, (6, per_agent, 6)))
        points = (100 - 25 * lost) * MICRO
        scores = points.mean(2).round().astype(int)
        received = {Cell(place, agent): tally(row) for agent, row in enumerate(scores)}
        return received, {Cell(place, f"c{n}"): tally(points[:, :, n].ravel()) for n in range(6)}

    def tally(values):
        numbers = [int(each) for each in values]
        return figures.Tally(len(numbers), sum(numbers), sum(each * each for each in numbers))

    quiet = 0
    for _ in range(weeks_seen):
        (before, rated_before), (now, rated_now) = weeks(0), weeks(1)
        iqs, change = figures.team(before | now)
        made = report(iqs, change, figures.categories([], rated_before | rated_now))
        said = headlines.headline(made)
        quiet += said.endswith("no clear change.") and "rose" not in (headlines.praise(made) or "")
    assert quiet >= 0.95 * weeks_seen


def test_what_is_clear_leaves_its_part_to_the_others():
    """0.004 is too much for one of six, and enough once the score and the other five are beyond doubt."""
    six = [figure(f"C{n}", 60, lower(-12, p=0.0001)) for n in range(5)] + [
        figure("Late", 60, lower(-9, p=0.03))
    ]
    alone = headlines.judged(report(GOOD, CALM, [figure(f"C{n}", 60) for n in range(5)] + six[5:]))
    together = headlines.judged(report(GOOD, lower(-10), six))
    assert alone.categories[5].change.word is Word.UNCLEAR
    assert together.categories[5].change.word is Word.LOWER
    assert headlines.judged(together) == together


def test_a_score_that_moved_by_chance_is_not_called_down():
    """In a digest even the whole score needs more than its own 95 %: it is one of several looked at."""
    made = report(GOOD, lower(-4, p=0.04), [figure("Tone", 80)])
    assert headlines.headline(made) == "IQS 87 %, no clear change."


def test_praise_names_the_clear_rise_first():
    """The largest clear rise, with where it led."""
    made = report(
        GOOD, CALM, [figure("Tone", 99), figure("Process", 80, higher(6)), figure("Solution", 70, higher(4))]
    )
    assert headlines.praise(made) == "Process rose 6 points, to 80 %."


def test_praise_falls_back_on_the_strongest_category():
    """There is something good in every week with enough ratings."""
    made = report(GOOD, CALM, [figure("Tone", 91.5), figure("Process", 80)])
    assert headlines.praise(made) == "Tone is the strongest category, at 92 %."
    alike = [figure("Tone", 91.5), figure("Process", 92.4), figure("Grammar", 80)]
    assert (
        headlines.praise(report(GOOD, CALM, alike))
        == "Tone and Process are the strongest categories, at 92 %."
    )
    assert headlines.praise(report(GOOD, CALM, [figure("Tone", 91, n=4)])) is None
    assert headlines.praise(report(GOOD)) is None


@pytest.mark.parametrize(
    ("figures", "said"),
    [
        ([figure("Tone", 94, n=5), figure("Process", 61, n=5)], ("Tone (94 %)", "Process (61 %)")),
        ([figure("Tone", 94, n=5), figure("Process", 61, n=4)], ("Tone (94 %)", None)),
        (
            [figure("Tone", 94, n=3), figure("Process", 61, n=4)],
            ("Tone (94 %, only 3 ratings)", "Process (61 %, only 4 ratings)"),
        ),
        ([figure("Tone", 94, n=2), figure("Process", 61, n=1)], (None, None)),
        ([figure("Tone", 90.2), figure("Process", 89.9)], ("Tone (90 %)", None)),
        ([], (None, None)),
    ],
)
def test_strength_and_focus(figures, said):
    """Best and worst of what was rated often enough; nothing where they cannot be told apart."""
    assert headlines.strength_and_focus(figures) == said


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (0, "0 s"), (59, "59 s"), (60, "1 min"), (730, "12 min"), (12_000, "3 h 20 min"), (7_199, "2 h"),
        (86_400, "24 h"), (172_799, "2 d"), (360_000, "4 d 4 h"),
    ],
)  # fmt: skip
def test_times_are_told_as_people_say_them(seconds, told):
    """Seconds, minutes, hours, days: at most two of them, rounded half up."""
    assert headlines.duration(seconds) == told


def test_no_critical_failure_is_no_promise():
    """None in twenty still allows 14 %; three of ten come with Wilson's interval."""
    assert headlines.criticals(shares.criticals(0, 20)) == (
        "no critical failures in 20 reviews: at most 13.9 % (rule of three)"
    )
    assert headlines.criticals(shares.criticals(3, 10)) == (
        "critical failures in 3 of 10 reviews (30.0 %, 10.8–60.3)"
    )


@pytest.mark.parametrize(
    ("skipped", "drawn", "told"), [(8, 24, True), (2, 10, False), (0, 24, False), (2, 2, True), (0, 0, False)]
)
def test_many_skips_are_a_finding(skipped, drawn, told):
    """Only where chance is an unlikely explanation for more than one in ten."""
    made = replace(
        report_cases.team_report(),
        progress=Progress(drawn, drawn - skipped, skipped),
        skip_share=100 * skipped / drawn if drawn else None,
    )
    assert (headlines.finding(made) is not None) is told


def test_the_headline_tells_of_a_changed_scorecard():
    """A change across it is never told alone, and a category on another scale is never named as fallen."""
    made = report_cases.team_report(
        rebased=(date(2026, 11, 3), date(2026, 11, 10)),
        categories=(replace(report_cases.team_report().categories[1], rescaled=True),),
    )
    said = headlines.headline(made)
    assert said == "IQS 87 %, up 4 points (the scorecard changed on Nov 3 and Nov 10)."
