"""Reviews of past programmes in the database: whom and what they name, and themselves, each once."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import delete, insert, select, update

from iqs.reviews import Draft, Rating, ReviewKind, Stream
from iqs.storage import tables
from iqs.storage.store import Tx

R = tables.Review
V = tables.Rating
C = tables.Conversation
P = tables.Person
H = tables.HelpdeskIdentity

SOURCE = "past"
"""Where conversations come from that are known from past reviews alone."""

IDENTITIES = "past reviews"
"""The source of the names under which somebody stands in past reviews."""

_MANY = 500  # ids in one statement


class Same(NamedTuple):
    """What makes two past reviews the same one."""

    conversation_id: int
    reviewer_id: int
    submitted_at: datetime | None


@dataclass(frozen=True, slots=True)
class Stored:
    """A past review as it is stored."""

    id: int
    reviewee_id: int | None
    version_id: int
    draft: Draft


@dataclass(frozen=True, slots=True)
class Record:
    """A past review ready to be stored; `points` of each rating and `score` in micropoints."""

    same: Same
    reviewee_id: int | None
    kind: ReviewKind
    draft: Draft
    points: Mapping[str, int | None]
    score: int | None
    passed: bool | None


def conversations(tx: Tx, names: Collection[str]) -> dict[str, list[tuple[int, int | None]]]:
    """(id, reviewee) of the conversations that each name may mean: its helpdesk's id, or `source:id`."""
    found: dict[str, list[tuple[int, int | None]]] = {}
    wanted = {name: name for name in names} | {name.partition(":")[2]: name for name in names if ":" in name}
    ids = sorted(wanted)
    for start in range(0, len(ids), _MANY):
        part = ids[start : start + _MANY]
        rows = tx.execute(
            select(C.id, C.source, C.external_id, C.reviewee_id).where(C.external_id.in_(part)).order_by(C.id)
        )
        for row in rows:
            for name in {row.external_id, f"{row.source}:{row.external_id}"} & set(names):
                found.setdefault(name, []).append((row.id, row.reviewee_id))
    return found


def add_conversations(tx: Tx, names: Sequence[str], *, now: datetime) -> dict[str, int]:
    """Stores conversations of which only the name is known; they are never drawn. Id by name."""
    if not names:
        return {}
    rows = [
        {
            "source": SOURCE,
            "external_id": name[-200:],
            "channel": "unknown",
            "tags": [],
            "participants": [],
            "fingerprint": "",
            "imported_at": now,
        }
        for name in names
    ]
    made = tx.execute(insert(C).returning(C.id, sort_by_parameter_order=True), rows)
    return dict(zip(names, made.scalars(), strict=True))


def people(tx: Tx, names: Collection[str]) -> dict[str, int]:
    """Who is meant: by e-mail, Slack id, helpdesk id, or the name an earlier import stored; never by guess."""
    wanted = set(names)
    found = {
        row.external_id: row.person_id
        for row in tx.execute(select(H.external_id, H.person_id).where(H.source == IDENTITIES))
        if row.external_id in wanted
    }
    found |= {
        row.external_id: row.person_id
        for row in tx.execute(select(H.external_id, H.person_id).where(H.source == ""))
        if row.external_id in wanted
    }
    addresses = {name.lower(): name for name in wanted}
    for row in tx.execute(select(P.id, P.email, P.slack_user_id)):
        found |= {
            name: row.id for name in (addresses.get(row.email or ""), row.slack_user_id) if name in wanted
        }
    return found


def add_people(tx: Tx, names: Sequence[str]) -> dict[str, int]:
    """Stores people of a past programme: inactive, without a role, remembered under their names. Id by name."""
    if not names:
        return {}
    rows = [{"name": name, "active": False} for name in names]
    made = tx.execute(insert(P).returning(P.id, sort_by_parameter_order=True), rows).scalars()
    ids = dict(zip(names, made, strict=True))
    tx.execute(
        insert(H),
        [{"source": IDENTITIES, "external_id": name, "person_id": person} for name, person in ids.items()],
    )
    return ids


