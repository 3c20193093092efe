"""Conversations in the database: stored as imported, found by id, by agent and period."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from hashlib import blake2b
from typing import Any

from pydantic_core import to_json
from sqlalchemy import bindparam, func, select, update

from iqs.conversations import Author, Conversation, Customer, HelpdeskAgent, Message, SurveyAnswer
from iqs.errors import NotFound
from iqs.sampling import Candidate
from iqs.storage import tables
from iqs.storage.columns import UTC, Base
from iqs.storage.store import Tx

C = tables.Conversation
T = tables.Transcript
P = tables.Person
I = tables.HelpdeskIdentity  # noqa: E741 - beside C, T and P

Key = tuple[str, str]
"""(source, external id)."""

_CONTENT = (
    "source", "external_id", "channel", "subject", "url", "opened_at", "closed_at",
    "agent_external_id", "agent_name", "agent_email", "customer_id", "customer_name", "customer_email",
    "csat", "ces", "first_response_seconds", "handle_seconds", "tags", "language",
    "customer_messages", "agent_messages", "participants",
)  # fmt: skip
_HEADER = (*_CONTENT, "reviewee_id", "fingerprint", "imported_at")


@dataclass(frozen=True, slots=True)
class Record:
    """A conversation ready to be stored: its values in the order of `_CONTENT`, and its transcript."""

    key: Key
    agent: HelpdeskAgent | None
    fingerprint: str
    content: tuple[Any, ...]
    transcript: str


def record(conversation: Conversation) -> Record:
    """The rows of a conversation. The fingerprint is BLAKE2b over all that is stored of its content."""
    agent, customer = conversation.agent, conversation.customer
    authors = [each.author for each in conversation.messages]
    content = (
        conversation.source,
        conversation.external_id,
        conversation.channel,
        conversation.subject,
        conversation.url,
        _microseconds(conversation.opened_at),
        _microseconds(conversation.closed_at),
        agent.id if agent else None,
        agent.name if agent else None,
        agent.email if agent else None,
        customer.id if customer else None,
        customer.name if customer else None,
        customer.email if customer else None,
        _answer(conversation.csat),
        _answer(conversation.ces),
        conversation.first_response_seconds,
        conversation.handle_seconds,
        _json(conversation.tags),
        conversation.language,
        authors.count(Author.CUSTOMER),
        authors.count(Author.AGENT),
        _json(conversation.participants),
    )
    transcript = to_json([_written(each) for each in conversation.messages])
    digest = blake2b(repr(content).encode(), digest_size=16)
    digest.update(transcript)
    return Record(
        (conversation.source, conversation.external_id),
        agent,
        digest.hexdigest(),
        content,
        transcript.decode(),
    )


def fingerprints(tx: Tx, keys: Collection[Key]) -> dict[Key, str]:
    """Fingerprints of those of these conversations that are stored."""
    by_source: dict[str, list[str]] = {}
    for source, external_id in keys:
        by_source.setdefault(source, []).append(external_id)
    found: dict[Key, str] = {}
    for source, external_ids in by_source.items():
        rows = tx.exec_driver_sql(_known(tx, len(external_ids)), (source, *external_ids))
        found |= {(source, external_id): fingerprint for external_id, fingerprint in rows}
    return found


def save(tx: Tx, records: Sequence[Record], *, now: datetime) -> None:
    """Stores conversations, each key once; one that is stored already is replaced and keeps its id."""
    people = Reviewees(tx)
    imported_at = _microseconds(now)
    tx.exec_driver_sql(
        _upsert(tx, C, _HEADER, key=("source", "external_id")),
        [
            (*each.content, people.of(each.key[0], each.agent), each.fingerprint, imported_at)
            for each in records
        ],
    )
    tx.exec_driver_sql(
        _upsert(tx, T, ("conversation_id", "messages"), key=("conversation_id",)),
        [(*each.key, each.transcript) for each in records],
    )


def map_agents(tx: Tx) -> int:
    """Finds the people behind conversations imported before they were known; the number of those found."""
    people = Reviewees(tx)
    unknown = tx.execute(
        select(C.source, C.agent_external_id, C.agent_name, C.agent_email)
        .where(C.reviewee_id.is_(None), C.agent_external_id.is_not(None))
        .distinct()
    ).all()
    mapped = 0
    for source, agent_id, name, email in unknown:
        person = people.of(source, HelpdeskAgent(str(agent_id), name, email))
        if person is not None:
            done = tx.execute(
                update(C)
                .where(
                    C.source == source,
                    C.agent_external_id == agent_id,
                    C.agent_email.is_not_distinct_from(email),
                    C.reviewee_id.is_(None),
                )
                .values(reviewee_id=person)
            )
            mapped += done.rowcount
    return mapped


class Reviewees:
    """Who a helpdesk's agent is here: by helpdesk id, else by the e-mail of one active person; never by name."""

    def __init__(self, tx: Tx) -> None:
        self._by_id = {
            (source, external_id): person
            for source, external_id, person in tx.execute(select(I.source, I.external_id, I.person_id))
        }
        self._by_email: dict[str, int | None] = {}
        for email, person in tx.execute(
            select(func.lower(P.email), P.id).where(P.email.is_not(None), P.active.is_(True))
        ):
            self._by_email[email] = None if email in self._by_email else person

    def of(self, source: str, agent: HelpdeskAgent | None) -> int | None:
        """The person's id; None when nobody is known for certain."""
        if agent is None:
            return None
        known = self.by_id(source, agent.id)
        if known is None and agent.email:
            return self._by_email.get(agent.email.lower())
        return known

    def by_id(self, source: str, external_id: str) -> int | None:
        """The person with this helpdesk id; an id given for this very helpdesk goes first."""
        known = self._by_id.get((source, external_id))
        return self._by_id.get(("", external_id)) if known is None else known


