"""`/iqs team`: a lead's view of the team at its three levels."""

from blocks import figures, kit, levels
from blocks.kit import Block, Element, Message
from iqs.reports import TeamReport


def message(report: TeamReport) -> Message:
    """The ephemeral answer; people stand by name, never by rank."""
    text = f"Your team's IQS, {report.period.label}: {figures.estimate(report.iqs)}."
    blocks: list[Block | None] = [
        kit.header(f"{report.team.name}: {report.period.label}"),
        kit.rich_text(*levels.headline(report), *levels.trend(report.trend)),
    ]
    for title, elements in (
        ("By category", levels.categories(report.categories)),
        ("Agents, by name", levels.people(report.agents)),
        ("Reviewers", _reviewers(report)),
        ("Most frequent root causes", _causes(report)),
    ):
        if elements:
            blocks.append(kit.rich_text(kit.line(kit.bold(title)), *elements))
    note = "n is the number of reviews; the range holds with 95 %. Ranges that overlap are no order of merit."
    blocks.append(kit.context(kit.fixed(note)))
    return kit.message(text, blocks)


def _reviewers(report: TeamReport) -> list[Element]:
    progress = report.progress.by_reviewer if report.progress is not None else {}
    lines = [
        kit.line(kit.bold(name, 60), f": {done} of {drawn} done")
        for name, (done, drawn) in sorted(progress.items(), key=lambda each: each[0].casefold())[
            : levels.PEOPLE
        ]
    ]
    return [kit.bullets(lines)] if lines else []


def _causes(report: TeamReport) -> list[Element]:
    lines = [
        kit.line(
            kit.words(f"{each.cause} ", 60),
            kit.words(f"({each.category})", 60),
            f": {figures.count(each.count, 'time')}",
        )
        for each in report.causes[: levels.WORST]
    ]
    return [kit.bullets(lines)] if lines else []
