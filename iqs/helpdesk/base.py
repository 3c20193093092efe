"""What a helpdesk must be able to do for us, and no more: list what was closed, then hand over what was sampled.

Bodies cost calls, so headers are listed first and only the conversations that were drawn or opened are fetched.
What a vendor may lack (ratings that come late, agents, deletions, webhooks) is a protocol of its own: a connector
has the method or it does not.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol, runtime_checkable

from iqs.conversations import Conversation, HelpdeskAgent, SurveyAnswer
from iqs.errors import Invalid, Unavailable


class Later(Unavailable):
    """The helpdesk wants us to wait longer than anybody would sit there: `seconds` from now."""

    def __init__(self, sentence: str, seconds: float) -> None:
        super().__init__(sentence)
        self.seconds = seconds


class Stopped(Unavailable):
    """Our own process is about to end; nothing is wrong with the helpdesk."""


class Refused(Unavailable):
    """The helpdesk did not understand a request (a 4xx of no other meaning), such as one with an old cursor."""

    def __init__(self, sentence: str, status: int) -> None:
        super().__init__(sentence)
        self.status = status


class Moved(Invalid):
    """The helpdesk sent us elsewhere (a 3xx), to `location`; nobody goes there. 301 and 308 mean for good."""

    def __init__(self, sentence: str, status: int, location: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.location = location


@dataclass(frozen=True, slots=True)
class Page:
    """Headers (conversations without messages), and the cursor of the next page; None after the last one.

    `unread` counts entries that made no sense: they are left out, never fatal. `total` is how many there are in
    the whole list, where the helpdesk tells.
    """

    headers: tuple[Conversation, ...]
    cursor: str | None
    unread: int = 0
    total: int | None = None


@dataclass(frozen=True, slots=True)
class Surveyed:
    """A customer's answer that came after the conversation was listed."""

    external_id: str
    csat: SurveyAnswer | None = None
    ces: SurveyAnswer | None = None
    bot_rating: SurveyAnswer | None = None


@dataclass(frozen=True, slots=True)
class SurveyPage:
    """Survey answers, and the cursor of the next page; None after the last one."""

    answers: tuple[Surveyed, ...]
    cursor: str | None


class Happening(StrEnum):
    """What a webhook says of a conversation. It only wakes us: the truth is fetched."""

    CLOSED = "closed"
    RATED = "rated"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that a webhook says."""

    happening: Happening
    external_id: str


class Helpdesk(Protocol):
    """A helpdesk. Raises `Unavailable` when it is out or wants us to wait, `Invalid` when it refuses our key."""

    @property
    def source(self) -> str:
        """The name under which its ids are known."""

    def list_closed(self, since: datetime, until: datetime, cursor: str | None = None) -> Page:
        """One page of the conversations closed in [since, until); pages may overlap, none is left out."""

    def fetch(self, external_id: str) -> Conversation:
        """A conversation with its messages. Raises `NotFound` for one that is not there (any more)."""


@runtime_checkable
class Surveys(Protocol):
    """A helpdesk that can list survey answers by the time they were given."""

    def list_answers(self, since: datetime, until: datetime, cursor: str | None = None) -> SurveyPage:
        """One page of the answers given in [since, until)."""


@runtime_checkable
class Roster(Protocol):
    """A helpdesk that names its agents with their e-mail addresses."""

    def agents(self) -> tuple[HelpdeskAgent, ...]:
        """Everybody who may answer customers."""


@runtime_checkable
class Deletions(Protocol):
    """A helpdesk that tells what was deleted."""

    def list_deleted(
        self, since: datetime, until: datetime, cursor: str | None = None
    ) -> tuple[tuple[str, ...], str | None]:
        """Ids of conversations deleted in [since, until), and the cursor of the next page."""


@runtime_checkable
class Presence(Protocol):
    """A helpdesk that tells with one call whether a conversation is there; another is asked for all of it."""

    def look_up(self, external_id: str) -> datetime | None:
        """When a conversation was opened. Raises `NotFound` for one that is not there (any more)."""


@runtime_checkable
class Webhooks(Protocol):
    """A helpdesk that calls us."""

    def read_webhook(
        self, headers: Mapping[str, str], body: bytes, *, url: str, now: datetime
    ) -> tuple[Event, ...]:
        """What it says, once its signature is verified in constant time over the raw body; headers in lower case.

        Raises `NotAllowed` for a signature that is missing, wrong or too old, and `Invalid` for nonsense.
        """


@runtime_checkable
class Dated(Protocol):
    """A helpdesk that tells what time it is there: a window must not end in its future, whatever our clock says."""

    @property
    def told_at(self) -> datetime | None:
        """Its own time when it answered last; None before its first answer, and where it does not tell."""


@runtime_checkable
class Relisting(Protocol):
    """A helpdesk whose survey answers stand only in its list: its last thirty days are listed again now and then."""

    @property
    def relists_every(self) -> timedelta:
        """How often."""
