"""Who is told of what stands still: one message an hour at most, only for news, and a line when it is over."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from iqs.errors import NotFound
from iqs.notices import NoticeKind, NoticeState, alert_key
from iqs.outbox import Entry, Wait, wait_of
from iqs.oversight import CALM, Alert, Concern, ConcernKind, Finding, FindingKind, Told, next_told, visible
from iqs.people import Person, Role
from iqs.services import auditing
from iqs.services.delivering import trouble_of
from iqs.services.mending import PATIENCE
from iqs.storage.repositories import notices, outbox, oversight, people, settings
from iqs.storage.store import Store, Tx

MOST = 50
"""Stuck messages that are looked at for alerts; an alert lists far fewer and gives the number of all."""

HELPDESK_PATIENCE = timedelta(hours=1)
"""How far behind a helpdesk that cannot be read may be before it is told."""

UNLINKED_PATIENCE = timedelta(days=1)
"""How long messages wait for a person who is not in Slack yet before it is told."""

Teams = frozenset[int] | None
"""Whose concerns somebody is told of; None for everybody's."""


def raise_alerts(store: Store, *, now: datetime) -> int:
    """Writes an alert to each person who is to be told something new, and returns how many.

    Admins are told of everything; while no admin can be reached, the leads are told of their teams and of what is
    nobody's. An alert is drawn when it is sent, so one that still waits tells the news too.
    """
    with store.write() as tx:
        found = concerns(tx, now)
        return sum(_tell(tx, person, visible(found, of), now) for person, of in _recipients(tx))


def alert(store: Store, person_id: int, *, now: datetime) -> Alert:
    """What the person is to read now. NotFound when there is nothing to tell, or they are not told any more."""
    with store.read() as tx:
        of = next((teams for person, teams in _recipients(tx) if person.id == person_id), frozenset())
        told = _told(tx, person_id)
        current = visible(concerns(tx, now), of) if of != frozenset() else ()
    if current:
        return Alert(current, current[0].since)
    began = told.since or told.ended
    if of == frozenset() or began is None:
        raise NotFound("There is nothing to tell any more.")
    return Alert((), began)


def concerns(tx: Tx, now: datetime) -> list[Concern]:
    """Everything that an admin should know of as of now."""
    found = [*_workspace(tx), *_helpdesks(tx, now), *_audited(tx)]
    stuck = outbox.stuck(tx, now=now, tried_before=now - PATIENCE, limit=MOST)
    unreachable: dict[int, list[Entry]] = {}
    for each in stuck:
        wait = wait_of(each, now)
        if wait in (Wait.UNLINKED, Wait.LEFT, Wait.UNREACHABLE) and each.person_id is not None:
            if wait is Wait.UNREACHABLE or each.not_before < now - UNLINKED_PATIENCE:
                unreachable.setdefault(each.person_id, []).append(each)
        elif wait in _KINDS:
            kind = _KINDS[wait]
            found.append(
                Concern(
                    kind,
                    f"{kind}:{each.id}",
                    each.first_try_at or each.not_before,
                    f"{each.kind} to {each.to}" if each.person_id else f"{each.kind} of {each.team}",
                    each.error or "",
                    each.team_id,
                )
            )
    return [*found, *(_person(each, now) for each in unreachable.values())]


_KINDS = {
    Wait.REFUSED: ConcernKind.DEAD,
    Wait.MAYBE: ConcernKind.DOUBT,
    Wait.IN_DOUBT: ConcernKind.DOUBT,
    Wait.RETRY: ConcernKind.RETRIED,
}


def _person(waiting: list[Entry], now: datetime) -> Concern:
    first = min(waiting, key=lambda each: each.not_before)
    return Concern(
        ConcernKind.UNREACHABLE,
        f"{ConcernKind.UNREACHABLE}:{first.person_id}",
        first.not_before,
        first.to,
        wait_of(first, now),
        first.team_id,
        len(waiting),
    )


