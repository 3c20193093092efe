"""What a helpdesk must be able to do for us, and no more: list what was closed, then hand over what was sampled."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from iqs.conversations import Conversation


@dataclass(frozen=True, slots=True)
class Page:
    """Headers (conversations without messages), and the cursor of the next page; None after the last one."""

    headers: tuple[Conversation, ...]
    cursor: str | None


class Helpdesk(Protocol):
    """A helpdesk. Bodies cost calls, so headers are listed first and only chosen conversations are fetched."""

    source: str
    """The name under which its ids are known."""

    def list_closed(self, since: datetime, until: datetime, cursor: str | None = None) -> Page:
        """One page of the conversations closed in [since, until); pages may overlap, none is left out."""

    def fetch(self, external_id: str) -> Conversation:
        """A conversation with its messages."""
