"""Group commit on SQLite: works that wait share one flush, and nobody can tell, not even when one fails."""

import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from itertools import pairwise
from sqlite3 import connect

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, text
from sqlalchemy.exc import IntegrityError, OperationalError

from iqs.errors import Unavailable
from iqs.storage import groups
from iqs.storage.store import Store

PUT = text("INSERT INTO setting (name, value) VALUES (:name, :value)")


class Failed(Exception):
    """What a work raises on purpose."""


@pytest.fixture
def store(sqlite_store):
    return sqlite_store


def names(store):
    with store.read() as tx:
        return set(tx.scalars(text("SELECT name FROM setting")))


def commits(store):
    """Counts the flushes from now on."""
    seen = []
    event.listen(store.engine, "commit", lambda _: seen.append(1))
    return seen


def together(store, works, *, apart=False):
    """Runs works in threads that all wait while another holds the file, so that they come as one group with it."""
    results = [None] * len(works)
    began = [threading.Event() for _ in works]

    def run(place, work):
        began[place].set()
        try:
            with store.write() as tx:
                results[place] = work(tx)
        except Exception as error:  # noqa: BLE001 - looked at by the test
            results[place] = error

    threads = [threading.Thread(target=run, args=each) for each in enumerate(works)]
    with suppress(Unavailable), store.write():
        store._groups._group.until = time.monotonic() + 60  # however long it takes to start them
        for place, thread in enumerate(threads):
            thread.start()
            began[place].wait(5)
            while len(store._groups._queue) < place + 1:
                time.sleep(0.0005)
        if apart:
            store._groups._group.until = 0
    for thread in threads:
        thread.join(20)
    return results


def put(name):
    return lambda tx: tx.execute(PUT, {"name": name, "value": "1"}).rowcount


def failing(name):
    def work(tx):
        put(name)(tx)
        raise Failed(name)

    return work


def test_works_that_wait_share_a_flush(store):
    """Eight writers behind a ninth cost one more commit, and each has its effect."""
    flushes = commits(store)
    assert together(store, [put(f"n{n}") for n in range(8)]) == [1] * 8
    assert len(flushes) == 1
    assert names(store) == {f"n{n}" for n in range(8)}


def test_a_failed_work_is_taken_back_alone(store):
    """Its neighbours before and after it in the same group are kept."""
    first, failed, last = together(store, [put("a"), failing("b"), put("c")])
    assert (first, last, str(failed)) == (1, 1, "b")
    assert names(store) == {"a", "c"}


def test_a_broken_rule_is_its_own_works_alone(store):
    """A duplicate key is an IntegrityError to the one who wrote it and nothing to the rest."""
    first, second, third = together(store, [put("a"), put("a"), put("b")])
    assert (first, third) == (1, 1)
    assert isinstance(second, IntegrityError)
    assert names(store) == {"a", "b"}


def test_a_failed_commit_fails_every_work_of_the_group(store, monkeypatch):
    """Nobody is told of success before the flush; when that fails nothing is kept, a refusal is none either."""
    real = groups._Group.commit

    def broken(group):
        group.raw.execute("ROLLBACK")
        real(group)

    monkeypatch.setattr(groups._Group, "commit", broken)
    results = together(store, [put("a"), failing("b"), put("c")])
    assert [type(each) for each in results] == [Unavailable] * 3
    assert names(store) == set()
    monkeypatch.undo()
    assert together(store, [put("a"), put("c")]) == [1, 1]
    assert names(store) == {"a", "c"}


def test_a_transaction_that_sqlite_gave_up_is_not_taken_for_kept(store):
    """When a full disk ends the whole transaction inside one work, its neighbours hear that nothing was saved."""

    def give_up(tx):
        tx.connection.dbapi_connection.execute("ROLLBACK")
        raise OperationalError("INSERT", None, Exception("disk is full"))

    first, second, third = together(store, [put("a"), give_up, put("b")])
    assert (type(first), type(second), third) == (Unavailable, OperationalError, 1)
    assert names(store) == {"b"}


def test_a_swallowed_end_of_the_transaction_is_no_success(store):
    """A work that hides the end of its transaction is told that nothing was saved."""

    def hide(tx):
        put("a")(tx)
        tx.connection.dbapi_connection.execute("ROLLBACK")

    with pytest.raises(Unavailable), store.write() as tx:
        hide(tx)
    first, second, third = together(store, [put("b"), hide, put("c")])
    assert (type(first), type(second), third) == (Unavailable, OperationalError, 1)
    assert names(store) == {"c"}


def test_a_work_that_gets_no_turn_is_refused_as_busy(store, monkeypatch):
    """After the patience is over it steps out of the queue, and those behind it are served."""
    monkeypatch.setattr(store._groups, "_patience", 0.05)
    with ThreadPoolExecutor(3) as pool:
        with store.write() as tx:
            put("held")(tx)
            waiting = [pool.submit(lambda: store.transact(put("late"))) for _ in range(3)]
            for each in waiting:
                with pytest.raises(Unavailable, match="busy"):
                    each.result(5)
        assert pool.submit(lambda: store.transact(put("next"))).result(5) == 1
    assert names(store) == {"held", "next"}


def test_a_group_ends_after_a_while(store):
    """However many come, a group takes no more than its share, so that its first member is answered soon."""
    flushes = commits(store)

    def long(tx):
        store._groups._group.until = 0
        return put(f"n{threading.get_ident()}")(tx)

    assert together(store, [long] * 4, apart=True) == [1] * 4
    assert len(flushes) == 5


