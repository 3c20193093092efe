"""Reports as JSON for programs and as CSV for spreadsheets; as text: `iqs.files.printed`.

Scores are 0–100, rounded half up to two decimals only here. CSV text can never become a formula.
"""

import csv
import io
import json
from typing import Any
from unicodedata import normalize

from iqs import headlines, periods
from iqs.errors import Invalid
from iqs.files.printed import text
from iqs.reports import CategoryFigure, PersonalReport, Survey, TeamReport
from iqs.scoring import show
from iqs.statistics import Change, Estimate

Report = TeamReport | PersonalReport

FORMULA = "=+-@\t\r\n"
CSV_COLUMNS = (
    "level", "name", "score", "n", "low", "high", "change", "change_low", "change_high", "word", "from", "to",
    "seconds", "note",
)  # fmt: skip


def report(made: Report, form: str) -> str:
    """The report in "text", "json" or "csv" (xlsx: `iqs.files.workbooks`); Invalid for another form."""
    forms = {"text": text, "json": as_json, "csv": as_csv}
    if form not in forms:
        raise Invalid(f"A report can be written as {', '.join(forms)} or xlsx; not as “{form}”.")
    return forms[form](made)


def as_json(made: Report) -> str:
    """One object: period, team (or agent), categories, agents, reviewers; null where nothing is known."""
    first, last = _dates(made)
    subject: dict[str, Any] = {
        "name": made.name,
        "iqs": _number(made.iqs.mean),
        "n": made.iqs.n,
        "low": _number(made.iqs.low),
        "high": _number(made.iqs.high),
        "change": _change(made.change),
        "scorecard_changed": [str(each) for each in made.rebased],
    }
    body: dict[str, Any] = {"period": {"from": first, "to": last, "label": made.period.label}}
    categories = [_category(each) for each in made.categories]
    trend = [
        {
            str(each.unit): each.label,
            "from": str(each.start),
            **_figure(each.estimate, "iqs"),
            "csat": _number(each.csat.mean),
            "csat_n": each.csat.n,
            "scorecard_changed": each.rebased,
            "withheld": each.withheld,
        }
        for each in made.trend
    ]
    if isinstance(made, PersonalReport):
        subject |= {
            "given": None if made.given is None else _figure(made.given, "mean"),
            "csat": _number(made.csat.mean),
            "csat_n": made.csat.n,
        }
        return dump({**body, "agent": subject, "categories": categories, "trend": trend})
    subject |= {
        "weighted": None if made.weighted is None else _figure(made.weighted, "mean"),
        "pass_rate": _number(made.pass_rate),
        "csat": _number(made.csat),
        "csat_n": made.csat_n,
        "unscored": made.unscored,
        "imported": made.imported,
        "targeted": {"n": made.picked.n, "mean": _number(made.picked.mean)},
        "skip_share": _number(made.skip_share),
        **_further(made),
    }
    people = {
        level: [
            {
                "name": each.name,
                **_figure(each.estimate, "iqs"),
                "change": _change(each.change),
                "given": None if each.given is None else _figure(each.given, "mean"),
                "csat": _number(each.csat.mean),
                "csat_n": each.csat.n,
            }
            for each in persons
        ]
        for level, persons in (("agents", made.agents), ("reviewers", made.reviewers))
    }
    causes = [
        {
            "category": each.category,
            "cause": each.cause,
            "count": each.count,
            "share": _number(each.share),
            "cumulative": _number(each.cumulative),
        }
        for each in made.causes
    ]
    return dump(
        {
            **body,
            "team": subject,
            "categories": categories,
            "groups": [_category(each) for each in made.groups],
            **people,
            "trend": trend,
            "causes": causes,
            "customers": _customers(made),
            "progress": _progress(made),
        }
    )


def _further(made: TeamReport) -> dict[str, Any]:
    goal, found = made.goal, made.criticals
    low, high = made.pass_interval or (None, None)
    return {
        "pass_low": _number(low),
        "pass_high": _number(high),
        "goal": None if goal is None else {"percent": goal.mark, "verdict": str(goal.verdict)},
        "criticals": None
        if found is None
        else {
            "failed": found.failed,
            "n": found.n,
            "low": _number(found.low),
            "high": _number(found.high),
        },
        "ces": _number(made.ces.mean),
        "ces_n": made.ces.n,
        "withheld": list(made.withheld),
    }


def _category(each: CategoryFigure) -> dict[str, Any]:
    return {
        "key": each.key,
        "name": each.name,
        **_figure(each.estimate, "score"),
        "change": _change(each.change),
        "scale_changed": each.rescaled,
    }


def _customers(made: TeamReport) -> dict[str, Any]:
    """CSAT beside IQS over the conversations that have both, and mean times by basis (null: not known)."""
    pairs = made.pairs
    quadrants = [] if pairs is None else pairs.quadrants
    return {
        "n": 0 if pairs is None else pairs.n,
        "csat": None if pairs is None else _number(pairs.csat),
        "iqs": None if pairs is None else _number(pairs.iqs),
        "quadrants": [
            {
                "customer": "happy" if each.happy else "unhappy",
                "work": "good" if each.good else "poor",
                "count": each.count,
                "examples": [
                    {
                        "review": one.review_id,
                        "subject": one.subject,
                        "score": _number(one.percent),
                        "csat": _number(one.csat),
                    }
                    for one in each.examples
                ],
            }
            for each in quadrants
        ],
        "times": [
            {"what": each.what, "basis": each.basis, "seconds": _number(each.seconds), "n": each.n}
            for each in made.times
        ],
    }


