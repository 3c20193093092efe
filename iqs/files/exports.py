"""Reports as text for a terminal, as JSON for programs and as CSV for spreadsheets.

Scores are 0–100, rounded half up to two decimals only here. CSV text can never become a formula.
"""

import csv
import io
import json
from collections.abc import Callable, Sequence
from typing import Any
from unicodedata import normalize

from iqs import periods
from iqs.errors import Invalid
from iqs.files.terminal import plain, table
from iqs.reports import PersonalReport, TeamReport
from iqs.scoring import show, whole
from iqs.statistics import Change, Estimate

Report = TeamReport | PersonalReport

BARS = "▁▂▃▄▅▆▇█"
FORMULA = "=+-@\t\r\n"
CSV_COLUMNS = (
    "level", "name", "score", "n", "low", "high", "change", "change_low", "change_high", "word", "from", "to",
)  # fmt: skip


def report(made: Report, form: str) -> str:
    """The report in "text", "json" or "csv"; Invalid for another form."""
    forms: dict[str, Callable[[Report], str]] = {"text": text, "json": as_json, "csv": as_csv}
    if form not in forms:
        raise Invalid(f"A report can be written as {', '.join(forms)}; not as “{form}”.")
    return forms[form](made)


def as_json(made: Report) -> str:
    """One object: period, team (or agent), categories, agents, reviewers; null where nothing is known."""
    first, last = _dates(made)
    subject: dict[str, Any] = {
        "name": _name(made),
        "iqs": _number(made.iqs.mean),
        "n": made.iqs.n,
        "low": _number(made.iqs.low),
        "high": _number(made.iqs.high),
        "change": _change(made.change),
    }
    body: dict[str, Any] = {"period": {"from": first, "to": last, "label": made.period.label}}
    categories = [
        {
            "key": each.key,
            "name": each.name,
            **_figure(each.estimate, "score"),
            "change": _change(each.change),
        }
        for each in made.categories
    ]
    trend = [
        {"week": each.label, "from": str(each.start), **_figure(each.estimate, "iqs")} for each in made.trend
    ]
    if isinstance(made, PersonalReport):
        return dump({**body, "agent": subject, "categories": categories, "trend": trend})
    subject |= {
        "pass_rate": _number(made.pass_rate),
        "csat": _number(made.csat),
        "csat_n": made.csat_n,
        "unscored": made.unscored,
        "imported": made.imported,
        "skip_share": _number(made.skip_share),
    }
    people = {
        level: [
            {"name": each.name, **_figure(each.estimate, "iqs"), "change": _change(each.change)}
            for each in persons
        ]
        for level, persons in (("agents", made.agents), ("reviewers", made.reviewers))
    }
    causes = [{"category": each.category, "cause": each.cause, "count": each.count} for each in made.causes]
    return dump(
        {**body, "team": subject, "categories": categories, **people, "trend": trend, "causes": causes}
    )


