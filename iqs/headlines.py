"""The sentences of a report. They claim a change only where chance is an unlikely explanation."""

from collections.abc import Sequence

from iqs.reports import CategoryFigure, TeamReport
from iqs.scoring import whole
from iqs.statistics import CONFIDENCE, MIN_N, Change, Word

FEW = 3
"""From this many ratings a category may be named, with a word about how few they are; from MIN_N without."""


def headline(report: TeamReport) -> str:
    """The period in one true sentence: the IQS, its change, and the worst clear drop of a category."""
    name, iqs = report.period.label, report.iqs
    if iqs.mean is None:
        return f"No scored reviews in {name}."
    figure = f"IQS {whole(iqs.mean)} %"
    if not iqs.enough:
        return f"{figure} from only {_counted(iqs.n, 'review')} in {name}: too few to judge."
    fallen = [each for each in clear_changes(report.categories) if _points(each) < 0]
    sentence = f"{figure}, {_change(report.change)}"
    if fallen:
        worst = min(fallen, key=_points)
        sentence += f"; {worst.name} fell {_distance(_points(worst))}"
    return f"{sentence}."


def praise(report: TeamReport) -> str | None:
    """What went well: the category that clearly rose most, else the highest. None with too few ratings."""
    risen = [each for each in clear_changes(report.categories) if _points(each) > 0]
    if risen:
        best = max(risen, key=_points)
        return f"{best.name} rose {_distance(_points(best))}, to {whole(best.estimate.mean or 0)} %."
    rated = [each for each in report.categories if each.estimate.enough]
    if not rated:
        return None
    best = max(rated, key=_mean)
    return f"{best.name} is the strongest category, at {whole(_mean(best))} %."


def strength_and_focus(categories: Sequence[CategoryFigure]) -> tuple[str | None, str | None]:
    """A person's best and worst category, such as "Solution (94 %)"; None where nothing can be told apart.

    Only categories with MIN_N ratings are named; if there are none of those, with FEW, and the text says so.
    """
    rated = [each for each in categories if each.estimate.n >= MIN_N]
    rated = rated or [each for each in categories if each.estimate.n >= FEW]
    if not rated:
        return None, None
    best, worst = max(rated, key=_mean), min(rated, key=_mean)
    return _named(best), _named(worst) if whole(_mean(worst)) != whole(_mean(best)) else None


def clear_changes(categories: Sequence[CategoryFigure]) -> list[CategoryFigure]:
    """The categories whose change is no accident even though we looked at all of them.

    Looking at m categories and naming the most striking one finds "something" m times as often; so the
    probability is held against 5 % / m (Bonferroni's correction).
    """
    judged = [each for each in categories if each.change is not None and each.change.word is not Word.TOO_FEW]
    limit = (1 - CONFIDENCE) / max(1, len(judged))
    return [each for each in judged if _is_clear(each.change, limit)]


def _is_clear(change: Change | None, limit: float) -> bool:
    """A p of None belongs to two sides that do not vary at all: there the word decides."""
    if change is None or change.word not in {Word.HIGHER, Word.LOWER}:
        return False
    return change.p is None or change.p < limit


def _change(change: Change | None) -> str:
    if change is None or change.points is None or change.word is Word.TOO_FEW:
        return "too few reviews before to compare with"
    if change.word is Word.UNCLEAR:
        return "no clear change"
    return f"{'up' if change.points > 0 else 'down'} {_distance(change.points)}"


def _points(category: CategoryFigure) -> float:
    return (category.change.points or 0.0) if category.change else 0.0


def _mean(category: CategoryFigure) -> float:
    return category.estimate.mean or 0.0


def _named(category: CategoryFigure) -> str:
    n = category.estimate.n
    few = f", only {_counted(n, 'rating')}" if n < MIN_N else ""
    return f"{category.name} ({whole(_mean(category))} %{few})"


def _distance(points: float) -> str:
    number = whole(abs(points))
    return "less than 1 point" if number == "0" else _counted(int(number), "point")


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
