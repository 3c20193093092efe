"""What became of each request and how long its answer took, whichever way it came: counts, no contents."""

from collections import Counter
from collections.abc import Callable, Mapping
from enum import StrEnum
from threading import Lock
from time import perf_counter
from typing import Any

from slack_bolt import App, BoltRequest, BoltResponse

Watcher = Callable[["Kind", "Outcome", float], None]
"""Told of each request: its kind, its outcome, and the seconds until its answer was ready to leave."""


class Kind(StrEnum):
    """What a request is."""

    CLICK = "click"
    SUBMISSION = "submission"
    COMMAND = "command"
    EVENT = "event"
    OTHER = "other"


class Outcome(StrEnum):
    """What became of it."""

    DONE = "done"
    REPEATED = "repeated"  # a delivery of something done before: nothing was done
    REFUSED = "refused"  # one of our sentences: not allowed, too late, incomplete
    STRANGER = "stranger"  # nobody of the programme
    UNAVAILABLE = "unavailable"  # the database was out of reach: nothing was saved, and it was said
    FAILED = "failed"  # a fault of ours: a reference was given


class Acks:
    """Counts since the start of the process, and whoever wants to watch each one."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._counts: Counter[tuple[Kind, Outcome]] = Counter()
        self._watchers: list[Watcher] = []

    def watch(self, watcher: Watcher) -> None:
        """Calls `watcher` for each request from now on, in the thread that answered it; it must be quick."""
        self._watchers.append(watcher)

    @property
    def counts(self) -> dict[tuple[Kind, Outcome], int]:
        """How many of which kind ended how."""
        with self._lock:
            return dict(self._counts)

    def note(self, kind: Kind, outcome: Outcome, seconds: float) -> None:
        """Counts one request."""
        with self._lock:
            self._counts[kind, outcome] += 1
        for watcher in self._watchers:
            watcher(kind, outcome, seconds)


class CountingApp(App):
    """Bolt's app; both transports hand their requests to `dispatch`, so that is where they are counted."""

    acks: Acks

    def dispatch(self, req: BoltRequest) -> BoltResponse:
        """Dispatches one request and counts it."""
        began = perf_counter()
        answer = super().dispatch(req)
        interaction = req.context.get("interaction")
        outcome = Outcome.DONE if interaction is None else interaction.outcome
        if outcome is Outcome.DONE and answer.status != 200:
            outcome = Outcome.FAILED
        self.acks.note(kind_of(req.body), outcome, perf_counter() - began)
        return answer


def kind_of(body: Mapping[str, Any]) -> Kind:
    """What a payload is."""
    if "command" in body:
        return Kind.COMMAND
    return {
        "block_actions": Kind.CLICK,
        "view_submission": Kind.SUBMISSION,
        "event_callback": Kind.EVENT,
    }.get(str(body.get("type")), Kind.OTHER)
