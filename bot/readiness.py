"""What stands in the way of working: for load balancers and people."""

from collections.abc import Callable
from time import monotonic

from slack_sdk import WebClient

from bot.outcomes import error_name
from iqs.errors import Unavailable
from iqs.storage.store import Store

AUTH_KEPT = 30.0
"""Seconds an answer of auth.test counts."""


class Readiness:
    """Names what is not in order; `refused` tells Slack's error while the sender is held up by it."""

    def __init__(self, store: Store, client: WebClient, refused: Callable[[], str | None]) -> None:
        self._store = store
        self._client = client
        self._refused = refused
        self._asked_at: float | None = None
        self._auth: str | None = None

    def __call__(self) -> list[str]:
        """One short name for each thing that is not in order; nothing when all is."""
        wrong = []
        try:
            if not self._store.is_current():
                wrong.append("database not migrated")
        except Unavailable:
            wrong.append("database out of reach")
        if self._asked_at is None or monotonic() - self._asked_at > AUTH_KEPT:
            self._auth = self._ask()
            self._asked_at = monotonic()
        refused = self._auth or self._refused()
        return [*wrong, f"slack: {refused}"] if refused else wrong

    def _ask(self) -> str | None:
        try:
            self._client.auth_test()
        except Exception as error:  # noqa: BLE001 - its name is the answer
            return error_name(error)
        return None
