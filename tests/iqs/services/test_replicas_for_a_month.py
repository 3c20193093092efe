"""Thirty simulated days with four replicas: each digest and each draw once, whatever the replicas do."""

import random
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, suppress
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from threading import local

import pytest
from sqlalchemy import select

from iqs import periods
from iqs.schedules import REPORTS, Outcome, ScheduleKind
from iqs.services import configuring, planning, scheduling
from iqs.storage import tables
from iqs.storage.store import Store
from tests.world import conversation

START = datetime(2026, 10, 15, tzinfo=UTC)  # clocks change in Europe on the 25th, in America on 1 November
DAYS = 30
REPLICAS = 4
MOVES = (
    (4, "zone", "America/New_York"),
    (11, "weekday", 3),
    (16, "zone", "Pacific/Kiritimati"),
    (23, "minute", 150),
)
"""(day, what an admin moves of Support, whither)."""


class Died(BaseException):
    """A replica is killed: nothing in the code catches it."""


@pytest.fixture
def planned(world):
    """Two teams in zones whose clocks change; Support has something to draw each week, Sales has not."""
    configuring.configure(world.store, None, "Support", channel_id="C1", timezone="Europe/Berlin", now=START)
    configuring.configure(
        world.store, None, "Sales", channel_id="C2", timezone="Australia/Lord_Howe", now=START
    )
    scheduling.ensure_schedules(world.store, now=START)
    days = [START + timedelta(days=n) for n in range(-9, DAYS)]
    world.import_(*(conversation(100 + n, "h1", at=day) for n, day in enumerate(days)), now=START)
    return world.store


@pytest.fixture
def doomed(monkeypatch):
    """Whoever sets `.now` in its thread dies after its next statement about a schedule; counts `.deaths`."""
    state = local()
    deaths = []

    def dying(inner):
        def called(*arguments, **named):
            result = inner(*arguments, **named)
            if getattr(state, "now", False):
                deaths.append(1)
                raise Died
            return result

        return called

    for name in ("record", "lock"):
        monkeypatch.setattr(scheduling.schedules, name, dying(getattr(scheduling.schedules, name)))
    yield state
    assert deaths


def simulate(url, store, doomed, *, step, seed):
    """Every replica ticks or sleeps at each step, all at once; some die on the way."""
    rng, now, moves = random.Random(seed), START, list(MOVES)

    def tick(replica, at, dies):
        doomed.now = dies
        with suppress(Died):
            scheduling.tick(replica, now=at)

    with ExitStack() as stack:
        replicas = [stack.enter_context(closing(Store(url, pool_size=2))) for _ in range(REPLICAS)]
        pool = stack.enter_context(ThreadPoolExecutor(REPLICAS))
        while now < START + timedelta(days=DAYS):
            now += step
            if moves and now >= START + timedelta(days=moves[0][0]):
                move(store, *moves.pop(0)[1:], now)
            if rng.random() < 0.05:  # nobody is there
                continue
            awake = [each for each in replicas if rng.random() < 0.8]
            clocks = [now + timedelta(seconds=rng.randint(-90, 90)) for _ in awake]
            dies = [rng.random() < 0.1 for _ in awake]
            list(pool.map(tick, awake, clocks, dies))


def move(store, what, whither, now):
    """What an admin does."""
    if what == "zone":
        configuring.configure(store, None, "Support", timezone=whither, now=now)
    else:
        for kind in ScheduleKind:
            planning.move(store, None, "Support", kind, now=now, **{what: whither})


def check(store):
    """Each week (or month) of each schedule once, none skipped, windows without gap; one Notice a digest."""
    with store.read() as tx:
        runs = tx.execute(
            select(*tables.ScheduleRun.__table__.c, tables.Schedule.kind, tables.Schedule.team_id)
            .join(tables.Schedule, tables.Schedule.id == tables.ScheduleRun.schedule_id)
            .order_by(tables.ScheduleRun.schedule_id, tables.ScheduleRun.due_at)
        ).all()
        told = tx.scalars(select(tables.Notice.object_id).where(tables.Notice.kind == "digest")).all()
        draws = tx.execute(
            select(tables.Draw.team_id, tables.Draw.period, tables.Draw.starts_at, tables.Draw.ends_at)
        ).all()
    drawn = sorted((run.team_id, *of_draw(run)) for run in runs if run.kind == ScheduleKind.DRAW)
    assert sorted(map(tuple, draws)) == [each for each in drawn if each[0] == draws[0].team_id]
    by_schedule = {}
    for run in runs:
        by_schedule.setdefault(run.schedule_id, []).append(run)
    assert len(by_schedule) == 6
    for of_one in by_schedule.values():
        assert len(of_one) in ((1,) if of_one[0].kind == ScheduleKind.MONTHLY else (4, 5))
        for earlier, later in pairwise(of_one):
            assert later.starts_at == earlier.ends_at
            assert later.local_date.isocalendar().week == earlier.local_date.isocalendar().week + 1
    assert {run.outcome for run in runs} <= {Outcome.DONE, Outcome.LATE}
    assert sorted(told) == sorted(run.id for run in runs if run.kind in REPORTS)


def of_draw(run):
    """The week's name and window of the draw that this run made."""
    return periods.iso_label(run.local_date - periods.WEEK), run.starts_at, run.ends_at


def test_thirty_days_with_four_replicas(planned, database_url, doomed):
    """They tick together, at random, with clocks that differ, and die in the middle of it."""
    simulate(database_url, planned, doomed, step=timedelta(hours=6), seed=1)
    check(planned)


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("seed", range(3))
def test_thirty_days_in_five_minutes_each(planned, database_url, doomed, seed):
    """The same, 8,640 times."""
    simulate(database_url, planned, doomed, step=timedelta(minutes=5), seed=seed)
    check(planned)
