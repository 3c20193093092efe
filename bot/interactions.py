"""What one person did once in Slack, however often and by whichever way it is delivered."""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.acks import Outcome
from iqs.services import receiving
from iqs.storage.store import Store

DIGEST = 20  # bytes of a key made from a whole payload


class Interaction:
    """One delivery. `store` is for what it changes: the same interaction again raises `Repeated` there.

    `outcome` is what became of it.
    """

    def __init__(self, store: Store, body: Mapping[str, Any], *, now: datetime) -> None:
        key = key_of(body)
        self.store = store if key is None else receiving.once(store, key, now=now)
        self.outcome = Outcome.DONE

    def note(self) -> None:
        """For one that changes nothing else, such as opening a window; raises `Repeated`."""
        if not self.store.begun:
            with self.store.write():
                pass


def key_of(body: Mapping[str, Any]) -> str | None:
    """The same for each delivery of an interaction, different for each interaction; None for what is neither.

    Slack makes a trigger id for each click, submission and command and an id for each event, and repeats them
    only when it delivers the same one again. Where it sent none, the whole payload is the key.
    """
    kind = "command" if "command" in body else str(body.get("type"))
    if kind == "event_callback":
        return _key("event", body.get("event_id"), body)
    if kind in {"block_actions", "view_submission", "view_closed", "command", "shortcut", "message_action"}:
        return _key(kind, body.get("trigger_id"), body)
    return None


def _key(kind: str, name: Any, body: Mapping[str, Any]) -> str:
    if isinstance(name, str) and name.isascii() and 0 < len(name) <= 90:
        return f"{kind}:{name}"
    whole = json.dumps(body, sort_keys=True, default=str).encode()
    return f"{kind}:whole:{hashlib.blake2b(whole, digest_size=DIGEST).hexdigest()}"
