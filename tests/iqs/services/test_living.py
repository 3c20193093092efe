"""Processes enter, beat and leave; on SQLite a second machine is refused."""

from datetime import UTC, datetime, timedelta

import pytest

from iqs.errors import Conflict
from iqs.replicas import BEAT, DEAD_AFTER, ReplicaKind
from iqs.services import living

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
RUN, WEB, WORKER = ReplicaKind


def enter(store, kind=WORKER, *, host="here", process=7, now=NOW):
    return living.enter(store, kind, host=host, process=process, now=now)


def alive(store, now=NOW):
    """(kind, host, process) of each, by process number: some entered at the same moment."""
    found = [(each.kind, each.host, each.process) for each in living.alive(store, now=now)]
    return sorted(found, key=lambda each: each[2])


def test_who_entered_lives_until_it_leaves(store):
    """With kind, machine and process number; forgotten at once when it stops as it should."""
    web, worker = enter(store, WEB), enter(store, WORKER, process=8, now=NOW + BEAT)
    assert alive(store, NOW + BEAT) == [(WEB, "here", 7), (WORKER, "here", 8)]
    living.leave(store, web)
    assert alive(store, NOW + BEAT) == [(WORKER, "here", 8)]
    living.leave(store, worker)
    assert alive(store) == []


def test_who_beats_lives_on_and_who_does_not_is_dead(store):
    """A minute of silence; its row goes when the next one enters."""
    one = enter(store, WEB)
    enter(store, WORKER, process=8)
    living.beat(store, one, now=NOW + DEAD_AFTER)
    assert alive(store, NOW + DEAD_AFTER) == [(WEB, "here", 7)]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_on_postgresql_any_number_lives_anywhere(store):
    """Every kind, several times, on several machines."""
    for number in range(6):
        enter(store, list(ReplicaKind)[number % 3], host=f"host{number % 2}", process=number)
    assert len(alive(store)) == 6


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_sleeper_on_postgresql_comes_back(store):
    """Its row was cleared away while it slept; the next beat makes it known again."""
    sleeper = enter(store, host="there")
    later = NOW + timedelta(hours=1)
    enter(store, process=8, now=later)
    living.beat(store, sleeper, now=later)
    assert alive(store, later) == [(WORKER, "there", 7), (WORKER, "here", 8)]


def test_on_sqlite_a_second_machine_is_refused_with_a_sentence(sqlite_store):
    """It names the other one and what to do; a minute after that one died it may."""
    enter(sqlite_store, WORKER, host="there", process=41)
    for kind in ReplicaKind:
        with pytest.raises(
            Conflict, match=r"`iqs worker` on there \(process 41\).*20 seconds ago.*PostgreSQL"
        ):
            enter(sqlite_store, kind, now=NOW + timedelta(seconds=20))
    assert alive(sqlite_store) == [(WORKER, "there", 41)]
    enter(sqlite_store, now=NOW + DEAD_AFTER)
    assert alive(sqlite_store, NOW + DEAD_AFTER) == [(WORKER, "here", 7)]


def test_on_one_machine_the_lock_knows_better_than_the_row(sqlite_store):
    """Whoever enters holds the lock, so one of its kind that was seen just now was killed; its row goes."""
    enter(sqlite_store, WEB, process=1)
    enter(sqlite_store, WORKER, process=2)
    enter(sqlite_store, WORKER, process=3)
    assert alive(sqlite_store) == [(WEB, "here", 1), (WORKER, "here", 3)]
    enter(sqlite_store, RUN, process=4)
    assert alive(sqlite_store) == [(RUN, "here", 4)]


def test_a_sleeper_on_sqlite_stops_when_another_machine_took_over(sqlite_store):
    """Two machines never go on working on one file; when nobody took over it just goes on."""
    sleeper = enter(sqlite_store)
    later = NOW + timedelta(hours=1)
    other = enter(sqlite_store, host="there", process=8, now=later)
    with pytest.raises(Conflict, match="there"):
        living.beat(sqlite_store, sleeper, now=later)
    living.leave(sqlite_store, other)
    living.beat(sqlite_store, sleeper, now=later)
    assert alive(sqlite_store, later) == [(WORKER, "here", 7)]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_the_databases_clock_is_told_unless_the_answer_was_slow(store):
    """By how far a clock is off; an answer that was minutes on its way says nothing."""
    moments = iter([NOW, NOW])
    assert living.ahead(store, lambda: next(moments)) == pytest.approx(
        datetime.now(UTC) - NOW, abs=timedelta(minutes=1)
    )
    moments = iter([NOW, NOW + timedelta(minutes=3)])
    assert living.ahead(store, lambda: next(moments)) is None
