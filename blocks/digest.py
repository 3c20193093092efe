"""The digest: one true sentence, two charts, the numbers, and how sure they are; details for the thread.

It names nobody, unless the team chose so: then the details have people by name, in the order of the alphabet.
"""

from functools import partial

from blocks import charts, figures, kit, levels
from blocks.kit import Block, Element, Message, Part
from blocks.text import fit
from iqs import headlines
from iqs.reports import Digest, Point, TeamReport, Unit

CATEGORIES = 20
POINTS = 20
TOP_CAUSES = 3
MADE = (
    "IQS is the mean score of the manager and peer reviews of the random sample; n is how many there are. The range "
    "tells, with 95 %, where the mean of all conversations of this time lies. A change is called one only where chance "
    "alone would rarely make two such times differ as much."
)
BESIDE = (
    "CSAT, CES and times are of all conversations closed in the period and never part of IQS. A happy customer "
    "answered 75 % or more; good work passed. Times of different clocks are never averaged together."
)


def message(digest: Digest) -> Message:
    """The digest with Slack's own charts and table. If Slack refuses them, send `plain` once."""
    report = digest.report
    blocks: list[Block | None] = [
        *_head(digest),
        _line_chart(report),
        _weeks(report),
        _bar_chart(report),
        _table(report),
        *_foot(digest),
    ]
    return kit.message(_text(digest), blocks)


def plain(digest: Digest) -> Message:
    """The same without charts and table: bars of text, every number in words."""
    report = digest.report
    blocks: list[Block | None] = [*_head(digest)]
    trend = levels.trend(report.trend)
    if trend:
        blocks.append(kit.rich_text(*trend))
    blocks.append(_weeks(report))
    if report.categories:
        blocks.append(kit.rich_text(kit.line(kit.bold("By category")), kit.bullets(_bars(report))))
    return kit.message(_text(digest), [*blocks, *_foot(digest)])


def details(digest: Digest) -> Message:
    """What stands in the digest's thread: customers beside reviewers, causes, groups, and how it all is meant."""
    report = digest.report
    text = f"Details of the IQS digest: {report.team.name}, {report.period.label}."
    return kit.message(text, levels.fitting(partial(_details, report)))


def _details(report: TeamReport, most: int) -> list[Block | None]:
    blocks: list[Block | None] = [kit.header(f"Details: {report.team.name}, {report.period.label}")]
    for heading, elements in (
        ("", levels.quadrants(report)),
        ("Beside IQS", levels.further(report)),
        ("By group", levels.categories(report.groups)),
        ("Most frequent root causes", levels.causes(report)),
        ("Agents, by name", levels.people(report.agents, most)),
        ("Reviewers, by name: reviews given", levels.people(report.reviewers, most)),
    ):
        if elements:
            blocks.append(kit.rich_text(*([kit.line(kit.bold(heading))] if heading else []), *elements))
    return [*blocks, kit.context(kit.fixed(BESIDE))]


def _text(digest: Digest) -> str:
    report = digest.report
    listed = "; ".join(
        f"{fit(each.name, 60)} {figures.estimate(each.estimate)}" for each in report.categories[:CATEGORIES]
    )
    text = fit(digest.headline, 300)
    if not report.unpublished:
        text += f" IQS {figures.estimate(report.iqs)}."
    return f"{text} {listed}." if listed else text


def _head(digest: Digest) -> list[Block]:
    report = digest.report
    lines = [kit.line(kit.bold(figures.kept(digest.headline), 400))]
    if report.iqs.enough:
        sure = f"Range {figures.interval(report.iqs)}, n = {report.iqs.n}"
        before = f"against the {_length(report)} before"
        lines.append(kit.line(f"{sure} · {before}: {figures.change(report.change)}"))
    lines += [*levels.changed(report), *levels.beside(report)]
    if not report.iqs.enough and not report.unpublished:
        few = f"Few reviews this time (n = {report.iqs.n}): read this as a first impression, not as a result."
        lines.append(kit.line(few))
    if digest.late:
        lines.append(kit.line(kit.italic("This digest is late: the bot was not running when it was due.")))
    return [kit.header(f"IQS digest: {report.team.name}, {report.period.label}"), kit.rich_text(*lines)]


def _length(report: TeamReport) -> str:
    days = round((report.period.end - report.period.start).total_seconds() / 86_400)
    return "week" if days == 7 else "month" if 28 <= days <= 31 else "period"


