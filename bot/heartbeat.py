"""The heartbeat: an address outside is told that all is well, and its silence tells that it is not.

The address is a secret, as whoever knows it can beat for us: it stands in no log line and no error.
"""

import logging

import httpx
from pydantic import SecretStr

log = logging.getLogger(__name__)

SECONDS = 5.0
"""How long one beat may take."""


class Heartbeat:
    """Beats at `url`; without one it does nothing. `transport` stands in for the network in tests."""

    def __init__(self, url: SecretStr | None, *, transport: httpx.BaseTransport | None = None) -> None:
        self._url = url
        self._transport = transport
        self._fails = False

    def beat(self) -> bool:
        """One GET, no redirects followed; whether it was answered with success. A failure is logged when it begins."""
        if self._url is None:
            return False
        try:
            with httpx.Client(timeout=SECONDS, follow_redirects=False, transport=self._transport) as client:
                status = client.get(self._url.get_secret_value()).status_code
            problem = "" if 200 <= status < 300 else f"status {status}"
        except Exception as error:  # noqa: BLE001 - whatever it says may hold the address
            problem = type(error).__name__
        if problem and not self._fails:
            log.warning("the heartbeat did not get through (%s)", problem)
        self._fails = bool(problem)
        return not problem
