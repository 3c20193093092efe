"""Fixing a draw before it is made: the frame is counted, hashed together with the seed, stored, and told.

The commitment is a transaction of its own. The draw then works from the stored frame, so that nothing which comes
or is changed between the two can move the sample.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from hashlib import blake2b

from iqs import cycles, notices
from iqs.access import Action, TeamFacts, demand
from iqs.eligibility import NO_PERSON, OUTSIDE, Filters, exclusion
from iqs.errors import Invalid
from iqs.notices import NoticeKind
from iqs.people import Person, Role, Team
from iqs.proof import Committed, Frame, seed_hash
from iqs.reports import Period
from iqs.sampling import Stratum
from iqs.services import cycling, settling, staffing
from iqs.services.delivering import installation_secret
from iqs.sharing import Reviewer
from iqs.storage.columns import EPOCH, stored
from iqs.storage.repositories import (
    assignments,
    commitments,
    conversations,
    draws,
    lots,
    people,
    scorecards,
    teams,
)
from iqs.storage.repositories import notices as outbox
from iqs.storage.store import Store, Tx

SEED_LIMIT = 200
"""Characters of a seed."""

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody wants to draw, looked up and allowed."""

    team: Team
    period: str
    span: Period
    members: tuple[Person, ...]


@dataclass(frozen=True, slots=True)
class Ready:
    """A frame and the seed to draw from it; `committed` is None while nothing is stored."""

    frame: Frame
    seed: str
    attempt: int
    able: list[Reviewer]
    committed: Committed | None


def commit(
    store: Store,
    team_name: str,
    period: str,
    *,
    now: datetime,
    seed: str | None = None,
    actor: Person | None = None,
) -> Committed | None:
    """Stores what the draw of a team's period will be made from, before it is made; again changes nothing.

    None when there is nothing to draw from, or the period was drawn. Raises as `iqs.services.drawing.draw` does.
    """
    work = partial(commit_within, team_name=team_name, period=period, now=now, seed=seed, actor=actor)
    return store.transact(work)


def commit_within(
    tx: Tx,
    *,
    team_name: str,
    period: str,
    now: datetime,
    seed: str | None = None,
    actor: Person | None = None,
) -> Committed | None:
    """As `commit`, inside a transaction."""
    wanted = asked(tx, team_name=team_name, period=period, now=now, seed=seed, actor=actor)
    teams.lock(tx, wanted.team.id)
    if assignments.draw_of(tx, wanted.team.id, wanted.period) is not None:
        return None
    return write(tx, wanted, prepare(tx, wanted, seed=seed, now=now), now=now)


def asked(
    tx: Tx, *, team_name: str, period: str, now: datetime, seed: str | None, actor: Person | None
) -> Asked:
    """The team and its period, if this actor may draw it and there is something to draw with.

    Raises NotFound, NotAllowed, and Invalid with one sentence for everything else.
    """
    team = teams.by_name(tx, team_name)
    members = people.members(tx, team.id)
    if actor is not None:
        demand(actor, Action.DRAW, TeamFacts(team.id, len(members)))
    label, span = cycling.span_of(tx, team, period)
    if span.start > now:
        raise Invalid(f"{label} has not begun yet, so there is nothing to draw from.")
    if seed is not None and not (0 < len(seed) <= SEED_LIMIT and seed.isprintable()):
        raise Invalid(f"A seed is 1 to {SEED_LIMIT} printable characters.")
    return Asked(team, label, span, tuple(members))


def prepare(tx: Tx, wanted: Asked, *, seed: str | None, now: datetime) -> Ready:
    """The frame that is committed already, or one counted now; Invalid when something to draw with is missing.

    A commitment that no draw followed, such as after a crash, counts still, if the seed is its own. With another
    seed it stays as it is, for everybody to see, and another attempt begins.
    """
    team, period, span = wanted.team, wanted.period, wanted.span
    able = _able(tx, wanted, now=now)
    settling.settle(tx)
    drawn, standing = draws.newest(tx, team.id, period), commitments.latest(tx, team.id, period)
    attempt = 1 if drawn is None else drawn.attempt + 1
    if standing is not None and standing.attempt >= attempt:
        attempt = standing.attempt
        used = seed or own_seed(tx, team, period, attempt)
        if seed_hash(used) == standing.seed_hash and (standing.starts_at, standing.ends_at) == (
            span.start,
            span.end,
        ):
            return Ready(Frame.read(standing.frame), used, attempt, able, standing)
        attempt += 1
    used = seed or own_seed(tx, team, period, attempt)
    return Ready(_frame(tx, wanted, used, reviewers=len(able), now=now), used, attempt, able, None)


def write(tx: Tx, wanted: Asked, ready: Ready, *, now: datetime) -> Committed | None:
    """Stores the commitment unless it is stored, and lets the team's channel know; None where nothing is wanted.

    That is an empty frame, or quotas for each reviewer on a day without one: fixing those would fix an empty draw.
    """
    if ready.committed is not None or not any(each.wanted for each in ready.frame.strata.values()):
        return ready.committed
    made = commitments.add(tx, ready.frame, attempt=ready.attempt, seed=ready.seed, now=now)
    channel = wanted.team.channel_id
    if channel:
        outbox.add(
            tx,
            key=notices.draw_key(made.id),
            kind=NoticeKind.DRAW,
            object_id=made.id,
            channel=channel,
            not_before=now,
            now=now,
        )
    return made


