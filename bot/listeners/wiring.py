"""What every listener is given: the store, the time, and the ways to answer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from blocks import ids
from bot.answers import Answers
from bot.errors import Errors
from iqs.storage.store import Store


@dataclass(frozen=True, slots=True)
class Wiring:
    """The parts that listeners use. `now` is the programme's time; `wake` lets the sender look at once.

    `fetch` brings a conversation's text from its helpdesk.
    """

    store: Store
    answers: Answers
    errors: Errors
    now: Callable[[], datetime]
    excerpts: bool
    wake: Callable[[], None]
    user_changed: Callable[[Mapping[str, Any]], None]
    fetch: Callable[[int], None] | None = None


def in_modal(body: Mapping[str, Any]) -> bool:
    """Whether the click was in an open modal, so that another window goes on top of it."""
    return (body.get("view") or {}).get("type") == "modal"


def view_of(body: Mapping[str, Any]) -> dict[str, Any]:
    """The window or Home that was clicked in; Invalid where there is none, as none of our own buttons sends that."""
    view = body.get("view")
    if not isinstance(view, dict):
        raise ids.unreadable()
    return view
