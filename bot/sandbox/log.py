"""What the app called, for tests and for the page."""

from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from typing import Any

from bot.sandbox.clock import Clock

SECRETS = ("token", "client_secret", "trigger_id", "interactivity_pointer", "email")


@dataclass(frozen=True)
class Logged:
    """One call of the Web API or of a response URL, without tokens and e-mail addresses.

    `error` is "" or Slack's word, `fault` the switch that was met ("landed" when a late call was stored after
    all), `messages` Slack's sentences about what is wrong, `ms` how long the sandbox worked, `ts` the message
    that was posted or changed ("" for other calls).
    """

    method: str
    ok: bool
    error: str
    fault: str
    at: datetime
    ms: float
    args: dict[str, Any]
    messages: list[str]
    ts: str = ""

    def as_json(self) -> dict[str, Any]:
        """The line of /sandbox/log."""
        return {**vars(self), "at": self.at.isoformat()}


class Log(list[Logged]):
    """Every call in order."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock

    def note(
        self, method: str, answer: dict[str, Any], fault: str, began: float, args: dict[str, Any]
    ) -> None:
        """Keep a call that began at `began` (monotonic) and was answered with `answer`."""
        self.append(
            Logged(
                method=method,
                ok=bool(answer["ok"]),
                error=answer.get("error", ""),
                fault=fault,
                at=self._clock.now(),
                ms=round((monotonic() - began) * 1000, 2),
                args={name: value for name, value in args.items() if name not in SECRETS},
                messages=answer.get("response_metadata", {}).get("messages", []),
                ts=answer.get("ts", ""),
            )
        )
