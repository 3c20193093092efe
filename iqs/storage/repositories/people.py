"""People and their roles in the database. A Person always comes with all roles, of every team."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, bindparam, delete, insert, or_, select, tuple_, update

from iqs.people import Person, Role
from iqs.storage import tables
from iqs.storage.prepared import Prepared
from iqs.storage.store import Tx

P = tables.Person
M = tables.Membership

Held = tuple[int, int, Role]
"""A role as stored: team, person, role."""


def by_id(tx: Tx, person_id: int) -> Person | None:
    """The person, active or not."""
    return _one(tx, P.id == person_id)


def by_slack_id(tx: Tx, slack_user_id: str) -> Person | None:
    """The person linked to this Slack user, active or not; one indexed query, as each click asks it."""
    found = _read(_BY_SLACK_ID.all(tx, slack_user_id=slack_user_id))
    return found[0] if found else None


def by_email(tx: Tx, email: str) -> Person | None:
    """The person with this address, however it is typed."""
    return _one(tx, P.email == email.strip().lower())


def every(tx: Tx) -> list[Person]:
    """Everybody, by name."""
    return _all(tx)


def members(tx: Tx, team_id: int) -> list[Person]:
    """The active people with a role in the team, by name."""
    inside = select(M.person_id).where(M.team_id == team_id)
    return _all(tx, P.id.in_(inside), P.active)


def unlinked(tx: Tx) -> list[Person]:
    """Active people with a role and an e-mail address whose Slack user is not known yet."""
    return _all(tx, P.active, P.email.is_not(None), P.slack_user_id.is_(None), P.id.in_(select(M.person_id)))


def linked(tx: Tx) -> list[Person]:
    """Active people with a role and a Slack user: those a message can reach."""
    return _all(tx, P.active, P.slack_user_id.is_not(None), P.id.in_(select(M.person_id)))


def names(tx: Tx, person_ids: Iterable[int]) -> dict[int, str]:
    """Names by id."""
    found = tx.execute(select(P.id, P.name).where(P.id.in_(set(person_ids))))
    return {row.id: row.name for row in found}


def add(tx: Tx, *, name: str, email: str | None, slack_user_id: str | None = None) -> int:
    """Stores a person without roles and returns the id; `email` in lower case."""
    values = {"name": name, "email": email, "slack_user_id": slack_user_id, "active": True}
    return tx.execute(insert(P).values(values).returning(P.id)).scalar_one()


def change(tx: Tx, person_id: int, **columns: Any) -> None:
    """Sets columns of a person."""
    tx.execute(update(P).where(P.id == person_id).values(**columns))


def slack_ids(tx: Tx, person_ids: Iterable[int]) -> dict[int, str]:
    """The Slack users of these people by id; left out is who is not active or has none."""
    found = tx.execute(
        select(P.id, P.slack_user_id).where(P.id.in_(set(person_ids)), P.active, P.slack_user_id.is_not(None))
    )
    return {row.id: row.slack_user_id for row in found if row.slack_user_id}


def missed(tx: Tx, person_id: int, *, since: datetime) -> None:
    """Slack let nothing through to this person; the first time counts."""
    tx.execute(
        update(P).where(P.id == person_id, P.unreachable_since.is_(None)).values(unreachable_since=since)
    )


def unreachable(tx: Tx) -> frozenset[int]:
    """People whom Slack lets nothing through to."""
    return frozenset(tx.scalars(select(P.id).where(P.unreachable_since.is_not(None))))


def away(tx: Tx) -> list[int]:
    """People who cannot be reached: not active any more, or Slack lets nothing through to them."""
    return list(tx.scalars(select(P.id).where(or_(P.active.is_(False), P.unreachable_since.is_not(None)))))


def dismisses_status(tx: Tx, person_id: int) -> bool:
    """Whether they said that they are back although their Slack status says otherwise, and it still does."""
    return bool(tx.scalar(select(P.status_dismissed).where(P.id == person_id)))


def dismiss_status(tx: Tx, person_id: int, *, dismissed: bool) -> None:
    """Notes that a person's Slack status does not make them absent, or may again."""
    change(tx, person_id, status_dismissed=dismissed)


def reached(tx: Tx, person_ids: Collection[int]) -> None:
    """Messages got through to these people: they are not unreachable any more."""
    if person_ids:
        tx.execute(
            update(P)
            .where(P.id.in_(person_ids), P.unreachable_since.is_not(None))
            .values(unreachable_since=None)
        )


def give(tx: Tx, held: Sequence[Held]) -> None:
    """Adds roles that are not held yet."""
    if held:
        rows = [{"team_id": team, "person_id": person, "role": role} for team, person, role in held]
        tx.execute(insert(M), rows)


def take(tx: Tx, held: Sequence[Held]) -> None:
    """Removes roles."""
    for start in range(0, len(held), 1000):  # a statement holds only so many values
        key = tuple_(M.team_id, M.person_id, M.role)
        tx.execute(delete(M).where(key.in_(held[start : start + 1000])))


def capacities(tx: Tx, team_id: int) -> dict[int, int]:
    """How many conversations a cycle each reviewer of the team can take, for those who have a limit."""
    found = tx.execute(
        select(M.person_id, M.capacity).where(
            M.team_id == team_id, M.role == Role.REVIEWER, M.capacity.is_not(None)
        )
    )
    return {row.person_id: row.capacity for row in found if row.capacity is not None}


def set_capacity(tx: Tx, team_id: int, person_id: int, capacity: int | None) -> bool:
    """Limits what a reviewer of the team takes a cycle (None: no limit); False if they are no reviewer there."""
    done = tx.execute(
        update(M)
        .where(M.team_id == team_id, M.person_id == person_id, M.role == Role.REVIEWER)
        .values(capacity=capacity)
        .returning(M.person_id)
    )
    return done.scalar_one_or_none() is not None


def _one(tx: Tx, condition: ColumnElement[bool]) -> Person | None:
    found = _all(tx, condition)
    return found[0] if found else None


_SELECT = (
    select(P.id, P.name, P.email, P.slack_user_id, P.timezone, P.active, M.team_id, M.role)
    .outerjoin(M, M.person_id == P.id)
    .order_by(P.name, P.id)
)
_BY_SLACK_ID = Prepared(lambda _: _SELECT.where(P.slack_user_id == bindparam("slack_user_id")))


def _all(tx: Tx, *conditions: ColumnElement[bool] | Any) -> list[Person]:
    return _read(tx.execute(_SELECT.where(*conditions)))


def _read(rows: Iterable[Row[Any]]) -> list[Person]:
    people: dict[int, Person] = {}
    roles: dict[int, dict[int, set[Role]]] = {}
    for row in rows:
        held = roles.setdefault(row.id, {})
        if row.team_id is not None:
            held.setdefault(row.team_id, set()).add(Role(row.role))
        people[row.id] = Person(
            row.id, row.name, row.email, row.slack_user_id, row.timezone, row.active,
        )  # fmt: skip
    return [
        replace(person, roles={team: frozenset(held) for team, held in roles[person.id].items()})
        for person in people.values()
    ]
