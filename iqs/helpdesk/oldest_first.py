"""Lists that come oldest change first, by page numbers which shift under us when somebody works meanwhile.

So each page begins at the time the last one ended with; numbers count only among entries of one moment, or when the
order is not the one that was asked for.
"""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise


def position(cursor: str | None, since: datetime) -> tuple[str, int]:
    """Where a page begins: the time that is asked for, and the number of the page from there."""
    if cursor is None:
        return stamp(since), 1
    start, number = json.loads(cursor)
    return start, number


def onward(
    moments: Sequence[datetime | None], start: str, number: int, *, back: timedelta = timedelta(0)
) -> str:
    """The cursor of the page after the one of `position`, whose entries changed at these moments.

    It reaches `back` before the last of them, for a helpdesk that may leave out the very second it is asked for.
    """
    known = [each for each in moments if each]
    in_order = len(known) == len(moments) > 0 and all(one <= two for one, two in pairwise(known))
    if in_order and (following := stamp(known[-1] - back)) > start:
        return json.dumps([following, 1])
    return json.dumps([start, number + 1])


def stamp(moment: datetime) -> str:
    """RFC 3339 in whole seconds, downwards: what begins within one begins with it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
