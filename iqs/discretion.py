"""What a group may read: no figure with fewer than GROUP people behind it, for a mean of few is about persons."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from iqs import headlines
from iqs.access import GROUP
from iqs.reports import WHOLE, CategoryFigure, Survey, TeamReport
from iqs.statistics import Estimate

CSAT, CES, PAIRS = "CSAT", "CES", "CSAT beside IQS"


@dataclass(frozen=True, slots=True)
class Behind:
    """How many people stand behind each figure of a report; categories and groups by key, points by place.

    `earlier…` are those of the period before, with which a figure is compared.
    """

    whole: int
    earlier: int
    categories: Mapping[str, int]
    earlier_categories: Mapping[str, int]
    groups: Mapping[str, int]
    earlier_groups: Mapping[str, int]
    points: Mapping[int, int]
    csat_points: Mapping[int, int]
    csat: int
    ces: int
    times: Mapping[tuple[str, str | None], int]
    pairs: int
    picked: int = 0


def published(report: TeamReport, behind: Behind) -> TeamReport:
    """The report without the figures of too few; `withheld` names them, so that nobody takes them for missing."""
    scored = report.iqs.n > 0
    if scored and behind.whole < GROUP:
        report = replace(
            report,
            iqs=Estimate(None, 0),
            weighted=None,
            change=None,
            pass_rate=None,
            pass_interval=None,
            criticals=None,
            goal=None,
            categories=(),
            groups=(),
            agents=(),
            reviewers=(),
            causes=(),
            unscored=0,
            imported=0,
            withheld=(WHOLE,),
        )
    if behind.earlier < GROUP:
        report = replace(report, change=None)
    gone: list[str] = []
    categories = _kept(report.categories, behind.categories, behind.earlier_categories, gone)
    few = {each.name for each in report.categories} - {each.name for each in categories}
    report = replace(
        report,
        categories=categories,
        groups=_kept(report.groups, behind.groups, behind.earlier_groups, gone),
        causes=tuple(each for each in report.causes if each.category not in few),
    )
    if report.csat_n and behind.csat < GROUP:
        report, gone = replace(report, csat=None, csat_n=0), [*gone, CSAT]
    if report.ces.n and behind.ces < GROUP:
        report, gone = replace(report, ces=Survey()), [*gone, CES]
    few_timed = [each for each in report.times if behind.times.get((each.what, each.basis), 0) < GROUP]
    if few_timed:
        gone += [f"{each.what} ({headlines.BASES[each.basis]})" for each in few_timed]
        report = replace(report, times=tuple(each for each in report.times if each not in few_timed))
    if report.pairs is not None and behind.pairs < GROUP:
        report, gone = replace(report, pairs=None), [*gone, PAIRS]
    if behind.picked < GROUP:  # how many there were tells of nobody
        report = replace(report, picked=replace(report.picked, mean=None))
    trend = tuple(
        replace(
            each,
            estimate=Estimate(None, 0)
            if each.estimate.n and behind.points.get(place, 0) < GROUP
            else each.estimate,
            withheld=each.estimate.n > 0 and behind.points.get(place, 0) < GROUP,
            csat=each.csat if behind.csat_points.get(place, 0) >= GROUP else Survey(),
        )
        for place, each in enumerate(report.trend)
    )
    return replace(report, trend=trend, withheld=(*report.withheld, *gone))


def _kept(
    figures: tuple[CategoryFigure, ...],
    people: Mapping[str, int],
    earlier: Mapping[str, int],
    gone: list[str],
) -> tuple[CategoryFigure, ...]:
    """Those with enough people behind them; compared only with as many. The others' names go to `gone`."""
    few = [each for each in figures if each.estimate.n and people.get(each.key, 0) < GROUP]
    gone += [each.name for each in few]
    return tuple(
        each if earlier.get(each.key, 0) >= GROUP else replace(each, change=None)
        for each in figures
        if each not in few
    )
