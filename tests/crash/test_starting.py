"""A start while Slack is in trouble ends with the right sentence: mend the token only when Slack says so."""

import pytest
from slack_sdk import WebClient

from bot.app import who_we_are
from bot.sandbox import Sandbox
from iqs.errors import Invalid, Unavailable
from tests.crash.slack import MANIFEST


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("revoked", Invalid),
        ("429", Unavailable),
        ("503", Unavailable),
        ("500", Unavailable),
        ("reset", Unavailable),
        ("drop", Unavailable),
        ("cut", Unavailable),
    ],
)
def test_only_a_refused_token_is_blamed_on_the_token(fault, error):
    """Whatever else Slack or the network does is Slack being out of reach: whatever runs us tries again."""
    with Sandbox(MANIFEST) as slack:
        slack.faults.next("auth.test", fault)
        client = WebClient(token=slack.bot_token, base_url=slack.api_url, retry_handlers=[], timeout=5)
        with pytest.raises(error):
            who_we_are(client)
        assert who_we_are(client).team_id
