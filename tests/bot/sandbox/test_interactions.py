"""A Bolt app over both transports: commands, clicks, submissions, Home, and what failure looks like."""

import threading

import pytest


@pytest.fixture(params=["socket mode", "http"])
def run(request, connected, served):
    """Connect an app over each transport in turn."""
    return connected if request.param == "socket mode" else served


def test_command(app, run, ada):
    """A slash command carries Slack's fields, mentions escaped, and its ack becomes an ephemeral answer."""
    seen = {}

    @app.command("/iqs")
    def iqs(ack, body):
        seen.update(body)
        ack("Hello")

    with run(app):
        outcome = ada.command("/iqs me @bob #general <b>", "C0GENERAL")
    assert outcome.ok
    assert [m["text"] for m in outcome.ephemerals] == ["Hello"]
    assert seen["text"] == "me <@U0BOB|bob> <#C0GENERAL|general> &lt;b&gt;"
    assert (seen["command"], seen["user_id"], seen["channel_name"]) == ("/iqs", "U0ADA", "general")
    assert {
        "team_id",
        "team_domain",
        "api_app_id",
        "trigger_id",
        "response_url",
        "is_enterprise_install",
    } <= set(seen)


def test_command_for_all(app, run, ada, sandbox):
    """An in_channel answer shows the command and the answer to everybody."""

    @app.command("/iqs")
    def iqs(ack):
        ack(text="For all", response_type="in_channel", blocks=[{"type": "markdown", "text": "For *all*"}])

    with run(app):
        ada.command("/iqs team", "C0GENERAL", wait=0)
    bob = sandbox.driver("U0BOB").messages("C0GENERAL")
    assert [(m["user"] == "U0ADA", m["text"]) for m in bob] == [(True, "/iqs team"), (False, "For all")]


def test_command_with_wrong_blocks(app, run, ada):
    """An ack with blocks that Slack refuses fails visibly."""

    @app.command("/iqs")
    def iqs(ack):
        ack(text="x", blocks=[{"type": "header"}])

    with run(app):
        assert ada.command("/iqs me").message == '/iqs failed with the error "invalid_blocks"'


def test_unknown_command(ada):
    """A command that is not in the manifest never reaches the app."""
    outcome = ada.command("/nope")
    assert not outcome.ok
    assert outcome.message.startswith("/nope is not a valid command.")


def test_click(app, run, ada, client, buttons):
    """A click carries message, container and value, and its response_url redraws the message."""
    seen = {}

    @app.action("go")
    def go(ack, body, respond):
        seen.update(body)
        ack()
        respond(text="Done", replace_original=True)

    client.chat_postMessage(channel="U0ADA", text="x", blocks=[buttons("stop", "go", value="7")])
    with run(app):
        message = ada.dm()[0]
        assert ada.click(message, "go").ok
    assert [(m["ts"], m["text"], m["blocks"]) for m in ada.dm()] == [(message["ts"], "Done", [])]
    action = seen["actions"][0]
    assert (action["type"], action["block_id"], action["value"]) == ("button", "row", "7")
    assert seen["container"] == {
        "type": "message",
        "message_ts": message["ts"],
        "channel_id": ada.dm_id(),
        "is_ephemeral": False,
    }
    assert seen["message"]["ts"] == message["ts"]
    assert (seen["user"]["id"], seen["team"]["id"], seen["enterprise"]) == (
        "U0ADA",
        seen["user"]["team_id"],
        None,
    )


