"""From a Notice to its message: read what is stored at the moment of sending, and draw it."""

from collections.abc import Callable
from datetime import datetime

from blocks import digest, feedback, scorecard
from blocks.kit import Message
from iqs.notices import Notice, NoticeKind
from iqs.services import reporting, reviewing, telling
from iqs.storage.store import Store

Draw = Callable[[Store, Notice, datetime, bool], Message]


def _scorecard(store: Store, notice: Notice, now: datetime, excerpts: bool) -> Message:
    card = reviewing.card_to_send(store, notice.object_id)
    return scorecard.message(card, excerpts=excerpts, now=now)


def _feedback(store: Store, notice: Notice, _now: datetime, _excerpts: bool) -> Message:
    return feedback.message(telling.feedback(store, notice.object_id))


def _digest(store: Store, notice: Notice, now: datetime, _excerpts: bool) -> Message:
    return digest.message(reporting.digest(store, notice.object_id, now=now))


def _plain_digest(store: Store, notice: Notice, now: datetime, _excerpts: bool) -> Message:
    return digest.plain(reporting.digest(store, notice.object_id, now=now))


_PICTURES: dict[NoticeKind, Draw] = {
    NoticeKind.SCORECARD: _scorecard,
    NoticeKind.FEEDBACK: _feedback,
    NoticeKind.DIGEST: _digest,
}


def draw(store: Store, notice: Notice, *, now: datetime, excerpts: bool) -> Message:
    """The notice's message as of now; an IQSError means that its cause is gone and nothing should be sent."""
    return _PICTURES[notice.kind](store, notice, now, excerpts)


def draw_plain(store: Store, notice: Notice, *, now: datetime, excerpts: bool) -> Message:
    """The same without charts and tables, or in words alone, for when Slack refuses the picture."""
    if notice.kind is NoticeKind.DIGEST:
        return _plain_digest(store, notice, now, excerpts)
    message = draw(store, notice, now=now, excerpts=excerpts)
    return Message(text=f"{message['text']} Open the App Home of IQS to read it.", blocks=[])
