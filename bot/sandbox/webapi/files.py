"""files.*: a URL to upload to, and the file shared where it belongs.

https://docs.slack.dev/reference/methods/files.getUploadURLExternal and …/files.completeUploadExternal
"""

import re
from typing import Any

from bot.sandbox.ids import BOT_USER, new_id
from bot.sandbox.webapi.call import Call, Method, Refused, invalid
from bot.sandbox.workspace import Conversation, Message, Upload

ALT_TEXT = 1_000
MOST_BYTES = 1_000_000_000  # a file may have 1 GB

_CHANNEL_ID = re.compile(r"[CGDZ][A-Z0-9]+", re.ASCII)


def upload_url(call: Call) -> dict[str, Any]:
    """files.getUploadURLExternal: where the bytes go; nothing is visible until the upload is completed."""
    call.needs("files:write")
    name = call.required("filename")
    length = call.required("length")
    if not length.isdigit() or not 0 < int(length) <= MOST_BYTES:
        raise invalid("length must be a positive number of bytes")
    if len(call.text("alt_txt") or "") > ALT_TEXT:
        raise Refused("alt_txt_too_large")
    upload = Upload(new_id("F"), name, int(length))
    call.workspace.uploads[upload.id] = upload
    return {"upload_url": call.workspace.upload_url(upload), "file_id": upload.id}


def complete(call: Call) -> dict[str, Any]:
    """files.completeUploadExternal: once for each file, all of its bytes there; shares them in one message."""
    call.needs("files:write")
    asked = call.json("files", "invalid_arguments")
    if not isinstance(asked, list) or not asked or not all(isinstance(each, dict) for each in asked):
        raise invalid("missing required field: files")
    found = [_uploaded(call, each) for each in asked]
    where = _where(call)
    for upload, each in zip(found, asked, strict=True):
        upload.title = str(each.get("title") or upload.name)
        upload.completed = True
    if where is not None:
        _share(call, where, found)
    return {"files": [each.as_slack() for each in found]}


def _uploaded(call: Call, asked: dict[str, Any]) -> Upload:
    upload = call.workspace.uploads.get(str(asked.get("id")))
    if upload is None or upload.completed or len(upload.content) != upload.length:
        raise Refused("file_not_found")
    return upload


def _where(call: Call) -> Conversation | None:
    """The conversation to share in: an id; a person's id is refused, as theirs is not the direct message's."""
    channel = call.text("channel_id")
    if channel is None:
        return None
    if _CHANNEL_ID.fullmatch(channel) is None:
        raise invalid("input must match regex pattern: ^[CGDZ][A-Z0-9]{8,}$ [json-pointer:/channel_id]")
    found = call.workspace.conversations.get(channel)
    if found is None or BOT_USER not in found.members:
        raise Refused("channel_not_found")
    if found.is_archived:
        raise Refused("is_archived")
    if found.kind == "im" and not call.workspace.manifest.messages_tab:
        raise Refused("messages_tab_disabled")
    thread = call.text("thread_ts")
    if thread and found.find(thread) is None:
        raise Refused("thread_not_found")
    return found


def _share(call: Call, where: Conversation, found: list[Upload]) -> None:
    message = Message(
        ts=call.workspace.next_ts(),
        user=BOT_USER,
        text=call.text("initial_comment") or "",
        blocks=[],
        thread_ts=call.text("thread_ts"),
        files=[each.as_slack() for each in found],
    )
    call.workspace.say(where, message)


METHODS: dict[str, Method] = {
    "files.getUploadURLExternal": upload_url,
    "files.completeUploadExternal": complete,
}
