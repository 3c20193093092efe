"""Deadlines: a reminder before, one on the day, and what becomes of open work afterwards. For the clock."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from iqs import notices as notice_keys
from iqs import periods, reminders
from iqs.assignments import AssignmentState
from iqs.errors import NotFound
from iqs.notices import NoticeKind
from iqs.people import AfterDeadline, Person, Team
from iqs.reminders import LOOK_BACK_DAYS, Open, Reminder
from iqs.services import staffing
from iqs.storage.repositories import (
    assignments,
    audit,
    deadlines,
    draws,
    notices,
    people,
    scorecard_notices,
    settings,
    teams,
)
from iqs.storage.store import Store, Tx

CLOSED = "closed_until"
LOOK_BACK = timedelta(days=1)
"""How far back the first look for ended work goes."""

SETTLED = timedelta(seconds=30)
"""What ended this long ago is stored for sure, whichever process did it."""


@dataclass(frozen=True, slots=True)
class Closed:
    """What a look did: reviewers who will be reminded, draws that were closed, assignments that expired."""

    reminded: int = 0
    draws: int = 0
    expired: int = 0


def tick(store: Store, *, now: datetime) -> Closed:
    """Writes the reminders that are due and closes the draws whose deadline has passed, each once."""
    with store.read() as tx:
        wanted = _reminders(tx, now)
        over = deadlines.passed(tx, now=now)
        alone = deadlines.passed_alone(tx, now=now)
    reminded = sum(store.transact(partial(_remind, person, team, day, now)) for person, team, day in wanted)
    found = [store.transact(partial(_close, each, now)) for each in over]
    closed = [each for each in found if each is not None]
    expired = sum(closed) + sum(store.transact(partial(_expire_alone, each, now)) for each in alone)
    return Closed(reminded, len(closed), expired)


def reminder(store: Store, person_id: int) -> Reminder:
    """What a reviewer is reminded of now, for the message; NotFound when nothing is open any more."""
    with store.read() as tx:
        person = people.by_id(tx, person_id)
        found = deadlines.open_by_deadline(tx, person_id)
        if person is None or not found:
            raise NotFound("Everything was done before its reminder was sent.")
        zone = person.timezone or next(
            (teams.by_id(tx, team).timezone for team in sorted(person.roles)), "UTC"
        )
        return Reminder(person, tuple(found), zone)


def newly_ended(store: Store, *, now: datetime) -> list[int]:
    """Assignments that expired, or whose draw was drawn anew, since this was asked last, by whichever process.

    Their messages should say so. Where it got to is stored, so that what ended while nothing ran is named then.
    """
    until = now - SETTLED
    with store.read() as tx:
        known = settings.get(tx, CLOSED)
        since = datetime.fromisoformat(known) if known else until - LOOK_BACK
        found = deadlines.ended(tx, after=since, until=until)
    if found or until - since >= LOOK_BACK:
        with store.write() as tx:
            settings.put(tx, CLOSED, until.isoformat())
    return found


def _reminders(tx: Tx, now: datetime) -> list[tuple[Person, Team, int]]:
    """Who is to be reminded and was not yet: the person, the team whose hours count, the local day as a number."""
    work = deadlines.coming(tx, after=now, until=now + timedelta(days=LOOK_BACK_DAYS))
    if not work:
        return []
    known = {team.id: team for team in teams.every(tx)}
    reviewers = {person.id: person for person in people.every(tx)}
    found: dict[tuple[int, int], Open] = {}
    for each in work:
        person, team = reviewers[each.reviewer_id], known[each.team_id]
        zone = person.timezone or team.timezone
        at = reminders.due(each, team, zone, now=now)
        if at is not None and person.active:
            found.setdefault((person.id, periods.local_date(at, zone).toordinal()), each)
    return [
        (reviewers[person], known[each.team_id], day)
        for (person, day), each in found.items()
        if notices.by_key(tx, notice_keys.reminder_key(person, day)) is None
    ]


def _remind(person: Person, team: Team, day: int, now: datetime, tx: Tx) -> bool:
    return notices.add(
        tx,
        key=notice_keys.reminder_key(person.id, day),
        kind=NoticeKind.REMINDER,
        object_id=day,
        person_id=person.id,
        not_before=staffing.next_instant(tx, team, person, at=now),
        now=now,
    )


def _close(draw_id: int, now: datetime, tx: Tx) -> int | None:
    """How many assignments expired with a draw's deadline; None if another replica dealt with it."""
    drawn = draws.by_id(tx, draw_id)
    assert drawn is not None  # draws are never deleted
    teams.lock(tx, drawn.team_id)  # nothing more is handed out of it meanwhile
    team_id = deadlines.close(tx, draw_id, now=now)
    if team_id is None:
        return None
    if teams.by_id(tx, team_id).after_deadline is not AfterDeadline.EXPIRE:
        return 0
    found = deadlines.lock_open(tx, draw_id)
    if found:
        _expire(tx, found, now)
        audit.record(
            tx,
            at=now,
            actor_id=None,
            action="expire",
            object="draw",
            object_id=draw_id,
            detail={"assignments": len(found)},
        )
    return len(found)


def _expire_alone(assignment_id: int, now: datetime, tx: Tx) -> bool:
    """Ends what a lead handed out beside all draws; False if it was done, or handed on, a moment ago."""
    row = assignments.get(tx, assignment_id, lock=True)
    if row is None or row.state != AssignmentState.OPEN:
        return False
    _expire(tx, [assignment_id], now)
    audit.record(tx, at=now, actor_id=None, action="expire", object="assignment", object_id=assignment_id)
    return True


def _expire(tx: Tx, assignment_ids: Sequence[int], now: datetime) -> None:
    assignments.end(tx, assignment_ids, state=AssignmentState.EXPIRED, now=now)
    scorecard_notices.withdraw(tx, assignment_ids)
