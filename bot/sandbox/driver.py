"""A person of the sandbox, driven over the same HTTP API that the page uses."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import httpx

from bot.sandbox.checks.surface import elements_of, walk

Result = TypeVar("Result")
POLL_SECONDS = 0.02


@dataclass(frozen=True)
class Outcome:
    """What came of an act: whether it worked, what Slack told the person, how long the ack took."""

    ok: bool
    error: str = ""
    message: str = ""
    ack_ms: int = 0
    response_action: str = ""
    errors: dict[str, str] = field(default_factory=dict)
    details: list[str] = field(default_factory=list)
    ephemerals: list[dict[str, Any]] = field(default_factory=list)


class Driver:
    """Does what one person would do and sees what they would see; httpx.HTTPError when nobody listens.

    `patience` is how many seconds it waits for what should happen; a busy machine may be given more.
    """

    patience = 10.0

    def __init__(self, base_url: str, user_id: str) -> None:
        """Drive `user_id` in the sandbox at `base_url`."""
        self.user_id = user_id
        self._http = httpx.Client(base_url=base_url, timeout=self.patience + 5, trust_env=False)
        self._filled: dict[str, dict[str, dict[str, Any]]] = {}  # view → block → action

    def state(self) -> dict[str, Any]:
        """The answer of /sandbox/state."""
        return self._get("state")

    def dm_id(self) -> str:
        """The id of the direct message with the app."""
        return next(str(c["id"]) for c in self.state()["channels"] if c["kind"] == "im")

    def messages(
        self, channel_id: str, thread_ts: str | None = None, *, after: str = ""
    ) -> list[dict[str, Any]]:
        """What stands in a conversation (or thread) later than `after`, oldest first; reading marks it read."""
        query = {"channel": channel_id, "after": after} | ({"thread_ts": thread_ts} if thread_ts else {})
        messages: list[dict[str, Any]] = [
            {**m, "channel": channel_id} for m in self._get("messages", **query)["messages"]
        ]
        return messages

    def dm(self) -> list[dict[str, Any]]:
        """What stands in the direct message with the app, oldest first."""
        return self.messages(self.dm_id())

    def say(self, text: str, channel: str | None = None, thread_ts: str | None = None) -> Outcome:
        """Write a message (to the app, if no channel is given)."""
        return self._act("say", channel=channel or self.dm_id(), text=text, thread_ts=thread_ts)

    def command(self, text: str, channel: str | None = None, wait: float = 2.0) -> Outcome:
        """Type a slash command; waits up to `wait` seconds for an answer that comes after the ack."""
        where = channel or self.dm_id()
        before = {m["ts"] for m in self.messages(where)}
        outcome = self._act("command", channel=where, text=text)

        def arrived() -> list[dict[str, Any]]:
            return [m for m in self.messages(where) if m["ephemeral"] and m["ts"] not in before]

        deadline = time.monotonic() + wait
        found = arrived()
        while outcome.ok and not found and not self.views() and time.monotonic() < deadline:
            time.sleep(POLL_SECONDS)
            found = arrived()
        return Outcome(**{**vars(outcome), "ephemerals": found})

    def click(
        self, message: dict[str, Any], action_id: str, block_id: str | None = None, value: Any = None
    ) -> Outcome:
        """Press or choose an element of a message; `value` is the option for selects and overflows.

        Raises LookupError when the message has no such element.
        """
        block = self._find(message["blocks"], action_id, block_id)
        container = {"type": "message", "channel": message["channel"], "ts": message["ts"]}
        return self._act("action", container=container, block_id=block, action_id=action_id, value=value)

    def views(self) -> list[dict[str, Any]]:
        """The open modals, the top one last."""
        stack: list[dict[str, Any]] = self._get("views")["stack"]
        return stack

    @property
    def view(self) -> dict[str, Any] | None:
        """The modal on top, or None."""
        return next(iter(self.views()[::-1]), None)

    def fill(self, block_id: str, action_id: str, value: Any) -> None:
        """Type or choose a plain value in the top modal; it is sent with the next act or submission."""
        view = self._top()
        self._find(view["blocks"], action_id, block_id)
        self._filled.setdefault(view["id"], {}).setdefault(block_id, {})[action_id] = value

    def act_in_view(
        self,
        action_id: str,
        block_id: str | None = None,
        value: Any = None,
        view: dict[str, Any] | None = None,
    ) -> Outcome:
        """Press or choose an element of the top modal, or of `view` (such as the Home tab)."""
        view = view or self._top()
        block = self._find(view["blocks"], action_id, block_id)
        return self._act(
            "action",
            container={"type": "view", "view_id": view["id"]},
            block_id=block,
            action_id=action_id,
            value=value,
            state=self._filled.get(view["id"], {}),
        )

    def submit(self) -> Outcome:
        """Submit the top modal with what was filled in."""
        view = self._top()
        return self._act("submit", view_id=view["id"], state=self._filled.get(view["id"], {}))

    def close(self, *, everything: bool = False) -> Outcome:
        """Cancel the top modal, or all of them."""
        return self._act("close", view_id=self._top()["id"], all=everything)

    def home(self, wait: float = 2.0) -> dict[str, Any] | None:
        """Open the app's Home; waits up to `wait` seconds for the app to publish it and returns the view."""
        before = self._get("home")["view"]
        outcome = self._act("home")
        deadline = time.monotonic() + wait
        view: dict[str, Any] | None = self._get("home")["view"]
        while outcome.ok and view == before and time.monotonic() < deadline:
            time.sleep(POLL_SECONDS)
            view = self._get("home")["view"]
        return view

    def reload(self) -> None:
        """Reload Slack: ephemeral messages vanish."""
        self._post("reload", {"as": self.user_id})

    def move_clock(self, to: str) -> None:
        """Move the workspace's clock forward, read in this person's zone; raises ValueError for odd words."""
        answer = self._post("clock", {"as": self.user_id, "to": to})
        if not answer["ok"]:
            raise ValueError(answer["message"])

    def wait_for(self, predicate: Callable[[], Result], timeout: float | None = None) -> Result:
        """What `predicate` returns as soon as it is true; TimeoutError after `timeout` seconds (`patience`)."""
        timeout = self.patience if timeout is None else timeout
        deadline = time.monotonic() + timeout
        while True:
            result = predicate()
            if result:
                return result
            if time.monotonic() > deadline:
                raise TimeoutError(f"Waited {timeout:g} seconds in vain.")
            time.sleep(POLL_SECONDS)

    def _top(self) -> dict[str, Any]:
        view = self.view
        if view is None:
            raise LookupError("No modal is open.")
        return view

    def _find(self, blocks: list[dict[str, Any]], action_id: str, block_id: str | None) -> str:
        offered = []
        for block, _ in walk(blocks):
            for element in elements_of(block):
                if element["action_id"] == action_id and block_id in (None, block["block_id"]):
                    return str(block["block_id"])
                offered.append(f"{block['block_id']}/{element['action_id']}")
        raise LookupError(
            f"There is no {block_id or '*'}/{action_id}. There are: {', '.join(offered) or 'none'}."
        )

    def _act(self, kind: str, **what: Any) -> Outcome:
        answer = self._post("act", {"as": self.user_id, "kind": kind, **what})
        known = Outcome.__dataclass_fields__
        return Outcome(**{name: value for name, value in answer.items() if name in known})

    def _get(self, what: str, **query: str) -> dict[str, Any]:
        response = self._http.get(f"/sandbox/{what}", params={"as": self.user_id, **query})
        answer: dict[str, Any] = response.json()
        if response.is_error:
            raise LookupError(f"{what}: {answer['error']}")
        return answer

    def _post(self, what: str, body: dict[str, Any]) -> dict[str, Any]:
        answer: dict[str, Any] = self._http.post(f"/sandbox/{what}", json=body).json()
        return answer
