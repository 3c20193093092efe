"""Reports as text for a terminal. Scores are 0–100, rounded half up to one decimal only here."""

from collections.abc import Callable, Sequence

from iqs import headlines, periods
from iqs.files.terminal import plain, table
from iqs.reports import CategoryFigure, PersonalReport, Point, Survey, TeamReport, Unit
from iqs.scoring import show, whole
from iqs.statistics import Change, Estimate

Report = TeamReport | PersonalReport

BARS = "▁▂▃▄▅▆▇█"
HEAD = ("Score", "95 % interval", "n")


def text(made: Report) -> str:
    """The report for a terminal: figures with n and 95 % interval, then the tables."""
    first, last = periods.dates(made.period, made.zone)
    lines = [f"{plain(made.name)} · {made.period.label} ({first} to {last})", "", *_top(made)]
    if any(point.estimate.n for point in made.trend):
        lines += ["", *_trends(made.trend)]
    lines += _figures("Category", made.categories)
    if isinstance(made, PersonalReport):
        named = [(word, told) for word, told in (("Strength", made.strength), ("Focus", made.focus)) if told]
        lines += ["", *(f"{word}: {plain(told)}" for word, told in named)] if named else []
        return "\n".join(lines) + "\n"
    lines += [*_figures("Group", made.groups), *_people(made), *_customers(made), *_causes(made)]
    left_out = headlines.withheld(made)
    lines += ["", plain(left_out)] if left_out else []
    return "\n".join(lines) + "\n"


def _top(made: Report) -> list[str]:
    if isinstance(made, TeamReport) and made.unpublished:
        return [plain(headlines.headline(made))]
    lines = [_sentence(made.iqs, made.change)]
    if made.rebased:
        lines.append(f"Not one series: {headlines.rebased(made.rebased)}")
    if isinstance(made, TeamReport):
        return lines + _beside(made)
    lines += _survey("CSAT", made.csat)
    if made.given is not None:
        lines.append(f"Reviews given: {_told(made.given)}")
    return lines


def _sentence(iqs: Estimate, change: Change | None) -> str:
    if iqs.mean is None:
        return "IQS –, no scored reviews"
    moved = _said(change)
    return f"IQS {_told(iqs)}; against the period before {moved}" if moved else f"IQS {_told(iqs)}"


def _told(figure: Estimate) -> str:
    score, interval, n = _cells(figure)
    return f"{score}, 95 % interval {interval}, n {n}" if interval else f"{score}, n {n}"


def _beside(made: TeamReport) -> list[str]:
    lines = []
    weighted = headlines.weighted(made)
    if weighted is not None:
        lines.append(_capital(weighted))
    if made.goal is not None:
        lines.append(_capital(headlines.goal(made.goal)))
    if made.pass_rate is not None:
        sure = (
            "" if made.pass_interval is None else f" ({'–'.join(show(end, 1) for end in made.pass_interval)})"
        )
        lines.append(f"Pass rate {show(made.pass_rate, 1)} %{sure}")
    if made.criticals is not None:
        lines.append(_capital(headlines.criticals(made.criticals)))
    picked = headlines.picked(made.picked)
    lines += [_capital(picked)] if picked else []
    lines += _survey("CSAT", Survey(made.csat, made.csat_n))
    lines += _survey("CES", made.ces)
    lines += [_capital(each) for each in headlines.times(made.times)]
    if made.progress is not None and made.progress.drawn:
        done = made.progress
        lines.append(f"Drawn {done.drawn}, reviewed {done.submitted}, skipped {done.skipped}")
    finding = headlines.finding(made)
    lines += [finding] if finding else []
    if made.unscored:
        lines.append(f"Without a score, as everything was N/A: {made.unscored}")
    if made.imported:
        lines.append(f"From imported history: {made.imported} of {made.iqs.n}")
    return lines


def _survey(name: str, told: Survey) -> list[str]:
    return [] if told.mean is None else [f"{name} {show(told.mean, 1)} % (n {told.n})"]


def _trends(points: Sequence[Point]) -> list[str]:
    """IQS and, where customers answered, CSAT below it on the same 0–100."""
    unit = "weeks" if points[0].unit is Unit.WEEK else "months"
    title = f"Trend, {len(points)} {unit}"
    lines = [_bars(title, points, lambda each: each.estimate.mean, lambda each: each.estimate.n)]
    if any(each.csat.n for each in points):
        csat = "CSAT".ljust(len(title))
        lines.append(_bars(csat, points, lambda each: each.csat.mean, lambda each: each.csat.n))
    changed = [each.label for each in points if each.rebased]
    if changed:
        lines.append(
            f"| the scorecard changed in {', '.join(changed)}: what is on its two sides is not one series"
        )
    return lines


