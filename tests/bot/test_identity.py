"""Who may ask: people of the programme in our own workspace; everybody else gets one kind sentence."""

import json

import pytest
from slack_sdk.web import SlackResponse

from blocks import refusal
from blocks.ids import ActionId
from bot.identity import Workspace
from iqs.services import enrolling, reviewing

EXTRA = (
    "team,email,name,roles,slack_user_id,helpdesk_id\n"
    "Support,guest@example.com,Gus Guest,reviewer lead,U0GUEST,\n"
    "Support,foreign@example.com,Fay Foreign,reviewer lead,U0FOREIGN,\n"
)
REFUSED = ["stranger", "guest", "bot", "foreign"]


@pytest.fixture
def outsider(request, app, programme, payloads):
    """(Slack user, payloads) of somebody who must be refused, even where the people file names them."""
    if request.param in ("guest", "foreign"):
        enrolling.import_people(programme, EXTRA)
    if request.param == "guest":
        app.directory.sync()
    if request.param == "foreign":
        payloads.team = "T0OTHER"
    users = {
        "stranger": "U0STRANGER",
        "guest": "U0GUEST",
        "bot": app.workspace.bot_user_id,
        "foreign": "U0FOREIGN",
    }
    return users[request.param], payloads


def every(outsider):
    """Parametrized over all who must be refused."""
    return pytest.mark.parametrize("outsider", REFUSED, indirect=True)(outsider)


@every
def test_a_command_is_refused(outsider, dispatch):
    """`/iqs` answers outsiders with the same sentence, whatever they ask for."""
    user, payloads = outsider
    said = set()
    for text in ("", "me", "team", "team Support", "help"):
        answer = dispatch(payloads.command(user, text))
        assert answer.status == 200
        said.add(answer.body)
    assert len(said) == 1
    assert json.loads(said.pop())["text"] == refusal.STRANGER


@every
def test_a_click_is_refused(outsider, dispatch, slack, open_for, programme):
    """A button that outsiders found changes nothing and tells nothing."""
    user, payloads = outsider
    number = open_for("U0RITA")[0]
    before = len(slack.calls)
    for action, block in (
        (ActionId.SUBMIT, "b"),
        (ActionId.READ, "b"),
        ("scorecard.rate.5", "rating.solution"),
    ):
        answer = dispatch(payloads.click(user, action, number, block=block))
        assert (answer.status, answer.body) == (200, "")
    assert [call.method for call in slack.calls[before:]] == []
    rita = enrolling.identify(programme, "U0RITA")
    assert not reviewing.open_card(programme, rita, number).draft.ratings


@every
def test_a_submission_is_refused(outsider, dispatch):
    """A modal of outsiders becomes the sentence."""
    user, payloads = outsider
    view = {"callback_id": "review", "private_metadata": "{}", "state": {"values": {}}, "type": "modal"}
    answer = json.loads(dispatch(payloads.submission(user, view)).body)
    assert answer["response_action"] == "update"
    assert refusal.STRANGER.split(".")[0] in json.dumps(answer["view"])


@every
def test_the_home_tab_shows_the_sentence(outsider, dispatch, slack):
    """The Home of outsiders holds the sentence and nothing else."""
    user, payloads = outsider
    before = len(slack.calls)
    assert dispatch(payloads.home(user)).status == 200
    calls = slack.calls[before:]
    assert {call.method for call in calls} <= {"views.publish"}
    for call in calls:
        [block] = call.args["view"]["blocks"]
        assert block["text"]["text"] == refusal.STRANGER


def test_an_event_of_a_bot_is_nobodys(dispatch, payloads, slack):
    """What another app says never counts as a person."""
    before = len(slack.calls)
    body = payloads.home("U0RITA")
    body["event"] |= {"type": "message", "bot_id": "B1"}
    assert dispatch(body).status == 200
    assert len(slack.calls) == before


@pytest.mark.parametrize(
    ("body", "ours"),
    [
        ({"team": {"id": "T1"}, "user": {"id": "U1", "team_id": "T1"}}, True),
        ({"team": {"id": "T1"}, "user": {"id": "U1", "team_id": "T2"}}, False),
        ({"team": {"id": "T2"}, "user": {"id": "U1", "team_id": "T2"}}, False),
        ({"team": {"id": "T2"}, "user": {"id": "U1", "team_id": "T2"}, "enterprise": {"id": "E1"}}, True),
        ({"team": None, "user": {"id": "U1", "team_id": "T2"}, "enterprise": {"id": "E2"}}, False),
        ({"team_id": "T1", "event": {"user": "U1"}}, True),
        ({"team_id": "T1", "event": {"user": "U1", "user_team": "T9"}}, False),
        ({"team_id": "T1", "enterprise_id": "E1", "user_id": "U1"}, True),
        ({"user_id": "U1"}, False),
        ({}, False),
    ],
)
def test_every_workspace_a_payload_names_must_be_ours(body, ours):
    """Shared channels let people of other workspaces click; an Enterprise Grid counts as one house."""
    us = Workspace("T1", "E1", "UB", "BB", frozenset())
    assert us.owns(body) is ours


def test_scopes_come_from_the_header():
    """auth.test lists the granted scopes in a header of any case."""
    answer = SlackResponse(
        client=None, http_verb="POST", api_url="", req_args={}, status_code=200,
        data={"ok": True, "team_id": "T1", "user_id": "U1"}, headers={"X-OAuth-Scopes": "chat:write,commands"},
    )  # fmt: skip
    assert Workspace.of(answer).scopes == {"chat:write", "commands"}
