"""A conversation's messages as the JSON they are stored as, and back; and redacting what is stored.

A message with a body stores no text beside it: the text is derived from the body, so the two cannot disagree.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from pydantic_core import from_json, to_json
from sqlalchemy import func, select, update

from iqs.bodies import Form, Line, Run, plain
from iqs.conversations import Author, Conversation, Customer, Message
from iqs.storage import tables
from iqs.storage.store import Tx

C = tables.Conversation
T = tables.Transcript

_WORDS = {each: each.value for each in Author}  # plain words: an enum's own look-up is slow in the hot loop


def written(messages: Iterable[Message]) -> bytes:
    """The messages as JSON; what is not known of a message is left out."""
    return to_json([_written(each) for each in messages])


def read(stored: Iterable[Mapping[str, Any]] | None) -> tuple[Message, ...]:
    """The messages of a transcript; none when the text was never imported or is purged."""
    return tuple(_message(each) for each in stored or ())


class Stored(NamedTuple):
    """A stored conversation's id, and whose it is."""

    id: int
    reviewee_id: int | None


def following(tx: Tx, after: int, limit: int) -> list[Stored]:
    """The next conversations by id, kept from other writers until this transaction ends."""
    rows = tx.execute(
        select(C.id, C.reviewee_id).where(C.id > after).order_by(C.id).limit(limit).with_for_update()
    )
    return [Stored(row.id, row.reviewee_id) for row in rows]


def count(tx: Tx) -> int:
    """How many conversations are stored."""
    return tx.execute(select(func.count()).select_from(C)).scalar_one()


def put_redacted(tx: Tx, conversation_id: int, conversation: Conversation, marks: int) -> None:
    """Stores what redaction may change of a conversation, and adds the marks that it set."""
    customer = conversation.customer or Customer()
    tx.execute(
        update(C)
        .where(C.id == conversation_id)
        .values(
            subject=conversation.subject,
            tags=list(conversation.tags),
            customer_id=customer.id,
            customer_name=customer.name,
            customer_email=customer.email,
        )
    )
    tx.execute(
        update(T)
        .where(T.conversation_id == conversation_id)
        .values(messages=from_json(written(conversation.messages)), redactions=T.redactions + marks)
    )


def _written(message: Message) -> dict[str, Any]:
    row: dict[str, Any] = {"author": _WORDS[message.author]}
    if message.body is None:
        row["text"] = message.text
    else:
        row["body"] = [_written_line(each) for each in message.body]
    if message.at is not None:
        row["at"] = message.at  # to_json writes it as RFC 3339
    if message.author_id is not None:
        row["author_id"] = message.author_id
    return row


def _written_line(line: Line) -> dict[str, Any]:
    """Only what is not as usual: most lines are text without a style."""
    row: dict[str, Any] = {"runs": [_written_run(each) for each in line.runs]}
    if line.form is not Form.TEXT:
        row["form"] = line.form.value
    for name in ("depth", "number", "quoted"):
        if value := getattr(line, name):
            row[name] = value
    return row


def _written_run(run: Run) -> str | dict[str, Any]:
    if run.is_plain:
        return run.text
    row: dict[str, Any] = {"text": run.text}
    for name in ("bold", "italic", "strike", "code", "link"):
        if value := getattr(run, name):
            row[name] = value
    return row


def _message(row: Mapping[str, Any]) -> Message:
    at = row.get("at")
    body = tuple(_line(each) for each in row["body"]) if "body" in row else None
    return Message(
        Author(row["author"]),
        row["text"] if body is None else plain(body),
        datetime.fromisoformat(at) if at is not None else None,
        row.get("author_id"),
        body,
    )


def _line(row: Mapping[str, Any]) -> Line:
    runs = tuple(Run(each) if isinstance(each, str) else Run(**each) for each in row["runs"])
    return Line(
        runs,
        Form(row.get("form", Form.TEXT)),
        depth=row.get("depth", 0),
        number=row.get("number"),
        quoted=row.get("quoted", 0),
    )
