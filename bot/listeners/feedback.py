"""What an agent clicks: acknowledge, read, and how it was scored."""

from typing import Any

from slack_bolt import Ack, App, BoltResponse

from blocks import feedback, ids
from blocks.ids import ActionId
from bot.answers import Place
from bot.listeners.wiring import Wiring, in_modal
from iqs.notices import feedback_key
from iqs.people import Person
from iqs.reports import Feedback
from iqs.services import delivering, telling

Json = dict[str, Any]


def register(app: App, wiring: Wiring) -> None:
    """Listens to everything about received reviews."""
    ears = _Feedback(wiring)
    app.action(ActionId.ACKNOWLEDGE)(ears.acknowledge)
    app.action(ActionId.FEEDBACK_OPEN)(ears.open)
    app.action(ActionId.FEEDBACK_READ)(ears.read)
    app.action(ActionId.FEEDBACK_EXPLAIN)(ears.explain)
    app.action(ids.FEEDBACK_PAGE)(ears.turn_page)


class _Feedback:
    def __init__(self, wiring: Wiring) -> None:
        self._w = wiring

    def acknowledge(self, ack: Ack, body: Json, action: Json, actor: Person) -> BoltResponse:
        review_id = feedback.read_review(action)
        told = telling.acknowledge(self._w.store, actor, review_id, now=self._w.now())
        if in_modal(body):
            self._w.answers.redraw_view(body["view"], lambda: feedback.modal(told))
            self._w.answers.later("redraw the feedback", lambda: self._redraw_posted(told))
        elif body.get("response_url"):
            self._w.answers.redraw(f"feedback:{review_id}", Place.of(body), lambda: feedback.message(told))
        return ack()

    def _redraw_posted(self, told: Feedback) -> None:
        """The agent's message behind the window, if it has been sent."""
        place = delivering.posted(self._w.store, feedback_key(told.review_id, told.version))
        if place is not None:
            at = Place(channel=place[0], ts=place[1])
            self._w.answers.redraw(f"feedback:{told.review_id}", at, lambda: feedback.message(told))

    def open(self, ack: Ack, body: Json, action: Json, actor: Person) -> BoltResponse:
        told = telling.read_feedback(self._w.store, actor, feedback.read_review(action), now=self._w.now())
        self._w.answers.open(body, feedback.modal(told), push=in_modal(body))
        return ack()

    def read(self, ack: Ack, body: Json, action: Json, actor: Person) -> BoltResponse:
        told = telling.read_feedback(self._w.store, actor, feedback.read_review(action), now=self._w.now())
        self._w.answers.open(body, feedback.conversation_modal(told), push=in_modal(body))
        return ack()

    def explain(self, ack: Ack, body: Json, action: Json, actor: Person) -> BoltResponse:
        lines = telling.explain(self._w.store, feedback.read_review(action), actor=actor, now=self._w.now())
        self._w.answers.open(body, feedback.explain_modal(lines), push=in_modal(body))
        return ack()

    def turn_page(self, ack: Ack, body: Json, action: Json, actor: Person) -> BoltResponse:
        review_id, page = feedback.read_page(action)
        told = telling.read_feedback(self._w.store, actor, review_id, now=self._w.now())
        self._w.answers.redraw_view(body["view"], lambda: feedback.conversation_modal(told, page))
        return ack()
