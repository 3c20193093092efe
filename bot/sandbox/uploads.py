"""Where the bytes of a file are sent to, and where people fetch them from."""

from dataclasses import dataclass
from time import monotonic

from starlette.requests import Request
from starlette.responses import Response

from bot.sandbox.faults import Faults
from bot.sandbox.hangup import through
from bot.sandbox.log import Log
from bot.sandbox.workspace import Workspace

METHOD = "upload"  # its name in the log and for faults


@dataclass
class Uploads:
    """Answers the addresses that files.getUploadURLExternal hands out, and the links of shared files."""

    workspace: Workspace
    faults: Faults
    calls: Log

    async def take(self, request: Request) -> Response:
        """POST of the raw bytes: 200, or 400 for other bytes than were announced."""
        began, content = monotonic(), await request.body()
        fault = self.faults.take(METHOD)
        upload = self.workspace.upload_at(request.path_params["secret"])
        taken = upload is not None and not upload.completed and len(content) == upload.length
        if upload is not None and taken and fault is None:
            upload.content = content
        self.calls.note(METHOD, {"ok": taken}, fault.fault if fault else "", began, {})
        answer = Response(f"OK - {len(content)}" if taken else "failed", 200 if taken else 400)
        return await through(fault, answer)

    async def show(self, request: Request) -> Response:
        """The file itself, for somebody who sees a message that shares it."""
        upload = self.workspace.uploads.get(request.path_params["file"])
        seen = {
            each["id"]
            for conversation in self.workspace.conversations_of(request.query_params.get("as", ""))
            for message in conversation.messages
            for each in message.files
        }
        if upload is None or upload.id not in seen:
            return Response("file_not_found", 404)
        name = upload.name.encode("ascii", "replace").decode().replace('"', "'")
        headers = {"content-disposition": f'attachment; filename="{name}"'}
        return Response(upload.content, media_type="application/octet-stream", headers=headers)
