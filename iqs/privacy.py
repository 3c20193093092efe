"""Personal data replaced by marks, before text is stored and before it stands in a message that may be forwarded.

Everything of a conversation is looked at: its words across the borders of their styles, where its links lead, its
subject and tags, and the customer's record.
"""

import re
from collections.abc import Iterable
from dataclasses import replace
from urllib.parse import unquote, urlsplit

from iqs.bodies import Body, Line, Run, labels, plain
from iqs.conversations import Conversation, Customer, Message
from iqs.personal_data import EMAIL, MARKS, NAME, PATTERNS, Found, Known, Redactor

_MARK = re.compile("|".join(re.escape(mark) for mark in MARKS))
_PASSES = 8  # what a mark lays bare is looked at again


def redact(
    text: str, *, names: Iterable[str] = (), emails: Iterable[str] = (), by: Redactor = PATTERNS
) -> tuple[str, int]:
    """The text with marks such as "[e-mail]" for personal data, and how many marks were set.

    `names` and `emails` are the customer's own. Redacting again finds nothing new.
    """
    (redacted,), count = _redacted((text,), Known.of(names, emails), by)
    return redacted, count


def redact_conversation(conversation: Conversation, by: Redactor = PATTERNS) -> tuple[Conversation, int]:
    """The conversation without its customer's personal data, and how many marks were set; agents keep their names.

    Goes over the subject, the tags, every message (across the borders of its styles, and where its links lead) and
    the customer's record. What has nothing to redact is returned as it is.
    """
    customer = conversation.customer or Customer()
    known = Known.of([customer.name or ""], [customer.email or ""])
    work = _Work(known, by)
    messages, subject, tags = conversation.messages, conversation.subject, conversation.tags
    customer_id = customer.id
    if not _has_nothing(conversation, known, by):
        messages = tuple([work.message(each) for each in messages])
        subject = subject and work.text(subject)
        tags = tuple([work.text(each) for each in tags])
        customer_id = customer_id and work.text(customer_id)
    record = Customer(
        customer_id,
        work.instead(customer.name, NAME),
        work.instead(customer.email, EMAIL),
    )
    if not work.count:
        return conversation, 0
    redacted = conversation.copy()
    redacted.messages, redacted.subject, redacted.tags = messages, subject, tags
    redacted.customer = record if conversation.customer else None
    return redacted, work.count


def _has_nothing(conversation: Conversation, known: Known, by: Redactor) -> bool:
    """The quick look that spares most conversations the rest: no form of data reaches over a line's end."""
    if by is not PATTERNS or [each for each in conversation.messages if each.body]:
        return False
    customer_id = conversation.customer.id if conversation.customer else None
    texts = [each.text for each in conversation.messages]
    whole = "\n".join((conversation.subject or "", customer_id or "", *conversation.tags, *texts))
    return next(iter(by.find(whole, known)), None) is None


class _Work:
    """Redacts piece by piece and counts the marks."""

    def __init__(self, known: Known, by: Redactor) -> None:
        self.count = 0
        self._known = known
        self._by = by

    def text(self, text: str) -> str:
        (redacted,), count = _redacted((text,), self._known, self._by)
        self.count += count
        return redacted

    def instead(self, value: str | None, mark: str) -> str | None:
        """The mark for what the record itself says; nothing for nothing."""
        if not value or value in MARKS:
            return value
        self.count += 1
        return mark

    def message(self, message: Message) -> Message:
        if message.body is None:
            text = self.text(message.text)
            return message if text is message.text else replace(message, text=text)
        before = self.count
        body: Body = tuple([self._line(each) for each in message.body])
        return message if self.count == before else replace(message, text=plain(body), body=body)

    def _line(self, line: Line) -> Line:
        before = self.count
        links: dict[str | None, str | None] = {
            run.link: self._link(run.link) for run in line.runs if run.link
        }
        runs = self._runs([replace(run, link=links.get(run.link)) if run.link else run for run in line.runs])
        return line if self.count == before else replace(line, runs=tuple(run for run in runs if run.text))

    def _runs(self, runs: list[Run]) -> list[Run]:
        """Looks at the words side by side, and once more as plain text shows them: parted by where links lead."""
        runs = self._marked(runs)
        return self._marked(runs, parted=True) if any(run.link for run in runs) else runs

    def _marked(self, runs: list[Run], *, parted: bool = False) -> list[Run]:
        pieces: list[str] = []
        for address, group in labels(runs):
            pieces += [piece for run in group for piece in (run.text, "")]
            if parted and address:
                pieces[-1] = f" ({address})"
        texts, count = _redacted(pieces, self._known, self._by)
        self.count += count
        return [replace(run, text=text) for run, text in zip(runs, texts[::2], strict=True)]

    def _link(self, link: str) -> str | None:
        """The address without what names somebody: its query, or its path too; None when the host itself does."""
        found = self._said_by(link)
        if not found:
            return link
        self.count += found
        parts = urlsplit(link)
        for path in (parts.path, "/"):
            shorter = f"{parts.scheme}://{parts.netloc}{path or '/'}?redacted"
            if not self._said_by(shorter):
                return shorter
        return None

    def _said_by(self, link: str) -> int:
        readable = unquote(unquote(link))
        return _redacted((readable,), self._known, self._by)[1]


def _redacted(texts: Iterable[str], known: Known, by: Redactor) -> tuple[list[str], int]:
    """Texts that stand side by side, looked at as one; a mark stands in the text where its data began."""
    pieces = list(texts)
    count = 0
    for _ in range(_PASSES):
        joined = "".join(pieces)
        found = _apart(joined, by.find(joined, known))
        if not found:
            break
        count += len(found)
        pieces = _marked(pieces, found)
    return pieces, count


def _apart(text: str, found: Iterable[Found]) -> list[Found]:
    """What was found in its order in the text; nothing twice, and no mark again."""
    taken: bytearray | None = None
    kept: list[Found] = []
    for each in found:
        if taken is None:
            taken = bytearray(len(text))
            for mark in _MARK.finditer(text):
                taken[mark.start() : mark.end()] = b"\1" * len(mark[0])
        if each.start < each.end and taken.find(1, each.start, each.end) < 0:
            taken[each.start : each.end] = b"\1" * (each.end - each.start)
            kept.append(each)
    return sorted(kept)


def _marked(pieces: list[str], found: list[Found]) -> list[str]:
    """The pieces with the marks in them; `found` in order and apart."""
    marked: list[str] = []
    start = 0
    waiting = iter(found)
    current = next(waiting, None)
    for piece in pieces:
        end = start + len(piece)
        parts: list[str] = []
        place = start
        while current is not None and current.start < end:
            if current.start >= place:
                parts += [piece[place - start : current.start - start], current.mark]
            place = min(current.end, end)
            if current.end > end:
                break
            current = next(waiting, None)
        parts.append(piece[place - start :])
        marked.append("".join(parts))
        start = end
    return marked
