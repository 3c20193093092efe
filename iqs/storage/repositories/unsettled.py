"""Conversations that came or changed, and wait until their place is settled."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from sqlalchemy import or_, select, text

from iqs.storage import tables
from iqs.storage.numbers import AT_ONCE, ask, column, do
from iqs.storage.repositories.lots import DAY, Group
from iqs.storage.store import Tx

# An update, not "do nothing": on PostgreSQL it waits for a settling that has just taken the row away.
_AGAIN = "ON CONFLICT (conversation_id) DO UPDATE SET conversation_id = excluded.conversation_id"


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


def add(tx: Tx, conversation_ids: Collection[int]) -> None:
    """These conversations came or changed: their places are settled anew."""
    # SQLite takes "ON CONFLICT" for a join without a WHERE before it.
    statement = f"INSERT INTO unsettled (conversation_id) SELECT id FROM wanted WHERE true {_AGAIN}"  # noqa: S608 - ours
    do(tx, statement, column(conversation_ids), ("id",))


def add_keys(tx: Tx, source: str, external_ids: Sequence[str]) -> None:
    """As `add`, by what the helpdesk calls them."""
    mark = "?" if tx.dialect.name == "sqlite" else "%s"
    for start in range(0, len(external_ids), AT_ONCE):
        part = external_ids[start : start + AT_ONCE]
        marks = ", ".join([mark] * len(part))
        tx.exec_driver_sql(
            "INSERT INTO unsettled (conversation_id) SELECT id FROM conversation "  # noqa: S608 - marks alone
            f"WHERE source = {mark} AND external_id IN ({marks}) ORDER BY id {_AGAIN}",
            (source, *part),
        )


def add_of(tx: Tx, person_ids: Collection[int]) -> None:
    """As `add`, all conversations assigned to these people: their team's rule became another one."""
    if person_ids:
        tx.execute(
            text(
                "INSERT INTO unsettled (conversation_id) SELECT id FROM conversation WHERE reviewee_id IN "  # noqa: S608 - numbers
                f"({', '.join(str(int(each)) for each in person_ids)}) AND closed_at IS NOT NULL "
                f"ORDER BY id {_AGAIN}"
            )
        )


def add_named(tx: Tx, external_ids: Collection[str]) -> None:
    """As `add`, conversations in which these helpdesk ids answered most or last: they are other people now."""
    C = tables.Conversation  # noqa: N806 - a table
    if external_ids:
        named = or_(
            C.most_active_external_id.in_(list(external_ids)),
            C.last_answer_external_id.in_(list(external_ids)),
        )
        add(tx, list(tx.scalars(select(C.id).where(named))))


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
    return {row[0] for row in ask(tx, query, rows, ("p", "a", "b"))}


def take(tx: Tx, conversation_ids: Collection[int]) -> None:
    """They wait no more. Before their facts are read: who changes one from now on makes it wait again."""
    statement = "DELETE FROM unsettled WHERE conversation_id IN (SELECT id FROM wanted)"
    do(tx, statement, column(conversation_ids), ("id",))


def told(tx: Tx, conversation_ids: Collection[int]) -> list[Told]:
    """What decides about the places of these conversations."""
    query = """SELECT c.id, c.source, c.external_id, c.reviewee_id, c.closed_at, c.deleted_at, c.customer_messages,
        c.agent_messages, c.most_active_external_id, c.last_answer_external_id
        FROM wanted w {join} conversation c ON c.id = w.id"""
    return [Told(*row) for row in ask(tx, query, column(conversation_ids), ("id",))]
