"""The weekly digest: one true sentence, two charts, the numbers, and how sure they are. It names no agent."""

from blocks import figures, kit, levels
from blocks.kit import Block, Element, Message, Part
from blocks.text import fit
from iqs.reports import Digest, TeamReport

CATEGORIES = 20
MADE = (
    "IQS is the mean score of the manager and peer reviews of the random sample. "
    "n is the number of reviews; the range holds with 95 %."
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


def _text(digest: Digest) -> str:
    report = digest.report
    listed = "; ".join(
        f"{fit(each.name, 60)} {figures.estimate(each.estimate)}" for each in report.categories[:CATEGORIES]
    )
    text = f"{fit(digest.headline, 300)} IQS {figures.estimate(report.iqs)}."
    return f"{text} {listed}." if listed else text


def _head(digest: Digest) -> list[Block]:
    report = digest.report
    lines = [kit.line(kit.bold(digest.headline, 400))]
    if report.iqs.enough:
        sure = f"Range {figures.interval(report.iqs)}, n = {report.iqs.n}"
        lines.append(kit.line(f"{sure} · against the week before: {figures.change(report.change)}"))
    lines += levels.beside(report)
    if not report.iqs.enough:
        few = f"Few reviews this time (n = {report.iqs.n}): read this as a first impression, not as a result."
        lines.append(kit.line(few))
    if digest.late:
        lines.append(kit.line(kit.italic("This digest is late: the bot was not running when it was due.")))
    return [kit.header(f"IQS digest: {report.team.name}, {report.period.label}"), kit.rich_text(*lines)]


def _foot(digest: Digest) -> list[Block | None]:
    praise = None
    if digest.praise:
        praise = kit.rich_text(kit.line(kit.bold("Well done: "), kit.words(digest.praise, 400)))
    return [praise, kit.context(kit.fixed(MADE))]


def _told(report: TeamReport) -> list[tuple[str, float, int]]:
    return [
        (point.label, point.estimate.mean, point.estimate.n)
        for point in report.trend
        if point.estimate.mean is not None
    ]


def _line_chart(report: TeamReport) -> Block | None:
    """A chart cannot show a gap: weeks without reviews are left out of it and named below."""
    weeks = [(label, mean) for label, mean, _ in _told(report)][-20:]
    if len(weeks) < 2:
        return None
    return kit.chart("line", "IQS by week", weeks, x="Week", y="IQS %", series="IQS")


def _weeks(report: TeamReport) -> Block | None:
    if not report.trend:
        return None
    told = [f"{label} {figures.percent(mean)} ({n})" for label, mean, n in _told(report)]
    empty = [point.label for point in report.trend if point.estimate.mean is None]
    text = "By week, n in brackets: " + ", ".join(told) + "." if told else "No reviews in any of these weeks."
    if told and empty:
        text += f" No reviews, so left out: {', '.join(empty)}."
    if 0 < len(told) < 2:
        text += " A trend needs two weeks with reviews."
    return kit.context(text)


def _bar_chart(report: TeamReport) -> Block | None:
    bars = [(each.name, each.estimate.mean) for each in report.categories if each.estimate.mean is not None]
    if not bars:
        return None
    return kit.chart("bar", "Score by category", bars, x="Category", y="Score %", series="Score")


def _table(report: TeamReport) -> Block | None:
    if not report.categories:
        return None
    rows = []
    for each in report.categories[:CATEGORIES]:
        mean = each.estimate.mean
        rows.append(
            [
                kit.cell(fit(each.name, 80)),
                kit.cell("–") if mean is None else kit.cell(figures.percent(mean), mean),
                kit.cell(figures.interval(each.estimate)),
                kit.cell(str(each.estimate.n), each.estimate.n),
                kit.cell(figures.change(each.change)),
            ]
        )
    head = ["Category", "Score", "95 % range", "Reviews (n)", "Change"]
    return kit.data_table("Score by category, with range, number of reviews and change", head, rows)


def _bars(report: TeamReport) -> list[Element]:
    lines = []
    for each in report.categories[:CATEGORIES]:
        mean = each.estimate.mean
        bar: list[Part] = [figures.bar(mean)] if mean is not None else []
        told = f": {figures.estimate(each.estimate)} · {figures.change(each.change)}"
        lines.append(kit.line(*bar, kit.bold(f" {each.name}", 60), told))
    return lines
