"""`/iqs agent`: one person's work, for themself and those who may see persons of the team."""

from blocks import figures, kit, levels, me
from blocks.ids import ActionId
from blocks.kit import Block, Message
from blocks.text import fit, masked
from iqs import headlines
from iqs.reports import PersonalReport, ReviewLine

RECENT = 5


def message(
    report: PersonalReport, *, team: str | None, also: tuple[str, ...] = (), reads: bool = True
) -> Message:
    """The ephemeral answer; without `reads` no words of a conversation are shown, only scores and numbers."""
    report = headlines.judged(report)
    name = fit(report.person.name, 80)
    where = f", {fit(team, 60)}" if team else ""
    text = f"{name}{where}, {report.period.label}: {figures.estimate(report.iqs)}."
    blocks: list[Block | None] = [
        kit.header(f"{name}{where}"),
        kit.rich_text(*me.summary(report, own=False)),
    ]
    listed = levels.categories(report.categories)
    if listed and report.iqs.n:
        blocks.append(kit.rich_text(kit.line(kit.bold("By category")), *listed))
    if report.recent:
        blocks.append(kit.rich_text(kit.line(kit.bold("Latest reviews"))))
        blocks += [_review(each, reads=reads) for each in report.recent[:RECENT]]
    if also:
        others = ", ".join(f"“{fit(each, 60)}”" for each in also)
        blocks.append(kit.context(f"Figures of one team. Also in: {others}; name the team to see them."))
    note = "n is the number of reviews; the range holds with 95 %. Only you see this answer."
    return kit.message(text, [*blocks, kit.context(kit.fixed(note))])


def nothing(report: PersonalReport, team: str | None) -> Message:
    """For somebody who was never reviewed: one sentence."""
    where = f" in {fit(team, 60)}" if team else ""
    told = f"{fit(report.person.name, 80)} has no reviews{where} yet."
    return kit.message(told, [kit.section(told)])


def _review(line: ReviewLine, *, reads: bool) -> Block:
    score = "no score" if line.percent is None else figures.percent(line.percent)
    words = (
        masked(line.subject)
        if reads and line.subject and line.subject.strip()
        else f"Review {line.review_id}"
    )
    told = f"{score} · {fit(words, 80)} · {figures.origin(line)}"
    button = kit.button(
        "How was this scored?",
        ActionId.FEEDBACK_EXPLAIN,
        line.review_id,
        label=f"How review {line.review_id} was scored",
    )
    return kit.section(told, accessory=button)
