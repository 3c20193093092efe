"""What a failed Slack call means: one pure table, tested as a table."""

import socket
import ssl
from enum import StrEnum
from http.client import HTTPException
from urllib.error import URLError

from slack_sdk.errors import SlackApiError

MAX_WAIT = 3600.0
"""Seconds; a longer Retry-After is tried again after an hour anyway."""


class Outcome(StrEnum):
    """What is known about a call that raised."""

    NO = "no"  # it was definitely not done; try again later
    WAIT = "wait"  # not done: this bucket is full
    DEAD = "dead"  # not done, and never will be for this target
    CONTENT = "content"  # not done: Slack refuses what we wrote
    AUTH = "auth"  # not done, and nothing will be until an admin mends the app
    UNKNOWN = "unknown"  # may have been done


_TABLE: dict[Outcome, frozenset[str]] = {
    Outcome.NO: frozenset({"service_unavailable", "team_added_to_org", "accesslimited"}),
    Outcome.WAIT: frozenset({"ratelimited", "rate_limited"}),
    Outcome.DEAD: frozenset(
        {
            "as_user_not_supported",
            "cannot_dm_bot",
            "cannot_reply_to_message",
            "channel_not_found",
            "is_archived",
            "is_inactive",
            "message_limit_exceeded",
            "messages_tab_disabled",
            "method_not_supported_for_channel_type",
            "not_in_channel",
            "thread_not_found",
            "user_disabled",
            "user_not_found",
            "user_not_visible",
            "users_not_found",
        }
    ),
    Outcome.CONTENT: frozenset(
        {
            "invalid_arguments",
            "invalid_attachments",
            "invalid_blocks",
            "invalid_blocks_format",
            "invalid_metadata_format",
            "invalid_metadata_schema",
            "metadata_too_large",
            "msg_blocks_too_long",
            "msg_too_long",
            "no_text",
        }
    ),
    Outcome.AUTH: frozenset(
        {
            "access_denied",
            "account_inactive",
            "app_access_denied",
            "ekm_access_denied",
            "enterprise_is_restricted",
            "invalid_auth",
            "missing_scope",
            "no_permission",
            "not_allowed_token_type",
            "not_authed",
            "org_login_required",
            "team_access_not_granted",
            "token_expired",
            "token_revoked",
            "two_factor_setup_required",
        }
    ),
}
_BY_ERROR = {error: outcome for outcome, errors in _TABLE.items() for error in errors}


def classify(error: BaseException) -> Outcome:
    """The class of a failed call, from reliability's table; whatever is not listed may have happened.

    A `URLError` is a definite no only for a refused connection, an unknown host, a failed TLS handshake and a
    timeout while connecting: a timeout or reset after that surfaces as itself or with another reason.
    """
    if isinstance(error, SlackApiError):
        return _answered(error)
    if isinstance(error, URLError) and not isinstance(error.reason, str):
        reason = error.reason
        refused = isinstance(reason, ConnectionRefusedError | socket.gaierror | ssl.SSLError | TimeoutError)
        return Outcome.NO if refused else Outcome.UNKNOWN
    if isinstance(error, OSError | HTTPException):
        return Outcome.UNKNOWN
    return Outcome.UNKNOWN


class Standing(StrEnum):
    """What an update that was refused says about the message it should have changed."""

    THERE = "there"  # it stands, or nobody knows: nothing follows
    GONE = "gone"  # nobody can use it any more: it was deleted, or it is not ours


_GONE = frozenset({"message_not_found", "cant_update_message"})


def standing(error: BaseException) -> Standing:
    """Whether a message that `chat.update` could not change is worth posting anew.

    Only where nobody can use it any more. After `edit_window_closed` it stands there and its buttons work, it only
    looks old; posting it anew would be a second one.
    """
    return (
        Standing.GONE if isinstance(error, SlackApiError) and error_name(error) in _GONE else Standing.THERE
    )


def unanswered(error: BaseException) -> bool:
    """Whether Slack itself gave no answer (network, 5xx, its own fault), so that an update may be repeated."""
    if not isinstance(error, SlackApiError):
        return isinstance(error, OSError | HTTPException)
    status = getattr(error.response, "status_code", 200)
    own_faults = {"fatal_error", "internal_error", "request_timeout", "service_unavailable"}
    return (isinstance(status, int) and status >= 500) or error_name(error) in own_faults


def _answered(error: SlackApiError) -> Outcome:
    status = getattr(error.response, "status_code", 200)
    if status == 429:
        return Outcome.WAIT
    if isinstance(status, int) and status >= 500:
        return Outcome.UNKNOWN
    name = error_name(error)
    if name.startswith("restricted_action"):
        return Outcome.DEAD
    return _BY_ERROR.get(name, Outcome.UNKNOWN)


def error_name(error: BaseException) -> str:
    """Slack's short error ("channel_not_found") or the exception's class: never a body, safe to log."""
    if isinstance(error, SlackApiError):
        name = error.response.get("error") if hasattr(error.response, "get") else None
        if isinstance(name, str) and name.isascii() and name.replace("_", "").isalnum() and len(name) <= 60:
            return name
        return f"http_{getattr(error.response, 'status_code', 0)}"
    if isinstance(error, URLError):
        return f"URLError({type(error.reason).__name__})"
    return type(error).__name__


def retry_after(error: BaseException) -> float:
    """Seconds to wait after a WAIT: Retry-After within 1 … 3600, or 30 where it is missing or senseless."""
    headers = getattr(getattr(error, "response", None), "headers", None) or {}
    text = next((str(value) for name, value in headers.items() if name.lower() == "retry-after"), "")
    if not (text.isascii() and text.isdigit()):
        return 30.0
    return min(max(float(text), 1.0), MAX_WAIT)
