"""Who takes part: people, their teams and roles, and how they are known elsewhere."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from iqs import enrolment
from iqs.enrolment import NO_LIMIT, Enrolled, Rejected
from iqs.errors import Invalid, NotFound
from iqs.files.people import read_people
from iqs.people import Person, Role
from iqs.periods import zone_of
from iqs.storage.repositories import audit, conversations, identities, people, teams, unsettled
from iqs.storage.store import Store, Tx


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
            unsettled.add_of(tx, moved)
            unsettled.add_named(tx, {name for each in plan for name in each.ids_come | each.ids_gone})
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
    team_ids = {team.name.casefold(): team.id for team in teams.every(tx)}
    for name in {team.casefold(): team for each in wanted for team in each.roles}.values():
        if name.casefold() not in team_ids:
            team_ids[name.casefold()] = teams.add(tx, name)
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
        known = people.every(tx) if team is None else people.members(tx, teams.by_name(tx, team).id)
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


def _is_zone(name: str) -> bool:
    try:
        zone_of(name)
    except Invalid:
        return False
    return True
