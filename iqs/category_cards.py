"""One rating category of a team, looked at closely: its figure, its trend, its causes, and where people stand."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from iqs import figures
from iqs.figures import NOBODY, NOW, Tallies, Tally
from iqs.people import Team
from iqs.reports import CategoryFigure, CauseFigure, Period, Point
from iqs.scorecards import RatingCategory
from iqs.statistics import CONFIDENCE, Change, Estimate, Word, difference


@dataclass(frozen=True, slots=True)
class Stand:
    """One person's mean in the category, and how it differs from that of all the others together."""

    name: str
    estimate: Estimate
    against: Change


@dataclass(frozen=True, slots=True)
class CategoryCard:
    """A category of a team in a period. `people` stand by name, and only for readers who may see persons.

    `figure` is None where fewer than `iqs.access.GROUP` people stand behind it and the reader is of the group.
    """

    team: Team
    name: str
    period: Period
    figure: CategoryFigure | None
    trend: tuple[Point, ...] = ()
    causes: tuple[CauseFigure, ...] = ()
    people: tuple[Stand, ...] = ()


def stands(names: Mapping[int, str], tallies: Tallies) -> tuple[Stand, ...]:
    """Everybody with ratings now, by name, each against the others.

    Of m people one or another always stands out; so a difference is called one only if its probability is below
    5 % / m (Bonferroni's correction).
    """
    own = {int(cell.of): tally for cell, tally in tallies.items() if cell.window == NOW and cell.of != NOBODY}
    every = sum(own.values(), Tally())
    limit = (1 - CONFIDENCE) / max(1, len(own))
    return tuple(
        Stand(each.name, each.estimate, _careful(_against(every, own[each.person_id], each.estimate), limit))
        for each in figures.persons(names, (), tallies)
    )


def causes(category: RatingCategory | None, name: str, counts: Mapping[str, int]) -> tuple[CauseFigure, ...]:
    """The category's root causes, most frequent first, with the share of all its picks that each makes."""
    spelled = {each.key: each.name for each in category.causes} if category is not None else {}
    every, so_far, found = sum(counts.values()), 0, []
    for key, times in sorted(counts.items(), key=lambda each: (-each[1], each[0])):
        so_far += times
        cause = spelled.get(key) or figures.readable(key)
        found.append(CauseFigure(name, cause, times, 100 * times / every, 100 * so_far / every))
    return tuple(found)


def _against(every: Tally, own: Tally, estimate: Estimate) -> Change:
    others = Tally(every.n - own.n, every.total - own.total, every.squares - own.squares)
    return difference(others.estimate, estimate)


def _careful(change: Change, limit: float) -> Change:
    clear = change.word in {Word.HIGHER, Word.LOWER} and (change.p is None or change.p < limit)
    return change if clear or change.word is Word.TOO_FEW else replace(change, word=Word.UNCLEAR)
