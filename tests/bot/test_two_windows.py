"""One reviewer, two windows and the message itself, in any order and with any delay of Slack's.

The windows behave as Slack's do, in both ways that its clients are known for: an input keeps what it shows while
its block id stays, either always or only where it was touched. Three rules must hold whatever happens:

- A rating is what was chosen last, wherever that was; nothing but a choice changes it.
- A stored text is replaced only from a window that showed it or told of it, or by one that continues it.
- What is submitted is what the window showed.
"""

import json

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from slack_bolt import BoltRequest
from sqlalchemy import text

from blocks import ids, window
from blocks.ids import ActionId
from bot.sandbox import answers as shapes
from bot.sandbox.views import Views
from iqs.assignments import AssignmentState
from iqs.edits import same
from iqs.reviews import Draft, Rating
from iqs.services import enrolling, reviewing

RATED = ("solution", "process")
TEXTS = ("", "one", "one and more", "two")


class Parts:
    """What the machine plays with; made once, emptied before each run."""

    def __init__(self, app, payloads, store, number):
        self.app, self.payloads, self.store, self.number = app, payloads, store, number
        self.rita = enrolling.identify(store, "U0RITA")
        self.opened, self.redraws = [], []
        app.answers.open = lambda body, view, **_: self.opened.append(view)
        app.answers.redraw_view = lambda view, draw: self.redraws.append((view["id"], draw))
        with app.store.write():
            pass
        raw = app.store._groups._connection.connection.dbapi_connection
        raw.execute("PRAGMA synchronous=OFF")  # thousands of clicks, and none has to survive a power cut
        app.answers.redraw = app.answers.publish = app.answers.later = lambda *_: None

    def empty(self):
        with self.store.write() as tx:
            for table in ("rating", "review", "inbox"):
                tx.execute(text(f"DELETE FROM {table}"))
            tx.execute(text("DELETE FROM notice WHERE kind = 'feedback'"))
            tx.execute(text("UPDATE assignment SET state = 'open'"))
        self.opened.clear()
        self.redraws.clear()

    def send(self, body):
        answer = self.app.bolt.dispatch(BoltRequest(body=json.loads(json.dumps(body)), mode="socket_mode"))
        assert answer.status == 200
        return json.loads(answer.body) if answer.body else None

    def click(self, action, *, block="b", value=None):
        body = self.payloads.click(
            "U0RITA", str(action), self.number if value is None else value, block=block
        )
        return self.send(body | {"response_url": "https://example.com/hook"})

    @property
    def card(self):
        return reviewing.card_of_notice(self.store, self.number)


