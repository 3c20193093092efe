"""Shares of reviews, and how sure they are: how many passed, and in how many a critical category failed.

Several reviews of one conversation are one look at it: the intervals go by conversations, as those of means do. A
conversation's own share of passes is never more uncertain than a single review, so this is the careful side.
"""

from iqs import figures
from iqs.figures import Tallies
from iqs.reports import Criticals
from iqs.statistics import wilson, zero_critical_upper


def looks(tallies: Tallies, window: int) -> float:
    """Independent looks for each review of a window: 1, or fewer where conversations have several reviews."""
    mine = [tally for cell, tally in tallies.items() if cell.window == window and tally.n]
    reviews = sum(each.n for each in mine)
    conversations = sum(each.n if each.clusters is None else each.clusters.conversations for each in mine)
    return conversations / reviews if reviews else 1.0


def passing(tallies: Tallies, window: int) -> tuple[float, float] | None:
    """The 95 % interval of the pass rate, in percent; None without scored reviews."""
    whole, each = figures.whole(tallies, window), looks(tallies, window)
    return wilson(whole.passed * each, whole.n * each)


def criticals(failed: int, n: int, each: float = 1.0) -> Criticals | None:
    """Critical failures in `n` reviews of `each` looks, with how frequent they may be; None for no reviews."""
    interval = wilson(failed * each, n * each)
    if interval is None:
        return None
    return Criticals(failed, n, *(interval if failed else (0.0, zero_critical_upper(n * each))))
