"""A schedule is moved, paused and resumed by those who may; no week is lost or doubled, and the audit knows."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from iqs.errors import Invalid, NotAllowed, NotFound
from iqs.schedules import ScheduleKind
from iqs.services import configuring, enrolling, planning, scheduling
from iqs.storage import tables
from iqs.storage.repositories import audit
from tests.world import World, fill

DRAW, DIGEST, MONTHLY = ScheduleKind
START = datetime(2026, 11, 12, tzinfo=UTC)  # a Thursday
NINE = datetime(2026, 11, 16, 9, tzinfo=UTC)  # the Monday after
WEDNESDAY = NINE + timedelta(days=2, hours=3)


def plan(store):
    fill(store)
    configuring.configure(store, None, "Support", channel_id="C1", now=START)
    scheduling.ensure_schedules(store, now=START)


@pytest.fixture
def team(store, furnish):
    """Support with its usual schedules from Thursday on."""
    furnish(store, plan)
    return World(store)


def runs(store):
    """(local date, outcome) of each digest of Support that was recorded."""
    with store.read() as tx:
        found = tx.execute(
            select(tables.ScheduleRun.local_date, tables.ScheduleRun.outcome)
            .join(tables.Schedule)
            .join(tables.Team)
            .where(tables.Team.name == "Support", tables.Schedule.kind == DIGEST)
            .order_by(tables.ScheduleRun.due_at)
        )
        return [(row.local_date.day, row.outcome) for row in found]


def changes(store, planned):
    with store.read() as tx:
        return [
            (row.actor_id, row.action, row.detail) for row in audit.of(tx, "schedule", planned.schedule.id)
        ]


def days(planned):
    return [each.local_date.day for each in planned.coming]


def test_every_schedule_is_shown_with_its_next_three_times(team):
    """By team, the draw before the digest; one team's alone when it is named, in any case."""
    found = planning.planned(team.store, now=START)
    assert [(each.team.name, each.schedule.kind) for each in found] == [
        ("Sales", DRAW), ("Sales", DIGEST), ("Sales", MONTHLY),
        ("Support", DRAW), ("Support", DIGEST), ("Support", MONTHLY),
    ]  # fmt: skip
    assert all(days(each) == ([7, 4, 1] if each.schedule.kind is MONTHLY else [16, 23, 30]) for each in found)
    assert planning.planned(team.store, now=START, team_name="support") == found[3:]
    with pytest.raises(NotFound, match="Sales, Support"):
        planning.planned(team.store, now=START, team_name="Nowhere")


def test_what_waits_for_the_next_tick_is_shown_as_due(team):
    """Between its time and the tick a digest is neither done nor still to come."""
    [_, digest, _] = planning.planned(team.store, now=NINE + timedelta(hours=1), team_name="Support")
    assert [each.at for each in digest.waiting] == [NINE]
    assert days(digest) == [23, 30, 7]
    scheduling.tick(team.store, now=NINE + timedelta(hours=1))
    [_, digest, _] = planning.planned(team.store, now=NINE + timedelta(hours=1), team_name="Support")
    assert digest.waiting == ()


def test_a_move_is_in_the_audit_with_before_and_after(team):
    """Who moved it, from where to where; the same again is no change."""
    moved = planning.move(team.store, team.max, "Support", DIGEST, now=START, weekday=4, minute=600)
    assert (moved.schedule.weekday, moved.schedule.minute, days(moved)) == (4, 600, [13, 20, 27])
    planning.move(team.store, team.max, "Support", DIGEST, now=START, weekday=4)
    assert changes(team.store, moved) == [
        (team.max.id, "schedule", {"weekday": [0, 4], "minute": [540, 600]})
    ]


def test_moved_to_later_in_the_week_it_comes_next_week(team):
    """Monday's digest was posted; moved to Friday on Wednesday, the next one is next week's."""
    scheduling.tick(team.store, now=NINE)
    moved = planning.move(team.store, None, "Support", DIGEST, now=WEDNESDAY, weekday=4)
    assert (moved.waiting, days(moved)) == ((), [27, 4, 11])


def test_moved_to_a_day_that_is_over_it_comes_at_once(team):
    """Friday's digest moved to Monday on Wednesday: this week's is posted now and not marked late."""
    planning.move(team.store, None, "Support", DIGEST, now=START, weekday=4)
    friday = datetime(2026, 11, 13, 9, tzinfo=UTC)
    scheduling.tick(team.store, now=friday)
    moved = planning.move(team.store, None, "Support", DIGEST, now=WEDNESDAY, weekday=0)
    assert [each.local_date for each in moved.waiting] == [date(2026, 11, 16)]
    assert days(moved) == [23, 30, 7]
    scheduling.tick(team.store, now=WEDNESDAY + timedelta(seconds=30))
    assert runs(team.store) == [(13, "done"), (16, "done")]


def test_a_pause_skips_what_comes_due_in_it(team):
    """Nobody is told meanwhile; afterwards it goes on with the next week, and the gap is on record."""
    paused = planning.pause(team.store, team.max, "Support", DIGEST, now=START)
    assert (paused.schedule.paused, paused.coming) == (True, ())
    three = NINE + timedelta(weeks=2, hours=1)
    scheduling.tick(team.store, now=three)
    assert runs(team.store) == []
    resumed = planning.resume(team.store, team.max, "Support", DIGEST, now=three)
    assert (resumed.waiting, days(resumed)) == ((), [7, 14, 21])
    assert runs(team.store) == [(16, "skipped"), (23, "skipped"), (30, "skipped")]
    scheduling.tick(team.store, now=three)
    planning.resume(team.store, team.max, "Support", DIGEST, now=three)
    assert len(runs(team.store)) == 3
    assert [detail for _, _, detail in changes(team.store, paused)] == [
        {"paused": [False, True]}, {"paused": [True, False]},
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["rosa", "lea", "otto", "vera"])
def test_only_an_admin_moves_or_stops_the_draw(team, name):
    """Others are refused, and nothing changes. The digests are their readers': a lead may plan them as well."""
    before = planning.planned(team.store, now=START)
    for kind in [DRAW] if name == "lea" else ScheduleKind:
        for change in (planning.pause, planning.resume, planning.move):
            with pytest.raises(NotAllowed):
                change(team.store, getattr(team, name), "Support", kind, now=START)
    assert planning.planned(team.store, now=START) == before


def test_what_cannot_be_is_refused_with_a_sentence(team):
    """An unknown team, a team without schedules, a minute outside the day."""
    with pytest.raises(NotFound, match="Nowhere"):
        planning.pause(team.store, None, "Nowhere", DIGEST, now=START)
    with pytest.raises(Invalid, match="23:59"):
        planning.move(team.store, None, "Support", DIGEST, now=START, minute=1440)
    enrolling.import_people(team.store, "team,email,name,roles\nNew,n@example.com,Nel,agent\n", now=START)
    with pytest.raises(NotFound, match="no digest schedule yet"):
        planning.pause(team.store, None, "New", DIGEST, now=START)
