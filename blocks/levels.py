"""IQS at its levels, line by line: what the personal, the team's and the Home view share."""

from collections.abc import Callable, Sequence

from blocks import figures, kit
from blocks.ids import ActionId
from blocks.kit import Block, Element
from blocks.text import fit, masked
from iqs import headlines
from iqs.reports import (
    CategoryFigure,
    CauseFigure,
    PersonFigure,
    Point,
    Quadrant,
    ReviewLine,
    TeamReport,
)
from iqs.statistics import Word

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
    if figure.rescaled:
        return ", its scale changed"
    enough = figure.change is not None and figure.estimate.enough
    return f", {figures.change(figure.change)}" if enough else ""


def moved(figures_: Sequence[CategoryFigure]) -> list[Element]:
    """The categories that fell and those that rose, each with how far; nothing without any."""
    lines = []
    for title, word in (("Fell: ", Word.LOWER), ("Rose: ", Word.HIGHER)):
        told = [
            f"{fit(each.name, 60)} {figures.points(each.change.points)}, to {figures.percent(each.estimate.mean or 0)}"
            for each in figures_[:CATEGORIES]
            if each.change is not None and each.change.points is not None and not each.rescaled
            if each.change.word is word
        ]
        if told:
            lines.append(kit.line(kit.bold(title), kit.words("; ".join(told), 400)))
    return lines


def fitting(draw: Callable[[int], list[Block | None]]) -> list[Block | None]:
    """What `draw` makes with as many people to a list as a message can hold, PEOPLE at most."""
    for most in (PEOPLE, 25, 15, 8):
        blocks = draw(most)
        if kit.text_weight([each for each in blocks if each is not None]) <= kit.MESSAGE_TEXT:
            return blocks
    return draw(0)


def people(figures_: Sequence[PersonFigure], most: int = PEOPLE) -> list[Element]:
    """One bullet a person, by name: this is no ranking."""
    ordered = sorted(figures_, key=lambda each: each.name.casefold())
    lines = [
        kit.line(kit.bold(each.name, 60), f": {figures.estimate(each.estimate)}{_person(each)}")
        for each in ordered[:most]
    ]
    if len(ordered) > most:
        lines.append(kit.line(f"and {len(ordered) - most} more: see iqs report"))
    return [kit.bullets(lines)] if lines else []


def _person(figure: PersonFigure) -> str:
    csat = (
        f", CSAT {figures.percent(figure.csat.mean)} (n = {figure.csat.n})"
        if figure.csat.mean is not None
        else ""
    )
    if figure.given is None or figure.given.mean is None:
        return csat
    given = (
        f"{figures.percent(figure.given.mean)} on average" if figure.given.enough else "too few for a mean"
    )
    return f"{csat}; gave {figures.count(figure.given.n, 'review')}, {given}"


def quadrants(report: TeamReport) -> list[Element]:
    """How many conversations had a happy or unhappy customer, and good or poor work."""
    if report.pairs is None:
        return []
    pairs = report.pairs
    both = f"CSAT {figures.percent(pairs.csat)}, IQS {figures.percent(pairs.iqs)} (n = {pairs.n} with both)"
    counted = [kit.line(f"{each.count} × {headlines.quadrant(each)}") for each in pairs.quadrants]
    return [kit.line(kit.bold("CSAT beside IQS: "), both), kit.bullets(counted)]


def examples(report: TeamReport, most: int = RECENT) -> list[Block]:
    """The reviews in which customer and reviewer disagree, `most` of each kind, each with a button that opens it."""
    disagree = [each for each in (report.pairs.quadrants if report.pairs else ()) if each.happy != each.good]
    return [_example(each, place) for each in disagree for place in range(len(each.examples[:most]))]


def _example(quadrant: Quadrant, place: int) -> Block:
    one = quadrant.examples[place]
    subject = fit(masked(one.subject), 80) if one.subject and one.subject.strip() else "Conversation"
    told = f"{headlines.quadrant(quadrant).capitalize()}: {subject}"
    score = f"scored {figures.percent(one.percent)}, CSAT {figures.percent(one.csat)}"
    button = kit.button("Open", ActionId.FEEDBACK_OPEN, one.review_id, label=f"Open the review: {score}")
    return kit.section(f"{told} · {score}", accessory=button)


