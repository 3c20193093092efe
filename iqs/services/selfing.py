"""Asking agents for their own view of the conversations that are reviewed, and withdrawing what is no longer asked.

Every conversation of the random sample is asked about, however it was handed out (drawn, replaced, taken with
`/iqs review`, handed on): this looks at what stands, at each tick, so that nothing else needs to know of it. Self
reviews are seen by nobody but the agent and whoever reviewed the conversation, and count for no figure.
"""

from datetime import datetime
from functools import partial

from iqs.assignments import AssignmentState
from iqs.reviews import ReviewKind, Stream, undo_until
from iqs.services.assigning import Given, hand_out
from iqs.storage.repositories import assignments, own_views, people, reviews, scorecard_notices, teams
from iqs.storage.repositories.own_views import Row
from iqs.storage.store import Store, Tx

READ_FIRST = "a colleague's review was released first"
NOT_REVIEWED = "the conversation is not reviewed after all"
"""Why an agent is asked no longer, as the assignment's row says."""


def keep_up(store: Store, *, now: datetime) -> list[int]:
    """Asks and withdraws what the hour brings; returns the assignments that were withdrawn, for redrawing.

    Doing it twice at once or again changes nothing.
    """
    with store.read() as tx:
        idle = not own_views.unasked(tx, now=now) and not _over(tx, now)
    if idle:
        return []
    store.transact(partial(_ask, now))
    return store.transact(partial(_withdraw, now))


def _ask(now: datetime, tx: Tx) -> None:
    for team_id in sorted({row.team_id for row in own_views.unasked(tx, now=now)}):
        teams.lock(tx, team_id)  # of two processes that ask, the second one finds it asked
    for row in own_views.unasked(tx, now=now):
        agent = people.by_id(tx, row.reviewee_id)
        if agent is None or own_views.one(tx, row.conversation_id, row.draw_id, agent.id) is not None:
            continue
        given = Given(
            agent,
            row.conversation_id,
            agent.id,
            scorecard_version_id=row.scorecard_version_id,
            stream=Stream.RANDOM,
            draw_id=row.draw_id,
            due_at=row.due_at,
            kind=ReviewKind.SELF,
        )
        hand_out(tx, teams.by_id(tx, row.team_id), [given], now=now)


def _over(tx: Tx, now: datetime) -> list[tuple[Row, AssignmentState, str | None]]:
    """Own views that are asked no longer: what they become, and why."""
    found: list[tuple[Row, AssignmentState, str | None]] = []
    for row in own_views.still_open(tx):
        begun = reviews.of_assignment(tx, row.id) is not None
        others = own_views.reviews_beside(tx, row.conversation_id, row.draw_id)
        out = any(each.submitted_at is not None and now >= undo_until(each.submitted_at) for each in others)
        if row.due_at is not None and now >= row.due_at:
            found.append((row, AssignmentState.EXPIRED, None))
        elif out and not begun:
            found.append((row, AssignmentState.CANCELLED, READ_FIRST))
        elif not begun and all(
            each.state not in (AssignmentState.OPEN, AssignmentState.SUBMITTED) for each in others
        ):
            found.append((row, AssignmentState.CANCELLED, NOT_REVIEWED))
    return found


def _withdraw(now: datetime, tx: Tx) -> list[int]:
    done = []
    for row, _, _ in _over(tx, now):
        assignments.get(tx, row.id, lock=True)
    for row, state, why in _over(tx, now):  # again: somebody may have begun before the lock
        assignments.move(tx, row.id, state=state, now=now, skip_reason=why)
        scorecard_notices.withdraw(tx, [row.id])
        done.append(row.id)
    return done
