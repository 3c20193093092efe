"""The App Home: drawn each time it is opened."""

from typing import Any

from slack_bolt import App

from blocks import home
from bot.listeners.wiring import Wiring
from iqs.people import Person
from iqs.services import reporting


def register(app: App, wiring: Wiring) -> None:
    """Listens to the Home tab being opened."""

    def opened(event: dict[str, Any], actor: Person) -> None:
        if event.get("tab") != "home":
            return
        shown = reporting.home(wiring.store, actor, now=wiring.now())
        wiring.answers.publish(event["user"], lambda: home.view(shown))

    app.event("app_home_opened")(opened)


def redraw(wiring: Wiring, actor: Person) -> None:
    """Draws the actor's Home again: Slack tells nothing when a window over it closes."""
    if actor.slack_user_id is not None:
        wiring.answers.publish(
            actor.slack_user_id,
            lambda: home.view(reporting.home(wiring.store, actor, now=wiring.now())),
        )
