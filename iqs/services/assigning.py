"""The draw: a period's sample, shared out among reviewers, saved with one Notice for each scorecard."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from iqs import cycles
from iqs.assignments import DRAWN_TOO, AssignmentState, Drawn, DrawResult, Step
from iqs.errors import Conflict
from iqs.people import Person, Team
from iqs.proof import Committed, Frame
from iqs.reviews import ReviewKind, Stream, kind_of
from iqs.sampling import TAKEN, Candidate, Spot, Standing, Stop, Walk, rank, seek
from iqs.services import committing, settling, staffing
from iqs.services.committing import Asked, Ready
from iqs.sharing import may_review, share, unshared
from iqs.storage.repositories import (
    assignments,
    audit,
    commitments,
    conversations,
    draws,
    events,
    fetches,
    lots,
    scorecard_notices,
    scorecards,
    teams,
)
from iqs.storage.store import Tx

FETCH_FIRST = timedelta(minutes=2)
"""The head start of a text that must be fetched; after it the scorecard leaves without, and is redrawn."""


def draw_within(
    tx: Tx,
    *,
    team_name: str,
    period: str,
    now: datetime,
    seed: str | None = None,
    dry_run: bool = False,
    actor: Person | None = None,
) -> DrawResult:
    """Draws the team's random sample of a period and hands it to the reviewers (see `iqs.services.drawing.draw`).

    What is not committed yet is committed in the same transaction.
    """
    wanted = committing.asked(tx, team_name=team_name, period=period, now=now, seed=seed, actor=actor)
    team = wanted.team
    teams.lock(tx, team.id)
    existing = assignments.draw_of(tx, team.id, wanted.period)
    if existing is not None:
        if seed is not None and seed != existing.seed:
            raise Conflict(f"{team.name} was drawn for {wanted.period} already, with seed {existing.seed}.")
        return _as_it_stands(tx, team, wanted.period, existing)
    ready = committing.prepare(tx, wanted, seed=seed, now=now)
    plan = _plan(tx, wanted, ready)
    save = bool(plan.pairs) and not dry_run
    if save:
        committed = committing.write(tx, wanted, ready, now=now)
        _save(tx, wanted, ready, plan, committed, now=now, created_by=actor.id if actor else None)
    return DrawResult(
        team=team.name,
        period=wanted.period,
        seed=ready.seed,
        eligible=ready.frame.eligible,
        excluded=ready.frame.excluded,
        assignments=tuple(
            Drawn(each.key, plan.names[each.reviewee_id], reviewer.name) for each, reviewer in plan.pairs
        ),
        unshared=sum(plan.unshared.values()),
        unshared_why=plan.unshared,
        saved=save,
    )


def sample(tx: Tx, frame: Frame, seed: str) -> list[Stop]:
    """Every place that the seeded order of a frame comes to until each reviewee's quota is full."""
    walks = [
        Walk.of(seed, person, frame.first_day, stratum) for person, stratum in sorted(frame.strata.items())
    ]
    return seek(walks, partial(_look, tx, frame))


def _look(tx: Tx, frame: Frame, spots: Sequence[Spot]) -> Standing:
    """What stands in these places, and why some is passed over; facts are read only where they decide."""
    whole = {day for day in {spot.day for spot in spots} if frame.takes_all_of(day)}
    standing = lots.standing(tx, [spot for spot in spots if spot.day in whole])
    passed = {}
    for spot, facts in lots.look(tx, [spot for spot in spots if spot.day not in whole]).items():
        standing[spot] = facts.conversation_id
        if (why := frame.judge(facts)) is not None:
            passed[spot] = why
    return standing, passed


