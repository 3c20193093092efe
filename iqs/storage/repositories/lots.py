"""Places of conversations: what stands where, how many there are."""

import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from fractions import Fraction
from functools import lru_cache
from typing import Any

from sqlalchemy import text

from iqs.conversations import SurveyAnswer
from iqs.eligibility import Facts
from iqs.sampling import Spot
from iqs.storage.columns import EPOCH, stored
from iqs.storage.numbers import ask, column, do, insert
from iqs.storage.store import Tx

Group = tuple[int, int]
"""(person, day): what one reviewee closed on one UTC day."""

DAY = 86_400_000_000
"""Microseconds."""

TURN = 7_401_993
"""The number of the lock that settling and committing share on PostgreSQL; SQLite has one writer anyway."""

_LOT = "person_id, day, place, conversation_id"
_LOT_DAY = "person_id, day, places, eligible"
_LEFT_OUT = "conversation_id, person_id, day, reason"
_FACTS = """c.id, c.source, c.external_id, c.closed_at, c.deleted_at, c.customer_messages, c.agent_messages,
    c.opened_at, c.channel, c.tags, c.language, c.csat, c.first_response_seconds, c.handle_seconds, c.bot_involved"""


def take_turn(tx: Tx) -> None:
    """Nobody else settles or counts places until this transaction ends."""
    if tx.dialect.name == "postgresql":
        tx.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": TURN})


# What stands where


def spots(tx: Tx, conversation_ids: Collection[int]) -> dict[int, Spot]:
    """The places of those of these conversations that have one."""
    query = """SELECT l.conversation_id, l.person_id, l.day, l.place
        FROM wanted w {join} lot l ON l.conversation_id = w.id"""
    found = ask(tx, query, column(conversation_ids), ("id",))
    return {row[0]: Spot(row[1], row[2], row[3]) for row in found}


def left_out(tx: Tx, conversation_ids: Collection[int]) -> dict[int, tuple[int, int, str]]:
    """(person, day, reason) of those of these conversations that can never be reviewed."""
    query = """SELECT o.conversation_id, o.person_id, o.day, o.reason
        FROM wanted w {join} left_out o ON o.conversation_id = w.id"""
    found = ask(tx, query, column(conversation_ids), ("id",))
    return {row[0]: (row[1], row[2], row[3]) for row in found}


def members(tx: Tx, groups: Collection[Group]) -> dict[Group, list[tuple[str, str, int]]]:
    """(source, external id, id) of what stands in these groups' places."""
    query = """SELECT l.person_id, l.day, c.source, c.external_id, c.id FROM wanted w
        {join} lot l ON l.person_id = w.p AND l.day = w.d {join} conversation c ON c.id = l.conversation_id"""
    found: dict[Group, list[tuple[str, str, int]]] = {}
    for person, day, *key in ask(tx, query, list(groups), ("p", "d")):
        found.setdefault((person, day), []).append((key[0], key[1], key[2]))
    return found


def days(tx: Tx, groups: Collection[Group]) -> dict[Group, tuple[int, int]]:
    """(places, eligible) of these groups; absent where there was never a place."""
    query = """SELECT d.person_id, d.day, d.places, d.eligible
        FROM wanted w {join} lot_day d ON d.person_id = w.p AND d.day = w.d"""
    return {(row[0], row[1]): (row[2], row[3]) for row in ask(tx, query, list(groups), ("p", "d"))}


def leave(tx: Tx, conversation_ids: Collection[int]) -> None:
    """They leave their places."""
    statement = "DELETE FROM lot WHERE conversation_id IN (SELECT id FROM wanted)"
    do(tx, statement, column(conversation_ids), ("id",))


def clear(tx: Tx, groups: Collection[Group]) -> None:
    """All places of these groups are taken away."""
    for statement in (
        "DELETE FROM lot WHERE (person_id, day) IN (SELECT p, d FROM wanted)",
        "DELETE FROM lot_day WHERE (person_id, day) IN (SELECT p, d FROM wanted)",
    ):
        do(tx, statement, sorted(groups), ("p", "d"))


def enter(tx: Tx, places: Mapping[int, Spot], counts: Mapping[Group, tuple[int, int]]) -> None:
    """Conversations stand in these places now, and the groups have these (places, eligible)."""
    insert(tx, "lot", _LOT, [(*spot, each) for each, spot in places.items()])
    rows = [(*group, *count) for group, count in counts.items()]
    again = (
        "ON CONFLICT (person_id, day) DO UPDATE SET places = excluded.places, eligible = excluded.eligible"
    )
    insert(tx, "lot_day", _LOT_DAY, rows, again)


def leave_out(tx: Tx, reasons: Mapping[int, tuple[int, int, str]]) -> None:
    """These conversations can never be reviewed: (person, day, reason)."""
    again = """ON CONFLICT (conversation_id) DO UPDATE SET
        person_id = excluded.person_id, day = excluded.day, reason = excluded.reason"""
    insert(tx, "left_out", _LEFT_OUT, [(each, *reason) for each, reason in reasons.items()], again)


def take_in(tx: Tx, conversation_ids: Collection[int]) -> None:
    """They are not left out any more."""
    statement = "DELETE FROM left_out WHERE conversation_id IN (SELECT id FROM wanted)"
    do(tx, statement, column(conversation_ids), ("id",))


# How many there are