def own_seed(tx: Tx, team: Team, period: str, attempt: int = 1) -> str:
    """The seed that the installation's secret makes for a draw: nobody can try seeds until they like the sample."""
    again = f"|{attempt}" if attempt > 1 else ""
    words = f"draw|{team.id}|{period}{again}"
    return blake2b(words.encode(), key=installation_secret(tx), digest_size=8).hexdigest()


def _able(tx: Tx, wanted: Asked, *, now: datetime) -> list[Reviewer]:
    """Who can review, after a look whether there is anything to draw with."""
    team = wanted.team
    if not any(person.has(Role.AGENT, team.id) for person in wanted.members):
        raise Invalid(f"{team.name} has no agents. Add them with: iqs people import FILE.csv")
    if not any(person.has(Role.REVIEWER, team.id) for person in wanted.members):
        raise Invalid(
            f"{team.name} has no reviewers. Give somebody the role with: iqs people import FILE.csv"
        )
    scorecards.current(tx, team.id)
    return staffing.able(tx, team, now=now, until=cycles.deadline(team, now))


def _frame(tx: Tx, wanted: Asked, seed: str, *, reviewers: int, now: datetime) -> Frame:
    """Counts what can be drawn. Without filters nothing is read but counts, whatever the history holds."""
    team, span = wanted.team, wanted.span
    agents = sorted(person.id for person in wanted.members if person.has(Role.AGENT, team.id))
    filters = Filters.read(team.filters)
    first_day, last_day = _day(span.start), _day(span.end - timedelta(microseconds=1))
    edges = _edges(span)
    places = {person: [0] * (last_day - first_day + 1) for person in agents}
    eligible: Counter[int] = Counter()
    for person, day, total, good in lots.counts(tx, agents, first_day=first_day, last_day=last_day):
        places[person][day - first_day] = total
        if day not in edges or not edges[day].is_short:
            eligible[person] += good
    excluded = Counter(_never(tx, agents, first_day, last_day, edges))
    excluded += Counter({NO_PERSON: conversations.unmapped(tx, starts_at=span.start, ends_at=span.end)})
    if filters:
        eligible, filtered = _judged(tx, agents, filters, span)
        excluded += filtered
    else:
        _mend(tx, eligible, agents, edges)
    found = {person: eligible[person] for person in agents}
    quotas = cycling.quotas(tx, team, found, reviewers=reviewers, seed=seed, now=now)
    return Frame(
        team_id=team.id,
        period=wanted.period,
        starts_at=span.start,
        ends_at=span.end,
        rule=team.reviewee_rule,
        filters=filters,
        first_day=first_day,
        strata={
            person: Stratum(found[person], quotas.get(person, 0), tuple(places[person])) for person in agents
        },
        excluded=dict(sorted(excluded.items())),
    )


def _judged(
    tx: Tx, agents: Iterable[int], filters: Filters, span: Period
) -> tuple[Counter[int], Counter[str]]:
    """How many of each agent's conversations the filters leave, and why the others fell out; reads them all."""
    eligible: Counter[int] = Counter()
    excluded: Counter[str] = Counter()
    first_day, last_day = _day(span.start), _day(span.end - timedelta(microseconds=1))
    for person in agents:
        for facts in lots.window(tx, person, first_day=first_day, last_day=last_day):
            why = exclusion(facts, filters, starts_at=span.start, ends_at=span.end)
            if why is None:
                eligible[person] += 1
            elif why != OUTSIDE:
                excluded[why] += 1
    return eligible, excluded


def _mend(tx: Tx, eligible: Counter[int], agents: Collection[int], edges: Mapping[int, "_Edge"]) -> None:
    """The days at the ends count only as far as they lie in the period."""
    for edge in edges.values():
        for start, end in edge.counted:
            for person, count in lots.between(tx, agents, start=start, end=end).items():
                eligible[person] += count if edge.is_short else -count


@dataclass(frozen=True, slots=True)
class _Edge:
    """A UTC day that lies in the period only in part: a period begins and ends at the team's midnight, not UTC's.

    The shorter side of it is `counted`, conversation by conversation: that of the period if `is_short`, else the rest.
    """

    inside: Period
    counted: tuple[tuple[datetime, datetime], ...]
    is_short: bool


def _edges(span: Period) -> dict[int, _Edge]:
    """The days at the ends of a period that it holds only in part."""
    edges = {}
    for day in {_day(span.start), _day(span.end - timedelta(microseconds=1))}:
        whole = Period(_instant(day), _instant(day + 1), "")
        inside = Period(max(whole.start, span.start), min(whole.end, span.end), "")
        rest = tuple(
            part for part in ((whole.start, inside.start), (inside.end, whole.end)) if part[0] < part[1]
        )
        if rest:
            is_short = inside.end - inside.start <= DAY / 2
            edges[day] = _Edge(inside, ((inside.start, inside.end),) if is_short else rest, is_short)
    return edges


def _never(
    tx: Tx, agents: Collection[int], first_day: int, last_day: int, edges: Mapping[int, _Edge]
) -> Mapping[str, int]:
    """How many conversations of the period can never be reviewed, by reason."""
    inner = [first_day + (first_day in edges), last_day - (last_day in edges)]
    found = Counter(lots.reasons(tx, agents, first_day=inner[0], last_day=inner[1]))
    for day, edge in edges.items():
        found += Counter(
            lots.reasons_between(tx, agents, day=day, start=edge.inside.start, end=edge.inside.end)
        )
    return found


def _day(moment: datetime) -> int:
    return stored(moment) // lots.DAY


def _instant(day: int) -> datetime:
    return EPOCH + day * DAY
