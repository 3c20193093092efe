"""`/iqs team`: a lead's view of the team at its three levels."""

from functools import partial

from blocks import figures, kit, levels
from blocks.kit import Block, Element, Message
from blocks.text import fit
from iqs import headlines
from iqs.reports import TeamReport
from iqs.statistics import Estimate


def message(report: TeamReport) -> Message:
    """The ephemeral answer; people stand by name, never by rank."""
    figure = "too few people to be shown" if report.unpublished else figures.estimate(report.iqs)
    text = f"Your team's IQS, {report.period.label}: {figure}."
    return kit.message(text, levels.fitting(partial(_blocks, report)))


def _blocks(report: TeamReport, most: int) -> list[Block | None]:
    blocks: list[Block | None] = [
        kit.header(f"{report.team.name}: {report.period.label}"),
        kit.rich_text(
            *levels.headline(report), *levels.trend(report.trend), *levels.csat_trend(report.trend)
        ),
    ]
    finding = headlines.finding(report)
    if finding:
        blocks.append(kit.rich_text(kit.line(kit.words(finding, 400))))
    for title, elements in (
        ("By category", levels.categories(report.categories)),
        ("By group", levels.categories(report.groups)),
        ("Beside IQS", levels.further(report)),
        ("Agents, by name", levels.people(report.agents, most)),
        ("Reviewers", _reviewers(report, most)),
        ("Most frequent root causes", levels.causes(report)),
    ):
        if elements:
            blocks.append(kit.rich_text(kit.line(kit.bold(title)), *elements))
    read = levels.quadrants(report)
    if read:
        blocks.append(kit.rich_text(*read))
    blocks += levels.examples(report)
    left_out = headlines.withheld(report)
    if left_out:
        blocks.append(kit.context(fit(left_out, 400)))
    note = "n is the number of reviews; the range holds with 95 %. Ranges that overlap are no order of merit."
    blocks.append(kit.context(kit.fixed(note)))
    return blocks


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
