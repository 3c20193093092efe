"""Switches that make the Web API fail the way Slack and networks do."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from threading import Lock
from time import monotonic

LIMITED = "429"  # refused with Retry-After: its seconds
BARE_LIMITED = "429-bare"  # refused with 429 and no Retry-After
UNAVAILABLE = "503"  # nothing is stored, HTTP 503
ERROR = "500"  # stored, then HTTP 500
RESET = "reset"  # the connection is reset before anything is stored
BROKEN = "broken"  # stored, then the connection is reset
DROP = "drop"  # stored, then the connection closes without an answer
CUT = "cut"  # stored, then half of the answer comes and the connection closes
SLOW = "slow"  # stored, answered after some seconds
SILENT = "silent"  # nothing is stored and nothing is answered for some seconds, then the connection closes
LATE = "late"  # the connection closes without an answer; it is stored some seconds later
REVOKED = "revoked"  # refused with token_revoked
FAULTS = (
    LIMITED,
    BARE_LIMITED,
    UNAVAILABLE,
    ERROR,
    RESET,
    BROKEN,
    DROP,
    CUT,
    SLOW,
    SILENT,
    LATE,
    REVOKED,
)
UNSTORED = frozenset({RESET, UNAVAILABLE, SILENT})  # nothing came of the call, and Slack says nothing of use


@dataclass
class Fault:
    """One switch: which method it hits ("*" for all), what happens, how often, until when (monotonic)."""

    method: str
    fault: str
    count: int | None
    seconds: float
    share: float = 1.0
    rng: random.Random | None = None
    among: tuple[str, ...] = ()
    until: float | None = None


class Faults:
    """The switches that are on. Safe to use from any thread."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._on: list[Fault] = []

    def next(self, method: str, fault: str, count: int = 1, *, seconds: float = 1.0) -> None:
        """Let the next `count` calls of `method` meet `fault`; `seconds` is its delay or its Retry-After."""
        self._add(Fault(method, fault, count, seconds))

    def share(
        self, method: str, fault: str | Sequence[str], share: float, *, seed: int, seconds: float = 1.0
    ) -> None:
        """Let a `share` (0 to 1) of the calls of `method` meet `fault`, until cleared.

        Of several faults one is picked each time. Both are drawn from `seed`: the same calls, the same faults.
        """
        among = (fault,) if isinstance(fault, str) else tuple(fault)
        if not among:
            raise ValueError(f"No fault was named. The faults are {', '.join(FAULTS)}.")
        rng = random.Random(seed)  # noqa: S311  (a repeatable draw)
        self._add(Fault(method, among[0], None, seconds, share, rng, among))

    def span(self, method: str, fault: str, span: float, *, seconds: float = 1.0) -> None:
        """Let every call of `method` meet `fault` for the next `span` seconds: an outage."""
        self._add(Fault(method, fault, None, seconds, until=monotonic() + span))

    def clear(self) -> None:
        """Switch all of them off."""
        with self._lock:
            self._on.clear()

    def take(self, method: str) -> Fault | None:
        """The fault that this call of `method` meets, counted down, or None."""
        with self._lock:
            now = monotonic()
            self._on = [fault for fault in self._on if fault.until is None or now < fault.until]
            for fault in self._on:
                if fault.method not in (method, "*"):
                    continue
                if fault.rng is not None:
                    if fault.rng.random() >= fault.share:
                        continue
                    return replace(fault, fault=fault.rng.choice(fault.among))
                if fault.count is not None:
                    fault.count -= 1
                    if fault.count <= 0:
                        self._on.remove(fault)
                return fault
        return None

    def _add(self, fault: Fault) -> None:
        for name in fault.among or (fault.fault,):
            if name not in FAULTS:
                raise ValueError(f"Unknown fault {name!r}. The faults are {', '.join(FAULTS)}.")
        if fault.count is not None and fault.count < 1:
            raise ValueError("A fault must hit at least one call.")
        with self._lock:
            self._on.append(fault)
