"""The App Home: drawn each time it is opened, and after each click in it."""

from typing import Any

from slack_bolt import Ack, App, BoltResponse

from blocks import home, operations
from blocks.ids import ActionId
from bot.interactions import Interaction
from bot.listeners.wiring import Wiring
from iqs.errors import IQSError
from iqs.people import Person
from iqs.services import mapping, mending, reporting

Json = dict[str, Any]


def register(app: App, wiring: Wiring) -> None:
    """Listens to the Home tab being opened, and to what an admin or lead mends there."""
    ears = _Home(wiring)
    app.event("app_home_opened")(ears.opened)
    app.action(ActionId.DELIVERY_RETRY)(ears.retry)
    app.action(ActionId.DELIVERY_CANCEL)(ears.cancel)
    app.action(ActionId.DELIVERY_MAP)(ears.map)


def redraw(wiring: Wiring, actor: Person) -> None:
    """Draws the actor's Home again: Slack tells nothing when a window over it closes."""
    if actor.slack_user_id is not None:
        wiring.answers.publish(
            actor.slack_user_id,
            lambda: home.view(reporting.home(wiring.store, actor, now=wiring.now())),
        )


class _Home:
    def __init__(self, wiring: Wiring) -> None:
        self._w = wiring

    def opened(self, event: Json, actor: Person) -> None:
        if event.get("tab") == "home":
            shown = reporting.home(self._w.store, actor, now=self._w.now())
            self._w.answers.publish(event["user"], lambda: home.view(shown))

    def retry(
        self, ack: Ack, body: Json, action: Json, actor: Person, interaction: Interaction
    ) -> BoltResponse:
        wanted = operations.read_retry(action)
        try:
            mending.retry(interaction.store, actor, wanted.notice_id, now=self._w.now(), sure=wanted.sure)
        except IQSError as error:
            return self._refused(ack, body, actor, error, interaction)
        self._w.wake()
        return self._redrawn(ack, actor)

    def cancel(
        self, ack: Ack, body: Json, action: Json, actor: Person, interaction: Interaction
    ) -> BoltResponse:
        try:
            mending.cancel(interaction.store, actor, operations.read_cancel(action), now=self._w.now())
        except IQSError as error:
            return self._refused(ack, body, actor, error, interaction)
        return self._redrawn(ack, actor)

    def map(
        self, ack: Ack, body: Json, action: Json, actor: Person, interaction: Interaction
    ) -> BoltResponse:
        conversation_id, user = operations.read_mapping(action)
        try:
            mapping.map_agent(interaction.store, actor, conversation_id, user, now=self._w.now())
        except IQSError as error:
            return self._refused(ack, body, actor, error, interaction)
        return self._redrawn(ack, actor)

    def _refused(
        self, ack: Ack, body: Json, actor: Person, error: IQSError, interaction: Interaction
    ) -> BoltResponse:
        """Says why, and shows how things stand: the Home on the screen may be old."""
        self._w.errors.tell(body, error, interaction)
        return self._redrawn(ack, actor)

    def _redrawn(self, ack: Ack, actor: Person) -> BoltResponse:
        redraw(self._w, actor)
        return ack()
