"""Drawing a period anew: while nobody has begun, the old draw is taken back and another one takes its place."""

from datetime import datetime
from functools import partial

from iqs import cycles
from iqs.access import Action, TeamFacts, demand
from iqs.assignments import DRAWN_ANEW, AssignmentState, DrawResult
from iqs.errors import Conflict, Invalid, NotFound
from iqs.people import Person, Team
from iqs.services import drawing
from iqs.storage.repositories import assignments, audit, deadlines, scorecard_notices, teams
from iqs.storage.store import Store, Tx


def redraw(
    store: Store,
    team: str | int,
    period: str,
    *,
    now: datetime,
    seed: str | None = None,
    actor: Person | None = None,
    attempt: int | None = None,
) -> DrawResult:
    """Takes the draw of a team's period back and draws it anew, with the next attempt's own seed unless one is given.

    `team` is its name or id. Its scorecards are withdrawn; what they said in Slack is redrawn by the clock. `actor`
    None is the operator. `attempt` is the one that whoever asks has seen: of two who ask at once, one draws. All of
    it is one transaction, what the new draw is made from included: where that fails, the old draw stands.
    Raises NotFound for a period that was not drawn, NotAllowed, Conflict as soon as anybody has begun or another
    attempt stands, and Invalid when there is nothing to draw from any more.
    """
    return store.transact(partial(_redraw, team, period, now, seed, actor, attempt))


def _redraw(
    named: str | int,
    period: str,
    now: datetime,
    seed: str | None,
    actor: Person | None,
    attempt: int | None,
    tx: Tx,
) -> DrawResult:
    team = _team(tx, named, actor)
    label = cycles.canonical(period)
    teams.lock(tx, team.id)
    drawn = assignments.draw_of(tx, team.id, label)
    if drawn is None:
        raise NotFound(f"{team.name} was not drawn for {label}, so there is nothing to draw anew.")
    if attempt not in (None, drawn.attempt):
        raise Conflict(f"{label} was drawn anew already: attempt {drawn.attempt} is the one that counts.")
    still_open = deadlines.lock_open(tx, drawn.id)
    begun = deadlines.begun(tx, drawn.id)
    if begun:
        what = "1 review was" if begun == 1 else f"{begun} reviews were"
        raise Conflict(f"{label} cannot be drawn anew: {what} begun, skipped or done already.")
    assignments.end(
        tx,
        still_open,
        state=AssignmentState.CANCELLED,
        now=now,
        skip_reason=DRAWN_ANEW,
        actor_id=actor.id if actor else None,
    )
    scorecard_notices.withdraw(tx, still_open)
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


def _team(tx: Tx, named: str | int, actor: Person | None) -> Team:
    """The team, if this actor may draw it; who may not does not learn which ids there are."""
    if isinstance(named, int):
        _demand(actor, named)
        return teams.by_id(tx, named)
    team = teams.by_name(tx, named)
    _demand(actor, team.id)
    return team


def _demand(actor: Person | None, team_id: int) -> None:
    if actor is not None:
        demand(actor, Action.DRAW, TeamFacts(team_id, 0))
