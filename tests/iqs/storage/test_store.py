"""Transactions: nothing written is lost, nothing half-written stays, and an outage is told from a mistake."""

import subprocess
import sys
import threading
import time
import traceback
from contextlib import closing
from sqlite3 import connect

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from iqs.errors import Invalid, Unavailable
from iqs.storage.migrating import upgrade
from iqs.storage.repositories import settings
from iqs.storage.store import Store


def put(store, value, name="n"):
    with store.write() as tx:
        settings.put(tx, name, value)


def get(store, name="n"):
    with store.read() as tx:
        return settings.get(tx, name)


def test_a_write_is_kept_and_a_failed_one_is_not(store):
    """The end of the block commits; an exception takes back everything in it and is passed on."""
    put(store, 1)
    with pytest.raises(ZeroDivisionError), store.write() as tx:  # noqa: PT012 - the second statement fails
        settings.put(tx, "n", 2)
        raise ZeroDivisionError
    assert get(store) == 1


def test_a_read_cannot_write(store):
    """A statement that writes inside `read()` is an error of ours, on both databases, not an outage."""
    with pytest.raises(DBAPIError), store.read() as tx:
        settings.put(tx, "n", 1)
    put(store, 2)  # and the connection can write again
    assert get(store) == 2


def test_a_read_sees_one_moment(store):
    """What another commits during a `read()` is not seen in it."""
    put(store, 1)
    with store.read() as tx:
        assert settings.get(tx, "n") == 1
        put(store, 2)
        assert settings.get(tx, "n") == 1
    assert get(store) == 2


def test_a_broken_rule_is_no_outage(store):
    """IntegrityError stays itself, so that a service can tell a duplicate from a database that is away."""
    with pytest.raises(IntegrityError), store.write() as tx:
        tx.execute(text("INSERT INTO setting (name, value) VALUES ('n', NULL)"))


def test_no_value_stands_in_an_error(store):
    """Errors are logged; the values of a statement, which may be a customer's words, are not in them."""
    put(store, 1, "my card is 4111")
    with pytest.raises(IntegrityError) as refused, store.write() as tx:
        tx.execute(
            text("INSERT INTO setting (name, value) VALUES (:words, '1')"), {"words": "my card is 4111"}
        )
    said = "".join(traceback.format_exception(refused.value))
    assert "setting" in said
    assert "4111" not in said.replace('"words": "my card is 4111"', "")


def test_a_write_inside_a_write_is_a_mistake(store):
    """It would wait for itself on SQLite, so it is refused at once."""
    with store.write(), pytest.raises(RuntimeError, match="inside a transaction"), store.write():
        pass
    put(store, 1)


def test_text_in_every_script_comes_back(store):
    """JSON is stored readable: no escapes of other scripts."""
    put(store, {"words": "Grüße, 你好, 🙂, \u202e"})
    assert get(store) == {"words": "Grüße, 你好, 🙂, \u202e"}
    with store.read() as tx:
        assert "你好" in tx.scalar(text("SELECT CAST(value AS TEXT) FROM setting"))


COUNT = """
import sys
from iqs.storage.repositories import settings
from iqs.storage.store import Store
store = Store(sys.argv[1])
for _ in range(int(sys.argv[2])):
    with store.write() as tx:
        settings.put(tx, "n", settings.get(tx, "n") + 1)
"""


def test_four_processes_lose_nothing(sqlite_store):
    """Read-then-write from four processes at once: every increment counts and none is refused (SQLite)."""
    put(sqlite_store, 0)
    url = str(sqlite_store.engine.url)
    command = [sys.executable, "-c", COUNT, url, "50"]
    running = [subprocess.Popen(command, stderr=subprocess.PIPE) for _ in range(4)]
    assert [process.communicate()[1] for process in running] == [b""] * 4
    assert get(sqlite_store) == 200


