"""Conversations on their way into the database: as rows, compared with what is stored, written.

A header adds to what is stored and changes what it tells; what it does not tell stays. A text that was handed to
a reviewer is what the score is about: it stays as it was read, whatever is edited in the helpdesk afterwards.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction
from hashlib import blake2b
from typing import Any

from pydantic_core import to_json
from sqlalchemy import exists, or_, select, update

from iqs.conversations import OTHER, Conversation, HelpdeskAgent, SurveyAnswer
from iqs.helpdesk.base import Surveyed
from iqs.storage import columns, tables
from iqs.storage.repositories import transcripts, unsettled
from iqs.storage.repositories.conversations import Key, Reviewees
from iqs.storage.store import Tx

C = tables.Conversation
T = tables.Transcript

CONTENT = (
    "source", "external_id", "channel", "subject", "url", "opened_at", "closed_at",
    "agent_external_id", "agent_name", "agent_email", "customer_id", "customer_name", "customer_email",
    "csat", "ces", "bot_rating", "first_response_seconds", "first_response_basis",
    "handle_seconds", "handle_basis", "reopens", "tags", "language", "updated_at",
    "customer_messages", "agent_messages", "participants",
    "most_active_external_id", "last_answer_external_id", "bot_involved",
)  # fmt: skip
HEADER = (*CONTENT, "reviewee_id", "fingerprint", "imported_at")
KEY = ("source", "external_id")

_AGENT = frozenset({"agent_name", "agent_email", "reviewee_id"})
_REPLACED = frozenset({"channel", "tags", "participants", "fingerprint", "imported_at"})
_FROM_TEXT = slice(CONTENT.index("customer_messages"), None)


@dataclass(slots=True)  # not frozen: see iqs.conversations
class Record:
    """A conversation ready to be stored: its values in the order of `CONTENT`, and its transcript.

    `transcript` is None for a header. `fetched` says that a helpdesk told it, which leaves out what it does not
    know; a file tells everything.
    """

    key: Key
    agent: HelpdeskAgent | None
    fingerprint: str
    content: tuple[Any, ...]
    transcript: str | None
    redactions: int
    participants: tuple[str, ...]
    updated_at: datetime | None
    fetched: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """What is stored of a conversation. `snapshot`: its text was handed to a reviewer and stays."""

    updated_at: datetime | None
    deleted: bool
    has_text: bool
    snapshot: bool
    participants: tuple[str, ...]


def record(conversation: Conversation, *, redactions: int = 0, fetched: bool = False) -> Record:
    """The rows of a conversation. The fingerprint is BLAKE2b over all that is stored of its content.

    Without messages it is a header, unless it was `fetched` and has none.
    """
    agent, customer = conversation.agent, conversation.customer
    has_text = bool(conversation.messages) or fetched
    took_part = conversation.participation
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
        _answer(conversation.bot_rating),
        conversation.first_response_seconds,
        conversation.first_response_basis and conversation.first_response_basis.value,
        conversation.handle_seconds,
        conversation.handle_basis and conversation.handle_basis.value,
        conversation.reopens,
        _json(conversation.tags),
        conversation.language,
        _microseconds(conversation.updated_at),
        took_part.customer_messages if has_text else None,
        took_part.agent_messages if has_text else None,
        _json(took_part.participants),
        took_part.most_active if has_text else None,
        took_part.last_answer if has_text else None,
        took_part.bot_involved if has_text else None,
    )
    digest = blake2b(repr(content).encode(), digest_size=16)
    transcript = transcripts.written(conversation.messages) if has_text else None
    if transcript is not None:
        digest.update(transcript)
    return Record(
        key=(conversation.source, conversation.external_id),
        agent=agent,
        fingerprint=digest.hexdigest(),
        content=content,
        transcript=None if transcript is None else transcript.decode(),
        redactions=redactions,
        participants=took_part.participants,
        updated_at=conversation.updated_at,
        fetched=fetched or not has_text,
    )


def fingerprints(tx: Tx, keys: Collection[Key]) -> dict[Key, str]:
    """Fingerprints of those of these conversations that are stored."""
    found: dict[Key, str] = {}
    for source, external_ids in _by_source(keys).items():
        rows = tx.exec_driver_sql(_known(tx, len(external_ids)), (source, *external_ids))
        found |= {(source, external_id): fingerprint for external_id, fingerprint in rows}
    return found


def standing(tx: Tx, keys: Collection[Key]) -> dict[Key, Standing]:
    """What is stored of those of these conversations that are known."""
    assigned = exists().where(tables.Assignment.conversation_id == C.id)
    reviewed = exists().where(tables.Review.conversation_id == C.id)
    wanted = select(
        C.external_id,
        C.updated_at,
        C.deleted_at,
        T.conversation_id.is_not(None).label("has_text"),
        or_(assigned, reviewed).label("handed_out"),
        C.participants,
    ).outerjoin(T, T.conversation_id == C.id)
    found: dict[Key, Standing] = {}
    for source, external_ids in _by_source(keys).items():
        for row in tx.execute(wanted.where(C.source == source, C.external_id.in_(external_ids))):
            found[source, row.external_id] = Standing(
                updated_at=row.updated_at,
                deleted=row.deleted_at is not None,
                has_text=bool(row.has_text),
                snapshot=bool(row.has_text and row.handed_out),
                participants=tuple(row.participants),
            )
    return found


def save(tx: Tx, records: Sequence[Record], known: dict[Key, Standing], *, now: datetime) -> None:
    """Stores conversations, each key once; one that is stored already keeps its id.

    `known` is the `standing` of those that are stored; what was deleted there is passed over by the caller.
    """
    whole: list[Record] = []
    headers: list[Record] = []
    fetched: list[Record] = []
    for each in records:
        stored = known.get(each.key)
        if stored and stored.has_text and (each.transcript is None or stored.snapshot):
            headers.append(_beside_text(each, stored))
        elif each.transcript is None:
            headers.append(each)
        elif each.fetched and stored:
            fetched.append(each)
        else:
            whole.append(each)
    people = Reviewees(tx)
    imported_at = _microseconds(now)
    for listed, statement in (
        (whole, _replacing(tx)),
        (headers, _adding(tx, HEADER)),
        # its fingerprint stays that of the header, so that the header listed again is unchanged
        (fetched, _adding(tx, tuple(name for name in HEADER if name != "fingerprint"))),
    ):
        if listed:
            rows = [
                (*each.content, people.of(each.key[0], each.agent), each.fingerprint, imported_at)
                for each in listed
            ]
            tx.exec_driver_sql(statement, rows)
    texts = [(*each.key, each.transcript, each.redactions) for each in (*whole, *fetched)]
    if texts:
        tx.exec_driver_sql(_transcripts(tx), texts)
    for source, external_ids in _by_source(each.key for each in records).items():
        unsettled.add_keys(tx, source, external_ids)


def answered(tx: Tx, source: str, answers: Sequence[Surveyed]) -> int:
    """Sets survey answers of conversations that are known; how many conversations have another one now."""
    told = {each.external_id: each for each in answers}
    rows = tx.execute(
        select(C.id, C.external_id, C.csat, C.ces, C.bot_rating).where(
            C.source == source, C.external_id.in_(list(told)), C.deleted_at.is_(None)
        )
    ).all()
    changed = 0
    for row in rows:
        each = told[row.external_id]
        new = {
            name: answer
            for name in ("csat", "ces", "bot_rating")
            if (answer := _stored(getattr(each, name))) is not None and answer != getattr(row, name)
        }
        if new:
            tx.execute(update(C).where(C.id == row.id).values(**new))
            changed += 1
    return changed


def _beside_text(header: Record, stored: Standing) -> Record:
    """A header for a conversation whose text is here: the text's counts stay, its authors took part."""
    everybody = dict.fromkeys((*header.participants, *stored.participants))
    content = list(header.content)
    content[_FROM_TEXT] = None, None, _json(list(everybody)), None, None, None
    return replace(header, content=tuple(content), transcript=None)


