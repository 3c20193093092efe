"""A fall or a recovery of a score, told to a lead: what, since when, and the reviews behind it."""

from blocks import figures, kit
from blocks.ids import ActionId
from blocks.kit import Block, Message
from blocks.text import fit, masked
from iqs.falls import Turn
from iqs.reports import ShiftReport

HOW = (
    "Told by a CUSUM over the quarter before: a team that does not change gets about one false alarm in two quarters. "
    "It is told once; the recovery is told too."
)


def message(report: ShiftReport) -> Message:
    """The message; the lowest reviews can be opened from it."""
    what = fit(report.category, 60) if report.category else "IQS"
    moved = "has fallen" if report.turn is Turn.FALL else "is back"
    text = f"{report.team.name}: {what} {moved}, {figures.percent(report.mean)} after {figures.percent(report.usual)}."
    since = kit.line(
        kit.bold(f"{figures.percent(report.mean)}", 20),
        f" over the last {figures.count(report.n, 'review')} since ",
        kit.date(report.began_at),
        f"; before that, {figures.percent(report.usual)} was usual.",
    )
    blocks: list[Block | None] = [
        kit.header(f"{report.team.name}: {what} {moved}"),
        kit.rich_text(since, kit.line(_advice(report))),
    ]
    if report.turn is Turn.FALL:
        blocks += [_review(each.review_id, each.subject, each.percent) for each in report.reviews]
    blocks.append(kit.context(kit.fixed(HOW)))
    return kit.message(text, blocks)


def _advice(report: ShiftReport) -> str:
    if report.turn is Turn.RECOVERY:
        return "Nothing to do: whatever you changed, it holds."
    return "Read the lowest of these reviews first: do they share a cause?"


def _review(review_id: int, subject: str | None, percent: float) -> Block:
    named = fit(masked(subject), 80) if subject and subject.strip() else "Conversation"
    label = f"Open the review: {figures.percent(percent)}"
    button = kit.button("Open", ActionId.FEEDBACK_OPEN, review_id, label=label)
    return kit.section(f"{figures.percent(percent)} · {named}", accessory=button)