def _foot(digest: Digest) -> list[Block | None]:
    """Praise, what to look at, the top root causes, and what is left out."""
    lines = []
    if digest.praise:
        lines.append(kit.line(kit.bold("Well done: "), kit.words(figures.kept(digest.praise), 400)))
    if digest.finding:
        lines.append(kit.line(kit.bold("Worth a look: "), kit.words(figures.kept(digest.finding), 400)))
    causes = levels.causes(digest.report, TOP_CAUSES)
    if causes:
        lines += [kit.line(kit.bold("Top root causes")), *causes]
    left_out = headlines.withheld(digest.report)
    return [
        kit.rich_text(*lines) if lines else None,
        kit.context(fit(left_out, 400)) if left_out else None,
        kit.context(kit.fixed(MADE)),
    ]


def _told(report: TeamReport) -> list[tuple[Point, float]]:
    return [(point, point.estimate.mean) for point in report.trend if point.estimate.mean is not None]


def _unit(report: TeamReport) -> str:
    return "month" if report.trend and report.trend[0].unit is Unit.MONTH else "week"


def _line_chart(report: TeamReport) -> Block | None:
    """A chart cannot show a gap: weeks without reviews are left out of it and named below.

    CSAT is the second line where customers answered in each of the weeks drawn.
    """
    told = _told(report)[-POINTS:]
    if len(told) < 2:
        return None
    unit = _unit(report)
    csat = [point.csat.mean for point, _ in told if point.csat.mean is not None]
    beside = ("CSAT", csat) if len(csat) == len(told) else None
    return charts.chart(
        "line",
        f"IQS {'and CSAT ' if beside else ''}by {unit}",
        [(point.label, mean) for point, mean in told],
        x=unit.capitalize(),
        y="IQS and CSAT %" if beside else "IQS %",
        series="IQS",
        beside=beside,
    )


def _weeks(report: TeamReport) -> Block | None:
    """Every number of the line chart in words, what is missing in it, and where the scorecard changed."""
    if not report.trend:
        return None
    unit = _unit(report)
    told = [figures.counted(point.label, mean, point.estimate.n) for point, mean in _told(report)]
    first = next((place for place, point in enumerate(report.trend) if point.estimate.n or point.withheld), 0)
    empty = [
        point.label
        for point in report.trend[first:]  # what lies before the first review is no gap
        if point.estimate.mean is None and not point.withheld
    ]
    text = (
        f"By {unit}, n in brackets: {', '.join(told)}."
        if told
        else f"Nothing to show in any of these {unit}s."
    )
    if told and empty:
        text += f" No reviews, so left out: {', '.join(empty)}."
    if 0 < len(told) < 2:
        text += f" A trend needs two {unit}s with reviews."
    changed = [point.label for point in report.trend if point.rebased]
    if changed:
        text += f" The scorecard changed in {', '.join(changed)}: before and after are not one series."
    csat = [
        figures.counted(point.label, point.csat.mean, point.csat.n)
        for point in report.trend[-POINTS:]
        if point.csat.mean is not None
    ]
    return kit.context(text, *([f"CSAT by {unit}, answers in brackets: {', '.join(csat)}."] if csat else []))


def _bar_chart(report: TeamReport) -> Block | None:
    bars = [(each.name, each.estimate.mean) for each in report.categories if each.estimate.mean is not None]
    if not bars:
        return None
    return charts.chart("bar", "Score by category", bars, x="Category", y="Score %", series="Score")


def _table(report: TeamReport) -> Block | None:
    if not report.categories:
        return None
    rows = []
    for each in report.categories[:CATEGORIES]:
        mean = each.estimate.mean
        rows.append(
            [
                charts.cell(fit(each.name, 80)),
                charts.cell("–") if mean is None else charts.cell(figures.percent(mean), mean),
                charts.cell(figures.interval(each.estimate)),
                charts.cell(str(each.estimate.n), each.estimate.n),
                charts.cell("its scale changed" if each.rescaled else figures.change(each.change)),
            ]
        )
    head = ["Category", "Score", "95 % range", "Reviews (n)", "Change"]
    return charts.data_table("Score by category, with range, number of reviews and change", head, rows)


def _bars(report: TeamReport) -> list[Element]:
    lines = []
    for each in report.categories[:CATEGORIES]:
        mean = each.estimate.mean
        bar: list[Part] = [figures.bar(mean)] if mean is not None else []
        moved = "its scale changed" if each.rescaled else figures.change(each.change)
        told = f": {figures.estimate(each.estimate)} · {moved}"
        lines.append(kit.line(*bar, kit.bold(f" {each.name}", 60), told))
    return lines
