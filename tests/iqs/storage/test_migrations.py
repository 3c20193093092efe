"""The migrations make exactly the tables the code speaks of, on both databases."""

import sqlite3
from contextlib import closing

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from iqs.errors import Invalid, Unavailable
from iqs.storage import migrating, tables
from iqs.storage.columns import belongs
from iqs.storage.migrating import config, upgrade
from iqs.storage.revision import HEAD
from iqs.storage.store import Store


@pytest.fixture
def bare(bare_url):
    made = Store(bare_url)
    yield made
    made.close()


def checks(store):
    """Every CHECK of every table as the database tells it; Alembic does not compare these."""
    found = inspect(store.engine)
    return {
        (table, check["name"], check["sqltext"])
        for table in tables.Base.metadata.tables
        for check in found.get_check_constraints(table)
    }


def test_the_steps_make_what_the_tables_say(store):
    """Between the migrated database and `tables.py` Alembic sees no difference."""
    with store.write() as tx:
        opts = {"compare_type": True, "include_object": belongs(tx.dialect.name)}
        context = MigrationContext.configure(tx, opts=opts)
        assert compare_metadata(context, tables.Base.metadata) == []


def test_the_steps_make_every_check(bare):
    """Each CHECK of `tables.py` stands in the migrated database, word for word, and no other."""
    tables.Base.metadata.create_all(bare.engine)
    wanted = checks(bare)
    tables.Base.metadata.drop_all(bare.engine)
    upgrade(bare)
    assert checks(bare) == wanted
    assert wanted


def test_head_is_the_newest_step():
    """`HEAD` names the newest step, and the steps form one line."""
    assert ScriptDirectory.from_config(config(None)).get_heads() == [HEAD]


def test_an_empty_database_is_upgraded_once(bare):
    """An upgrade says what it did; a second one finds nothing to do."""
    assert not bare.is_current()
    first = upgrade(bare)
    assert (first.before, first.after, first.changed, first.copy) == (None, HEAD, True, None)
    assert bare.is_current()
    again = upgrade(bare)
    assert (again.before, again.changed, again.copy) == (HEAD, False, None)


def test_a_database_that_is_not_set_up_says_what_to_do(bare):
    """Reading a table before the upgrade names the command to run."""
    with pytest.raises(Unavailable, match="iqs db upgrade"), bare.read() as tx:
        tx.execute(text("SELECT * FROM team"))


def test_a_newer_database_is_left_alone(store):
    """A database of a newer version is refused, not downgraded."""
    with store.write() as tx:
        tx.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(Invalid, match="newer"):
        upgrade(store)
    assert store.revision() == "9999"


def behind(store, monkeypatch, work):
    """Makes the store look one step behind, with `work` as the missing step."""
    with store.write() as tx:
        tx.execute(text("INSERT INTO setting (name, value) VALUES ('kept', '1')"))
        tx.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    monkeypatch.setattr(migrating.command, "upgrade", lambda made, _: work(made.attributes["connection"]))


def test_a_file_is_copied_before_it_is_changed(sqlite_store, monkeypatch):
    """The copy beside the file holds what was there before the step, readable by its owner alone."""
    behind(sqlite_store, monkeypatch, lambda tx: tx.execute(text("DELETE FROM setting")))
    done = upgrade(sqlite_store)
    assert done.copy == sqlite_store.path.with_name(f"iqs.db.before-{HEAD}")
    assert done.copy.stat().st_mode & 0o777 == 0o600
    with closing(sqlite3.connect(done.copy)) as kept:
        assert kept.execute("SELECT name FROM setting").fetchall() == [("kept",)]
    with sqlite_store.read() as tx:
        assert tx.execute(text("SELECT name FROM setting")).all() == []


def test_a_step_that_fails_leaves_nothing_behind(store, monkeypatch):
    """A step that breaks half-way, tables included, is undone as a whole."""

    def half(tx):
        tx.execute(text("CREATE TABLE half (id INTEGER)"))
        tx.execute(text("DELETE FROM setting"))
        raise RuntimeError("killed")

    behind(store, monkeypatch, half)
    with pytest.raises(RuntimeError, match="killed"):
        upgrade(store)
    assert not inspect(store.engine).has_table("half")
    with store.read() as tx:
        assert tx.execute(text("SELECT name FROM setting")).all() == [("kept",)]
    assert store.revision() == "0000"


def test_a_step_may_not_leave_orphans(sqlite_store, monkeypatch):
    """Foreign keys are off while a table is copied, and are checked before the step counts."""
    orphan = "INSERT INTO membership (team_id, person_id, role) VALUES (7, 7, 'agent')"
    behind(sqlite_store, monkeypatch, lambda tx: tx.execute(text(orphan)))
    with pytest.raises(Invalid, match="belong to nothing"):
        upgrade(sqlite_store)
    with sqlite_store.read() as tx:
        assert tx.execute(text("SELECT * FROM membership")).all() == []
        assert tx.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


def test_a_copy_that_cannot_be_made_stops_the_upgrade(sqlite_store, monkeypatch):
    """Without a copy nothing is changed."""
    behind(sqlite_store, monkeypatch, lambda tx: tx.execute(text("DELETE FROM setting")))
    sqlite_store.path.with_name(f"iqs.db.before-{HEAD}").mkdir()
    with pytest.raises(Unavailable, match="could not be copied"):
        upgrade(sqlite_store)
    with sqlite_store.read() as tx:
        assert tx.execute(text("SELECT name FROM setting")).all() == [("kept",)]


def test_a_new_file_is_its_owners(tmp_path):
    """A fresh SQLite file cannot be read by other users of the machine."""
    store = Store(f"sqlite:///{tmp_path / 'iqs.db'}")
    upgrade(store)
    store.close()
    assert store.path.stat().st_mode & 0o777 == 0o600
