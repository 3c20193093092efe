"""What an interaction hands out for a short while: trigger ids and response URLs."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic

from bot.sandbox.clock import Clock

RESPONSE_USES = 5
RESPONSE_LIFE = timedelta(minutes=30)


@dataclass
class Trigger:
    """Lets the app open one view for the person who acted."""

    user: str
    born: float
    in_view: str | None
    used: bool = False


@dataclass
class ResponseURL:
    """Lets the app answer where the person acted; 5 times in 30 minutes of the sandbox's clock."""

    user: str
    channel: str
    message_ts: str | None
    born: datetime
    thread_ts: str | None = None
    uses: int = 0


@dataclass
class Tickets:
    """All that were handed out."""

    clock: Clock
    triggers: dict[str, Trigger] = field(default_factory=dict)
    response_urls: dict[str, ResponseURL] = field(default_factory=dict)

    def trigger(self, user: str, in_view: str | None = None) -> str:
        """A trigger id for `user`, acting in the view `in_view` or outside of any."""
        ticket = f"{secrets.randbelow(10**13)}.{secrets.randbelow(10**13)}.{secrets.token_hex(16)}"
        self.triggers[ticket] = Trigger(user, monotonic(), in_view)
        return ticket

    def redeem(self, ticket: str) -> tuple[Trigger | None, str]:
        """The trigger and "", or None and Slack's error."""
        trigger = self.triggers.get(ticket)
        if trigger is None:
            return None, "invalid_trigger_id"
        if trigger.used:
            return None, "exchanged_trigger_id"
        if monotonic() - trigger.born > self.clock.patience:
            return None, "expired_trigger_id"
        trigger.used = True
        return trigger, ""

    def response_url(self, ticket: ResponseURL) -> str:
        """A secret path for `ticket`."""
        secret = secrets.token_urlsafe(18)
        self.response_urls[secret] = ticket
        return secret

    def use(self, secret: str, now: datetime) -> tuple[ResponseURL | None, str]:
        """The response URL with one use gone and "", or None and Slack's error."""
        ticket = self.response_urls.get(secret)
        if ticket is None or now - ticket.born > RESPONSE_LIFE:
            return None, "expired_url"
        if ticket.uses >= RESPONSE_USES:
            return None, "used_url"
        ticket.uses += 1
        return ticket, ""
