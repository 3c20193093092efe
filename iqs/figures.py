"""Figures out of sums: what the database adds up becomes estimates with n, interval and change."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from iqs import periods
from iqs.assignments import AssignmentState, Progress
from iqs.reports import CategoryFigure, CauseFigure, Period, PersonFigure, Point
from iqs.scorecards import RatingCategory, Scorecard
from iqs.scoring import MICRO
from iqs.statistics import (
    Change,
    Estimate,
    Spread,
    Stratum,
    difference,
    estimate_from,
    estimate_strata,
)

BEFORE, NOW = 0, 1
"""The two windows of a comparison: the period before, and the period."""

TOP_CAUSES = 5

NOBODY = ""
"""Of whom a review is that does not tell: history of a past programme may leave it open."""


@dataclass(frozen=True, slots=True)
class Tally:
    """Sums over reviews or ratings: `n` scored ones, `total` and `squares` in micropoints (squared).

    `passed`, `unscored` (all N/A) and `imported` are counts of reviews; 0 for ratings.
    """

    n: int = 0
    total: int = 0
    squares: int = 0
    passed: int = 0
    unscored: int = 0
    imported: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        """Both together."""
        return Tally(
            self.n + other.n,
            self.total + other.total,
            self.squares + other.squares,
            self.passed + other.passed,
            self.unscored + other.unscored,
            self.imported + other.imported,
        )

    @property
    def estimate(self) -> Estimate:
        """The mean with its interval."""
        return self.estimate_with(None)

    def estimate_with(self, spread: Spread | None) -> Estimate:
        """The same with what other reviews tell about the spread."""
        return estimate_from(self.n, self.total, self.squares, unit=MICRO, spread=spread)


class Cell(NamedTuple):
    """Where a tally belongs: the number of the window, and a person's id or a category's key ("" = all)."""

    window: int
    of: int | str = ""


Tallies = Mapping[Cell, Tally]
"""Sums by cell; a cell without reviews is absent."""

Work = Mapping[tuple[int, str, AssignmentState], int]
"""How many assignments a reviewer (id, name) has in each state."""


def whole(tallies: Tallies, window: int) -> Tally:
    """Everything of one window together."""
    return sum((tally for cell, tally in tallies.items() if cell.window == window), Tally())


@dataclass(frozen=True, slots=True)
class Pool:
    """How far scores lie from the means of their tallies: squared and added up, and what is left free."""

    squares: Fraction = Fraction(0)
    freedom: int = 0

    @classmethod
    def of(cls, tallies: Iterable[Tally]) -> "Pool":
        """Of all these tallies together, each around its own mean."""
        strata = [Stratum(each.n, each.total, each.squares) for each in tallies if each.n]
        squares = sum((each.squares for each in strata), Fraction(0)) / MICRO**2
        return cls(squares, sum(each.n - 1 for each in strata))

    def __sub__(self, other: "Pool") -> "Pool":
        """Without a part of it."""
        return Pool(self.squares - other.squares, self.freedom - other.freedom)

    @property
    def spread(self) -> Spread | None:
        """As a spread; None if no two scores are of the same tally."""
        return Spread.of(self.squares, self.freedom)


def team(
    tallies: Tallies, populations: Mapping[int, Mapping[int | str, int]] | None = None
) -> tuple[Estimate, Change]:
    """The team's mean now from its agents' scores, and how it differs from before.

    The spread within agents of the period before counts too; `populations` are, by window, how many
    conversations each agent's reviews were drawn from, where that is known.
    """
    earlier = Pool.of(tally for cell, tally in tallies.items() if cell.window == BEFORE).spread
    before, now = (
        estimate_strata(
            (
                Stratum(tally.n, tally.total, tally.squares, (populations or {}).get(window, {}).get(cell.of))
                for cell, tally in tallies.items()
                if cell.window == window
            ),
            unit=MICRO,
            spread=earlier if window == NOW else None,
        )
        for window in (BEFORE, NOW)
    )
    return now, difference(before, now)


def compared(tallies: Tallies, of: int | str, everybody: Pool | None = None) -> tuple[Estimate, Change]:
    """The estimate of now, and how it differs from before.

    The spread of before helps to judge now; so does that of the others, where `everybody` pools all tallies.
    """
    before, now = (tallies.get(Cell(window, of), Tally()) for window in (BEFORE, NOW))
    own_before, own_now = Pool.of([before]), Pool.of([now])
    earlier = own_before if everybody is None else everybody - own_now
    others = Pool() if everybody is None else earlier - own_before
    estimate = now.estimate_with(earlier.spread)
    return estimate, difference(before.estimate_with(others.spread), estimate)


def categories(cards: Iterable[Scorecard], tallies: Tallies) -> tuple[CategoryFigure, ...]:
    """The categories of the scorecards in their order, rated or not; then others that were rated, by key."""
    names = {key: each.name for key, each in _known(cards).items()}
    gone = sorted(str(cell.of) for cell in tallies if cell.window == NOW and cell.of not in names)
    return tuple(
        CategoryFigure(key, names.get(key) or readable(key), *compared(tallies, key))
        for key in [*names, *gone]
    )


def persons(known: Mapping[int, str], always: Iterable[int], tallies: Tallies) -> tuple[PersonFigure, ...]:
    """One figure for each person of `always` and each with scores now, by name: people are never ranked.

    `known` has the name of everybody. The others' spread helps to judge somebody with few reviews.
    """
    shown = {*always, *(int(cell.of) for cell in tallies if cell.window == NOW and cell.of != NOBODY)}
    ordered = sorted(shown, key=lambda each: (known[each].casefold(), each))
    everybody = Pool.of(tallies.values())
    return tuple(PersonFigure(each, known[each], *compared(tallies, each, everybody)) for each in ordered)


def trend(weeks: Sequence[Period], tallies: Tallies, zone: str) -> tuple[Point, ...]:
    """One point for each week; the other weeks' spread helps to judge one with few reviews."""
    points = []
    sums = [whole(tallies, place) for place in range(len(weeks))]
    pool = Pool.of(sums)
    for each, tally in zip(weeks, sums, strict=True):
        start = periods.dates(each, zone)[0]
        others = (pool - Pool.of([tally])).spread
        points.append(Point(f"W{start.isocalendar().week}", start, tally.estimate_with(others)))
    return tuple(points)


