"""Words for messages that do not move: what it is, why it waits, what to do. For Slack and for the terminal.

Reasons are recorded as Slack's short errors; what they mean to a person stands here, once.
"""

from dataclasses import dataclass
from datetime import datetime

from iqs.notices import NoticeKind, NoticeState
from iqs.outbox import Entry, Wait, wait_of

KINDS = {
    NoticeKind.SCORECARD: "Scorecard",
    NoticeKind.FEEDBACK: "Feedback",
    NoticeKind.ALERT: "Alert",
    NoticeKind.REMINDER: "Reminder of open reviews",
    NoticeKind.SHIFT: "Fall or recovery of a score",
    NoticeKind.EXPORT: "Export",
    NoticeKind.DRAW: "What a draw will be made from",
    NoticeKind.DIGEST: "Digest",
    NoticeKind.DETAILS: "Details of the digest",
}


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a recorded reason means, and what to do about it; each one sentence."""

    why: str
    do: str


_INVITE = "Invite the app there (/invite @IQS), or set another channel: iqs team set TEAM --channel ID."
_PERSON = "Look whether they are still here; if so, retry. If not, cancel it."
_TOKEN = "Put the app's token in order (docs/operate.md); what waits is sent by itself then."  # noqa: S105 - a sentence
_LOG = "Retry it. If that does not help, the log has a line with this message's number."
_OURS = "This is a fault of IQS: please report it with the number and the words above. Retry after an update."
_NONE = "Nothing: it is tried again by itself."

_CHANNEL_GONE = Meaning("Slack knows no such channel, or the app is not in it.", _INVITE)
_PERSON_GONE = Meaning("Slack knows no such person, or they left.", _PERSON)
_REFUSED = Meaning("Slack refuses the app's token.", _TOKEN)
_UNREADABLE = Meaning("Slack refused how the message is written.", _OURS)

MEANINGS = {
    "channel_not_found": _CHANNEL_GONE,
    "not_in_channel": Meaning("The app is not in the channel.", _INVITE),
    "is_archived": Meaning(
        "The channel is archived.", "Unarchive it, or set another: iqs team set TEAM --channel ID."
    ),
    "is_inactive": Meaning("The channel is frozen.", "Set another channel: iqs team set TEAM --channel ID."),
    "user_not_found": _PERSON_GONE,
    "users_not_found": _PERSON_GONE,
    "user_not_visible": _PERSON_GONE,
    "user_disabled": Meaning("Their Slack account is switched off.", _PERSON),
    "cannot_dm_bot": Meaning(
        "This Slack user is a bot.", "Give the person's own Slack id: iqs people import FILE.csv."
    ),
    "messages_tab_disabled": Meaning(
        "The app may not write direct messages.",
        "Switch the Messages tab on: App Home, on the app's page in Slack.",
    ),
    "message_limit_exceeded": Meaning(
        "The workspace is over its message limit.", "Ask whoever runs the workspace, then retry."
    ),
    "restricted_action": Meaning(
        "The workspace lets only some people post there.",
        "Ask whoever runs the workspace to let the app post.",
    ),
    "ratelimited": Meaning("Slack takes no more just now.", _NONE),
    "missing_scope": Meaning(
        "The app lacks a scope.", "Run iqs check: it names the scope. Then install the app again."
    ),
    "account_inactive": Meaning("The app was removed from Slack, or its bot was switched off.", _TOKEN),
    "invalid_auth": _REFUSED,
    "not_authed": _REFUSED,
    "token_expired": Meaning("The app's token ran out.", _TOKEN),
    "app_uninstalled": Meaning("The app was removed from the workspace.", _TOKEN),
    "token_revoked": Meaning("The app's token was revoked.", _TOKEN),
    "invalid_blocks": _UNREADABLE,
    "msg_too_long": _UNREADABLE,
    "msg_blocks_too_long": _UNREADABLE,
}

_BY_ITSELF = "Nothing: it leaves by itself."

WAITS = {
    Wait.OVER: Meaning("It was sent.", "Nothing."),
    Wait.PLANNED: Meaning("Its time has not come.", _BY_ITSELF),
    Wait.DUE: Meaning("It is next, behind what goes to the same place before it.", _BY_ITSELF),
    Wait.UNDERWAY: Meaning("It is being sent this moment.", "Nothing."),
    Wait.UNLINKED: Meaning(
        "Their Slack account was not found by their e-mail address.",
        "Mend the address, or give the Slack id: iqs people import FILE.csv.",
    ),
    Wait.LEFT: Meaning("They are not active any more.", "Cancel it, or import the person again."),
    Wait.UNREACHABLE: Meaning("Slack lets nothing through to them.", _PERSON),
    Wait.IN_DOUBT: Meaning(
        "It may have arrived; it is looked for before anything is sent again.",
        "Nothing, usually: it settles by itself.",
    ),
    Wait.MAYBE: Meaning(
        "It may have arrived, and the app could not look.",
        "Look into the conversation. Not there: retry, and say that you are sure. There: cancel it.",
    ),
}


def title(entry: Entry) -> str:
    """What and for whom: "Feedback to Ada (Support)", "Digest of Support"."""
    kind = KINDS[entry.kind]
    if entry.person_id is None:
        return f"{kind} of {entry.team or 'a team'}"
    return f"{kind} to {entry.to}" + (f" ({entry.team})" if entry.team else "")


def meaning(entry: Entry, now: datetime) -> Meaning:
    """Why the message is where it is as of `now`, and what to do."""
    wait = wait_of(entry, now)
    if wait in (Wait.REFUSED, Wait.RETRY):
        return reason(entry.error or "")
    if wait is Wait.OVER and entry.state is NoticeState.CANCELLED:
        return Meaning(f"It will not be sent: {entry.error or 'it is not wanted any more'}.", "Nothing.")
    return WAITS[wait]


def reason(error: str) -> Meaning:
    """What a recorded reason means; one that is not known is shown as it is."""
    known = MEANINGS.get(error.partition(":")[0]) or MEANINGS.get(error)
    if known is not None:
        return known
    if error.startswith("restricted_action"):
        return MEANINGS["restricted_action"]
    if error.startswith("cannot be drawn"):
        return Meaning(f"The message could not be made ({error.partition(': ')[2] or 'no reason'}).", _OURS)
    if error.startswith(
        ("http_5", "URLError", "Timeout", "Connection", "RemoteDisconnected", "IncompleteRead")
    ):
        return Meaning(f"Slack could not be reached ({error}).", _NONE)
    return Meaning(f"Slack's answer was: {error}." if error else "No reason was recorded.", _LOG)
