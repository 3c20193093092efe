"""What somebody may know, and mend, of what keeps messages and conversations from moving."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from iqs.access import Action, Installation, TeamFacts, can
from iqs.oversight import Operations
from iqs.people import Person, Role
from iqs.services import auditing
from iqs.services.delivering import trouble_of
from iqs.services.mending import PATIENCE
from iqs.storage.repositories import outbox, oversight
from iqs.storage.store import Store, Tx

STUCK = 5
"""Messages shown, the dead first; the rest is counted."""

UNMAPPED = 5
"""Agents shown, the busiest first."""

UNMAPPED_DAYS = timedelta(days=30)
"""How long after their last conversation somebody unmapped is still listed."""


def operations(store: Store, actor: Person, *, now: datetime) -> Operations | None:
    """As `operations_of`, in a look of its own."""
    with store.read() as tx:
        return operations_of(tx, actor, now=now)


def operations_of(tx: Tx, actor: Person, *, now: datetime) -> Operations | None:
    """What an admin sees of everything and a lead of their teams; None for everybody else.

    A lead sees no helpdesk and no unmapped agent: whose conversations those are concerns every team.
    """
    everything = can(actor, Action.MEND, Installation())
    led = [each for each in actor.teams(Role.LEAD) if can(actor, Action.MEND, TeamFacts(each, 0))]
    if not everything and not led:
        return None
    teams = None if everything else led
    tried = now - PATIENCE
    stuck = outbox.stuck(tx, now=now, tried_before=tried, teams=teams, limit=STUCK)
    since = now - UNMAPPED_DAYS
    configures = can(actor, Action.CONFIGURE, Installation())
    unmapped = oversight.unmapped_agents(tx, since=since, limit=UNMAPPED) if configures else ()
    return Operations(
        at=now,
        stuck=tuple(stuck),
        stuck_count=len(stuck)
        if len(stuck) < STUCK
        else outbox.count_stuck(tx, now=now, tried_before=tried, teams=teams),
        trouble=trouble_of(tx),
        syncs=oversight.helpdesks(tx, now) if everything else (),
        unmapped=unmapped,
        unmapped_count=len(unmapped)
        if len(unmapped) < UNMAPPED
        else oversight.count_unmapped_agents(tx, since=since),
    )


@dataclass(frozen=True, slots=True)
class Figures:
    """What is measured at a moment. Times in seconds.

    `notices` by (state, kind), of what is not over; `oldest_due` 0 when nothing is due; `findings` of the last
    audit and `audit_age` since it, None before the first; `syncs` (helpdesk, how far behind now, whether it fails).
    """

    notices: Mapping[tuple[str, str], int]
    oldest_due: float
    refused: bool
    findings: int
    mended: int
    audit_age: float | None
    syncs: tuple[tuple[str, float | None, bool], ...]


def figures(store: Store, *, now: datetime) -> Figures:
    """The figures as of now; what is over long ago is not counted."""
    with store.read() as tx:
        gauges = outbox.gauges(tx, now)
        seen = auditing.last_audit(tx)
        return Figures(
            notices=gauges.counts,
            oldest_due=_age(gauges.oldest_due, now) or 0.0,
            refused=trouble_of(tx) is not None,
            findings=len(seen.findings) if seen else 0,
            mended=auditing.mended_count(tx),
            audit_age=_age(seen.at, now) if seen else None,
            syncs=tuple(
                (each.source, _age(each.complete_until, now), each.error is not None)
                for each in oversight.helpdesks(tx, now)
            ),
        )


def _age(since: datetime | None, now: datetime) -> float | None:
    return None if since is None else max(0.0, (now - since).total_seconds())
