"""One assignment follows another: its conversation goes on to somebody else, or the next one comes in its place."""

from dataclasses import dataclass
from datetime import datetime

from iqs import cycles
from iqs.access import SENTENCES, Action, TeamFacts, demand
from iqs.anonymity import may_know_agent
from iqs.assignments import REASSIGNED, AssignmentState, OpenWork, Step
from iqs.errors import Invalid, NotFound, TooLate
from iqs.people import Person, Role, Team
from iqs.reviews import ReviewKind, Stream
from iqs.sampling import Candidate
from iqs.services import assigning, staffing
from iqs.services.assigning import Given
from iqs.sharing import may_review
from iqs.storage.repositories import (
    absences,
    assignments,
    audit,
    draws,
    events,
    people,
    reviews,
    scorecard_notices,
    teams,
    work,
)
from iqs.storage.repositories.assignments import Row
from iqs.storage.store import Store, Tx

LISTED = 60
"""Lines of a team's open work at most: what one window has room for."""

NOBODY_ELSE = "Nobody else in the team may review this conversation now. You can skip it instead."


def choices(store: Store, actor: Person, assignment_id: int) -> tuple[Person, ...]:
    """To whom an open assignment can be handed on by name, as its reviewer or a lead may choose, by name.

    Where reviewers may not know whose work it is, they choose nobody by name: who is missing from the list took part.
    Raises NotFound, NotAllowed, TooLate once it is not open any more.
    """
    with store.read() as tx:
        row = assignments.get(tx, assignment_id)
        if row is None:
            raise NotFound(SENTENCES[Action.REASSIGN])
        demand(actor, Action.REASSIGN, staffing.facts(tx, row))
        if row.state != AssignmentState.OPEN:
            raise TooLate("This review is closed; there is nothing to hand on.")
        team = teams.by_id(tx, row.team_id)
        if not may_know_agent(team, actor, row.reviewee_id):
            return ()
        return tuple(staffing.permitted(tx, row, chosen_by=actor))


@dataclass(frozen=True, slots=True)
class TeamWork:
    """A team's open work; `more` says that there is more than the lines tell."""

    team: Team
    lines: tuple[OpenWork, ...]
    more: bool


def open_work(store: Store, actor: Person, team_id: int, *, now: datetime) -> TeamWork:
    """A team's open work as its lead may hand it on, the most urgent first; none that is about the lead's own work.

    Raises NotAllowed unless the actor leads the team or is an admin.
    """
    demand(actor, Action.HAND_OUT, TeamFacts(team_id, 0))
    with store.read() as tx:
        team = teams.by_id(tx, team_id)
        found = work.in_team(tx, team_id, without=actor.id, limit=LISTED + 1)
        away, left = set(absences.away(tx, now=now)) | set(people.away(tx)), set(work.of_leavers(tx))
    lines = tuple(
        OpenWork(
            assignment_id=row.id,
            reviewer_name=row.reviewer,
            reviewee_name=row.reviewee,
            subject=row.subject,
            began=row.rated > 0,
            away=row.reviewer_id in away or row.id in left,
            due_at=row.due_at,
        )
        for row in found[:LISTED]
    )
    return TeamWork(team, lines, more=len(found) > LISTED)


def hand_over(tx: Tx, row: Row, target: Person, *, why: str, now: datetime, actor_id: int | None) -> int:
    """Ends a locked, open assignment as handed on and begins the target's; returns the new one's id.

    What was rated so far is dropped: a review is one person's. Deadline, stream and the reason it was picked for
    go along, and what is known of who handed it on (`actor_id`, None for the clock) is in both histories.
    """
    review = reviews.of_assignment(tx, row.id)
    if review is not None:
        reviews.discard(tx, review.id)
    assignments.move(
        tx,
        row.id,
        state=AssignmentState.CANCELLED,
        skip_reason=REASSIGNED,
        step=Step.REASSIGNED,
        now=now,
        actor_id=actor_id,
        why=why,
        to=target.id,
    )
    scorecard_notices.withdraw(tx, [row.id])
    given = Given(
        target,
        row.conversation_id,
        row.reviewee_id,
        scorecard_version_id=row.scorecard_version_id,
        stream=Stream(row.stream),
        draw_id=row.draw_id,
        due_at=row.due_at,
        picked_for=row.picked_for,
        handed_by=row.handed_by,
        replaces_id=row.id,
        double_of_id=row.double_of_id,
    )
    [successor] = assigning.hand_out(tx, teams.by_id(tx, row.team_id), [given], now=now)
    audit.record(
        tx,
        at=now,
        actor_id=actor_id,
        action="reassign",
        object="assignment",
        object_id=row.id,
        detail={"to": target.id, "successor": successor, "why": why},
    )
    return successor


