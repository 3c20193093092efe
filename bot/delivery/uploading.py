"""A file to somebody: its bytes to where Slack says, then shared in one message.

Bytes whose upload is never completed are thrown away by Slack, so that all but the last call may be done again.
https://docs.slack.dev/messaging/working-with-files
"""

from collections.abc import Sequence
from dataclasses import dataclass
from http.client import HTTPException

import httpx
from slack_sdk import WebClient

from iqs.exports import File

REFUSALS = frozenset(
    {
        "file_upload_size_restricted",
        "file_uploads_disabled",
        "file_uploads_except_images_disabled",
        "missing_scope",
        "slack_connect_file_upload_sharing_blocked",
        "storage_limit_reached",
    }
)
"""Answers with which Slack takes no file from the app; other messages go through."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A file whose bytes Slack has, not shared yet."""

    file_id: str
    title: str


def store(client: WebClient, files: Sequence[File], mark: str) -> list[Stored]:
    """Brings the bytes to Slack; `mark` stands in each file's name. Raises what the calls raise."""
    return [_store(client, each, mark) for each in files]


def share(client: WebClient, stored: Sequence[Stored], channel: str, comment: str) -> str:
    """Shares the files there in one message; its ts, or the first file's id where Slack does not tell it yet."""
    answer = client.files_completeUploadExternal(
        files=[{"id": each.file_id, "title": each.title} for each in stored],
        channel_id=channel,
        initial_comment=comment,
    )
    for each in answer.get("files") or ():
        shares = each.get("shares") or {}
        for kind in shares.values():
            for place in kind.get(channel) or ():
                return str(place["ts"])
    return stored[0].file_id


def _store(client: WebClient, file: File, mark: str) -> Stored:
    stem, _, ending = file.name.rpartition(".")
    answer = client.files_getUploadURLExternal(filename=f"{stem} {mark}.{ending}", length=len(file.body))
    taken = httpx.post(
        str(answer["upload_url"]),
        content=file.body,
        headers={"content-type": "application/octet-stream"},
        timeout=client.timeout,
    )
    if taken.status_code != httpx.codes.OK:
        raise HTTPException(f"the upload was answered with {taken.status_code}")
    return Stored(str(answer["file_id"]), file.name)
