"""Scorecards and their versions in the database. A version never changes, so it is read once a process."""

from collections.abc import Collection, Mapping
from datetime import datetime
from threading import Lock
from typing import NamedTuple
from weakref import WeakKeyDictionary

from sqlalchemy import Pool, func, select
from sqlalchemy.orm import aliased

from iqs.errors import Invalid, NotFound
from iqs.scorecards import Scorecard, definition, from_definition
from iqs.storage import tables
from iqs.storage.asking import Question
from iqs.storage.store import Tx
from iqs.storage.upserts import insert

S = tables.Scorecard
V = tables.ScorecardVersion
C = tables.Category
_OTHER = aliased(V)

REMEMBERED = 256
"""How many versions a process keeps of one database."""


class Publication(NamedTuple):
    """What publishing did; `changed` is False when this very content was the newest version already."""

    scorecard_id: int
    version_id: int
    version: int
    changed: bool


class Known(NamedTuple):
    """A version as remembered."""

    scorecard: Scorecard
    category_ids: Mapping[str, int]


_remembered: WeakKeyDictionary[Pool, dict[int, Known]] = WeakKeyDictionary()
_lock = Lock()


def publish(tx: Tx, scorecard: Scorecard, now: datetime) -> Publication:
    """Stores the content as the next version of the scorecard of this name, unless the newest is the same."""
    content = definition(scorecard)
    tx.execute(insert(tx, S).values(name=scorecard.name).on_conflict_do_nothing(index_elements=["name"]))
    scorecard_id = tx.execute(select(S.id).where(S.name == scorecard.name).with_for_update()).scalar_one()
    newest = tx.execute(
        select(V.id, V.version, V.definition)
        .where(V.scorecard_id == scorecard_id)
        .order_by(V.version.desc())
        .limit(1)
    ).one_or_none()
    if newest is not None and newest.definition == content:
        return Publication(scorecard_id, newest.id, newest.version, changed=False)
    tx.execute(
        insert(tx, C).on_conflict_do_nothing(index_elements=["scorecard_id", "key"]),
        [{"scorecard_id": scorecard_id, "key": category.key} for category in scorecard.categories],
    )
    version = newest.version + 1 if newest is not None else 1
    version_id = tx.execute(
        insert(tx, V)
        .values(scorecard_id=scorecard_id, version=version, definition=content, published_at=now)
        .returning(V.id)
    ).scalar_one()
    _memory(tx).pop(version_id, None)  # a version of this number may have been seen and rolled back
    return Publication(scorecard_id, version_id, version, changed=True)


def by_version(tx: Tx, version_id: int) -> Scorecard:
    """The scorecard as published; NotFound if there is no such version."""
    return _known(tx, version_id).scorecard


def category_ids(tx: Tx, version_id: int) -> Mapping[str, int]:
    """The stored id of each category of a version, by key; NotFound if there is no such version."""
    return _known(tx, version_id).category_ids


def current(tx: Tx, team_id: int) -> Scorecard:
    """The newest version of the scorecard the team rates with; Invalid, with what to run, if it has none."""
    version_id = tx.scalar(
        select(V.id)
        .join(tables.Team, tables.Team.scorecard_id == V.scorecard_id)
        .where(tables.Team.id == team_id)
        .order_by(V.version.desc())
        .limit(1)
    )
    if version_id is None:
        raise Invalid("The team has no scorecard yet. Publish one with: iqs scorecard apply FILE.yml")
    return by_version(tx, version_id)


def newest(team_ids: Collection[int]) -> Question[dict[int, int]]:
    """By team, the newest version (its id) of the scorecard it rates with; teams without one are left out."""
    latest = select(func.max(_OTHER.version)).where(_OTHER.scorecard_id == V.scorecard_id).scalar_subquery()
    statement = (
        select(tables.Team.id, V.id)
        .join(V, V.scorecard_id == tables.Team.scorecard_id)
        .where(tables.Team.id.in_(team_ids), V.version == latest)
    )
    return Question(statement, lambda rows: {row[0]: row[1] for row in rows})


def named(tx: Tx, name: str) -> int | None:
    """The id of the scorecard of this name."""
    return tx.scalar(select(S.id).where(S.name == name))


def _known(tx: Tx, version_id: int) -> Known:
    memory = _memory(tx)
    known = memory.get(version_id)
    if known is None:
        known = _read(tx, version_id)
        if len(memory) >= REMEMBERED:
            memory.clear()
        memory[version_id] = known
    return known


def _memory(tx: Tx) -> dict[int, Known]:
    with _lock:
        return _remembered.setdefault(tx.engine.pool, {})


def _read(tx: Tx, version_id: int) -> Known:
    row = tx.execute(select(V.version, V.definition, V.scorecard_id).where(V.id == version_id)).one_or_none()
    if row is None:
        raise NotFound("There is no such version of a scorecard.")
    scorecard = from_definition(row.definition, version=row.version, version_id=version_id)
    ids = tx.execute(select(C.key, C.id).where(C.scorecard_id == row.scorecard_id))
    keys = {category.key for category in scorecard.categories}
    return Known(scorecard, {key: category_id for key, category_id in ids if key in keys})
