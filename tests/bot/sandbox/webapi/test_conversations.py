"""conversations.*: reading what was said, page by page."""

import pytest


def test_history_has_pages(client):
    """History comes newest first, in pages, until the cursor is empty."""
    for number in range(5):
        client.chat_postMessage(channel="C0GENERAL", text=str(number))
    seen, cursor = [], None
    while True:
        page = client.conversations_history(channel="C0GENERAL", limit=2, cursor=cursor)
        seen += [message["text"] for message in page["messages"]]
        cursor = page.get("response_metadata", {}).get("next_cursor")
        assert page["has_more"] == bool(cursor)
        if not cursor:
            break
    assert seen == ["4", "3", "2", "1", "0"]


def test_history_between_times(client):
    """Oldest and latest exclude their own moment unless inclusive is set."""
    stamps = [client.chat_postMessage(channel="C0GENERAL", text=str(n))["ts"] for n in range(3)]

    def texts(**arguments):
        found = client.conversations_history(
            channel="C0GENERAL", oldest=stamps[0], latest=stamps[2], **arguments
        )
        return [message["text"] for message in found["messages"]]

    assert texts() == ["1"]
    assert texts(inclusive=True) == ["2", "1", "0"]


def test_metadata_on_request(client):
    """History shows metadata only when asked for."""
    metadata = {"event_type": "iqs", "event_payload": {"id": "1"}}
    client.chat_postMessage(channel="C0GENERAL", text="x", metadata=metadata)
    assert "metadata" not in client.conversations_history(channel="C0GENERAL")["messages"][0]
    found = client.conversations_history(channel="C0GENERAL", include_all_metadata=True)["messages"][0]
    assert found["metadata"] == metadata


def test_threads(client, ada, refusal):
    """Replies stand in their thread, not in the channel, and the parent counts them."""
    parent = client.chat_postMessage(channel="C0GENERAL", text="parent")["ts"]
    client.chat_postMessage(channel="C0GENERAL", text="reply", thread_ts=parent)
    assert [m["text"] for m in client.conversations_replies(channel="C0GENERAL", ts=parent)["messages"]] == [
        "parent",
        "reply",
    ]
    top = client.conversations_history(channel="C0GENERAL")["messages"]
    assert [(m["text"], m["reply_count"]) for m in top] == [("parent", 1)]
    assert [m["text"] for m in ada.messages("C0GENERAL")] == ["parent"]
    assert [m["text"] for m in ada.messages("C0GENERAL", parent)] == ["parent", "reply"]
    assert refusal(client.conversations_replies, channel="C0GENERAL", ts="1.000000") == "thread_not_found"


OPEN = {
    "nobody": ({"users": ""}, "users_list_not_supplied"),
    "unknown": ({"users": "U0NOBODY"}, "user_not_found"),
    "bot": ({"users": "U0ROBO"}, "cannot_dm_bot"),
    "stranger": ({"users": "U0EVE"}, "user_not_visible"),
    "deactivated": ({"users": "U0GONE"}, "user_disabled"),
    "no such conversation": ({"channel": "C0GENERAL"}, "channel_not_found"),
    "two people": ({"users": "U0ADA,U0BOB"}, "missing_scope"),
}


@pytest.mark.parametrize(("arguments", "error"), OPEN.values(), ids=OPEN)
def test_refuses_to_open(client, refusal, arguments, error):
    """A direct message opens with one active member of this workspace."""
    assert refusal(client.conversations_open, **arguments) == error


def test_lists_and_members(client, refusal):
    """The app sees public channels and its own private ones; info and members say who is in."""
    listed = client.conversations_list(types="public_channel,private_channel", exclude_archived=True)[
        "channels"
    ]
    assert [(c["name"], c["is_member"]) for c in listed] == [("general", True), ("far", False)]
    assert client.conversations_info(channel="C0GENERAL")["channel"]["name"] == "general"
    assert "U0ADA" in client.conversations_members(channel="C0GENERAL")["members"]
    assert refusal(client.conversations_info, channel="C0LEADS") == "channel_not_found"
    assert refusal(client.conversations_history, channel="C0FAR") == "not_in_channel"
    assert refusal(client.conversations_list, types="gossip") == "invalid_types"
    assert refusal(client.conversations_list, limit=0) == "invalid_limit"
    assert refusal(client.conversations_list, cursor="?") == "invalid_cursor"
