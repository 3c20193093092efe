"""What may have been posted is looked for by its mark, and what was posted twice loses the younger one."""

import logging
from datetime import datetime, timedelta
from typing import NamedTuple

from bot.delivery.desk import Desk
from bot.delivery.verdicts import Verdict, What, judge_look
from bot.drawing import draw
from bot.marks import Read
from bot.outcomes import Outcome, classify, error_name, retry_after
from iqs.errors import IQSError
from iqs.notices import Notice, NoticeKind
from iqs.outbox import MAYBE
from iqs.services import delivering

log = logging.getLogger(__name__)

SWEEP_AGAIN = timedelta(minutes=5)
"""When a sweep that could not look or delete is tried again."""

SWEEP_PATIENCE = timedelta(days=1)
"""How long after the second sending twins are looked for at most."""

TOO_LONG = 3_600.0
"""Seconds before a conversation that is too long to be read whole is tried again."""

UNFINISHED = 100
"""Interrupted reads that are remembered; the oldest is forgotten, and begins anew."""

GONE = frozenset({"message_not_found", "channel_not_found", "is_archived"})


class Swept(NamedTuple):
    """How many twins were deleted, and how many seconds Slack asks to wait before it is asked again."""

    deleted: int = 0
    wait: float = 0.0


class Reconciler:
    """Reads conversations; of the database it changes only which of two messages the rows point to."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._unfinished: dict[tuple[object, ...], Read] = {}

    def look(self, notice: Notice, user: str | None, channel: str | None) -> Verdict:
        """Whether a notice that may have been posted stands in Slack; only a whole read says that it does not."""
        try:
            if channel is None and user is not None:
                channel = str(self._desk.reader.conversations_open(users=user)["channel"]["id"])
            if channel is None:
                return Verdict(What.DOUBT, "may have arrived; not reachable", 300.0)
            found = self._find(notice, channel)
        except LookupError:
            return Verdict(What.DOUBT, f"{MAYBE}; the conversation is too long", TOO_LONG)
        except Exception as error:  # noqa: BLE001 - classified
            harmless = _is_harmless(notice)
            return judge_look(
                notice, classify(error), error_name(error), harmless=harmless, wait=retry_after(error)
            )
        if found:
            return Verdict(What.SENT, channel=channel, ts=found[0])
        log.warning("notice %d did not arrive: sending it once more", notice.id)
        return Verdict(What.RESEND, "did not arrive")

    def sweep(self, notice: Notice) -> Swept:
        """Looks for twins of a message that was sent again, and deletes all but the oldest."""
        now = self._desk.now()
        deleted, wait, again = 0, 0.0, None
        try:
            deleted = self._sweep(notice)
        except Exception as error:  # noqa: BLE001 - tried again, and given up after a day
            name = error_name(error)
            begun = notice.resent_at or now
            wait = retry_after(error) if classify(error) is Outcome.WAIT else 0.0
            if name != "missing_scope" and now - begun < SWEEP_PATIENCE:
                again = now + (timedelta(seconds=wait) if wait else SWEEP_AGAIN)
            log.info("twins of notice %d could not be looked for: %s", notice.id, name)
        delivering.swept(self._desk.store, notice, now=now, again=again)
        return Swept(deleted, wait)

    def _sweep(self, notice: Notice) -> int:
        channel = notice.posted_to
        if channel is None:
            return 0
        found = self._find(notice, channel)
        if not found:
            return 0
        first, *younger = found
        moved = first != notice.ts
        if moved:
            # First the rows, then the deletion: a crash between leaves both, and the next sweep finds them.
            delivering.survives(self._desk.store, notice, ts=first)
        for ts in younger:
            self._delete(channel, ts)
            log.warning("notice %d stood there twice: the younger message was deleted", notice.id)
        if moved:
            self._redraw(notice, channel, first)
        return len(younger)

    def _find(self, notice: Notice, channel: str) -> list[str]:
        """Every message with its mark, the oldest first. A read that met a limit goes on where it was.

        Reads of another try are others: what was posted since would stand before their cursor.
        """
        key = (notice.id, channel, notice.last_try_at, notice.resent_at)
        read = self._unfinished.pop(key, None) or Read(_since(notice, self._desk.now()))
        try:
            return self._desk.marks.find(notice, channel, read)
        except Exception as error:
            if classify(error) is Outcome.WAIT:
                while len(self._unfinished) >= UNFINISHED:
                    self._unfinished.pop(next(iter(self._unfinished)), None)
                self._unfinished[key] = read
            raise

    def _delete(self, channel: str, ts: str) -> None:
        try:
            self._desk.reader.chat_delete(channel=channel, ts=ts)
        except Exception as error:
            if error_name(error) not in GONE:  # somebody was faster
                raise

    def _redraw(self, notice: Notice, channel: str, ts: str) -> None:
        """The older message may show what was true before: people clicked in the other one."""
        if notice.kind is not NoticeKind.SCORECARD:
            return
        try:
            message = draw(self._desk.store, notice, now=self._desk.now(), excerpts=self._desk.excerpts)
            self._desk.poster.chat_update(
                channel=channel, ts=ts, text=message["text"], blocks=message["blocks"]
            )
        except IQSError:
            return
        except Exception as error:  # noqa: BLE001 - the next click draws it
            log.info("notice %d could not be redrawn: %s", notice.id, error_name(error))


def _is_harmless(notice: Notice) -> bool:
    """Whether a second message of it does no harm where nobody can look: better twice than not at all.

    A claim is unique, so a second picture of it is only a picture. A file goes to nobody but who asked for it, and
    comes a second time at the most.
    """
    if notice.kind is NoticeKind.EXPORT:
        return notice.resent_at is None
    return notice.kind is NoticeKind.SCORECARD


def _since(notice: Notice, now: datetime) -> datetime:
    """From when on its message may stand there; a person who sends it again begins its tries anew."""
    return min(
        each for each in (notice.first_try_at, notice.resent_at, notice.last_try_at, now) if each is not None
    )
