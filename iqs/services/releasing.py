"""Reviews whose undo window has passed: they cannot be taken back any more, and their pictures should say so."""

from datetime import datetime, timedelta

from iqs.reviews import UNDO_WINDOW
from iqs.storage.repositories import own_views, reviews, settings
from iqs.storage.store import Store

RELEASED = "released_until"
LOOK_BACK = timedelta(days=1)
"""How far back the first look goes."""


def newly_released(store: Store, *, now: datetime) -> list[int]:
    """Assignments whose review was released since the last time this was asked, by whichever process.

    With an agent's own view come the reviews that stand beside it: they show it now. Where it got to is stored, so
    that what passed while nothing ran is named by the next process.
    """
    until = now - UNDO_WINDOW
    with store.read() as tx:
        known = settings.get(tx, RELEASED)
        since = datetime.fromisoformat(known) if known else until - LOOK_BACK
        found = reviews.submitted_between(tx, since, until)
        beside = own_views.reviewed_beside(tx, [assignment_id for assignment_id, _ in found])
    if found:
        with store.write() as tx:
            settings.put(tx, RELEASED, max(at for _, at in found).isoformat())
    return list(dict.fromkeys([*(assignment_id for assignment_id, _ in found), *beside]))
