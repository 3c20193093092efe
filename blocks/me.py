"""`/iqs me`: one's own quality, seen by nobody else."""

from blocks import figures, kit, levels
from blocks.kit import Block, Element, Message
from iqs import headlines
from iqs.reports import PersonalReport
from iqs.statistics import Estimate

NOTHING = (
    "Your quality score: there is none yet, as nobody has reviewed your conversations. Only you see this."
)


def message(report: PersonalReport) -> Message:
    """The ephemeral answer. Its top-level text holds figures: it reaches screen readers, no lock screen."""
    if not report.iqs.n and not report.recent and report.given is None and report.csat.mean is None:
        return kit.message(NOTHING, [kit.section(NOTHING)])
    report = headlines.judged(report)
    figure = figures.estimate(report.iqs)
    text = f"Your quality score, {report.period.label}: {figure}. {figures.trend_words(report.trend)}"
    blocks: list[Block | None] = [kit.header("Your quality score"), kit.rich_text(*summary(report))]
    listed = levels.categories(report.categories)
    if listed:
        blocks.append(kit.rich_text(kit.line(kit.bold("By category")), *listed))
    if report.recent:
        blocks += [kit.rich_text(kit.line(kit.bold("Your latest reviews"))), *levels.recent(report.recent)]
    blocks.append(
        kit.context(kit.fixed("Only you see this. n is the number of reviews; the range holds with 95 %."))
    )
    return kit.message(text, blocks)


def given(figure: Estimate) -> str:
    """How many reviews somebody gave, and their mean once it may be judged."""
    if figure.mean is None or not figure.enough:
        return str(figure.n)
    return f"{figure.n}, {figures.percent(figure.mean)} on average"


def summary(report: PersonalReport, *, own: bool = True) -> list[Element]:
    """IQS with its interval, the change, the trend, one strength and one thing to work on; `own`: told to themself."""
    lines = [
        kit.line(
            kit.words(f"{report.period.label[:1].upper()}{report.period.label[1:]}: ", 60),
            kit.bold(figures.estimate(report.iqs)),
            f" · {figures.change(report.change)}",
        )
    ]
    if report.rebased:
        told = f"{headlines.rebased(report.rebased)}: what is compared was not rated alike."
        lines.append(kit.line(kit.italic(told[:1].upper() + told[1:])))
    if report.csat.mean is not None:
        answers = f"{figures.percent(report.csat.mean)} (n = {report.csat.n})"
        lines.append(kit.line(kit.bold(f"CSAT of {'your' if own else 'their'} conversations: "), answers))
    if report.given is not None:
        lines.append(kit.line(kit.bold(f"Reviews {'you' if own else 'they'} gave: "), given(report.given)))
    lines += levels.trend(report.trend)
    if report.strength:
        lines.append(kit.line(kit.bold("Strength: "), kit.words(figures.kept(report.strength), 300)))
    if report.next_step or report.focus:
        lines.append(
            kit.line(
                kit.bold("Work on next: "),
                kit.words(figures.kept(report.next_step or report.focus or ""), 400),
            )
        )
    return lines
