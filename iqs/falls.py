"""Falls noticed as they happen: after each review, whether a team's score or a category's has really gone down.

A CUSUM (Page 1954) adds up how far scores lie below what is usual; it tells a fall when the sum passes a limit that
chance alone passes about once in two quarters for a whole team, all its categories together (docs/scoring.md has the
simulation). It is tuned to a fall of 10 points. How soon that shows depends on the spread alone: with an SD of 8
within 15 reviews in 9 of 10 cases, with an SD of 20 it takes about 40, whatever the method.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import exp
from statistics import fmean
from typing import NamedTuple

from iqs.statistics import Estimate

SIZE = 10.0
"""Points: the fall that is looked for."""

USUAL_N = 30
"""Fewer reviews than this do not tell what is usual, and nothing is watched."""

QUIET_QUARTERS = 2
"""Quarters in which a team that does not change is told one false fall."""

_LEAST_SD = 5.0  # points: scores that were all alike will not stay so
_FARTHEST = 3.0  # SDs that one review may count for: a single disaster is no trend
_OVERSHOOT = 1.166  # Siegmund's correction for sums that pass the limit by a jump


class Scored(NamedTuple):
    """One review's score (0–100), in the order of submission."""

    review_id: int
    score: float


@dataclass(frozen=True, slots=True)
class Usual:
    """What is usual: mean and SD of `n` reviews of the quarter before, in points."""

    mean: float
    sd: float
    n: int


class Turn(StrEnum):
    """Which way it went."""

    FALL = "fall"
    RECOVERY = "recovery"


@dataclass(frozen=True, slots=True)
class Shift:
    """A fall or a recovery, noticed at review `noticed`; the `n` reviews since review `since` average `mean`."""

    turn: Turn
    since: int
    noticed: int
    mean: float
    n: int


def usual(known: Estimate) -> Usual | None:
    """What the scores behind this estimate say is usual; None if they are too few."""
    if known.mean is None or known.sd is None or known.n < USUAL_N:
        return None
    return Usual(known.mean, max(_LEAST_SD, known.sd), known.n)


def shifts(scores: Sequence[Scored], before: Usual, *, watched: int) -> Iterator[Shift]:
    """Every fall and recovery in these reviews, in turn: first a fall, then its recovery, then perhaps another.

    `watched` is how many scores the team has in a quarter, over the team and all its categories together: the more
    is looked at, the higher the limit. A recovery is told when the scores since the fall fit what was usual better
    than the fall, by the same limit.
    """
    step = SIZE / 2 / before.sd
    limit = _limit(step, QUIET_QUARTERS * max(1, watched))
    turn, since, total = Turn.FALL, 0, 0.0
    for place, each in enumerate(scores):
        below = (before.mean - each.score) / before.sd
        gain = min(_FARTHEST, below) - step if turn is Turn.FALL else step - max(-_FARTHEST, below)
        if total <= 0:
            since, total = place, 0.0
        total += gain
        if total > limit:
            behind = scores[since : place + 1]
            yield Shift(
                turn, behind[0].review_id, each.review_id, fmean(one.score for one in behind), len(behind)
            )
            turn, total = Turn.RECOVERY if turn is Turn.FALL else Turn.FALL, 0.0


def _limit(step: float, run: float) -> float:
    """The CUSUM's limit (in SDs) that chance passes once in `run` scores on average.

    Siegmund's approximation (1985): run = (exp(2kb) - 1 - 2kb) / 2k², b = limit + 1.166, solved by halving.
    """
    low, high = 0.0, 50.0 / step
    while high - low > 1e-6:
        middle = (low + high) / 2
        reached = (exp(min(2 * step * middle, 700)) - 1 - 2 * step * middle) / (2 * step * step)
        low, high = (low, middle) if reached > run else (middle, high)
    return max(1.0, high - _OVERSHOOT)
