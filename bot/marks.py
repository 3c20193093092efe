"""Marks in messages: how a notice is found again in Slack when nobody knows whether it arrived.

A message of its own is looked for in the channel's history, an answer in the thread it belongs to.
"""

import hashlib
import hmac
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from slack_sdk import WebClient
from slack_sdk.web import SlackResponse

from iqs.errors import NotFound
from iqs.notices import Notice
from iqs.services import delivering, following
from iqs.storage.store import Store

EVENT_TYPE = "iqs_notice"
LOOK_BACK = timedelta(days=1)  # messages carry Slack's time; ours may have been wrong when we tried
PAGES = 100  # of one conversation, in which a message of ours may stand
A_PAGE = 200
IN_NAME = 12  # characters of a mark in a file's name


@dataclass
class Read:
    """A read of one conversation from `since` on. One that Slack interrupted goes on at its cursor."""

    since: datetime
    found: list[str] = field(default_factory=list)
    cursor: str | None = None
    pages: int = 0


class Marks:
    """Makes marks and finds them. Every app can read metadata, so a mark tells nothing without our key."""

    def __init__(self, store: Store, reader: WebClient) -> None:
        self._store = store
        self._reader = reader
        self._secret: bytes | None = None

    def metadata(self, notice: Notice) -> dict[str, Any]:
        """The metadata that a notice's message carries."""
        return {"event_type": EVENT_TYPE, "event_payload": {"k": self._mark(notice)}}

    def in_name(self, notice: Notice) -> str:
        """What stands in the name of a notice's file: a message that shares a file has no metadata."""
        return self._mark(notice)[:IN_NAME]

    def find(self, notice: Notice, channel: str, read: Read) -> list[str]:
        """The ts of every message with this notice's mark, the oldest first, once `read` is complete.

        Empty where the message is gone in whose thread it would stand. Raises SlackApiError as Slack does, and
        `read` has what was read so far; LookupError when there is too much to read: nobody knows.
        """
        mark = self._mark(notice)
        try:
            thread = following.thread(self._store, notice)
        except NotFound:
            return []
        while read.pages < PAGES:
            page = self._page(
                thread,
                channel=channel,
                oldest=f"{(read.since - LOOK_BACK).timestamp():.6f}",
                include_all_metadata=True,
                limit=A_PAGE,
                cursor=read.cursor,
            )
            messages: list[dict[str, Any]] = page.get("messages") or []
            for each in messages:
                if _carries(each, mark):
                    read.found.append(str(each["ts"]))
            read.pages += 1
            read.cursor = (page.get("response_metadata") or {}).get("next_cursor") or None
            if read.cursor is None:
                return sorted(read.found, key=_moment)
        raise LookupError("the conversation is too long to search")

    def _page(self, thread: str | None, **asked: Any) -> SlackResponse:
        if thread is None:
            return self._reader.conversations_history(**asked)
        return self._reader.conversations_replies(ts=thread, **asked)

    def _mark(self, notice: Notice) -> str:
        if self._secret is None:
            self._secret = delivering.secret(self._store)
        return hmac.new(self._secret, notice.mark_key.encode(), hashlib.sha256).hexdigest()


def _carries(message: dict[str, Any], mark: str) -> bool:
    """Whether the mark is in the message's metadata, or in the name of a file that it shares."""
    metadata = message.get("metadata") or {}
    if metadata.get("event_type") == EVENT_TYPE and metadata["event_payload"].get("k") == mark:
        return True
    return any(mark[:IN_NAME] in str(file.get("name")) for file in message.get("files") or ())


def _moment(ts: str) -> tuple[int, int]:
    seconds, _, micros = ts.partition(".")
    return int(seconds), int(micros or 0)