def test_choices_in_a_message(app, connected, ada, client):
    """Selects, overflows and checkboxes send what was chosen, and the state of the whole message."""
    seen = []
    options = [{"text": {"type": "plain_text", "text": v, "emoji": True}, "value": v} for v in ("a", "b")]
    row = {
        "type": "actions",
        "block_id": "row",
        "elements": [
            {"type": kind, "action_id": kind, "options": options}
            for kind in ("static_select", "overflow", "checkboxes", "radio_buttons")
        ],
    }

    for kind in ("static_select", "overflow", "checkboxes", "radio_buttons"):
        app.action(kind)(lambda ack, body: (seen.append(body), ack()))
    client.chat_postMessage(channel="U0ADA", text="x", blocks=[row])
    with connected(app):
        message = ada.dm()[0]
        ada.click(message, "static_select", value="b")
        ada.click(message, "overflow", value="a")
        ada.click(message, "checkboxes", value=["a", "b"])
        assert ada.click(message, "radio_buttons", value="z").error == "not_offered"
    assert seen[0]["actions"][0]["selected_option"] == options[1]
    assert seen[1]["actions"][0]["selected_option"] == options[0]
    assert seen[2]["actions"][0]["selected_options"] == options
    assert seen[2]["state"]["values"]["row"] == {
        "static_select": {"type": "static_select", "selected_option": options[1]},
        "checkboxes": {"type": "checkboxes", "selected_options": options},
        "radio_buttons": {"type": "radio_buttons", "selected_option": None},
    }
    assert len(seen) == 3


def test_update_empties_a_message(app, connected, ada, client):
    """What was chosen in a message is gone after chat.update, even with the same ids."""
    seen = []
    options = [{"text": {"type": "plain_text", "text": v}, "value": v} for v in ("a", "b")]
    elements = [
        {"type": "static_select", "action_id": "choose", "options": options},
        {"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go"}},
    ]
    row = {"type": "actions", "block_id": "row", "elements": elements}
    app.action("choose")(lambda ack: ack())
    app.action("go")(lambda ack, body: (seen.append(body["state"]["values"]["row"]["choose"]), ack()))
    client.chat_postMessage(channel="U0ADA", text="x", blocks=[row])
    with connected(app):
        message = ada.dm()[0]
        ada.click(message, "choose", value="b")
        ada.click(message, "go")
        client.chat_update(channel=message["channel"], ts=message["ts"], text="x", blocks=[row])
        ada.click(message, "go")
    assert [state["selected_option"] and state["selected_option"]["value"] for state in seen] == ["b", None]


def test_click_on_an_ephemeral(app, connected, ada, client, buttons):
    """An ephemeral message is not sent to the app again; its response_url can still delete it."""
    seen = {}

    @app.action("go")
    def go(ack, body, respond):
        seen.update(body)
        ack()
        respond(delete_original=True)

    client.chat_postEphemeral(channel="C0GENERAL", user="U0ADA", text="x", blocks=[buttons("go")])
    with connected(app):
        ada.click(ada.messages("C0GENERAL")[0], "go")
    assert "message" not in seen
    assert seen["container"]["is_ephemeral"] is True
    assert ada.messages("C0GENERAL") == []


def test_modal(app, run, ada, modal, text_input):
    """A submission is checked by Slack's client first, then by the app; an empty ack closes the modal."""
    seen = []

    @app.command("/iqs")
    def iqs(ack, body, client):
        view = modal(
            text_input(min_length=3), text_input("why", optional=True), callback_id="m", private_metadata="p"
        )
        client.views_open(trigger_id=body["trigger_id"], view=view)
        ack()

    @app.view("m")
    def submitted(ack, body, view):
        seen.append(body)
        if view["state"]["values"]["note"]["text"]["value"] == "bad":
            return ack(response_action="errors", errors={"note": "Not this."})
        return ack()

    with run(app):
        ada.command("/iqs open")
        assert ada.submit().errors == {"note": "Please complete this required field."}
        ada.fill("note", "text", "ab")
        assert ada.submit().errors == {"note": "Please enter at least 3 characters."}
        assert seen == []
        ada.fill("note", "text", "bad")
        refused = ada.submit()
        assert (refused.ok, refused.response_action, refused.errors) == (
            False,
            "errors",
            {"note": "Not this."},
        )
        assert ada.view["state"]["note"]["text"] == "bad"
        ada.fill("note", "text", "good")
        assert ada.submit().ok
    assert ada.views() == []
    view = seen[-1]["view"]
    assert view["state"]["values"]["note"]["text"] == {"type": "plain_text_input", "value": "good"}
    assert view["state"]["values"]["why"]["text"] == {"type": "plain_text_input", "value": None}
    assert (view["private_metadata"], view["callback_id"]) == ("p", "m")


