"""Quotas: how many conversations of each agent a cycle takes, when the team's number counts for each reviewer.

The reviewers' time is what there is; it goes round the agents. Who was reviewed least of late comes first, so that over
some cycles everybody gets the same share, and a small quota never means the same few people.
"""

from collections.abc import Mapping
from datetime import timedelta
from fractions import Fraction
from heapq import heapify, heappop, heappush
from math import ceil

from iqs.people import QuotaOf, Team
from iqs.sampling import rank

LATELY = timedelta(days=91)
"""How far back reviews count for whose turn it is: a quarter."""

CATCHING_UP = 2
"""Somebody behind the others gets at most this many even shares a cycle, as long as there is other work."""


def quotas(
    team: Team, eligible: Mapping[int, int], lately: Mapping[int, int], *, reviewers: int, seed: str
) -> dict[int, int]:
    """How many conversations of each agent (by id) this draw wants.

    `eligible` are the conversations that each agent has in the frame, `lately` how many each was handed out of draws
    in the last quarter, `reviewers` who can take work. Quotas for each reviewee are the team's own number; those for
    each reviewer are shared out one by one, to whom had least, ties by the seed.
    """
    if team.quota_of is QuotaOf.REVIEWEE:
        return dict.fromkeys(eligible, team.quota)
    total = min(team.quota * reviewers, sum(eligible.values()))
    most = CATCHING_UP * ceil(Fraction(total, max(1, len(eligible))))
    given, left = dict.fromkeys(eligible, 0), total
    for limit in (most, total):
        turns = [(lately.get(who, 0) + given[who], rank(seed, f"turn|{who}"), who) for who in eligible]
        heapify(turns)
        while turns and left:
            had, tie, who = heappop(turns)
            if given[who] < min(eligible[who], limit):
                given[who] += 1
                left -= 1
                heappush(turns, (had + 1, tie, who))
    return given
