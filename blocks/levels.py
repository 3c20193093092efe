"""IQS at its levels, line by line: what the personal, the team's and the Home view share."""

from collections.abc import Sequence

from blocks import figures, kit
from blocks.ids import ActionId
from blocks.kit import Block, Element
from blocks.text import fit, masked
from iqs.reports import CategoryFigure, PersonFigure, Point, ReviewLine, TeamReport

CATEGORIES = 20
PEOPLE = 40
RECENT = 5
WORST = 5


def categories(figures_: Sequence[CategoryFigure]) -> list[Element]:
    """One bullet a category: "Tone: 93 % (88–97, n = 24), up 4 points"."""
    lines = [
        kit.line(kit.bold(each.name, 60), f": {figures.estimate(each.estimate)}{_moved(each)}")
        for each in figures_[:CATEGORIES]
    ]
    return [kit.bullets(lines)] if lines else []


def _moved(figure: CategoryFigure) -> str:
    enough = figure.change is not None and figure.estimate.enough
    return f", {figures.change(figure.change)}" if enough else ""


def people(figures_: Sequence[PersonFigure]) -> list[Element]:
    """One bullet a person, by name: this is no ranking."""
    ordered = sorted(figures_, key=lambda each: each.name.casefold())
    lines = [
        kit.line(kit.bold(each.name, 60), f": {figures.estimate(each.estimate)}") for each in ordered[:PEOPLE]
    ]
    if len(ordered) > PEOPLE:
        lines.append(kit.line(f"and {len(ordered) - PEOPLE} more: see iqs report"))
    return [kit.bullets(lines)] if lines else []


def trend(points: Sequence[Point]) -> list[Element]:
    """The trend as bars of text and in words; nothing without any week."""
    if not points:
        return []
    bars = figures.spark(points)
    words = figures.trend_words(points)
    span = f"{points[0].label}–{points[-1].label}"
    shown = [f"{bars} {span}: {words}."] if bars else [words]
    return [kit.line(kit.bold("Trend: "), *shown)]


def recent(lines: Sequence[ReviewLine]) -> list[Block]:
    """The latest reviews, each with a button that opens it."""
    blocks = []
    for each in lines[:RECENT]:
        score = "no score" if each.percent is None else figures.percent(each.percent)
        subject = fit(masked(each.subject), 80) if each.subject and each.subject.strip() else "Conversation"
        state = "" if each.acknowledged else " · new"
        told = f"{score} · {subject} · {figures.KINDS[each.kind]}{state}"
        button = kit.button("Open", ActionId.FEEDBACK_OPEN, each.review_id, label=f"Open the review: {score}")
        blocks.append(kit.section(told, accessory=button))
    return blocks


def headline(report: TeamReport) -> list[Element]:
    """A team's IQS, its change, what stands beside it, and how far the reviewers are."""
    first = kit.line(kit.bold(f"IQS {figures.estimate(report.iqs)}"), f" · {figures.change(report.change)}")
    return [first, *beside(report)]


def beside(report: TeamReport) -> list[Element]:
    """One line of pass rate, CSAT and progress, as far as there is something to say."""
    told = []
    if report.pass_rate is not None:
        told.append(f"pass rate {figures.percent(report.pass_rate)}")
    if report.csat is not None:
        told.append(f"CSAT {figures.percent(report.csat)} (n = {report.csat_n})")
    done = figures.progress(report.progress)
    if done is not None:
        told.append(done)
    text = " · ".join(told)
    return [kit.line(text[:1].upper() + text[1:])] if text else []
