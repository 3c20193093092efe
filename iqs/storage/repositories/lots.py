"""Places of conversations: who waits for one, what stands where, how many there are.

The statements are written for the driver: they carry thousands of numbers, and what SQLAlchemy does around each row
would cost more than the database needs (docs/sampling.md).
"""

import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from fractions import Fraction
from functools import lru_cache
from itertools import chain
from typing import Any, NamedTuple

from sqlalchemy import or_, select, text

from iqs.conversations import SurveyAnswer
from iqs.eligibility import Facts
from iqs.sampling import Spot
from iqs.storage import tables
from iqs.storage.columns import EPOCH
from iqs.storage.store import Tx

Group = tuple[int, int]
"""(person, day): what one reviewee closed on one UTC day."""

AT_ONCE = 5_000
"""Rows of numbers in one statement."""

FEW = 500
"""Rows held as the driver gives them: thousands of them at a time would keep the garbage collector busy."""

DAY = 86_400_000_000
"""Microseconds."""

TURN = 7_401_993
"""The number of the lock that settling and committing share on PostgreSQL; SQLite has one writer anyway."""

_FACTS = """c.id, c.source, c.external_id, c.closed_at, c.deleted_at, c.customer_messages, c.agent_messages,
    c.opened_at, c.channel, c.tags, c.language, c.csat, c.first_response_seconds, c.handle_seconds, c.bot_involved"""


class Told(NamedTuple):
    """What decides about a conversation's place."""

    id: int
    source: str
    external_id: str
    assignee_id: int | None
    closed_at: int | None
    deleted_at: int | None
    customer_messages: int | None
    agent_messages: int | None
    most_active: str | None
    last_answer: str | None

    @property
    def day(self) -> int:
        """The UTC day of its closing, counted from 1970."""
        assert self.closed_at is not None
        return self.closed_at // DAY


def take_turn(tx: Tx) -> None:
    """Nobody else settles or counts places until this transaction ends."""
    if tx.dialect.name == "postgresql":
        tx.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": TURN})


# Who waits


def unsettle(tx: Tx, conversation_ids: Collection[int]) -> None:
    """These conversations came or changed: their places are settled anew."""
    # SQLite takes "ON CONFLICT" for a join without a WHERE before it.
    statement = f"INSERT INTO unsettled (conversation_id) SELECT id FROM wanted WHERE true {_AGAIN}"  # noqa: S608 - ours
    _do(tx, statement, _column(conversation_ids), ("id",))


def unsettle_keys(tx: Tx, source: str, external_ids: Sequence[str]) -> None:
    """As `unsettle`, by what the helpdesk calls them."""
    mark = "?" if tx.dialect.name == "sqlite" else "%s"
    for start in range(0, len(external_ids), AT_ONCE):
        part = external_ids[start : start + AT_ONCE]
        marks = ", ".join([mark] * len(part))
        tx.exec_driver_sql(
            "INSERT INTO unsettled (conversation_id) SELECT id FROM conversation "  # noqa: S608 - marks alone
            f"WHERE source = {mark} AND external_id IN ({marks}) ORDER BY id {_AGAIN}",
            (source, *part),
        )


def unsettle_of(tx: Tx, person_ids: Collection[int]) -> None:
    """As `unsettle`, all conversations assigned to these people: their team's rule became another one."""
    if person_ids:
        tx.execute(
            text(
                "INSERT INTO unsettled (conversation_id) SELECT id FROM conversation WHERE reviewee_id IN "  # noqa: S608 - numbers
                f"({', '.join(str(int(each)) for each in person_ids)}) AND closed_at IS NOT NULL "
                f"ORDER BY id {_AGAIN}"
            )
        )


def unsettle_named(tx: Tx, external_ids: Collection[str]) -> None:
    """As `unsettle`, conversations in which these helpdesk ids answered most or last: they are other people now."""
    C = tables.Conversation  # noqa: N806 - a table
    if external_ids:
        named = or_(
            C.most_active_external_id.in_(list(external_ids)),
            C.last_answer_external_id.in_(list(external_ids)),
        )
        unsettle(tx, list(tx.scalars(select(C.id).where(named))))


