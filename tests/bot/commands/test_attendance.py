"""A living process can be seen, and stops when another machine took its place."""

import time
from datetime import timedelta
from threading import Event

import pytest
from sqlalchemy import delete

from bot.commands import attendance
from bot.commands.attendance import Agreed, attending
from bot.commands.opening import now
from iqs.errors import Conflict, Unavailable
from iqs.replicas import Replica, ReplicaKind
from iqs.services import living
from iqs.storage import tables
from iqs.storage.repositories import replicas


def until(condition):
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_it_is_seen_again_and_again_and_then_no_more(sqlite_store):
    """While the block runs; a database that is away for a beat changes nothing."""

    def seen():
        return [each.seen_at for each in living.alive(sqlite_store, now=now())]

    with attending(sqlite_store, ReplicaKind.RUN, pytest.fail, seconds=0.02):
        first = seen()
        until(lambda: seen() > first)
    assert seen() == []


def test_a_lost_beat_is_no_end(sqlite_store, monkeypatch):
    """The database restarts, the next beat comes through."""
    beat, lost = living.beat, []

    def away(*arguments, **named):
        if len(lost) < 3:
            lost.append(1)
            raise Unavailable("The database cannot be reached just now.")
        lost.append(1)
        return beat(*arguments, **named)

    monkeypatch.setattr(living, "beat", away)
    with attending(sqlite_store, ReplicaKind.RUN, pytest.fail, seconds=0.01):
        until(lambda: len(lost) > 4)


def test_it_stops_when_another_machine_took_over(sqlite_store):
    """The work is ended as by a signal, and the command says why."""
    stopped = Event()

    def work():
        with attending(sqlite_store, ReplicaKind.RUN, stopped.set, seconds=0.02):
            with sqlite_store.write() as tx:
                tx.execute(delete(tables.Replica))
                replicas.add(tx, Replica("r", ReplicaKind.RUN, "elsewhere", 1, now(), now()))
            assert stopped.wait(10)

    with pytest.raises(Conflict, match="elsewhere"):
        work()
    assert [each.host for each in living.alive(sqlite_store, now=now())] == ["elsewhere"]


def test_it_does_not_begin_while_another_machine_lives(sqlite_store):
    """Nothing is started, nothing has to be undone."""
    living.enter(sqlite_store, ReplicaKind.RUN, host="elsewhere", process=1, now=now() - timedelta(seconds=5))
    with pytest.raises(Conflict), attending(sqlite_store, ReplicaKind.WEB, pytest.fail):
        pytest.fail("it began")


@pytest.mark.parametrize("wrong", [timedelta(hours=3), -timedelta(hours=3)])
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_wrong_clock_acts_by_the_databases(store, monkeypatch, caplog, wrong):
    """Leases are measured by one clock: whoever shares a PostgreSQL acts by its time, and the log says so."""
    monkeypatch.setattr(attendance, "now", lambda: now() + wrong)
    with attending(store, ReplicaKind.WORKER, pytest.fail, seconds=0.02) as agreed:
        until(lambda: abs(agreed() - now()) < timedelta(minutes=1))
        until(lambda: living.alive(store, now=now()))
    assert "NTP" in caplog.messages[0]


def test_a_clock_that_jumps_is_set_right_with_the_next_beat(sqlite_store, monkeypatch):
    """Whatever the database says then counts; on SQLite it says nothing, as there is one clock."""
    agreed = Agreed(sqlite_store)
    assert abs(agreed() - now()) < timedelta(minutes=1)
    monkeypatch.setattr(living, "ahead", lambda _store, _now: timedelta(hours=2))
    agreed.set_right()
    assert agreed() - now() > timedelta(hours=1)
