"""The migrations make exactly the tables the code speaks of, on both databases."""

import sqlite3
from contextlib import closing

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from iqs.errors import Invalid, NotFound, Unavailable
from iqs.files.scorecards import preset
from iqs.services import drawing, publishing, recounting, tracking, verifying
from iqs.storage import migrating, tables
from iqs.storage.columns import belongs
from iqs.storage.migrating import config, upgrade
from iqs.storage.revision import HEAD
from iqs.storage.store import Store
from tests.world import MONDAY, WEEK

CLOSED = 1_762_959_600_000_000 + 365 * 86_400_000_000  # Thursday of week 46 of 2026, in microseconds


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


FIRST_STEP = f"""
INSERT INTO scorecard (name) VALUES ('Old');
INSERT INTO scorecard_version (scorecard_id, version, definition, published_at) VALUES (1, 1, '{{}}', 0);
INSERT INTO category (scorecard_id, key) VALUES (1, 'tone');
INSERT INTO team
    (name, timezone, scorecard_id, quota, opens_minute, closes_minute, working_days, shows_reviewer)
    VALUES ('Support', 'UTC', 1, 2, 540, 1080, '[0, 1, 2, 3, 4]', true);
INSERT INTO person (name, email, active)
    VALUES ('Ada', 'ada@example.com', true), ('Rosa', 'rosa@example.com', true);
INSERT INTO membership (team_id, person_id, role) VALUES (1, 1, 'agent'), (1, 2, 'reviewer');
INSERT INTO helpdesk_identity (source, external_id, person_id) VALUES ('demo', 'h1', 1);
INSERT INTO conversation
    (source, external_id, channel, closed_at, agent_external_id, reviewee_id, tags, customer_messages,
     agent_messages, participants, fingerprint, imported_at)
    VALUES {", ".join(f"('demo', 'c{n}', 'email', {CLOSED}, 'h1', 1, '[]', 1, 1, '[]', 'x', 5)" for n in range(9))};
INSERT INTO draw (team_id, period, starts_at, ends_at, seed, eligible, excluded, created_at)
    VALUES (1, '2026-W30', 1, 2, 's', 1, '{{}}', 5);
INSERT INTO assignment
    (draw_id, team_id, conversation_id, reviewer_id, reviewee_id, scorecard_version_id, kind, stream, state,
     due_at, created_at, updated_at)
    VALUES (1, 1, 1, 2, 1, 1, 'manager', 'random', 'submitted', 5, 5, 5),
           (1, 1, 2, 2, 1, 1, 'manager', 'random', 'open', 5, 5, 5);
INSERT INTO review
    (assignment_id, team_id, conversation_id, reviewer_id, reviewee_id, scorecard_version_id, kind, stream, state,
     comment, score, passed, version, created_at, submitted_at)
    VALUES (1, 1, 1, 2, 1, 1, 'manager', 'random', 'submitted', 'fine', 80000000, true, 1, 5, 6);
INSERT INTO rating (review_id, category_id, value, points, causes, note) VALUES (1, 1, 4, 75000000, '[]', '')
"""
"""A programme as the first step stored it: nine conversations of week 46, and an old draw with one of two done."""


BEFORE_SIGHTINGS = """
INSERT INTO sync (source, listed) VALUES ('desk', 1);
INSERT INTO conversation
    (id, source, external_id, channel, tags, participants, fingerprint, imported_at, updated_at, deleted_at)
    VALUES (1, 'desk', 'fetched', 'email', '[]', '[]', 'x', 5, 4, NULL),
           (2, 'desk', 'from a file', 'email', '[]', '[]', 'x', 5, NULL, NULL),
           (3, 'file', 'of no helpdesk', 'email', '[]', '[]', 'x', 5, 4, NULL),
           (4, 'desk', 'deleted', 'email', '[]', '[]', 'x', 5, 4, 5),
           (5, 'desk', 'never fetched', 'email', '[]', '[]', 'x', 5, 4, NULL);
INSERT INTO transcript (conversation_id, messages) VALUES (1, '[]'), (2, '[]'), (3, '[]'), (4, '[]')
"""


def test_texts_that_were_fetched_before_are_asked_for_again(bare):
    """What a helpdesk gave is known by its header, which says when it changed; a file's does not."""
    with bare.write() as tx:
        command.upgrade(config(tx), "0003")
        for statement in BEFORE_SIGHTINGS.split(";"):
            tx.exec_driver_sql(statement)
    upgrade(bare)
    with bare.read() as tx:
        seen = tx.execute(
            text("SELECT conversation_id, source, first_at, seen_at, ask_at FROM sighting")
        ).all()
    assert [tuple(each) for each in seen] == [(1, "desk", 5, 5, 5)]


def test_a_programme_of_the_first_step_goes_on(bare):
    """Nothing is lost, what was open is open, the old draw and its history say what they are, and the next is drawn."""
    with bare.write() as tx:
        command.upgrade(config(tx), "0001")
        for statement in FIRST_STEP.split(";"):
            tx.exec_driver_sql(statement)
    assert upgrade(bare).before == "0001"
    with bare.read() as tx:
        counts = {
            name: tx.scalar(text(f"SELECT count(*) FROM {name}"))
            for name in ("conversation", "assignment", "review", "rating")
        }
        review = tx.execute(text("SELECT score, comment, reviewee_id FROM review")).one()
    assert counts == {"conversation": 9, "assignment": 2, "review": 1, "rating": 1}
    assert tuple(review) == (80000000, "fine", 1)
    with pytest.raises(Invalid, match="before draws were committed"):
        verifying.verify(bare, "1")
    with pytest.raises(NotFound, match="older than histories"):
        recounting.history(bare, "1")
    publishing.apply_scorecard(bare, preset(), ["Support"], now=MONDAY)
    drawn = drawing.draw(bare, "Support", WEEK, now=MONDAY)
    assert (drawn.eligible, len(drawn.assignments)) == (9, 2)
    assert verifying.verify(bare, "2").holds
    shown = tracking.progress(bare, None, 1, now=MONDAY)
    assert (shown.whole.open, shown.others, shown.others_late) == (2, 1, 1)


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
