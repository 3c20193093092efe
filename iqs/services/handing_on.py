"""Who cannot be reached any more hands their untouched work on: the conversation is reviewed, and nothing is lost."""

from datetime import datetime
from functools import partial

from iqs import notices as notice_keys
from iqs.assignments import AssignmentState
from iqs.reviews import ReviewKind, Stream
from iqs.services.assigning import hand_out, least_busy
from iqs.services.reviewing import facts
from iqs.storage.repositories import assignments, audit, notices, people, reviews, teams
from iqs.storage.store import Store, Tx

REASON = "reviewer cannot be reached"
"""Why the assignment ended, as its row and the audit say."""


def hand_on(store: Store, *, now: datetime) -> int:
    """Gives open assignments of people who left or cannot be reached to other reviewers; returns how many.

    Each goes to the permitted reviewer of its team with the least open work, as when somebody hands it on
    themselves. What was begun stays: nothing that a person rated is thrown away by a machine; a lead may reassign
    it. Self reviews stay too, and what nobody else may review.
    """
    with store.read() as tx:
        found = assignments.unbegun(tx, people.away(tx))
    return sum(store.transact(partial(_hand_on, each, now)) for each in found)


def _hand_on(assignment_id: int, now: datetime, tx: Tx) -> bool:
    row = assignments.get(tx, assignment_id, lock=True)
    if row is None or row.state != AssignmentState.OPEN or row.kind == ReviewKind.SELF:
        return False
    away = set(people.away(tx))
    if row.reviewer_id not in away or reviews.of_assignment(tx, assignment_id) is not None:
        return False
    target = least_busy(tx, row, facts(tx, row), without=away)
    if target is None:
        return False
    assignments.move(tx, assignment_id, state=AssignmentState.CANCELLED, now=now, skip_reason="reassigned")
    notices.cancel(tx, notice_keys.scorecard_key(assignment_id))
    successor = hand_out(
        tx,
        teams.by_id(tx, row.team_id),
        target,
        conversation_id=row.conversation_id,
        reviewee_id=row.reviewee_id,
        scorecard_version_id=row.scorecard_version_id,
        stream=Stream(row.stream),
        draw_id=row.draw_id,
        due_at=row.due_at,
        now=now,
    )
    audit.record(
        tx,
        at=now,
        actor_id=None,
        action="reassign",
        object="assignment",
        object_id=assignment_id,
        detail={"to": target.id, "successor": successor, "why": REASON},
    )
    return True