def get(tx: Tx, conversation_id: int) -> Conversation:
    """The conversation with its messages. Raises NotFound."""
    found = get_many(tx, [conversation_id])
    if not found:
        raise NotFound("There is no such conversation (any more).")
    return found[conversation_id]


def get_many(tx: Tx, conversation_ids: Iterable[int]) -> dict[int, Conversation]:
    """The conversations with their messages, by id; unknown ids are absent."""
    rows = tx.execute(
        select(C.__table__, T.messages)
        .outerjoin(T, T.conversation_id == C.id)
        .where(C.id.in_(list(conversation_ids)))
    )
    return {row.id: _conversation(row) for row in rows}


def by_key(tx: Tx, source: str, external_id: str) -> int | None:
    """The id of the conversation known by this key in its helpdesk, None if it was never imported."""
    return tx.execute(
        select(C.id).where(C.source == source, C.external_id == external_id)
    ).scalar_one_or_none()


def frame(
    tx: Tx, *, reviewee_ids: Collection[int], starts_at: datetime, ends_at: datetime
) -> list[Candidate]:
    """Facts about every conversation of these agents closed in [starts_at, ends_at); no text is read."""
    rows = tx.execute(
        select(
            C.id,
            C.source,
            C.external_id,
            C.reviewee_id,
            C.customer_messages,
            C.agent_messages,
            C.participants,
        )
        .where(C.reviewee_id.in_(list(reviewee_ids)), C.closed_at >= starts_at, C.closed_at < ends_at)
        .order_by(C.id)
    ).all()
    known = _People(tx, {(row.source, each) for row in rows for each in row.participants})
    return [
        Candidate(
            conversation_id=row.id,
            key=f"{row.source}:{row.external_id}",
            reviewee_id=row.reviewee_id,
            customer_messages=row.customer_messages,
            agent_messages=row.agent_messages,
            participants=known.of(row.source, row.participants, row.reviewee_id),
        )
        for row in rows
    ]


def unmapped(tx: Tx, *, starts_at: datetime, ends_at: datetime) -> int:
    """How many conversations closed in [starts_at, ends_at) have an agent that nobody here is known to be."""
    return tx.execute(
        select(func.count())
        .select_from(C)
        .where(C.reviewee_id.is_(None), C.closed_at >= starts_at, C.closed_at < ends_at)
    ).scalar_one()


_PARTICIPANTS = select(C.source, C.participants, C.reviewee_id).where(
    C.id == bindparam("id")
)  # each click asks


def participants(tx: Tx, conversation_id: int) -> frozenset[int]:
    """Ids of the people who worked on a conversation, its reviewee included."""
    row = tx.execute(_PARTICIPANTS, {"id": conversation_id}).one_or_none()
    if row is None:
        return frozenset()
    known = _People(tx, {(row.source, each) for each in row.participants})
    return known.of(row.source, row.participants, row.reviewee_id)


_IDENTITIES = select(I.source, I.external_id, I.person_id).where(
    I.external_id.in_(bindparam("ids", expanding=True))
)