def test_response_actions(*, app, connected, ada, sandbox, modal, text_input):
    """A submission may update, push or clear; what Slack refuses leaves the modal open."""
    wanted = {}

    @app.view("m")
    def submitted(ack):
        ack(**wanted)

    def opened():
        ticket = sandbox.workspace.tickets.trigger("U0ADA")
        app.client.views_open(trigger_id=ticket, view=modal(text_input(optional=True), callback_id="m"))

    def answer(**answer):
        opened()
        wanted.clear()
        wanted.update(answer)
        return ada.submit()

    other = modal(text_input("other"), callback_id="n")
    with connected(app):
        assert answer(response_action="update", view=other).response_action == "update"
        assert [v["callback_id"] for v in ada.views()] == ["n"]
        assert answer(response_action="push", view=other).ok
        assert [v["callback_id"] for v in ada.views()] == ["m", "n"]
        assert answer(response_action="clear").ok
        assert ada.views() == []
        refused = answer(response_action="update", view=modal({"type": "header"}))
        assert (refused.error, refused.message) == (
            "invalid_arguments",
            "We had some trouble connecting. Try again?",
        )
        assert "/view/blocks/0" in refused.details[0]
        assert [v["callback_id"] for v in ada.views()] == ["m"]
        refused = answer(response_action="errors", errors={"nothing": "x"})
        assert refused.details == [
            "[ERROR] is not the block_id of an input block [json-pointer:/errors/nothing]"
        ]


def test_actions_in_views(*, app, connected, ada, sandbox, modal, text_input, buttons):
    """An act in a modal sends the view with what was typed, and its trigger may push."""
    seen = {}

    @app.action("more")
    def more(ack, body, client):
        seen.update(body)
        ack()
        client.views_push(trigger_id=body["trigger_id"], view=modal(text_input()))

    ticket = sandbox.workspace.tickets.trigger("U0ADA")
    app.client.views_open(trigger_id=ticket, view=modal(text_input(), buttons("more")))
    with connected(app):
        ada.fill("note", "text", "typed")
        assert ada.act_in_view("more").ok
        assert len(ada.views()) == 2
        assert ada.act_in_view("text").error == "no_dispatch_action"
    assert seen["container"] == {"type": "view", "view_id": seen["view"]["id"]}
    assert seen["view"]["state"]["values"]["note"]["text"]["value"] == "typed"
    assert "response_url" not in seen


def test_view_closed(*, app, connected, ada, sandbox, modal, text_input):
    """A closed modal tells the app only with notify_on_close."""
    seen = []

    @app.view_closed("m")
    def closed(ack, body):
        seen.append(body["is_cleared"])
        ack()

    def opened(**more):
        ticket = sandbox.workspace.tickets.trigger("U0ADA")
        app.client.views_open(trigger_id=ticket, view=modal(text_input(), callback_id="m", **more))

    with connected(app):
        opened()
        ada.close()
        assert seen == []
        opened(notify_on_close=True)
        ada.close()
    assert seen == [False]


def test_home(app, run, ada):
    """Opening Home sends app_home_opened, and the published view is there."""
    seen = {}

    @app.event("app_home_opened")
    def opened(event, body, client):
        seen.update(body)
        section = {"type": "section", "text": {"type": "plain_text", "text": "Home"}, "block_id": "s"}
        client.views_publish(user_id=event["user"], view={"type": "home", "blocks": [section]})

    with run(app):
        assert ada.home()["blocks"][0]["text"]["text"] == "Home"
    assert (seen["event"]["tab"], seen["event"]["channel"]) == ("home", ada.dm_id())
    assert seen["authorizations"][0]["is_bot"] is True


