"""Who takes part: people, their teams and roles, and how they are known elsewhere."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time

from iqs import enrolment
from iqs.access import Action, TeamFacts, demand
from iqs.enrolment import Enrolled, Rejected
from iqs.errors import Invalid, NotFound
from iqs.files.people import read_people
from iqs.people import Person, Role, Team
from iqs.periods import zone_of
from iqs.storage.repositories import audit, conversations, identities, people, schedules
from iqs.storage.repositories import teams as team_rows
from iqs.storage.store import Store, Tx

NO_GOAL = -1
"""What takes a team's goal away."""

MOST = 50
"""Conversations drawn for one agent and period, at most."""


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

    Each line sets exactly the roles of one person in one team; people, teams and roles it does not name stay.
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

    @property
    def changed(self) -> bool:
        anew = self.person is None or not self.person.active or self.person.name != self.wanted.name
        return bool(anew or self.new_slack_id or self.ids_come or self.ids_gone or self.given or self.taken)


def _plan(tx: Tx, wanted: list[Enrolled], known: list[Person], held: Mapping[str, int]) -> list[_Change]:
    by_email = {person.email: person for person in known}
    team_ids = {team.name.casefold(): team.id for team in team_rows.every(tx)}
    for name in {team.casefold(): team for each in wanted for team in each.roles}.values():
        if name.casefold() not in team_ids:
            team_ids[name.casefold()] = team_rows.add(tx, name)
    ids: dict[int, set[str]] = {}
    for external_id, person_id in held.items():
        ids.setdefault(person_id, set()).add(external_id)
    return [_change(each, by_email.get(each.email), ids, team_ids) for each in wanted]


def _change(
    wanted: Enrolled, person: Person | None, ids: Mapping[int, set[str]], team_ids: Mapping[str, int]
) -> _Change:
    asked = {team_ids[team.casefold()]: roles for team, roles in wanted.roles.items()}
    want = {(team, role) for team, roles in asked.items() for role in roles}
    had = {(team, role) for team in asked for role in (person.roles.get(team, ()) if person else ())}
    own = ids.get(person.id, set()) if person else set()
    slack_id = wanted.slack_user_id
    return _Change(
        wanted=wanted,
        person=person,
        new_slack_id=None if person and slack_id == person.slack_user_id else slack_id,
        ids_come=frozenset(wanted.helpdesk_ids - own),
        ids_gone=frozenset(own - wanted.helpdesk_ids if wanted.helpdesk_ids else ()),
        given=frozenset(want - had),
        taken=frozenset(had - want),
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
            if changed.timezone != team.timezone:
                schedules.zone_moved(tx, team.id, now=at)
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
        problems.append(f"the quota must be 1 to {MOST} conversations for each agent")
    if team.opens >= team.closes:
        problems.append("working hours must open before they close, on the same day")
    if not team.working_days or not team.working_days <= set(range(7)):
        problems.append("working days are numbers from 0 (Monday) to 6 (Sunday), at least one")
    if team.goal is not None and not 0 <= team.goal <= 100:
        problems.append("the goal must be 0 to 100 %, or “none”")
    if problems:
        raise Invalid(f"{team.name}: {'; '.join(problems)}.", problems=tuple(problems))


def _is_zone(name: str) -> bool:
    try:
        zone_of(name)
    except Invalid:
        return False
    return True
