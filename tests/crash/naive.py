"""A sender as bots usually have it, to show that the harness finds what it looks for.

The SDK's default client, a retry until Slack says ok, and only then the mark that it was sent. Kept true to
life: it asks Slack again when a call fails, and after a restart it sends whatever is not marked as sent.
"""

import threading
import time
from typing import Any

from slack_sdk import WebClient
from sqlalchemy import select, update

from bot.drawing import draw
from bot.marks import Marks
from iqs.services import addressing
from iqs.storage import tables
from iqs.storage.repositories import notices

T = tables.Notice


class NaiveDelivery:
    """Stands in for `bot.delivery.Delivery`."""

    blocked = None

    def __init__(self, app: Any) -> None:
        self._store, self._now = app.store, app.now
        self._client = WebClient(token=app.client.token, base_url=app.client.base_url, timeout=1)
        self._marks = Marks(app.store, app.client)
        self._awake = threading.Event()

    def wake(self) -> None:
        """Looks again at once."""
        self._awake.set()

    def run(self) -> None:
        """Sends what is due, one after the other."""
        while True:
            with self._store.read() as tx:
                keys = (
                    tx.execute(select(T.key).where(T.state == "pending", T.not_before <= self._now()))
                    .scalars()
                    .all()
                )
            for key in keys:
                with self._store.read() as tx:
                    notice = notices.by_key(tx, key)
                self._send(notice)
            self._awake.wait(0.05)
            self._awake.clear()

    def _send(self, notice: Any) -> None:
        message = draw(self._store, notice, now=self._now(), excerpts=False)
        channel = (
            notice.channel or addressing.addresses(self._store, [notice.person_id])[notice.person_id].user
        )
        while True:
            try:
                answer = self._client.chat_postMessage(
                    channel=channel, metadata=self._marks.metadata(notice), **message
                )
                break
            except Exception:  # noqa: BLE001 - the point of it: once more
                time.sleep(0.05)
        sent = {"state": "sent", "posted_to": answer["channel"], "ts": answer["ts"]}
        with self._store.write() as tx:
            tx.execute(update(T).where(T.id == notice.id).values(sent))
