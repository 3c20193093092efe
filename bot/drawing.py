"""From a Notice to its message: read what is stored at the moment of sending, and draw it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from blocks import alert, commitment, digest, export, feedback, reminder, scorecard, shift
from blocks.kit import Message
from iqs.errors import NotFound
from iqs.exports import File
from iqs.notices import Notice, NoticeKind
from iqs.services import (
    alerting,
    closing,
    exporting,
    following,
    reporting,
    reviewing,
    telling,
    verifying,
    watching,
)
from iqs.storage.store import Store

Draw = Callable[[Store, Notice, datetime, bool], Message]


@dataclass(frozen=True, slots=True)
class Picture:
    """A message, and the ids of gathered notices that it does not tell because their cause is gone.

    `thread` is the ts of the message that it answers, if it stands in a thread. With `files`, `comment` stands above
    them, and the message takes their place where Slack takes no file.
    """

    message: Message
    untold: frozenset[int] = frozenset()
    thread: str | None = None
    files: tuple[File, ...] = ()
    comment: str = ""


def _scorecard(store: Store, notice: Notice, now: datetime, excerpts: bool) -> Message:
    card = reviewing.card_to_send(store, notice.object_id)
    return scorecard.message(card, excerpts=excerpts, now=now)


def _feedback(store: Store, notice: Notice, _now: datetime, _excerpts: bool) -> Message:
    return feedback.message(telling.feedback(store, notice.object_id))


def _digest(store: Store, notice: Notice, now: datetime, _excerpts: bool) -> Message:
    return digest.message(reporting.digest(store, notice.object_id, now=now))


def _plain_digest(store: Store, notice: Notice, now: datetime, _excerpts: bool) -> Message:
    return digest.plain(reporting.digest(store, notice.object_id, now=now))


def _details(store: Store, notice: Notice, now: datetime, _excerpts: bool) -> Message:
    return digest.details(reporting.digest(store, notice.object_id, now=now))


def _commitment(store: Store, notice: Notice, _now: datetime, _excerpts: bool) -> Message:
    return commitment.message(*verifying.committed(store, notice.object_id))


def _alert(store: Store, notice: Notice, now: datetime, _excerpts: bool) -> Message:
    return alert.message(alerting.alert(store, notice.person_id or 0, now=now))


def _shift(store: Store, notice: Notice, _now: datetime, _excerpts: bool) -> Message:
    return shift.message(watching.shift_report(store, notice.object_id))


def _reminder(store: Store, notice: Notice, now: datetime, _excerpts: bool) -> Message:
    return reminder.message(closing.reminder(store, notice.person_id or 0), now=now)


_PICTURES: dict[NoticeKind, Draw] = {
    NoticeKind.SCORECARD: _scorecard,
    NoticeKind.REMINDER: _reminder,
    NoticeKind.FEEDBACK: _feedback,
    NoticeKind.ALERT: _alert,
    NoticeKind.SHIFT: _shift,
    NoticeKind.DRAW: _commitment,
    NoticeKind.DIGEST: _digest,
    NoticeKind.DETAILS: _details,
}


def draw(store: Store, notice: Notice, *, now: datetime, excerpts: bool) -> Message:
    """The notice's message as of now; an IQSError means that its cause is gone and nothing should be sent."""
    return picture(store, notice, now=now, excerpts=excerpts).message


def picture(store: Store, notice: Notice, *, now: datetime, excerpts: bool) -> Picture:
    """As `draw`, with what is told with the notice."""
    if notice.told and notice.kind is NoticeKind.FEEDBACK:
        return _reviews(store, notice)
    if notice.kind is NoticeKind.EXPORT:
        return _export(store, notice, now)
    # Gathered alerts need no list: each tells what stands still now.
    thread = following.thread(store, notice)
    return Picture(_PICTURES[notice.kind](store, notice, now, excerpts), thread=thread)


def plain_picture(store: Store, notice: Notice, *, now: datetime, excerpts: bool) -> Picture:
    """The same without charts and tables, or in words alone, for when Slack refuses the picture."""
    if notice.kind is NoticeKind.DIGEST:
        return Picture(_plain_digest(store, notice, now, excerpts))
    drawn = picture(store, notice, now=now, excerpts=excerpts)
    if drawn.files:
        return replace(drawn, files=())
    text = f"{drawn.message['text']} Open the App Home of IQS to read it."
    return Picture(Message(text=text, blocks=[]), drawn.untold, drawn.thread)


def _export(store: Store, notice: Notice, now: datetime) -> Picture:
    """The files that somebody asked for, made now, and what to say in their place."""
    made = exporting.made(store, notice.object_id, now=now)
    return Picture(export.words(made.wish), files=made.files, comment=export.comment(made.wish))


def _reviews(store: Store, notice: Notice) -> Picture:
    """Several reviews in one message; what was taken back meanwhile is left out."""
    told, untold = [], set()
    for each in sorted(notice.all, key=lambda one: (one.not_before, one.id)):
        try:
            told.append(telling.feedback(store, each.object_id))
        except NotFound:
            untold.add(each.id)
    if not told:
        raise NotFound("All of these reviews were taken back before they were sent.")
    return Picture(feedback.gathered(told), frozenset(untold))
