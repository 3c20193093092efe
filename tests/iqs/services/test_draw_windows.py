"""A conversation is in exactly one draw, however the team's zone moves and in whatever order weeks are drawn."""

import shutil
from collections import Counter
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from iqs import periods
from iqs.people import Cycle
from iqs.schedules import Outcome, ScheduleKind
from iqs.services import configuring, drawing, planning, scheduling
from iqs.storage import tables
from iqs.storage.store import Store
from tests.world import build, conversation

ZONES = ("Europe/Berlin", "America/Los_Angeles", "Pacific/Kiritimati", "Asia/Kathmandu", "Pacific/Niue")
MONDAYS = [date(2026, 11, 2) + week * periods.WEEK for week in range(5)]
WEEKS = MONDAYS[:-1]  # the weeks that are drawn
AFTER = datetime(2026, 12, 10, tzinfo=UTC)
MADE = datetime(2026, 10, 20, tzinfo=UTC)


def edges():
    """Every start of a week in every zone, and a moment before each."""
    starts = [periods.instant(monday, time.min, zone) for monday in MONDAYS for zone in ZONES]
    return sorted({each + timedelta(minutes=n) for each in starts for n in (-1, 0)})


@pytest.fixture
def crowded(sqlite_store, tmp_path):
    """Makes stores in which Support's agents closed conversations around every edge of a week; a draw takes all."""
    world, moments = build(sqlite_store), edges()
    world.import_(
        *(conversation(1000 + n, f"h{1 + n % 2}", at=moment) for n, moment in enumerate(moments)),
        now=AFTER,
    )
    configuring.configure(world.store, None, "Support", quota=50, now=MADE)
    sqlite_store.close()

    @contextmanager
    def fresh():
        shutil.copyfile(tmp_path / "iqs.db", tmp_path / "copy.db")
        with closing(Store(f"sqlite:///{tmp_path / 'copy.db'}")) as store:
            yield store

    return fresh


def drawn(store):
    """(closed, draw) of every conversation at an edge that was handed out."""
    with store.read() as tx:
        return tx.execute(
            select(tables.Conversation.closed_at, tables.Draw.period)
            .select_from(tables.Assignment)
            .join(tables.Conversation, tables.Conversation.id == tables.Assignment.conversation_id)
            .join(tables.Draw, tables.Draw.id == tables.Assignment.draw_id)
            .where(tables.Conversation.external_id.regexp_match("^c[0-9]{4}$"))
        ).all()


def forget_the_rest(store):
    """Only the draw is left to come by itself: no digest has a say in what is drawn."""
    with store.write() as tx:
        tx.execute(delete(tables.Schedule).where(tables.Schedule.kind != ScheduleKind.DRAW))


LENGTH = timedelta(weeks=len(WEEKS), hours=-26)


def check(store, *, at_least=LENGTH):
    """Nothing is drawn twice; nothing closed between the first draw's start and the last one's end is missing."""
    found = drawn(store)
    times = Counter(closed for closed, _ in found)
    assert set(times.values()) == {1}
    with store.read() as tx:
        spans = tx.execute(select(tables.Draw.starts_at, tables.Draw.ends_at)).all()
    low, high = min(start for start, _ in spans), max(end for _, end in spans)
    assert sorted(times) == [each for each in edges() if low <= each < high]
    assert high - low >= at_least


@given(st.permutations(WEEKS), st.lists(st.sampled_from(ZONES), min_size=4, max_size=4))
@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_by_hand_in_any_order(crowded, order, zones):
    """Each week is drawn under another zone; the hours between two zones go to one side."""
    with crowded() as store:
        for monday, zone in zip(order, zones, strict=True):
            configuring.configure(store, None, "Support", timezone=zone, now=AFTER)
            drawing.draw(store, "Support", periods.iso_label(monday), now=AFTER)
        check(store)


