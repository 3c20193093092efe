"""What the workspace tells about itself, and a polite answer to whatever nothing else listens to."""

import logging
import re
from typing import Any

from slack_bolt import Ack, App, BoltResponse

from blocks.ids import ActionId
from bot.interactions import Interaction
from bot.listeners.wiring import Wiring
from iqs.errors import NotFound
from iqs.services import delivering

log = logging.getLogger(__name__)

ANYTHING = re.compile(".*", re.DOTALL)
OLD = "This button belongs to an older message and does nothing any more. Open the App Home of IQS to go on."

Json = dict[str, Any]


def register(app: App, wiring: Wiring) -> None:
    """Registered last: the catch-alls take what is left."""

    def user_change(event: Json) -> None:
        wiring.user_changed(event["user"])

    def gone(event: Json) -> None:
        _refused(wiring, event)

    def just_a_link(ack: Ack) -> BoltResponse:
        return ack()

    def old_button(ack: Ack, body: Json, action: Json, interaction: Interaction) -> BoltResponse:
        log.info("nothing listens to the action %s", _ours(action.get("action_id")))
        if action.get("type") in {"button", "overflow", "static_select"}:
            wiring.errors.tell(body, NotFound(OLD), interaction)
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


def _refused(wiring: Wiring, event: Json) -> None:
    """Nothing is tried in vain: the sender stops now, and asks Slack once a minute whether it takes the app again."""
    if event.get("type") == "tokens_revoked" and not (event.get("tokens") or {}).get("bot"):
        return  # somebody's own token, which we do not have
    error = "app_uninstalled" if event.get("type") == "app_uninstalled" else "token_revoked"
    delivering.refuse(wiring.store, error=error, now=wiring.now())
    log.error("Slack refuses the app from now on (%s): everything waits until that is mended", error)


def _ours(action_id: Any) -> str:
    """An action id fit for a log line: ids are ours, but a payload may hold anything."""
    return re.sub(r"[^\w.:-]", "?", str(action_id))[:60]