def as_csv(made: Report) -> str:
    """One row a figure: team or agent, categories, agents, reviewers, weeks; empty where nothing is known."""
    span = _dates(made)
    subject = "agent" if isinstance(made, PersonalReport) else "team"
    rows: list[Sequence[str]] = [_row(subject, _name(made), made.iqs, made.change, span)]
    rows += [_row("category", each.name, each.estimate, each.change, span) for each in made.categories]
    if isinstance(made, TeamReport):
        rows += [_row("agent", each.name, each.estimate, each.change, span) for each in made.agents]
        rows += [_row("reviewer", each.name, each.estimate, each.change, span) for each in made.reviewers]
    for point in made.trend:
        rows.append(
            _row(
                "week",
                point.label,
                point.estimate,
                None,
                (str(point.start), str(point.start + 6 * periods.DAY)),
            )
        )
    written = io.StringIO()
    writer = csv.writer(written, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerows([CSV_COLUMNS, *rows])
    return written.getvalue()


def harmless(cell: str) -> str:
    """Text that no spreadsheet takes for a formula: an apostrophe before = + - @ and their full-width twins.

    Also where such a sign stands behind blanks, tabs or line ends, which spreadsheets skip.
    """
    start = normalize("NFKC", cell)
    dangerous = start[:1] in FORMULA or start.lstrip()[:1] in FORMULA
    return f"'{cell}" if start and dangerous else cell


def text(made: Report) -> str:
    """The report for a terminal: figures with n and 95 % interval, then the tables."""
    first, last = _dates(made)
    lines = [f"{plain(_name(made))} · {made.period.label} ({first} to {last})", ""]
    lines.append(_sentence(made.iqs, made.change))
    lines += _beside(made) if isinstance(made, TeamReport) else []
    if any(point.estimate.n for point in made.trend):
        lines += ["", *_trend(made)]
    if made.categories:
        rows = [(each.name, *_cells(each.estimate), _said(each.change)) for each in made.categories]
        lines += ["", *_table(rows, ("Category", *HEAD, "Change"))]
    if isinstance(made, PersonalReport):
        named = [(word, told) for word, told in (("Strength", made.strength), ("Focus", made.focus)) if told]
        lines += ["", *(f"{word}: {plain(told)}" for word, told in named)] if named else []
        return "\n".join(lines) + "\n"
    for title, persons in (("Agent", made.agents), ("Reviewer (scores given)", made.reviewers)):
        rows = [(each.name, *_cells(each.estimate), _said(each.change)) for each in persons]
        lines += ["", *_table(rows, (title, *HEAD, "Change"))] if rows else []
    if made.causes:
        lines += ["", "Most frequent root causes"]
        lines += [f"{each.count:>5} × {plain(each.cause)} ({plain(each.category)})" for each in made.causes]
    return "\n".join(lines) + "\n"


HEAD = ("Score", "95 % interval", "n")


def _sentence(iqs: Estimate, change: Change | None) -> str:
    if iqs.mean is None:
        return "IQS –, no scored reviews"
    score, interval, n = _cells(iqs)
    told = f"IQS {score}, 95 % interval {interval}, n {n}" if interval else f"IQS {score}, n {n}"
    moved = _said(change)
    return f"{told}; against the period before {moved}" if moved else told


def _beside(made: TeamReport) -> list[str]:
    lines = []
    if made.pass_rate is not None:
        lines.append(f"Pass rate {show(made.pass_rate, 1)} %")
    if made.csat is not None:
        lines.append(f"CSAT {show(made.csat, 1)} % (n {made.csat_n})")
    if made.progress is not None and made.progress.drawn:
        done = made.progress
        lines.append(f"Drawn {done.drawn}, reviewed {done.submitted}, skipped {done.skipped}")
    if made.unscored:
        lines.append(f"Without a score, as everything was N/A: {made.unscored}")
    if made.imported:
        lines.append(f"From imported history: {made.imported} of {made.iqs.n}")
    return lines


def _trend(made: Report) -> list[str]:
    """A bar a week on a fixed 0–100 axis, a dot where there was nothing, then the ends in numbers."""
    bars = "".join(
        "·"
        if each.estimate.mean is None
        else BARS[min(len(BARS) - 1, int(each.estimate.mean * len(BARS) / 100))]
        for each in made.trend
    )
    known = [each for each in made.trend if each.estimate.mean is not None]
    ends = [known[0], known[-1]] if len(known) > 1 else known
    told = " … ".join(
        f"{each.label} {whole(each.estimate.mean or 0)} % (n {each.estimate.n})" for each in ends
    )
    return [f"Trend, {len(made.trend)} weeks  {bars}  {told}"]


def _table(rows: Sequence[Sequence[str]], head: Sequence[str]) -> list[str]:
    """Columns under a head: first and last to the left, numbers to the right; an empty last one is left out."""
    if not any(row[-1] for row in rows):
        rows, head = [row[:-1] for row in rows], head[:-1]
    return table(rows, head, right=range(1, len(HEAD) + 1))


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


def _row(
    level: str, name: str, estimate: Estimate, change: Change | None, span: tuple[str, str]
) -> list[str]:
    moved = (None, None, None) if change is None else (change.points, change.low, change.high)
    return [
        level,
        harmless(name),
        _digits(estimate.mean),
        str(estimate.n),
        _digits(estimate.low),
        _digits(estimate.high),
        *map(_digits, moved),
        "" if change is None else str(change.word),
        *span,
    ]


def _figure(estimate: Estimate, called: str) -> dict[str, Any]:
    return {
        called: _number(estimate.mean),
        "n": estimate.n,
        "low": _number(estimate.low),
        "high": _number(estimate.high),
    }


def _change(change: Change | None) -> dict[str, Any] | None:
    if change is None:
        return None
    return {
        "points": _number(change.points),
        "low": _number(change.low),
        "high": _number(change.high),
        "word": str(change.word),
    }


def _name(made: Report) -> str:
    return made.person.name if isinstance(made, PersonalReport) else made.team.name


def _dates(made: Report) -> tuple[str, str]:
    zone = made.zone if isinstance(made, PersonalReport) else made.team.timezone
    first, last = periods.dates(made.period, zone)
    return str(first), str(last)


def _number(value: float | None) -> float | None:
    return None if value is None else float(show(value))


def _digits(value: float | None) -> str:
    return "" if value is None else show(value)


def dump(body: dict[str, Any]) -> str:
    """JSON for people and programs: indented, letters as they are."""
    return json.dumps(body, ensure_ascii=False, indent=2) + "\n"
