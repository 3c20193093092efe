"""Why this conversation? Whoever may see a review may have its draw run again, and reads what came of it."""

from typing import Any

from slack_bolt import Ack, App, BoltResponse

from blocks import why
from blocks.ids import ActionId
from bot.interactions import Interaction
from bot.listeners.wiring import Wiring, in_modal
from iqs.people import Person
from iqs.proof import Why
from iqs.services import verifying

Json = dict[str, Any]


def register(app: App, wiring: Wiring) -> None:
    """Listens to the button under feedback; a scorecard's menu calls `tell` itself."""

    def asked(ack: Ack, body: Json, action: Json, actor: Person, interaction: Interaction) -> BoltResponse:
        interaction.note()
        number = why.read_review(action)
        tell(wiring, body, verifying.why_review(wiring.store, actor, number, now=wiring.now()))
        return ack()

    app.action(ActionId.WHY_REVIEW)(asked)


def tell(wiring: Wiring, body: Json, found: Why) -> None:
    """Answers who asked and nobody else: under the message, or in a window on top of the one that is open."""
    if in_modal(body):
        wiring.answers.open(body, why.modal(found), push=True)
    else:
        wiring.answers.whisper(body, why.message(found))
