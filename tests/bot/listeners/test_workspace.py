"""What the workspace tells about the app itself."""

import pytest

from iqs.services import delivering


@pytest.mark.parametrize(
    ("event", "error"),
    [
        ({"type": "app_uninstalled"}, "app_uninstalled"),
        ({"type": "tokens_revoked", "tokens": {"oauth": [], "bot": ["U0IQS"]}}, "token_revoked"),
    ],
)
def test_everything_waits_as_soon_as_slack_says_so(app, slack, dispatch, payloads, programme, event, error):
    """The event opens the breaker: no message is tried in vain, for any process, until Slack takes the app again."""
    dispatch(payloads.event(**event))
    assert delivering.trouble(programme).error == error
    assert app.delivery.drain(seconds=2) == 0
    assert [call for call in slack.calls if call.method == "chat.postMessage"] == []


def test_somebodys_own_token_is_none_of_ours(dispatch, payloads, programme):
    """The app has a bot token only; what people revoke of theirs stops nothing."""
    dispatch(payloads.event(type="tokens_revoked", tokens={"oauth": ["U0RITA"]}))
    assert delivering.trouble(programme) is None
