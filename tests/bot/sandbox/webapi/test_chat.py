"""chat.*: what is posted, changed and deleted, and what is refused."""

import pytest


def test_posts_to_a_channel(client, ada):
    """A message arrives with Slack's answer: channel, time and the message as stored."""
    answer = client.chat_postMessage(channel="C0GENERAL", text="Hello")
    assert (answer["channel"], answer["message"]["text"]) == ("C0GENERAL", "Hello")
    assert answer["message"]["bot_id"] == client.auth_test()["bot_id"]
    assert [(m["ts"], m["text"]) for m in ada.messages("C0GENERAL")] == [(answer["ts"], "Hello")]


def test_posts_to_a_person(client, ada):
    """A person's id as the channel reaches their direct message and answers with its D id."""
    answer = client.chat_postMessage(channel="U0ADA", text="Hello")
    assert answer["channel"] == ada.dm_id()
    assert client.conversations_open(users="U0ADA")["channel"]["id"] == ada.dm_id()
    assert ada.dm()[0]["text"] == "Hello"


def test_fills_in_ids(client, buttons):
    """Blocks and elements without ids get some, and text objects their defaults."""
    row = buttons("go")
    del row["block_id"], row["elements"][0]["action_id"]
    stored = client.chat_postMessage(channel="U0ADA", text="x", blocks=[row])["message"]["blocks"][0]
    assert stored["block_id"]
    assert stored["elements"][0]["action_id"]
    assert stored["elements"][0]["text"]["emoji"] is True


REFUSED = {
    "nowhere": ({"channel": "C0NOWHERE", "text": "x"}, "channel_not_found"),
    "unknown person": ({"channel": "U0NOBODY", "text": "x"}, "channel_not_found"),
    "stranger": ({"channel": "U0EVE", "text": "x"}, "channel_not_found"),
    "bot": ({"channel": "U0ROBO", "text": "x"}, "cannot_dm_bot"),
    "private": ({"channel": "C0LEADS", "text": "x"}, "channel_not_found"),
    "archived": ({"channel": "C0OLD", "text": "x"}, "is_archived"),
    "deactivated": ({"channel": "U0GONE", "text": "x"}, "is_archived"),
    "not a member": ({"channel": "C0FAR", "text": "x"}, "not_in_channel"),
    "nothing to say": ({"channel": "C0GENERAL", "text": " "}, "no_text"),
    "blocks that are no list": (
        {"channel": "C0GENERAL", "text": "x", "blocks": "{"},
        "invalid_blocks_format",
    ),
    "wrong blocks": ({"channel": "C0GENERAL", "text": "x", "blocks": [{"type": "header"}]}, "invalid_blocks"),
    "no thread": ({"channel": "C0GENERAL", "text": "x", "thread_ts": "1.000000"}, "thread_not_found"),
    "another name": ({"channel": "C0GENERAL", "text": "x", "username": "Boss"}, "missing_scope"),
    "odd metadata": ({"channel": "C0GENERAL", "text": "x", "metadata": "{"}, "invalid_metadata_format"),
    "metadata without type": (
        {"channel": "C0GENERAL", "text": "x", "metadata": {"a": 1}},
        "invalid_metadata_schema",
    ),
    "fat metadata": (
        {
            "channel": "C0GENERAL",
            "text": "x",
            "metadata": {"event_type": "a", "event_payload": {"b": "x" * 4000}},
        },
        "metadata_too_large",
    ),
}


@pytest.mark.parametrize(("arguments", "error"), REFUSED.values(), ids=REFUSED)
def test_refuses_posts(client, refusal, arguments, error):
    """Each wrong post has its own error, and nothing is stored."""
    assert refusal(client.chat_postMessage, **arguments) == error
    assert not client.conversations_history(channel="C0GENERAL")["messages"]


def test_says_where_blocks_are_wrong(client):
    """invalid_blocks comes with sentences and JSON pointers."""
    from slack_sdk.errors import SlackApiError

    with pytest.raises(SlackApiError) as refused:
        client.chat_postMessage(channel="U0ADA", text="x", blocks=[{"type": "header"}])
    messages = refused.value.response["response_metadata"]["messages"]
    assert messages == ["[ERROR] missing required field: text [json-pointer:/blocks/0]"]