def next_candidate(tx: Tx, draw_id: int, person_id: int) -> Candidate | None:
    """The next conversation of this reviewee in the draw's seeded order; None if there is none.

    The order owes nothing to what was handed out on purpose: `hand_out` deals with that. Every place it comes to is
    logged with the draw. A draw without a commitment has no order to go on with.
    """
    row = draws.by_id(tx, draw_id)
    if row is None or row.commitment_id is None or not draws.lock(tx, draw_id, person_id):
        return None
    committed = commitments.by_id(tx, row.commitment_id)
    assert committed is not None  # a foreign key
    frame = Frame.read(committed.frame)
    settling.settle(tx)
    after = draws.position(tx, draw_id, person_id)
    walk = Walk.of(row.seed, person_id, frame.first_day, frame.strata[person_id], after=after, wanted=1)
    stops = seek([walk], partial(_look, tx, frame))
    draws.log(tx, draw_id, stops)
    return next(iter(_candidates(tx, stops)), None)


@dataclass(frozen=True, slots=True)
class Given:
    """A conversation that is handed to a reviewer.

    `kind` is told by the reviewer's roles unless given; `handed_by` is who picked it, its reviewer who asked for it.
    """

    reviewer: Person
    conversation_id: int
    reviewee_id: int
    scorecard_version_id: int
    stream: Stream
    draw_id: int | None
    due_at: datetime | None
    kind: ReviewKind | None = None
    picked_for: str | None = None
    handed_by: int | None = None
    replaces_id: int | None = None
    double_of_id: int | None = None


def hand_out(tx: Tx, team: Team, given: Sequence[Given], *, now: datetime) -> list[int]:
    """Assignments and the Notices of their scorecards, all or none; returns the assignments' ids in this order.

    What chance drew takes the place of the same conversation picked for coaching, if nobody has begun that.
    A scorecard leaves when the reviewer is at work; text that is not here yet is asked for, with a head start.
    """
    by_chance = {
        each.conversation_id
        for each in given
        if each.stream is Stream.RANDOM and each.kind is not ReviewKind.SELF
    }
    for picked in draws.picked_unbegun(tx, team.id, by_chance):
        assignments.move(
            tx, picked, state=AssignmentState.CANCELLED, now=now, skip_reason=DRAWN_TOO, leaves_draw=True
        )
        scorecard_notices.withdraw(tx, [picked])
    made = assignments.add(tx, [_row(team, each) for each in given], now=now)
    missing = fetches.want_texts(tx, [each.conversation_id for each in given], now=now)
    leaves: dict[tuple[int, bool], datetime] = {}
    steps, cards = [], []
    for assignment_id, each in zip(made, given, strict=True):
        detail = {"to": each.reviewer.id, "instead_of": each.replaces_id}
        steps.append((assignment_id, each.handed_by, detail))
        waits = each.conversation_id in missing
        key = (each.reviewer.id, waits)
        if key not in leaves:
            at = now + FETCH_FIRST if waits else now
            leaves[key] = staffing.next_instant(tx, team, each.reviewer, at=at)
        cards.append((assignment_id, each.reviewer.id, leaves[key]))
    events.record_all(tx, Step.HANDED, steps, at=now)
    scorecard_notices.add(tx, cards, now=now)
    return made


def _row(team: Team, given: Given) -> dict[str, Any]:
    return {
        "team_id": team.id,
        "conversation_id": given.conversation_id,
        "reviewer_id": given.reviewer.id,
        "reviewee_id": given.reviewee_id,
        "scorecard_version_id": given.scorecard_version_id,
        "kind": given.kind or kind_of(given.reviewer, team.id),
        "stream": given.stream,
        "draw_id": given.draw_id,
        "due_at": given.due_at,
        "picked_for": given.picked_for,
        "handed_by": given.handed_by,
        "replaces_id": given.replaces_id,
        "double_of_id": given.double_of_id,
    }


@dataclass(frozen=True, slots=True)
class _Plan:
    """What a draw would do: the places its order came to, and which conversation goes to which reviewer."""

    stops: list[Stop]
    names: dict[int, str]
    pairs: list[tuple[Candidate, Person]]
    unshared: dict[str, int]  # how many nobody was given, by reason


