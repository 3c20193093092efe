"""How far a team's draw is, for those who may draw it."""

from collections.abc import Iterable
from datetime import datetime

from iqs import cycles
from iqs.access import Action, TeamFacts, demand
from iqs.assignments import AssignmentState
from iqs.errors import NotFound
from iqs.people import Person, QuotaOf, Team
from iqs.progress import DrawProgress, Short, Tally
from iqs.proof import Committed, Frame, Verdict
from iqs.reviews import Stream
from iqs.services import verifying
from iqs.storage.repositories import commitments, deadlines, draws, people, teams, work
from iqs.storage.store import Store, Tx


def progress(
    store: Store, actor: Person | None, team_id: int, *, now: datetime, period: str | None = None
) -> DrawProgress:
    """The team's newest draw, or that of a period ("2026-W47"); `actor` None is the operator.

    Raises NotAllowed, NotFound when nothing was drawn yet, and Invalid for what is no period.
    """
    if actor is not None:  # first: who may not look does not learn which ids there are
        demand(actor, Action.DRAW, TeamFacts(team_id, 0))
    with store.read() as tx:
        team = teams.by_id(tx, team_id)
        found = progress_of(tx, team, now=now, period=period)
    if found is None:
        what = cycles.canonical(period) if period else "yet"
        raise NotFound(f"Nothing was drawn for {team.name} {'for ' if period else ''}{what}.")
    return found


def verify(store: Store, actor: Person, team_id: int, period: str, *, now: datetime) -> Verdict:
    """Has the draw run again for somebody who may draw; raises as `progress` and `verifying.verify` do."""
    return verifying.verify(store, str(progress(store, actor, team_id, now=now, period=period).draw_id))


def latest(tx: Tx, of: Iterable[Team], *, now: datetime) -> tuple[DrawProgress, ...]:
    """The newest draw of each of these teams that has one."""
    found = (progress_of(tx, team, now=now) for team in of)
    return tuple(each for each in found if each is not None)


def progress_of(tx: Tx, team: Team, *, now: datetime, period: str | None = None) -> DrawProgress | None:
    """As `progress`, inside a transaction; None when nothing was drawn."""
    if period is None:
        newest = deadlines.newest(tx, team.id)
        row = None if newest is None else draws.by_id(tx, newest.id)
    else:
        row = draws.newest(tx, team.id, cycles.canonical(period))
    if row is None or row.cancelled_at is not None:
        return None
    committed = None if row.commitment_id is None else commitments.by_id(tx, row.commitment_id)
    by_reviewer: dict[int, Tally] = {}
    beside = 0
    for each in deadlines.states(tx, row.id, now=now):
        by_reviewer[each.reviewer_id] = by_reviewer.get(each.reviewer_id, Tally()) + _tally(
            AssignmentState(each.state), each.n, late=bool(each.late)
        )
        beside += 0 if each.stream == Stream.RANDOM else each.n
    strata = draws.strata(tx, row.id)
    handed = draws.handed(tx, row.id)
    names = people.names(tx, {*by_reviewer, *strata, *_people(committed)})
    others, late = work.beside(tx, team.id, row.id, now=now)
    return DrawProgress(
        team=team,
        draw_id=row.id,
        period=row.period,
        attempt=row.attempt,
        drawn_at=row.created_at,
        due_at=row.due_at,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        by_reviewer=tuple(
            (names[who], tally) for who, tally in sorted(by_reviewer.items(), key=lambda it: names[it[0]])
        ),
        beside=beside,
        eligible=row.eligible,
        excluded=row.excluded,
        short=_short(team, committed, strata, names),
        unshared=sum(max(0, drawn - len(handed.get(who, frozenset()))) for who, (_, drawn) in strata.items()),
        seed=row.seed,
        seed_hash=None if committed is None else committed.seed_hash,
        frame_hash=None if committed is None else committed.frame_hash,
        can_redraw=deadlines.begun(tx, row.id) == 0,
        unreplaced=work.unreplaced(tx, row.id),
        others=others,
        others_late=late,
        all_drawn=bool(strata) and all(drawn == eligible for eligible, drawn in strata.values()),
    )


def _tally(state: AssignmentState, count: int, *, late: bool) -> Tally:
    return Tally(
        drawn=count,
        done=count if state is AssignmentState.SUBMITTED else 0,
        late=count if late else 0,
        skipped=count if state is AssignmentState.SKIPPED else 0,
        expired=count if state is AssignmentState.EXPIRED else 0,
    )


def _people(committed: Committed | None) -> set[int]:
    return set() if committed is None else set(Frame.read(committed.frame).strata)


def _short(
    team: Team,
    committed: Committed | None,
    strata: dict[int, tuple[int, int]],
    names: dict[int, str],
) -> tuple[Short, ...]:
    """Whom the draw could not give their quota, worst first.

    Quotas for each reviewer leave some agents out on purpose.
    """
    if committed is None or team.quota_of is QuotaOf.REVIEWER:
        return ()
    found = []
    for who, stratum in Frame.read(committed.frame).strata.items():
        eligible, drawn = strata.get(who, (stratum.eligible, 0))
        if drawn < stratum.quota:
            found.append(Short(names[who], stratum.quota, drawn, eligible))
    return tuple(sorted(found, key=lambda each: (each.drawn - each.wanted, each.name)))
