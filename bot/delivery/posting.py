"""One attempt at one message: draw it, make sure that it is still ours, post it, say what became of it."""

import logging
from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.delivery import uploading
from bot.delivery.desk import Desk
from bot.delivery.verdicts import RETRY_STEPS, Verdict, What, judge
from bot.drawing import Picture, picture, plain_picture
from bot.errors import where
from bot.outcomes import MAX_WAIT, Outcome, classify, error_name, retry_after
from iqs.errors import IQSError, Unavailable
from iqs.notices import UNDRAWN, Notice
from iqs.services import delivering

log = logging.getLogger(__name__)

CALL = timedelta(seconds=15)
"""How much of the lease must be left for a call: its timeout, and the way there."""


class Poster:
    """Posts; it writes nothing to the database. Used from several threads at once."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def send(self, notice: Notice, channel: str) -> Verdict:
        """Draws what is stored now and posts it once; after a refused picture once more in plain words."""
        desk = self._desk
        drawn = self._drawn(notice)
        if isinstance(drawn, Verdict):
            return drawn
        try:
            return self._posted(notice, channel, drawn)
        except Exception as error:  # noqa: BLE001 - classified
            if classify(error) is not Outcome.CONTENT:
                return self._failed(notice, error)
            log.error("Slack refused notice %d (%s): sending it plainly", notice.id, error_name(error))  # noqa: TRY400
        try:
            plain = plain_picture(desk.store, notice, now=desk.now(), excerpts=desk.excerpts)
            return self._posted(notice, channel, plain, plain=True)
        except Exception as error:  # noqa: BLE001 - classified
            return self._failed(notice, error)

    def _drawn(self, notice: Notice) -> Picture | Verdict:
        """The picture as of now, while the notice is ours; else why nothing is posted."""
        desk = self._desk
        try:
            drawn = picture(desk.store, notice, now=desk.now(), excerpts=desk.excerpts)
            ours = delivering.still_ours(desk.store, notice, until=desk.now() + CALL)
        except Unavailable:
            return Verdict(What.LATER, "the database could not be reached", RETRY_STEPS[0])
        except IQSError as error:
            log.info("notice %d is no longer wanted", notice.id)
            return Verdict(What.UNWANTED, type(error).__name__)
        except Exception as error:  # noqa: BLE001 - one bad picture must not hold up the others
            name = type(error).__name__
            log.error("notice %d cannot be drawn: %s at %s", notice.id, name, where(error))  # noqa: TRY400 - no values
            return Verdict(What.LATER, f"{UNDRAWN}: {name}", RETRY_STEPS[-1])
        return drawn if ours else Verdict(What.BACK)

    def _posted(self, notice: Notice, channel: str, drawn: Picture, *, plain: bool = False) -> Verdict:
        if drawn.files:
            return self._shared(notice, channel, drawn)
        answer = self._post(channel, drawn, self._desk.marks.metadata(notice))
        return Verdict(What.SENT, channel=channel, ts=str(answer["ts"]), untold=drawn.untold, plain=plain)

    def _shared(self, notice: Notice, channel: str, drawn: Picture) -> Verdict:
        """Its files in one message; words in their place where Slack takes no file from the app."""
        try:
            stored = uploading.store(self._desk.poster, drawn.files, self._desk.marks.in_name(notice))
        except Exception as error:  # noqa: BLE001 - classified; nothing is visible yet, so that it may be done again
            name = error_name(error)
            if name in uploading.REFUSALS:
                log.warning("Slack takes no file for notice %d (%s): words go in its place", notice.id, name)
                return self._posted(notice, channel, replace(drawn, files=()), plain=True)
            wait = retry_after(error)
            return judge(notice, classify(error), name, wait=wait, now=self._desk.now(), wrote=False)
        ts = uploading.share(self._desk.poster, stored, channel, drawn.comment)
        return Verdict(What.SENT, channel=channel, ts=ts)

    def _post(self, channel: str, drawn: Picture, metadata: dict[str, Any]) -> Any:
        return self._desk.poster.chat_postMessage(
            channel=channel,
            text=drawn.message["text"],
            blocks=drawn.message["blocks"] or None,
            thread_ts=drawn.thread,
            metadata=metadata,
            unfurl_links=False,
            unfurl_media=False,
        )

    def _failed(self, notice: Notice, error: Exception) -> Verdict:
        outcome, name, wait = classify(error), error_name(error), retry_after(error)
        if outcome is Outcome.UNKNOWN:
            log.warning("notice %d may have been posted (%s): it is looked for later", notice.id, name)
        if outcome is Outcome.WAIT and wait >= MAX_WAIT:
            log.error("Slack asks to wait for an hour or more before notice %d is posted", notice.id)
        if outcome is Outcome.DEAD and notice.channel is not None:
            reason = self._closed(notice.channel, name)
            if reason is None:
                return Verdict(What.LATER, name, RETRY_STEPS[1])
            name = reason
        return judge(notice, outcome, name, wait=wait, now=self._desk.now())

    def _closed(self, channel: str, refusal: str) -> str | None:
        """Why a channel did not let us in, asked once afresh; None when it would by now."""
        if refusal not in {"channel_not_found", "is_archived", "not_in_channel"}:
            return refusal
        try:
            seen = self._desk.reader.conversations_info(channel=channel)["channel"]
        except Exception:  # noqa: BLE001 - what Slack said first is reason enough
            return refusal
        if seen.get("is_archived"):
            return "is_archived"
        return None if seen.get("is_member") else "not_in_channel"
