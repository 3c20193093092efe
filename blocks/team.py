"""`/iqs team`: a lead's view of the team at its three levels."""

from functools import partial

from blocks import figures, kit, levels
from blocks.kit import Block, Element, Message
from blocks.text import fit
from iqs import headlines
from iqs.reports import TeamReport
from iqs.statistics import Estimate

CAUSES = 3
EXAMPLES = 1
"""Reviews to read of each kind of disagreement: this is one screen; every file has more of them."""


def message(report: TeamReport, *, reads: bool = True) -> Message:
    """The ephemeral answer; people stand by name, never by rank. Without `reads`, no words of a conversation."""
    report = headlines.judged(report)
    figure = "too few people to be shown" if report.unpublished else figures.estimate(report.iqs)
    text = f"Your team's IQS, {report.period.label}: {figure}."
    return kit.message(text, levels.fitting(partial(_blocks, report, reads)))


def _blocks(report: TeamReport, reads: bool, most: int) -> list[Block | None]:
    blocks: list[Block | None] = [
        kit.header(f"{report.team.name}: {report.period.label}"),
        kit.rich_text(*levels.headline(report), *levels.trend(report.trend), *_beside(report)),
    ]
    finding = headlines.finding(report)
    if finding:
        blocks.append(kit.rich_text(kit.line(kit.words(figures.kept(finding), 400))))
    for title, elements in (
        ("By category", levels.categories(report.categories) if report.iqs.n else []),
        ("By group", levels.categories(report.groups)),
        ("Agents, by name", levels.people(report.agents, most) if report.iqs.n else []),
        ("Reviewers", _reviewers(report, most)),
        ("Most frequent root causes", levels.causes(report, CAUSES)),
    ):
        if elements:
            blocks.append(kit.rich_text(kit.line(kit.bold(title)), *elements))
    read = _quadrants(report)
    if read:
        blocks.append(kit.rich_text(*read))
    blocks += levels.examples(report, EXAMPLES) if reads else []
    left_out = headlines.withheld(report)
    if left_out:
        blocks.append(kit.context(fit(left_out, 400)))
    note = "n is the number of reviews; the range holds with 95 %. Ranges that overlap are no order of merit."
    blocks.append(kit.context(kit.fixed(note)))
    return blocks


def _beside(report: TeamReport) -> list[Element]:
    """In one paragraph what stands beside IQS; CSAT by week is in the digest's details and in every file."""
    told = " · ".join(levels.further_words(report))
    return [kit.line(kit.bold("Beside IQS: "), told)] if told else []


def _quadrants(report: TeamReport) -> list[Element]:
    """The four quadrants in one paragraph."""
    if report.pairs is None:
        return []
    pairs = report.pairs
    both = f"CSAT {figures.percent(pairs.csat)}, IQS {figures.percent(pairs.iqs)} (n = {pairs.n} with both): "
    counted = ", ".join(f"{each.count} × {headlines.quadrant(each)}" for each in pairs.quadrants)
    return [kit.line(kit.bold("CSAT beside IQS: "), both, counted, ".")]


def _reviewers(report: TeamReport, most: int) -> list[Element]:
    """How far each is, and the mean of what they gave."""
    progress = report.progress.by_reviewer if report.progress is not None else {}
    given = {each.name: each.estimate for each in report.reviewers if each.estimate.enough}
    ordered = sorted(progress.items(), key=lambda each: each[0].casefold())
    lines = [
        kit.line(kit.bold(name, 60), f": {done} of {drawn} done{_mean(given.get(name))}")
        for name, (done, drawn) in ordered[:most]
    ]
    if len(ordered) > most:
        lines.append(kit.line(f"and {len(ordered) - most} more: see iqs report"))
    return [kit.bullets(lines)] if lines else []


def _mean(given: Estimate | None) -> str:
    if given is None or given.mean is None:
        return ""
    return f", gave {figures.percent(given.mean)} on average (n = {given.n})"
