"""A helpdesk on this machine, over real HTTP: a vendor's recorded replies, and everything that goes wrong on the way.

A vendor writes a `Vendor`: its replies, its frame of a page, its dialect of "wait". The rest is the same for all.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

from iqs.helpdesk.base import Deletions, Roster, Surveys

Entry = dict[str, Any]


@dataclass(frozen=True)
class Request:
    """What was asked. `query` has the last value of each name; `json` is None without a JSON body."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body) if self.body else None


@dataclass(frozen=True)
class Answer:
    """What is answered: `json` unless there are `raw` bytes."""

    json: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    raw: bytes | None = None

    @property
    def body(self) -> bytes:
        return json.dumps(self.json).encode() if self.raw is None else self.raw


class Vendor:
    """A vendor's part. `entries` are at least six conversations as its list tells them, closed in 2026-W46.

    Agents are ada@example.com, ben@example.com and cleo@example.com in its roster; each entry is one of theirs.
    """

    name: str
    since = datetime.fromisoformat("2026-11-01T00:00:00Z")
    until = datetime.fromisoformat("2026-11-16T08:00:00Z")
    entries: list[Entry]
    specs: tuple[str, ...] = ()
    """File names of the vendor's OpenAPI descriptions, where there are any."""
    undescribed: tuple[str, ...] = ()
    """Paths of calls that the descriptions leave out."""

    def connect(self, base: str, **settings: Any) -> Any:
        """The connector; `settings` are `sleep`, `now`, `attempts` and `patience`."""
        raise NotImplementedError

    def page_of(self, request: Request) -> int | None:
        """Which page of the list is asked for, from 0; None when it is another call."""
        raise NotImplementedError

    def page(self, entries: list[Entry], following: int | None, request: Request) -> Answer:
        """The vendor's frame around a page; `following` is the next page's number."""
        raise NotImplementedError

    def answer(self, request: Request) -> Answer:
        """Everything else: one conversation, the roster, ratings, deletions. 404 for what is not there."""
        raise NotImplementedError

    def throttled(self, now: datetime) -> Answer:
        """The refusal of a call too many, as this vendor says it: about two seconds to wait."""
        raise NotImplementedError

    def older(self, entry: Entry) -> Entry:
        """The entry as it stood before its last change: an earlier time, another subject or state."""
        raise NotImplementedError

    def exercise(self, helpdesk: Any) -> None:
        """Makes every call the connector can make, once."""
        page = helpdesk.list_closed(self.since, self.until)
        while page.cursor is not None:
            page = helpdesk.list_closed(self.since, self.until, page.cursor)
        helpdesk.fetch(page.headers[0].external_id)
        if isinstance(helpdesk, Roster):
            helpdesk.agents()
        if isinstance(helpdesk, Surveys):
            helpdesk.list_answers(self.since, self.until)
        if isinstance(helpdesk, Deletions):
            helpdesk.list_deleted(self.since, self.until)

    def strange(self) -> list[Any]:
        """Entries of kinds nobody knows: they must be left out and never be fatal."""
        return [None, 7, [], {"id": None}]


Fault = Callable[["StandIn", Request, Answer], Answer | None]
"""What happens to an answer on its way; None closes the connection without one."""


@dataclass
class StandIn:
    """The server's state: how the list is cut into pages, and what goes wrong with the next answers."""

    vendor: Vendor
    now: Callable[[], datetime]
    size: int = 2
    plan: list[list[Entry]] | None = None
    faults: list[Fault | None] = field(default_factory=list)
    always: Fault | None = None
    requests: list[Request] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    base: str = ""

    @property
    def pages(self) -> list[list[Entry]]:
        if self.plan is not None:
            return self.plan
        entries = self.vendor.entries
        return [entries[start : start + self.size] for start in range(0, len(entries), self.size)]

    def handle(self, request: Request) -> Answer | None:
        number = self.vendor.page_of(request)
        if number is None:
            answer = self.vendor.answer(request)
        else:
            pages = self.pages
            following = number + 1 if number + 1 < len(pages) else None
            answer = self.vendor.page(pages[number], following, request)
        self.requests.append(request)
        self.answers.append(answer)
        fault = self.faults.pop(0) if self.faults else self.always
        return answer if fault is None else fault(self, request, answer)


def throttle(standin: StandIn, _request: Request, _answer: Answer) -> Answer:
    """A call too many, in the vendor's own dialect."""
    return standin.vendor.throttled(standin.now())


def status(code: int) -> Fault:
    """An answer of this status, with a page for people instead of JSON."""
    return lambda _s, _r, _a: Answer(status=code, raw=b"<html><h1>Sorry</h1></html>")


def body(raw: bytes) -> Fault:
    """200 with these bytes."""
    return lambda _s, _r, _a: Answer(raw=raw)


def hang_up(_standin: StandIn, _request: Request, _answer: Answer) -> None:
    """The connection closes before a word is said."""


def cut(length: int, *, honest: bool) -> Fault:
    """Only the first bytes arrive; `honest` says so in Content-Length, as a proxy does that cut it itself."""

    def shorten(_standin: StandIn, _request: Request, answer: Answer) -> Answer:
        whole = answer.body
        told = {} if honest else {"Content-Length": str(len(whole))}
        return Answer(status=answer.status, headers={**answer.headers, **told}, raw=whole[:length])

    return shorten


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def __init__(self, standin, *args):
        self.standin = standin
        super().__init__(*args)

    def answer(self):
        parts = urlsplit(self.path)
        length = int(self.headers.get("Content-Length") or 0)
        request = Request(
            self.command,
            parts.path,
            {name: values[-1] for name, values in parse_qs(parts.query).items()},
            {name.lower(): value for name, value in self.headers.items()},
            self.rfile.read(length) if length else b"",
        )
        answer = self.standin.handle(request)
        if answer is None:
            self.close_connection = True
            return
        told = answer.body
        headers = {"Content-Type": "application/json", "Content-Length": str(len(told)), **answer.headers}
        self.close_connection = int(headers["Content-Length"]) != len(told)
        head = f"HTTP/1.1 {answer.status} X\r\n" + "".join(f"{k}: {v}\r\n" for k, v in headers.items())
        self.wfile.write(head.encode() + b"\r\n" + told)  # at once: two writes would wait for an ack between

    do_GET = do_POST = answer  # noqa: N815 - http.server calls them so

    def log_message(self, *args):
        pass


@contextmanager
def running(standin: StandIn) -> Iterator[StandIn]:
    """The stand-in listening on loopback; `standin.base` is its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, standin))
    server.daemon_threads = True
    standin.base = f"http://127.0.0.1:{server.server_address[1]}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield standin
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
