"""What became of an attempt, and what follows from it: one pure table, tested as a table."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.outcomes import Outcome
from iqs.notices import Notice
from iqs.outbox import MAYBE

RETRY_STEPS = (2.0, 10.0, 60.0, 300.0)
"""Seconds before the next try after a definite no."""

CHANNEL_WAIT = 1_800.0
"""Seconds before a channel that did not let us in is tried again."""

CHANNEL_PATIENCE = timedelta(days=1)
PERSON_WAIT = 86_400.0
"""Seconds before somebody whom Slack lets nothing through to is tried again."""

PERSON_PATIENCE = timedelta(days=7)
LOOK_AGAIN = 30.0
"""Seconds before a conversation that could not be read is read again."""

FINAL = (
    "as_user_not_supported",
    "cannot_reply_to_message",
    "message_limit_exceeded",
    "method_not_supported_for_channel_type",
    "thread_not_found",
)
"""Refusals that time does not mend; a `restricted_action…` is another."""


class What(StrEnum):
    """What is known after an attempt."""

    SENT = "sent"  # it stands in Slack at `channel` and `ts`
    LATER = "later"  # definitely not posted: again after `seconds`
    LIMITED = "limited"  # definitely not posted, or not looked for: Slack asks to wait `seconds`
    BACK = "back"  # not tried: pending as before
    REFUSED = "refused"  # not posted: Slack refuses the app
    DOUBT = "doubt"  # may have been posted: looked for after the quarantine, `seconds` later
    RESEND = "resend"  # looked for and not there, or nobody can look and twice does no harm
    SHUT = "shut"  # not posted: its channel does not let us in, for now
    AWAY = "away"  # not posted: Slack lets nothing through to its person, for now
    DEAD = "dead"  # never for this target
    UNWANTED = "unwanted"  # its cause is gone


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a notice, with what is to be remembered of it.

    `untold` are ids of gathered notices whose cause was gone; `plain` says that Slack refused the picture.
    """

    what: What
    error: str = ""
    seconds: float = 0.0
    channel: str = ""
    ts: str = ""
    untold: frozenset[int] = frozenset()
    plain: bool = False


def judge(
    notice: Notice, outcome: Outcome, error: str, *, wait: float, now: datetime, wrote: bool = True
) -> Verdict:
    """What follows from a failed call for this notice; `wait` is the Retry-After of a 429, in seconds.

    `wrote` False is for calls that may be repeated, such as opening a direct message: there unknown is no doubt.
    """
    match outcome:
        case Outcome.WAIT:
            return Verdict(What.LIMITED, error, wait)
        case Outcome.AUTH:
            return Verdict(What.REFUSED, error)
        case Outcome.DEAD:
            return _closed(notice, error, now)
        case Outcome.CONTENT:
            return Verdict(What.DEAD, error)
        case Outcome.UNKNOWN if wrote:
            return Verdict(What.DOUBT, error)
    return Verdict(What.LATER, error, RETRY_STEPS[min(max(notice.attempts, 1), len(RETRY_STEPS)) - 1])


def judge_look(notice: Notice, outcome: Outcome, error: str, *, harmless: bool, wait: float) -> Verdict:
    """What follows when nobody could look whether a notice arrived; `harmless` if a second one does no harm.

    Without the history scope nobody ever can. A person may have vouched for sending it again (`resent_at`, no error).
    """
    if error == "missing_scope":
        vouched = notice.resent_at is not None and notice.error is None
        if harmless or vouched:
            return Verdict(What.RESEND, f"{MAYBE}; sent again")
        return Verdict(What.DEAD, f"{MAYBE}; history scope missing")
    if outcome in (Outcome.DEAD, Outcome.CONTENT):
        return Verdict(What.DEAD, f"{MAYBE}; {error}")
    if outcome is Outcome.AUTH:
        return Verdict(What.REFUSED, error)
    if outcome is Outcome.WAIT:
        return Verdict(What.LIMITED, f"{MAYBE}; {error}", wait)
    return Verdict(What.DOUBT, f"{MAYBE}; {error}", LOOK_AGAIN)


def _closed(notice: Notice, error: str, now: datetime) -> Verdict:
    tried = now - (notice.first_try_at or now)
    if error in FINAL or error.startswith("restricted_action"):
        return Verdict(What.DEAD, error)
    # A closed Messages tab is the app's setting, not the person's fault: it is waited for as a channel is.
    if notice.channel is not None or error == "messages_tab_disabled":
        return Verdict(What.SHUT if tried < CHANNEL_PATIENCE else What.DEAD, error, CHANNEL_WAIT)
    return Verdict(What.AWAY if tried < PERSON_PATIENCE else What.DEAD, error, PERSON_WAIT)
