"""Figures out of sums: what the database adds up becomes estimates with n, interval and change."""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from iqs import periods
from iqs.assignments import AssignmentState, Progress
from iqs.reports import (
    CategoryFigure,
    CauseFigure,
    Criticals,
    Goal,
    Period,
    PersonFigure,
    Point,
    Unit,
    Verdict,
)
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
    wilson,
    zero_critical_upper,
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


def people(tallies: Tallies, window: int) -> int:
    """How many known people stand behind the scores of a window."""
    return sum(cell.window == window and cell.of != NOBODY and tally.n > 0 for cell, tally in tallies.items())


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


def categories(
    cards: Iterable[Scorecard], tallies: Tallies, rescaled: Container[str] = ()
) -> tuple[CategoryFigure, ...]:
    """The categories of the scorecards in their order, rated or not; then others that were rated, by key.

    `rescaled` has the keys of those whose scale changed.
    """
    return _named({key: each.name for key, each in _known(cards).items()}, tallies, rescaled)


def groups(cards: Iterable[Scorecard], tallies: Tallies) -> tuple[CategoryFigure, ...]:
    """The same for the groups of the scorecards; those that were never rated are left out."""
    names: dict[str, str] = {}
    for card in cards:
        for group in card.groups:
            names.setdefault(group.key, group.name)
    return tuple(each for each in _named(names, tallies) if each.estimate.n)


def _named(
    names: Mapping[str, str], tallies: Tallies, rescaled: Container[str] = ()
) -> tuple[CategoryFigure, ...]:
    gone = sorted(str(cell.of) for cell in tallies if cell.window == NOW and cell.of not in names)
    return tuple(
        CategoryFigure(key, names.get(key) or readable(key), *compared(tallies, key), key in rescaled)
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


def gave(given: Tallies, person_id: int | str) -> Estimate | None:
    """The scores somebody gave; None if they reviewed nothing."""
    tally = given.get(Cell(NOW, person_id), Tally())
    others = Pool.of(given.values()) - Pool.of([tally])
    return tally.estimate_with(others.spread) if tally.n else None


def trend(
    windows: Sequence[Period], tallies: Tallies, zone: str, unit: Unit = Unit.WEEK
) -> tuple[Point, ...]:
    """One point for each week or month; the other ones' spread helps to judge one with few reviews."""
    points = []
    sums = [whole(tallies, place) for place in range(len(windows))]
    pool = Pool.of(sums)
    for each, tally in zip(windows, sums, strict=True):
        start = periods.dates(each, zone)[0]
        others = (pool - Pool.of([tally])).spread
        label = (
            f"W{start.isocalendar().week}"
            if unit is Unit.WEEK
            else f"{periods.MONTHS[start.month - 1][:3].capitalize()} {start.year}"
        )
        points.append(Point(label, start, tally.estimate_with(others), unit))
    return tuple(points)


def goal(mark: int | None, iqs: Estimate) -> Goal | None:
    """The goal judged with the interval: reached or not only where all of it lies on one side."""
    if mark is None:
        return None
    if iqs.enough and iqs.low is not None and iqs.low >= mark:
        return Goal(mark, Verdict.REACHED)
    if iqs.enough and iqs.high is not None and iqs.high < mark:
        return Goal(mark, Verdict.MISSED)
    return Goal(mark, Verdict.UNKNOWN)


def criticals(failed: int, n: int) -> Criticals | None:
    """Critical failures with how frequent they may be; None where no critical category was rated."""
    interval = wilson(failed, n)
    if interval is None:
        return None
    return Criticals(failed, n, *(interval if failed else (0.0, zero_critical_upper(n))))


def top_causes(cards: Iterable[Scorecard], counts: Mapping[tuple[str, str], int]) -> tuple[CauseFigure, ...]:
    """The most frequent root causes with their names and shares of all picks, most frequent first."""
    known = _known(cards)
    ordered = sorted(counts.items(), key=lambda each: (-each[1], each[0]))
    every = sum(counts.values())
    found, so_far = [], 0
    for (category, cause), times in ordered[:TOP_CAUSES]:
        so_far += times
        found.append(
            CauseFigure(
                known[category].name if category in known else readable(category),
                _cause_name(known.get(category), cause),
                times,
                100 * times / every,
                100 * so_far / every,
            )
        )
    return tuple(found)


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