def _workspace(tx: Tx) -> list[Concern]:
    trouble = trouble_of(tx)
    if trouble is None:
        return []
    return [
        Concern(ConcernKind.WORKSPACE, f"{ConcernKind.WORKSPACE}:{trouble[0]}", trouble[1], reason=trouble[0])
    ]


def _helpdesks(tx: Tx, now: datetime) -> list[Concern]:
    """Those that could not be read last time and are an hour behind; before their first page, at once."""
    return [
        Concern(
            ConcernKind.HELPDESK,
            f"{ConcernKind.HELPDESK}:{each.source}",
            each.complete_until or now,
            each.source,
            each.error,
        )
        for each in oversight.helpdesks(tx, now)
        if each.error
        and (
            not each.listed if each.complete_until is None else now - each.complete_until >= HELPDESK_PATIENCE
        )
    ]


def _audited(tx: Tx) -> list[Concern]:
    """What the auditor found last and what still is so, and what it mended in the last day."""
    seen = auditing.last_audit(tx)
    if seen is None:
        return []
    standing = [each for each in seen.findings if _stands(tx, each)]
    return [
        *(
            Concern(ConcernKind.AUDIT, each.key, each.since, each.kind, team_id=each.team_id)
            for each in standing
        ),
        *(
            Concern(ConcernKind.MENDED, f"mended:{each.key}", each.since, each.kind, team_id=each.team_id)
            for each in seen.mended
        ),
    ]


_WHILE = {FindingKind.OVERDUE: NoticeState.PENDING, FindingKind.ABANDONED: NoticeState.SENDING}


def _stands(tx: Tx, finding: Finding) -> bool:
    wanted = _WHILE.get(finding.kind)
    if wanted is None:
        return True
    entry = outbox.of_id(tx, finding.object_id)
    return entry is not None and entry.state is wanted


def _recipients(tx: Tx) -> list[tuple[Person, Teams]]:
    known = people.linked(tx)
    admins: list[tuple[Person, Teams]] = [(each, None) for each in known if each.is_admin]
    leads = [(each, frozenset(each.teams(Role.LEAD))) for each in known]
    return admins or [(person, teams) for person, teams in leads if teams]


def _tell(tx: Tx, person: Person, found: Iterable[Concern], now: datetime) -> bool:
    told = _told(tx, person.id)
    then, news = next_told(told, tuple(found))
    last = oversight.last_alert(tx, person.id)
    waits = last is not None and last.state == NoticeState.PENDING
    if news and last is not None and not waits:
        spoke = max(last.created_at, last.last_try_at or last.created_at)
        if last.state == NoticeState.SENDING or timedelta(0) <= now - spoke < CALM:
            then, news = replace(told, keys=told.keys & then.keys), False
        elif last.state in (NoticeState.CANCELLED, NoticeState.DEAD) and not then.keys:
            news = False  # the trouble was never told, so its end is no news
    if then != told:
        _remember(tx, person.id, then)
    if waits and last is not None and last.created_at > now:  # a clock was set back: its hour may be far
        notices.bring_forward(tx, last.id, now=now)
    if not news or waits:  # the one that waits is drawn when it leaves, and tells this too
        return False
    hour = int(now.timestamp()) // 3600
    if last is not None:
        hour = max(hour, last.object_id + 1)  # after a clock was set back this hour may have had its alert
    return notices.add(
        tx,
        key=alert_key(person.id, hour),
        kind=NoticeKind.ALERT,
        object_id=hour,
        person_id=person.id,
        not_before=now,
        now=now,
    )


def _told(tx: Tx, person_id: int) -> Told:
    kept = settings.get(tx, f"alerts:{person_id}")
    if kept is None:
        return Told()
    since, ended = (None if each is None else datetime.fromisoformat(each) for each in kept["times"])
    return Told(frozenset(kept["keys"]), since, ended)


def _remember(tx: Tx, person_id: int, told: Told) -> None:
    times = [None if each is None else each.isoformat() for each in (told.since, told.ended)]
    settings.put(tx, f"alerts:{person_id}", {"keys": sorted(told.keys), "times": times})