class _People:
    """The people behind some helpdesk ids: by the id, else as the agent of a conversation mapped by e-mail."""

    def __init__(self, tx: Tx, keys: Collection[Key]) -> None:
        ids = {external_id for _, external_id in keys}
        rows = tx.execute(_IDENTITIES, {"ids": list(ids)})
        given = {(row.source, row.external_id): row.person_id for row in rows}
        self._known: dict[Key, int | None] = {}
        for source, external_id in keys:
            found = given.get((source, external_id), given.get(("", external_id)))
            self._known[source, external_id] = found or self._mapped(tx, source, external_id)

    def of(self, source: str, external_ids: Iterable[str], reviewee_id: int | None) -> frozenset[int]:
        found = {self._known[source, each] for each in external_ids} | {reviewee_id}
        return frozenset(each for each in found if each is not None)

    @staticmethod
    def _mapped(tx: Tx, source: str, external_id: str) -> int | None:
        return tx.execute(
            select(C.reviewee_id)
            .where(C.agent_external_id == external_id, C.source == source, C.reviewee_id.is_not(None))
            .limit(1)
        ).scalar_one_or_none()


# The import's three statements are written for the driver: through SQLAlchemy's expressions and types they would
# cost more than all parsing and cleaning.


def _mark(tx: Tx) -> str:
    return "?" if tx.dialect.name == "sqlite" else "%s"


def _known(tx: Tx, count: int) -> str:
    mark = _mark(tx)
    listed = ", ".join([mark] * count)
    return f"SELECT external_id, fingerprint FROM conversation WHERE source = {mark} AND external_id IN ({listed})"  # noqa: S608 - marks


def _upsert(tx: Tx, table: type[Base], columns: Sequence[str], *, key: Sequence[str]) -> str:
    """A conversation's id is looked up by its key on the way, so that no second question is needed for it."""
    mark = _mark(tx)
    id_of = f"(SELECT id FROM conversation WHERE source = {mark} AND external_id = {mark})"  # noqa: S608 - marks
    values = ", ".join(id_of if name == "conversation_id" else mark for name in columns)
    changed = ", ".join(f"{name} = excluded.{name}" for name in columns if name not in key)
    return (
        f"INSERT INTO {table.__tablename__} ({', '.join(columns)}) VALUES ({values}) "  # noqa: S608 - our names
        f"ON CONFLICT ({', '.join(key)}) DO UPDATE SET {changed}"
    )


_UTC = UTC()
_WORDS = {each: each.value for each in Author}  # plain words: an enum's own look-up is slow in the hot loop


def _microseconds(moment: datetime | None) -> int | None:
    return _UTC.process_bind_param(moment, None)  # type: ignore[arg-type] # it does not look at the dialect


def _answer(answer: SurveyAnswer | None) -> str | None:
    return None if answer is None else _json([_exact(answer.value), _exact(answer.low), _exact(answer.high)])


def _json(listed: Sequence[str]) -> str:
    return to_json(listed).decode() if listed else "[]"


def _exact(number: Fraction) -> str:
    """A fraction as people write it where a decimal is exact: "4", "4.5", else "1/3"."""
    if number.denominator == 1:
        return str(number.numerator)
    decimal = repr(float(number))
    return decimal if Fraction(decimal) == number else str(number)


def _written(message: Message) -> dict[str, Any]:
    row: dict[str, Any] = {"author": _WORDS[message.author], "text": message.text}
    if message.at is not None:
        row["at"] = message.at  # to_json writes it as RFC 3339
    if message.author_id is not None:
        row["author_id"] = message.author_id
    return row


def _conversation(row: Any) -> Conversation:
    customer = Customer(row.customer_id, row.customer_name, row.customer_email)
    return Conversation(
        source=row.source,
        external_id=row.external_id,
        channel=row.channel,
        messages=tuple(_message(each) for each in row.messages or ()),
        subject=row.subject,
        url=row.url,
        opened_at=row.opened_at,
        closed_at=row.closed_at,
        agent=HelpdeskAgent(row.agent_external_id, row.agent_name, row.agent_email)
        if row.agent_external_id is not None
        else None,
        customer=None if customer == Customer() else customer,
        csat=row.csat and SurveyAnswer(*map(Fraction, row.csat)),
        ces=row.ces and SurveyAnswer(*map(Fraction, row.ces)),
        first_response_seconds=row.first_response_seconds,
        handle_seconds=row.handle_seconds,
        tags=tuple(row.tags),
        language=row.language,
    )


def _message(written: Mapping[str, str]) -> Message:
    at = written.get("at")
    return Message(
        Author(written["author"]),
        written["text"],
        datetime.fromisoformat(at) if at is not None else None,
        written.get("author_id"),
    )
