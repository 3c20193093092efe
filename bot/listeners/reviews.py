"""What a reviewer clicks: ratings in the message and in the modal, submit, edit, undo, skip, hand on."""

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from slack_bolt import Ack, App, BoltResponse

from blocks import handing_on, ids, review, scorecard, skip, window
from blocks.ids import ActionId, CallbackId
from blocks.kit import Message
from bot.answers import Place
from bot.interactions import Interaction
from bot.listeners import draws, home, work
from bot.listeners.wiring import Wiring, in_modal, view_of
from iqs.assignments import AssignmentState, Card
from iqs.edits import merged
from iqs.errors import Conflict, Invalid, IQSError, NotAllowed, NotFound, Repeated, TooLate
from iqs.notices import scorecard_key
from iqs.people import Person
from iqs.services import delivering, reassigning, releasing, reviewing, verifying
from iqs.services import handing_on as handing

Json = dict[str, Any]

TOOK_PART = "The text shows that you took part in this conversation, so it is not yours to review."
CLOSED = "This review is closed; there is nothing left to rate."
BOTH = "This was changed in another window too; that is kept until you press Save draft again."


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
    app.action(ActionId.REVIEW_SAVE)(ears.save_draft)
    app.action(ActionId.REVIEW_CAUSES)(ears.keep_tick)
    app.view(CallbackId.REVIEW)(ears.submit_modal)
    app.view(CallbackId.SKIP)(ears.skip)
    app.view(CallbackId.HAND_ON)(ears.hand_on)


def fold(wiring: Wiring) -> None:
    """When the undo window has passed, Edit and Undo go away: for the clock, so that a restart forgets none."""
    ears = _Reviews(wiring)
    for assignment_id in releasing.newly_released(wiring.store, now=wiring.now()):
        ears.redraw_posted(assignment_id)


def hand_on(wiring: Wiring) -> None:
    """For the clock: work of who is not there any more goes to others, and its old message says so."""
    moved = handing.hand_on(wiring.store, now=wiring.now())
    if moved:
        redraw(wiring, moved)
        wiring.wake()


def redraw(wiring: Wiring, assignment_ids: Iterable[int]) -> None:
    """Scorecards that show something else now, such as a text that has come from the helpdesk."""
    ears = _Reviews(wiring)
    for assignment_id in dict.fromkeys(assignment_ids):
        ears.redraw_posted(assignment_id)


