"""What is due happens once, whoever ticks; what was missed is caught up or said to be skipped."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from threading import Barrier

import psycopg
import pytest
from sqlalchemy import delete, func, select, update

from iqs.errors import Unavailable
from iqs.notices import NoticeKind
from iqs.reviews import UNDO_WINDOW
from iqs.schedules import Outcome, ScheduleKind
from iqs.services import assigning, configuring, enrolling, planning, reporting, scheduling
from iqs.storage import tables
from iqs.storage.repositories import schedules
from iqs.storage.store import Store
from tests.world import WEEK, World, fill

DRAW, DIGEST = ScheduleKind.DRAW, ScheduleKind.DIGEST
START = datetime(2026, 11, 12, tzinfo=UTC)  # a Thursday
EIGHT = datetime(2026, 11, 16, 8, tzinfo=UTC)  # the Monday after, when the draw is due
NINE = EIGHT + timedelta(hours=1)  # and the digest


def plan(store):
    fill(store)
    configuring.configure(store, None, "Support", channel_id="C1")
    assert scheduling.ensure_schedules(store, now=START) == 6
    with store.write() as tx:
        tx.execute(delete(tables.Schedule).where(tables.Schedule.kind == ScheduleKind.MONTHLY))


@pytest.fixture
def planned(store, furnish):
    """Support has a channel, Sales has none; both have the weekly schedules from Thursday on."""
    furnish(store, plan)
    return World(store)


def rows(store, column, *conditions):
    with store.read() as tx:
        return list(tx.execute(select(column).where(*conditions)).scalars())


def digests(store, now):
    """The Notices of digests that may leave by now."""
    with store.read() as tx:
        return tx.execute(
            select(tables.Notice)
            .where(tables.Notice.kind == NoticeKind.DIGEST, tables.Notice.not_before <= now)
            .with_only_columns(*tables.Notice.__table__.c)
        ).all()


def only_digests(store):
    with store.write() as tx:
        tx.execute(delete(tables.Schedule).where(tables.Schedule.kind == DRAW))


def test_every_team_gets_its_schedules_once(planned):
    """Asked again, nothing is new; a team added later gets its own.

    The monthly digest of a team that had the weekly one before comes paused, a new team's is on.
    """
    assert scheduling.ensure_schedules(planned.store, now=START) == 2
    assert scheduling.ensure_schedules(planned.store, now=START) == 0
    enrolling.import_people(
        planned.store, "team,email,name,roles\nBilling,ivy@example.com,Ivy,agent\n", now=START
    )
    assert scheduling.ensure_schedules(planned.store, now=START) == 3
    monthly = {each.team_id: each.paused for each in monthly_schedules(planned.store)}
    names = {team.id: team.name for team in configuring.teams(planned.store)}
    assert {names[team]: paused for team, paused in monthly.items()} == {
        "Support": True,
        "Sales": True,
        "Billing": False,
    }


def monthly_schedules(store):
    with store.read() as tx:
        return [each for each in schedules.every(tx) if each.kind is ScheduleKind.MONTHLY]


def test_before_monday_nothing_is_due(planned):
    """A minute early is early."""
    assert scheduling.due(planned.store, now=EIGHT - timedelta(minutes=1)) == []
    assert scheduling.tick(planned.store, now=EIGHT - timedelta(minutes=1)) == []


def test_mondays_draw_takes_the_week_before(planned):
    """At eight the sample of last week is drawn, at the next tick nothing more."""
    store = planned.store
    done = scheduling.tick(store, now=EIGHT)
    assert [(each.team, each.kind, each.outcome, each.problem) for each in done] == [
        ("Sales", DRAW, Outcome.DONE, ""),  # there was nothing to draw from
        ("Support", DRAW, Outcome.DONE, ""),
    ]
    assert rows(store, tables.Draw.period) == [WEEK]
    assert planned.tasks(planned.rosa)
    assert scheduling.tick(store, now=EIGHT) == []


def test_a_draw_that_cannot_be_made_is_told_and_tried_again(planned):
    """Nobody reviews; when somebody has the role, the next tick draws."""
    store = planned.store
    with store.write() as tx:
        tx.execute(delete(tables.Membership).where(tables.Membership.role == "reviewer"))
    first = {each.team: each.problem for each in scheduling.tick(store, now=EIGHT)}
    assert "no reviewers" in first["Support"]
    assert rows(store, tables.ScheduleRun.id) == []
    enrolling.import_people(
        store, "team,email,name,roles\nSupport,rosa@example.com,Rosa,reviewer\n", now=EIGHT
    )
    later = {each.team: each.problem for each in scheduling.tick(store, now=EIGHT + timedelta(minutes=1))}
    assert later["Support"] == ""
    assert rows(store, tables.Draw.period) == [WEEK]


def test_one_teams_failure_keeps_no_other_team_waiting(planned, monkeypatch):
    """Whatever goes wrong in a draw, the digests go out, and the error is not swallowed."""

    def broken(*_, **__):
        raise RuntimeError("broken")

    monkeypatch.setattr(assigning, "draw_within", broken)
    with pytest.raises(ExceptionGroup) as caught:
        scheduling.tick(planned.store, now=NINE)
    assert len(caught.value.exceptions) == 2
    assert len(digests(planned.store, NINE)) == 1


def test_mondays_digest_is_told_once_to_the_channel(planned):
    """The run and its Notice come together; the digest is that of the week before."""
    store = planned.store
    only_digests(store)
    done = scheduling.tick(store, now=NINE)
    assert [(each.team, each.outcome, each.told) for each in done] == [
        ("Sales", Outcome.DONE, False),
        ("Support", Outcome.DONE, True),
    ]
    assert scheduling.tick(store, now=NINE + timedelta(seconds=30)) == []
    (notice,) = digests(store, NINE)
    assert (notice.channel, notice.person_id) == ("C1", None)
    digest = reporting.digest(store, notice.object_id, now=NINE)
    assert digest.report.period.label == "week 46"
    assert not digest.late


def test_without_a_channel_the_run_is_recorded_and_nobody_is_told(planned):
    """A channel set on Tuesday does not get Monday's digest."""
    store = planned.store
    only_digests(store)
    scheduling.tick(store, now=NINE)
    assert len(rows(store, tables.ScheduleRun.id)) == 2
    configuring.configure(store, None, "Sales", channel_id="C2")
    assert scheduling.tick(store, now=NINE + timedelta(hours=2)) == []
    assert [each.channel for each in digests(store, NINE + timedelta(hours=2))] == ["C1"]