def _by_source(keys: Iterable[Key]) -> dict[str, list[str]]:
    by_source: dict[str, list[str]] = {}
    for source, external_id in keys:
        by_source.setdefault(source, []).append(external_id)
    return by_source


# The import's statements are written for the driver: through SQLAlchemy's expressions and types they would
# cost more than all parsing and cleaning.


def _mark(tx: Tx) -> str:
    return "?" if tx.dialect.name == "sqlite" else "%s"


def _known(tx: Tx, count: int) -> str:
    mark = _mark(tx)
    listed = ", ".join([mark] * count)
    return f"SELECT external_id, fingerprint FROM conversation WHERE source = {mark} AND external_id IN ({listed})"  # noqa: S608 - marks


def _insert(tx: Tx) -> str:
    marks = ", ".join([_mark(tx)] * len(HEADER))
    return (
        f"INSERT INTO conversation ({', '.join(HEADER)}) VALUES ({marks}) ON CONFLICT ({', '.join(KEY)}) "  # noqa: S608 - our names
        "DO UPDATE SET "
    )


def _replacing(tx: Tx) -> str:
    """All that is stored makes way."""
    return _insert(tx) + ", ".join(f"{name} = excluded.{name}" for name in HEADER if name not in KEY)


def _adding(tx: Tx, columns: Iterable[str]) -> str:
    """What is told is set, the rest stays; the word of an older moment changes nothing."""
    changes = ", ".join(f"{name} = {_told(name)}" for name in columns if name not in KEY)
    return (
        _insert(tx)
        + changes
        + " WHERE conversation.deleted_at IS NULL AND (conversation.updated_at IS NULL"
        + " OR excluded.updated_at IS NULL OR excluded.updated_at >= conversation.updated_at)"
    )


