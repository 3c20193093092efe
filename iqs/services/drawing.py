"""A cycle's whole draw: the random sample, and beside it what is picked for coaching and what is read twice unseen.

All of it is one transaction. The random sample comes first and owes nothing to the rest; what is picked on purpose is
not in it, and where chance comes to it later it gives way (`assigning.hand_out`). A second reading goes to somebody
else than the first, as a scorecard like any other: neither of the two is told.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

from iqs import eligibility, streams
from iqs.assignments import Drawn, DrawResult
from iqs.eligibility import Filters
from iqs.people import Person, Role, Team
from iqs.reviews import Stream
from iqs.sampling import Candidate
from iqs.services import assigning, committing, settling, staffing
from iqs.services.assigning import Given
from iqs.sharing import share
from iqs.storage.repositories import assignments, conversations, people, scorecards, teams
from iqs.storage.repositories import streams as rows
from iqs.storage.store import Store, Tx


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
    """Draws the team's sample of a period such as "2026-W47", and what stands beside it by the team's settings.

    What it is drawn from is committed first, in a transaction of its own; a dry run saves neither. The same seed and
    conversations give the same sample. Without `seed`, the installation's own secret makes one for the team and
    period, so that nobody can try seeds until they like the sample. A period that was drawn already is returned as it
    stands. `actor` None is the operator at the command line or the clock. Raises NotFound for an unknown team,
    NotAllowed, and Invalid when something to draw with is missing.
    """
    settling.settle_first(store)
    if not dry_run:
        committing.commit(store, team_name, period, now=now, seed=seed, actor=actor)
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
    made = assigning.draw_within(
        tx, team_name=team_name, period=period, now=now, seed=seed, dry_run=dry_run, actor=actor
    )
    team = teams.by_name(tx, made.team)
    if not made.saved or not (team.targets or team.double_percent):
        return made
    drawn = assignments.draw_of(tx, team.id, made.period)
    assert drawn is not None  # it was saved just now
    _pick_for_coaching(tx, team, drawn.id, now=now)
    _read_twice(tx, team, drawn.id, now=now)
    every = assignments.of_draw(tx, drawn.id)
    return replace(
        made,
        assignments=tuple(
            Drawn(f"{row.source}:{row.external_id}", row.reviewee, row.reviewer, Stream(row.stream))
            for row in every
        ),
    )


def _pick_for_coaching(tx: Tx, team: Team, draw_id: int, *, now: datetime) -> None:
    targets = streams.of(team.targets)
    if not targets:
        return
    drawn = rows.drawn(tx, draw_id)
    bounds = streams.bounds(Filters.read(team.filters))
    agents = [each.id for each in people.members(tx, team.id) if each.has(Role.AGENT, team.id)]
    why, found = {}, []
    for facts, reopens in rows.may_be_targets(
        tx, targets, agent_ids=agents, starts_at=drawn.starts_at, ends_at=drawn.ends_at
    ):
        reason = streams.why(targets, facts, reopens)
        left_out = eligibility.exclusion(facts, bounds, starts_at=drawn.starts_at, ends_at=drawn.ends_at)
        if reason is not None and left_out is None:
            why[facts.conversation_id] = reason
            found.append(facts)
    picked = streams.pick(found, most=targets.most, seed=drawn.seed)
    wanted = [_candidate(tx, each.conversation_id, each.key, each.reviewee_id) for each in picked]
    version = scorecards.current(tx, team.id).version_id
    assert version is not None  # it is published
    given = [
        Given(
            reviewer,
            each.conversation_id,
            each.reviewee_id,
            scorecard_version_id=version,
            stream=Stream.TARGETED,
            draw_id=draw_id,
            due_at=drawn.due_at,
            picked_for=why[each.conversation_id],
        )
        for each, reviewer in _shared(tx, team, wanted, seed=drawn.seed, due_at=drawn.due_at, now=now)
    ]
    assigning.hand_out(tx, team, given, now=now)


def _read_twice(tx: Tx, team: Team, draw_id: int, *, now: datetime) -> None:
    if not team.double_percent:
        return
    drawn = rows.drawn(tx, draw_id)
    sample = {each.key: each for each in rows.sample(tx, draw_id)}
    chosen = streams.doubled(list(sample), percent=team.double_percent, seed=drawn.seed)
    wanted = [
        _candidate(tx, first.conversation_id, first.key, first.reviewee_id, without=[first.reviewer_id])
        for first in (sample[key] for key in chosen)
    ]
    shared = _shared(tx, team, wanted, seed=f"{drawn.seed}|double", due_at=drawn.due_at, now=now)
    given = [
        Given(
            reviewer,
            each.conversation_id,
            each.reviewee_id,
            scorecard_version_id=sample[each.key].scorecard_version_id,
            stream=Stream.DOUBLE,
            draw_id=draw_id,
            due_at=sample[each.key].due_at,
            double_of_id=sample[each.key].assignment_id,
        )
        for each, reviewer in shared
    ]
    assigning.hand_out(tx, team, given, now=now)


def _shared(
    tx: Tx, team: Team, wanted: Sequence[Candidate], *, seed: str, due_at: datetime | None, now: datetime
) -> list[tuple[Candidate, Person]]:
    """Whom each goes to; what nobody may or can take is left out."""
    able = staffing.able(tx, team, now=now, until=due_at)
    shared = share(wanted, able, seed=seed)
    known = {person.id: person for person in people.members(tx, team.id)}
    return [(each, known[shared[each.conversation_id]]) for each in wanted if each.conversation_id in shared]


def _candidate(
    tx: Tx, conversation_id: int, key: str, reviewee_id: int, *, without: Collection[int] = ()
) -> Candidate:
    took_part = conversations.participants(tx, conversation_id)
    return Candidate(conversation_id, key, reviewee_id, took_part | set(without))