def _progress(made: TeamReport) -> dict[str, Any] | None:
    done = made.progress
    if done is None:
        return None
    return {
        "drawn": done.drawn,
        "submitted": done.submitted,
        "skipped": done.skipped,
        "reviewers": [
            {"name": name, "done": count, "drawn": every}
            for name, (count, every) in sorted(done.by_reviewer.items(), key=lambda each: each[0].casefold())
        ],
    }


def as_csv(made: Report) -> str:
    """One row a figure: team or agent, categories, groups, people, weeks, customers; empty where nothing is known.

    Scores, shares and surveys are 0–100 in "score", times are in "seconds".
    """
    span = _dates(made)
    changed = headlines.rebased(made.rebased) if made.rebased else ""
    subject = "agent" if isinstance(made, PersonalReport) else "team"
    rows = [_row(subject, made.name, made.iqs, made.change, span, note=changed)]
    for level, figures in (("category", made.categories), ("group", getattr(made, "groups", ()))):
        rows += [
            _row(
                level,
                each.name,
                each.estimate,
                each.change,
                span,
                note="scale changed" if each.rescaled else "",
            )
            for each in figures
        ]
    if isinstance(made, TeamReport):
        rows += [_row("agent", each.name, each.estimate, each.change, span) for each in made.agents]
        rows += [_row("given", each.name, each.given, None, span) for each in made.agents if each.given]
        rows += [_row("agent csat", each.name, each.csat, None, span) for each in made.agents if each.csat.n]
        rows += [_row("reviewer", each.name, each.estimate, each.change, span) for each in made.reviewers]
    elif made.given is not None:
        rows.append(_row("given", made.person.name, made.given, None, span))
    for point in made.trend:
        days = (str(point.start), str(periods.last_day(point.start, point.unit)))
        note = "scorecard changed" if point.rebased else "withheld: too few people" if point.withheld else ""
        rows.append(_row(point.unit, point.label, point.estimate, None, days, note=note))
        if point.csat.n:
            rows.append(_row(f"{point.unit} csat", point.label, point.csat, None, days))
    if isinstance(made, TeamReport):
        rows += _csv_customers(made, span)
    elif made.csat.n:
        rows.append(_row("agent csat", made.person.name, made.csat, None, span))
    written = io.StringIO()
    writer = csv.writer(written, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerows([CSV_COLUMNS, *rows])
    return written.getvalue()


def _csv_customers(made: TeamReport, span: tuple[str, str]) -> list[list[str]]:
    """What stands beside IQS: shares, surveys, quadrants, times, root causes."""
    name, rows = made.team.name, []
    if made.weighted is not None:
        note = "by how many conversations each agent had"
        rows.append(_row("weighted", name, made.weighted, None, span, note=note))
    if made.pass_rate is not None:
        low, high = made.pass_interval or (None, None)
        rows.append(_row("pass rate", name, Estimate(made.pass_rate, made.iqs.n, low, high), None, span))
    if made.criticals is not None:
        found = made.criticals
        share = Estimate(100 * found.failed / found.n, found.n, found.low, found.high)
        rows.append(_row("critical failures", name, share, None, span, note=headlines.criticals(found)))
    if made.goal is not None:
        aim = Estimate(float(made.goal.mark), made.iqs.n)
        rows.append(_row("goal", name, aim, None, span, note=str(made.goal.verdict)))
    if made.picked.n:
        on_purpose = Survey(made.picked.mean, made.picked.n)
        rows.append(_row("targeted", name, on_purpose, None, span, note="picked for coaching, not in IQS"))
    for level, survey in (("csat", Survey(made.csat, made.csat_n)), ("ces", made.ces)):
        rows += [_row(level, name, survey, None, span)] if survey.n else []
    for quadrant in made.pairs.quadrants if made.pairs else ():
        rows.append(_row("quadrant", headlines.quadrant(quadrant), Survey(None, quadrant.count), None, span))
    for time in made.times:
        named = f"{time.what}, {headlines.BASES[time.basis]}"
        rows.append(_row("time", named, Survey(None, time.n), None, span, seconds=time.seconds))
    for cause in made.causes:
        share_of = "" if cause.cumulative is None else f"{show(cause.cumulative, 1)} % with those above"
        named = f"{cause.cause} ({cause.category})"
        rows.append(_row("root cause", named, Survey(cause.share, cause.count), None, span, note=share_of))
    return rows


def harmless(cell: str) -> str:
    """Text that no spreadsheet takes for a formula: an apostrophe before = + - @ and their full-width twins.

    Also where such a sign stands behind blanks, tabs or line ends, which spreadsheets skip.
    """
    start = normalize("NFKC", cell)
    dangerous = start[:1] in FORMULA or start.lstrip()[:1] in FORMULA
    return f"'{cell}" if start and dangerous else cell


def _row(
    level: str,
    name: str,
    figure: Estimate | Survey,
    change: Change | None,
    span: tuple[str, str],
    *,
    seconds: float | None = None,
    note: str = "",
) -> list[str]:
    moved = (None, None, None) if change is None else (change.points, change.low, change.high)
    low, high = (figure.low, figure.high) if isinstance(figure, Estimate) else (None, None)
    return [
        level,
        harmless(name),
        _digits(figure.mean),
        str(figure.n),
        _digits(low),
        _digits(high),
        *map(_digits, moved),
        "" if change is None else str(change.word),
        *span,
        _digits(seconds),
        harmless(note),
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


def _dates(made: Report) -> tuple[str, str]:
    first, last = periods.dates(made.period, made.zone)
    return str(first), str(last)


def _number(value: float | None) -> float | None:
    return None if value is None else float(show(value))


def _digits(value: float | None) -> str:
    return "" if value is None else show(value)


def dump(body: dict[str, Any]) -> str:
    """JSON for people and programs: indented, letters as they are."""
    return json.dumps(body, ensure_ascii=False, indent=2) + "\n"