def _told(name: str) -> str:
    if name == "channel":  # a header may not know it, and must not take away what the messages told
        return f"CASE WHEN excluded.channel = '{OTHER}' THEN conversation.channel ELSE excluded.channel END"
    if name in _REPLACED:
        return f"excluded.{name}"
    told = f"COALESCE(excluded.{name}, conversation.{name})"
    if name in _AGENT:  # another agent's name and person are not this one's
        same = "excluded.agent_external_id IS NULL OR excluded.agent_external_id = conversation.agent_external_id"
        return f"CASE WHEN {same} THEN {told} ELSE excluded.{name} END"
    return told


def _transcripts(tx: Tx) -> str:
    """A conversation's id is looked up by its key on the way, so that no second question is needed for it."""
    mark = _mark(tx)
    id_of = f"(SELECT id FROM conversation WHERE source = {mark} AND external_id = {mark})"  # noqa: S608 - marks
    return (
        f"INSERT INTO transcript (conversation_id, messages, redactions) VALUES ({id_of}, {mark}, {mark}) "  # noqa: S608 - the same
        "ON CONFLICT (conversation_id) DO UPDATE SET messages = excluded.messages, "
        "redactions = excluded.redactions"
    )


def _microseconds(moment: datetime | None) -> int | None:
    return None if moment is None else columns.stored(moment)


def _answer(answer: SurveyAnswer | None) -> str | None:
    stored = _stored(answer)
    return None if stored is None else _json(stored)


def _stored(answer: SurveyAnswer | None) -> list[str] | None:
    return None if answer is None else [_exact(answer.value), _exact(answer.low), _exact(answer.high)]


def _json(listed: Sequence[str]) -> str:
    return to_json(listed).decode() if listed else "[]"


def _exact(number: Fraction) -> str:
    """A fraction as people write it where a decimal is exact: "4", "4.5", else "1/3"."""
    if number.denominator == 1:
        return str(number.numerator)
    decimal = repr(float(number))
    return decimal if Fraction(decimal) == number else str(number)