def test_no_ack_in_time(sandbox, app, run, ada, client, buttons):
    """When its patience is over Slack gives up and says so, for commands and for clicks."""
    enough = threading.Event()

    @app.command("/iqs")
    def iqs(ack):
        enough.wait(10)
        ack()

    sandbox.clock.patience = 0.5
    with run(app):
        outcome = ada.command("/iqs me")
        enough.set()
    assert outcome.error == "operation_timeout"
    assert outcome.message == '/iqs failed with the error "operation_timeout"'
    assert 450 < outcome.ack_ms < 5000
    assert ada.dm()[-1]["user"] == "USLACKBOT"


def test_unhandled_over_http(app, served, ada, client, buttons):
    """Bolt's 404 is a failed dispatch at once."""
    client.chat_postMessage(channel="U0ADA", text="x", blocks=[buttons("unknown")])
    with served(app):
        assert ada.command("/iqs me").message == '/iqs failed with the error "dispatch_failed"'
        outcome = ada.click(ada.dm()[0], "unknown")
    assert (outcome.ok, outcome.error) == (False, "dispatch_failed")
    assert "didn’t respond" in outcome.message


def test_delivered_twice(app, served, sandbox, ada):
    """A share of what is posted comes a second time with Slack's retry headers, and the person sees one outcome."""
    seen = []

    @app.command("/iqs")
    def answer(ack, request, body):
        seen.append((body["trigger_id"], request.headers.get("x-slack-retry-num")))
        ack("Hello")

    sandbox.deliver_twice(1.0, seed=1)
    with served(app):
        assert ada.command("/iqs me").ok
    (first, none), (second, number) = seen
    assert first == second
    assert (none, number) == (None, ["1"])


def test_nobody_listens(ada):
    """Without a connection the command fails at once."""
    assert ada.command("/iqs me").error == "dispatch_failed"
    assert ada.state()["connected"] is False


def test_wrong_secret_over_http(sandbox, served, ada, client):
    """The request is really signed: an app with another secret refuses it."""
    from slack_bolt import App

    stranger = App(client=client, signing_secret="another", process_before_response=True)
    stranger.command("/iqs")(lambda ack: ack("Hello"))
    with served(stranger):
        assert ada.command("/iqs me").error == "dispatch_failed"


def test_events(app, connected, ada, sandbox):
    """An event the app did not subscribe to is not sent; one it did is tried again until it is acked."""
    seen = []

    @app.event("user_change")
    def changed(body, request):
        seen.append((body["event"]["user"]["tz"], request.headers.get("x-slack-retry-num")))
        if len(seen) == 1:
            raise RuntimeError("not now")

    sandbox.clock.patience = 3
    with connected(app):
        ada.say("hello")
        sandbox.change_user("U0ADA", tz="Asia/Tokyo")
        ada.wait_for(lambda: len(seen) == 2)
    assert seen == [("Asia/Tokyo", ["0"]), ("Asia/Tokyo", ["1"])]
    assert [d.type for d in sandbox.deliveries] == ["user_change", "user_change"]


def test_uninstall(app, connected, sandbox, refusal):
    """A removed app is told so, and its token is dead."""
    seen = []
    app.event("app_uninstalled")(lambda body: seen.append(body["event"]["type"]))
    app.event("tokens_revoked")(lambda body: seen.append(body["event"]["type"]))
    with connected(app):
        assert refusal(app.client.auth_test) == ""
        sandbox.uninstall()
    assert seen == ["tokens_revoked", "app_uninstalled"]
    assert refusal(app.client.auth_test) == "token_revoked"


def test_impossible_acts(ada, sandbox, client, buttons):
    """Nobody clicks what they cannot see, and bots and the deactivated do nothing."""
    client.chat_postMessage(channel="U0ADA", text="x", blocks=[buttons("go")])
    message = ada.dm()[0]
    assert sandbox.driver("U0BOB").click(message, "go").error == "channel_not_found"
    assert sandbox.driver("U0GONE").click(message, "go").error == "user_not_found"
    assert ada.click({**message, "ts": "1.0"}, "go").error == "message_not_found"
    with pytest.raises(LookupError, match="row/go"):
        ada.click(message, "stop")
