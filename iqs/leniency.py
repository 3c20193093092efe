"""How lenient each reviewer is, once the agents they happened to review are taken into account.

Model: score = agent + reviewer + noise, with reviewer effects that add up to 0. It can be estimated only if
agents and reviewers hang together through shared reviews: a kind reviewer who alone sees some agents looks
the same as a harsh one whose agents are good.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import sqrt

from iqs.statistics import t_quantile


@dataclass(frozen=True, slots=True)
class Effect:
    """A reviewer's leniency: `points` above (kinder) or below the others, over `n` reviews.

    `low` and `high` are the 95 % interval, None when there are no more reviews than agents and reviewers.
    """

    points: float
    n: int
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Leniency:
    """Agents' levels with leniency taken out (0–100, not clipped), and reviewers' effects in points."""

    agents: Mapping[str, float]
    reviewers: Mapping[str, Effect]


def leniency(reviews: Iterable[tuple[str, str, Fraction | float]], shrinkage: float = 0) -> Leniency | None:
    """Effects that minimise the squared errors over (agent, reviewer, score) plus shrinkage x sum(effect²).

    Shrinkage above 0 draws the effects of reviewers with few reviews towards 0 (ridge regression).
    None = not estimable: the design must have rank agents + reviewers - 1, that is, all are connected.
    """
    import numpy as np  # noqa: PLC0415 - slow to import; only this function needs it

    cells: Counter[tuple[str, str]] = Counter()
    sums: defaultdict[tuple[str, str], float] = defaultdict(float)
    squares = 0.0
    for agent, reviewer, score in reviews:
        cells[agent, reviewer] += 1
        sums[agent, reviewer] += float(score)
        squares += float(score) ** 2
    if not connected(cells):
        return None
    agents, reviewers = (sorted({cell[side] for cell in cells}) for side in (0, 1))
    counts = np.array([[cells[agent, reviewer] for reviewer in reviewers] for agent in agents], dtype=float)
    totals = np.array([[sums.get((agent, reviewer), 0.0) for reviewer in reviewers] for agent in agents])
    per_agent, per_reviewer = counts.sum(axis=1), counts.sum(axis=0)
    # Solving each agent's level first leaves one small symmetric system in the reviewers alone.
    shares = counts / per_agent[:, None]
    inner = np.diag(per_reviewer) - counts.T @ shares + shrinkage * np.eye(len(reviewers))
    right = totals.sum(axis=0) - shares.T @ totals.sum(axis=1)
    centre = np.eye(len(reviewers)) - 1 / len(reviewers)
    # Without shrinkage a shift of all effects changes nothing; this fixes it and `centre` takes it out again.
    inner += per_reviewer.mean() / len(reviewers)
    inverse = centre @ np.linalg.inv(inner) @ centre
    effects = inverse @ right
    levels = (totals.sum(axis=1) - counts @ effects) / per_agent
    fitted = levels[:, None] + effects[None, :]
    residual = squares - 2 * (totals * fitted).sum() + (counts * fitted**2).sum()
    freedom = int(per_agent.sum()) - len(agents) - len(reviewers) + 1
    spread = sqrt(max(0.0, residual) / freedom) * t_quantile(freedom) if freedom > 0 else None
    found = {}
    for index, reviewer in enumerate(reviewers):
        points = float(effects[index])
        half = None if spread is None else spread * sqrt(max(0.0, inverse[index, index]))
        low, high = (None, None) if half is None else (points - half, points + half)
        found[reviewer] = Effect(points, int(per_reviewer[index]), low, high)
    return Leniency(dict(zip(agents, map(float, levels), strict=True)), found)


def connected(pairs: Iterable[tuple[str, str]]) -> bool:
    """Whether all agents and reviewers hang together through (agent, reviewer) pairs; no pairs: no."""
    neighbours: defaultdict[tuple[str, str], set[tuple[str, str]]] = defaultdict(set)
    for agent, reviewer in pairs:
        neighbours["agent", agent].add(("reviewer", reviewer))
        neighbours["reviewer", reviewer].add(("agent", agent))
    if not neighbours:
        return False
    waiting = [next(iter(neighbours))]
    reached = set(waiting)
    while waiting:
        new = neighbours[waiting.pop()] - reached
        reached |= new
        waiting += new
    return len(reached) == len(neighbours)