def test_the_settings_that_keep_sqlite_safe_are_on(sqlite_store):
    """Write-ahead log, a flush at every commit, foreign keys, and patience with other writers."""
    wanted = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 10_000}
    with sqlite_store.write() as tx:
        found = {name: tx.exec_driver_sql(f"PRAGMA {name}").scalar() for name in wanted}
    assert found == wanted


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("sqlite://", "name a file"),
        ("sqlite:///:memory:", "name a file"),
        ("sqlite:////no/such/folder/iqs.db", "no folder"),
        ("sqlite:////", "folder"),
        ("mysql://host/name", "sqlite and postgresql"),
        ("iqs.db", "not an address"),
        ("postgresql://user:secret@host:port/name", "not an address"),
    ],
)
def test_an_address_that_cannot_be_used_is_explained(url, words):
    """One clear sentence, without the password, before anything is connected."""
    with pytest.raises(Invalid, match=words) as refused:
        Store(url)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("url", ["postgres://u@h/d", "postgresql://u@h/d", "postgresql+asyncpg://u@h/d"])
def test_every_spelling_of_postgresql_means_psycopg(url):
    """Hosts write the address in their own ways; the driver is ours to choose."""
    with closing(Store(url)) as store:
        assert store.engine.url.drivername == "postgresql+psycopg"
        assert not store.is_sqlite


def test_sqlite_does_not_wake_psycopg():
    """Starting on SQLite imports neither the other driver nor Alembic."""
    check = (
        "import sys; from iqs.storage.store import Store; Store('sqlite:///x.db');"
        "print([name for name in ('psycopg', 'alembic') if name in sys.modules])"
    )
    assert subprocess.check_output([sys.executable, "-c", check]) == b"[]\n"


def test_a_full_disk_is_an_outage(sqlite_store):
    """It is said, nothing is half-written, and the next write works once there is room."""
    put(sqlite_store, 1)
    with sqlite_store.write() as tx:
        tx.exec_driver_sql(f"PRAGMA max_page_count={tx.exec_driver_sql('PRAGMA page_count').scalar()}")
    with pytest.raises(Unavailable, match="disk"):
        put(sqlite_store, "x" * 1_000_000)
    assert get(sqlite_store) == 1
    with sqlite_store.write() as tx:
        tx.exec_driver_sql("PRAGMA max_page_count=1000000")
    put(sqlite_store, "x" * 1_000_000)
    assert len(get(sqlite_store)) == 1_000_000


def test_a_file_that_can_only_be_read_is_an_outage(sqlite_store):
    """SQLite's "readonly database" while writing is the operator's matter and is said as such."""

    @event.listens_for(sqlite_store.engine, "begin")
    def forbid(connection):
        connection.connection.dbapi_connection.execute("PRAGMA query_only=ON")

    with pytest.raises(Unavailable, match="only be read"):
        put(sqlite_store, 1)


def test_a_file_that_is_no_database_is_an_outage(tmp_path):
    """A damaged or foreign file is named, not a traceback."""
    path = tmp_path / "iqs.db"
    path.write_bytes(b"this is no database, only some text that is long enough" * 40)
    with pytest.raises(Unavailable, match="damaged"), Store(f"sqlite:///{path}").read():
        pass


def test_a_database_that_stays_busy_is_an_outage(sqlite_store, monkeypatch):
    """After the patience is over the answer is "busy", and nothing hangs."""
    monkeypatch.setattr("iqs.storage.store.BUSY_SECONDS", 0.1)
    with closing(Store(str(sqlite_store.engine.url))) as hasty, closing(connect(sqlite_store.path)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Unavailable, match="busy"):
            put(hasty, 1)
        other.rollback()
        put(hasty, 1)


def test_no_free_connection_is_an_outage(sqlite_store, monkeypatch):
    """When every connection is taken for too long, the answer is "busy"."""
    monkeypatch.setattr("iqs.storage.store.BUSY_SECONDS", 0.1)
    with closing(Store(str(sqlite_store.engine.url), pool_size=1)) as small:
        small.engine.pool._max_overflow = 0
        with small.read(), pytest.raises(Unavailable, match="busy"), small.read():
            pass


def test_nobody_at_home_is_an_outage(tmp_path):
    """A PostgreSQL that does not answer is `Unavailable` at once, to read and to write."""
    with closing(Store(f"postgresql://u@/d?host={tmp_path}")) as store:
        with pytest.raises(Unavailable, match="cannot be reached"):
            store.is_current()
        with pytest.raises(Unavailable, match="nothing was saved"):
            put(store, 1)
        with pytest.raises(Unavailable):
            upgrade(store)


