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

SPREAD_FREEDOM = 40
"""The most that earlier reviews count for in the spread of later ones, in degrees of freedom."""

MARGINS = (5, 10, 15)
"""Points to which it may be said that more reviews would make a mean known."""

FAR = 30
"""More further reviews than this are no help to be told."""

LEAST_SD = 15
"""Points: as little as scores may be taken to vary where fewer than MIN_N of them tell."""

MIN_N = 5
"""With fewer reviews than this a mean is not judged: five reviews are still ±25 points at a usual spread."""


class Word(StrEnum):
    """What may be said about a change."""

    HIGHER = "higher"
    LOWER = "lower"
    UNCLEAR = "no clear difference"
    TOO_FEW = "not enough reviews yet"


@dataclass(frozen=True, slots=True)
class Spread:
    """What other reviews of the same work tell about the spread of scores: their SD, and how sure it is.

    `freedom` is the degrees of freedom it was estimated with, at most SPREAD_FREEDOM: an older spread helps a
    small sample, and never outweighs a large one.
    """

    sd: float
    freedom: float

    @classmethod
    def of(cls, squares: Fraction | float, freedom: int) -> "Spread | None":
        """From a sum of squared distances to their means, and what is left free; None when nothing is."""
        if freedom < 1:
            return None
        return cls(sqrt(max(0.0, float(squares)) / freedom), min(freedom, SPREAD_FREEDOM))


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean of `n` scores with its 95 % interval, clipped to 0–100.

    `mean` is None without scores. `sd` is the standard deviation that was used, `error` the mean's standard error
    with `freedom` degrees of freedom; these and the interval need two scores, or one and a known spread.
    """

    mean: float | None
    n: int
    low: float | None = None
    high: float | None = None
    sd: float | None = None
    error: float | None = None
    freedom: float = 0

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
    spread: Spread | None = None,
) -> Estimate:
    """The same from sums, as SQL gives them: count, sum and sum of squares of the scores.

    The interval is mean ± `half_width`, clipped to 0–100; `population` is the number of conversations that
    the reviews are a random sample of. `unit` is what one percent is in the sums: 1, or 1,000,000 for
    micropoints. Integers and fractions stay exact; floats may cost the variance its last digits.

    `spread`, from other reviews, is pooled with that of these: few scores look too much alike far too often when
    most are high and some are 0, and then t alone covers 70 % instead of 95 (docs/scoring.md).
    """
    if n == 0:
        return Estimate(None, 0)
    total, total_squares = Fraction(total) / unit, Fraction(total_squares) / unit**2
    squares = max(Fraction(0), total_squares - total * total / n)
    corrected = 1.0 if population is None else max(0.0, 1 - n / population)
    return _estimate(float(total / n), n, float(squares), n - 1, corrected, spread)


@dataclass(frozen=True, slots=True)
class Clusters:
    """Reviews that share conversations: how many conversations, and how far those lie from the mean.

    `squares` adds up, over the conversations, (sum of the distances of its reviews to the mean)², divided by the
    square of the reviews that a conversation has on average: with one review each, the plain sum of squares.
    """

    conversations: int
    squares: Fraction


@dataclass(frozen=True, slots=True)
class Stratum:
    """One agent's scores as sums, and of how many conversations they are a random sample (None: unknown).

    `clusters` where conversations have several reviews: these are no independent looks at the agent's work.
    """

    n: int
    total: Fraction | int
    total_squares: Fraction | int
    population: float | None = None
    clusters: Clusters | None = None

    @property
    def squares(self) -> Fraction:
        """The sum of squared distances to the agent's own mean, of conversations where they are clusters."""
        if self.clusters is not None:
            return self.clusters.squares
        exact = Fraction(self.total_squares) - Fraction(self.total) ** 2 / self.n if self.n else Fraction(0)
        return max(Fraction(0), exact)

    @property
    def freedom(self) -> int:
        """The degrees of freedom in `squares`."""
        return max(0, self._cases - 1)

    @property
    def variance_share(self) -> float:
        """What the error² of the sum of these scores is, in s²: n, corrected for population and clusters."""
        corrected = 1.0 if self.population is None else max(0.0, 1 - self.n / self.population)
        return self.n**2 / self._cases * corrected

    @property
    def _cases(self) -> int:
        return self.n if self.clusters is None else self.clusters.conversations


@dataclass(frozen=True, slots=True)
class Share:
    """Reviews of one agent out of one draw: `n` of `population` eligible conversations, their scores' `total`."""

    n: int
    total: Fraction | int
    population: int


def estimate_strata(strata: Iterable[Stratum], *, unit: int = 1, spread: Spread | None = None) -> Estimate:
    """The plain mean of all scores, with the interval of a sample that was drawn agent by agent.

    The draw fixes how many reviews each agent gets, so that differences between agents are no chance:
    error² = s² / n x sum of n_h / n x (1 - n_h / N_h) over the agents h, with the SD s within agents, pooled over
    them and with `spread` (Cochran, Sampling Techniques, 5.3). Where hardly any agent has two reviews and nothing
    is known from before, it is the plain interval. Where conversations have several reviews, s is the SD of
    conversations, and k_h of them count in place of n_h reviews (n_h² / k_h for n_h; the same book, 9A).
    """
    parts = [each for each in strata if each.n]
    n = sum(each.n for each in parts)
    freedom = sum(each.freedom for each in parts)
    total = sum((Fraction(each.total) for each in parts), Fraction(0))
    if not n:
        return Estimate(None, 0)
    plain = all(each.clusters is None for each in parts)
    if plain and freedom + (spread.freedom if spread else 0) < MIN_N - 1:
        squares = sum((Fraction(each.total_squares) for each in parts), Fraction(0))
        return estimate_from(n, total, squares, unit=unit, spread=spread)
    within = sum((each.squares for each in parts), Fraction(0)) / unit**2
    corrected = sum(each.variance_share for each in parts) / n
    return _estimate(float(total / unit / n), n, float(within), freedom, corrected, spread)


