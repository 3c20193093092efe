"""Who is who in a helpdesk whose lists name people by their id only."""

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from iqs.errors import Invalid, NotFound
from iqs.helpdesk.base import Refused

T = TypeVar("T")

FRESH = timedelta(days=1)
"""How long what is known of somebody serves: an address may be verified meanwhile."""


class Directory(Generic[T]):
    """The people `ask` tells, by id: asked for when somebody new turns up, and again after a day.

    A key that may not see them does without: then nobody is known.
    """

    def __init__(self, ask: Callable[[], Mapping[str, T]], now: Callable[[], datetime]) -> None:
        self._ask = ask
        self._now = now
        self._known: Mapping[str, T] = {}
        self._asked_for: set[str] = set()
        self._asked_at: datetime | None = None

    def of(self, ids: Iterable[str | None]) -> Mapping[str, T]:
        """Everybody known, these among them if the helpdesk knows them."""
        wanted = {each for each in ids if each}
        if self._asked_at is not None and self._now() - self._asked_at >= FRESH:
            self._asked_for = set()
        if not wanted <= self._asked_for:
            with suppress(Invalid, NotFound, Refused):
                self._known = self._ask()
            self._asked_at = self._now()
            self._asked_for |= wanted | set(self._known)
        return self._known
