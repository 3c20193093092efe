"""Out of office: said by the person, by their lead, or by their Slack status. Nothing new is sent to them meanwhile."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from iqs.absences import Absence, AbsenceSource, back_at, of_days, of_status
from iqs.access import SENTENCES, Action, AgentFacts, can
from iqs.errors import NotAllowed
from iqs.notices import NoticeKind
from iqs.people import Person, Team
from iqs.storage.repositories import absences, audit, notices, people, teams
from iqs.storage.store import Store, Tx
from iqs.working_hours import next_working_instant

WORK = (NoticeKind.SCORECARD, NoticeKind.REMINDER)
"""What nobody is sent while they are away. Feedback on their own work waits in their messages for them."""


def away(
    store: Store, actor: Person | None, person: Person, first: date, last: date, *, now: datetime
) -> Absence:
    """Somebody is out of office from `first` to `last`, whole days in their own zone.

    It takes the place of what was known before. `actor` None is the operator. Raises NotAllowed, and Invalid for
    days that cannot be.
    """
    _demand(actor, person)
    source = AbsenceSource.SELF if actor is not None and actor.id == person.id else AbsenceSource.LEAD
    with store.write() as tx:
        absence = of_days(person.id, first, last, own_zone(tx, person), now=now, source=source)
        absences.end(tx, person.id, now=now)
        absences.add(tx, absence, now=now)
        _retime(tx, person, now)
        _record(tx, actor, person, "away", now, source=source)
    return absence


def back(store: Store, actor: Person | None, person: Person, *, now: datetime) -> bool:
    """Somebody is back, or does not go after all; False if they were not away. What waited leaves now.

    A Slack status that said otherwise counts for nothing any more, until it has been another one.
    """
    _demand(actor, person)
    with store.write() as tx:
        if _from_slack(tx, person, now) is not None:
            people.dismiss_status(tx, person.id, dismissed=True)
        ended = absences.end(tx, person.id, now=now)
        if ended:
            _retime(tx, person, now)
            _record(tx, actor, person, "back", now)
    return ended > 0


def status_seen(store: Store, person: Person, profile: Mapping[str, Any], *, now: datetime) -> bool:
    """Takes over what a Slack profile says; whether anything changed.

    The status that Slack offers for vacation or illness makes its owner absent until it ends or is taken off, unless
    they said since that they are back; what they or their lead said otherwise stays as it was.
    """
    with store.read() as tx:
        known, dismissed = _from_slack(tx, person, now), people.dismisses_status(tx, person.id)
    told = of_status(person.id, profile, known=known, now=now)
    if told is not None if dismissed else told == known:
        return False
    with store.write() as tx:
        known = _from_slack(tx, person, now)
        absence = of_status(person.id, profile, known=known, now=now)
        if people.dismisses_status(tx, person.id):
            if absence is None:
                people.dismiss_status(tx, person.id, dismissed=False)
            return False
        if absence is None:
            absences.end(tx, person.id, now=now, source=AbsenceSource.SLACK)
        elif known is None:
            absences.add(tx, absence, now=now)
        else:
            absences.prolong(tx, absence, now=now)
        _retime(tx, person, now)
        if (absence is None) != (known is None):
            _record(tx, None, person, "away" if absence else "back", now, source=AbsenceSource.SLACK)
    return True


def absence_of(tx: Tx, person: Person, *, now: datetime) -> Absence | None:
    """What is known of somebody being away now, or else of the next time; None if nothing is."""
    found = absences.of(tx, [person.id], now=now).get(person.id, [])
    return found[0] if found else None


def today(store: Store, person: Person, *, now: datetime) -> date:
    """The day it is for this person."""
    with store.read() as tx:
        return now.astimezone(ZoneInfo(own_zone(tx, person))).date()


def zone(store: Store, person: Person) -> str:
    """As `own_zone`, in a transaction of its own."""
    with store.read() as tx:
        return own_zone(tx, person)


def own_zone(tx: Tx, person: Person) -> str:
    """The zone in which somebody's days away are counted (IANA): their own, or that of their first team."""
    if person.timezone:
        return person.timezone
    held = _teams(tx, person)
    return held[0].timezone if held else "UTC"


def _retime(tx: Tx, person: Person, now: datetime) -> None:
    """Scorecards and reminders that wait leave when their reader is there, not before and not later."""
    found = absences.of(tx, [person.id], now=now).get(person.id, [])
    held = _teams(tx, person)
    if not held:
        return
    here = next_working_instant(back_at(found, now), held[0], person.timezone)
    notices.let_go(tx, person.id, WORK, at=here)
    for each in found:
        there_again = next_working_instant(back_at(found, each.ends_at), held[0], person.timezone)
        notices.put_off(tx, person.id, WORK, since=each.starts_at, until=there_again)


def _from_slack(tx: Tx, person: Person, now: datetime) -> Absence | None:
    found = absences.of(tx, [person.id], now=now).get(person.id, [])
    return next((each for each in found if each.source is AbsenceSource.SLACK), None)


def _demand(actor: Person | None, person: Person) -> None:
    if actor is None:
        return
    whose = person.roles or actor.roles
    if not any(can(actor, Action.SET_AWAY, AgentFacts(team, person.id)) for team in whose):
        raise NotAllowed(SENTENCES[Action.SET_AWAY])


def _teams(tx: Tx, person: Person) -> list[Team]:
    return [teams.by_id(tx, team) for team in sorted(person.roles)]


def _record(tx: Tx, actor: Person | None, person: Person, what: str, now: datetime, **detail: Any) -> None:
    audit.record(
        tx,
        at=now,
        actor_id=actor.id if actor else None,
        action=what,
        object="person",
        object_id=person.id,
        detail=detail,
    )
