"""The demo's stage: the sandbox, a fresh database with the invented past, and the real bot between them."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from threading import Thread
from typing import Any

from pydantic import SecretStr

from bot.app import Application, build
from bot.config import Settings
from bot.demo import cast, story, world
from bot.sandbox import Clock, Driver, Sandbox
from bot.slack_cli import MANIFEST
from iqs import periods
from iqs.errors import Invalid
from iqs.storage.migrating import upgrade
from iqs.storage.store import Store

OPENING = time(8, 30)
"""Local time on the demo's Monday: the draw has been made, the digest comes in half an hour."""

FRIDAY = timedelta(days=4)

WELCOME: dict[str, Any] = {
    "title": "Welcome to Larkfield's support team",
    "lines": [
        (
            "*1.* You are Rosa, a reviewer: open *IQS* under Apps, click through a scorecard, read the "
            "conversation, submit it. Skip another in its “…” menu: the next one comes."
        ),
        (
            "*2.* At the top, act as the agent you reviewed and move the clock by 10 minutes: the feedback "
            "arrives; press *Why this conversation?*, acknowledge it, then type `/iqs me`."
        ),
        (
            "*3.* Act as Leila, the lead, open *#support-quality* and move the clock to Monday 09:00: the "
            "week's digest appears; then type `/iqs team`, and `/iqs draw` to verify the sample."
        ),
    ],
}


class DemoClock(Clock):
    """The sandbox's clock, which wakes the bot when it is moved: nobody waits for the next tick."""

    def __init__(self, start: datetime) -> None:
        super().__init__(start)
        self.patience = 3 * Clock.patience  # a busy laptop is no bot that answers too late
        self.when_moved: Callable[[], object] = lambda: None

    def move(self, to: str, zone: str = "UTC") -> datetime:
        """As `Clock.move`; what is due by then happens at once."""
        now = super().move(to, zone)
        Thread(target=self.when_moved, name="demo-clock", daemon=True).start()
        return now


@dataclass(frozen=True, slots=True)
class Stage:
    """The workspace and the bot in it, connected and at work."""

    sandbox: Sandbox
    app: Application

    def driver(self, member: cast.Member) -> Driver:
        """A member of the cast, driven from outside."""
        return self.sandbox.driver(member.slack_id)


@contextmanager
def living_team(
    database: Path | None = None,
    *,
    port: int = 0,
    today: date | None = None,
    tell: Callable[[str], object] = print,
) -> Iterator[Stage]:
    """Puts everything up, and away again afterwards; `database` (None = a temporary file) is kept.

    The demo's Monday is that of the week of `today`. Invalid if the database file exists already, OSError if
    the port is taken.
    """
    with tempfile.TemporaryDirectory(prefix="iqs-demo-") as folder:
        path = database or Path(folder, "demo.db")
        if path.exists():
            raise Invalid(f"{path} exists already. Name a new file; the demo never changes an old one.")
        monday = _monday(today or datetime.now(UTC).date())
        last = monday - periods.WEEK
        store = Store(f"sqlite:///{path}")
        try:
            upgrade(store)
            tell("A quarter passes at Larkfield: conversations, reviews, digests …")
            world.found(store, monday)
            world.schedule(store, now=world.local(last, world.DRAWN))
            world.remember(store, monday, range(1, story.WEEKS))
            clock = DemoClock(world.local(last, world.TOLD))
            sandbox = Sandbox(
                MANIFEST, team_name=cast.COMPANY, users=cast.users(), channels=cast.channels(), clock=clock
            )
            sandbox.start_page = WELCOME
            sandbox.start(port=port)
            try:
                with _bot(sandbox, path) as app:
                    _last_week(app, clock, monday)
                    app.connect()
                    app.work()
                    clock.when_moved = app.clock.tick
                    stage = Stage(sandbox, app)
                    rosa = stage.driver(cast.ROSA)
                    rosa.wait_for(lambda: _unread(rosa))  # so that the page opens on her first scorecard
                    yield stage
            finally:
                sandbox.stop()
        finally:
            store.close()


def _last_week(app: Application, clock: DemoClock, monday: date) -> None:
    """Last Monday's digest, the week's reviews, Friday's feedback, this Monday's draw: each at its time."""
    last = monday - periods.WEEK
    app.clock.tick()
    app.delivery.drain()
    world.live_through(app.store, monday, story.WEEKS)
    clock.move(world.local(last + FRIDAY, time(17)).isoformat())
    app.delivery.drain()
    world.leave(app.store, monday)
    world.draw(app.store, monday, world.SEED_TODAY)
    clock.move(world.local(monday, OPENING).isoformat())


@contextmanager
def _bot(sandbox: Sandbox, path: Path) -> Iterator[Application]:
    settings = Settings(
        _env_file=None,
        database_url=SecretStr(f"sqlite:///{path}"),
        slack_bot_token=SecretStr(sandbox.bot_token),
        slack_app_token=SecretStr(sandbox.app_token),
        slack_signing_secret=SecretStr(sandbox.signing_secret),
        slack_api_url=sandbox.api_url,
    )
    app = build(settings, now=sandbox.clock.now)
    try:
        yield app
    finally:
        app.close()


def _unread(driver: Driver) -> int:
    """Messages of the app that this person has not looked at yet."""
    return sum(channel["unread"] for channel in driver.state()["channels"] if channel["kind"] == "im")


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
