"""Notices of scorecards: they come and go with their assignments, thousands at once when a large team is drawn."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import insert, update

from iqs.notices import NoticeKind, NoticeState, scorecard_key
from iqs.storage import tables
from iqs.storage.store import Tx

T = tables.Notice

AT_ONCE = 1_000
"""Notices in one statement."""


def add(tx: Tx, cards: Iterable[tuple[int, int, datetime]], *, now: datetime) -> None:
    """Of new assignments: (assignment, reviewer, when its scorecard may leave)."""
    same = {"kind": NoticeKind.SCORECARD, "state": NoticeState.PENDING, "attempts": 0, "created_at": now}
    rows = [
        {
            "key": scorecard_key(number),
            "object_id": number,
            "person_id": reviewer,
            "not_before": leaves,
            **same,
        }
        for number, reviewer, leaves in cards
    ]
    if rows:
        tx.execute(insert(T), rows)


def withdraw(tx: Tx, assignment_ids: Sequence[int]) -> None:
    """Of assignments that ended; what is on its way or has been sent stays."""
    keys = [scorecard_key(each) for each in assignment_ids]
    for start in range(0, len(keys), AT_ONCE):
        tx.execute(
            update(T)
            .where(T.key.in_(keys[start : start + AT_ONCE]), T.state == NoticeState.PENDING)
            .values(state=NoticeState.CANCELLED)
        )
