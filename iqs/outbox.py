"""The outbox as people see it: for each Notice what it waits for, and what may be done about it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from iqs.notices import NoticeKind, NoticeState

MAYBE = "may have arrived"
"""How the recorded reason begins when nobody could find out whether a message was posted."""


class Wait(StrEnum):
    """Why a Notice is where it is. The words are stable: `iqs outbox list --json` prints them."""

    PLANNED = "planned"  # its time has not come
    DUE = "due"  # it leaves with the sender's next round
    UNLINKED = "unlinked"  # its person's Slack account is not known yet
    LEFT = "left"  # its person is not active any more
    UNREACHABLE = "unreachable"  # Slack lets nothing through to its person
    RETRY = "retry"  # it was certainly not posted, and is tried again at `not_before`
    UNDERWAY = "underway"  # it is being posted
    IN_DOUBT = "in doubt"  # it may have been posted: the sender looks for it before it does anything else
    REFUSED = "refused"  # dead: certainly not posted
    MAYBE = "maybe"  # dead: nobody could find out whether it was posted
    OVER = "over"  # sent or cancelled


STUCK = frozenset(
    {Wait.UNLINKED, Wait.LEFT, Wait.UNREACHABLE, Wait.RETRY, Wait.IN_DOUBT, Wait.REFUSED, Wait.MAYBE}
)
"""What does not move as it should; a retry counts once it has gone on for a while."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One Notice with the names people know. `to` is a person's name or a channel's id.

    `team` is empty for what belongs to no team. `slack_user_id`, `active` and `reachable` tell of the person and
    say nothing (None, True, True) for a channel. `told_with` is the key of the Notice whose message tells this
    one too. Times are UTC.
    """

    id: int
    key: str
    kind: NoticeKind
    object_id: int
    state: NoticeState
    to: str
    person_id: int | None
    team_id: int | None
    team: str
    attempts: int
    created_at: datetime
    not_before: datetime
    lease_token: str | None = None
    lease_until: datetime | None = None
    first_try_at: datetime | None = None
    last_try_at: datetime | None = None
    posted_to: str | None = None
    error: str | None = None
    told_with: str | None = None
    slack_user_id: str | None = None
    active: bool = True
    reachable: bool = True

    @property
    def maybe(self) -> bool:
        """Whether nobody could find out if the message stands in Slack."""
        return (self.error or "").startswith(MAYBE)


def wait_of(entry: Entry, now: datetime) -> Wait:
    """What the Notice waits for as of `now`."""
    match entry.state:
        case NoticeState.SENT | NoticeState.CANCELLED:
            return Wait.OVER
        case NoticeState.DEAD:
            return Wait.MAYBE if entry.maybe else Wait.REFUSED
        case NoticeState.SENDING:
            underway = entry.lease_until is not None and entry.lease_until > now and not entry.maybe
            return Wait.UNDERWAY if underway else Wait.IN_DOUBT
        case NoticeState.PENDING:
            return _pending(entry, now)


def _pending(entry: Entry, now: datetime) -> Wait:
    if entry.person_id is not None:
        if not entry.active:
            return Wait.LEFT
        if entry.slack_user_id is None:
            return Wait.UNLINKED
        if not entry.reachable:
            return Wait.UNREACHABLE
    if entry.error:
        return Wait.RETRY
    return Wait.PLANNED if entry.not_before > now else Wait.DUE