def _bars(
    title: str,
    points: Sequence[Point],
    mean: Callable[[Point], float | None],
    n: Callable[[Point], int],
) -> str:
    """A bar a week on a fixed 0–100 axis, a dot where there was nothing, then the ends in numbers."""
    bars = "".join(("|" if each.rebased else "") + _bar(mean(each)) for each in points)
    known = [each for each in points if mean(each) is not None]
    ends = [known[0], known[-1]] if len(known) > 1 else known
    told = " … ".join(f"{each.label} {whole(mean(each) or 0)} % (n {n(each)})" for each in ends)
    return f"{title}  {bars}  {told}"


def _bar(mean: float | None) -> str:
    return "·" if mean is None else BARS[min(len(BARS) - 1, int(mean * len(BARS) / 100))]


def _figures(title: str, figures: Sequence[CategoryFigure]) -> list[str]:
    rows = [
        (
            each.name,
            *_cells(each.estimate),
            "its scale changed" if each.rescaled else _said(each.change),
        )
        for each in figures
    ]
    return ["", *_table(rows, (title, *HEAD, "Change"))] if rows else []


def _people(made: TeamReport) -> list[str]:
    """Agents with what they gave, if they review too; reviewers with how far they are. By name, never by rank."""
    lines: list[str] = []
    agents = [
        (
            each.name,
            *_cells(each.estimate),
            "" if each.csat.mean is None else f"{show(each.csat.mean, 1)} % (n {each.csat.n})",
            "" if each.given is None else f"{show(each.given.mean or 0, 1)} % (n {each.given.n})",
            _said(each.change),
        )
        for each in made.agents
    ]
    lines += ["", *_table(agents, ("Agent", *HEAD, "CSAT", "Gave", "Change"))] if agents else []
    done = made.progress.by_reviewer if made.progress is not None else {}
    reviewers = [
        (
            each.name,
            *_cells(each.estimate),
            "{} of {}".format(*done[each.name]) if each.name in done else "",
            _said(each.change),
        )
        for each in made.reviewers
    ]
    head = ("Reviewer (scores given)", *HEAD, "Done", "Change")
    lines += ["", *_table(reviewers, head)] if reviewers else []
    return lines


def _customers(made: TeamReport) -> list[str]:
    """CSAT beside IQS: the four quadrants, and the reviews that are worth reading."""
    pairs = made.pairs
    if pairs is None:
        return []
    both = f"CSAT {show(pairs.csat, 1)} %, IQS {show(pairs.iqs, 1)} %"
    lines = ["", f"CSAT beside IQS, reviewed conversations with an answer: {pairs.n}, {both}"]
    for each in pairs.quadrants:
        lines.append(f"{each.count:>5} × {headlines.quadrant(each)}")
        lines += [
            f"        review {one.review_id}: scored {show(one.percent, 1)} %, CSAT {show(one.csat, 1)} %"
            f"{', ' + plain(one.subject) if one.subject else ''}"
            for one in each.examples
            if each.happy != each.good
        ]
    return lines


def _causes(made: TeamReport) -> list[str]:
    if not made.causes:
        return []
    lines = ["", "Most frequent root causes (share of all, with those above)"]
    for each in made.causes:
        so_far = (
            "" if each.cumulative is None else f"  {whole(each.share or 0)} %, {whole(each.cumulative)} %"
        )
        lines.append(f"{each.count:>5} × {plain(each.cause)} ({plain(each.category)}){so_far}")
    return lines


def _table(rows: Sequence[Sequence[str]], head: Sequence[str]) -> list[str]:
    """Columns under a head: first and last to the left, numbers to the right; empty ones are left out."""
    kept = [place for place in range(len(head)) if place <= len(HEAD) or any(row[place] for row in rows)]
    return table(
        [[row[place] for place in kept] for row in rows],
        [head[place] for place in kept],
        right=range(1, len(HEAD) + 1),
    )


def _cells(estimate: Estimate) -> tuple[str, str, str]:
    if estimate.mean is None:
        return "–", "", str(estimate.n)
    interval = (
        ""
        if estimate.low is None or estimate.high is None
        else f"{show(estimate.low, 1)}–{show(estimate.high, 1)}"
    )
    return f"{show(estimate.mean, 1)} %", interval, str(estimate.n)


def _said(change: Change | None) -> str:
    """A change with its word: "-9.2 lower"."""
    if change is None or change.points is None:
        return ""
    sign = "+" if change.points > 0 else ""
    return f"{sign}{show(change.points, 1)} {change.word}"


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]
