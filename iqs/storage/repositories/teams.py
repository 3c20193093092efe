"""Teams and their settings in the database."""

from collections.abc import Iterable
from datetime import time
from typing import Any

from sqlalchemy import Row, insert, select, update

from iqs.errors import NotFound
from iqs.people import AfterDeadline, Cycle, QuotaOf, RevieweeRule, Team
from iqs.storage import tables
from iqs.storage.store import Tx

T = tables.Team


def by_id(tx: Tx, team_id: int) -> Team:
    """The team; NotFound if there is none (rows that speak of a team always have theirs)."""
    row = tx.execute(_select().where(T.id == team_id)).one_or_none()
    if row is None:
        raise NotFound("There is no such team.")
    return _team(row)


def by_name(tx: Tx, name: str) -> Team:
    """The team of this name, whatever its case; NotFound, with the names that are known, if there is none."""
    known = every(tx)
    wanted = name.strip().casefold()
    for team in known:
        if team.name.casefold() == wanted:
            return team
    listed = ", ".join(team.name for team in known) or "none yet; import people first"
    raise NotFound(f"There is no team “{name}”. Known: {listed}.")


def lock(tx: Tx, team_id: int) -> None:
    """Keeps others who lock it from the team until this transaction ends: two draws become one after the other.

    Rows that only refer to the team may come meanwhile: who skips holds an assignment that a draw may wait for.
    """
    tx.execute(select(T.id).where(T.id == team_id).with_for_update(key_share=True))


def every(tx: Tx) -> list[Team]:
    """All teams by name."""
    return [_team(row) for row in tx.execute(_select().order_by(T.name))]


def add(tx: Tx, name: str) -> int:
    """Stores a team with the settings every team begins with, and returns its id."""
    return tx.execute(insert(T).values(name=name).returning(T.id)).scalar_one()


def put(tx: Tx, team: Team) -> None:
    """Stores a team's settings (all but its name)."""
    tx.execute(
        update(T)
        .where(T.id == team.id)
        .values(
            timezone=team.timezone,
            channel_id=team.channel_id,
            scorecard_id=team.scorecard_id,
            quota=team.quota,
            opens_minute=_minute(team.opens),
            closes_minute=_minute(team.closes),
            working_days=sorted(team.working_days),
            shows_reviewer=team.shows_reviewer,
            redacts=team.redacts,
            goal=team.goal,
            names_people=team.names_people,
            week_start=team.week_start,
            cycle=team.cycle,
            quota_of=team.quota_of,
            due_days=team.due_days,
            after_deadline=team.after_deadline,
            reviewee_rule=team.reviewee_rule,
            filters=dict(team.filters),
            targets=dict(team.targets),
            double_percent=team.double_percent,
            self_reviews=team.self_reviews,
            hides_agent=team.hides_agent,
        )
    )


def use_scorecard(tx: Tx, team_ids: Iterable[int], scorecard_id: int) -> None:
    """These teams rate with this scorecard from now on."""
    tx.execute(update(T).where(T.id.in_(list(team_ids))).values(scorecard_id=scorecard_id))


def _select() -> Any:
    return select(*T.__table__.c)


def _team(row: Row[Any]) -> Team:
    return Team(
        id=row.id,
        name=row.name,
        timezone=row.timezone,
        channel_id=row.channel_id,
        scorecard_id=row.scorecard_id,
        quota=row.quota,
        opens=_time(row.opens_minute),
        closes=_time(row.closes_minute),
        working_days=frozenset(row.working_days),
        shows_reviewer=row.shows_reviewer,
        redacts=row.redacts,
        goal=row.goal,
        names_people=row.names_people,
        week_start=row.week_start,
        cycle=Cycle(row.cycle),
        quota_of=QuotaOf(row.quota_of),
        due_days=row.due_days,
        after_deadline=AfterDeadline(row.after_deadline),
        reviewee_rule=RevieweeRule(row.reviewee_rule),
        filters=row.filters,
        targets=row.targets,
        double_percent=row.double_percent,
        self_reviews=row.self_reviews,
        hides_agent=row.hides_agent,
    )


def _minute(at: time) -> int:
    return at.hour * 60 + at.minute


def _time(minute: int) -> time:
    return time(*divmod(minute, 60))
