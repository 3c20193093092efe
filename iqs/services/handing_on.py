"""Who is not there any more hands their work on: the conversation is reviewed, and nothing is lost.

That is who left the team or lost the role, who was deactivated, whom Slack lets nothing through to, and who is out
of office until after the deadline.
"""

from datetime import datetime
from functools import partial

from iqs.absences import can_work
from iqs.assignments import AssignmentState, HandOnReason
from iqs.people import Person, Role
from iqs.reviews import ReviewKind
from iqs.services.reassigning import hand_over
from iqs.services.staffing import least_busy, permitted
from iqs.storage.repositories import absences, assignments, people, reviews, teams, work
from iqs.storage.repositories.assignments import Row
from iqs.storage.store import Store, Tx


def hand_on(store: Store, *, now: datetime) -> list[int]:
    """Gives open assignments of people who are not there any more to other reviewers; returns those that ended.

    Each goes to the permitted reviewer of its team with the least open work, as when somebody hands it on
    themselves. What was begun stays with who comes back: nothing that they rated is thrown away by a machine, and a
    lead may reassign it. Of who left, everything goes on: nobody else may finish it. Self reviews stay, and
    what nobody else may review.
    """
    with store.read() as tx:
        found = work.of_leavers(tx)
        found += work.unbegun(tx, people.away(tx))
        found += work.unbegun(tx, absences.away(tx, now=now))
    return [each for each in dict.fromkeys(found) if store.transact(partial(_hand_on, each, now))]


def _hand_on(assignment_id: int, now: datetime, tx: Tx) -> bool:
    row = assignments.get(tx, assignment_id, lock=True)
    if row is None or row.state != AssignmentState.OPEN or row.kind == ReviewKind.SELF:
        return False
    reason = _why(tx, row, now)
    if reason is None or (reason is not HandOnReason.LEFT and reviews.of_assignment(tx, assignment_id)):
        return False
    target = least_busy(tx, teams.by_id(tx, row.team_id), permitted(tx, row), now=now, until=row.due_at)
    if target is None:
        return False
    hand_over(tx, row, target, why=reason, now=now, actor_id=None)
    return True


def _why(tx: Tx, row: Row, now: datetime) -> HandOnReason | None:
    """Why the reviewer of an assignment cannot do it, None if they can; without a deadline it waits for the absent."""
    reviewer = people.by_id(tx, row.reviewer_id)
    if reviewer is None or not _has_role(reviewer, row.team_id):
        return HandOnReason.LEFT
    if reviewer.id in people.unreachable(tx):
        return HandOnReason.UNREACHABLE
    away = absences.of(tx, [reviewer.id], now=now).get(reviewer.id, [])
    team = teams.by_id(tx, row.team_id)
    if row.due_at is None or can_work(away, team, reviewer.timezone, now=now, until=row.due_at):
        return None
    return HandOnReason.AWAY


def _has_role(reviewer: Person, team_id: int) -> bool:
    return reviewer.has(Role.REVIEWER, team_id) or reviewer.has(Role.LEAD, team_id)
