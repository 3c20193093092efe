"""When a call may leave: a second a channel, a window a workspace, both learned from Slack's refusals.

Nothing here sleeps or reads a clock: `now` is seconds of any steady one. Slack documents one message a second and
channel, and for the workspace only "several hundred a minute" (docs.slack.dev/apis/web-api/rate-limits), so that
figure is learned: additive increase, multiplicative decrease (D.-M. Chiu and R. Jain, "Analysis of the Increase and
Decrease Algorithms for Congestion Avoidance", 1989), with CUBIC's plateau (RFC 9438): after a refusal the limit
falls to nine tenths of what was accepted in the window before, comes back by a fiftieth a window to just below
that measure, stays there, and asks for more once in sixty windows. So steady sending meets no refusal at all.
"""

from collections import deque
from dataclasses import dataclass, field

FLOOR = 10
"""Calls a window that are always tried."""

DECREASE = 0.9  # of what was accepted
BLIND_DECREASE = 0.5  # of the limit, when too little was sent to measure by
INCREASE = 0.02  # of the measure, in each window that was used up
PLATEAU = 0.98  # of the measure
PROBE = 0.05  # of the limit
PROBE_EVERY = 60  # windows
BURST = 20
"""Calls that may leave at once after a pause; beyond them they are spread over the window."""

CATCH_UP = 1.1
"""How much faster than the limit a burst is made good, so that a slow moment costs no throughput."""

SILENCE = 10
"""Posts in a row that Slack did not answer, after which it is taken to be out: each of them is in doubt, and has to
be looked for one by one afterwards. From then on one post at a time asks whether it still is."""

ASK_AGAIN = 60.0
"""Seconds from one such post to the next."""

ROUNDING = 1e-6  # of a call
NEVER = float("-inf")


@dataclass(frozen=True, slots=True)
class Limits:
    """What is believed before anything is learned: calls in any `window` seconds, seconds between a channel's posts."""

    posts: int = 300  # "several hundred messages a minute": chat.postMessage for a workspace
    opens: int = 45  # conversations.open, tier 3: 50 and more a minute, shared with whoever else asks
    reads: int = 45  # conversations.history and chat.delete, tier 3
    window: float = 60.0
    spacing: float = 1.05


@dataclass
class Window:
    """At most `limit` calls in any `seconds`, and no more than a short burst at once.

    A slot comes back a window after the *answer*. Slack counted the call before it answered, so whatever lies in
    its window lies in ours too, however long the calls took on their way.
    """

    limit: float
    seconds: float = 60.0
    underway: int = 0
    paused_until: float = NEVER
    _answered: deque[float] = field(default_factory=deque)
    _measure: float | None = None
    _changed_at: float | None = None
    _used_up: bool = False
    _tokens: float | None = None
    _told_at: float = NEVER

    def wait(self, now: float) -> float:
        """Seconds until a call may leave; 0 for at once."""
        if now < self.paused_until:
            return self.paused_until - now
        self._forget(now)
        self._grow(now)
        if self.underway + len(self._answered) >= int(self.limit):
            self._used_up = True
            return (
                max(0.001, self._answered[0] + self.seconds - now) if self._answered else self.seconds / 600
            )
        self._fill(now)
        assert self._tokens is not None  # filled above
        missing = 1 - self._tokens
        return missing / self._rate if missing > ROUNDING else 0.0

    def start(self, now: float) -> None:
        """A call leaves."""
        self._fill(now)
        self._tokens = (self._tokens or 0.0) - 1
        self.underway += 1

    def answered(self, now: float) -> None:
        """Slack took the call, or may have: its slot is used for a window."""
        self.underway -= 1
        self._answered.append(now)

    def refused(self) -> None:
        """The call was refused and counts nowhere."""
        self.underway -= 1

    def limited(self, now: float, seconds: float) -> None:
        """Slack asks the whole workspace to wait: learns, and pauses. Refusals during the pause are the same one."""
        if now >= self.paused_until:
            self._forget(now)
            accepted = len(self._answered)
            measured = accepted >= self.limit / 2
            self._measure = max(FLOOR, accepted if measured else self.limit)
            smaller = min(self.limit, accepted) * DECREASE if measured else self.limit * BLIND_DECREASE
            self.limit = max(FLOOR, smaller)
            self._changed_at = now
            self._used_up = False
        self.paused_until = max(self.paused_until, now + seconds)

    @property
    def _rate(self) -> float:
        return CATCH_UP * self.limit / self.seconds

    def _forget(self, now: float) -> None:
        while self._answered and self._answered[0] <= now - self.seconds:
            self._answered.popleft()

    def _fill(self, now: float) -> None:
        burst = min(BURST, max(1.0, self.limit / 10))
        if self._tokens is None:
            self._tokens = burst
        else:
            self._tokens = min(burst, self._tokens + max(0.0, now - self._told_at) * self._rate)
        self._told_at = max(now, self._told_at)

    def _grow(self, now: float) -> None:
        if self._changed_at is None:
            self._changed_at = now
        windows = (now - self._changed_at) / self.seconds
        if not self._used_up or windows < 1:
            return
        if self._measure is not None and self.limit < PLATEAU * self._measure:
            self.limit = min(PLATEAU * self._measure, self.limit + max(1.0, INCREASE * self._measure))
        elif windows >= PROBE_EVERY:
            self.limit += max(1.0, PROBE * self.limit)
        else:
            return
        self._changed_at, self._used_up = now, False


class Pace:
    """The pace of posts: each channel's own, and the workspace's."""

    def __init__(self, limits: Limits) -> None:
        self.workspace = Window(limits.posts, limits.window)
        self._limits = limits
        self._next: dict[str, float] = {}
        self._refused: dict[str, float] = {}
        self._unanswered = 0

    def channel_wait(self, channel: str, now: float) -> float:
        """Seconds until this channel may get its next post."""
        return max(0.0, self._next.get(channel, NEVER) - now)

    def start(self, now: float) -> None:
        """A post leaves."""
        self.workspace.start(now)
        self._hush(now)

    def answered(self, channel: str, now: float) -> None:
        """Slack took a post to this channel."""
        if self._unanswered >= SILENCE:
            self.workspace.paused_until = now
        self._unanswered = 0
        self.workspace.answered(now)
        self._put(channel, now + self._limits.spacing, now)

    def unanswered(self, channel: str, now: float) -> None:
        """Slack may have taken a post to this channel."""
        self._unanswered += 1
        self._hush(now)
        self.workspace.answered(now)
        self._put(channel, now + self._limits.spacing, now)

    def refused(self) -> None:
        """A post was refused, or did not leave after all."""
        self.workspace.refused()

    def limited(self, channel: str, now: float, seconds: float) -> bool:
        """Slack answered 429: this channel waits. When a second one was refused in a window, all do; tells which."""
        self.workspace.refused()
        self._put(channel, now + seconds, now)
        self._refused = {each: at for each, at in self._refused.items() if at > now - self._limits.window}
        everywhere = bool(self._refused.keys() - {channel})
        self._refused[channel] = now
        if everywhere:
            self.workspace.limited(now, seconds)
        return everywhere

    def _hush(self, now: float) -> None:
        if self._unanswered >= SILENCE:
            self.workspace.paused_until = max(self.workspace.paused_until, now + ASK_AGAIN)

    def _put(self, channel: str, at: float, now: float) -> None:
        if len(self._next) > 1_000:
            self._next = {each: then for each, then in self._next.items() if then > now}
        self._next[channel] = at