@given(
    st.lists(st.sampled_from(ZONES), min_size=5, max_size=5),
    st.lists(st.integers(0, 6), min_size=5, max_size=5),
)
@example(
    ["Europe/Berlin"] * 5, [0, 6, 0, 0, 6]
)  # the first draw comes due while nothing ticks, then is moved
@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_by_the_clock_while_zone_and_weekday_move(crowded, zones, weekdays):
    """An admin moves the team and its draw between any two weeks."""
    with crowded() as store:
        configuring.configure(store, None, "Support", timezone=zones[0], now=MADE)
        scheduling.ensure_schedules(store, now=datetime(2026, 11, 7, tzinfo=UTC))
        forget_the_rest(store)
        for monday, zone, weekday in zip(MONDAYS[1:], zones[1:], weekdays[1:], strict=True):
            moved_at = datetime.combine(monday - timedelta(days=1), time(12), UTC)
            configuring.configure(store, None, "Support", timezone=zone, now=moved_at)
            planning.move(store, None, "Support", ScheduleKind.DRAW, now=moved_at, weekday=weekday)
            for hours in range(0, 168, 12):
                scheduling.tick(store, now=moved_at + timedelta(hours=hours))
        for hours in range(168, 336, 12):  # a week later at the latest the last one was done
            scheduling.tick(store, now=moved_at + timedelta(hours=hours))
        check(store)


@pytest.mark.parametrize(
    ("cycles", "zones"),
    [
        ((Cycle.WEEKLY, Cycle.MONTHLY, Cycle.WEEKLY, Cycle.BIWEEKLY), ("Europe/Berlin",) * 4),
        ((Cycle.DAILY, Cycle.BIWEEKLY, Cycle.DAILY, Cycle.WEEKLY), ZONES[:4]),
    ],
)
def test_by_the_clock_while_the_cycle_changes(crowded, cycles, zones):
    """Between any two draws the team may turn from days to weeks to months and back, and move its zone with it."""
    with crowded() as store:
        now = datetime(2026, 11, 7, 12, tzinfo=UTC)
        scheduling.ensure_schedules(store, now=now)
        forget_the_rest(store)
        for days, cycle, zone in zip((6, 7, 8, 20), cycles, zones, strict=True):
            configuring.configure(store, None, "Support", cycle=cycle, timezone=zone, now=now)
            for _ in range(days):
                now += timedelta(days=1)
                assert not any(each.problem for each in scheduling.tick(store, now=now))
        check(store, at_least=timedelta(days=14))
        with store.read() as tx:
            runs = tx.execute(
                select(tables.ScheduleRun.outcome, tables.ScheduleRun.starts_at, tables.ScheduleRun.ends_at)
                .join(tables.Schedule)
                .join(tables.Team)
                .where(tables.Team.name == "Support")
                .order_by(tables.ScheduleRun.due_at)
            ).all()
        assert {run.outcome for run in runs} == {Outcome.LATE}
        assert all(later.starts_at == earlier.ends_at for earlier, later in pairwise(runs))


def test_a_week_that_was_empty_when_it_was_drawn_keeps_its_end(sqlite_store):
    """No draw is stored for it, yet the next one begins where it ended, in the zone of then."""
    world = build(sqlite_store)
    with sqlite_store.write() as tx:
        for table in (tables.LeftOut, tables.Lot, tables.Unsettled, tables.Transcript, tables.Conversation):
            tx.execute(delete(table))
    configuring.configure(sqlite_store, None, "Support", quota=50, timezone="Europe/Berlin", now=MADE)
    scheduling.ensure_schedules(sqlite_store, now=MADE)
    scheduling.tick(sqlite_store, now=datetime(2026, 11, 9, 8, tzinfo=UTC))
    world.import_(*(conversation(1000 + n, "h1", at=moment) for n, moment in enumerate(edges())), now=AFTER)
    configuring.configure(sqlite_store, None, "Support", timezone="America/Los_Angeles", now=AFTER)
    drawing.draw(sqlite_store, "Support", "2026-W46", now=AFTER)
    drawing.draw(sqlite_store, "Support", "2026-W45", now=AFTER)
    with sqlite_store.read() as tx:
        spans = {
            row.period: (row.starts_at, row.ends_at)
            for row in tx.execute(select(tables.Draw.period, tables.Draw.starts_at, tables.Draw.ends_at))
        }
    midnight = periods.named_week("2026-W45", "Europe/Berlin").end
    assert spans["2026-W46"] == (midnight, periods.named_week("2026-W46", "America/Los_Angeles").end)
    assert spans["2026-W45"][1] == midnight
