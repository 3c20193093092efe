"""What posting and looking share: the outbox, Slack, and the time."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from slack_sdk import WebClient

from bot.marks import Marks
from iqs.storage.store import Store


@dataclass(frozen=True, slots=True)
class Desk:
    """`poster` never retries, `reader` may; `excerpts` says whether scorecards show one. Used from several threads."""

    store: Store
    poster: WebClient
    reader: WebClient
    marks: Marks
    now: Callable[[], datetime]
    excerpts: bool
