"""What a reviewer clicks: ratings in the message and in the modal, submit, edit, undo, skip, hand on."""

from typing import Any

from slack_bolt import Ack, App, BoltResponse

from blocks import ids, review, scorecard, skip
from blocks.ids import ActionId, CallbackId
from blocks.kit import Message
from bot.answers import Place
from bot.listeners import home
from bot.listeners.wiring import Wiring, in_modal
from iqs.assignments import AssignmentState, Card
from iqs.errors import Invalid, IQSError, TooLate
from iqs.notices import scorecard_key
from iqs.people import Person
from iqs.services import delivering, releasing, reviewing

Json = dict[str, Any]

CLOSED = "This review is closed; there is nothing left to rate."


def register(app: App, wiring: Wiring) -> None:
    """Listens to everything about assignments. The rating button comes first: it is pressed most."""
    ears = _Reviews(wiring)
    app.action(ids.RATE)(ears.rate)
    app.action(ActionId.REVIEW_RATING)(ears.save_form)
    app.action(ActionId.READ)(ears.read)
    app.action(ActionId.SUBMIT)(ears.submit)
    app.action(ActionId.EDIT)(ears.edit)
    app.action(ActionId.UNDO)(ears.undo)
    app.action(ActionId.MENU)(ears.menu)
    app.action(ids.REVIEW_PAGE)(ears.turn_page)
    app.action(ActionId.REVIEW_SAVE)(ears.save_form)
    app.action(ActionId.REVIEW_CAUSES)(ears.keep_form)
    app.view(CallbackId.REVIEW)(ears.submit_modal)
    app.view(CallbackId.SKIP)(ears.skip)


def fold(wiring: Wiring) -> None:
    """When the undo window has passed, Edit and Undo go away: for the clock, so that a restart forgets none."""
    ears = _Reviews(wiring)
    for assignment_id in releasing.newly_released(wiring.store, now=wiring.now()):
        ears.redraw_posted(assignment_id)


