"""The clock's task that watches over the rest: audit, alert, beat."""

import logging
from collections.abc import Callable
from datetime import datetime

from bot.heartbeat import Heartbeat
from iqs.services import alerting, auditing, delivering
from iqs.storage.store import Store

log = logging.getLogger(__name__)


class Oversight:
    """Looks every five minutes, once over all replicas; the one that looked also tells and beats.

    What it finds is logged when it comes up, not every five minutes for as long as it stands.
    """

    def __init__(
        self, store: Store, heartbeat: Heartbeat, now: Callable[[], datetime], wake: Callable[[], None]
    ) -> None:
        self._store = store
        self._heartbeat = heartbeat
        self._now = now
        self._wake = wake
        self._known: frozenset[str] = frozenset()

    def __call__(self) -> None:
        """One look, if it is time."""
        audit = auditing.audit(self._store, now=self._now())
        if audit is None:
            return
        found = {each.key: each for each in (*audit.findings, *audit.mended)}
        for key, finding in found.items():
            if key not in self._known:
                log.error("the auditor found: %s (%d)", finding.kind, finding.object_id)
        self._known = frozenset(found)
        if alerting.raise_alerts(self._store, now=self._now()) or audit.mended:
            self._wake()
        if audit.clean and not delivering.trouble(self._store):
            self._heartbeat.beat()
