"""`/iqs draw`: how far the team's draw is, for its lead; draws it anew, and has it run again."""

from typing import Any

from slack_bolt import Ack, App, BoltResponse

from blocks import draw as picture
from blocks.ids import ActionId
from blocks.kit import Message
from bot.answers import Place
from bot.interactions import Interaction
from bot.listeners import asked, reviews
from bot.listeners.asked import Asked
from bot.listeners.wiring import Wiring
from iqs.errors import IQSError
from iqs.people import Person, Role
from iqs.services import closing, redrawing, tracking

Json = dict[str, Any]

USAGE = "/iqs draw"


def register(app: App, wiring: Wiring) -> None:
    """Listens to the buttons under a draw."""
    ears = _Cycles(wiring)
    app.action(ActionId.DRAW_REDRAW)(ears.redraw)
    app.action(ActionId.DRAW_VERIFY)(ears.verify)


def draw(wiring: Wiring, question: Asked) -> Message:
    """`/iqs draw [team]`: the team's newest draw."""
    known = asked.teams(wiring, question.actor, Role.LEAD) or asked.teams(wiring, question.actor, *Role)
    team = asked.the_team(known, question.words, usage=USAGE)
    return picture.message(tracking.progress(wiring.store, question.actor, team.id, now=wiring.now()))


def keep_deadlines(wiring: Wiring) -> None:
    """Reminds, closes what is due, and draws anew what ended: for the clock."""
    done = closing.tick(wiring.store, now=wiring.now())
    reviews.redraw(wiring, closing.newly_ended(wiring.store, now=wiring.now()))
    if done.reminded:
        wiring.wake()


class _Cycles:
    def __init__(self, wiring: Wiring) -> None:
        self._w = wiring

    def redraw(
        self, ack: Ack, body: Json, action: Json, actor: Person, interaction: Interaction
    ) -> BoltResponse:
        team_id, period = picture.read(action)
        try:
            redrawing.redraw(interaction.store, team_id, period, now=self._w.now(), actor=actor)
        except IQSError as error:
            self._w.errors.tell(body, error, interaction)
            return ack()
        self._w.wake()
        self._w.answers.redraw(
            f"draw:{team_id}:{period}",
            Place.of(body),
            lambda: picture.message(
                tracking.progress(self._w.store, actor, team_id, now=self._w.now(), period=period)
            ),
        )
        return ack()

    def verify(
        self, ack: Ack, body: Json, action: Json, actor: Person, interaction: Interaction
    ) -> BoltResponse:
        team_id, period = picture.read(action)
        interaction.note()
        found = tracking.verify(self._w.store, actor, team_id, period, now=self._w.now())
        self._w.answers.whisper(body, picture.verdict(found))
        return ack()