def trend(points: Sequence[Point]) -> list[Element]:
    """The trend as bars of text and in words; nothing where nothing was reviewed, or may be shown."""
    if not any(each.estimate.n for each in points):
        return []
    bars = figures.spark(points)
    words = figures.trend_words(points)
    span = f"{points[0].label}–{points[-1].label}"
    shown = [f"{bars} {span}: {words}."] if bars else [words]
    changed = [each.label for each in points if each.rebased]
    if changed:
        shown.append(f" The scorecard changed in {', '.join(changed)}: before and after are not one series.")
    return [kit.line(kit.bold("Trend: "), *shown)]


def recent(lines: Sequence[ReviewLine]) -> list[Block]:
    """The latest reviews, each with a button that opens it."""
    blocks = []
    for each in lines[:RECENT]:
        score = "no score" if each.percent is None else figures.percent(each.percent)
        subject = fit(masked(each.subject), 80) if each.subject and each.subject.strip() else "Conversation"
        state = "" if each.acknowledged else " · new"
        told = f"{score} · {subject} · {figures.origin(each)}{state}"
        button = kit.button("Open", ActionId.FEEDBACK_OPEN, each.review_id, label=f"Open the review: {score}")
        blocks.append(kit.section(told, accessory=button))
    return blocks


def headline(report: TeamReport) -> list[Element]:
    """A team's IQS, its change, what stands beside it, and how far the reviewers are."""
    if report.unpublished:
        return [kit.line(kit.words(headlines.headline(report), 400)), *beside(report)]
    first = kit.line(kit.bold(f"IQS {figures.estimate(report.iqs)}"), f" · {figures.change(report.change)}")
    return [first, *changed(report), *beside(report)]


def changed(report: TeamReport) -> list[Element]:
    """That the figures of the two periods are not one series, where the scorecard changed."""
    if not report.rebased:
        return []
    told = f"{headlines.rebased(report.rebased)}: what is compared was not rated alike."
    return [kit.line(kit.italic(told[:1].upper() + told[1:]))]


def beside(report: TeamReport) -> list[Element]:
    """One line of goal, pass rate, CSAT and progress, as far as there is something to say."""
    told = []
    if report.goal is not None:
        told.append(figures.kept(headlines.goal(report.goal)))
    if report.pass_rate is not None:
        told.append(f"pass rate {figures.percent(report.pass_rate)}")
    if report.csat is not None:
        told.append(f"CSAT {figures.percent(report.csat)} (n = {report.csat_n})")
    done = figures.progress(report.progress)
    if done is not None:
        told.append(done)
    text = " · ".join(told)
    return [kit.line(text[:1].upper() + text[1:])] if text else []


def further(report: TeamReport) -> list[Element]:
    """One bullet each of what needs more words (`further_words`)."""
    lines = [kit.line(each[:1].upper() + each[1:]) for each in further_words(report)]
    return [kit.bullets(lines)] if lines else []


def further_words(report: TeamReport) -> list[str]:
    """What stands beside IQS and needs more words: pass rate's interval, critical failures, picks, effort, times."""
    told = []
    if report.pass_interval is not None and report.pass_rate is not None:
        low, high = (figures.percent(each) for each in report.pass_interval)
        told.append(f"pass rate {figures.percent(report.pass_rate)} (range {low} to {high})")
    if report.criticals is not None:
        told.append(figures.kept(headlines.criticals(report.criticals)))
    picked = headlines.picked(report.picked)
    if picked is not None:
        told.append(figures.kept(picked))
    if report.ces.mean is not None:
        told.append(f"CES {figures.percent(report.ces.mean)} (n = {report.ces.n}; 100 % is very easy)")
    return told + headlines.times(report.times)


def causes(report: TeamReport, most: int = WORST) -> list[Element]:
    """The most frequent root causes, with the share of all that they make together (Pareto)."""
    lines = [
        kit.line(
            kit.words(f"{each.cause} ", 60),
            kit.words(f"({each.category})", 60),
            f": {figures.count(each.count, 'time')}{_share(each)}",
        )
        for each in report.causes[:most]
    ]
    return [kit.bullets(lines)] if lines else []


def _share(cause: CauseFigure) -> str:
    if cause.share is None or cause.cumulative is None:
        return ""
    together = (
        f", with those above {figures.percent(cause.cumulative)}" if cause.cumulative > cause.share else ""
    )
    return f" ({figures.percent(cause.share)}{together})"
