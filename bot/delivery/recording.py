"""What follows from a verdict in the database: one transaction each, and the same again does no harm."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.delivery.verdicts import Verdict, What
from bot.errors import where
from iqs.errors import Unavailable
from iqs.notices import Notice
from iqs.services import delivering
from iqs.storage.store import Store

log = logging.getLogger(__name__)


@dataclass
class Counts:
    """What a sender has done since it began; every figure only grows."""

    posted: int = 0  # messages that stand in Slack
    gathered: int = 0  # notices told in the message of another one
    plain: int = 0  # messages whose picture Slack refused
    limited: int = 0  # 429
    refused: int = 0  # the app was refused (token, scopes)
    failed: int = 0  # definitely not posted, to be tried again
    doubted: int = 0  # may have been posted
    found: int = 0  # found in the conversation after a doubt
    resent: int = 0  # not found there, and sent once more
    swept: int = 0  # twins deleted
    dead: int = 0
    cancelled: int = 0
    overtaken: int = 0  # posted, but another process had taken the notice over


class Record:
    """Writes verdicts down and counts them."""

    def __init__(
        self, store: Store, counts: Counts, *, now: Callable[[], datetime], quarantine: timedelta
    ) -> None:
        self._store = store
        self._counts = counts
        self._now = now
        self._quarantine = quarantine

    def posted(self, notice: Notice, verdict: Verdict) -> None:
        """What an attempt to post came to."""
        if verdict.what is What.SENT:
            self.stand([(notice, verdict)])
        elif verdict.what is What.DOUBT:
            self._counts.doubted += 1
            delivering.doubt(self._store, notice, until=self._now(), error=verdict.error)
        else:
            self._not_posted(notice, verdict)

    def stand(self, posted: Sequence[tuple[Notice, Verdict]]) -> None:
        """Messages that stand in Slack now, all in one transaction; if one cannot be written, each in its own."""
        try:
            self._counts.posted += self._settle(posted)
        except Unavailable:
            raise
        except Exception as error:  # noqa: BLE001 - the row stays `sending`: it is looked into later
            if len(posted) == 1:
                number, name, place = posted[0][0].id, type(error).__name__, where(error)
                log.error("notice %d stands in Slack, which cannot be noted: %s at %s", number, name, place)  # noqa: TRY400 - no values
                return
            for each in posted:
                self.stand([each])
        else:
            self._counts.plain += sum(verdict.plain for _, verdict in posted)

    def looked(self, notice: Notice, verdict: Verdict) -> None:
        """What a look for a notice in doubt came to."""
        if verdict.what is What.SENT:
            self._counts.found += self._settle([(notice, verdict)])
        elif verdict.what is What.RESEND:
            self._counts.resent += 1
            delivering.resend(self._store, notice, now=self._now(), error=verdict.error)
        elif verdict.what is What.DEAD:
            self._bury(notice, verdict.error)
        else:
            if verdict.what is What.REFUSED:
                self.refuse(verdict.error)
            until = self._now() + timedelta(seconds=verdict.seconds) - self._quarantine
            delivering.doubt(self._store, notice, until=until, error=verdict.error)

    def swept(self, deleted: int) -> None:
        """So many twins were deleted."""
        self._counts.swept += deleted

    def back(self, notice: Notice) -> None:
        """It was claimed and not tried."""
        delivering.give_back(self._store, notice)

    def unlinked(self, notice: Notice, wait: timedelta) -> None:
        """Its person cannot be written to yet."""
        delivering.postpone(self._store, notice, until=self._now() + wait, error="not linked to Slack yet")

    def refuse(self, error: str) -> None:
        """The breaker: no process claims anything until Slack takes the app again."""
        self._counts.refused += 1
        delivering.refuse(self._store, error=error, now=self._now())
        log.error("Slack refuses the app's token (%s): everything waits until that is mended", error)

    def _not_posted(self, notice: Notice, verdict: Verdict) -> None:
        until = self._now() + timedelta(seconds=verdict.seconds)
        match verdict.what:
            case What.LIMITED:
                self._counts.limited += 1
                delivering.limited(self._store, notice, until=until)
            case What.LATER:
                self._counts.failed += 1
                delivering.postpone(self._store, notice, until=until, error=verdict.error)
            case What.REFUSED:
                self.refuse(verdict.error)
                delivering.give_back(self._store, notice)
            case What.SHUT:
                self._counts.failed += 1
                delivering.postpone(self._store, notice, until=until, error=verdict.error)
                log.error(
                    "notice %d waits for its channel (%s): let the app in, or unarchive it",
                    notice.id, verdict.error,
                )  # fmt: skip
            case What.AWAY:
                self._away(notice, verdict, until)
            case What.UNWANTED:
                self._counts.cancelled += 1
                delivering.cancel(self._store, notice, error=verdict.error)
            case What.DEAD:
                self._bury(notice, verdict.error)
            case _:
                delivering.give_back(self._store, notice)

    def _settle(self, posted: Sequence[tuple[Notice, Verdict]]) -> int:
        """Returns how many of them were ours still."""
        stands = [delivering.Stands(notice, it.channel, it.ts, it.untold) for notice, it in posted]
        settled = delivering.settle_all(self._store, stands, now=self._now())
        for (notice, verdict), ours in zip(posted, settled, strict=True):
            if ours:
                self._counts.gathered += len(notice.told)
                self._counts.cancelled += len(verdict.untold)
            else:
                self._counts.overtaken += 1
                log.warning("notice %d was taken over by another process while it was posted", notice.id)
        return sum(settled)

    def _away(self, notice: Notice, verdict: Verdict, until: datetime) -> None:
        self._counts.failed += 1
        delivering.postpone(self._store, notice, until=until, error=verdict.error)
        if notice.person_id is None:
            return
        delivering.unreachable(self._store, notice.person_id, now=self._now())
        log.error("person %d cannot be reached in Slack (%s)", notice.person_id, verdict.error)

    def _bury(self, notice: Notice, why: str) -> None:
        self._counts.dead += 1
        log.error("notice %d (%s) cannot be delivered: %s", notice.id, notice.kind, why)
        delivering.bury(self._store, notice, error=why)