def test_after_an_outage_the_newest_digest_comes_late_and_the_others_never(planned):
    """Two Mondays were missed: the first is recorded as skipped, the second says that it is late."""
    store = planned.store
    only_digests(store)
    monday = NINE + timedelta(weeks=2)
    done = scheduling.tick(store, now=monday + timedelta(hours=3))
    assert [each.outcome for each in done if each.team == "Support"] == [
        Outcome.SKIPPED,
        Outcome.SKIPPED,
        Outcome.LATE,
    ]
    (notice,) = digests(store, monday + timedelta(hours=3))
    assert reporting.digest(store, notice.object_id, now=monday).late


def test_a_digest_missed_by_more_than_a_day_is_skipped(planned):
    """Tuesday noon is too late for Monday's digest."""
    store = planned.store
    only_digests(store)
    scheduling.tick(store, now=NINE + timedelta(hours=24, minutes=1))
    assert rows(store, tables.ScheduleRun.outcome) == ["skipped", "skipped"]
    assert digests(store, NINE + timedelta(days=2)) == []


@pytest.mark.parametrize("turn", range(3))
def test_of_replicas_that_tick_together_one_wins(planned, database_url, turn):
    """Four at once: one draw, one run for each schedule, one digest."""
    store = planned.store
    replicas = [Store(database_url) for _ in range(4)]
    barrier = Barrier(len(replicas))

    def tick(replica):
        barrier.wait()
        return scheduling.tick(replica, now=NINE)

    try:
        with ThreadPoolExecutor(len(replicas)) as pool:
            done = [each for found in pool.map(tick, replicas) for each in found]
    finally:
        for replica in replicas:
            replica.close()
    assert sorted((each.team, each.kind) for each in done) == [
        ("Sales", DIGEST),
        ("Sales", DRAW),
        ("Support", DIGEST),
        ("Support", DRAW),
    ]
    assert len(rows(store, tables.ScheduleRun.id)) == 4
    assert rows(store, tables.Draw.period) == [WEEK]
    assert len(digests(store, NINE)) == 1


