"""How fast conversations are imported, beside a floor that only parses and inserts the very same rows.

Floor and import run in turns in one process, each round on fresh databases of the same schema and pragmas.
The floor: `json.loads` of each line and a bare `executemany` of ready-made rows, 1,000 conversations a commit.
The import does the rest too: checks, cleans, puts marks for personal data, fingerprints, looks for what is stored,
maps agents to people, notes what needs a place in the draw (`iqs.services.settling` gives it later). The ratio is of
CPU time, which other programs on the machine disturb least; the time by the clock, which waits for the same disk on
both sides, stands beside it.

    python benchmarks/import.py [--conversations 20000] [--rounds 5]
    python benchmarks/import.py --memory 1000000     # one import alone; prints its peak memory
"""

import argparse
import json
import random
import resource
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from iqs.services.importing import BATCH, import_conversations
from iqs.storage.migrating import upgrade
from iqs.storage.store import Store

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
PHRASES = (
    "the order arrived", "yesterday", "but one part is missing", "and I would like to know", "when you can send it",
    "please", "thank you for waiting", "I have checked", "with our warehouse", "and they will ship it", "today",
    "naïve", "café", "Zürich", "👍", "it’s fine", "the grinder", "number 14", "does not work", "any more",
)  # fmt: skip


def lines(count: int) -> Iterator[bytes]:
    """JSON lines of 2–14 messages each, about 2 kB: what a helpdesk export looks like to a parser."""
    rng = random.Random(7)
    for number in range(count):
        opened = NOW - timedelta(minutes=rng.randrange(60 * 24 * 80))
        agent = rng.randrange(200)
        messages = [
            {
                "author": ("customer", "agent")[turn % 2],
                "author_id": f"c{number}" if turn % 2 == 0 else f"a{agent}",
                "at": (opened + timedelta(minutes=7 * turn)).isoformat(),
                "text": " ".join(rng.choices(PHRASES, k=rng.randrange(3, 16))),
            }
            for turn in range(rng.randrange(2, 15))
        ]
        entry = {
            "id": f"{number:08d}",
            "source": "bench",
            "channel": rng.choice(("email", "chat", "phone")),
            "subject": " ".join(rng.choices(PHRASES, k=2)),
            "url": f"https://helpdesk.example/conversations/{number}",
            "opened_at": opened.isoformat(),
            "closed_at": (opened + timedelta(hours=5)).isoformat(),
            "agent": {"id": f"a{agent}", "name": f"Agent {agent}", "email": f"agent{agent}@example.com"},
            "customer": {"id": f"c{number}", "email": f"c{number}@example.org"},
            "csat": {"value": rng.randrange(1, 6), "min": 1, "max": 5},
            "first_response_seconds": rng.randrange(9000),
            "handle_seconds": rng.randrange(4000),
            "tags": rng.sample(("billing", "delivery", "machine", "app", "beans"), 2),
            "messages": messages,
        }
        yield json.dumps(entry, ensure_ascii=False).encode() + b"\n"


class Took(NamedTuple):
    """Seconds of something: of this process's CPU, and by the clock."""

    cpu: float
    clock: float


def timed(work: Callable[[], object]) -> Took:
    """How long some work takes."""
    started = time.process_time(), time.perf_counter()
    work()
    return Took(time.process_time() - started[0], time.perf_counter() - started[1])


def imported(store: Store, path: Path) -> None:
    """One import through the service."""
    with path.open("rb") as file:
        import_conversations(store, file, now=NOW)


Rows = Sequence[tuple[Any, ...]]


def rows_of(path: Path) -> tuple[Rows, Rows]:
    """What an import left behind: the rows that the floor inserts as they are."""
    database = sqlite3.connect(path)
    headers = database.execute("SELECT * FROM conversation ORDER BY id").fetchall()
    transcripts = database.execute("SELECT * FROM transcript ORDER BY conversation_id").fetchall()
    database.close()
    return headers, transcripts


def floor(store: Store, path: Path, headers: Rows, transcripts: Rows) -> None:
    """json.loads and executemany, through a connection with the store's own pragmas."""
    raw = store.engine.raw_connection()
    connection: Any = raw.driver_connection
    header = f"INSERT INTO conversation VALUES ({', '.join('?' * len(headers[0]))})"
    with path.open("rb") as file:
        for first in range(0, len(headers), BATCH):
            for _ in range(min(BATCH, len(headers) - first)):
                json.loads(file.readline())
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(header, headers[first : first + BATCH])
            connection.executemany(
                "INSERT INTO transcript VALUES (?, ?, ?)", transcripts[first : first + BATCH]
            )
            connection.execute("COMMIT")
    raw.close()


def fresh(path: Path) -> Store:
    """An empty, migrated database in place of the one at `path`."""
    for suffix in ("", "-wal", "-shm"):
        Path(f"{path}{suffix}").unlink(missing_ok=True)
    store = Store(f"sqlite:///{path}")
    upgrade(store)
    return store


def compare(folder: Path, count: int, rounds: int) -> None:
    """Rounds of floor, import and import again; medians and their ratio."""
    path = folder / "conversations.jsonl"
    with path.open("wb") as file:
        file.writelines(lines(count))
    print(f"{count:,} conversations, {path.stat().st_size / 1e6:.0f} MB, {rounds} rounds")
    floors: list[Took] = []
    imports: list[Took] = []
    again: list[Took] = []
    for number in range(rounds):
        with closing(fresh(folder / "import.db")) as store:
            imports.append(timed(partial(imported, store, path)))
            again.append(timed(partial(imported, store, path)))
        headers, transcripts = rows_of(folder / "import.db")
        with closing(fresh(folder / "floor.db")) as store:
            floors.append(timed(partial(floor, store, path, headers, transcripts)))
        parts = (("floor", floors), ("import", imports), ("again", again))
        told = (f"{name} {took[-1].cpu:.2f} s ({took[-1].clock:.2f} by the clock)" for name, took in parts)
        print(f"  round {number + 1}: {', '.join(told)}")
    least, ours, same = (
        Took(*(statistics.median(values) for values in zip(*each, strict=True)))
        for each in (floors, imports, again)
    )
    print(f"floor   {count / least.cpu:8,.0f} a second of CPU, {count / least.clock:,.0f} by the clock")
    for name, took, note in (("import", ours, "target: at least 0.25"), ("again", same, "nothing written")):
        print(
            f"{name:6}  {count / took.cpu:8,.0f} a second of CPU, {count / took.clock:,.0f} by the clock; "
            f"{least.cpu / took.cpu:.2f} of the floor ({least.clock / took.clock:.2f} by the clock; {note})"
        )


def memory(folder: Path, count: int) -> None:
    """One import of a large file, with the peak memory of the process."""
    path = folder / "conversations.jsonl"
    with path.open("wb") as file:
        file.writelines(lines(count))
    store = fresh(folder / "import.db")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    took = timed(partial(imported, store, path))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{count:,} conversations, {path.stat().st_size / 1e6:,.0f} MB, in {took.clock:.0f} s")
    print(f"peak memory {peak:.0f} MB ({before:.0f} MB before; target: under 200 MB)")


def main() -> None:
    """Reads the options and runs one of the two."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--conversations", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument(
        "--memory", type=int, metavar="N", help="import N conversations alone, print the memory"
    )
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if options.memory:
            memory(Path(folder), options.memory)
        else:
            compare(Path(folder), options.conversations, options.rounds)


if __name__ == "__main__":
    main()
