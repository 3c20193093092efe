"""The sentences of a report. They claim a change only where chance is an unlikely explanation."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import TypeVar

from iqs import periods
from iqs.access import GROUP
from iqs.reports import (
    WHOLE,
    CategoryFigure,
    Criticals,
    Goal,
    PersonalReport,
    Picked,
    Quadrant,
    TeamReport,
    TimeFigure,
)
from iqs.scoring import show, whole
from iqs.statistics import CONFIDENCE, MIN_N, Change, Word, wilson

Report = TypeVar("Report", TeamReport, PersonalReport)

FEW = 3
"""From this many ratings a category may be named, with a word about how few they are; from MIN_N without."""


MINUTE, DAY_HOURS = 60, 24

BASES = {
    "calendar": "calendar hours",
    "business": "business hours",
    "computed": "computed from the messages",
    None: "unknown basis",
}
"""What a time was measured in; None: the import did not say."""

MANY_SKIPPED = 10
"""Percent of the drawn conversations; clearly more skips than this are a finding."""


def headline(report: TeamReport) -> str:
    """The period in one true sentence: the IQS, its change, and the worst clear drop of a category.

    What changed is judged as `judged` does: a period in which nothing changed is called so in 95 of 100 cases.
    """
    report = judged(report)
    name, iqs = report.period.label, report.iqs
    if report.unpublished:
        return (
            f"Fewer than {GROUP} people were reviewed in {name}, so no figures stand here: "
            "a mean of so few is about persons. Leads see them with /iqs team."
        )
    if iqs.mean is None:
        return f"No scored reviews in {name}."
    figure = f"IQS {whole(iqs.mean)} %"
    if not iqs.enough:
        return f"{figure} from only {_counted(iqs.n, 'review')} in {name}: too few to judge."
    fallen = [each for each in report.categories if _word(each) is Word.LOWER]
    sentence = f"{figure}, {_change(report.change)}"
    if report.rebased:
        sentence += f" ({rebased(report.rebased)})"
    if fallen:
        worst = min(fallen, key=_points)
        sentence += f"; {worst.name} fell {_distance(_points(worst))}"
    return f"{sentence}."


def rebased(days: Sequence[date]) -> str:
    """Where the scorecard changed: "the scorecard changed on Nov 3"."""
    return f"the scorecard changed on {_listed([periods.day_name(each) for each in days])}"


def finding(report: TeamReport) -> str | None:
    """What the work itself tells: that clearly more than MANY_SKIPPED percent of the draw was skipped."""
    done = report.progress
    if done is None or report.skip_share is None:
        return None
    interval = wilson(done.skipped, done.drawn)
    if interval is None or interval[0] <= MANY_SKIPPED:
        return None
    return (
        f"{done.skipped} of {done.drawn} drawn conversations were skipped ({show(report.skip_share, 0)} %). "
        "That many is a finding of its own: a sample with holes can mislead."
    )


def weighted(report: TeamReport) -> str | None:
    """The mean over all conversations, where weighing by them makes a visible difference; else None."""
    found, iqs = report.weighted, report.iqs
    if found is None or found.mean is None or iqs.mean is None or show(found.mean, 1) == show(iqs.mean, 1):
        return None
    sure = "" if found.low is None or found.high is None else f" ({show(found.low, 1)}–{show(found.high, 1)})"
    return f"weighted by how many conversations each agent had: {show(found.mean, 1)} %{sure}"


def picked(found: Picked) -> str | None:
    """What was reviewed on purpose, apart from the sample: "picked for coaching: 5 reviews, 61 % on average …"."""
    if not found.n:
        return None
    mean = "" if found.mean is None else f", {whole(found.mean)} % on average"
    return f"picked for coaching, not in IQS: {_counted(found.n, 'review')}{mean}"


def goal(aim: Goal) -> str:
    """The goal in words: "goal 85 %: reached"."""
    return f"goal {aim.mark} %: {aim.verdict}"


def criticals(found: Criticals) -> str:
    """Critical failures in words; none of few is no promise, and says so."""
    if not found.failed:
        bound = f"at most {show(found.high, 1)} % (rule of three)"
        return f"no critical failures in {_counted(found.n, 'review')}: {bound}"
    share = f"{show(100 * found.failed / found.n, 1)} %, {show(found.low, 1)}–{show(found.high, 1)}"
    return f"critical failures in {found.failed} of {_counted(found.n, 'review')} ({share})"


def quadrant(of: Quadrant) -> str:
    """A quadrant's name: "happy customer, poor work"."""
    return f"{'happy' if of.happy else 'unhappy'} customer, {'good' if of.good else 'poor'} work"


def times(figures: Iterable[TimeFigure]) -> list[str]:
    """Mean times in words, each with its basis: "first response 3 h 20 min (business hours, n = 40)"."""
    return [f"{each.what} {duration(each.seconds)} ({BASES[each.basis]}, n = {each.n})" for each in figures]


