"""Sends pending Notices: claim, pace, post, remember where, reconcile what may have happened.

The only place that posts messages. Slack knows no idempotency key, so a post whose outcome is unknown is never
repeated blindly: it is quarantined, looked for in the conversation by its opaque mark, and only then sent again;
afterwards twins are looked for, and the younger one is deleted.
"""

from bot.delivery.pacing import Limits
from bot.delivery.recording import Counts
from bot.delivery.sender import QUARANTINE, Delivery

__all__ = ["QUARANTINE", "Counts", "Delivery", "Limits"]
