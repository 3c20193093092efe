"""The real bot as a process to be killed: `iqs web`, `iqs worker`, or both in one, on the run's clock.

Whatever stands in the product as a constant of the wall clock runs on the run's clock here; nothing else of it
is changed, and the crash points are planted around it.
"""

import logging
import os
import sys
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path

import uvicorn
from pydantic import SecretStr

from bot import app as composition
from bot.config import Settings
from bot.delivery import Delivery
from tests.crash.moments import Moments
from tests.crash.naive import NaiveDelivery
from tests.crash.points import Points

CALL = 60  # of the run's seconds until a call is given up: as long as a lease, half a second in real ones
WEB, WORKER, RUN = "web", "worker", "run"


@dataclass(frozen=True)
class Place:
    """Where a child lives."""

    database_url: str
    api_url: str
    token: str
    secret: str
    port: int
    log: Path


def live(
    role: str, place: Place, moments: Moments, points: Points, quarantine: timedelta, naive: bool
) -> None:
    """Runs in the forked process until it is killed."""
    sys.stderr = place.log.open("a", buffering=1, encoding="utf-8")
    logging.basicConfig(
        stream=sys.stderr, level="DEBUG", format=f"{os.getpid()} {role} %(levelname)s %(name)s: %(message)s"
    )
    on_our_clock(moments)
    points.plant()
    settings = Settings(
        _env_file=None,
        database_url=SecretStr(place.database_url),
        slack_bot_token=SecretStr(place.token),
        slack_signing_secret=SecretStr(place.secret),
        slack_api_url=place.api_url,
    )
    app = composition.build(settings, now=moments.now, quarantine=quarantine)
    if naive:
        app.delivery = NaiveDelivery(app)
    if role != WEB:
        app.work()
    if role.startswith(WORKER):
        app._sender.join()
    else:
        uvicorn.run(app.door, host="127.0.0.1", port=place.port, log_config=None, access_log=False)


def on_our_clock(moments: Moments) -> None:
    """Spans that the bot measures with the machine's clock pass as fast as the programme's time."""
    for name, module in list(sys.modules.items()):
        if name.startswith("bot.") and not name.startswith("bot.sandbox") and hasattr(module, "monotonic"):
            module.monotonic = moments.monotonic
    composition.POST_SECONDS = composition.READ_SECONDS = CALL / moments.speed
    composition.Clock = partial(composition.Clock, seconds=30 / moments.speed, soon=5 / moments.speed)
    pause = Delivery._pause
    Delivery._pause = lambda self: pause(self) / moments.speed
