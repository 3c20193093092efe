"""A comparison of reviewers, as text for a terminal and as JSON for programs."""

from collections.abc import Sequence
from typing import Any

from iqs.agreement import Metric
from iqs.comparison import METRICS, CategoryAgreement, Comparison
from iqs.files.exports import dump
from iqs.files.terminal import table
from iqs.leniency import Effect
from iqs.scoring import show

DIGITS = 6
"""Decimals of a coefficient in JSON."""


def as_json(made: Comparison) -> str:
    """One object: categories with alpha by metric, reviewers with leniency in points; null where unknown."""
    return dump(
        {
            "team": made.team,
            "period": made.period.label,
            "categories": [_category(each) for each in made.categories],
            "double": [_category(each) for each in made.double],
            "reviewers": [
                {
                    "name": each.name,
                    "leniency": None if each.effect is None else float(show(each.effect.points)),
                    **_interval(each.effect),
                    "n": each.n,
                }
                for each in made.reviewers
            ],
        }
    )


def _category(each: CategoryAgreement) -> dict[str, Any]:
    return {
        "key": each.key,
        "name": each.name,
        "alpha": {metric.value: _rounded(each.alpha[metric]) for metric in METRICS},
        "exact": _rounded(each.exact),
        "units": each.units,
        "raters": each.raters,
    }


def text(made: Comparison) -> str:
    """Tables, each with a sentence that says how to read it."""
    lines = [f"{made.team} · {made.period.label}", ""]
    if made.categories:
        lines.append("Agreement (Krippendorff's alpha: 1 = full, 0 = chance; ordinal is the one for ratings)")
        lines += _agreement(made.categories)
    else:
        lines.append("No conversation was rated by two reviewers, so nothing can be said about agreement.")
    if made.double:
        lines += ["", "In second readings alone (chance chose them, and neither reviewer knew)"]
        lines += _agreement(made.double)
    if made.reviewers:
        lines += ["", "Leniency (points above or below the other reviewers, given whom they reviewed)"]
        rows_of = [(each.name, *_told(each.effect), str(each.n)) for each in made.reviewers]
        lines += table(rows_of, ("Reviewer", "Points", "95 % interval", "n"), right=range(1, 4))
    return "\n".join(lines)


def _agreement(found: Sequence[CategoryAgreement]) -> list[str]:
    rows = [
        (
            each.name,
            *(
                _coefficient(each.alpha[metric])
                for metric in (Metric.ORDINAL, Metric.INTERVAL, Metric.NOMINAL)
            ),
            f"{show(each.exact, 1)} %",
            str(each.units),
            str(each.raters),
        )
        for each in found
    ]
    head = ("Category", "Ordinal", "Interval", "Nominal", "Same rating", "Conversations", "Reviewers")
    return table(rows, head, right=range(1, 7))


def _told(effect: Effect | None) -> tuple[str, str]:
    if effect is None:
        return "–", "cannot be told"
    known = effect.low is not None and effect.high is not None
    interval = f"{_signed(effect.low or 0)} to {_signed(effect.high or 0)}" if known else ""
    return _signed(effect.points), interval


def _signed(value: float) -> str:
    shown = show(value, 1)
    return f"+{shown}" if value > 0 and shown != "0.0" else shown


def _interval(effect: Effect | None) -> dict[str, float | None]:
    if effect is None or effect.low is None or effect.high is None:
        return {"low": None, "high": None}
    return {"low": float(show(effect.low)), "high": float(show(effect.high))}


def _coefficient(value: float | None) -> str:
    return "–" if value is None else show(value, 2)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, DIGITS)