def counts(
    tx: Tx, person_ids: Collection[int], *, first_day: int, last_day: int
) -> list[tuple[int, int, int, int]]:
    """(person, day, places, eligible) of these people's days, both ends included."""
    query = """SELECT d.person_id, d.day, d.places, d.eligible FROM wanted w {join} lot_day d
        ON d.person_id = w.p AND d.day BETWEEN {first} AND {last}"""
    found = ask(tx, query, column(person_ids), ("p",), first=first_day, last=last_day)
    return [(row[0], row[1], row[2], row[3]) for row in found]


def between(tx: Tx, person_ids: Collection[int], *, start: datetime, end: datetime) -> dict[int, int]:
    """How many of these people's places hold a conversation closed in [start, end): part of a day, read by index."""
    wanted = set(person_ids)
    found = tx.execute(
        text(
            "SELECT l.person_id, count(*) FROM conversation c JOIN lot l ON l.conversation_id = c.id "
            "WHERE c.reviewee_id IN (SELECT id FROM person) AND c.closed_at >= :start AND c.closed_at < :end "
            "GROUP BY l.person_id"
        ),
        {"start": stored(start), "end": stored(end)},
    )
    return {person: count for person, count in found if person in wanted}


def reasons(tx: Tx, person_ids: Collection[int], *, first_day: int, last_day: int) -> dict[str, int]:
    """How many of these people's conversations of whole days can never be reviewed, by reason."""
    query = """SELECT o.reason, count(*) FROM wanted w {join} left_out o
        ON o.person_id = w.p AND o.day BETWEEN {first} AND {last} GROUP BY o.reason"""
    return _added_up(ask(tx, query, column(person_ids), ("p",), first=first_day, last=last_day))


def reasons_between(
    tx: Tx, person_ids: Collection[int], *, day: int, start: datetime, end: datetime
) -> dict[str, int]:
    """As `reasons`, of those closed in [start, end) of one day."""
    query = """SELECT o.reason, count(*) FROM wanted w
        {join} left_out o ON o.person_id = w.p AND o.day = {day} {join} conversation c ON c.id = o.conversation_id
        AND c.closed_at >= {start} AND c.closed_at < {end} GROUP BY o.reason"""
    since, until = stored(start), stored(end)
    return _added_up(ask(tx, query, column(person_ids), ("p",), day=day, start=since, end=until))


def _added_up(counts: Iterable[Sequence[Any]]) -> dict[str, int]:
    found: Counter[str] = Counter()
    for reason, count in counts:
        found[reason] += count
    return dict(found)


# Facts


def standing(tx: Tx, wanted: Sequence[Spot]) -> dict[Spot, int]:
    """The conversations (ids) in these places, and nothing about them; empty places are absent."""
    query = _STANDING if tx.dialect.name == "sqlite" else _STANDING_BY_INDEX
    spots: dict[tuple[int, int, int], Spot] = dict(zip(wanted, wanted, strict=True))
    return {spots[row[0], row[1], row[2]]: row[3] for row in ask(tx, query, wanted, ("p", "d", "n"))}


_STANDING = """SELECT l.person_id, l.day, l.place, l.conversation_id FROM wanted w
    {join} lot l ON l.person_id = w.p AND l.day = w.d AND l.place = w.n"""

# As a join, PostgreSQL would rather read all places as long as there are only some millions of them. So each is
# looked up, in the index alone.
_STANDING_BY_INDEX = """SELECT s.* FROM (SELECT w.p, w.d, w.n, (SELECT conversation_id FROM lot
    WHERE person_id = w.p AND day = w.d AND place = w.n) AS id FROM wanted w) AS s WHERE s.id IS NOT NULL"""


def look(tx: Tx, wanted: Sequence[Spot]) -> dict[Spot, Facts]:
    """The facts of what stands in these places; empty ones are absent."""
    spots = {number: spot for spot, number in standing(tx, wanted).items()}
    query = f"SELECT {_FACTS} FROM wanted w {{join}} conversation c ON c.id = w.id"  # noqa: S608 - our names
    found = ask(tx, query, column(spots), ("id",))
    return {spots[row[0]]: _facts(spots[row[0]].person_id, *row) for row in found}


def window(tx: Tx, person_id: int, *, first_day: int, last_day: int) -> Iterator[Facts]:
    """The facts of all that stands in a person's places of these days."""
    query = f"""SELECT {_FACTS} FROM wanted w {{join}} lot l ON l.person_id = w.p
        AND l.day BETWEEN {{first}} AND {{last}} {{join}} conversation c ON c.id = l.conversation_id"""  # noqa: S608 - the same
    found = ask(tx, query, [(person_id,)], ("p",), first=first_day, last=last_day)
    return (_facts(person_id, *row) for row in found)


def _facts(person_id: int, *row: Any) -> Facts:
    number, source, external_id, closed_at, deleted_at, customer, agent, *told = row
    opened_at, channel, tags, language, csat, first_response, handle, bot = told
    # By position, for a count with filters makes millions: by name takes twice as long.
    return Facts(
        number,
        f"{source}:{external_id}",
        person_id,
        _instant(closed_at),
        None if opened_at is None else _instant(opened_at),
        channel,
        tuple(_read(tags)),
        language,
        None if csat is None else _percent(*_read(csat)),
        customer,
        agent,
        first_response,
        handle,
        None if bot is None else bool(bot),
        deleted_at is not None,
    )


@lru_cache(maxsize=1_000)
def _percent(*answer: str) -> Fraction:
    return SurveyAnswer(*map(Fraction, answer)).percent


def _instant(value: int) -> datetime:
    return EPOCH + timedelta(0, 0, value)


def _read(told: Any) -> list[str]:
    """JSON as the drivers give it: SQLite's as text, PostgreSQL's as a list."""
    if isinstance(told, str):
        told = [] if told == "[]" else json.loads(told)
    return told or []