class TwoWindows(RuleBasedStateMachine):
    parts: Parts

    @initialize(keeps_all=st.booleans())
    def begin(self, keeps_all):
        self.keeps_all = keeps_all
        self.parts.empty()
        self.views = Views()
        self.open = []
        self.known = {}
        self.chosen = {}
        rated = {category.key: Rating(2) for category in self.parts.card.scorecard.categories}
        reviewing.save(
            self.parts.store, self.parts.rita, self.parts.number, Draft(rated), now=self.parts.app.now()
        )
        self.chosen = dict.fromkeys(rated, 2)

    def press(self, category, value):
        self.parts.click(ids.rate_action(value), block=ids.rating_block(category))
        self.chosen[category] = value

    # The message

    @precondition(lambda self: self.is_open)
    @rule(category=st.sampled_from(RATED), value=st.integers(1, 3))
    def click_in_the_message(self, category, value):
        self.press(category, value)

    @rule()
    def undo(self):
        self.parts.click(ActionId.UNDO)

    @precondition(lambda self: self.is_open)
    @rule()
    def submit_in_the_message(self):
        self.parts.click(ActionId.SUBMIT)
        assert self.parts.card.assignment.state is AssignmentState.SUBMITTED

    # A window

    @precondition(lambda self: self.is_open and len(self.open) < 2)
    @rule()
    def open_a_window(self):
        self.parts.click(ActionId.READ)
        view = self.views.open(f"device {len(self.open)}-{len(self.known)}", self.parts.opened.pop())
        self.open.append(view)
        self.known[view.id] = set()
        self.learn(view)

    def learn(self, view):
        """What this window showed or told of the comment, by now."""
        [comment] = [b for b in view.blocks if b["block_id"].rpartition("~")[2] == ids.COMMENT_BLOCK]
        self.known[view.id].add(comment["element"].get("initial_value", ""))
        notice = [b for b in view.blocks if b["block_id"] == window.NOTICE]
        self.known[view.id] |= {
            each for each in TEXTS if f"“{each}” there" in json.dumps(notice, ensure_ascii=False)
        }
        if "nothing there" in json.dumps(notice) or "now nothing" in json.dumps(notice):
            self.known[view.id].add("")

    def redraw(self, view, content):
        if self.keeps_all:
            view.given = shapes.state_values(view.blocks, view.given)
        self.views.redraw(view, content)
        self.learn(view)

    def enter(self, view, block, action, value):
        shown = next(b for b in view.blocks if b["block_id"].rpartition("~")[2] == block)
        state = shapes.answer(shown["element"], value)
        view.given.setdefault(shown["block_id"], {})[str(action)] = state
        return shown["block_id"], state

    def act(self, view, action, block, **more):
        before = self.comment
        self.parts.send(
            {
                "type": "block_actions",
                "team": {"id": self.parts.payloads.team},
                "user": self.parts.payloads.user("U0RITA"),
                "trigger_id": self.parts.payloads.trigger(),
                "container": {"type": "view", "view_id": view.id},
                "view": view.as_slack(),
                "actions": [{"action_id": str(action), "block_id": block, **more}],
            }
        )
        self.replaced(view, before)

    def replaced(self, view, before):
        """A stored comment went only if the window knew it, or goes on with it."""
        after = self.comment
        if not same(before, after):
            assert before in self.known[view.id] or after.startswith(before), (before, after)
            self.known[view.id].add(after)

    some_window = st.integers(0, 1)

    def one(self, number):
        return self.open[number % len(self.open)]

    @precondition(lambda self: self.open and self.is_open)
    @rule(number=some_window, category=st.sampled_from(RATED), value=st.integers(1, 3))
    def choose(self, number, category, value):
        view = self.one(number)
        block, state = self.enter(view, ids.rating_block(category), ActionId.REVIEW_RATING, str(value))
        self.act(view, ActionId.REVIEW_RATING, block, **state)
        self.chosen[category] = value

    @precondition(lambda self: self.open)
    @rule(number=some_window, words=st.sampled_from(TEXTS))
    def type_a_comment(self, number, words):
        self.enter(self.one(number), ids.COMMENT_BLOCK, ActionId.REVIEW_COMMENT, words)

    @precondition(lambda self: self.open and self.is_open)
    @rule(number=some_window)
    def save_the_draft(self, number):
        self.act(self.one(number), ActionId.REVIEW_SAVE, "review.save", type="button", value="1")

    @precondition(lambda self: self.open)
    @rule(number=some_window, arrives=st.booleans())
    def slack_draws(self, number, arrives):
        """The newest drawing of a window comes through, or is lost."""
        view = self.one(number)
        waiting = [draw for view_id, draw in self.parts.redraws if view_id == view.id]
        self.parts.redraws[:] = [each for each in self.parts.redraws if each[0] != view.id]
        if waiting and arrives:
            self.redraw(view, waiting[-1]())

    @precondition(lambda self: self.open)
    @rule(number=some_window)
    def submit(self, number):
        view, was_open, before = self.one(number), self.is_open, self.comment
        shown = self.shown(view)
        typed = shown["comment"]
        answer = self.parts.send(self.parts.payloads.submission("U0RITA", view.as_slack()))
        if answer is None:
            self.open.remove(view)
            self.parts.redraws[:] = [each for each in self.parts.redraws if each[0] != view.id]
            assert was_open
            self.replaced(view, before)
            card = self.parts.card
            assert card.assignment.state is AssignmentState.SUBMITTED
            assert same(card.draft.comment, typed)
            assert {key: each.value for key, each in card.draft.ratings.items()} == shown["ratings"]
        else:
            assert answer["response_action"] == "update"
            assert self.comment == before
            self.redraw(view, answer["view"])
            assert same(self.shown(view)["comment"], typed) or not was_open or typed in self.known[view.id]
            assert any(block["block_id"] == window.NOTICE for block in view.blocks)

    def shown(self, view):
        """What stands in a window for everybody to see."""
        _, edit = window.read(view.as_slack())
        return {
            "comment": edit.entered.comment,
            "ratings": {key: each.value for key, each in edit.entered.ratings.items()},
        }

    @property
    def comment(self):
        return self.parts.card.draft.comment

    @property
    def is_open(self):
        return self.parts.card.assignment.state is AssignmentState.OPEN

    @invariant()
    def a_rating_is_what_was_chosen_last(self):
        if hasattr(self, "chosen"):
            stored = {key: each.value for key, each in self.parts.card.draft.ratings.items()}
            assert stored == self.chosen


@pytest.fixture
def parts(app, payloads, programme, open_for):
    return Parts(app, payloads, programme, open_for("U0RITA")[0])


@pytest.mark.parametrize(
    "examples", [8, pytest.param(600, marks=[pytest.mark.long, pytest.mark.timeout(3600)])]
)
def test_nothing_is_lost_silently_between_two_windows(parts, examples):
    """The three rules hold for whatever a person with two devices does."""
    machine = type("Machine", (TwoWindows,), {"parts": parts})
    slow = settings(
        max_examples=examples,
        stateful_step_count=18,
        deadline=None,
        database=None,
        phases=[Phase.generate],  # the first failing run is short enough to read; shrinking it takes minutes
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(machine, settings=slow)