def duration(seconds: float) -> str:
    """A time as people say it, rounded half up: "45 s", "12 min", "3 h 20 min", "4 d 3 h"."""
    if int(whole(seconds)) < MINUTE:
        return f"{whole(seconds)} s"
    minutes = int(whole(seconds / MINUTE))
    if minutes < MINUTE:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 2 * DAY_HOURS:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    days, hours = divmod(int(whole(seconds / 3600)), DAY_HOURS)
    return f"{days} d {hours} h" if hours else f"{days} d"


def withheld(report: TeamReport) -> str | None:
    """Which figures are left out for the privacy of the few behind them; None if none are."""
    named = [each for each in report.withheld if each != WHOLE]
    points = [each.label for each in report.trend if each.withheld]
    if not named and not points:
        return None
    return f"Left out, as fewer than {GROUP} people stand behind them: {', '.join([*named, *points])}."


def praise(report: TeamReport) -> str | None:
    """What went well: the category that clearly rose most, else the highest. None with too few ratings."""
    risen = [each for each in judged(report).categories if _word(each) is Word.HIGHER]
    if risen:
        best = max(risen, key=_points)
        return f"{best.name} rose {_distance(_points(best))}, to {whole(best.estimate.mean or 0)} %."
    rated = [each for each in report.categories if each.estimate.enough]
    if not rated:
        return None
    most = whole(max(_mean(each) for each in rated))
    names = [each.name for each in rated if whole(_mean(each)) == most]
    if len(names) == 1:
        return f"{names[0]} is the strongest category, at {most} %."
    return f"{_listed(names)} are the strongest categories, at {most} %."


def strength_and_focus(categories: Sequence[CategoryFigure]) -> tuple[str | None, str | None]:
    """A person's best and worst category, such as "Solution (94 %)"; None where nothing can be told apart.

    Only categories with MIN_N ratings are named; if there are none of those, with FEW, and the text says so.
    """
    rated = [each for each in categories if each.estimate.n >= MIN_N]
    rated = rated or [each for each in categories if each.estimate.n >= FEW]
    if not rated:
        return None, None
    best, worst = max(rated, key=_mean), min(rated, key=_mean)
    return _named(best), _named(worst) if whole(_mean(worst)) != whole(_mean(best)) else None


def judged(report: Report) -> Report:
    """The report with one judgement on all its changes together: the whole score's, each category's, each group's.

    Whoever looks at seven figures finds "something" in one quiet week of four; here the chance of any false word
    is 5 % for the whole report. Half of it is the whole score's, half is shared by the others; what is found
    clear leaves its part to the rest (Holm's procedure, 1979, weighted). Intervals stay as they are.
    """
    groups: tuple[CategoryFigure, ...] = report.groups if isinstance(report, TeamReport) else ()
    among = [each for each in (*report.categories, *groups) if _is_judged(each)]
    family: list[tuple[CategoryFigure | None, Change | None, float]] = [
        (each, each.change, 0.5 / len(among)) for each in among
    ]
    if report.change is not None and report.change.word is not Word.TOO_FEW:
        family.append((None, report.change, 0.5))
    clear: set[CategoryFigure | None] = set()
    left = sum(part for _, _, part in family)
    for figure, change, part in sorted(family, key=lambda each: _chance(each[1]) / each[2]):
        if _chance(change) >= (1 - CONFIDENCE) * part / left:
            break
        clear.add(figure)
        left -= part

    def told(figures: Iterable[CategoryFigure]) -> tuple[CategoryFigure, ...]:
        return tuple(
            each if each in clear or each.rescaled else replace(each, change=_unclear(each.change))
            for each in figures
        )

    change = report.change if None in clear else _unclear(report.change)
    made = replace(report, change=change, categories=told(report.categories))
    return replace(made, groups=told(groups)) if isinstance(made, TeamReport) else made


def _is_judged(category: CategoryFigure) -> bool:
    change = category.change
    return change is not None and change.word is not Word.TOO_FEW and not category.rescaled


def _chance(change: Change | None) -> float:
    """The probability of such a difference by chance; two sides that do not vary at all are as they are."""
    if change is None or change.word not in {Word.HIGHER, Word.LOWER}:
        return 1.0
    return change.p or 0.0


def _unclear(change: Change | None) -> Change | None:
    if change is None or change.word not in {Word.HIGHER, Word.LOWER}:
        return change
    return replace(change, word=Word.UNCLEAR)


def _word(category: CategoryFigure) -> Word | None:
    return None if category.change is None or category.rescaled else category.change.word


def _change(change: Change | None) -> str:
    if change is None or change.points is None or change.word is Word.TOO_FEW:
        return "too few reviews before to compare with"
    if change.word is Word.UNCLEAR:
        return "no clear change"
    return f"{'up' if change.points > 0 else 'down'} {_distance(change.points)}"


def _points(category: CategoryFigure) -> float:
    return (category.change.points or 0.0) if category.change else 0.0


def _mean(category: CategoryFigure) -> float:
    return category.estimate.mean or 0.0


def _named(category: CategoryFigure) -> str:
    n = category.estimate.n
    few = f", only {_counted(n, 'rating')}" if n < MIN_N else ""
    return f"{category.name} ({whole(_mean(category))} %{few})"


def _listed(names: Sequence[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _distance(points: float) -> str:
    number = whole(abs(points))
    return "less than 1 point" if number == "0" else _counted(int(number), "point")


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
