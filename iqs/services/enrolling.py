"""Who takes part: people, their teams and roles, and how they are known elsewhere."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time

from iqs import eligibility, enrolment
from iqs.access import Action, TeamFacts, demand
from iqs.eligibility import Filters
from iqs.enrolment import NO_LIMIT, Enrolled, Rejected
from iqs.errors import Invalid, NotFound
from iqs.files.people import read_people
from iqs.people import AfterDeadline, Cycle, Person, QuotaOf, RevieweeRule, Role, Team
from iqs.periods import zone_of
from iqs.storage.repositories import audit, conversations, identities, lots, people, schedules
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


@dataclass(frozen=True, slots=True)
class PeopleImport:
    """What an import did: teams named, people new, updated and unchanged, lines left out with reasons."""

    teams: int
    new: int
    updated: int
    unchanged: int
    rejected: tuple[Rejected, ...]


def import_people(store: Store, text: str, *, now: datetime | None = None) -> PeopleImport:
    """Takes in a people file (`iqs.files.people`); doing it twice changes nothing.

    Each line sets exactly the roles of one person in one team, and a reviewer's capacity there if it says one;
    people, teams and roles it does not name stay.
    Somebody who was deactivated and stands in the file is active again. Conversations that wait for their
    agent find them. A bad line is left out, the rest is stored. `Invalid` if the first line names no columns.
    """
    file = read_people(text)
    with store.write() as tx:
        known = people.every(tx)
        held = identities.anywhere(tx)
        wanted, refused = enrolment.enrolled(file.rows, known, held)
        plan = _plan(tx, wanted, known, held)
        # What moves from one person to another is let go first: an id is never two people's.
        for each in plan:
            if each.person and each.person.slack_user_id and each.new_slack_id:
                people.change(tx, each.person.id, slack_user_id=None)
        identities.take(tx, [name for each in plan for name in each.ids_gone])
        for each in plan:
            _enrol(tx, each, now=now or datetime.now(UTC))
        conversations.map_agents(tx)
        if conversations.rules(tx):
            moved = {each.person.id for each in plan if each.person and (each.given or each.taken)}
            lots.unsettle_of(tx, moved)
            lots.unsettle_named(tx, {name for each in plan for name in each.ids_come | each.ids_gone})
    new = sum(each.person is None for each in plan)
    updated = sum(each.changed for each in plan) - new
    return PeopleImport(
        teams=len({team.casefold() for each in wanted for team in each.roles}),
        new=new,
        updated=updated,
        unchanged=len(plan) - new - updated,
        rejected=tuple(sorted([*file.rejected, *refused])),
    )


@dataclass(frozen=True, slots=True)
class _Change:
    """What is to be done for one person of the file; `person` is None for a new one."""

    wanted: Enrolled
    person: Person | None
    new_slack_id: str | None
    ids_come: frozenset[str]
    ids_gone: frozenset[str]
    given: frozenset[tuple[int, Role]]
    taken: frozenset[tuple[int, Role]]
    limits: Mapping[int, int | None]  # new capacities by team, None for no limit

    @property
    def changed(self) -> bool:
        anew = self.person is None or not self.person.active or self.person.name != self.wanted.name
        ids = self.new_slack_id or self.ids_come or self.ids_gone
        return bool(anew or ids or self.given or self.taken or self.limits)


def _plan(tx: Tx, wanted: list[Enrolled], known: list[Person], held: Mapping[str, int]) -> list[_Change]:
    by_email = {person.email: person for person in known}
    team_ids = {team.name.casefold(): team.id for team in team_rows.every(tx)}
    for name in {team.casefold(): team for each in wanted for team in each.roles}.values():
        if name.casefold() not in team_ids:
            team_ids[name.casefold()] = team_rows.add(tx, name)
    ids: dict[int, set[str]] = {}
    for external_id, person_id in held.items():
        ids.setdefault(person_id, set()).add(external_id)
    named = {team_ids[team.casefold()] for each in wanted for team in each.capacities}
    limits = {team: people.capacities(tx, team) for team in named}
    return [_change(each, by_email.get(each.email), ids, team_ids, limits) for each in wanted]


def _change(
    wanted: Enrolled,
    person: Person | None,
    ids: Mapping[int, set[str]],
    team_ids: Mapping[str, int],
    limits: Mapping[int, Mapping[int, int]],
) -> _Change:
    asked = {team_ids[team.casefold()]: roles for team, roles in wanted.roles.items()}
    want = {(team, role) for team, roles in asked.items() for role in roles}
    had = {(team, role) for team in asked for role in (person.roles.get(team, ()) if person else ())}
    own = ids.get(person.id, set()) if person else set()
    slack_id = wanted.slack_user_id
    said = {team_ids[team.casefold()]: limit for team, limit in wanted.capacities.items()}
    new = {team: None if limit == NO_LIMIT else limit for team, limit in said.items()}
    known = {team: limits[team].get(person.id) if person else None for team in new}
    return _Change(
        wanted=wanted,
        person=person,
        new_slack_id=None if person and slack_id == person.slack_user_id else slack_id,
        ids_come=frozenset(wanted.helpdesk_ids - own),
        ids_gone=frozenset(own - wanted.helpdesk_ids if wanted.helpdesk_ids else ()),
        given=frozenset(want - had),
        taken=frozenset(had - want),
        limits={team: limit for team, limit in new.items() if limit != known[team]},
    )


def _enrol(tx: Tx, change: _Change, *, now: datetime) -> None:
    if not change.changed:
        return
    wanted, person = change.wanted, change.person
    if person is None:
        person_id = people.add(tx, name=wanted.name, email=wanted.email, slack_user_id=wanted.slack_user_id)
    else:
        person_id = person.id
        # Not the id read above: the directory may have linked the person meanwhile.
        given = {"slack_user_id": change.new_slack_id} if change.new_slack_id else {}
        people.change(tx, person_id, name=wanted.name, active=True, **given)
    people.give(tx, [(team, person_id, role) for team, role in change.given])
    people.take(tx, [(team, person_id, role) for team, role in change.taken])
    for team, limit in change.limits.items():
        people.set_capacity(tx, team, person_id, limit)
        audit.record(
            tx,
            at=now,
            actor_id=None,
            action="capacity",
            object="person",
            object_id=person_id,
            detail={"team": team, "capacity": limit},
        )
    identities.give(tx, dict.fromkeys(change.ids_come, person_id))
    if change.given or change.taken:
        detail = {
            "given": sorted([team, role.value] for team, role in change.given),
            "taken": sorted([team, role.value] for team, role in change.taken),
        }
        audit.record(
            tx, at=now, actor_id=None, action="roles", object="person", object_id=person_id, detail=detail
        )


def identify(store: Store, slack_user_id: str) -> Person | None:
    """The active person with a role who stands behind this Slack user; None for everybody else."""
    with store.read() as tx:
        person = people.by_slack_id(tx, slack_user_id)
    return person if person is not None and person.active and any(person.roles.values()) else None


def person_by(store: Store, name_or_email: str, team: str | None = None) -> Person:
    """The person of this e-mail address or full name, among a team's if one is given.

    NotFound if there is nobody; Invalid if several people have the name.
    """
    wanted = name_or_email.strip().casefold()
    with store.read() as tx:
        known = people.every(tx) if team is None else people.members(tx, _team(tx, team).id)
    found = [each for each in known if wanted in ((each.email or "").casefold(), each.name.casefold())]
    if not found:
        where = "" if team is None else f" in {team}"
        raise NotFound(
            f"There is nobody called “{name_or_email}”{where}. Give a full name or an e-mail address."
        )
    if len(found) > 1:
        raise Invalid(
            f"There are {len(found)} people called “{name_or_email}”. Please give the e-mail address."
        )
    return found[0]


def unlinked(store: Store) -> list[Person]:
    """Active people with an e-mail address whose Slack user is not known yet."""
    with store.read() as tx:
        return people.unlinked(tx)


def linked(store: Store) -> list[Person]:
    """Active people whose Slack user is known: those a message can reach."""
    with store.read() as tx:
        return people.linked(tx)


def link(store: Store, person_id: int, slack_user_id: str, timezone: str | None = None) -> bool:
    """Remembers a person's Slack user and time zone; a zone that nobody knows is left out.

    False, and nothing changed, when this Slack user is somebody else already.
    """
    with store.write() as tx:
        holder = people.by_slack_id(tx, slack_user_id)
        if holder is not None and holder.id != person_id:
            return False
        known = {"timezone": timezone} if timezone and _is_zone(timezone) else {}
        people.change(tx, person_id, slack_user_id=slack_user_id, **known)
        return True


def deactivate(store: Store, slack_user_id: str) -> bool:
    """Somebody left: they may do nothing and get no messages; what they did stays. False if none changed."""
    with store.write() as tx:
        person = people.by_slack_id(tx, slack_user_id)
        if person is None or not person.active:
            return False
        people.change(tx, person.id, active=False)
        audit.record(
            tx,
            at=datetime.now(UTC),
            actor_id=None,
            action="deactivate",
            object="person",
            object_id=person.id,
        )
        return True


def teams(store: Store) -> list[Team]:
    """All teams by name."""
    with store.read() as tx:
        return team_rows.every(tx)


def configure_team(
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
        team = _team(tx, name)
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
                lots.unsettle_of(tx, agents)
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


def _team(tx: Tx, name: str) -> Team:
    team = team_rows.by_name(tx, name)
    if team is None:
        listed = ", ".join(each.name for each in team_rows.every(tx)) or "none yet; import people first"
        raise NotFound(f"There is no team “{name}”. Known: {listed}.")
    return team


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
    if problems:
        raise Invalid(f"{team.name}: {'; '.join(problems)}.", problems=tuple(problems))


def _counts_days(team: Team) -> tuple[object, ...]:
    """What decides on which day something is due."""
    return team.timezone, team.week_start, team.working_days


def _is_zone(name: str) -> bool:
    try:
        zone_of(name)
    except Invalid:
        return False
    return True
