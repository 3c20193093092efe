"""The programme's time in a crash run: one clock that all processes share.

Only the sandbox's process lets it tick, from its event loop, and never more than a moment at once. So a slow
machine makes the programme's time slow too, and a message that waits in a socket is never "late" by our clock
because a processor was busy. The supervisor alone makes it jump, and only while nothing is on its way.
"""

import asyncio
import time
from datetime import UTC, datetime
from multiprocessing import RawValue

TICK = 0.005
MOST = 0.02  # real seconds that one tick may count


class Moments:
    """Shared by fork. `speed` is how many seconds of the programme pass in a real one."""

    def __init__(self, start: datetime, speed: float) -> None:
        self.speed = speed
        self._ticked = RawValue("d", start.timestamp())
        self._jumped = RawValue("d", 0.0)

    def monotonic(self) -> float:
        """For what measures spans: it runs as fast as the programme's time."""
        return self._ticked.value + self._jumped.value

    def now(self) -> datetime:
        """What `build(now=…)` gets."""
        return datetime.fromtimestamp(self.monotonic(), UTC)

    def jump(self, to: datetime) -> None:
        """For the supervisor: forward, while nothing is on its way."""
        self._jumped.value += max(0.0, to.timestamp() - self.monotonic())

    async def tick(self) -> None:
        """For the sandbox's event loop, for ever."""
        before = time.monotonic()
        while True:
            await asyncio.sleep(TICK)
            now = time.monotonic()
            self._ticked.value += min(now - before, MOST) * self.speed
            before = now
