"""`/iqs draw`: how far the team's draw is, for its lead; draws it anew, and has it run again."""

import re
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
from iqs.errors import Conflict
from iqs.people import Person
from iqs.services import closing, redrawing, tracking

Json = dict[str, Any]

USAGE = "/iqs draw"
_YEAR = re.compile(r"\d{4}-", re.ASCII)


def register(app: App, wiring: Wiring) -> None:
    """Listens to the buttons under a draw."""
    ears = _Cycles(wiring)
    app.action(ActionId.DRAW_REDRAW)(ears.redraw)
    app.action(ActionId.DRAW_VERIFY)(ears.verify)


def draw(wiring: Wiring, question: Asked) -> Message:
    """`/iqs draw [team] [2026-W46]`: the team's newest draw, or that of a period."""
    known = asked.led(wiring, question.actor)
    name, period = _read(question.words, [each.name for each in known])
    team = asked.the_team(known, name, usage=USAGE)
    return picture.message(
        tracking.progress(wiring.store, question.actor, team.id, now=wiring.now(), period=period)
    )


def _read(words: str, names: list[str]) -> tuple[str, str | None]:
    """A team's name and the label of a period behind it, which begins with a year; either may be missing."""
    name, _, last = words.rpartition(" ")
    is_label = _YEAR.match(last) is not None and words.casefold() not in {each.casefold() for each in names}
    return (name.strip(), last) if is_label else (words, None)


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
        team_id, period, attempt = picture.read(action)
        try:
            redrawing.redraw(
                interaction.store, team_id, period, now=self._w.now(), actor=actor, attempt=attempt
            )
        except Conflict as error:  # somebody was faster: what stands now is shown below
            self._w.errors.tell(body, error, interaction)
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
        team_id, period, _ = picture.read(action)
        interaction.note()
        found = tracking.verify(self._w.store, actor, team_id, period, now=self._w.now())
        self._w.answers.whisper(body, picture.verdict(found))
        return ack()
