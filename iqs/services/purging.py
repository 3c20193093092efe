"""What was deleted in the helpdesk goes here too: its text and the customer's name. The score stays."""

from datetime import datetime

from iqs.assignments import AssignmentState
from iqs.services import refreshing
from iqs.storage.repositories import assignments, audit, conversations, fetches, reviews, scorecard_notices
from iqs.storage.store import Store, Tx

REASON = "deleted in the helpdesk"
"""Why an open assignment of it ended."""


def purge(store: Store, source: str, external_id: str, *, now: datetime) -> bool:
    """Deletes the conversation's text, subject, link and customer, and cancels what is open; again changes nothing.

    Drafts that may quote it are emptied. Submitted reviews keep their ratings, score and comment. The messages that
    show what is gone are remembered (`refreshing`). Returns whether there was anything to purge.
    """
    return store.transact(lambda tx: _purge(tx, source, external_id, now))


def _purge(tx: Tx, source: str, external_id: str, now: datetime) -> bool:
    fetches.done(tx, source, external_id)
    conversation_id = conversations.by_key(tx, source, external_id)
    if conversation_id is None or not conversations.purge(tx, conversation_id, now=now):
        return False
    waiting = assignments.open_of(tx, conversation_id)
    for assignment_id in waiting:
        review = reviews.of_assignment(tx, assignment_id)
        if review is not None:
            reviews.discard(tx, review.id)
    assignments.end(tx, waiting, state=AssignmentState.CANCELLED, now=now, skip_reason=REASON)
    scorecard_notices.withdraw(tx, waiting)
    audit.record(tx, at=now, actor_id=None, action="purge", object="conversation", object_id=conversation_id)
    refreshing.remember(tx, assignments=waiting, reviews=reviews.submitted_of(tx, conversation_id))
    return True
