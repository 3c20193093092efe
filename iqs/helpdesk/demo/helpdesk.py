"""The demo's conversations behind the interface of a real helpdesk."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from iqs.conversations import Conversation
from iqs.helpdesk.base import Helpdesk, Page
from iqs.helpdesk.demo.conversations import SOURCE


class DemoHelpdesk(Helpdesk):
    """A helpdesk that has these conversations and no others."""

    source = SOURCE
    page_size = 50

    def __init__(self, conversations: Iterable[Conversation]) -> None:
        self._by_id = {each.external_id: each for each in conversations}

    def list_closed(self, since: datetime, until: datetime, cursor: str | None = None) -> Page:
        """Headers of conversations closed in [since, until), oldest first."""
        closed = sorted(
            (each.closed_at, each.external_id)
            for each in self._by_id.values()
            if each.closed_at is not None and since <= each.closed_at < until
        )
        first = int(cursor or 0)
        last = first + self.page_size
        headers = tuple(
            replace(self._by_id[external_id], messages=()) for _, external_id in closed[first:last]
        )
        return Page(headers, str(last) if last < len(closed) else None)

    def fetch(self, external_id: str) -> Conversation:
        """The whole conversation. KeyError for an id it never listed."""
        return self._by_id[external_id]
