"""What connectors have in common: how they call, and how they let go."""

from collections.abc import Callable
from datetime import datetime
from typing import TypedDict

from iqs.helpdesk.http import Client


class Manner(TypedDict, total=False):
    """How a helpdesk is called, whichever it is: what a process or a test decides. See `Client`."""

    attempts: int
    patience: float
    sleep: Callable[[float], object]
    now: Callable[[], datetime]


class Calling:
    """A connector that asks its helpdesk through a `Client`."""

    _client: Client

    @property
    def told_at(self) -> datetime | None:
        """The helpdesk's own time when it answered last."""
        return self._client.told_at

    def close(self) -> None:
        """Closes its connections."""
        self._client.close()
