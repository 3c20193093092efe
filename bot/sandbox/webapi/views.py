"""views.*: open, push, update and publish."""

from typing import Any

from bot.sandbox.checks.shape import Found
from bot.sandbox.checks.views import check_view, too_large
from bot.sandbox.tickets import Trigger
from bot.sandbox.views import View
from bot.sandbox.webapi.call import Call, Method, Refused, invalid


def judged_view(content: Any, kind: str) -> dict[str, Any]:
    """The view's JSON if Slack would take it as a "modal" or a "home"; raises Refused."""
    if not isinstance(content, dict):
        raise invalid("must provide an object [json-pointer:/view]")
    if too_large(content):
        raise Refused("view_too_large")
    found = Found()
    check_view(content, kind, found)
    if found.messages:
        raise Refused("invalid_arguments", found)
    return content


def _content(call: Call, kind: str, but: View | None = None) -> dict[str, Any]:
    content = judged_view(call.json("view", "invalid_arguments"), kind)
    if call.workspace.views.taken(content, but):
        raise Refused("duplicate_external_id")
    return content


def _trigger(call: Call) -> Trigger:
    ticket = call.text("trigger_id") or call.text("interactivity_pointer")
    if ticket is None:
        raise invalid("missing required field: trigger_id")
    trigger, error = call.workspace.tickets.redeem(ticket)
    if trigger is None:
        raise Refused(error)
    return trigger


def open_view(call: Call) -> dict[str, Any]:
    """views.open: a modal for the person whose trigger id this is."""
    content = _content(call, "modal")
    view = call.workspace.views.open(_trigger(call).user, content)
    call.workspace.tell("views", only_for=view.user)
    return {"view": view.as_slack()}


def push(call: Call) -> dict[str, Any]:
    """views.push: on top of the modal in which the person acted; three at most."""
    content = _content(call, "modal")
    trigger = _trigger(call)
    if trigger.in_view is None or not call.workspace.views.stack(trigger.user):
        raise Refused("invalid_trigger_id")
    view = call.workspace.views.push(trigger.user, content)
    if view is None:
        raise Refused("push_limit_reached")
    call.workspace.tell("views", only_for=view.user)
    return {"view": view.as_slack()}


def update(call: Call) -> dict[str, Any]:
    """views.update: an open view, unless its hash has moved on."""
    view_id, external_id = call.text("view_id"), call.text("external_id")
    if view_id is None and external_id is None:
        raise invalid("missing required field: view_id")
    view = call.workspace.views.find(view_id=view_id, external_id=external_id)
    if view is None:
        raise Refused("not_found")
    content = _content(call, view.content["type"], view)
    if call.text("hash") not in (None, view.hash):
        raise Refused("hash_conflict")
    call.workspace.views.redraw(view, content)
    call.workspace.tell("home" if content["type"] == "home" else "views", only_for=view.user)
    return {"view": view.as_slack()}


def publish(call: Call) -> dict[str, Any]:
    """views.publish: somebody's Home tab."""
    user = call.workspace.users.get(call.required("user_id"))
    if user is None or user.is_bot:
        raise Refused("user_not_found")
    if not call.workspace.manifest.home_tab:
        raise Refused("not_enabled")
    home = call.workspace.views.homes.get(user.id)
    content = _content(call, "home", home)
    if home is not None and call.text("hash") not in (None, home.hash):
        raise Refused("hash_conflict")
    view = call.workspace.views.publish(user.id, content)
    call.workspace.tell("home", only_for=user.id)
    return {"view": view.as_slack()}


METHODS: dict[str, Method] = {
    "views.open": open_view,
    "views.push": push,
    "views.update": update,
    "views.publish": publish,
}
