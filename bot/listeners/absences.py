"""Out of office: said in the App Home, and taken back there."""

from typing import Any

from slack_bolt import Ack, App, BoltResponse

from blocks import absence
from blocks.ids import ActionId, CallbackId
from bot.interactions import Interaction
from bot.listeners import home
from bot.listeners.wiring import Wiring
from iqs.errors import Invalid
from iqs.people import Person
from iqs.services import absenting

Json = dict[str, Any]


def register(app: App, wiring: Wiring) -> None:
    """Listens to the two buttons in the App Home and to the window that asks for the days."""
    ears = _Absences(wiring)
    app.action(ActionId.ABSENCE)(ears.ask)
    app.action(ActionId.BACK)(ears.back)
    app.view(CallbackId.ABSENCE)(ears.save)


class _Absences:
    def __init__(self, wiring: Wiring) -> None:
        self._w = wiring

    def ask(self, ack: Ack, body: Json, actor: Person, interaction: Interaction) -> BoltResponse:
        interaction.note()
        today = absenting.today(self._w.store, actor, now=self._w.now())
        self._w.answers.open(body, absence.modal(today))
        return ack()

    def save(self, ack: Ack, view: Json, actor: Person, interaction: Interaction) -> BoltResponse:
        try:
            first, last = absence.read_absence(view)
            absenting.away(interaction.store, actor, actor, first, last, now=self._w.now())
        except Invalid as error:
            return ack(response_action="errors", errors=absence.errors(error))
        home.redraw(self._w, actor)
        self._w.wake()
        return ack()

    def back(self, ack: Ack, actor: Person, interaction: Interaction) -> BoltResponse:
        absenting.back(interaction.store, actor, actor, now=self._w.now())
        home.redraw(self._w, actor)
        self._w.wake()
        return ack()
