"""The draw: a period's sample, shared out among reviewers, saved with one Notice for each scorecard."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial
from hashlib import blake2b

from iqs import notices as notice_keys
from iqs import sampling
from iqs.access import Action, AssignmentFacts, TeamFacts, can, demand
from iqs.assignments import AssignmentState, Drawn, DrawResult, Progress
from iqs.errors import Conflict, Invalid, NotFound
from iqs.notices import NoticeKind
from iqs.people import Person, Role, Team
from iqs.periods import WEEK, iso_label, monday, named_week
from iqs.reports import Period
from iqs.reviews import Stream, kind_of
from iqs.sampling import Candidate, Frame
from iqs.schedules import ScheduleKind
from iqs.services.delivering import installation_secret
from iqs.sharing import share
from iqs.storage.repositories import (
    assignments,
    audit,
    conversations,
    fetches,
    notices,
    people,
    schedules,
    scorecards,
    teams,
)
from iqs.storage.store import Store, Tx
from iqs.working_hours import next_working_instant

DUE_AFTER = timedelta(days=7)
"""A drawn conversation should be reviewed within this time."""

FETCH_FIRST = timedelta(minutes=2)
"""The head start of a text that must be fetched; after it the scorecard leaves without, and is redrawn."""

SEED_LIMIT = 200
"""Characters of a seed."""


def draw(
    store: Store,
    team_name: str,
    period: str,
    *,
    now: datetime,
    seed: str | None = None,
    dry_run: bool = False,
    actor: Person | None = None,
) -> DrawResult:
    """Draws the team's sample of a period such as "2026-W47" and hands it to the reviewers.

    The same seed and conversations give the same sample. Without `seed`, the installation's own secret makes
    one for the team and period, so that nobody can try seeds until they like the sample. A period that was
    drawn already is returned as it stands. `actor` None is the operator at the command line or the clock.
    Raises NotFound for an unknown team, NotAllowed, and Invalid when something to draw with is missing.
    """
    work = partial(
        draw_within, team_name=team_name, period=period, now=now, seed=seed, dry_run=dry_run, actor=actor
    )
    return store.transact(work)


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
    """As `draw`, inside a transaction."""
    team = teams.by_name(tx, team_name)
    if team is None:
        raise NotFound(f"There is no team “{team_name}”. Known: {_known(tx)}.")
    if actor is not None:
        demand(actor, Action.DRAW, TeamFacts(team.id, len(people.members(tx, team.id))))
    period = iso_label(monday(period))
    if named_week(period, team.timezone).start > now:
        raise Invalid(f"{period} has not begun yet, so there is nothing to draw from.")
    if seed is not None and not (0 < len(seed) <= SEED_LIMIT and seed.isprintable()):
        raise Invalid(f"A seed is 1 to {SEED_LIMIT} printable characters.")
    teams.lock(tx, team.id)
    existing = assignments.draw_of(tx, team.id, period)
    if existing is not None:
        if seed is not None and seed != existing.seed:
            raise Conflict(f"{team.name} was drawn for {period} already, with seed {existing.seed}.")
        return _as_it_stands(tx, team, period, existing)
    span = _span(tx, team, period)
    plan = _plan(tx, team, span, seed or _own_seed(tx, team, period))
    save = bool(plan.pairs) and not dry_run
    if save:
        _save(tx, team, period, span, plan, now=now, created_by=actor.id if actor else None)
    return DrawResult(
        team=team.name,
        period=period,
        seed=plan.seed,
        eligible=len(plan.frame.eligible),
        excluded=plan.frame.excluded,
        assignments=tuple(
            Drawn(each.key, plan.names[each.reviewee_id], reviewer.name) for each, reviewer in plan.pairs
        ),
        unshared=plan.unshared,
        saved=save,
    )


def hand_out(
    tx: Tx,
    team: Team,
    reviewer: Person,
    *,
    conversation_id: int,
    reviewee_id: int,
    scorecard_version_id: int,
    stream: Stream,
    draw_id: int | None,
    due_at: datetime | None,
    now: datetime,
) -> int:
    """An assignment and the Notice of its scorecard, both or neither; returns the assignment's id.

    The scorecard leaves in the reviewer's working hours; text that is not here yet is asked for, with a head start.
    """
    assignment_id = assignments.add(
        tx,
        team_id=team.id,
        conversation_id=conversation_id,
        reviewer_id=reviewer.id,
        reviewee_id=reviewee_id,
        scorecard_version_id=scorecard_version_id,
        kind=kind_of(reviewer, team.id),
        stream=stream,
        draw_id=draw_id,
        due_at=due_at,
        now=now,
    )
    missing = fetches.want_text(tx, conversation_id, now=now)
    leaves = next_working_instant(now + FETCH_FIRST if missing else now, team, reviewer.timezone)
    notices.add(
        tx,
        key=notice_keys.scorecard_key(assignment_id),
        kind=NoticeKind.SCORECARD,
        object_id=assignment_id,
        person_id=reviewer.id,
        not_before=leaves,
        now=now,
    )
    return assignment_id


def least_busy(
    tx: Tx, row: assignments.Row, held: AssignmentFacts, *, without: Collection[int] = ()
) -> Person | None:
    """The permitted reviewer of an assignment's team with the least open work; None if nobody else may review it.

    Nobody who had this conversation in this draw, and nobody in `without`.
    """
    had_it = assignments.handed_to(tx, row.conversation_id, row.draw_id)
    able = [
        person
        for person in people.members(tx, row.team_id)
        if person.has(Role.REVIEWER, row.team_id)
        and person.id not in had_it
        and person.id not in without
        and can(person, Action.RATE, replace(held, reviewer_id=person.id))
    ]
    load = assignments.open_counts(tx, [person.id for person in able])
    return min(able, key=lambda person: (load.get(person.id, 0), person.id), default=None)


def progress(store: Store, team_id: int, period: str) -> Progress | None:
    """How far the team's draw of this period is; None if it was never drawn."""
    with store.read() as tx:
        return progress_of(tx, team_id, period)


