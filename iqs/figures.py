"""Figures out of sums: what the database adds up becomes estimates with n, interval and change."""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import NamedTuple

from iqs import periods
from iqs.assignments import AssignmentState, Progress
from iqs.reports import (
    CategoryFigure,
    CauseFigure,
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
    Clusters,
    Estimate,
    Share,
    Spread,
    Stratum,
    difference,
    enough,
    estimate_strata,
    estimate_weighted,
)

BEFORE, NOW = 0, 1
"""The two windows of a comparison: the period before, and the period."""

TOP_CAUSES = 5

NOWHERE: Mapping[int | str, float] = {}
"""Nothing is known of what the reviews were drawn from."""

NOBODY = ""
"""Of whom a review is that does not tell: history of a past programme may leave it open."""


@dataclass(frozen=True, slots=True)
class Tally:
    """Sums over reviews or ratings: `n` scored ones, `total` and `squares` in micropoints (squared).

    `passed`, `unscored` (all N/A) and `imported` are counts of reviews; 0 for ratings. `clusters` where several
    of them are of one conversation.
    """

    n: int = 0
    total: int = 0
    squares: int = 0
    passed: int = 0
    unscored: int = 0
    imported: int = 0
    clusters: Clusters | None = field(default=None, kw_only=True)

    def __add__(self, other: "Tally") -> "Tally":
        """Both together, without what is known of their clusters."""
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

    def estimate_with(self, spread: Spread | None, population: float | None = None) -> Estimate:
        """The same with what other reviews tell about the spread, and what these were drawn from (`populations`)."""
        return estimate_strata([self.stratum(population)], unit=MICRO, spread=spread)

    def stratum(self, population: float | None = None) -> Stratum:
        """As the part of a whole, drawn from so many conversations (None: unknown)."""
        return Stratum(self.n, self.total, self.squares, population, self.clusters)


class Cell(NamedTuple):
    """Where a tally belongs: the number of the window, and a person's id or a category's key ("" = all)."""

    window: int
    of: int | str = ""


Tallies = Mapping[Cell, Tally]
"""Sums by cell; a cell without reviews is absent."""

Work = Mapping[tuple[int, str, AssignmentState], int]
"""How many assignments a reviewer (id, name) has in each state."""


class Part(NamedTuple):
    """Counted reviews of one agent out of one draw: how many, their scores (micropoints), and of how many eligible."""

    window: int
    of: int | str
    draw_id: int
    n: int
    total: int
    eligible: int


Populations = Mapping[int, Mapping[int | str, float]]
"""By window and agent: of how many conversations their reviews are a random sample, as far as that is known."""


def populations(tallies: Tallies, parts: Iterable[Part]) -> Populations:
    """What the reviews of each cell were drawn from.

    Of several draws d it is the number that corrects for all of them at once, n² / sum of n_d² / N_d; reviews that
    no known draw brought (imported history, draws of older releases) add nothing to the sum: they stay uncorrected.
    """
    sums: dict[int, dict[int | str, float]] = {}
    for part in parts:
        own = sums.setdefault(part.window, {})
        own[part.of] = own.get(part.of, 0.0) + part.n**2 / part.eligible
    return {
        window: {of: tallies[Cell(window, of)].n ** 2 / known for of, known in own.items()}
        for window, own in sums.items()
    }


def sampled(tallies: Tallies, known: Populations, window: int) -> float:
    """Which part of the eligible conversations was reviewed, 0–1, weighted as the populations are."""
    n = whole(tallies, window).n
    own = known.get(window, {})
    return sum(tallies[Cell(window, of)].n ** 2 / number for of, number in own.items()) / n if n else 0.0


def weighted(tallies: Tallies, parts: Iterable[Part], iqs: Estimate) -> Estimate | None:
    """The mean over all eligible conversations of now, where it is known of each review what it was drawn from."""
    now = [each for each in parts if each.window == NOW]
    if not now or sum(each.n for each in now) != whole(tallies, NOW).n:
        return None
    return estimate_weighted((Share(each.n, each.total, each.eligible) for each in now), iqs, unit=MICRO)


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
        strata = [each.stratum() for each in tallies if each.n]
        squares = sum((each.squares for each in strata), Fraction(0)) / MICRO**2
        return cls(squares, sum(each.freedom for each in strata))

    def __add__(self, other: "Pool") -> "Pool":
        """Both together."""
        return Pool(self.squares + other.squares, self.freedom + other.freedom)

    def __sub__(self, other: "Pool") -> "Pool":
        """Without a part of it."""
        return Pool(self.squares - other.squares, self.freedom - other.freedom)

    @property
    def limit(self) -> int | None:
        """The degrees of freedom of a comparison that rests on it; None where it is too little to rest on."""
        return self.freedom if enough(self.freedom + 1) else None

    @property
    def spread(self) -> Spread | None:
        """As a spread; None if no two scores are of the same tally."""
        return Spread.of(self.squares, self.freedom)