# An update, not "do nothing": on PostgreSQL it waits for a settling that has just taken the row away.
_AGAIN = "ON CONFLICT (conversation_id) DO UPDATE SET conversation_id = excluded.conversation_id"


def waiting(tx: Tx, limit: int) -> list[int]:
    """Conversations that wait for their place, the oldest import first."""
    found = tx.execute(
        text("SELECT conversation_id FROM unsettled ORDER BY conversation_id LIMIT :n"), {"n": limit}
    )
    return [row[0] for row in found]


def companions(tx: Tx, groups: Collection[Group]) -> set[int]:
    """What else waits of the conversations that these assignees closed on these days."""
    query = """SELECT u.conversation_id FROM wanted w {join} conversation c ON c.reviewee_id = w.p
        AND c.closed_at >= w.a AND c.closed_at < w.b {join} unsettled u ON u.conversation_id = c.id"""
    rows = [(person, day * DAY, (day + 1) * DAY) for person, day in groups]
    return {row[0] for row in _ask(tx, query, rows, ("p", "a", "b"))}


def take(tx: Tx, conversation_ids: Collection[int]) -> None:
    """They wait no more. Before their facts are read: who changes one from now on makes it wait again."""
    statement = "DELETE FROM unsettled WHERE conversation_id IN (SELECT id FROM wanted)"
    _do(tx, statement, _column(conversation_ids), ("id",))


def told(tx: Tx, conversation_ids: Collection[int]) -> list[Told]:
    """What decides about the places of these conversations."""
    query = """SELECT c.id, c.source, c.external_id, c.reviewee_id, c.closed_at, c.deleted_at, c.customer_messages,
        c.agent_messages, c.most_active_external_id, c.last_answer_external_id
        FROM wanted w {join} conversation c ON c.id = w.id"""
    return [Told(*row) for row in _ask(tx, query, _column(conversation_ids), ("id",))]


# What stands where


def spots(tx: Tx, conversation_ids: Collection[int]) -> dict[int, Spot]:
    """The places of those of these conversations that have one."""
    query = """SELECT l.conversation_id, l.person_id, l.day, l.place
        FROM wanted w {join} lot l ON l.conversation_id = w.id"""
    found = _ask(tx, query, _column(conversation_ids), ("id",))
    return {row[0]: Spot(row[1], row[2], row[3]) for row in found}


def left_out(tx: Tx, conversation_ids: Collection[int]) -> dict[int, tuple[int, int, str]]:
    """(person, day, reason) of those of these conversations that can never be reviewed."""
    query = """SELECT o.conversation_id, o.person_id, o.day, o.reason
        FROM wanted w {join} left_out o ON o.conversation_id = w.id"""
    found = _ask(tx, query, _column(conversation_ids), ("id",))
    return {row[0]: (row[1], row[2], row[3]) for row in found}


def members(tx: Tx, groups: Collection[Group]) -> dict[Group, list[tuple[str, str, int]]]:
    """(source, external id, id) of what stands in these groups' places."""
    query = """SELECT l.person_id, l.day, c.source, c.external_id, c.id FROM wanted w
        {join} lot l ON l.person_id = w.p AND l.day = w.d {join} conversation c ON c.id = l.conversation_id"""
    found: dict[Group, list[tuple[str, str, int]]] = {}
    for person, day, *key in _ask(tx, query, list(groups), ("p", "d")):
        found.setdefault((person, day), []).append((key[0], key[1], key[2]))
    return found


def days(tx: Tx, groups: Collection[Group]) -> dict[Group, tuple[int, int]]:
    """(places, eligible) of these groups; absent where there was never a place."""
    query = """SELECT d.person_id, d.day, d.places, d.eligible
        FROM wanted w {join} lot_day d ON d.person_id = w.p AND d.day = w.d"""
    return {(row[0], row[1]): (row[2], row[3]) for row in _ask(tx, query, list(groups), ("p", "d"))}


def leave(tx: Tx, conversation_ids: Collection[int]) -> None:
    """They leave their places."""
    statement = "DELETE FROM lot WHERE conversation_id IN (SELECT id FROM wanted)"
    _do(tx, statement, _column(conversation_ids), ("id",))


