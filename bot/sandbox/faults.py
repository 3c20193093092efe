"""Switches that make the Web API fail the way Slack and networks do."""

import random
from dataclasses import dataclass
from threading import Lock

DROP = "drop"  # stored, then the connection closes without an answer
RESET = "reset"  # the connection is reset before anything is stored
ERROR = "500"  # stored, then HTTP 500
SLOW = "slow"  # stored, answered after some seconds
LATE = "late"  # the connection closes without an answer; it is stored some seconds later
REVOKED = "revoked"  # refused with token_revoked
FAULTS = (DROP, RESET, ERROR, SLOW, LATE, REVOKED)


@dataclass
class Fault:
    """One switch: which method it hits ("*" for all), what happens, how often."""

    method: str
    fault: str
    count: int | None
    seconds: float
    share: float = 1.0
    rng: random.Random | None = None


class Faults:
    """The switches that are on. Safe to use from any thread."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._on: list[Fault] = []

    def next(self, method: str, fault: str, count: int = 1, *, seconds: float = 1.0) -> None:
        """Let the next `count` calls of `method` meet `fault`; `seconds` is the delay of slow and late."""
        self._add(Fault(method, fault, count, seconds))

    def share(self, method: str, fault: str, share: float, *, seed: int, seconds: float = 1.0) -> None:
        """Let a `share` (0 to 1) of the calls of `method` meet `fault`, drawn from `seed`, until cleared."""
        self._add(Fault(method, fault, None, seconds, share, random.Random(seed)))  # noqa: S311  (a repeatable draw)

    def clear(self) -> None:
        """Switch all of them off."""
        with self._lock:
            self._on.clear()

    def take(self, method: str) -> Fault | None:
        """The fault that this call of `method` meets, counted down, or None."""
        with self._lock:
            for fault in self._on:
                if fault.method not in (method, "*"):
                    continue
                if fault.rng is not None:
                    if fault.rng.random() >= fault.share:
                        continue
                    return fault
                if fault.count is not None:
                    fault.count -= 1
                    if fault.count <= 0:
                        self._on.remove(fault)
                return fault
        return None

    def _add(self, fault: Fault) -> None:
        if fault.fault not in FAULTS:
            raise ValueError(f"Unknown fault {fault.fault!r}. The faults are {', '.join(FAULTS)}.")
        if fault.count is not None and fault.count < 1:
            raise ValueError("A fault must hit at least one call.")
        with self._lock:
            self._on.append(fault)