@pytest.fixture
def server_store(postgresql):
    """An empty migrated PostgreSQL store, for what only a server can do."""
    with postgresql.database() as database, closing(Store(database.url)) as made:
        yield made


def end_session(store, tx):
    """Ends the transaction's connection from outside, as a restart would."""
    number = tx.scalar(text("SELECT pg_backend_pid()"))
    with store.engine.connect() as other:
        other.execute(text("SELECT pg_terminate_backend(:number, 5000)"), {"number": number})


def test_a_lost_connection_is_an_outage_and_heals(server_store):
    """A connection that breaks inside the block saves nothing and says so; the next write works."""
    with pytest.raises(Unavailable, match="nothing was saved"), server_store.write() as tx:  # noqa: PT012
        settings.put(tx, "n", 1)
        end_session(server_store, tx)
        settings.put(tx, "n", 2)
    assert get(server_store) is None
    put(server_store, 3)
    assert get(server_store) == 3


def test_a_connection_lost_while_saving_leaves_it_open(server_store):
    """When the commit itself breaks nobody knows how it ended, and the sentence does not pretend."""
    with pytest.raises(Unavailable, match="broke while saving"), server_store.write() as tx:  # noqa: PT012
        settings.put(tx, "n", 1)
        end_session(server_store, tx)


def test_work_is_repeated_after_a_lost_connection(server_store):
    """`transact` runs the whole work anew when the connection broke before the commit."""
    runs = []

    def work(tx):
        runs.append(tx)
        settings.put(tx, "n", len(runs))
        if len(runs) == 1:
            end_session(server_store, tx)
            settings.put(tx, "n", 99)
        return "done"

    assert server_store.transact(work) == "done"
    assert (len(runs), get(server_store)) == (2, 2)


def test_work_is_not_repeated_after_a_lost_commit(server_store):
    """It may have been saved, so `transact` does not do it a second time."""
    runs = []

    def work(tx):
        runs.append(tx)
        settings.put(tx, "n", len(runs))
        end_session(server_store, tx)

    with pytest.raises(Unavailable, match="broke while saving"):
        server_store.transact(work)
    assert len(runs) == 1


def test_deadlocked_work_is_repeated(server_store):
    """Of two pieces of work that wait for each other PostgreSQL gives one up; `transact` does it again."""
    put(server_store, 0, "a")
    put(server_store, 0, "b")
    both_hold_one = threading.Barrier(2)
    runs = []

    def work(first, second):
        def run(tx):
            runs.append(first)
            for name in (first, second):
                held = text("SELECT value FROM setting WHERE name = :name FOR UPDATE")
                value = tx.scalar(held, {"name": name})
                settings.put(tx, name, value + 1)
                if name == first and runs.count(first) == 1:
                    both_hold_one.wait(5)

        return run

    threads = [threading.Thread(target=server_store.transact, args=[work(*names)]) for names in ("ab", "ba")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert (get(server_store, "a"), get(server_store, "b"), len(runs)) == (2, 2, 3)


def test_work_is_not_repeated_for_its_own_mistake(store):
    """A broken rule or an exception of the work's own ends `transact` at once, and nothing is kept."""
    runs = []

    def work(tx):
        runs.append(tx)
        settings.put(tx, "n", 1)
        tx.execute(text("INSERT INTO setting (name, value) VALUES ('other', NULL)"))

    with pytest.raises(IntegrityError):
        store.transact(work)
    assert len(runs) == 1
    assert get(store) is None


def test_transact_gives_up_in_the_end(store, monkeypatch):
    """Work that the database gives up every time ends in `Unavailable` after four tries."""
    monkeypatch.setattr(time, "sleep", lambda _: None)
    runs = []

    class Deadlock(Exception):
        sqlstate = "40P01"

    def work(tx):
        runs.append(tx)
        raise OperationalError("", None, Deadlock())

    with pytest.raises(Unavailable, match="busy"):
        store.transact(work)
    assert len(runs) == 4