def clear(tx: Tx, groups: Collection[Group]) -> None:
    """All places of these groups are taken away."""
    for statement in (
        "DELETE FROM lot WHERE (person_id, day) IN (SELECT p, d FROM wanted)",
        "DELETE FROM lot_day WHERE (person_id, day) IN (SELECT p, d FROM wanted)",
    ):
        _do(tx, statement, sorted(groups), ("p", "d"))


def enter(tx: Tx, places: Mapping[int, Spot], counts: Mapping[Group, tuple[int, int]]) -> None:
    """Conversations stand in these places now, and the groups have these (places, eligible)."""
    _insert(tx, "lot", [(*spot, each) for each, spot in places.items()])
    rows = [(*group, *count) for group, count in counts.items()]
    again = (
        "ON CONFLICT (person_id, day) DO UPDATE SET places = excluded.places, eligible = excluded.eligible"
    )
    _insert(tx, "lot_day", rows, again)


def leave_out(tx: Tx, reasons: Mapping[int, tuple[int, int, str]]) -> None:
    """These conversations can never be reviewed: (person, day, reason)."""
    again = """ON CONFLICT (conversation_id) DO UPDATE SET
        person_id = excluded.person_id, day = excluded.day, reason = excluded.reason"""
    _insert(tx, "left_out", [(each, *reason) for each, reason in reasons.items()], again)


def take_in(tx: Tx, conversation_ids: Collection[int]) -> None:
    """They are not left out any more."""
    statement = "DELETE FROM left_out WHERE conversation_id IN (SELECT id FROM wanted)"
    _do(tx, statement, _column(conversation_ids), ("id",))


# How many there are


def counts(
    tx: Tx, person_ids: Collection[int], *, first_day: int, last_day: int
) -> list[tuple[int, int, int, int]]:
    """(person, day, places, eligible) of these people's days, both ends included."""
    query = """SELECT d.person_id, d.day, d.places, d.eligible FROM wanted w {join} lot_day d
        ON d.person_id = w.p AND d.day BETWEEN {first} AND {last}"""
    found = _ask(tx, query, _column(person_ids), ("p",), first=first_day, last=last_day)
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
        {"start": microseconds(start), "end": microseconds(end)},
    )
    return {person: count for person, count in found if person in wanted}


def reasons(tx: Tx, person_ids: Collection[int], *, first_day: int, last_day: int) -> dict[str, int]:
    """How many of these people's conversations of whole days can never be reviewed, by reason."""
    query = """SELECT o.reason, count(*) FROM wanted w {join} left_out o
        ON o.person_id = w.p AND o.day BETWEEN {first} AND {last} GROUP BY o.reason"""
    return _added_up(_ask(tx, query, _column(person_ids), ("p",), first=first_day, last=last_day))


def reasons_between(
    tx: Tx, person_ids: Collection[int], *, day: int, start: datetime, end: datetime
) -> dict[str, int]:
    """As `reasons`, of those closed in [start, end) of one day."""
    query = """SELECT o.reason, count(*) FROM wanted w
        {join} left_out o ON o.person_id = w.p AND o.day = {day} {join} conversation c ON c.id = o.conversation_id
        AND c.closed_at >= {start} AND c.closed_at < {end} GROUP BY o.reason"""
    since, until = microseconds(start), microseconds(end)
    return _added_up(_ask(tx, query, _column(person_ids), ("p",), day=day, start=since, end=until))


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
    return {spots[row[0], row[1], row[2]]: row[3] for row in _ask(tx, query, wanted, ("p", "d", "n"))}


_STANDING = """SELECT l.person_id, l.day, l.place, l.conversation_id FROM wanted w
    {join} lot l ON l.person_id = w.p AND l.day = w.d AND l.place = w.n"""

# As a join, PostgreSQL would rather read all places as long as there are only some millions of them. So each is
# looked up, in the index alone.
_STANDING_BY_INDEX = """SELECT s.* FROM (SELECT w.p, w.d, w.n, (SELECT conversation_id FROM lot
    WHERE person_id = w.p AND day = w.d AND place = w.n) AS id FROM wanted w) AS s WHERE s.id IS NOT NULL"""


