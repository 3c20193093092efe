"""Marks in messages: how a notice is found again in Slack when nobody knows whether it arrived.

No kind of notice posts into a thread, so that a channel's history is all there is to read.
"""

import hashlib
import hmac
from datetime import datetime, timedelta
from typing import Any

from slack_sdk import WebClient

from iqs.notices import Notice
from iqs.services import delivering
from iqs.storage.store import Store

EVENT_TYPE = "iqs_notice"
LOOK_BACK = timedelta(seconds=120)  # Slack's clock and ours differ a little
PAGES = 20


class Marks:
    """Makes marks and finds them. Every app can read metadata, so a mark tells nothing without our key."""

    def __init__(self, store: Store, reader: WebClient) -> None:
        self._store = store
        self._reader = reader
        self._secret: bytes | None = None

    def metadata(self, notice: Notice) -> dict[str, Any]:
        """The metadata that a notice's message carries."""
        return {"event_type": EVENT_TYPE, "event_payload": {"k": self._mark(notice)}}

    def find(self, notice: Notice, channel: str, *, since: datetime) -> list[str]:
        """The ts of every message with this notice's mark, the oldest first, from a complete read since then.

        Raises SlackApiError as the read does, and LookupError when there is too much to read: nobody knows.
        """
        mark = self._mark(notice)
        found: list[str] = []
        cursor: str | None = None
        for _ in range(PAGES):
            page = self._reader.conversations_history(
                channel=channel,
                oldest=f"{(since - LOOK_BACK).timestamp():.6f}",
                include_all_metadata=True,
                limit=200,
                cursor=cursor,
            )
            messages: list[dict[str, Any]] = page.get("messages") or []
            for each in messages:
                metadata = each.get("metadata") or {}
                if metadata.get("event_type") == EVENT_TYPE and metadata["event_payload"].get("k") == mark:
                    found.append(str(each["ts"]))
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or None
            if cursor is None:
                return sorted(found, key=_moment)
        raise LookupError("the conversation is too long to search")

    def _mark(self, notice: Notice) -> str:
        if self._secret is None:
            self._secret = delivering.secret(self._store)
        return hmac.new(self._secret, notice.mark_key.encode(), hashlib.sha256).hexdigest()


def _moment(ts: str) -> tuple[int, int]:
    seconds, _, micros = ts.partition(".")
    return int(seconds), int(micros or 0)
