"""How sure we may be: intervals for means and shares, sample sizes, and whether a change is more than noise.

Scores are percents, 0–100; intervals are 95 %. Formulas: `docs/scoring.md`. scipy is imported where it is
needed, because it takes longer to start than the rest of the program.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache
from itertools import count
from math import ceil, sqrt
from statistics import NormalDist

CONFIDENCE = 0.95
Z = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)

MIN_N = 5
"""With fewer reviews than this a mean is not judged: five reviews are still ±25 points at a usual spread."""


class Word(StrEnum):
    """What may be said about a change."""

    HIGHER = "higher"
    LOWER = "lower"
    UNCLEAR = "no clear difference"
    TOO_FEW = "not enough reviews yet"


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean of `n` scores with its 95 % interval, clipped to 0–100.

    `mean` is None without scores; `low`, `high` and `sd` (standard deviation, n - 1) need two.
    """

    mean: float | None
    n: int
    low: float | None = None
    high: float | None = None
    sd: float | None = None

    @property
    def enough(self) -> bool:
        """Whether the mean may be judged: at least MIN_N scores, and an interval that rules something out."""
        return enough(self.n) and not (self.low == 0 and self.high == 100)


@dataclass(frozen=True, slots=True)
class Change:
    """The difference of two means in percentage points, its 95 % interval, and the word for it.

    `points` is None when one side has no scores; interval and `p` (two-sided) when one side has fewer than
    two, or when neither varies.
    """

    points: float | None
    low: float | None
    high: float | None
    word: Word
    p: float | None = None


def enough(n: int) -> bool:
    """Whether `n` reviews are enough to judge a mean by."""
    return n >= MIN_N


def estimate(scores: Iterable[Fraction | float], population: int | None = None) -> Estimate:
    """The mean of the scores with its t interval; see `estimate_from` for `population`."""
    exact = [Fraction(score) for score in scores]
    return estimate_from(len(exact), sum(exact), sum(score * score for score in exact), population)


def estimate_from(
    n: int,
    total: Fraction | Decimal | float,
    total_squares: Fraction | Decimal | float,
    population: int | None = None,
    *,
    unit: int = 1,
) -> Estimate:
    """The same from sums, as SQL gives them: count, sum and sum of squares of the scores.

    The interval is mean ± `half_width`, clipped to 0–100; `population` is the number of conversations that
    the reviews are a random sample of. `unit` is what one percent is in the sums: 1, or 1,000,000 for
    micropoints. Integers and fractions stay exact; floats may cost the variance its last digits.
    """
    if n == 0:
        return Estimate(None, 0)
    total, total_squares = Fraction(total) / unit, Fraction(total_squares) / unit**2
    mean = float(total / n)
    if n == 1:
        return Estimate(mean, 1)
    variance = max(Fraction(0), (total_squares - total * total / n) / (n - 1))
    sd = sqrt(variance)
    half = half_width(sd, n, population)
    return Estimate(mean, n, max(0.0, mean - half), min(100.0, mean + half), sd)


def half_width(sd: float, n: int, population: int | None = None) -> float:
    """Half of a mean's 95 % interval in points, before clipping: t(n-1) x SD / sqrt(n), for n >= 2.

    Times sqrt(1 - n / population), the finite population correction, for a random sample of a known number.
    """
    correction = 1.0 if population is None else sqrt(max(0.0, 1 - n / population))
    return t_quantile(n - 1) * sd / sqrt(n) * correction


def difference(before: Estimate, after: Estimate) -> Change:
    """Whether `after` is higher than `before`, by Welch's t interval for independent samples.

    A difference whose interval holds 0 is "no clear difference"; a side with fewer than MIN_N scores is
    "not enough reviews yet", whatever the difference. Two sides that do not vary at all are compared as they
    are: with at least five on each side, chance alone separates them in fewer than 1 of 100 cases.
    """
    if before.mean is None or after.mean is None:
        return Change(None, None, None, Word.TOO_FEW)
    points = after.mean - before.mean
    if before.sd is None or after.sd is None:
        return Change(points, None, None, Word.TOO_FEW)
    parts = before.sd**2 / before.n, after.sd**2 / after.n
    low = high = p = None
    if any(parts):
        error = sqrt(sum(parts))
        freedom = sum(parts) ** 2 / (parts[0] ** 2 / (before.n - 1) + parts[1] ** 2 / (after.n - 1))
        half = t_quantile(freedom) * error
        low, high, p = points - half, points + half, _two_sided(points / error, freedom)
    if not (enough(before.n) and enough(after.n)):
        return Change(points, low, high, Word.TOO_FEW, p)
    if (points if low is None else low) > 0:
        return Change(points, low, high, Word.HIGHER, p)
    if (points if high is None else high) < 0:
        return Change(points, low, high, Word.LOWER, p)
    return Change(points, low, high, Word.UNCLEAR, p)


def wilson(passed: int, n: int) -> tuple[float, float] | None:
    """Wilson's 95 % score interval of a share, in percent; None without cases."""
    if n == 0:
        return None
    share, z2 = passed / n, Z * Z
    centre = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = Z / (1 + z2 / n) * sqrt(share * (1 - share) / n + z2 / (4 * n * n))
    low = 0.0 if passed == 0 else max(0.0, centre - half)
    high = 1.0 if passed == n else min(1.0, centre + half)
    return 100 * low, 100 * high


def zero_critical_upper(n: int) -> float:
    """How frequent criticals may still be, in percent, when `n` reviews showed none (one-sided 95 %).

    Exactly 1 - 0.05^(1/n), about 300 / n for n >= 30; 100 for n = 0.
    """
    return 100 * (1 - (1 - CONFIDENCE) ** (1 / n)) if n else 100.0


def reviews_needed(sd: float, margin: float) -> int:
    """The smallest number of reviews whose interval is mean ± `margin` points at most, at this spread.

    Solved with Student's t; ValueError if `margin` is not positive.
    """
    if margin <= 0:
        raise ValueError("a margin is a positive number of points")
    start = max(2, needed_with_z(sd, margin))  # t is wider than z, so the answer is never smaller
    return next(n for n in count(start) if half_width(sd, n) <= margin)


def needed_with_z(sd: float, margin: float) -> int:
    """The same with the normal distribution: what other calculators print, too small for small samples."""
    return ceil((Z * sd / margin) ** 2)


def proportion_sample_size(margin: float, population: int | None = None, *, share: float = 50) -> int:
    """Cases needed to know a share to ± `margin` points, in a population of this size (None = endless).

    n0 = z² p (1 - p) / margin², then n0 / (1 + (n0 - 1) / N), rounded up. `share` is the expected one in
    percent; 50 is the worst case. ValueError if `margin` is not positive.
    """
    if margin <= 0:
        raise ValueError("a margin is a positive number of points")
    endless = Z * Z * share * (100 - share) / margin**2
    return ceil(endless if population is None else endless / (1 + (endless - 1) / population))


@lru_cache(maxsize=4096)
def t_quantile(freedom: float) -> float:
    """Student's t that leaves 2.5 % above it."""
    from scipy.special import stdtrit  # noqa: PLC0415 - slow to import, see the module's docstring

    return float(stdtrit(freedom, (1 + CONFIDENCE) / 2))


def _two_sided(t: float, freedom: float) -> float:
    from scipy.special import stdtr  # noqa: PLC0415 - slow to import, see the module's docstring

    return float(2 * stdtr(freedom, -abs(t)))
