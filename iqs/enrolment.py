"""Enrolment: the lines of a people file and those already known, made into one person for each address."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from iqs.people import Person, Role

NO_LIMIT = -1
"""The capacity that takes a reviewer's limit away."""

Rejected = tuple[int, str]
"""A line's number and why it cannot be used."""


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One line: who they are and exactly which roles they have in one team (none: they leave it).

    `email` is in lower case. A missing Slack or helpdesk id, or capacity, says nothing about the one already known.
    `capacity` is a reviewer's in this team, in conversations a cycle, or `NO_LIMIT`.
    """

    line: int
    team: str
    email: str
    name: str
    roles: frozenset[Role]
    slack_user_id: str | None = None
    helpdesk_id: str | None = None
    capacity: int | None = None


@dataclass(slots=True)
class Enrolled:
    """One person as the file wants them: exactly these roles, and these capacities, in the teams it names."""

    email: str
    name: str
    slack_user_id: str | None = None
    helpdesk_ids: set[str] = field(default_factory=set)
    roles: dict[str, set[Role]] = field(default_factory=dict)
    capacities: dict[str, int] = field(default_factory=dict)


def enrolled(
    rows: Sequence[PersonRow], known: Iterable[Person], helpdesk_ids: Mapping[str, int]
) -> tuple[list[Enrolled], list[Rejected]]:
    """Everybody in the file, and the lines left out because they claim what is somebody else's.

    `helpdesk_ids` maps an id to the person who has it. Of lines that contradict each other the first counts.
    An id may move from a person to another when the file gives the first one a different id.
    """
    known = list(known)
    addresses = {person.id: person.email or f"person {person.id}" for person in known}
    slack = {person.slack_user_id: addresses[person.id] for person in known if person.slack_user_id}
    helpdesk = {each: addresses[person] for each, person in helpdesk_ids.items()}
    rejected: list[Rejected] = []
    while True:  # a rejected line frees nothing, which may cost another line
        faults = {
            **_taken([(row, row.helpdesk_id) for row in rows], helpdesk, "helpdesk_id"),
            **_second(rows),
            **_taken([(row, row.slack_user_id) for row in rows], slack, "slack_user_id"),
        }
        if not faults:
            return _merged(rows), sorted(rejected)
        rejected += faults.items()
        rows = [row for row in rows if row.line not in faults]


def _taken(
    claims: Sequence[tuple[PersonRow, str | None]], held: Mapping[str, str], column: str
) -> dict[int, str]:
    """Lines that claim an id which another address claims earlier, or holds and keeps."""
    first: dict[str, PersonRow] = {}
    wants: dict[str, set[str]] = {}
    for row, claimed in claims:
        if claimed is not None:
            first.setdefault(claimed, row)
            wants.setdefault(row.email, set()).add(claimed)
    faults = {}
    for row, claimed in claims:
        if claimed is None:
            continue
        holder = held.get(claimed, row.email)
        keeps = claimed in wants.get(holder, {claimed})
        if first[claimed].email != row.email:
            faults[row.line] = f"{column} is given to another e-mail address in line {first[claimed].line}"
        elif holder != row.email and keeps:
            faults[row.line] = f"{column} belongs to somebody with another e-mail address already"
    return faults


def _second(rows: Iterable[PersonRow]) -> dict[int, str]:
    """Lines that give a person a second Slack user."""
    first: dict[str, PersonRow] = {}
    faults = {}
    for row in rows:
        if row.slack_user_id is not None:
            earlier = first.setdefault(row.email, row)
            if earlier.slack_user_id != row.slack_user_id:
                faults[row.line] = (
                    f"slack_user_id differs from the one of the same person in line {earlier.line}"
                )
    return faults


def _merged(rows: Iterable[PersonRow]) -> list[Enrolled]:
    people: dict[str, Enrolled] = {}
    teams: dict[str, str] = {}
    for row in rows:
        person = people.setdefault(row.email, Enrolled(row.email, row.name))
        person.slack_user_id = person.slack_user_id or row.slack_user_id
        if row.helpdesk_id is not None:
            person.helpdesk_ids.add(row.helpdesk_id)
        team = teams.setdefault(row.team.casefold(), row.team)
        person.roles.setdefault(team, set()).update(row.roles)
        if row.capacity is not None:
            person.capacities.setdefault(team, row.capacity)
    return list(people.values())