def strangers(tx: Tx, people: Mapping[str, int]) -> set[str]:
    """Those of these names whose person is in no team."""
    enrolled = set(tx.execute(select(tables.Membership.person_id)).scalars())
    return {name for name, person in people.items() if person not in enrolled}


def stored(
    tx: Tx, team_id: int, conversation_ids: Collection[int], keys: Mapping[int, str]
) -> dict[Same, Stored]:
    """The team's past reviews of these conversations; `keys` are the categories' keys by id."""
    reviews: dict[int, tuple[Same, Any]] = {}
    drafts: dict[int, dict[str, Rating]] = {}
    ids = sorted(conversation_ids)
    for start in range(0, len(ids), _MANY):
        part = (
            R.conversation_id.in_(ids[start : start + _MANY]),
            R.team_id == team_id,
            R.stream == Stream.IMPORTED,
        )
        for row in tx.execute(select(*R.__table__.c).where(*part)):
            reviews[row.id] = Same(row.conversation_id, row.reviewer_id, row.submitted_at), row
        rated = select(V.review_id, V.category_id, V.value).join(R, R.id == V.review_id).where(*part)
        for row in tx.execute(rated):
            key = keys.get(row.category_id, str(row.category_id))
            drafts.setdefault(row.review_id, {})[key] = Rating(row.value)
    return {
        same: Stored(id_, row.reviewee_id, row.scorecard_version_id, Draft(drafts.get(id_, {}), row.comment))
        for id_, (same, row) in reviews.items()
    }


def add(
    tx: Tx,
    records: Sequence[Record],
    *,
    team_id: int,
    version_id: int,
    category_ids: Mapping[str, int],
    now: datetime,
) -> None:
    """Stores new past reviews with their ratings."""
    if not records:
        return
    rows = [
        {
            "team_id": team_id,
            "conversation_id": each.same.conversation_id,
            "reviewer_id": each.same.reviewer_id,
            "submitted_at": each.same.submitted_at,
            "stream": Stream.IMPORTED,
            "state": "submitted",
            "version": 1,
            "created_at": now,
            **_values(each, version_id),
        }
        for each in records
    ]
    ids = tx.execute(insert(R).returning(R.id, sort_by_parameter_order=True), rows).scalars().all()
    _rate(tx, dict(zip(ids, records, strict=True)), category_ids)


def change(
    tx: Tx, records: Mapping[int, Record], *, version_id: int, category_ids: Mapping[str, int]
) -> None:
    """Replaces what stored past reviews (by id) say."""
    for id_, each in records.items():
        tx.execute(delete(V).where(V.review_id == id_))
        tx.execute(update(R).where(R.id == id_).values(version=R.version + 1, **_values(each, version_id)))
    _rate(tx, records, category_ids)


def category_keys(tx: Tx) -> dict[int, str]:
    """Every category's key by its id."""
    return {row.id: row.key for row in tx.execute(select(tables.Category.id, tables.Category.key))}


def _values(each: Record, version_id: int) -> dict[str, Any]:
    return {
        "reviewee_id": each.reviewee_id,
        "kind": each.kind,
        "comment": each.draft.comment,
        "score": each.score,
        "passed": each.passed,
        "scorecard_version_id": version_id,
    }


def _rate(tx: Tx, records: Mapping[int, Record], category_ids: Mapping[str, int]) -> None:
    rows: list[dict[str, Any]] = [
        {
            "review_id": id_,
            "category_id": category_ids[key],
            "value": rating.value,
            "points": each.points[key],
            "causes": [],
            "note": "",
        }
        for id_, each in records.items()
        for key, rating in each.draft.ratings.items()
    ]
    if rows:
        tx.execute(insert(V), rows)
