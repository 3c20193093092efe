"""What the app answers to a person: the body of an ack or of a response_url call."""

import asyncio
import json
from dataclasses import dataclass
from time import monotonic
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from bot.sandbox.faults import BARE_LIMITED, LATE, LIMITED, UNSTORED, Faults
from bot.sandbox.hangup import through
from bot.sandbox.ids import BOT_USER
from bot.sandbox.log import Log
from bot.sandbox.tickets import ResponseURL
from bot.sandbox.webapi.call import Refused, judged_blocks
from bot.sandbox.webapi.chat import TEXT_CUT
from bot.sandbox.webapi.dispatch import as_json
from bot.sandbox.workspace import Message, Workspace

METHOD = "response_url"  # its name in the log and for faults


def respond(workspace: Workspace, ticket: ResponseURL, body: dict[str, Any]) -> Message | None:
    """Post, replace or delete where the person acted; raises Refused. Returns the new message, if any."""
    conversation = workspace.conversations[ticket.channel]
    original = conversation.find(ticket.message_ts) if ticket.message_ts else None
    if body.get("delete_original"):
        if original is None or not original.by_app:
            raise Refused("message_not_found")
        conversation.messages.remove(original)
        workspace.tell("messages", conversation, only_for=original.only_for)
        return None
    text = str(body.get("text") or "")
    blocks = judged_blocks(body.get("blocks"))
    attachments = body.get("attachments") or []
    if not text.strip() and not blocks and not attachments:
        raise Refused("no_text")
    if body.get("replace_original") and original is not None and original.by_app:
        original.text, original.blocks, original.attachments = text[:TEXT_CUT], blocks, attachments
        original.answers.clear()
        workspace.tell("messages", conversation, only_for=original.only_for)
        return None
    response_type = body.get("response_type", "ephemeral")
    if response_type not in ("ephemeral", "in_channel"):
        raise Refused("invalid_response_type")
    message = Message(
        ts=workspace.next_ts(),
        user=BOT_USER,
        text=text[:TEXT_CUT],
        blocks=blocks,
        attachments=attachments,
        thread_ts=body.get("thread_ts"),
        only_for=ticket.user if response_type == "ephemeral" else None,
    )
    return workspace.say(conversation, message)


@dataclass
class ResponseURLs:
    """Answers POST to the response URLs that interactions handed out."""

    workspace: Workspace
    faults: Faults
    calls: Log

    async def __call__(self, request: Request) -> Response:
        """Take one answer of the app."""
        began = monotonic()
        secret, body = request.path_params["secret"], await request.body()
        fault = self.faults.take(METHOD)
        kind = fault.fault if fault else ""
        if kind in UNSTORED:
            answer = {"ok": False, "error": "connection_lost"}
        elif kind in (LIMITED, BARE_LIMITED):
            answer = {"ok": False, "error": "ratelimited"}
        elif fault and kind == LATE:
            asyncio.get_running_loop().call_later(fault.seconds, self._use, secret, body)
            answer = {"ok": False, "error": "connection_lost"}
        else:
            answer = self._use(secret, body)
        self.calls.note(METHOD, answer, kind, began, {})
        refusals = {"expired_url": 404, "used_url": 404, "ratelimited": 429}
        status = 200 if answer["ok"] else refusals.get(str(answer["error"]), 400)
        return await through(fault, as_json(answer, status))

    def _use(self, secret: str, content: bytes) -> dict[str, Any]:
        ticket, error = self.workspace.tickets.use(secret, self.workspace.clock.now())
        if ticket is None:
            return {"ok": False, "error": error}
        try:
            body = json.loads(content)
        except ValueError:
            body = None
        if not isinstance(body, dict):
            return {"ok": False, "error": "invalid_payload"}
        try:
            respond(self.workspace, ticket, body)
        except Refused as refused:
            return {"ok": False, "error": refused.error, **refused.body}
        return {"ok": True}
