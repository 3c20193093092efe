"""`iqs demo --tour`: one review's whole way, from the draw to the digest, driven from outside over HTTP.

Each step does what a person would do in Slack and says what Slack shows them; the first that is not as it
should be ends the tour.
"""

import logging
import re
from collections.abc import Callable
from time import monotonic
from typing import Any, TypeVar

import click
import httpx

from blocks import ids
from blocks.ids import ActionId
from blocks.scorecard import Choice
from bot.demo import cast, seen, world
from bot.demo.stage import Stage, living_team
from bot.sandbox import Driver, Outcome
from iqs.assignments import SkipReason

Json = dict[str, Any]
Result = TypeVar("Result")

COMMENT = (
    "Friendly to the end, thank you. The Two takes 18.5 g where the One took 16: see the launch sheet, page 2. "
    "Shall we go through it together?"
)
CAUSE = "Feature not known"
PATIENCE = 8.0
"""Seconds in which whatever follows a click must be seen."""


class BrokenError(Exception):
    """Slack showed something else than it should; the message says what."""


def tour(say: Callable[[str], object] = click.echo) -> int:
    """Leads through the demo without a browser; returns 0, or 1 after saying what broke."""
    logging.basicConfig(level=logging.ERROR, format="%(levelname)s %(name)s: %(message)s")
    began = monotonic()
    try:
        with living_team(tell=say) as stage:
            say(f"The workspace listens at {stage.sandbox.url}; ready after {monotonic() - began:.1f} s.\n")
            guide = Guide(stage, say)
            guide.review()
            guide.skip()
            guide.feedback()
            guide.lead()
            guide.outsiders()
    except (BrokenError, LookupError, TimeoutError, httpx.HTTPError) as error:
        say(f"\n✗ The tour broke: {error}")
        return 1
    say(f"\nEverything is as it should be. {guide.steps} steps, {monotonic() - began:.1f} s in all.")
    return 0