def test_limits_all_block_text(client, refusal):
    """The text of all blocks together may have 9,597 characters, as was seen to pass on Slack."""
    section = {"type": "section", "text": {"type": "plain_text", "text": "x" * 3000}}
    rest = {"type": "section", "text": {"type": "plain_text", "text": "x" * 597}}
    client.chat_postMessage(channel="U0ADA", text="x", blocks=[section] * 3 + [rest])
    rest["text"]["text"] += "x"
    error = refusal(client.chat_postMessage, channel="U0ADA", text="x", blocks=[section] * 3 + [rest])
    assert error == "msg_blocks_too_long"


def test_cuts_long_text(client):
    """A post's text is cut at 40,000 with a warning."""
    answer = client.chat_postMessage(channel="U0ADA", text="x" * 40_001)
    assert len(answer["message"]["text"]) == 40_000
    assert answer["warning"] == "message_truncated"


def test_keeps_hostile_text(client, ada):
    """NUL, lone surrogates and markup go through to the reader as they are."""
    text = "a\x00b\ud800<script>&"
    client.chat_postMessage(channel="U0ADA", text=text)
    assert ada.dm()[0]["text"] == text


def test_updates(client, ada, buttons, refusal):
    """chat.update replaces text and blocks of an own message; metadata that is left out stays."""
    metadata = {"event_type": "iqs", "event_payload": {"id": "1"}}
    posted = client.chat_postMessage(channel="U0ADA", text="old", blocks=[buttons("go")], metadata=metadata)
    where = {"channel": posted["channel"], "ts": posted["ts"]}
    updated = client.chat_update(**where, text="new")
    assert updated["message"]["metadata"]["event_payload"] == {"id": "1"}
    assert (ada.dm()[0]["text"], ada.dm()[0]["blocks"], ada.dm()[0]["edited"]) == ("new", [], True)
    assert refusal(client.chat_update, **where, text="x" * 4001) == "msg_too_long"
    assert refusal(client.chat_update, **{**where, "ts": "1.000000"}, text="x") == "message_not_found"
    assert refusal(client.chat_update, **{**where, "channel": "U0ADA"}, text="x") == "channel_not_found"


def test_changes_own_messages_only(client, ada, refusal):
    """What a person said can be neither updated nor deleted."""
    ada.say("Mine", "C0GENERAL")
    mine = {"channel": "C0GENERAL", "ts": ada.messages("C0GENERAL")[0]["ts"]}
    assert refusal(client.chat_update, **mine, text="x") == "cant_update_message"
    assert refusal(client.chat_delete, **mine) == "cant_delete_message"


def test_deletes(client, ada, refusal):
    """A deleted message is gone, once."""
    posted = client.chat_postMessage(channel="U0ADA", text="x")
    where = {"channel": posted["channel"], "ts": posted["ts"]}
    client.chat_delete(**where)
    assert ada.dm() == []
    assert refusal(client.chat_delete, **where) == "message_not_found"


def test_ephemerals(client, sandbox, ada, refusal):
    """Only its reader sees an ephemeral message, history does not, and a reload forgets it."""
    answer = client.chat_postEphemeral(channel="C0GENERAL", user="U0ADA", text="psst")
    assert [m["ephemeral"] for m in ada.messages("C0GENERAL")] == [True]
    assert sandbox.driver("U0BOB").messages("C0GENERAL") == []
    assert not client.conversations_history(channel="C0GENERAL")["messages"]
    where = {"channel": "C0GENERAL", "ts": answer["message_ts"]}
    assert refusal(client.chat_update, **where, text="x") == "message_not_found"
    assert (
        refusal(client.chat_postEphemeral, channel="C0GENERAL", user="U0GONE", text="x")
        == "user_not_in_channel"
    )
    ada.reload()
    assert ada.messages("C0GENERAL") == []


def test_direct_messages_need_the_tab(new_sandbox, client_of, tmp_path, refusal):
    """With the Messages tab off, direct messages are refused."""
    manifest = tmp_path / "manifest.yml"
    manifest.write_text("display_information: {name: X}\noauth_config: {scopes: {bot: ['chat:write']}}\n")
    client = client_of(new_sandbox(manifest=manifest))
    assert refusal(client.chat_postMessage, channel="U0ADA", text="x") == "messages_tab_disabled"