def find_target(tx: Tx, row: Row, *, to: int | None, now: datetime, actor: Person) -> Person:
    """Who gets the conversation: the person asked for, or the permitted one with the least open work.

    A person who is asked for may be over their capacity, as long as they are reachable: somebody decided so. A lead
    may take it over themself. Raises Invalid if they, or if nobody, may have it.
    """
    team = teams.by_id(tx, row.team_id)
    if to is None:
        choice = staffing.permitted(tx, row)
        target = staffing.least_busy(tx, team, choice, now=now, until=row.due_at)
        if target is None:
            raise Invalid(NOBODY_ELSE)
        return target
    named = staffing.permitted(tx, row, chosen_by=actor)
    asked = next((person for person in named if person.id == to), None)
    if asked is None:
        raise Invalid("That person may not review this conversation. Please choose somebody else.")
    if not staffing.there(tx, team, [asked], now=now, until=row.due_at):
        raise Invalid(f"{asked.name} is away or cannot be reached. Please choose somebody else.")
    return asked


def replace_skipped(tx: Tx, row: Row, *, now: datetime, actor_id: int | None) -> int | None:
    """Hands out the next conversation of the same agent in the draw's seeded order in place of a skipped one.

    It goes to whoever skipped, unless they took part in it or are away: then to the permitted reviewer with the
    least open work. Somebody who was not given that conversation before, such as for coaching, comes first.
    Conversations that nobody may review are passed over. Returns the new assignment's id; None, with
    a line in the history, when the frame has nothing left. Only what was drawn at random is replaced: what was picked
    on purpose has no next, and a second view of a conversation is of that one.
    """
    if row.stream != Stream.RANDOM or row.draw_id is None or row.kind == ReviewKind.SELF:
        return None
    team = teams.by_id(tx, row.team_id)
    due_at = row.due_at if row.due_at is None or row.due_at > now else cycles.deadline(team, now)
    able = staffing.there(tx, team, _reviewers(tx, row), now=now, until=due_at)
    while able and (candidate := assigning.next_candidate(tx, row.draw_id, row.reviewee_id)) is not None:
        choice = _fresh_first(tx, row.draw_id, candidate, able)
        same = next((person for person in choice if person.id == row.reviewer_id), None)
        target = same or staffing.least_busy(tx, team, choice, now=now, until=due_at)
        if target is None:
            continue
        given = Given(
            target,
            candidate.conversation_id,
            candidate.reviewee_id,
            scorecard_version_id=row.scorecard_version_id,
            stream=Stream.RANDOM,
            draw_id=row.draw_id,
            due_at=due_at,
            handed_by=row.handed_by if target.id == row.handed_by else None,
            replaces_id=row.id,
        )
        [successor] = assigning.hand_out(tx, team, [given], now=now)
        events.record(tx, row.id, Step.REPLACED, at=now, actor_id=actor_id, by=successor)
        return successor
    events.record(tx, row.id, Step.NOT_REPLACED, at=now, actor_id=actor_id)
    return None


def _fresh_first(tx: Tx, draw_id: int, candidate: Candidate, able: list[Person]) -> list[Person]:
    """Who may review it: those who were not given it before, and where there is nobody else whoever may once more."""
    closed = draws.closed_to(tx, draw_id, candidate.conversation_id)
    before = draws.handed_to(tx, [candidate.conversation_id]).get(candidate.conversation_id, frozenset())
    may = [person for person in able if may_review(candidate, person.id) and person.id not in closed]
    return [person for person in may if person.id not in before] or may


def _reviewers(tx: Tx, row: Row) -> list[Person]:
    """The team's reviewers, and whoever the assignment was handed to as long as they may review for the team."""
    return [
        person
        for person in people.members(tx, row.team_id)
        if person.has(Role.REVIEWER, row.team_id)
        or (person.id == row.reviewer_id and person.has(Role.LEAD, row.team_id))
    ]
