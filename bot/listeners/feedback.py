"""What an agent clicks: acknowledge, read, and how it was scored."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Any

from slack_bolt import Ack, App, BoltResponse

from blocks import feedback, ids
from blocks.ids import ActionId
from blocks.kit import Message
from bot.answers import Place
from bot.interactions import Interaction
from bot.listeners.wiring import Wiring, in_modal, view_of
from iqs.errors import NotAllowed, NotFound
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


def redraw(wiring: Wiring, review_ids: Iterable[int]) -> None:
    """Feedback messages that show something else now, such as what was deleted in the helpdesk."""
    ears = _Feedback(wiring)
    for review_id in dict.fromkeys(review_ids):
        with suppress(NotFound):  # it was taken back meanwhile
            told = telling.feedback(wiring.store, review_id)
            ears.redraw_posted(told.reviewee, told)


class _Feedback:
    def __init__(self, wiring: Wiring) -> None:
        self._w = wiring

    def acknowledge(
        self, ack: Ack, body: Json, action: Json, actor: Person, interaction: Interaction
    ) -> BoltResponse:
        review_id = feedback.read_review(action)
        told = telling.acknowledge(interaction.store, actor, review_id, now=self._w.now())
        if in_modal(body):
            self._w.answers.redraw_view(body["view"], lambda: feedback.modal(told))
            self._w.answers.later("redraw the feedback", lambda: self.redraw_posted(actor, told))
        elif body.get("response_url"):
            several = feedback.gathered_reviews(body.get("message") or {})
            self._redraw(Place.of(body), actor, told, several)
        return ack()

    def redraw_posted(self, actor: Person, told: Feedback) -> None:
        """The agent's message behind the window, if it has been sent."""
        key = feedback_key(told.review_id, told.version)
        place = delivering.posted(self._w.store, key)
        if place is not None:
            several = delivering.told_with(self._w.store, key)
            self._redraw(Place(channel=place[0], ts=place[1]), actor, told, several)

    def _redraw(self, place: Place, actor: Person, told: Feedback, several: Sequence[int]) -> None:
        """Draws the message again that tells this review, alone or with others of the same person."""
        if len(several) < 2:
            self._w.answers.redraw(f"feedback:{told.review_id}", place, lambda: feedback.message(told))
        else:
            self._w.answers.redraw(f"feedback:{place.ts}", place, lambda: self._gathered(actor, several))

    def _gathered(self, actor: Person, reviews: Sequence[int]) -> Message:
        """What the actor may read of these reviews as they are stored now; ids from a message are hints."""
        told = []
        for review_id in reviews:
            with suppress(NotFound, NotAllowed):
                told.append(telling.read_feedback(self._w.store, actor, review_id, now=self._w.now()))
        if not told:
            raise NotFound("None of these reviews is there any more.")
        return feedback.gathered(told)

    def open(
        self, ack: Ack, body: Json, action: Json, actor: Person, interaction: Interaction
    ) -> BoltResponse:
        interaction.note()
        told = telling.read_feedback(self._w.store, actor, feedback.read_review(action), now=self._w.now())
        self._w.answers.open(body, feedback.modal(told), push=in_modal(body))
        return ack()

    def read(
        self, ack: Ack, body: Json, action: Json, actor: Person, interaction: Interaction
    ) -> BoltResponse:
        interaction.note()
        told = telling.read_feedback(self._w.store, actor, feedback.read_review(action), now=self._w.now())
        self._w.answers.open(body, feedback.conversation_modal(told), push=in_modal(body))
        return ack()

    def explain(
        self, ack: Ack, body: Json, action: Json, actor: Person, interaction: Interaction
    ) -> BoltResponse:
        interaction.note()
        lines = telling.explain(self._w.store, feedback.read_review(action), actor=actor, now=self._w.now())
        self._w.answers.open(body, feedback.explain_modal(lines), push=in_modal(body))
        return ack()

    def turn_page(self, ack: Ack, body: Json, action: Json, actor: Person) -> BoltResponse:
        review_id, page = feedback.read_page(action)
        view = view_of(body)
        told = telling.read_feedback(self._w.store, actor, review_id, now=self._w.now())
        self._w.answers.redraw_view(view, lambda: feedback.conversation_modal(told, page))
        return ack()
