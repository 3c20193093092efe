"""Direct messages: which channel belongs to a person, opened once, before anything is posted, and remembered.

Opening has a limit of its own, far below the one of posts. Whoever is not opened yet waits outside: their notices
are not claimed meanwhile, so that people who can be written to are not held up by people who are new.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from slack_sdk import WebClient

from bot.delivery.pacing import Limits, Window
from bot.outcomes import Outcome, classify, error_name, retry_after
from iqs.notices import Notice
from iqs.services import addressing
from iqs.services.addressing import Address
from iqs.storage.store import Store

MOST = 2_000
"""People who wait to be opened at a time; claims leave them out by name."""


@dataclass(frozen=True, slots=True)
class Closed:
    """Why a direct message could not be opened; `wait` is the Retry-After of a 429, in seconds."""

    outcome: Outcome
    error: str
    wait: float


class Reach:
    """Who can be written to where. Its own thread is the sender's; only `open` runs elsewhere."""

    def __init__(self, reader: WebClient, limits: Limits) -> None:
        self.window = Window(limits.opens, limits.window)
        self._reader = reader
        self._channels: dict[str, str] = {}
        self._waiting: dict[int, str] = {}
        self._opening: set[int] = set()
        self._closed: dict[int, Closed] = {}
        self._fresh: set[str] = set()

    @property
    def waiting(self) -> frozenset[int]:
        """People who are not opened yet."""
        return frozenset(self._waiting)

    def channel(self, person_id: int, address: Address) -> str | Closed | None:
        """The direct message with a person, why there is none, or None: it is being opened."""
        closed = self._closed.pop(person_id, None)
        if closed is not None:
            return closed
        known = self._channels.get(address.user) or address.channel
        if not known and len(self._waiting) < MOST:
            self._waiting[person_id] = address.user
        return known or None

    def next(self, now: float) -> tuple[int, str] | None:
        """The person to be opened now, and their Slack user; None when there is nobody, or it is too soon."""
        for person_id, user in self._waiting.items():
            if person_id not in self._opening:
                if self.window.wait(now) > 0:
                    return None
                self._opening.add(person_id)
                self.window.start(now)
                return person_id, user
        return None

    def wait(self, now: float) -> float | None:
        """Seconds until the next one may be opened; None when nobody waits."""
        return self.window.wait(now) if self._waiting.keys() - self._opening else None

    def open(self, user: str) -> str | Closed:
        """Opens the direct message with a Slack user: the call itself, from any thread. It may be repeated."""
        try:
            return str(self._reader.conversations_open(users=user)["channel"]["id"])
        except Exception as error:  # noqa: BLE001 - classified
            return Closed(classify(error), error_name(error), retry_after(error))

    def taken(self) -> bool:
        """Whether Slack takes the app at all, asked from any thread; who is asked to wait is known."""
        try:
            self._reader.auth_test()
        except Exception as error:  # noqa: BLE001 - classified
            return classify(error) is Outcome.WAIT
        return True

    def opened(self, person_id: int, result: str | Closed, now: float) -> None:
        """Takes in what `open` returned. Whoever has to wait for a 429 stays in the queue."""
        self._opening.discard(person_id)
        if isinstance(result, Closed) and result.outcome is Outcome.WAIT:
            self.window.refused()
            self.window.limited(now, result.wait)
            return
        self.window.answered(now)
        user = self._waiting.pop(person_id, None)
        if isinstance(result, Closed):
            if result.outcome is not Outcome.AUTH:  # that says nothing about the person
                self._closed[person_id] = result
        elif user is not None:
            self._channels[user] = result
            self._fresh.add(user)

    def forget(self, user: str) -> bool:
        """Slack lets nothing through to a channel: it is opened anew next time. Whether it was merely remembered."""
        remembered = user not in self._fresh
        self._fresh.discard(user)
        self._channels.pop(user, None)
        return remembered


def addresses(store: Store, notices: Iterable[Notice]) -> dict[int, Address]:
    """Where the people of these notices are written to, by person; without who is not active or not linked."""
    people = {each.person_id for each in notices if each.person_id is not None}
    return addressing.addresses(store, people) if people else {}
