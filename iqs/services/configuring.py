"""How each team works: its channel, zone, quota, cycle, filters, targets and what it shows."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, time

from iqs import eligibility
from iqs.access import Action, TeamFacts, demand
from iqs.eligibility import Filters
from iqs.errors import Invalid
from iqs.people import AfterDeadline, Cycle, Person, QuotaOf, RevieweeRule, Role, Team
from iqs.periods import zone_of
from iqs.storage.repositories import audit, people, schedules, unsettled
from iqs.storage.repositories import teams as team_rows
from iqs.storage.store import Store, Tx
from iqs.streams import Targets

NO_GOAL = -1
"""What takes a team's goal away."""

MOST = 50
"""Conversations drawn for one agent or reviewer and period, at most."""

MOST_DAYS = 90
"""Days that a reviewer has, at most."""

PEOPLE = {QuotaOf.REVIEWEE: "agent", QuotaOf.REVIEWER: "reviewer"}


def teams(store: Store) -> list[Team]:
    """All teams by name."""
    with store.read() as tx:
        return team_rows.every(tx)


def named(store: Store, name: str) -> Team:
    """The team of this name, in any case. NotFound names those there are."""
    with store.read() as tx:
        return team_rows.by_name(tx, name)


def configure(
    store: Store,
    actor: Person | None,
    name: str,
    *,
    timezone: str | None = None,
    channel_id: str | None = None,
    quota: int | None = None,
    opens: time | None = None,
    closes: time | None = None,
    working_days: Iterable[int] | None = None,
    shows_reviewer: bool | None = None,
    redacts: bool | None = None,
    now: datetime | None = None,
    goal: int | None = None,
    names_people: bool | None = None,
    filters: Iterable[str] | None = None,
    reviewee_rule: RevieweeRule | None = None,
    targets: Targets | None = None,
    double_percent: int | None = None,
    self_reviews: bool | None = None,
    hides_agent: bool | None = None,
    week_start: int | None = None,
    cycle: Cycle | None = None,
    quota_of: QuotaOf | None = None,
    due_days: int | None = None,
    after_deadline: AfterDeadline | None = None,
) -> Team:
    """Changes what is given of a team's settings; `channel_id` "" takes the digest's channel away, `goal` -1 the goal.

    `actor` None is the operator. Raises NotFound, NotAllowed, and Invalid for a setting that cannot be.
    """
    with store.write() as tx:
        team = team_rows.by_name(tx, name)
        if actor is not None:
            demand(actor, Action.CONFIGURE, TeamFacts(team.id, len(people.members(tx, team.id))))
        given = {
            "timezone": timezone,
            "channel_id": channel_id,
            "quota": quota,
            "opens": opens,
            "closes": closes,
            "working_days": None if working_days is None else frozenset(working_days),
            "shows_reviewer": shows_reviewer,
            "redacts": redacts,
            "goal": goal,
            "names_people": names_people,
            "filters": None if filters is None else _filters(tx, team, filters).stored(),
            "reviewee_rule": reviewee_rule,
            "targets": None if targets is None else targets.stored(),
            "double_percent": double_percent,
            "self_reviews": self_reviews,
            "hides_agent": hides_agent,
            "week_start": week_start,
            "cycle": cycle,
            "quota_of": quota_of,
            "due_days": due_days,
            "after_deadline": after_deadline,
        }
        changed = replace(team, **{key: value for key, value in given.items() if value is not None})  # type: ignore[arg-type] # mypy cannot follow the names
        changed = replace(
            changed,
            channel_id=changed.channel_id or None,
            goal=None if changed.goal == NO_GOAL else changed.goal,
        )
        _check(changed)
        if changed != team:
            at = now or datetime.now(UTC)
            team_rows.put(tx, changed)
            if _counts_days(changed) != _counts_days(team):
                schedules.zone_moved(tx, team.id, now=at)
            if changed.reviewee_rule is not team.reviewee_rule:
                agents = [each.id for each in people.members(tx, team.id) if each.has(Role.AGENT, team.id)]
                unsettled.add_of(tx, agents)
            if changed.cycle is not team.cycle:
                schedules.cycle_changed(tx, team.id, now=at)
            audit.record(
                tx,
                at=at,
                actor_id=actor.id if actor else None,
                action="configure",
                object="team",
                object_id=team.id,
                detail={"changed": sorted(key for key, value in given.items() if value is not None)},
            )
        return changed


def filters_of(store: Store, team: Team) -> list[str]:
    """The team's filters as people write them; empty when it draws from all."""
    filters = Filters.read(team.filters)
    with store.read() as tx:
        known = {each.id: each.email or each.name for each in people.every(tx)} if filters else {}
    return eligibility.told(filters, lambda number: known.get(number, str(number)))


def _filters(tx: Tx, team: Team, lines: Iterable[str]) -> Filters:
    """Filters from people's words; those who are excluded are members, by mail or full name."""
    members = people.members(tx, team.id)

    def person(word: str) -> int:
        wanted = word.casefold()
        found = [
            each.id for each in members if wanted in ((each.email or "").casefold(), each.name.casefold())
        ]
        if len(found) != 1:
            raise Invalid(
                f"There is not exactly one “{word}” in {team.name}. Please give the e-mail address."
            )
        return found[0]

    return eligibility.parse(lines, person)


def _check(team: Team) -> None:
    zone_of(team.timezone)
    problems = []
    if not 1 <= team.quota <= MOST:
        problems.append(f"the quota must be 1 to {MOST} conversations for each {PEOPLE[team.quota_of]}")
    if team.opens >= team.closes:
        problems.append("working hours must open before they close, on the same day")
    if not team.working_days or not team.working_days <= set(range(7)):
        problems.append("working days are numbers from 0 (Monday) to 6 (Sunday), at least one")
    if not 1 <= team.due_days <= MOST_DAYS:
        problems.append(f"a reviewer has 1 to {MOST_DAYS} days")
    if not 0 <= team.week_start <= 6:
        problems.append("a week begins on a day from 0 (Monday) to 6 (Sunday)")
    if team.goal is not None and not 0 <= team.goal <= 100:
        problems.append("the goal must be 0 to 100 %, or “none”")
    if not 0 <= team.double_percent <= 100:
        problems.append("the share that is reviewed twice must be 0 to 100 %")
    if team.names_people and team.hides_agent:
        problems.append(
            "the digest cannot name people while agents' names are hidden from reviewers, as who knows the scores they "
            "gave would know whose they are (set --name-people off, or --show-agent)"
        )
    if problems:
        raise Invalid(f"{team.name}: {'; '.join(problems)}.", problems=tuple(problems))


def _counts_days(team: Team) -> tuple[object, ...]:
    """What decides on which day something is due."""
    return team.timezone, team.week_start, team.working_days
