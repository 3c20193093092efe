"""How fast a helpdesk's headers are synced, beside fetching the very same pages and throwing them away.

A stand-in for Intercom's search runs in a process of its own and answers at once, so nothing hides behind a
network's delay. They take turns: the bytes of every page alone; the pages as the connector reads them, thrown
away; a sync into an empty database; and once more over what is there, as every later sync does with its overlap.

    python benchmarks/sync.py [--conversations 100000] [--rounds 3]
    python benchmarks/sync.py --memory        # one sync, memory at a tenth of the way and at the end
"""

import argparse
import json
import multiprocessing
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

sys.path.pop(0)  # a script beside this one is called click, as a library of ours is

import httpx
import psutil
from pydantic import SecretStr

from iqs.helpdesk.base import Page
from iqs.helpdesk.intercom import Intercom
from iqs.services import syncing
from iqs.storage.migrating import upgrade
from iqs.storage.store import Store

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
CLOSED = int((NOW - timedelta(days=5)).timestamp())
PAGE = 150
MARK = "10000000"
MOMENTS = (
    "first_contact_reply_at", "first_assignment_at", "first_admin_reply_at", "first_close_at",
    "last_assignment_at", "last_assignment_admin_reply_at", "last_contact_reply_at", "last_admin_reply_at",
    "last_close_at",
)  # fmt: skip


def entry() -> dict[str, Any]:
    """One conversation as the search tells it, with a body as the first message has one: about 3 kB."""
    return {
        "type": "conversation",
        "id": MARK,
        "title": None,
        "created_at": CLOSED - 7200,
        "updated_at": CLOSED,
        "waiting_since": None,
        "snoozed_until": None,
        "source": {
            "type": "email",
            "id": "403918346",
            "delivered_as": "customer_initiated",
            "subject": f"<p>Where is my order {MARK}?</p>",
            "body": "<p>" + "I have ordered a grinder and it has not arrived. " * 20 + "</p>",
            "author": {"type": "user", "id": f"u{MARK}", "name": "Bo Lind", "email": "bo@example.org"},
            "attachments": [],
            "url": None,
            "redacted": False,
        },
        "contacts": {
            "type": "contact.list",
            "contacts": [{"type": "contact", "id": f"u{MARK}", "external_id": "70"}],
        },
        "first_contact_reply": {"created_at": CLOSED - 7200, "type": "email", "url": None},
        "admin_assignee_id": 101,
        "team_assignee_id": 5017691,
        "open": False,
        "state": "closed",
        "read": True,
        "tags": {
            "type": "tag.list",
            "tags": [{"type": "tag", "id": "8", "name": "delivery"}, {"type": "tag", "id": "9", "name": "late"}],
        },
        "priority": "not_priority",
        "sla_applied": None,
        "statistics": {
            "type": "conversation_statistics",
            "time_to_assignment": 30,
            "time_to_admin_reply": 600,
            "time_to_first_close": 7200,
            "time_to_last_close": 7200,
            "median_time_to_reply": 500,
            **dict.fromkeys(MOMENTS, CLOSED - 100),
            "last_closed_by_id": "101",
            "count_reopens": 0,
            "count_assignments": 1,
            "count_conversation_parts": 9,
            "handling_time": 7000,
            "adjusted_handling_time": 900,
        },
        "conversation_rating": {
            "rating": 4,
            "remark": "Quick",
            "created_at": CLOSED,
            "updated_at": CLOSED,
            "contact": {"type": "contact", "id": f"u{MARK}", "external_id": "70"},
            "teammate": {"type": "admin", "id": "101"},
        },
        "teammates": {"type": "admin.list", "teammates": [{"type": "admin", "id": "101"}]},
        "custom_attributes": {"Plan": "basic", "Country": "BE", "Language": "nl"},
        "topics": {},
        "ticket": None,
        "linked_objects": {"type": "list", "data": [], "total_count": 0, "has_more": False},
        "ai_agent": None,
        "ai_agent_participated": False,
    }  # fmt: skip


def serve(count: int, told: Connection) -> None:
    """The stand-in: its pages are put together from ready-made bytes, so that it costs little itself."""
    template = json.dumps(entry()).encode()
    rating = b"conversation_rating.replied_at"

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            admins = {
                "type": "admin.list",
                "admins": [{"id": "101", "name": "Ada", "email": "ada@example.com"}],
            }
            me = {"type": "admin", "id": "101", "app": {"id_code": "bench"}}
            self.tell(json.dumps(me if self.path == "/me" else admins).encode())

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            first = 0 if rating in body else int(json.loads(body)["pagination"].get("starting_after", 0))
            last = 0 if rating in body else min(count, first + PAGE)
            listed = b", ".join(
                template.replace(MARK.encode(), b"%08d" % (10_000_000 + number))
                for number in range(first, last)
            )
            following = (
                f'"next": {{"per_page": {PAGE}, "starting_after": "{last}"}}, ' if 0 < last < count else ""
            )
            frame = f'], "total_count": {count}, "pages": {{{following}"type": "pages"}}}}'
            self.tell(b'{"type": "conversation.list", "conversations": [' + listed + frame.encode())

        def tell(self, body: bytes) -> None:
            head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
            self.wfile.write(head.encode() + body)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    told.send(server.server_address[1])
    server.serve_forever()