def test_a_tick_that_breaks_off_leaves_nothing_half_done(planned, monkeypatch):
    """When the Notice cannot be written, the run is not recorded either, and the next tick does both."""
    store = planned.store
    only_digests(store)

    def broken(*_, **__):
        raise RuntimeError("broken")

    with monkeypatch.context() as patched:
        patched.setattr(scheduling.notices, "add", broken)
        with pytest.raises(RuntimeError):
            scheduling.tick(store, now=NINE)
    assert len(rows(store, tables.ScheduleRun.id)) == 1  # Sales has no channel, so nothing broke there
    assert [each.told for each in scheduling.tick(store, now=NINE)] == [True]


def test_a_team_that_moves_to_another_zone_is_not_told_twice(planned):
    """It had its digest this Monday; Monday comes again in Los Angeles, the digest next week."""
    store = planned.store
    only_digests(store)
    scheduling.tick(store, now=NINE)
    configuring.configure(store, None, "Support", timezone="America/Los_Angeles")
    assert scheduling.tick(store, now=NINE + timedelta(hours=9)) == []
    (coming,) = [each for each in scheduling.upcoming(store, now=NINE) if each.team.name == "Support"]
    assert coming.due.local_date == date(2026, 11, 23)
    assert coming.due.at == datetime(2026, 11, 23, 17, tzinfo=UTC)


def test_the_next_times_are_known(planned):
    """Soonest first, each team's own; a paused schedule has none."""
    found = scheduling.upcoming(planned.store, now=START)
    assert [(each.kind, each.due.at) for each in found] == [
        (DRAW, EIGHT), (DRAW, EIGHT), (DIGEST, NINE), (DIGEST, NINE),
    ]  # fmt: skip
    with planned.store.write() as tx:
        tx.execute(update(tables.Schedule).values(paused=True))
    assert scheduling.upcoming(planned.store, now=START) == []
    assert scheduling.tick(planned.store, now=NINE) == []


def test_a_year_of_ticks_makes_one_digest_a_week(planned):
    """Fifty-two Mondays across both clock changes, asked every twenty hours."""
    store = planned.store
    only_digests(store)
    configuring.configure(store, None, "Support", timezone="Europe/Berlin")
    with store.write() as tx:
        tx.execute(delete(tables.Schedule).where(tables.Schedule.team_id != team_id(planned)))
    now = START
    while now < START + timedelta(weeks=52):
        scheduling.tick(store, now=now)
        now += timedelta(hours=20)  # less than a day late: some weeks are caught up
    with store.read() as tx:
        by_week = tx.execute(
            select(tables.ScheduleRun.local_date, func.count()).group_by(tables.ScheduleRun.local_date)
        ).all()
    assert len(by_week) == 52
    assert {times for _, times in by_week} == {1}
    assert set(rows(store, tables.ScheduleRun.outcome)) <= {"done", "late"}


def team_id(world):
    return next(team.id for team in configuring.teams(world.store) if team.name == "Support")


def windows(store, kind):
    """The windows of Support's runs of this kind, oldest first."""
    with store.read() as tx:
        found = tx.execute(
            select(tables.ScheduleRun.starts_at, tables.ScheduleRun.ends_at)
            .join(tables.Schedule)
            .join(tables.Team)
            .where(tables.Team.name == "Support", tables.Schedule.kind == kind)
            .order_by(tables.ScheduleRun.due_at)
        )
        return [tuple(row) for row in found]


