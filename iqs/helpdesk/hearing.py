"""What an answer's status and headers said, for a vendor who says there what others say in the body."""

from datetime import datetime
from threading import local

from iqs.helpdesk.http import Reply, Wait


class Heard(local):
    """A vendor's `wait` that remembers the last answer it was asked about; each thread hears its own answers."""

    def __init__(self, wait: Wait) -> None:
        self._wait = wait
        self.reply = Reply(0, {})

    def __call__(self, reply: Reply, now: datetime) -> float | None:
        """The pause that the vendor's dialect tells."""
        self.reply = reply
        return self._wait(reply, now)
