"""What the auditor and the admins ask of the tables: promises without a Notice, helpdesks, agents nobody knows.

Every question is bounded by a recent time or an open state and answered from an index.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, String, and_, cast, exists, func, literal, or_, select
from sqlalchemy import Row as SQLRow

from iqs.notices import NoticeKind, NoticeState
from iqs.oversight import SyncState, UnmappedAgent
from iqs.schedules import REPORTS, Outcome
from iqs.storage import tables
from iqs.storage.repositories import settings, syncs
from iqs.storage.store import Tx
from iqs.storage.upserts import insert

Row = SQLRow[*tuple[Any, ...]]
N = tables.Notice
A = tables.Assignment
R = tables.Review
C = tables.Conversation
H = tables.HelpdeskIdentity

GIVEN_UP = exists().where(
    tables.Audit.object == "notice", tables.Audit.object_id == N.id, tables.Audit.action == "cancel"
)
"""Somebody cancelled the Notice on purpose."""


def take_turn(tx: Tx, name: str, *, now: datetime, before: datetime) -> str | None:
    """Takes the turn `name` if its last one was before `before`: the earlier turn's value ("" for none), else None.

    The row is locked while it is looked at, so of several replicas one gets it.
    """
    last = str(settings.locked(tx, name) or "")
    if last and before < datetime.fromisoformat(last) <= now:
        return None
    settings.put(tx, name, now.isoformat())
    return last


def untold_reviews(tx: Tx, *, since: datetime, until: datetime, limit: int) -> list[Row]:
    """Reviews submitted in (since, until] whose version has no feedback Notice that lives or was sent.

    (id, version, team_id, reviewee_id, submitted_at). One whose Notice somebody gave up, or whose words another
    message carries, is told; self reviews, second readings and imported history are told to nobody.
    """
    key = literal("feedback:") + cast(R.id, String) + literal(":v") + cast(R.version, String)
    return list(
        tx.execute(
            select(R.id, R.version, R.team_id, R.reviewee_id, R.submitted_at)
            .where(
                R.team_id.in_(
                    select(tables.Team.id)
                ),  # so that each team's index answers, not the whole table
                R.submitted_at > since,
                R.submitted_at <= until,
                R.assignment_id.is_not(None),
                R.kind != "self",
                R.stream != "double",
                ~_told(NoticeKind.FEEDBACK, R.id, key),
            )
            .order_by(R.submitted_at)
            .limit(limit)
        )
    )


def unsent_scorecards(tx: Tx, *, since: datetime, until: datetime, limit: int) -> list[Row]:
    """Open assignments made in (since, until] without a scorecard Notice that lives or was sent.

    (id, team_id, reviewer_id, created_at). One whose Notice somebody gave up stays as it is.
    """
    drawn = select(tables.Draw.id).where(tables.Draw.created_at > since)
    key = literal("scorecard:") + cast(A.id, String)
    found: list[Row] = []
    for by_draw in (A.draw_id.in_(drawn), A.draw_id.is_(None)):  # apart, so that the index answers each
        found += tx.execute(
            select(A.id, A.team_id, A.reviewer_id, A.created_at)
            .where(
                A.team_id.in_(select(tables.Team.id)),
                by_draw,
                A.state == "open",
                A.created_at > since,
                A.created_at <= until,
                ~_told(NoticeKind.SCORECARD, A.id, key),
            )
            .order_by(A.id)
            .limit(limit)
        )
    return found[:limit]


def untold_digests(tx: Tx, *, since: datetime, until: datetime) -> list[Row]:
    """Digest runs of (since, until] that were not skipped and have no Notice, though their team has a channel.

    (id, team_id, channel_id, created_at). Where somebody set the team up anew after the run, the channel may have
    come later, and nothing was promised.
    """
    run, schedule, team = tables.ScheduleRun, tables.Schedule, tables.Team
    set_later = exists().where(
        tables.Audit.object == "team",
        tables.Audit.object_id == team.id,
        tables.Audit.action == "configure",
        tables.Audit.at >= run.created_at,
    )
    any_notice = exists().where(N.kind == NoticeKind.DIGEST, N.object_id == run.id)
    return list(
        tx.execute(
            select(run.id, team.id.label("team_id"), team.channel_id, run.created_at)
            .join(schedule, schedule.id == run.schedule_id)
            .join(team, team.id == schedule.team_id)
            .where(
                schedule.kind.in_(REPORTS),
                run.outcome != Outcome.SKIPPED,
                run.due_at > since,
                run.created_at <= until,
                team.channel_id.is_not(None),
                ~any_notice,
                ~set_later,
            )
            .order_by(run.id)
        )
    )


def last_alert(tx: Tx, person_id: int) -> Row | None:
    """The newest alert to a person: (id, state, object_id, created_at, last_try_at); None if there was none."""
    return tx.execute(
        select(N.id, N.state, N.object_id, N.created_at, N.last_try_at)
        .where(N.kind == NoticeKind.ALERT, N.person_id == person_id)
        .order_by(N.object_id.desc())
        .limit(1)
    ).one_or_none()


def helpdesks(tx: Tx, now: datetime) -> tuple[SyncState, ...]:
    """How far each helpdesk has been read, by its name."""
    return tuple(
        SyncState(
            source=each.source,
            complete_until=each.complete_until,
            listed=each.listed,
            error=each.error,
            running=each.lease_token is not None and each.rests(now),
            doubt=each.doubt,
        )
        for each in syncs.every(tx)
    )


def unmapped_agents(tx: Tx, *, since: datetime, limit: int) -> tuple[UnmappedAgent, ...]:
    """Helpdesk agents of conversations closed since then whom nobody is known to be; the busiest first."""
    found = tx.execute(
        select(
            func.min(C.id).label("id"),
            C.source,
            C.agent_external_id,
            func.max(C.agent_name).label("name"),
            func.max(C.agent_email).label("email"),
            func.count().label("n"),
        )
        .where(*_unmapped(since))
        .group_by(C.source, C.agent_external_id)
        .order_by(func.count().desc(), C.source, C.agent_external_id)
        .limit(limit)
    )
    return tuple(
        UnmappedAgent(row.id, row.source, row.agent_external_id, row.name, row.email, row.n) for row in found
    )


def count_unmapped_agents(tx: Tx, *, since: datetime) -> int:
    """How many `unmapped_agents` would list without a limit."""
    agents = select(C.source, C.agent_external_id).where(*_unmapped(since)).distinct().subquery()
    return int(tx.execute(select(func.count()).select_from(agents)).scalar_one())


def agent_of(tx: Tx, conversation_id: int) -> Row | None:
    """The helpdesk's agent of a conversation: (source, agent_external_id, agent_name); None if there is none."""
    return tx.execute(
        select(C.source, C.agent_external_id, C.agent_name).where(
            C.id == conversation_id, C.agent_external_id.is_not(None)
        )
    ).one_or_none()


def claim_agent(tx: Tx, source: str, external_id: str, person_id: int) -> int:
    """Gives a helpdesk's id to a person unless somebody has it; returns who has it now."""
    row = {"source": source, "external_id": external_id, "person_id": person_id}
    statement = insert(tx, H).values(**row).on_conflict_do_nothing(index_elements=["source", "external_id"])
    tx.execute(statement)
    held = select(H.person_id).where(H.source == source, H.external_id == external_id)
    return int(tx.execute(held).scalar_one())


def _unmapped(since: datetime) -> list[ColumnElement[bool]]:
    return [C.reviewee_id.is_(None), C.closed_at >= since, C.agent_external_id.is_not(None)]


def _told(kind: NoticeKind, object_id: Any, key: ColumnElement[str]) -> ColumnElement[bool]:
    """Whether the Notice with this key is there, and not cancelled without a cause."""
    meant = or_(N.state != NoticeState.CANCELLED, N.told_with.is_not(None), GIVEN_UP)
    return (
        exists()
        .where(and_(N.kind == kind, N.object_id == object_id, N.key == key, meant))
        .correlate_except(N)
    )