def test_after_a_new_zone_the_next_period_begins_where_the_last_one_ended(planned):
    """Stored with the run: no hour is in two digests or in none."""
    store = planned.store
    scheduling.tick(store, now=NINE)
    configuring.configure(store, None, "Support", timezone="America/Los_Angeles", now=NINE)
    monday = datetime(2026, 11, 23, 17, tzinfo=UTC)
    scheduling.tick(store, now=monday)
    for kind in (DRAW, DIGEST):
        (first, second) = windows(store, kind)
        assert first == (datetime(2026, 11, 9, tzinfo=UTC), datetime(2026, 11, 16, tzinfo=UTC))
        assert second == (first[1], datetime(2026, 11, 23, 8, tzinfo=UTC))


def test_a_zone_that_moves_the_time_a_day_into_the_past_loses_no_week(planned):
    """From the west of the date line to the east: this week's digest comes with the move."""
    store = planned.store
    configuring.configure(store, None, "Support", timezone="Pacific/Niue", now=START)
    scheduling.tick(store, now=NINE + timedelta(hours=12))
    tuesday = datetime(2026, 11, 23, 19, 55, tzinfo=UTC)  # Niue's digest is due in five minutes
    assert [each.team for each in scheduling.tick(store, now=tuesday) if each.kind is DIGEST] == ["Sales"]
    configuring.configure(store, None, "Support", timezone="Pacific/Kiritimati", now=tuesday)
    [done] = [each for each in scheduling.tick(store, now=tuesday) if each.kind is DIGEST]
    assert (done.team, done.outcome, done.told) == ("Support", Outcome.DONE, True)
    assert tuesday - done.due.at > timedelta(hours=24)


def test_a_draw_and_its_run_are_one(planned, monkeypatch):
    """When the run cannot be recorded, nothing was drawn and nobody is told; the next tick does both."""
    store = planned.store

    def broken(*_, **__):
        raise RuntimeError("broken")

    with monkeypatch.context() as patched:
        patched.setattr(scheduling.schedules, "record", broken)
        with pytest.raises(ExceptionGroup):
            scheduling.tick(store, now=EIGHT)
    assert (
        rows(store, tables.Draw.id)
        == rows(store, tables.Assignment.id)
        == rows(store, tables.Notice.id, tables.Notice.kind != NoticeKind.DRAW)  # the commitment stands
        == []
    )
    assert len(scheduling.tick(store, now=EIGHT)) == 2
    assert rows(store, tables.Draw.period) == [WEEK]


def test_a_digest_right_after_its_week_waits_for_the_last_review(planned):
    """What was submitted a minute before midnight may be taken back until ten past, and is in the digest then."""
    store = planned.store
    planning.move(store, None, "Support", DIGEST, now=START, weekday=0, minute=0)
    midnight = datetime(2026, 11, 16, tzinfo=UTC)
    scheduling.tick(store, now=midnight)
    assert digests(store, midnight + UNDO_WINDOW - timedelta(seconds=1)) == []
    assert len(digests(store, midnight + UNDO_WINDOW)) == 1


def test_a_database_that_is_away_ends_the_tick(planned, monkeypatch):
    """It is no draw's problem, and the clock has to know that it should come back soon."""

    def away(*_, **__):
        raise Unavailable("The database cannot be reached just now; nothing was saved.")

    with monkeypatch.context() as patched:
        patched.setattr(assigning, "draw_within", away)
        with pytest.raises(Unavailable):
            scheduling.tick(planned.store, now=NINE)
    assert digests(planned.store, NINE) == []
    assert len(scheduling.tick(planned.store, now=NINE)) == 4


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_tick_whose_commit_got_lost_is_done_once(planned):
    """The server kept it and the connection broke before it could say so: the next tick finds it done."""
    store = planned.store
    only_digests(store)
    dialect, lost = store.engine.dialect, []
    commit = dialect.do_commit

    def cut(connection):
        commit(connection)
        if not (lost or connection.dbapi_connection.read_only):
            lost.append(connection)
            connection.dbapi_connection.close()
            raise psycopg.OperationalError("the connection is lost")

    dialect.do_commit = cut
    with pytest.raises(Unavailable, match="twice does no harm"):
        scheduling.tick(store, now=NINE)
    assert [each.team for each in scheduling.tick(store, now=NINE)] == ["Support"]
    assert len(rows(store, tables.ScheduleRun.id)) == 2
    assert len(digests(store, NINE)) == 1
