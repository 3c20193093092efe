"""Drawing a period anew: while nobody has begun, the old draw is taken back and another one takes its place."""

from datetime import datetime
from functools import partial

from iqs import cycles
from iqs import notices as notice_keys
from iqs.access import Action, TeamFacts, demand
from iqs.assignments import DRAWN_ANEW, AssignmentState, DrawResult
from iqs.errors import Conflict, Invalid, NotFound
from iqs.people import Person
from iqs.services import drawing
from iqs.storage.repositories import assignments, audit, deadlines, notices, people, teams
from iqs.storage.store import Store, Tx


def redraw(
    store: Store,
    team: str | int,
    period: str,
    *,
    now: datetime,
    seed: str | None = None,
    actor: Person | None = None,
) -> DrawResult:
    """Takes the draw of a team's period back and draws it anew, with the next attempt's own seed unless one is given.

    `team` is its name or id. Its scorecards are withdrawn; what they said in Slack is redrawn by the clock. `actor`
    None is the operator.
    Raises NotFound for a period that was not drawn, NotAllowed, Conflict as soon as anybody has begun, and Invalid
    when there is nothing to draw from any more; then the old draw stands.
    """
    return store.transact(partial(_redraw, team, period, now, seed, actor))


def _redraw(
    named: str | int, period: str, now: datetime, seed: str | None, actor: Person | None, tx: Tx
) -> DrawResult:
    team = teams.by_id(tx, named) if isinstance(named, int) else teams.by_name(tx, named)
    if team is None:
        known = ", ".join(each.name for each in teams.every(tx)) or "none yet; add people first"
        raise NotFound(f"There is no team “{named}”. Known: {known}.")
    if actor is not None:
        demand(actor, Action.DRAW, TeamFacts(team.id, len(people.members(tx, team.id))))
    label = cycles.canonical(period)
    teams.lock(tx, team.id)
    drawn = assignments.draw_of(tx, team.id, label)
    if drawn is None:
        raise NotFound(f"{team.name} was not drawn for {label}, so there is nothing to draw anew.")
    still_open = deadlines.lock_open(tx, drawn.id)
    begun = deadlines.begun(tx, drawn.id)
    if begun:
        what = "1 review was" if begun == 1 else f"{begun} reviews were"
        raise Conflict(f"{label} cannot be drawn anew: {what} begun, skipped or done already.")
    for assignment_id in still_open:
        assignments.move(
            tx,
            assignment_id,
            state=AssignmentState.CANCELLED,
            now=now,
            skip_reason=DRAWN_ANEW,
            actor_id=actor.id if actor else None,
        )
        notices.cancel(tx, notice_keys.scorecard_key(assignment_id))
    deadlines.cancel(tx, drawn.id, now=now)
    audit.record(
        tx,
        at=now,
        actor_id=actor.id if actor else None,
        action="redraw",
        object="draw",
        object_id=drawn.id,
        detail={"assignments": len(still_open)},
    )
    made = drawing.draw_within(tx, team_name=team.name, period=label, now=now, seed=seed, actor=actor)
    if not made.saved:
        raise Invalid(f"There is nothing to draw for {label} any more, so the draw stays as it is.")
    return made