class _Reviews:
    def __init__(self, wiring: Wiring) -> None:
        self._w = wiring

    # In the message

    def rate(self, ack: Ack, body: Json, action: Json, actor: Person) -> BoltResponse:
        rated = scorecard.read_rate(action)
        try:
            reviewing.rate(
                self._w.store, actor, rated.assignment_id, rated.category, rated.value, now=self._w.now()
            )
        except IQSError as error:
            return self._refused(ack, body, rated.assignment_id, error)
        return self._redrawn(ack, body, rated.assignment_id)

    def submit(self, ack: Ack, body: Json, action: Json, actor: Person) -> BoltResponse:
        assignment_id = scorecard.read_assignment(action)
        try:
            reviewing.submit(self._w.store, actor, assignment_id, now=self._w.now())
        except IQSError as error:
            return self._refused(ack, body, assignment_id, error)
        return self._redrawn(ack, body, assignment_id)

    def undo(self, ack: Ack, body: Json, action: Json, actor: Person) -> BoltResponse:
        assignment_id = scorecard.read_assignment(action)
        try:
            reviewing.undo(self._w.store, actor, assignment_id, now=self._w.now())
        except IQSError as error:
            return self._refused(ack, body, assignment_id, error)
        return self._redrawn(ack, body, assignment_id)

    def edit(self, ack: Ack, body: Json, action: Json, actor: Person) -> BoltResponse:
        """Takes the review back and opens it, as one click."""
        assignment_id = scorecard.read_assignment(action)
        try:
            card = reviewing.undo(self._w.store, actor, assignment_id, now=self._w.now())
        except IQSError as error:
            return self._refused(ack, body, assignment_id, error)
        self._w.answers.open(body, review.modal(card))
        return self._redrawn(ack, body, assignment_id)

    def read(self, ack: Ack, body: Json, action: Json, actor: Person) -> BoltResponse:
        assignment_id = scorecard.read_assignment(action)
        card = reviewing.open_card(self._w.store, actor, assignment_id)
        if card.assignment.state is AssignmentState.OPEN:
            self._w.answers.open(body, review.modal(card), push=in_modal(body))
            return ack()
        return self._refused(ack, body, assignment_id, TooLate(CLOSED))

    def menu(self, ack: Ack, body: Json, action: Json, actor: Person) -> BoltResponse:
        assignment_id, choice = scorecard.read_menu(action)
        try:
            if choice is scorecard.Choice.SKIP:
                card = reviewing.open_card(self._w.store, actor, assignment_id)
                if card.assignment.state is not AssignmentState.OPEN:
                    return self._refused(ack, body, assignment_id, TooLate(CLOSED))
                self._w.answers.open(body, skip.modal(card))
            elif choice is scorecard.Choice.REASSIGN:
                card = reviewing.reassign(self._w.store, actor, assignment_id, now=self._w.now())
                self._w.answers.redraw(_key(assignment_id), Place.of(body), lambda: scorecard.passed_on(card))
                self._w.wake()
        except IQSError as error:
            return self._refused(ack, body, assignment_id, error)
        return ack()

    # In the modal

    def save_form(self, ack: Ack, body: Json, actor: Person) -> BoltResponse:
        """Saves the whole form, so that what was typed beside the choice is kept too."""
        opened, draft = review.read_opened(body["view"]), review.read_draft(body["view"])
        card = reviewing.save(self._w.store, actor, opened.assignment_id, draft, now=self._w.now())
        return self._view_redrawn(ack, body, card, opened.page)

    def keep_form(self, ack: Ack, body: Json, actor: Person) -> BoltResponse:
        """Saves the whole form and leaves the window as it is: a tick changes nothing else in it."""
        opened, draft = review.read_opened(body["view"]), review.read_draft(body["view"])
        reviewing.save(self._w.store, actor, opened.assignment_id, draft, now=self._w.now())
        return ack()

    def turn_page(self, ack: Ack, body: Json, action: Json, actor: Person) -> BoltResponse:
        opened, page = review.read_opened(body["view"]), review.read_page(action)
        draft = review.read_draft(body["view"])
        card = reviewing.save(self._w.store, actor, opened.assignment_id, draft, now=self._w.now())
        return self._view_redrawn(ack, body, card, page)

    def submit_modal(self, ack: Ack, view: Json, actor: Person) -> BoltResponse:
        opened, draft = review.read_opened(view), review.read_draft(view)
        now = self._w.now()
        try:
            card = reviewing.submit(
                self._w.store, actor, opened.assignment_id, now=now, draft=draft, version=opened.version
            )
        except Invalid as error:
            if not error.fields:
                raise
            shown = reviewing.open_card(self._w.store, actor, opened.assignment_id)
            return ack(response_action="errors", errors=review.errors(shown, error.fields))
        self._w.answers.later("redraw the scorecard", lambda: self.redraw_posted(card.assignment.id))
        home.redraw(self._w, actor)
        return ack()

    def skip(self, ack: Ack, view: Json, actor: Person) -> BoltResponse:
        assignment_id, reason = skip.read_skip(view)
        card = reviewing.skip(self._w.store, actor, assignment_id, reason, now=self._w.now())
        self._w.answers.later("redraw the scorecard", lambda: self.redraw_posted(card.assignment.id))
        home.redraw(self._w, actor)
        return ack()

    # Drawing

    def _draw(self, assignment_id: int) -> Message:
        card = reviewing.card_of_notice(self._w.store, assignment_id)
        return scorecard.message(card, excerpts=self._w.excerpts, now=self._w.now())

    def _redrawn(self, ack: Ack, body: Json, assignment_id: int) -> BoltResponse:
        """Drawn from what is stored then, so that of two quick clicks the last picture shows both."""
        self._w.answers.redraw(_key(assignment_id), Place.of(body), lambda: self._draw(assignment_id))
        return ack()

    def _refused(self, ack: Ack, body: Json, assignment_id: int, error: IQSError) -> BoltResponse:
        """Says why, and shows how the assignment stands: an old message may show another state."""
        self._w.errors.tell(body, error)
        if isinstance(error, TooLate) and body.get("response_url"):
            return self._redrawn(ack, body, assignment_id)
        return ack()

    def _view_redrawn(self, ack: Ack, body: Json, card: Card, page: int) -> BoltResponse:
        """The modal again, and its message behind it."""
        number = card.assignment.id
        self._w.answers.redraw_view(
            body["view"], lambda: review.modal(reviewing.card_of_notice(self._w.store, number), page=page)
        )
        self._w.answers.later("redraw the scorecard", lambda: self.redraw_posted(card.assignment.id))
        return ack()

    def redraw_posted(self, assignment_id: int) -> None:
        """The scorecard message, found where its Notice was posted."""
        place = delivering.posted(self._w.store, scorecard_key(assignment_id))
        if place is not None:
            at = Place(channel=place[0], ts=place[1])
            self._w.answers.redraw(_key(assignment_id), at, lambda: self._draw(assignment_id))


def _key(assignment_id: int) -> str:
    return f"scorecard:{assignment_id}"
