"""The named crash points: where a process kills itself, before or after one function runs.

The product has no hooks for this. A child wraps these functions by name when it starts; a name that is no
longer there ends the run, so that a point is never lost in silence.
"""

import functools
import importlib
import os
import random
import signal
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing import RawArray
from typing import Any

BEFORE, AFTER = "before", "after"


@dataclass(frozen=True)
class Point:
    """Before or after `function` of `module` or `module:class`, where `if_` says yes to its arguments and result."""

    name: str
    when: str
    module: str
    function: str
    if_: Callable[[tuple[Any, ...], dict[str, Any], Any], bool] = lambda _arguments, _named, _result: True

    @property
    def owner(self) -> Any:
        """The module, or the class in it."""
        module, _, inner = self.module.partition(":")
        found = importlib.import_module(module)
        return getattr(found, inner) if inner else found


def _something(_arguments: tuple[Any, ...], _named: dict[str, Any], result: Any) -> bool:
    return bool(result)


def _a_post(arguments: tuple[Any, ...], _named: dict[str, Any], _result: Any) -> bool:
    return bool(arguments[0].full_url.endswith("chat.postMessage"))


def _several(arguments: tuple[Any, ...], _named: dict[str, Any], _result: Any) -> bool:
    return len(arguments[1]) > 1


REVIEWING, DELIVERING = "iqs.services.reviewing", "iqs.services.delivering"
ROWS = "iqs.storage.repositories"
CLIENT = "slack_sdk.web.client:WebClient"

POINTS = (
    Point("inside a draw, nothing handed out yet", AFTER, f"{ROWS}.assignments", "add_draw"),
    Point("inside a draw, between two assignments", AFTER, f"{ROWS}.assignments", "add"),
    Point("a period recorded, nothing done for it yet", AFTER, f"{ROWS}.schedules", "record", _something),
    Point("drawn, not committed", AFTER, "iqs.services.assigning", "draw_within"),
    Point("claimed", AFTER, DELIVERING, "claim", _something),
    Point("before conversations.open", BEFORE, CLIENT, "conversations_open"),
    Point("before the post", BEFORE, CLIENT, "chat_postMessage"),
    Point("Slack stored it, its answer not read", AFTER, "slack_sdk.web.base_client", "urlopen", _a_post),
    Point("the answer read, not settled", BEFORE, DELIVERING, "settle_all"),
    Point("inside the settlement of gathered notices", AFTER, f"{ROWS}.notices", "place", _several),
    Point("settled", AFTER, DELIVERING, "settle_all"),
    Point("a click noted, nothing done for it yet", AFTER, f"{ROWS}.inbox", "take", _something),
    Point("inside a rating", AFTER, f"{ROWS}.reviews", "put_rating"),
    Point("a rating committed, not acked", AFTER, REVIEWING, "rate"),
    Point("inside a submission, scored", AFTER, f"{ROWS}.reviews", "submit"),
    Point("inside a submission, the agent's Notice written", AFTER, f"{ROWS}.notices", "add"),
    Point("a submission committed, not acked", AFTER, REVIEWING, "submit"),
    Point("a doubt looked up, nothing done about it", AFTER, CLIENT, "conversations_history"),
    Point("found not there, to be sent again", AFTER, DELIVERING, "resend"),
    Point("before a sweep", AFTER, DELIVERING, "sweeps", _something),
    Point("a sweep looked, its end not written", BEFORE, DELIVERING, "swept"),
)

TWINS = (
    *POINTS,
    Point("a sweep found the older twin, the younger not deleted", BEFORE, CLIENT, "chat_delete"),
    Point("a sweep deleted the younger twin, its end not written", AFTER, CLIENT, "chat_delete"),
)
"""With messages that land after the quarantine there are twins to be swept."""


class Points:
    """Counters shared by fork: how often each point may still pass before it kills, and how often it did."""

    def __init__(self, points: tuple[Point, ...] = POINTS) -> None:
        self.points = points
        self._armed = RawArray("i", len(points))
        self._hits = RawArray("i", len(points))

    def arm_all(self) -> None:
        """Each point kills whoever comes first."""
        self._armed[:] = [1] * len(self.points)

    def arm_one(self, rng: random.Random) -> None:
        """One point, unless it is armed, kills whoever is among the next eight to come."""
        number = rng.randrange(len(self.points))
        if self._armed[number] <= 0:
            self._armed[number] = rng.randint(1, 8)

    @property
    def hits(self) -> dict[str, int]:
        """How often each point killed a process."""
        return {point.name: self._hits[number] for number, point in enumerate(self.points)}

    def check(self) -> None:
        """Raises AttributeError or ImportError for a function that is no longer there."""
        for point in self.points:
            getattr(point.owner, point.function)

    def plant(self) -> None:
        """For a child: wraps the functions."""
        for number, point in enumerate(self.points):
            function = getattr(point.owner, point.function)
            setattr(point.owner, point.function, self._wrapped(number, point, function))

    def _wrapped(self, number: int, point: Point, function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def through(*arguments: Any, **named: Any) -> Any:
            if point.when == BEFORE and point.if_(arguments, named, None):
                self._pass(number)
            result = function(*arguments, **named)
            if point.when == AFTER and point.if_(arguments, named, result):
                self._pass(number)
            return result

        return through

    def _pass(self, number: int) -> None:
        if self._armed[number] <= 0:
            return
        self._armed[number] -= 1
        if self._armed[number] == 0:
            self._hits[number] += 1
            os.kill(os.getpid(), signal.SIGKILL)