def team(tallies: Tallies, known: Populations | None = None) -> tuple[Estimate, Change]:
    """The team's mean now from its agents' scores, and how it differs from before.

    The spread within agents of the period before counts too. The estimate is about the conversations they were
    drawn from (`known`); the change is about the work, and as uncertain if every conversation was reviewed.
    """
    then, now = (
        Pool.of(tally for cell, tally in tallies.items() if cell.window == window) for window in (BEFORE, NOW)
    )
    change = difference(
        _together(tallies, BEFORE, now.spread),
        _together(tallies, NOW, then.spread),
        freedom=(then + now).limit,
    )
    return _together(tallies, NOW, then.spread, (known or {}).get(NOW, {})), change


def _together(
    tallies: Tallies, window: int, spread: Spread | None, known: Mapping[int | str, float] = NOWHERE
) -> Estimate:
    """All of a window, agent by agent."""
    return estimate_strata(
        (tally.stratum(known.get(cell.of)) for cell, tally in tallies.items() if cell.window == window),
        unit=MICRO,
        spread=spread,
    )


def compared(
    tallies: Tallies, of: int | str, everybody: Pool | None = None, population: float | None = None
) -> tuple[Estimate, Change]:
    """The estimate of now, and how it differs from before.

    The spread of before helps to judge now, and the other way round; so does that of the others, where
    `everybody` pools all tallies.
    The change is about the work: what was drawn from how many (`population`) narrows only the estimate.
    """
    before, now = (tallies.get(Cell(window, of), Tally()) for window in (BEFORE, NOW))
    own_before, own_now = Pool.of([before]), Pool.of([now])
    every = own_before + own_now if everybody is None else everybody
    earlier = every - own_now
    change = difference(
        before.estimate_with((every - own_before).spread),
        now.estimate_with(earlier.spread),
        freedom=every.limit,
    )
    return now.estimate_with(earlier.spread, population), change


def categories(
    cards: Iterable[Scorecard], tallies: Tallies, rescaled: Container[str] = (), part: float = 0.0
) -> tuple[CategoryFigure, ...]:
    """The categories of the scorecards in their order, rated or not; then others that were rated, by key.

    `rescaled` has the keys of those whose scale changed; `part` of the conversations was reviewed (`sampled`), so
    the same part of those in which the category counts.
    """
    return _named({key: each.name for key, each in _known(cards).items()}, tallies, rescaled, part)


def groups(cards: Iterable[Scorecard], tallies: Tallies, part: float = 0.0) -> tuple[CategoryFigure, ...]:
    """The same for the groups of the scorecards; those that were never rated are left out."""
    names: dict[str, str] = {}
    for card in cards:
        for group in card.groups:
            names.setdefault(group.key, group.name)
    return tuple(each for each in _named(names, tallies, (), part) if each.estimate.n)


def _named(
    names: Mapping[str, str], tallies: Tallies, rescaled: Container[str], part: float
) -> tuple[CategoryFigure, ...]:
    gone = sorted(str(cell.of) for cell in tallies if cell.window == NOW and cell.of not in names)
    found = []
    for key in [*names, *gone]:
        n = tallies.get(Cell(NOW, key), Tally()).n
        figure = compared(tallies, key, population=n / part if n and part else None)
        found.append(CategoryFigure(key, names.get(key) or readable(key), *figure, key in rescaled))
    return tuple(found)


def persons(
    known: Mapping[int, str],
    always: Iterable[int],
    tallies: Tallies,
    drawn_from: Mapping[int | str, float] = NOWHERE,
) -> tuple[PersonFigure, ...]:
    """One figure for each person of `always` and each with scores now, by name: people are never ranked.

    `known` has the name of everybody, `drawn_from` the populations of now. The others' spread helps to judge
    somebody with few reviews.
    """
    shown = {*always, *(int(cell.of) for cell in tallies if cell.window == NOW and cell.of != NOBODY)}
    ordered = sorted(shown, key=lambda each: (known[each].casefold(), each))
    everybody = Pool.of(tallies.values())
    return tuple(
        PersonFigure(each, known[each], *compared(tallies, each, everybody, drawn_from.get(each)))
        for each in ordered
    )


def gave(given: Tallies, person_id: int | str) -> Estimate | None:
    """The scores somebody gave; None if they reviewed nothing."""
    tally = given.get(Cell(NOW, person_id), Tally())
    others = Pool.of(given.values()) - Pool.of([tally])
    return tally.estimate_with(others.spread) if tally.n else None


def trend(
    windows: Sequence[Period], tallies: Tallies, zone: str, unit: Unit = Unit.WEEK
) -> tuple[Point, ...]:
    """One point for each week or month, agent by agent; the others' spread helps to judge one with few reviews.

    A trend is read for its changes, so its intervals are those of the work, whatever part of it was reviewed.
    """
    points = []
    pools = [
        Pool.of(tally for cell, tally in tallies.items() if cell.window == place)
        for place in range(len(windows))
    ]
    pool = sum(pools, Pool())
    for place, each in enumerate(windows):
        start = periods.dates(each, zone)[0]
        others = (pool - pools[place]).spread
        label = (
            f"W{start.isocalendar().week}"
            if unit is Unit.WEEK
            else f"{periods.MONTHS[start.month - 1][:3].capitalize()} {start.year}"
        )
        points.append(Point(label, start, _together(tallies, place, others), unit))
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
