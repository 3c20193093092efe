"""chat.*: post, update, delete, ephemeral."""

import json
from typing import Any

from bot.sandbox.ids import BOT_USER
from bot.sandbox.webapi.call import Call, Method, Refused, judged_blocks
from bot.sandbox.workspace import Conversation, Message

TEXT_CUT = 40_000
UPDATE_TEXT = 4_000
METADATA_CHARACTERS = 4_000  # Slack documents no figure; opaque ids stay far below


def _metadata(call: Call) -> dict[str, Any] | None:
    metadata = call.json("metadata", "invalid_metadata_format")
    if metadata is None:
        return None
    if not isinstance(metadata, dict):
        raise Refused("invalid_metadata_format")
    if not isinstance(metadata.get("event_type"), str) or not isinstance(metadata.get("event_payload"), dict):
        raise Refused("invalid_metadata_schema")
    if len(json.dumps(metadata)) > METADATA_CHARACTERS:
        raise Refused("metadata_too_large")
    return metadata


def _content(call: Call) -> tuple[str, list[dict[str, Any]], list[Any]]:
    blocks = judged_blocks(call.json("blocks", "invalid_blocks_format"))
    attachments = call.json("attachments", "invalid_attachments") or []
    text = call.text("text") or ""
    if not text.strip() and not blocks and not attachments:
        raise Refused("no_text")
    return text, blocks, attachments


def _warned(answer: dict[str, Any], call: Call) -> dict[str, Any]:
    if call.text("text") is None:
        answer["warning"] = "missing_text_in_message"
        answer["response_metadata"] = {"warnings": ["missing_text_in_message"]}
    elif len(call.args["text"]) > TEXT_CUT:
        answer["warning"] = "message_truncated"
        answer["response_metadata"] = {"warnings": ["message_truncated"]}
    return answer


def post_message(call: Call) -> dict[str, Any]:
    """chat.postMessage."""
    call.needs("chat:write")
    conversation = call.target()
    text, blocks, attachments = _content(call)
    if any(call.text(name) for name in ("username", "icon_url", "icon_emoji")):
        call.needs("chat:write.customize")
    thread = call.text("thread_ts")
    if thread and conversation.find(thread) is None:
        raise Refused("thread_not_found")
    message = Message(
        ts=call.workspace.next_ts(),
        user=BOT_USER,
        text=text[:TEXT_CUT],
        blocks=blocks,
        thread_ts=thread,
        broadcast=call.flag("reply_broadcast"),
        metadata=_metadata(call),
        attachments=attachments,
    )
    call.workspace.say(conversation, message)
    said = message.as_slack(with_metadata=True)
    return _warned({"channel": conversation.id, "ts": message.ts, "message": said}, call)


def post_ephemeral(call: Call) -> dict[str, Any]:
    """chat.postEphemeral."""
    call.needs("chat:write")
    conversation = call.target()
    user = call.required("user")
    if user not in conversation.members:
        raise Refused("user_not_in_channel")
    text, blocks, attachments = _content(call)
    message = Message(
        ts=call.workspace.next_ts(),
        user=BOT_USER,
        text=text[:TEXT_CUT],
        blocks=blocks,
        thread_ts=call.text("thread_ts"),
        attachments=attachments,
        only_for=user,
    )
    call.workspace.say(conversation, message)
    return _warned({"message_ts": message.ts}, call)


def update(call: Call) -> dict[str, Any]:
    """chat.update: own messages only; text alone drops the blocks; metadata left out stays."""
    conversation, message = _own(call, otherwise="cant_update_message")
    if conversation.is_archived:
        raise Refused("is_archived")
    if len(call.text("text") or "") > UPDATE_TEXT:
        raise Refused("msg_too_long")
    text, blocks, attachments = _content(call)
    metadata = _metadata(call)
    message.text, message.blocks, message.attachments = text, blocks, attachments
    message.answers.clear()
    message.edited = {"user": BOT_USER, "ts": call.workspace.next_ts()}
    if metadata is not None:
        message.metadata = metadata
    call.workspace.tell("messages", conversation)
    said = message.as_slack(with_metadata=True)
    return {"channel": conversation.id, "ts": message.ts, "text": text, "message": said}


def delete(call: Call) -> dict[str, Any]:
    """chat.delete: own messages only."""
    conversation, message = _own(call, otherwise="cant_delete_message")
    conversation.messages.remove(message)
    call.workspace.tell("messages", conversation)
    return {"channel": conversation.id, "ts": message.ts}


def _own(call: Call, *, otherwise: str) -> tuple[Conversation, Message]:
    """The app's own message that the call names, and where it stands; somebody else's is refused as `otherwise`."""
    call.needs("chat:write")
    conversation = call.workspace.conversations.get(call.required("channel"))
    ts = call.required("ts")
    if conversation is None:
        raise Refused("channel_not_found")
    message = conversation.find(ts)
    if message is None or message.only_for is not None:
        raise Refused("message_not_found")
    if not message.by_app:
        raise Refused(otherwise)
    return conversation, message


METHODS: dict[str, Method] = {
    "chat.postMessage": post_message,
    "chat.postEphemeral": post_ephemeral,
    "chat.update": update,
    "chat.delete": delete,
}
