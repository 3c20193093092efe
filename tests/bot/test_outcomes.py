"""What a failed call means: the table of reliability, row by row."""

import socket
import ssl
from http.client import IncompleteRead, RemoteDisconnected
from urllib.error import URLError

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse

from bot.outcomes import MAX_WAIT, Outcome, Standing, classify, error_name, retry_after, standing, unanswered


def answered(error, status=200, headers=None):
    return SlackApiError(
        "refused",
        SlackResponse(
            client=None,
            http_verb="POST",
            api_url="https://slack.com/api/chat.postMessage",
            req_args={},
            data={"ok": False, "error": error},
            headers=headers or {},
            status_code=status,
        ),
    )


TABLE = [
    (URLError(ConnectionRefusedError()), Outcome.NO),
    (URLError(socket.gaierror()), Outcome.NO),
    (URLError(ssl.SSLError()), Outcome.NO),
    (URLError(TimeoutError()), Outcome.NO),
    (URLError(ConnectionResetError()), Outcome.UNKNOWN),
    (URLError(BrokenPipeError()), Outcome.UNKNOWN),
    (URLError("unknown url type"), Outcome.UNKNOWN),
    (TimeoutError(), Outcome.UNKNOWN),
    (RemoteDisconnected(), Outcome.UNKNOWN),
    (ConnectionResetError(), Outcome.UNKNOWN),
    (IncompleteRead(b""), Outcome.UNKNOWN),
    (ValueError("anything else"), Outcome.UNKNOWN),
    (answered("ratelimited", 429), Outcome.WAIT),
    (answered("ratelimited"), Outcome.WAIT),
    (answered("rate_limited"), Outcome.WAIT),
    *((answered(error), Outcome.DEAD) for error in (
        "channel_not_found", "is_archived", "not_in_channel", "user_not_found", "cannot_dm_bot",
        "messages_tab_disabled", "restricted_action", "restricted_action_read_only_channel",
        "restricted_action_thread_locked", "message_limit_exceeded",
    )),
    *((answered(error), Outcome.AUTH) for error in (
        "invalid_auth", "token_revoked", "token_expired", "account_inactive", "missing_scope",
        "team_access_not_granted",
    )),
    *((answered(error), Outcome.CONTENT) for error in (
        "invalid_blocks", "msg_blocks_too_long", "msg_too_long", "no_text", "metadata_too_large",
    )),
    (answered("internal_error"), Outcome.UNKNOWN),
    (answered("fatal_error"), Outcome.UNKNOWN),
    (answered("something_new"), Outcome.UNKNOWN),
    (answered("channel_not_found", 500), Outcome.UNKNOWN),
    (answered("", 503), Outcome.UNKNOWN),
]  # fmt: skip


@pytest.mark.parametrize(("error", "outcome"), TABLE, ids=lambda each: repr(each)[:60])
def test_each_row_has_its_class(error, outcome):
    """Only what is certain counts as not done; whatever is not listed may have happened."""
    assert classify(error) is outcome


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "7"}, 7),
        ({"retry-after": "7"}, 7),
        ({"Retry-After": "0"}, 1),
        ({"Retry-After": "999999"}, MAX_WAIT),
        ({"Retry-After": "soon"}, 30),
        ({"Retry-After": "²"}, 30),
        ({}, 30),
    ],
)
def test_retry_after_is_read_with_sense(headers, seconds):
    """A missing, empty, huge or senseless Retry-After gives a wait that one can live with."""
    assert retry_after(answered("ratelimited", 429, headers)) == seconds


def test_names_never_carry_a_body():
    """An answer that is no Slack error, such as a proxy's page, is not repeated in a log."""
    assert (
        error_name(answered("Received a response in a non-JSON format: <html>Ada's secret", 502))
        == "http_502"
    )
    assert error_name(answered("channel_not_found")) == "channel_not_found"
    assert error_name(URLError(ConnectionResetError("10.0.0.1"))) == "URLError(ConnectionResetError)"


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (TimeoutError(), True),
        (IncompleteRead(b""), True),
        (URLError(ConnectionRefusedError()), True),
        (answered("", 503), True),
        (answered("internal_error"), True),
        (answered("message_not_found"), False),
        (answered("something_new"), False),
        (ValueError("ours"), False),
    ],
)
def test_what_slack_did_not_answer_may_be_drawn_again(error, expected):
    """An update is repeated only when it was Slack or the way there that failed."""
    assert unanswered(error) is expected


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (answered("message_not_found"), Standing.GONE),
        (answered("cant_update_message"), Standing.GONE),
        (answered("edit_window_closed"), Standing.THERE),
        (answered("ratelimited", 429), Standing.THERE),
        (answered("is_archived"), Standing.THERE),
        (TimeoutError(), Standing.THERE),
    ],
)
def test_only_a_message_that_nobody_can_use_is_posted_anew(error, expected):
    """A message that stands and merely looks old is left alone: another one would be a second."""
    assert standing(error) is expected