def look(tx: Tx, wanted: Sequence[Spot]) -> dict[Spot, Facts]:
    """The facts of what stands in these places; empty ones are absent."""
    spots = {number: spot for spot, number in standing(tx, wanted).items()}
    query = "SELECT {facts} FROM wanted w {join} conversation c ON c.id = w.id"
    found = _ask(tx, query, _column(spots), ("id",))
    return {spots[row[0]]: _facts(spots[row[0]].person_id, *row) for row in found}


def window(tx: Tx, person_id: int, *, first_day: int, last_day: int) -> Iterator[Facts]:
    """The facts of all that stands in a person's places of these days."""
    query = """SELECT {facts} FROM wanted w {join} lot l
        ON l.person_id = w.p AND l.day BETWEEN {first} AND {last} {join} conversation c ON c.id = l.conversation_id"""
    found = _ask(tx, query, [(person_id,)], ("p",), first=first_day, last=last_day)
    return (_facts(person_id, *row) for row in found)


def microseconds(moment: datetime) -> int:
    """An instant as the database holds it."""
    delta = moment - EPOCH
    return (delta.days * 86_400 + delta.seconds) * 1_000_000 + delta.microseconds


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


def _read(stored: Any) -> list[str]:
    """JSON as the drivers give it: SQLite's as text, PostgreSQL's as a list."""
    if isinstance(stored, str):
        stored = [] if stored == "[]" else json.loads(stored)
    return stored or []


# The driver's way


def _ask(
    tx: Tx, query: str, rows: Sequence[Sequence[int]], names: tuple[str, ...], **numbers: int
) -> Iterator[Sequence[Any]]:
    """The rows of a query over `wanted`, some thousands of numbers; they come first, whatever a planner thinks."""
    join = "CROSS JOIN" if tx.dialect.name == "sqlite" else "JOIN"
    asked = query.format(join=join, facts=_FACTS, **{name: int(each) for name, each in numbers.items()})
    for part in _parts(rows):
        head, values = _wanted(tx, part, names)
        cursor = tx.exec_driver_sql(f"{head} {asked}", values).cursor
        while rows_found := cursor.fetchmany(FEW):
            yield from rows_found


def _do(tx: Tx, statement: str, rows: Sequence[Sequence[int]], names: tuple[str, ...]) -> None:
    """A change over `wanted`."""
    for part in _parts(rows):
        head, values = _wanted(tx, part, names)
        tx.exec_driver_sql(f"{head} {statement}", values)


def _insert(tx: Tx, table: str, rows: Sequence[tuple[Any, ...]], again: str = "") -> None:
    if rows:
        mark = "?" if tx.dialect.name == "sqlite" else "%s"
        marks = ", ".join([mark] * len(rows[0]))
        tx.exec_driver_sql(f"INSERT INTO {table} ({_COLUMNS[table]}) VALUES ({marks}) {again}", list(rows))  # noqa: S608 - our names


_COLUMNS = {
    "lot": "person_id, day, place, conversation_id",
    "lot_day": "person_id, day, places, eligible",
    "left_out": "conversation_id, person_id, day, reason",
}


def _wanted(tx: Tx, rows: Sequence[Sequence[int]], names: tuple[str, ...]) -> tuple[str, tuple[Any, ...]]:
    head = f"WITH wanted({', '.join(names)}) AS"
    if tx.dialect.name == "sqlite":
        marks = f"({', '.join('?' * len(names))})"
        return f"{head} (VALUES {', '.join([marks] * len(rows))})", tuple(chain.from_iterable(rows))
    arrays = ", ".join(["%s::bigint[]"] * len(names))
    # As text: the driver would look at each number to see whether it must be quoted.
    lists = [f"{{{','.join(map(str, column))}}}" for column in zip(*rows, strict=True)]
    return f"{head} (SELECT * FROM unnest({arrays}))", tuple(lists)  # noqa: S608 - marks alone


def _column(numbers: Collection[int]) -> list[tuple[int]]:
    return [(each,) for each in sorted(numbers)]


def _parts(rows: Sequence[Sequence[int]]) -> Iterator[Sequence[Sequence[int]]]:
    return (rows[start : start + AT_ONCE] for start in range(0, len(rows), AT_ONCE))