def progress_of(tx: Tx, team_id: int, period: str) -> Progress | None:
    """As `progress`, inside a transaction."""
    existing = assignments.draw_of(tx, team_id, period)
    if existing is None:
        return None
    by_reviewer: dict[str, tuple[int, int]] = {}
    by_state = dict.fromkeys(AssignmentState, 0)
    for name, state, count in assignments.progress(tx, existing.id):
        by_state[AssignmentState(state)] += count
        done, every = by_reviewer.get(name, (0, 0))
        by_reviewer[name] = (done + (count if state != AssignmentState.OPEN else 0), every + count)
    return Progress(
        drawn=sum(by_state.values()),
        submitted=by_state[AssignmentState.SUBMITTED],
        skipped=by_state[AssignmentState.SKIPPED],
        by_reviewer=by_reviewer,
    )


@dataclass(frozen=True, slots=True)
class _Plan:
    """What a draw would do: which conversation goes to which reviewer, in seeded order."""

    seed: str
    version_id: int
    frame: Frame
    names: dict[int, str]
    pairs: list[tuple[Candidate, Person]]
    unshared: int


def _plan(tx: Tx, team: Team, span: Period, seed: str) -> _Plan:
    members = people.members(tx, team.id)
    agents = [person.id for person in members if person.has(Role.AGENT, team.id)]
    reviewers = {person.id: person for person in members if person.has(Role.REVIEWER, team.id)}
    if not agents:
        raise Invalid(f"{team.name} has no agents. Add them with: iqs people import FILE.csv")
    if not reviewers:
        raise Invalid(
            f"{team.name} has no reviewers. Give somebody the role with: iqs people import FILE.csv"
        )
    scorecard = scorecards.current(tx, team.id)
    assert scorecard.version_id is not None  # it is published
    closed = conversations.frame(tx, reviewee_ids=agents, starts_at=span.start, ends_at=span.end)
    unmatched = conversations.unmapped(tx, starts_at=span.start, ends_at=span.end)
    frame = sampling.frame(closed, unmatched=unmatched)
    drawn = sampling.sample(frame.eligible, quota=team.quota, seed=seed)
    shared = share(drawn, reviewers, seed=seed)
    pairs = [
        (each, reviewers[shared[each.conversation_id]]) for each in drawn if each.conversation_id in shared
    ]
    names = {person.id: person.name for person in members}
    return _Plan(seed, scorecard.version_id, frame, names, pairs, len(drawn) - len(pairs))


def _save(
    tx: Tx, team: Team, period: str, span: Period, plan: _Plan, *, now: datetime, created_by: int | None
) -> None:
    draw_id = assignments.add_draw(
        tx,
        team_id=team.id,
        period=period,
        starts_at=span.start,
        ends_at=span.end,
        seed=plan.seed,
        eligible=len(plan.frame.eligible),
        excluded=plan.frame.excluded,
        now=now,
        created_by=created_by,
    )
    for candidate, reviewer in plan.pairs:
        hand_out(
            tx,
            team,
            reviewer,
            conversation_id=candidate.conversation_id,
            reviewee_id=candidate.reviewee_id,
            scorecard_version_id=plan.version_id,
            stream=Stream.RANDOM,
            draw_id=draw_id,
            due_at=now + DUE_AFTER,
            now=now,
        )
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


def _span(tx: Tx, team: Team, period: str) -> Period:
    """The week as the weeks beside it leave it, drawn or recorded by the schedule.

    They were reckoned in the zone the team had then. This one begins where the one before ended and ends where
    the one after began, so that a conversation closed in the hours between the zones is in one draw.
    """
    first, week = monday(period), named_week(period, team.timezone)
    before, after = _taken(tx, team.id, first - WEEK), _taken(tx, team.id, first + WEEK)
    return Period(before[1] if before else week.start, after[0] if after else week.end, week.label)


def _taken(tx: Tx, team_id: int, first: date) -> tuple[datetime, datetime] | None:
    """What the draw of the week of this Monday took, [start, end), also when it found nothing to draw."""
    drawn = assignments.draw_of(tx, team_id, iso_label(first))
    if drawn is not None:
        return drawn.starts_at, drawn.ends_at
    return schedules.covered(tx, team_id, ScheduleKind.DRAW, first + WEEK)


def _own_seed(tx: Tx, team: Team, period: str) -> str:
    secret = installation_secret(tx)
    return blake2b(f"draw|{team.id}|{period}".encode(), key=secret, digest_size=8).hexdigest()


def _known(tx: Tx) -> str:
    return ", ".join(team.name for team in teams.every(tx)) or "none yet; add people first"
