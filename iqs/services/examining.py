"""One thing looked at closely: a category, an agent, the arithmetic of a review. Nothing here changes anything."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

from iqs import category_cards, figures, headlines, matching, periods
from iqs.access import GROUP, SENTENCES, Action, AgentFacts, ReviewFacts, TeamFacts, can
from iqs.category_cards import CategoryCard
from iqs.errors import Invalid, NotAllowed, NotFound
from iqs.people import Person, Role, Team
from iqs.reports import CategoryFigure, Period, PersonalReport, Point
from iqs.scorecards import RatingCategory
from iqs.services import reporting, telling
from iqs.statistics import Estimate
from iqs.storage import category, looking_up
from iqs.storage.aggregates import Scope
from iqs.storage.repositories import people, scorecards, teams
from iqs.storage.store import Store, Tx

NOBODY_THERE = f"There is nobody of that name whose figures you may see. {SENTENCES[Action.SEE_AGENT]}"
NO_REVIEW = "You have no review yet whose score could be explained."
UNREADABLE = "That is no review. Give its number, as in “/iqs explain 42”, or the link of its message."

_KNOWN = 20


@dataclass(frozen=True, slots=True)
class Rated:
    """A category that a team rates, by its key and name."""

    team: Team
    key: str
    name: str


@dataclass(frozen=True, slots=True)
class AgentCard:
    """A person's figures as one reader may see them: in one `team`, or everywhere if it is their own.

    `also` names their other teams that this reader may ask about; `reads` says whether words may be shown.
    """

    report: PersonalReport
    team: Team | None
    also: tuple[str, ...] = ()
    own: bool = False
    reads: bool = True


def rated(store: Store, actor: Person) -> list[Rated]:
    """Every category of the teams whose figures the actor may see, by team and in the scorecard's order.

    NotAllowed if there is no such team.
    """
    with store.read() as tx:
        seen = [each for each in teams.every(tx) if can(actor, Action.SEE_TEAM, _facts(tx, each))]
        if not seen:
            raise NotAllowed(SENTENCES[Action.SEE_TEAM])
        return [Rated(team, each.key, each.name) for team in seen for each in _categories(tx, team)]


def chosen(known: Iterable[Rated], typed: str) -> Rated:
    """The one category that was meant. NotFound names the known ones; Invalid asks where it could be several."""
    offered = list(known)
    names = list(dict.fromkeys(each.name for each in offered))
    found = matching.matches({n: (each.name, each.key) for n, each in enumerate(offered)}, typed)
    if not names:
        raise NotFound("Your team has no scorecard yet, so there are no categories to ask about.")
    if not found:
        asked = f"There is no category “{typed[:60]}”" if typed else "Say which category"
        raise NotFound(f"{asked}. Known: {_listed(names)}.")
    meant = list(dict.fromkeys(offered[n].name for n in found))
    if len(meant) > 1:
        raise Invalid(f"“{typed[:60]}” could be {_listed(meant, ' or ')}. Please write more of the name.")
    if len(found) > 1:
        where = _listed([offered[n].team.name for n in found])
        raise Invalid(
            f"Several of your teams rate {meant[0]}: {where}. "
            f"Say which, as in “/iqs category {meant[0]} in {offered[found[0]].team.name}”."
        )
    return offered[found[0]]


def category_card(
    store: Store, actor: Person, of: Rated, *, now: datetime, period: Period | None = None
) -> CategoryCard:
    """A category of a team in a period (the last 30 days if None), with persons for those who may see them.

    Its figure is the one of the team's report, its change judged among all of that. NotAllowed for a reader who may
    not see the team.
    """
    report = headlines.judged(reporting.team_report(store, actor, of.team.id, now=now, period=period))
    found = next((each for each in report.categories if each.key == of.key), None)
    hidden = report.unpublished or of.name in report.withheld
    if hidden or found is None:
        empty = None if hidden else figures.compared({}, of.key)
        figure = None if empty is None else CategoryFigure(of.key, of.name, *empty)
        return CategoryCard(of.team, of.name, report.period, figure)
    scope, spans = (
        Scope(now, team_id=of.team.id),
        periods.spans(report.period, of.team.timezone, of.team.week_start),
    )
    with store.read() as tx:
        persons = can(actor, Action.SEE_AGENT, _facts(tx, of.team))
        weekly = category.by_reviewee(tx, scope, spans.windows, of.key)
        each_one = category.by_reviewee(tx, scope, (spans.before, spans.period), of.key) if persons else {}
        picked = category.causes(tx, scope, report.period, of.key)
        names = people.names(tx, [int(cell.of) for cell in each_one if cell.of != figures.NOBODY])
        card = {each.key: each for each in _categories(tx, of.team)}.get(of.key)
    trend = figures.trend(spans.weeks, weekly, of.team.timezone, spans.unit)
    return CategoryCard(
        of.team,
        of.name,
        report.period,
        found,
        trend=trend
        if persons
        else tuple(_grouped(each, figures.people(weekly, n)) for n, each in enumerate(trend)),
        causes=category_cards.causes(card, of.name, picked),
        people=category_cards.stands(names, each_one),
    )


def names_in_sight(store: Store, actor: Person) -> list[str]:
    """Names and addresses of everybody whose figures the actor may see."""
    with store.read() as tx:
        seen = _in_sight(tx, actor, None).values()
    return [name for each, _ in seen for name in (each.name, each.email) if name]


def agent_card(
    store: Store,
    actor: Person,
    *,
    now: datetime,
    mentioned: str | None = None,
    named: str = "",
    team_id: int | None = None,
    period: Period | None = None,
) -> AgentCard:
    """The figures of somebody: a Slack user who was `mentioned`, or a name or address of somebody in sight.

    Whoever asks about themself sees all their teams. NotFound, with the same sentence for everybody who is not
    there and everybody who may not be seen; Invalid where a name could be several people.
    """
    with store.read() as tx:
        seen = _in_sight(tx, actor, team_id)
    if mentioned is not None:
        found = [each for each in seen.values() if each[0].slack_user_id == mentioned]
    else:
        known = {id_: (each.name, each.email or "") for id_, (each, _) in seen.items()}
        found = [seen[id_] for id_ in matching.matches(known, named, near=False)]  # Jan is not Jana
    if not found:
        raise NotFound(NOBODY_THERE)
    if len(found) > 1:
        could = _listed([each.name for each, _ in found], " or ")
        raise Invalid(f"“{named[:60]}” could be {could}. Please write the full name, or mention the person.")
    person, shared = found[0]
    if person.id == actor.id and team_id is None:
        return AgentCard(reporting.personal_report(store, actor, now=now, period=period), None, own=True)
    team = shared[0]
    made = reporting.agent_report(store, actor, team.id, person.id, now=now, period=period)
    about = ReviewFacts(team.id, reviewer_id=0, reviewee_id=person.id, released=True)
    return AgentCard(
        made,
        team,
        also=tuple(each.name for each in shared[1:]),
        own=person.id == actor.id,
        reads=can(actor, Action.SEE_REVIEW, about),
    )


def reads(actor: Person, team: Team) -> bool:
    """Whether the actor may read what was said about everybody of the team: an auditor sees scores, no words."""
    return can(actor, Action.SEE_REVIEW, ReviewFacts(team.id, reviewer_id=0, reviewee_id=0, released=True))


def explained(store: Store, actor: Person, which: str, *, now: datetime) -> list[str]:
    """The arithmetic of a review: named by number, by a link to its message or conversation, or else the newest.

    The newest is the latest of those the actor received and can read, and those they gave. NotFound tells nothing
    of a review that is not the actor's to read.
    """
    wanted = which.strip().removeprefix("#")
    with store.read() as tx:
        if not wanted:
            ids = looking_up.newest_of(tx, actor.id, now=now)
            if not ids:
                raise NotFound(NO_REVIEW)
        elif wanted.isascii() and wanted.isdigit() and len(wanted) <= 18:
            ids = [int(wanted)]
        else:
            leads_to = looking_up.linked(tx, wanted)
            if leads_to is None:
                raise Invalid(UNREADABLE)
            ids = leads_to
    for review_id in ids:
        with suppress(NotFound, NotAllowed):
            return telling.explain(store, review_id, actor=actor, now=now)
    raise NotFound(telling.UNKNOWN)


def _in_sight(tx: Tx, actor: Person, team_id: int | None) -> dict[int, tuple[Person, list[Team]]]:
    """Everybody whose figures the actor may see, active or not, with the teams in which they may."""
    found: dict[int, tuple[Person, list[Team]]] = {}
    wanted = [each for each in teams.every(tx) if team_id in (None, each.id)]
    for person in people.every(tx):
        for team in wanted:
            if team.id in person.roles and can(actor, Action.SEE_AGENT, AgentFacts(team.id, person.id)):
                found.setdefault(person.id, (person, []))[1].append(team)
    return found


def _facts(tx: Tx, team: Team) -> TeamFacts:
    return TeamFacts(team.id, sum(each.has(Role.AGENT, team.id) for each in people.members(tx, team.id)))


def _categories(tx: Tx, team: Team) -> tuple[RatingCategory, ...]:
    with suppress(Invalid, NotFound):
        return scorecards.current(tx, team.id).categories
    return ()


def _grouped(point: Point, behind: int) -> Point:
    if point.estimate.n and behind < GROUP:
        return replace(point, estimate=Estimate(None, 0), withheld=True)
    return point


def _listed(names: list[str], last: str = ", ") -> str:
    shown = [f"“{each}”" for each in names[:_KNOWN]]
    more = f" and {len(names) - _KNOWN} more" if len(names) > _KNOWN else ""
    return (f"{', '.join(shown[:-1])}{last}{shown[-1]}" if len(shown) > 1 else shown[0]) + more
