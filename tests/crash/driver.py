"""The reviewers: they click in Slack, press again when Slack says it did not work, and write down every ack.

A click counts as acked when the app's 200 came back within Slack's three seconds. The notes survive in a file,
one line a click, in the order of the clicks of each assignment.
"""

import json
import random
import threading
import time
from pathlib import Path
from typing import Any

import httpx

from blocks import ids
from blocks.ids import ActionId
from bot.sandbox import Driver
from bot.sandbox.checks.surface import elements_of, walk
from tests.crash import programme

AGAIN = 0.1  # seconds before a person presses again
SECOND_THOUGHTS = 0.2  # the share of ratings that are changed at once


class Reviewer:
    """One person; `note` writes down what came of a click."""

    def __init__(self, url: str, user_id: str, seed: int, note: Any) -> None:
        self._slack = Driver(url, user_id)
        self._dm = self._slack.dm_id()
        self._rng = random.Random(f"{seed}{user_id}")
        self._note = note
        self._done: dict[int, set[str]] = {}  # assignment → what was acked; "submit" among it
        self._after = ""

    def work(self) -> None:
        """Looks into the direct message and presses what is still to be pressed, for ever."""
        while True:
            try:
                busy = self._look()
            except (httpx.HTTPError, LookupError):  # a message was redrawn or deleted under our hands
                busy = False
            if not busy:
                time.sleep(AGAIN)

    def _look(self) -> bool:
        messages = self._slack.messages(self._dm, after=self._after)
        busy = False
        for message in messages:
            assignment, complete = _shown(message)
            if assignment is None:  # submitted, or no scorecard
                if not busy:
                    self._after = message["ts"]
                continue
            busy = True
            done = self._done.setdefault(assignment, set())
            missing = [key for key in programme.VALUES if key not in done]
            if complete and not missing:
                self._submit(message, assignment)
            else:  # all is rated, yet the picture does not show it: pressing again redraws it
                self._rate(message, assignment, self._rng.choice(missing or list(programme.VALUES)))
        return busy

    def _rate(self, message: dict[str, Any], assignment: int, category: str) -> None:
        value = self._rng.randint(1, programme.VALUES[category])
        outcome = self._slack.click(message, ids.rate_action(value), ids.rating_block(category))
        self._note({"assignment": assignment, "category": category, "value": value, "acked": outcome.ok})
        if not outcome.ok:
            time.sleep(AGAIN)
        elif self._rng.random() >= SECOND_THOUGHTS:
            self._done[assignment].add(category)

    def _submit(self, message: dict[str, Any], assignment: int) -> None:
        outcome = self._slack.click(message, ActionId.SUBMIT)
        self._note({"assignment": assignment, "category": "submit", "value": None, "acked": outcome.ok})
        time.sleep(AGAIN)  # until the message is redrawn


def _shown(message: dict[str, Any]) -> tuple[int | None, bool]:
    """The assignment that a message lets its reviewer rate, and whether it offers to submit."""
    assignment, complete = None, False
    for block, _ in walk(message["blocks"] or []):
        for element in elements_of(block):
            if ids.RATE.fullmatch(element["action_id"]):
                assignment = int(element["value"])
            complete = complete or element["action_id"] == ActionId.SUBMIT
    return assignment, complete


def live(url: str, seed: int, notes: Path) -> None:
    """Runs in the forked process until it is ended."""
    lock = threading.Lock()
    with notes.open("a", encoding="utf-8") as file:

        def note(line: dict[str, Any]) -> None:
            with lock:
                file.write(json.dumps(line) + "\n")
                file.flush()

        threads = [
            threading.Thread(target=Reviewer(url, id_, seed, note).work, daemon=True)
            for id_ in programme.REVIEWERS
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
