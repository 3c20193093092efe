"""Slack's rate limits: a bucket a channel for posts, a minute's window a method for the rest.

Figures: docs.slack.dev/apis/web-api/rate-limits and the published tiers of each method.
"""

import math
from collections import deque
from dataclasses import dataclass, field

POSTS_PER_SECOND = 1.0
POST_BURST = 3
POSTS_PER_MINUTE = 300  # "several hundred messages a minute" for a workspace

TIER_2, TIER_3, TIER_4 = 20, 50, 100
PER_MINUTE = {
    "auth.test": 300,  # "special": hundreds a minute
    "apps.connections.open": TIER_2,  # documented as tier 1 for a day's use; bursts of reconnects pass
    "blocks.validate": TIER_3,
    "chat.delete": TIER_3,
    "chat.postEphemeral": TIER_4,
    "chat.postMessage": POSTS_PER_MINUTE,
    "chat.update": TIER_3,
    "conversations.history": TIER_3,
    "conversations.info": TIER_3,
    "conversations.list": TIER_2,
    "conversations.members": TIER_4,
    "conversations.open": TIER_3,
    "conversations.replies": TIER_3,
    "files.completeUploadExternal": TIER_4,
    "files.getUploadURLExternal": TIER_4,
    "users.info": TIER_4,
    "users.list": TIER_2,
    "users.lookupByEmail": TIER_3,
    "views.open": TIER_4,
    "views.publish": TIER_4,
    "views.push": TIER_4,
    "views.update": TIER_4,
}


@dataclass
class Pacing:
    """Counts calls and says how long a caller must wait. Times are seconds of a monotonic clock.

    `posts` is the workspace's limit in any `minute`; a benchmark may shorten the minute, and with it all its waits.
    `per_second` is how fast a channel's burst comes back; a test makes it so slow that no machine is slower.
    """

    on: bool = True
    posts: int = POSTS_PER_MINUTE
    minute: float = 60.0
    per_second: float = POSTS_PER_SECOND
    _windows: dict[str, deque[float]] = field(default_factory=dict)
    _buckets: dict[str, tuple[float, float]] = field(default_factory=dict)

    def wait(self, method: str, channel: str | None, now: float) -> int:
        """Seconds for Retry-After, or 0 when the call may pass (it is then counted)."""
        if not self.on:
            return 0
        window = self._windows.setdefault(method, deque())
        while window and window[0] <= now - self.minute:
            window.popleft()
        most = self.posts if method == "chat.postMessage" else PER_MINUTE.get(method, TIER_3)
        if len(window) >= most:
            return max(1, math.ceil(window[0] + self.minute - now))
        if method == "chat.postMessage" and channel:
            left, since = self._buckets.get(channel, (float(POST_BURST), now))
            left = min(float(POST_BURST), left + (now - since) * self.per_second)
            if left < 1:
                self._buckets[channel] = (left, now)
                return max(1, math.ceil((1 - left) / self.per_second))
            self._buckets[channel] = (left - 1, now)
        window.append(now)
        return 0
