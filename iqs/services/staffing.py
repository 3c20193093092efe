"""Who can take work: there, reachable, in the role, not out of office until the deadline, and with room for more."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta
from math import inf

from iqs.absences import back_at, can_work
from iqs.access import Action, AssignmentFacts, can
from iqs.assignments import AssignmentState
from iqs.errors import Invalid
from iqs.people import MOST_CAPACITY, Person, Role, Team
from iqs.reviews import ReviewKind
from iqs.sharing import Reviewer
from iqs.storage.repositories import absences, assignments, audit, conversations, people, reviews, teams, work
from iqs.storage.repositories.assignments import Row
from iqs.storage.store import Store, Tx
from iqs.working_hours import next_working_instant

LATELY = timedelta(weeks=8)
"""How far back it counts whom somebody reviewed, so that pairs change over time."""


def able(tx: Tx, team: Team, *, now: datetime, until: datetime | None) -> list[Reviewer]:
    """The reviewers of a team who can take work that is due at `until`, each with the room and the pairs they have.

    Left out is who is not active or cannot be reached, and who is out of office for all of the working hours until
    then. Open work of this team counts against capacity.
    """
    present = there(tx, team, people.members(tx, team.id), now=now, until=until)
    ids = [person.id for person in present if person.has(Role.REVIEWER, team.id)]
    capacity = people.capacities(tx, team.id)
    open_now = work.open_work(tx, team.id, ids) if capacity else {}
    seen = pairs(tx, ids, now=now)
    return [
        Reviewer(
            each,
            max(0, capacity[each] - open_now.get(each, 0)) if each in capacity else None,
            seen.get(each, {}),
        )
        for each in ids
    ]


def limit(store: Store, team_name: str, person: Person, capacity: int | None, *, now: datetime) -> None:
    """Sets how many conversations a cycle a reviewer of the team is given at most; None takes the limit away.

    Raises NotFound for an unknown team, and Invalid for a number that cannot be or somebody who reviews nothing there.
    """
    if capacity is not None and not 0 <= capacity <= MOST_CAPACITY:
        raise Invalid(f"The capacity is 0 to {MOST_CAPACITY} conversations, or none for no limit.")
    with store.write() as tx:
        team = teams.by_name(tx, team_name)
        if not people.set_capacity(tx, team.id, person.id, capacity):
            raise Invalid(f"{person.name} is no reviewer of {team.name}.")
        audit.record(
            tx,
            at=now,
            actor_id=None,
            action="capacity",
            object="person",
            object_id=person.id,
            detail={"team": team.id, "capacity": capacity},
        )


def there(
    tx: Tx, team: Team, among: Collection[Person], *, now: datetime, until: datetime | None
) -> list[Person]:
    """Those who can do some work for the team until then."""
    unreachable = people.unreachable(tx)
    away = absences.of(tx, [person.id for person in among], now=now)
    return [
        person
        for person in among
        if person.active
        and person.id not in unreachable
        and can_work(away.get(person.id, ()), team, person.timezone, now=now, until=until)
    ]


def pairs(tx: Tx, reviewer_ids: Collection[int], *, now: datetime) -> dict[int, dict[int, int]]:
    """How often each reviewer has lately reviewed whom, by id: what is submitted, and what is open."""
    seen: dict[int, dict[int, int]] = {}
    for found in (
        reviews.pairs(tx, reviewer_ids, since=now - LATELY),
        work.open_pairs(tx, reviewer_ids),
    ):
        for reviewer, reviewee, times in found:
            whom = seen.setdefault(reviewer, {})
            whom[reviewee] = whom.get(reviewee, 0) + times
    return seen


def facts(tx: Tx, row: Row) -> AssignmentFacts:
    """What access needs to know of an assignment's row."""
    return AssignmentFacts(
        team_id=row.team_id,
        reviewer_id=row.reviewer_id,
        reviewee_id=row.reviewee_id,
        participants=conversations.participants(tx, row.conversation_id),
        open=row.state == AssignmentState.OPEN,
        kind=ReviewKind(row.kind),
    )


def permitted(tx: Tx, row: Row, *, chosen_by: Person | None = None) -> list[Person]:
    """The active reviewers who may have the conversation of an assignment instead of its reviewer, by name.

    Nobody who took part in it and nobody to whom its draw handed it before. For a self review: nobody. A lead who
    chooses (`chosen_by`) may take it over, though no reviewer: work that nobody chose is not given to leads.
    """
    if row.kind == ReviewKind.SELF:
        return []
    had_it, held = assignments.handed_to(tx, row.conversation_id, row.draw_id), facts(tx, row)
    return [
        person
        for person in people.members(tx, row.team_id)
        if (person.has(Role.REVIEWER, row.team_id) or (chosen_by is not None and person.id == chosen_by.id))
        and person.id not in had_it
        and person.id != row.reviewer_id
        and can(person, Action.RATE, replace(held, reviewer_id=person.id))
    ]


def least_busy(
    tx: Tx, team: Team, among: Collection[Person], *, now: datetime, until: datetime | None
) -> Person | None:
    """Of these people the one with the least open work who can take some more until then; None if nobody can."""
    present = there(tx, team, among, now=now, until=until)
    capacity = people.capacities(tx, team.id)
    load = work.open_work(tx, team.id, [person.id for person in present])
    room = [each for each in present if load.get(each.id, 0) < capacity.get(each.id, inf)]
    return min(room, key=lambda each: (load.get(each.id, 0), each.id), default=None)


def next_instant(tx: Tx, team: Team, person: Person, *, at: datetime) -> datetime:
    """`at`, or the first moment after it when this person works and is not out of office; UTC."""
    away = absences.of(tx, [person.id], now=at).get(person.id, [])
    while (later := next_working_instant(back_at(away, at), team, person.timezone)) != at:
        at = later
    return at