def _plan(tx: Tx, wanted: Asked, ready: Ready) -> _Plan:
    stops = sample(tx, ready.frame, ready.seed)
    # In an order that owes nothing to whose conversation it is, so that nobody's list is one agent's work.
    drawn = sorted(_candidates(tx, stops), key=lambda each: rank(ready.seed, each.key))
    drawn = _for_fresh_eyes(tx, drawn, [each.person_id for each in ready.able])
    shared = share(drawn, ready.able, seed=ready.seed)
    known = {person.id: person for person in wanted.members}
    pairs = [(each, known[shared[each.conversation_id]]) for each in drawn if each.conversation_id in shared]
    names = {person.id: person.name for person in wanted.members}
    return _Plan(stops, names, pairs, unshared(drawn, ready.able, shared))


def _for_fresh_eyes(tx: Tx, drawn: list[Candidate], able: list[int]) -> list[Candidate]:
    """Whoever was given a conversation before, such as for coaching, is not given it again, if somebody else may."""
    before = draws.handed_to(tx, [each.conversation_id for each in drawn])
    if not before:
        return drawn
    fresh = []
    for each in drawn:
        closed = replace(each, participants=each.participants | before.get(each.conversation_id, set()))
        fresh.append(closed if any(may_review(closed, who) for who in able) else each)
    return fresh


def _candidates(tx: Tx, stops: Iterable[Stop]) -> list[Candidate]:
    """What was taken, with who took part in it."""
    taken = {
        each.conversation_id: each.spot.person_id
        for each in stops
        if each.conversation_id is not None and each.outcome == TAKEN
    }
    return conversations.candidates(tx, taken)


def _save(
    tx: Tx,
    wanted: Asked,
    ready: Ready,
    plan: _Plan,
    committed: Committed | None,
    *,
    now: datetime,
    created_by: int | None,
) -> None:
    team, due_at = wanted.team, cycles.deadline(wanted.team, now)
    version_id = scorecards.current(tx, team.id).version_id
    assert version_id is not None  # it is published
    draw_id = assignments.add_draw(
        tx,
        team_id=team.id,
        period=wanted.period,
        starts_at=wanted.span.start,
        ends_at=wanted.span.end,
        seed=ready.seed,
        eligible=ready.frame.eligible,
        excluded=dict(ready.frame.excluded),
        now=now,
        created_by=created_by,
        due_at=due_at,
        attempt=ready.attempt,
        commitment_id=None if committed is None else committed.id,
    )
    given = [
        Given(
            reviewer,
            candidate.conversation_id,
            candidate.reviewee_id,
            scorecard_version_id=version_id,
            stream=Stream.RANDOM,
            draw_id=draw_id,
            due_at=due_at,
        )
        for candidate, reviewer in plan.pairs
    ]
    hand_out(tx, team, given, now=now)
    draws.log(tx, draw_id, plan.stops)
    drawn = Counter(each.spot.person_id for each in plan.stops if each.outcome == TAKEN)
    strata = {
        person: (stratum.eligible, drawn[person])
        for person, stratum in ready.frame.strata.items()
        if stratum.eligible
    }
    draws.put_strata(tx, draw_id, strata)
    audit.record(tx, at=now, actor_id=created_by, action="draw", object="draw", object_id=draw_id)


def _as_it_stands(tx: Tx, team: Team, period: str, existing: assignments.Row) -> DrawResult:
    rows = assignments.of_draw(tx, existing.id)
    return DrawResult(
        team=team.name,
        period=period,
        seed=existing.seed,
        eligible=existing.eligible,
        excluded=existing.excluded,
        assignments=tuple(
            Drawn(f"{row.source}:{row.external_id}", row.reviewee, row.reviewer, Stream(row.stream))
            for row in rows
        ),
        saved=False,
        existed=True,
    )
