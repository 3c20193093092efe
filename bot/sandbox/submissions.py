"""What the app answers to a submitted modal: nothing, errors, update, push or clear."""

from typing import Any

from bot.sandbox.checks.shape import Found
from bot.sandbox.views import View
from bot.sandbox.webapi.call import Refused
from bot.sandbox.webapi.views import judged_view
from bot.sandbox.workspace import Workspace


def take_answer(workspace: Workspace, view: View, body: Any) -> dict[str, Any]:
    """Do what the ack of a view_submission says; raises Refused for what Slack would not do."""
    if not body:
        _leave(workspace, view)
        return {"ok": True}
    action = body.get("response_action") if isinstance(body, dict) else None
    if action == "errors":
        return _errors(view, body.get("errors"))
    if action == "clear":
        workspace.views.stack(view.user).clear()
    elif action == "update":
        content = _content(workspace, body, view)
        if workspace.views.find(view_id=view.id) is view:
            workspace.views.redraw(view, content)
    elif action == "push":
        if workspace.views.push(view.user, _content(workspace, body, None)) is None:
            raise Refused("push_limit_reached")
    else:
        raise Refused("invalid_response_action")
    workspace.tell("views", only_for=view.user)
    return {"ok": True, "response_action": action}


def _leave(workspace: Workspace, view: View) -> None:
    workspace.views.pop(view)
    workspace.tell("views", only_for=view.user)


def _errors(view: View, errors: Any) -> dict[str, Any]:
    inputs = {block["block_id"] for block in view.blocks if block["type"] == "input"}
    found = Found()
    if not isinstance(errors, dict) or not errors:
        found.add("must provide an object", "/errors")
    else:
        for name, sentence in errors.items():
            if name not in inputs:
                found.add("is not the block_id of an input block", f"/errors/{name}")
            elif not isinstance(sentence, str) or not sentence:
                found.add("must be a string", f"/errors/{name}")
    if found.messages:
        raise Refused("invalid_arguments", found)
    return {"ok": False, "error": "refused", "response_action": "errors", "errors": errors}


def _content(workspace: Workspace, body: dict[str, Any], but: View | None) -> dict[str, Any]:
    content = judged_view(body.get("view"), "modal")
    if workspace.views.taken(content, but):
        raise Refused("duplicate_external_id")
    return content