def estimate_weighted(shares: Iterable[Share], within: Estimate, *, unit: int = 1) -> Estimate:
    """The mean over all eligible conversations, each review weighted by 1 / the probability of its conversation.

    mean = sum of N_h / N x mean_h, error² = s² x sum of (N_h / N)² / n_h x (1 - n_h / N_h), over agents and draws h
    (Cochran, 5.2-5.3), with the SD s and its degrees of freedom as they are known `within` agents.
    """
    parts = [each for each in shares if each.n]
    everything = sum(each.population for each in parts)
    n = sum(each.n for each in parts)
    if not parts:
        return Estimate(None, 0)
    mean = float(
        sum(Fraction(each.population, everything) * Fraction(each.total) / each.n for each in parts) / unit
    )
    if within.sd is None:
        return Estimate(mean, n)
    share = sum(
        (each.population / everything) ** 2 / each.n * max(0.0, 1 - each.n / each.population)
        for each in parts
    )
    error = within.sd * sqrt(share)
    half = t_quantile(within.freedom) * error
    low, high = max(0.0, mean - half), min(100.0, mean + half)
    return Estimate(mean, n, low, high, within.sd, error, within.freedom)


def _estimate(
    mean: float, n: int, squares: float, freedom: float, corrected: float, spread: Spread | None
) -> Estimate:
    """The mean with its interval, from the sum of squares with its freedom, pooled with another spread."""
    if spread is not None:
        squares, freedom = squares + spread.sd**2 * spread.freedom, freedom + spread.freedom
    if freedom < 1:
        return Estimate(mean, n)
    sd = sqrt(squares / freedom)
    error = sd / sqrt(n) * sqrt(corrected)
    half = t_quantile(freedom) * error
    return Estimate(mean, n, max(0.0, mean - half), min(100.0, mean + half), sd, error, freedom)


def more_reviews(known: Estimate) -> tuple[int, int] | None:
    """How many more reviews give which margin (± points) at this spread; None if nothing is known of the spread.

    The tightest of MARGINS that is not too far to be told, and the loosest if all are; never fewer than a mean needs
    to be judged at all. A spread known from fewer than MIN_N scores is taken for LEAST_SD at least: two or three look
    alike far too often to plan with.
    """
    if known.sd is None:
        return None
    sd = known.sd if enough(int(known.freedom) + 1) else max(known.sd, LEAST_SD)
    for margin in MARGINS:
        more = max(1, MIN_N - known.n, reviews_needed(sd, margin) - known.n)
        if more <= FAR or margin == MARGINS[-1]:
            return more, margin
    raise AssertionError("unreachable: the last margin is always told")


def half_width(sd: float, n: int, population: int | None = None) -> float:
    """Half of a mean's 95 % interval in points, before clipping: t(n-1) x SD / sqrt(n), for n >= 2.

    Times sqrt(1 - n / population), the finite population correction, for a random sample of a known number.
    """
    correction = 1.0 if population is None else sqrt(max(0.0, 1 - n / population))
    return t_quantile(n - 1) * sd / sqrt(n) * correction


def difference(before: Estimate, after: Estimate, *, freedom: float | None = None) -> Change:
    """Whether `after` is higher than `before`, by Welch's t interval for independent samples.

    Its degrees of freedom are Satterthwaite's, from the errors of both sides and theirs; at most `freedom`, where
    both sides borrowed of one pool of scores: what was counted on both must not count twice.

    A difference whose interval holds 0 is "no clear difference"; a side with fewer than MIN_N scores is
    "not enough reviews yet", whatever the difference. Two sides that do not vary at all are compared as they
    are: with at least five on each side, chance alone separates them in fewer than 1 of 100 cases.
    """
    if before.mean is None or after.mean is None:
        return Change(None, None, None, Word.TOO_FEW)
    points = after.mean - before.mean
    if before.error is None or after.error is None:
        return Change(points, None, None, Word.TOO_FEW)
    parts = before.error**2, after.error**2
    low = high = p = None
    if any(parts):
        error = sqrt(sum(parts))
        own = sum(parts) ** 2 / (parts[0] ** 2 / before.freedom + parts[1] ** 2 / after.freedom)
        own = own if freedom is None else min(own, freedom)
        half = t_quantile(own) * error
        low, high, p = points - half, points + half, _two_sided(points / error, own)
    if not (enough(before.n) and enough(after.n)):
        return Change(points, low, high, Word.TOO_FEW, p)
    if (points if low is None else low) > 0:
        return Change(points, low, high, Word.HIGHER, p)
    if (points if high is None else high) < 0:
        return Change(points, low, high, Word.LOWER, p)
    return Change(points, low, high, Word.UNCLEAR, p)


def wilson(passed: float, n: float) -> tuple[float, float] | None:
    """Wilson's 95 % score interval of a share, in percent; None without cases."""
    if n == 0:
        return None
    share, z2 = passed / n, Z * Z
    centre = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = Z / (1 + z2 / n) * sqrt(share * (1 - share) / n + z2 / (4 * n * n))
    low = 0.0 if passed == 0 else max(0.0, centre - half)
    high = 1.0 if passed == n else min(1.0, centre + half)
    return 100 * low, 100 * high


def zero_critical_upper(n: float) -> float:
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