class _Reviews:
    def __init__(self, wiring: Wiring) -> None:
        self._w = wiring

    # In the message

    def rate(
        self, ack: Ack, body: Json, action: Json, actor: Person, interaction: Interaction
    ) -> BoltResponse:
        rated = scorecard.read_rate(action)
        number, now = rated.assignment_id, self._w.now()
        try:
            reviewing.rate(interaction.store, actor, number, rated.category, rated.value, now=now)
        except IQSError as error:
            return self._refused(ack, body, number, error, interaction)
        return self._redrawn(ack, body, number)

    def submit(
        self, ack: Ack, body: Json, action: Json, actor: Person, interaction: Interaction
    ) -> BoltResponse:
        number = scorecard.read_assignment(action)
        try:
            reviewing.submit(interaction.store, actor, number, now=self._w.now())
        except IQSError as error:
            return self._refused(ack, body, number, error, interaction)
        return self._redrawn(ack, body, number)

    def undo(
        self, ack: Ack, body: Json, action: Json, actor: Person, interaction: Interaction
    ) -> BoltResponse:
        number = scorecard.read_assignment(action)
        try:
            reviewing.undo(interaction.store, actor, number, now=self._w.now())
        except IQSError as error:
            return self._refused(ack, body, number, error, interaction)
        return self._redrawn(ack, body, number)

    def edit(
        self, ack: Ack, body: Json, action: Json, actor: Person, interaction: Interaction
    ) -> BoltResponse:
        """Takes the review back and opens it, as one click."""
        number = scorecard.read_assignment(action)
        try:
            card = reviewing.undo(interaction.store, actor, number, now=self._w.now())
        except IQSError as error:
            return self._refused(ack, body, number, error, interaction)
        self._w.answers.open(body, review.modal(card))
        return self._redrawn(ack, body, number)

    def read(
        self, ack: Ack, body: Json, action: Json, actor: Person, interaction: Interaction
    ) -> BoltResponse:
        number = scorecard.read_assignment(action)
        interaction.note()
        card = reviewing.open_card(self._w.store, actor, number)
        if card.assignment.state is AssignmentState.OPEN:
            missing = self._w.fetch is not None and not card.conversation.messages
            then = partial(self._bring_text, body, number, interaction) if missing else None
            self._w.answers.open(body, review.modal(card), push=in_modal(body), then=then)
            return ack()
        return self._refused(ack, body, number, TooLate(CLOSED), interaction)

    def _bring_text(self, body: Json, number: int, interaction: Interaction, view: Mapping[str, Any]) -> None:
        """Fetches the text into the window that is open already; says so kindly when it cannot be had."""
        try:
            card = reviewing.card_of_notice(self._w.store, number)
            if self._w.fetch is not None:
                self._w.fetch(card.assignment.conversation_id)
            card = reviewing.card_of_notice(self._w.store, number)
            if card.assignment.state is not AssignmentState.OPEN:
                raise TooLate(TOOK_PART)
        except IQSError as error:
            self._w.errors.tell(body, error, interaction)
        else:
            self._w.answers.redraw_view(
                view, lambda: review.modal(reviewing.card_of_notice(self._w.store, number))
            )

    def menu(
        self, ack: Ack, body: Json, action: Json, actor: Person, interaction: Interaction
    ) -> BoltResponse:
        number, choice = scorecard.read_menu(action)
        try:
            if choice is scorecard.Choice.SKIP:
                interaction.note()
                card = reviewing.open_card(self._w.store, actor, number)
                if card.assignment.state is not AssignmentState.OPEN:
                    raise TooLate(CLOSED)
                self._w.answers.open(body, skip.modal(card))
            elif choice is scorecard.Choice.WHY:
                interaction.note()
                draws.tell(self._w, body, verifying.why_assignment(self._w.store, actor, number))
            elif choice is scorecard.Choice.REASSIGN:
                interaction.note()
                people = reassigning.choices(self._w.store, actor, number)
                self._w.answers.open(body, handing_on.modal(number, people))
        except IQSError as error:
            return self._refused(ack, body, number, error, interaction)
        return ack()

    # In the modal

    def save_form(
        self, ack: Ack, body: Json, action: Json, actor: Person, interaction: Interaction
    ) -> BoltResponse:
        """Saves the whole form, so that what was typed beside the choice is kept too."""
        opened, edit = window.read(view_of(body), action)
        card = reviewing.save(interaction.store, actor, opened.assignment_id, edit, now=self._w.now())
        return self._view_redrawn(ack, body, card, opened.page)

    def save_draft(self, ack: Ack, body: Json, actor: Person, interaction: Interaction) -> BoltResponse:
        """Saves the whole form; what was also changed elsewhere is named, and replaced when it is saved again."""
        opened, edit = window.read(view_of(body))
        card = reviewing.save(interaction.store, actor, opened.assignment_id, edit, now=self._w.now())
        if not merged(card.draft, edit).clashes:
            return self._view_redrawn(ack, body, card, opened.page)
        number = card.assignment.id
        self._w.answers.redraw_view(
            body["view"],
            lambda: window.told(body["view"], reviewing.card_of_notice(self._w.store, number), BOTH),
        )
        return ack()

    def keep_tick(
        self, ack: Ack, body: Json, action: Json, actor: Person, interaction: Interaction
    ) -> BoltResponse:
        """Saves a root cause alone and leaves the window as it is: a tick changes nothing else in it."""
        opened, edit = window.read(view_of(body), action)
        ticked = window.ticked(edit)
        reviewing.save(interaction.store, actor, opened.assignment_id, ticked, now=self._w.now())
        return ack()

    def turn_page(
        self, ack: Ack, body: Json, action: Json, actor: Person, interaction: Interaction
    ) -> BoltResponse:
        page = review.read_page(action)
        opened, edit = window.read(view_of(body))
        card = reviewing.save(interaction.store, actor, opened.assignment_id, edit, now=self._w.now())
        return self._view_redrawn(ack, body, card, page)

    def submit_modal(self, ack: Ack, view: Json, actor: Person, interaction: Interaction) -> BoltResponse:
        opened, edit = window.read(view)
        number, now = opened.assignment_id, self._w.now()
        try:
            reviewing.submit(interaction.store, actor, number, now=now, draft=edit, version=opened.version)
        except (NotAllowed, NotFound, TooLate, Conflict, Invalid) as error:
            return self._still_open(ack, view, actor, error, interaction)
        self._w.answers.later("redraw the scorecard", lambda: self.redraw_posted(number))
        home.redraw(self._w, actor)
        return ack()

    def skip(self, ack: Ack, view: Json, actor: Person, interaction: Interaction) -> BoltResponse:
        number, reason = skip.read_skip(view)
        try:
            reviewing.skip(interaction.store, actor, number, reason, now=self._w.now())
        except (NotAllowed, NotFound, TooLate) as error:
            return self._still_open(ack, view, actor, error, interaction)
        self._w.answers.later("redraw the scorecard", lambda: self.redraw_posted(number))
        home.redraw(self._w, actor)
        self._w.wake()
        return ack()

    def hand_on(self, ack: Ack, view: Json, actor: Person, interaction: Interaction) -> BoltResponse:
        """From the scorecard's menu, and by a lead from the list of open work."""
        asked, now = handing_on.read_hand_on(view), self._w.now()
        number = asked.assignment_id
        try:
            reviewing.reassign(interaction.store, actor, number, to=asked.to, reason=asked.reason, now=now)
        except (NotAllowed, NotFound, TooLate, Invalid) as error:
            return self._still_open(ack, view, actor, error, interaction)
        self._w.answers.later("redraw the scorecard", lambda: self.redraw_posted(number))
        home.redraw(self._w, actor)
        if asked.team_id is not None and view.get("previous_view_id"):
            listed = {"id": view["previous_view_id"]}
            self._w.answers.redraw_view(listed, partial(work.modal, self._w, actor, asked.team_id))
        self._w.wake()
        return ack()

    def _still_open(
        self, ack: Ack, view: Json, actor: Person, error: IQSError, interaction: Interaction
    ) -> BoltResponse:
        """The same window with what was entered, and at its top why it was not taken."""
        if not self._w.errors.is_news(error, interaction):
            return ack()
        if isinstance(error, Invalid) and error.fields:
            return ack(response_action="errors", errors=window.errors(view, error.fields))
        if isinstance(error, Conflict):
            card = reviewing.open_card(self._w.store, actor, window.read(view)[0].assignment_id)
            if card.assignment.state is AssignmentState.OPEN:
                return ack(response_action="update", view=window.told(view, card, str(error)))
        return ack(response_action="update", view=window.kept(view, str(error)))

    # Drawing

    def _draw(self, assignment_id: int) -> Message:
        card = reviewing.card_of_notice(self._w.store, assignment_id)
        return scorecard.message(card, excerpts=self._w.excerpts, now=self._w.now())

    def _redrawn(self, ack: Ack, body: Json, assignment_id: int) -> BoltResponse:
        """Drawn from what is stored then, so that of two quick clicks the last picture shows both."""
        self._w.answers.redraw(_key(assignment_id), Place.of(body), lambda: self._draw(assignment_id))
        return ack()

    def _refused(
        self, ack: Ack, body: Json, assignment_id: int, error: IQSError, interaction: Interaction
    ) -> BoltResponse:
        """Says why, and shows how the assignment stands: an old message may show another state."""
        self._w.errors.tell(body, error, interaction)
        if isinstance(error, TooLate | Repeated) and body.get("response_url"):
            return self._redrawn(ack, body, assignment_id)
        return ack()

    def _view_redrawn(self, ack: Ack, body: Json, card: Card, page: int) -> BoltResponse:
        """The modal again, and its message behind it."""
        view, number = body["view"], card.assignment.id
        self._w.answers.redraw_view(
            view,
            lambda: window.redrawn(view, reviewing.card_of_notice(self._w.store, number), page=page),
        )
        self._w.answers.later("redraw the scorecard", lambda: self.redraw_posted(number))
        return ack()

    def redraw_posted(self, assignment_id: int) -> None:
        """The scorecard message, found where its Notice was posted."""
        place = delivering.posted(self._w.store, scorecard_key(assignment_id))
        if place is not None:
            at = Place(channel=place[0], ts=place[1])
            self._w.answers.redraw(_key(assignment_id), at, lambda: self._draw(assignment_id))


def _key(assignment_id: int) -> str:
    return f"scorecard:{assignment_id}"