def top_causes(cards: Iterable[Scorecard], counts: Mapping[tuple[str, str], int]) -> tuple[CauseFigure, ...]:
    """The most frequent root causes with their names, most frequent first."""
    known = _known(cards)
    ordered = sorted(counts.items(), key=lambda each: (-each[1], each[0]))
    return tuple(
        CauseFigure(
            known[category].name if category in known else readable(category),
            _cause_name(known.get(category), cause),
            times,
        )
        for (category, cause), times in ordered[:TOP_CAUSES]
    )


def progress(work: Work, *, named: bool) -> Progress | None:
    """How far the drawn work is; None if nothing was drawn. `by_reviewer` is empty unless `named`."""
    if not work:
        return None
    by_reviewer: dict[str, tuple[int, int]] = {}
    by_state = dict.fromkeys(AssignmentState, 0)
    for (_, name, state), count in sorted(work.items(), key=lambda each: each[0][1].casefold()):
        by_state[state] += count
        done, every = by_reviewer.get(name, (0, 0))
        by_reviewer[name] = (done + (count if state is not AssignmentState.OPEN else 0), every + count)
    return Progress(
        drawn=sum(by_state.values()),
        submitted=by_state[AssignmentState.SUBMITTED],
        skipped=by_state[AssignmentState.SKIPPED],
        by_reviewer=by_reviewer if named else {},
    )


def as_float(exact: Fraction | None) -> float | None:
    """An exact figure for display."""
    return None if exact is None else float(exact)


def readable(key: str) -> str:
    """A key whose name is no longer known: "product_knowledge" → "Product knowledge"."""
    words = key.replace("_", " ").replace("-", " ").strip()
    return words[:1].upper() + words[1:] or key


def _known(cards: Iterable[Scorecard]) -> dict[str, RatingCategory]:
    """Categories by key; the first scorecard that has one says what it is called."""
    known: dict[str, RatingCategory] = {}
    for card in cards:
        for category in card.categories:
            known.setdefault(category.key, category)
    return known


def _cause_name(category: RatingCategory | None, key: str) -> str:
    offered = () if category is None else category.causes
    return next((cause.name for cause in offered if cause.key == key), readable(key))