def test_a_reader_sees_whole_groups_only(store):
    """While writers move one unit between two rows, their sum is the same in every look."""
    with store.write() as tx:
        for name in "ab":
            tx.execute(PUT, {"name": name, "value": "500"})
    move = "UPDATE setting SET value = value + {} WHERE name = '{}'"
    over, sums = threading.Event(), set()

    def look():
        while not over.is_set():
            with store.read() as tx:
                sums.add(tx.scalar(text("SELECT sum(CAST(value AS INTEGER)) FROM setting")))

    def write(number):
        for turn in range(25):
            with suppress(Failed), store.write() as tx:
                tx.execute(text(move.format(-1, "a")))
                tx.execute(text(move.format(1, "b")))
                if (number + turn) % 5 == 0:
                    raise Failed

    reader = threading.Thread(target=look)
    reader.start()
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(write, range(6)))
    over.set()
    reader.join(10)
    assert sums == {1000}


WORK = st.one_of(
    st.tuples(st.just("add"), st.integers(0, 5), st.integers(-3, 3)),
    st.tuples(st.just("fail"), st.integers(0, 5), st.integers(-3, 3)),
    st.tuples(st.just("twice"), st.integers(0, 5), st.just(0)),
    st.tuples(st.just("large"), st.integers(0, 5), st.integers(1, 3)),
    st.tuples(st.just("nested"), st.integers(0, 5), st.integers(-3, 3)),
)


def act(tx, kind, row, amount):
    """Adds to a counter; every kind but "fail" and "twice" keeps it."""
    change = text("UPDATE setting SET value = value + :amount WHERE name = :name")
    for _ in range(50 if kind == "large" else 1):
        tx.execute(change, {"amount": amount, "name": f"c{row}"})
    if kind == "nested":
        with suppress(Failed), tx.begin_nested():
            tx.execute(change, {"amount": 1000, "name": f"c{row}"})
            raise Failed
    if kind == "twice":
        tx.execute(PUT, {"name": f"c{row}", "value": "0"})  # is there already
    if kind == "fail":
        raise Failed


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(works=st.lists(WORK, min_size=2, max_size=14))
def test_any_mix_equals_one_after_the_other(store, works):
    """Works that fail, succeed, nest savepoints of their own or are large leave what serial execution leaves."""
    with store.write() as tx:
        tx.execute(text("DELETE FROM setting"))
        for row in range(6):
            tx.execute(PUT, {"name": f"c{row}", "value": "0"})
    together(store, [lambda tx, each=each: act(tx, *each) for each in works])
    expected = dict.fromkeys(range(6), 0)
    for kind, row, amount in works:
        if kind not in ("fail", "twice"):
            expected[row] += amount * (50 if kind == "large" else 1)
    with store.read() as tx:
        rows = tx.execute(text("SELECT name, CAST(value AS INTEGER) FROM setting ORDER BY name")).all()
    assert [value for _, value in rows] == list(expected.values())


def hammer(store, writers, operations):
    """Each writer counts its own rows up; returns the errors."""

    def write(number):
        found = []
        for turn in range(operations):
            try:
                with store.write() as tx:
                    tx.execute(PUT, {"name": f"{number}:{turn}", "value": "1"})
            except Exception as error:  # noqa: BLE001 - looked at by the test
                found.append(error)
        return found

    with ThreadPoolExecutor(writers) as pool:
        return [error for found in pool.map(write, range(writers)) for error in found]


def test_eight_writers_make_no_error(store):
    """Whoever waits gets its turn."""
    assert hammer(store, 8, 60) == []
    assert len(names(store)) == 8 * 60


@pytest.mark.long
def test_eight_writers_make_no_error_in_forty_thousand_works(store):
    """The same for 5,000 works each."""
    assert hammer(store, 8, 5_000) == []
    assert len(names(store)) == 40_000


KILLED = """
import sys, threading
from sqlalchemy import text
from iqs.storage.store import Store
store = Store(sys.argv[1])
lock = threading.Lock()
def write(number):
    for turn in range(100_000):
        with store.write() as tx:
            for part in "xy":
                tx.execute(text("INSERT INTO setting (name, value) VALUES (:n, '1')"), {"n": f"{number}:{turn}:{part}"})
        with lock:
            print(f"{number}:{turn}", flush=True)
for number in range(8):
    threading.Thread(target=write, args=[number], daemon=True).start()
threading.Event().wait()
"""


@pytest.mark.parametrize("lines", [1, 17, 90])
def test_a_kill_leaves_whole_works_and_all_that_were_told(store, lines):
    """After SIGKILL every work is there with both its rows or not at all, and all that were told of are."""
    command = [sys.executable, "-c", KILLED, f"sqlite:///{store.path}"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    told = [process.stdout.readline().strip() for _ in range(lines)]
    process.send_signal(signal.SIGKILL)
    told += process.communicate()[0].split()
    with closing(connect(store.path)) as raw:
        kept = [name for (name,) in raw.execute("SELECT name FROM setting ORDER BY name")]
    assert len(kept) % 2 == 0
    pairs = {one.rpartition(":")[0] for one, other in list(pairwise(kept))[::2] if one[:-1] == other[:-1]}
    assert len(pairs) == len(kept) // 2
    whole = {each for each in told if each.count(":") == 1 and each.split(":")[1]}
    assert len(whole - pairs) <= 1  # the last line may have been cut off in the pipe


def test_closing_waits_for_the_work_in_hand(sqlite_store):
    """A store that is closed lets go of its file, and can be opened anew."""
    with closing(Store(f"sqlite:///{sqlite_store.path}")) as other:
        other.transact(put("a"))
    assert names(sqlite_store) == {"a"}
