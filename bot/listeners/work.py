"""A team's open work, in its lead's App Home: look at it, and hand some of it on."""

from typing import Any

from slack_bolt import Ack, App, BoltResponse

from blocks import handing_on, work
from blocks.ids import ActionId
from blocks.kit import View
from bot.interactions import Interaction
from bot.listeners.wiring import Wiring, in_modal, view_of
from iqs.errors import IQSError
from iqs.people import Person
from iqs.services import reassigning

Json = dict[str, Any]


def register(app: App, wiring: Wiring) -> None:
    """Listens to the list being opened, and to "Hand on" in it; the window that asks is heard with the scorecards."""
    ears = _Work(wiring)
    app.action(ActionId.WORK)(ears.open)
    app.action(ActionId.WORK_HAND_ON)(ears.hand_on)


def modal(wiring: Wiring, actor: Person, team_id: int) -> View:
    """The list as it stands now."""
    shown = reassigning.open_work(wiring.store, actor, team_id, now=wiring.now())
    return work.modal(shown.team, shown.lines, more=shown.more)


class _Work:
    def __init__(self, wiring: Wiring) -> None:
        self._w = wiring

    def open(
        self, ack: Ack, body: Json, action: Json, actor: Person, interaction: Interaction
    ) -> BoltResponse:
        interaction.note()
        self._w.answers.open(body, modal(self._w, actor, work.read_team(action)), push=in_modal(body))
        return ack()

    def hand_on(
        self, ack: Ack, body: Json, action: Json, actor: Person, interaction: Interaction
    ) -> BoltResponse:
        number, team_id = work.read_hand_on(action)
        view = view_of(body)
        interaction.note()
        try:
            people = reassigning.choices(self._w.store, actor, number)
        except IQSError as error:
            self._w.errors.tell(body, error, interaction)
            self._w.answers.redraw_view(view, lambda: modal(self._w, actor, team_id))
        else:
            self._w.answers.open(body, handing_on.modal(number, people, team_id=team_id), push=True)
        return ack()