def fetched(base: str) -> tuple[float, int]:
    """Seconds of fetching every page and throwing it away, and the bytes of them all."""
    asked: dict[str, Any] = {"per_page": PAGE}
    size, first = 0, 0
    started = time.perf_counter()
    with httpx.Client(trust_env=False, timeout=60) as client:
        while True:
            body = client.post(
                f"{base}/conversations/search", json={"pagination": asked, "query": {}}
            ).content
            size += len(body)
            first += PAGE
            if b'"next"' not in body[-200:]:
                return time.perf_counter() - started, size
            asked = {"per_page": PAGE, "starting_after": str(first)}


def read(base: str) -> float:
    """Seconds of reading every page with the connector and throwing it away."""
    helpdesk = Intercom(SecretStr("bench"), base=base)
    cursor = None
    started = time.perf_counter()
    while True:
        page = helpdesk.list_closed(NOW - timedelta(days=30), NOW, cursor)
        cursor = page.cursor
        if cursor is None:
            helpdesk.close()
            return time.perf_counter() - started


def synced(base: str, store: Store, progress: Any = None) -> float:
    """Seconds of one sync."""
    helpdesk = Intercom(SecretStr("bench"), base=base)
    started = time.perf_counter()
    syncing.sync(store, helpdesk, now=lambda: NOW, since=NOW - timedelta(days=30), progress=progress)
    helpdesk.close()
    return time.perf_counter() - started


def fresh(path: Path) -> Store:
    """An empty, migrated database in place of the one at `path`."""
    for suffix in ("", "-wal", "-shm"):
        Path(f"{path}{suffix}").unlink(missing_ok=True)
    store = Store(f"sqlite:///{path}")
    upgrade(store)
    return store


def compare(base: str, folder: Path, count: int, rounds: int) -> None:
    """Rounds of fetching, syncing, and syncing again; medians and their ratio."""
    bare, thrown, ours, again = [], [], [], []
    for number in range(rounds):
        seconds, size = fetched(base)
        bare.append(seconds)
        thrown.append(read(base))
        store = fresh(folder / "sync.db")
        ours.append(synced(base, store))
        again.append(synced(base, store))
        store.close()
        print(
            f"  round {number + 1}: bytes {bare[-1]:.2f} s, read {thrown[-1]:.2f} s, "
            f"synced {ours[-1]:.2f} s, again {again[-1]:.2f} s"
        )
    print(f"{count:,} headers, {size / 1e6:,.0f} MB")
    floor = statistics.median(thrown)
    for what, listed in (
        ("bytes alone", bare),
        ("read, thrown away", thrown),
        ("synced", ours),
        ("again", again),
    ):
        seconds = statistics.median(listed)
        print(f"{what:18} {count / seconds:8,.0f} headers/s   {floor / seconds:.2f} of reading")
    print("target: a sync at no less than 0.5 of reading the pages and throwing them away")


def memory(base: str, folder: Path, count: int) -> None:
    """Memory of the process when a tenth is read, and at the end."""
    process = psutil.Process()
    read = 0
    seen: list[tuple[int, float]] = []

    def progress(page: Page) -> None:
        nonlocal read
        read += len(page.headers)
        if read in {count, count // 10 + -(count // 10) % PAGE}:
            seen.append((read, process.memory_info().rss / 1e6))

    store = fresh(folder / "sync.db")
    synced(base, store, progress)
    store.close()
    for number, megabytes in seen:
        print(f"{number:9,} headers: {megabytes:.0f} MB")


def main() -> None:
    """Starts the stand-in and runs one of the two."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--conversations", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--memory", action="store_true", help="one sync, print the memory")
    options = parser.parse_args()
    ours, theirs = multiprocessing.Pipe()
    server = multiprocessing.Process(target=serve, args=(options.conversations, theirs), daemon=True)
    server.start()
    base = f"http://127.0.0.1:{ours.recv()}"
    with tempfile.TemporaryDirectory() as folder:
        if options.memory:
            memory(base, Path(folder), options.conversations)
        else:
            compare(base, Path(folder), options.conversations, options.rounds)
    server.terminate()


if __name__ == "__main__":
    main()
