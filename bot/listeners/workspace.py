"""What the workspace tells about itself, and a polite answer to whatever nothing else listens to."""

import logging
import re
from typing import Any

from slack_bolt import Ack, App, BoltResponse

from blocks.ids import ActionId
from bot.listeners.wiring import Wiring
from iqs.errors import NotFound

log = logging.getLogger(__name__)

ANYTHING = re.compile(".*", re.DOTALL)
OLD = "This button belongs to an older message and does nothing any more. Open the App Home of IQS to go on."

Json = dict[str, Any]


def register(app: App, wiring: Wiring) -> None:
    """Registered last: the catch-alls take what is left."""

    def user_change(event: Json) -> None:
        wiring.user_changed(event["user"])

    def gone(event: Json) -> None:
        log.error(
            "the app was removed or its tokens were revoked (%s): nothing can be sent", event.get("type")
        )

    def just_a_link(ack: Ack) -> BoltResponse:
        return ack()

    def old_button(ack: Ack, body: Json, action: Json) -> BoltResponse:
        log.info("nothing listens to the action %s", _ours(action.get("action_id")))
        if action.get("type") in {"button", "overflow", "static_select"}:
            wiring.errors.tell(body, NotFound(OLD))
        return ack()

    def old_window(ack: Ack) -> BoltResponse:
        return ack(response_action="clear")

    def nothing(ack: Ack) -> BoltResponse:
        return ack()

    app.event("user_change")(user_change)
    app.event("app_uninstalled")(gone)
    app.event("tokens_revoked")(gone)
    app.action(ActionId.LINK)(just_a_link)
    app.action(ANYTHING)(old_button)
    app.view_submission(ANYTHING)(old_window)
    app.view_closed(ANYTHING)(nothing)
    app.shortcut(ANYTHING)(nothing)
    app.options(ANYTHING)(lambda ack: ack(options=[]))
    app.event(ANYTHING)(lambda: None)


def _ours(action_id: Any) -> str:
    """An action id fit for a log line: ids are ours, but a payload may hold anything."""
    return re.sub(r"[^\w.:-]", "?", str(action_id))[:60]