class Guide:
    """Walks through the stage. The reviewer is Rosa; whom she reviews, the draw has decided."""

    def __init__(self, stage: Stage, say: Callable[[str], object]) -> None:
        self.steps = 0
        self._stage = stage
        self._say = say
        self._rosa = stage.driver(cast.ROSA)
        self._agent = cast.AMIR

    # The reviewer

    def review(self) -> None:
        """The scorecard: clicked, read, submitted with a gap, completed, taken back, submitted again."""
        card = self._wait("Rosa's scorecard", lambda: _first_open(self._rosa))
        name = seen.words(card["blocks"][0]).removeprefix("Scorecard: ")
        self._agent = next(each for each in cast.AGENTS if each.name == name)
        self._told("Rosa finds a scorecard in her messages", card["blocks"])
        self._rate(card["ts"])
        self._read(card["ts"])
        self._take_back(card["ts"])

    def _rate(self, ts: str) -> None:
        for number, (category, value) in enumerate((("solution", 3), ("tone_and_empathy", 4)), start=1):
            outcome = self._click(ts, ids.rate_action(value), ids.rating_block(category))
            expected = f"{number} of 5 rated"
            self._wait(f"“{expected}”", lambda said=expected: said in seen.words(self._card(ts)))  # type: ignore[misc]  # mypy cannot see the default
        self._told("She clicks two ratings; each is saved", _progress(self._card(ts)), outcome)

    def _read(self, ts: str) -> None:
        outcome = self._click(ts, ActionId.READ)
        view = self._wait("the conversation's window", lambda: self._rosa.view)
        if "Your rating" not in seen.words(view["blocks"]):
            raise BrokenError(f"the window shows {seen.line(view['blocks'])} and no ratings")
        self._told("She opens Read conversation", view["blocks"], outcome)
        outcome = self._choose("product_knowledge", 2)
        causes = ids.causes_block("product_knowledge")
        self._wait("root causes to pick", lambda: _block(self._rosa.view, causes))
        offered = _block(self._rosa.view, causes)["element"]["options"]
        cause = next(each for each in offered if seen.words(each["text"]) == CAUSE)
        self._rosa.fill(causes, ActionId.REVIEW_CAUSES, [cause["value"]])
        self._rosa.fill(ids.COMMENT_BLOCK, ActionId.REVIEW_COMMENT, COMMENT)
        self._told(f"She rates Product knowledge 2, picks “{CAUSE}”, writes a comment",
                   _block(self._rosa.view, causes), outcome)  # fmt: skip
        self._choose("process", 3)
        outcome = self._rosa.submit()
        if outcome.ok or list(outcome.errors) != [ids.rating_block("grammar")]:
            raise BrokenError(f"a review without Grammar was answered {outcome}")
        self._say_step(
            "She submits, but Grammar is missing", f"“{outcome.errors[ids.rating_block('grammar')]}”"
        )
        self._choose("grammar", 3)
        self._submit(ts, "She rates Grammar too and submits; the message folds")

    def _take_back(self, ts: str) -> None:
        outcome = self._click(ts, ActionId.UNDO)
        self._wait("the review taken back", lambda: "You took this review back" in seen.words(self._card(ts)))
        self._told(
            "She presses Undo: it is a draft again, nothing is lost", _progress(self._card(ts)), outcome
        )
        outcome = self._click(ts, ActionId.SUBMIT)
        self._wait("the score", lambda: "Scored" in seen.words(self._card(ts)))
        self._checked(outcome)
        outcome = self._click(ts, ActionId.EDIT)
        self._wait("the form", lambda: self._rosa.view)
        self._checked(outcome)
        self._choose("solution", 4)
        self._submit(ts, "She presses Edit, raises Solution to 4 and submits again")

    def _choose(self, category: str, value: int) -> Outcome:
        outcome = self._rosa.act_in_view(
            ActionId.REVIEW_RATING, ids.rating_block(category), ids.rating_value(value)
        )
        self._checked(outcome)
        note = ids.note_block(category)
        self._wait(f"the note of {category}", lambda: _block(self._rosa.view, note))
        return outcome

    def _submit(self, ts: str, what: str) -> None:
        outcome = self._rosa.submit()
        self._checked(outcome)
        self._wait("the window to close", lambda: self._rosa.view is None)
        self._wait("the score", lambda: "Scored" in seen.words(self._card(ts)))
        self._told(what, self._card(ts), outcome)

    def skip(self) -> None:
        """She skips another one with a reason, and the next of the same random order comes in its place."""
        store = self._stage.app.store

        def another() -> Json | None:
            return next(
                (c for c in _open_cards(self._rosa)[::-1] if world.has_more(store, _assignment(c))), None
            )

        card = self._wait("a scorecard to skip", another)
        ts = card["ts"]
        self._choose_in_menu(ts, Choice.SKIP)
        self._wait("the window that asks for a reason", lambda: self._rosa.view)
        self._rosa.fill(ids.SKIP_BLOCK, ActionId.SKIP_REASON, SkipReason.NOT_ENOUGH.value)
        outcome = self._rosa.submit()
        self._checked(outcome)
        self._wait("why it was skipped", lambda: "Here comes the next one" in seen.words(self._card(ts)))
        self._told("She skips one with a reason; the message says so", self._card(ts), outcome)
        whose = seen.words(card["blocks"][0])

        def next_of_the_agent() -> Json | None:
            same = [each for each in _open_cards(self._rosa) if seen.words(each["blocks"][0]) == whose]
            return next((each for each in same if each["ts"] != ts), None)

        self._told(
            "The next one of the same agent is there", self._wait("the next", next_of_the_agent)["blocks"]
        )

    # The agent

    def feedback(self) -> None:
        """Ten minutes later the agent reads it, asks why it was chosen, acknowledges it, looks at their figures."""
        agent, name = self._stage.driver(self._agent), self._agent.first_name
        before = {message["ts"] for message in agent.dm()}
        if any(COMMENT in seen.words(message["blocks"]) for message in agent.dm()):
            raise BrokenError("the agent was told before the undo window had passed")
        self._rosa.move_clock("+10m")

        def told() -> Json | None:
            new = [message for message in agent.dm() if message["ts"] not in before]
            return next((each for each in new if COMMENT in seen.words(each["blocks"])), None)

        message = self._wait("the feedback", told)
        self._told(f"The clock moves 10 minutes; {name} gets the feedback", message["blocks"])
        outcome = agent.click(message, ActionId.WHY_REVIEW)
        why = self._whispered(agent, "Checked just now")
        if "came to the same" not in seen.words(why["blocks"]):
            raise BrokenError(f"{name} reads {seen.line(why['blocks'])}")
        self._told(f"{name} asks “Why this conversation?”", why["blocks"], outcome)
        outcome = agent.click(message, ActionId.ACKNOWLEDGE)

        def thanked() -> list[Json] | None:
            now = next(each for each in agent.dm() if each["ts"] == message["ts"])
            return [each for each in now["blocks"] if "You acknowledged this" in seen.words(each)]

        self._told(f"{name} acknowledges it", self._wait("the acknowledgement", thanked), outcome)
        self._command(agent, "/iqs me", f"{name} types /iqs me", "By category")
        home = agent.home(wait=PATIENCE)
        if home is None or "How your work was seen" not in seen.words(home["blocks"]):
            raise BrokenError(f"{name}'s Home shows {seen.line(home and home['blocks'])}")
        self._told(f"{name} opens the Home tab", home["blocks"])

    # The lead, and everybody else

    def lead(self) -> None:
        """The lead has the draw run again, asks for the team, and at nine the digest stands in the channel."""
        leila = self._stage.driver(cast.LEILA)
        draw = self._command(leila, "/iqs draw", "Leila, the lead, types /iqs draw", "Drawn from")
        outcome = leila.click(draw, ActionId.DRAW_VERIFY)
        found = self._whispered(leila, "run again")
        if not seen.words(found["blocks"]).startswith("✓"):
            raise BrokenError(f"the draw does not hold: {seen.line(found['blocks'])}")
        self._told("She presses Verify", found["blocks"], outcome)
        self._command(leila, "/iqs team", "She types /iqs team", "Agents, by name")
        before = len(leila.messages(cast.CHANNEL))
        leila.move_clock("monday 09:00")
        self._wait("the digest", lambda: len(leila.messages(cast.CHANNEL)) > before)
        digest = leila.messages(cast.CHANNEL)[-1]["blocks"]
        charts = [block["chart"]["type"] for block in seen.blocks_of(digest, "data_visualization")]
        if charts != ["line", "bar"] or not seen.blocks_of(digest, "data_table"):
            raise BrokenError(f"the digest has the charts {charts or 'none'}")
        self._told("The clock moves to Monday 09:00; the digest stands in #support-quality, with two charts",
                   digest)  # fmt: skip

    def outsiders(self) -> None:
        """Who is not in the programme gets a kind word and nothing else."""
        for member, who in ((cast.SAM, "Sam from Sales"), (cast.GINA, "Gina, a guest,")):
            self._command(self._stage.driver(member), "/iqs team", f"{who} types /iqs team", "I do not know you yet",
                          channel="C0GENERAL")  # fmt: skip

    # How a step is taken

    def _command(
        self, driver: Driver, text: str, what: str, expected: str, channel: str | None = None
    ) -> Json:
        """Types a command; returns the message that answers it, which says what is expected."""
        outcome = driver.command(text, channel, wait=PATIENCE)
        self._checked(outcome)
        shown = [message["blocks"] or message["text"] for message in outcome.ephemerals]
        if len(shown) != 1 or expected not in seen.words(shown):
            raise BrokenError(f"{text} was answered {seen.line(shown)}; “{expected}” is missing")
        self._told(what, shown[0], outcome)
        return outcome.ephemerals[0]

    def _whispered(self, driver: Driver, words: str) -> Json:
        """The newest message that only this person sees and that says this."""

        def said() -> Json | None:
            only = [each for each in driver.dm() if each["ephemeral"]]
            return next((each for each in only[::-1] if words in seen.words(each["blocks"] or "")), None)

        return self._wait(f"“{words}”", said)

    def _choose_in_menu(self, ts: str, choice: Choice) -> None:
        message = next(each for each in self._rosa.dm() if each["ts"] == ts)
        actions = next(each for each in message["blocks"] if each.get("block_id") == "scorecard.actions")
        menu = next(each for each in actions["elements"] if each["action_id"] == ActionId.MENU)
        value = next(each["value"] for each in menu["options"] if each["value"].startswith(f"{choice}:"))
        self._checked(self._rosa.click(message, ActionId.MENU, value=value))

    def _click(self, ts: str, action_id: str, block_id: str | None = None) -> Outcome:
        message = next(each for each in self._rosa.dm() if each["ts"] == ts)
        outcome = self._rosa.click(message, action_id, block_id)
        self._checked(outcome)
        return outcome

    def _card(self, ts: str) -> list[Json]:
        blocks: list[Json] = next(each["blocks"] for each in self._rosa.dm() if each["ts"] == ts)
        return blocks

    def _wait(self, what: str, look: Callable[[], Result | None]) -> Result:
        try:
            return self._rosa.wait_for(look, timeout=PATIENCE)  # type: ignore[return-value]  # it is true, so not None
        except TimeoutError:
            raise BrokenError(f"{what} did not appear within {PATIENCE:g} seconds") from None

    def _checked(self, outcome: Outcome) -> None:
        if not outcome.ok:
            raise BrokenError(
                f"Slack says: {outcome.message or outcome.error} {outcome.errors or ''}".rstrip()
            )

    def _told(self, what: str, shown: Any, outcome: Outcome | None = None) -> None:
        if outcome is not None:
            self._checked(outcome)
            what += f" (ack {outcome.ack_ms} ms)"
        self._say_step(what, seen.line(shown))

    def _say_step(self, what: str, shown: str) -> None:
        self.steps += 1
        self._say(f"✓ {self.steps:2} {what}\n     {shown}")


def _open_cards(reviewer: Driver) -> list[Json]:
    """The scorecards that wait, the oldest first."""
    return [each for each in reviewer.dm() if seen.words(each["blocks"][:1]).startswith("Scorecard: ")]


def _assignment(card: Json) -> int:
    """The number of a scorecard's assignment, as its buttons name it."""
    actions = next(each for each in card["blocks"] if each.get("block_id") == "scorecard.actions")
    return int(next(each["value"] for each in actions["elements"] if each["action_id"] == ActionId.READ))


def _first_open(reviewer: Driver) -> Json | None:
    """The first scorecard that waits."""
    return next(iter(_open_cards(reviewer)), None)


def _progress(blocks: list[Json]) -> list[Json]:
    return [block for block in blocks if re.search(r"\d of \d rated", seen.words(block))]


def _block(view: Json | None, block_id: str) -> Json:
    """The block with this id, empty (so untrue) while it is not there."""
    blocks = view["blocks"] if view else []
    return next((block for block in blocks if block.get("block_id") == block_id), {})
