"""The workspace's clock: real time plus an offset that a person or a test moves forward."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


class Clock:
    """Tells the time of the sandbox; it always ticks, and moves forward on demand.

    Times of messages come from here. Deadlines that Slack measures with a stopwatch (acks, trigger ids,
    rate limits) do not: they use the machine's monotonic clock. `patience` is how many seconds of it Slack waits
    for an ack and keeps a trigger id; a busy machine may be given more.
    """

    patience = 3.0

    def __init__(self, start: datetime | None = None) -> None:
        """Start at `start` (aware) or at the real time."""
        real = datetime.now(UTC)
        self._offset = start.astimezone(UTC) - real if start else timedelta(0)
        self._moved = start is not None

    def now(self) -> datetime:
        """The sandbox's time, aware, in UTC."""
        return datetime.now(UTC) + self._offset

    @property
    def moved(self) -> bool:
        """Whether this clock differs from the real one on purpose."""
        return self._moved

    def move(self, to: str, zone: str = "UTC") -> datetime:
        """Move forward to "monday 09:00", "tomorrow 09:00", "09:00", "+10m" (s, m, h, d, w) or an ISO time; tells it.

        A weekday and a time mean the next such moment on the wall of `zone`; an ISO time without an offset is
        read there too. Raises ValueError for words it does not know and for a time that lies behind.
        """
        now = self.now()
        target = _target(to.strip().lower(), now, ZoneInfo(zone))
        if target < now:
            raise ValueError(
                f"The clock only moves forward, and {to!r} lies behind {now:%Y-%m-%d %H:%M} UTC."
            )
        self._offset += target - now
        self._moved = True
        return self.now()

    def text(self, zone: str = "UTC") -> str:
        """The time as a person in `zone` reads it, such as "Mon 16 Nov 09:00"."""
        return f"{self.now().astimezone(ZoneInfo(zone)):%a %d %b %H:%M}"


def _target(words: str, now: datetime, zone: ZoneInfo) -> datetime:
    if step := re.fullmatch(r"\+\s*(\d{1,6})\s*([smhdw])", words):
        return now + timedelta(**{UNITS[step[2]]: int(step[1])})
    if wall := re.fullmatch(rf"(?:({'|'.join(WEEKDAYS)}|tomorrow)\s+)?(\d\d?):(\d\d)", words):
        here = now.astimezone(zone)
        target = here.replace(hour=int(wall[2]), minute=int(wall[3]), second=0, microsecond=0)
        if wall[1] == "tomorrow":
            return (target + timedelta(days=1)).astimezone(UTC)
        days = (WEEKDAYS.index(wall[1]) - here.weekday()) % 7 if wall[1] else 0
        target += timedelta(days=days)
        if target <= here:
            target += timedelta(days=7 if wall[1] else 1)
        return target.astimezone(UTC)
    try:
        moment = datetime.fromisoformat(words.upper())
    except ValueError:
        raise ValueError(
            f"Cannot read the time {words!r}. Write it like 'monday 09:00', '+10m' or '2026-11-16T09:00'."
        ) from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
