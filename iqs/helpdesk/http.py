"""Calling a helpdesk: bounded, patient and discreet. What differs between vendors is handed in by the connector.

Every request may meet a limit, a pause, a cut or nonsense; all of that is repeated here, so a connector reads
as if nothing ever went wrong. No token, address of a customer or body ever stands in an error or a log line.
"""

import random
import re
import ssl
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Any, TypeVar
from urllib.parse import urlsplit

import httpx
import stamina
from pydantic import TypeAdapter, ValidationError
from stamina.instrumentation import set_on_retry_hooks

from iqs.errors import Invalid, NotFound, Unavailable
from iqs.helpdesk.addresses import checked, is_loopback, parts_of
from iqs.helpdesk.base import Later, Moved, Refused
from iqs.helpdesk.headers import LONGEST, dated

T = TypeVar("T")

set_on_retry_hooks(())  # its log lines name nothing; what failed in the end is said by our errors

ATTEMPTS = 6
"""How often a request is made before the helpdesk counts as out."""

PATIENCE = 60.0
"""The longest wait, in seconds, that is slept; a longer one is handed on as `Later`."""

LIMIT = 32 * 1024 * 1024
"""Bytes of one reply, unpacked; more is no reply but an attack or a mistake."""

PAGES = 200
"""Pages of one conversation or one roster; a list that has more turns in circles."""

READ_SECONDS = 30.0
REPLY_SECONDS = 120.0
"""A whole reply, however slowly it drips."""

AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524, 529})
GONE = frozenset({404, 410})

_ESCAPE = re.compile(rb"\\(?:u[dD][89abAB]..\\u[dD][c-fC-F]..|(u[dD][89a-fA-F]..)|.)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Reply:
    """Status and headers of an answer, their names in lower case."""

    status: int
    headers: Mapping[str, str]


Wait = Callable[[Reply, datetime], float | None]
"""A vendor's dialect, pure: seconds until the next request may be made, None when the answer does not tell.

It is asked about every answer: for one that refuses (429, 503) the wait until it may be repeated, for one that
succeeds the pause that keeps us inside what remains (see `spread`).
"""


class _Again(Exception):
    """The request may be repeated; `seconds` as the server told, None when it did not."""

    def __init__(self, sentence: str, seconds: float | None = None) -> None:
        super().__init__(sentence)
        self.seconds = seconds


class Client:
    """One helpdesk's API.

    `base` must be https:// on one of `hosts` or their subdomains; http:// is only for this machine. `name` and
    `setting` stand in sentences for people ("Intercom", "INTERCOM_TOKEN"). `authorize` gives the headers that
    prove who we are, for each request; `renew` is called once after a 401 and may say that trying again helps.
    `sleep` may raise to end a wait early, as a process does that is about to stop.
    """

    def __init__(
        self,
        base: str,
        *,
        name: str,
        setting: str,
        hosts: Collection[str],
        wait: Wait,
        authorize: Callable[[], Mapping[str, str]],
        renew: Callable[[], bool] | None = None,
        headers: Mapping[str, str] | None = None,
        attempts: int = ATTEMPTS,
        patience: float = PATIENCE,
        sleep: Callable[[float], object] = time.sleep,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._base = checked(base, hosts, name=name)
        self._name = name
        self._setting = setting
        self._wait = wait
        self._authorize = authorize
        self._renew = renew
        self._attempts = attempts
        self._patience = patience
        self._sleep = sleep
        self.now = now
        self.told_at: datetime | None = None
        """The helpdesk's own time as its last answer told it, whatever our clock says; None before the first one."""
        self._free_at: datetime | None = None
        self._turn = Lock()
        parts = urlsplit(self._base)
        here = is_loopback(parts.hostname or "")
        self._http = httpx.Client(
            headers={"Accept": "application/json", "User-Agent": "iqs", **(headers or {})},
            timeout=httpx.Timeout(10.0, read=READ_SECONDS, pool=READ_SECONDS),
            follow_redirects=False,
            trust_env=not here,  # a company's proxy is for what is outside
            # plain http needs no certificates, which take long to load: this context trusts nobody
            verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT) if parts.scheme == "http" else True,
        )

    def get(
        self, model: TypeAdapter[T], path: str, params: Mapping[str, str | int | list[str]] | None = None
    ) -> T:
        """The JSON at `path`, read as `model`; see `send` for what it raises."""
        return self.send("GET", path, model, params=params)

    def post(self, model: TypeAdapter[T], path: str, json: Any) -> T:
        """The JSON answered to `json`; it may be asked again, so this is for searches, never to change a thing."""
        return self.send("POST", path, model, json=json)

    def send(
        self,
        method: str,
        path: str,
        model: TypeAdapter[T],
        *,
        params: Mapping[str, str | int | list[str]] | None = None,
        json: Any = None,
        data: Mapping[str, str] | None = None,
        authorized: bool = True,
    ) -> T:
        """Makes a request until its answer can be read as `model`.

        `path` begins with a slash, or is a whole address the helpdesk gave us, on the same host. Raises `Invalid`
        when the key is refused, `Moved` for a redirect, `NotFound` for 404 and 410, `Refused` for another 4xx,
        `Later` for a wait longer than our patience, and `Unavailable` when the last attempt failed too.
        """
        url = self._url(path)
        renewed = False
        again = stamina.retry_context(
            on=_repeatable, attempts=self._attempts, timeout=None, wait_initial=1.0, wait_max=30.0
        )
        try:
            for attempt in again:
                with attempt:
                    try:
                        self._wait_turn()
                        headers = dict(self._authorize()) if authorized else {}
                        reply, body = self._once(
                            method, url, headers=headers, params=params, json=json, data=data
                        )
                        if reply.status == 401 and authorized and self._renew and not renewed:
                            renewed = True
                            if self._renew():
                                raise _Again(f"{self._name} wanted a new key.", 0.0)  # noqa: TRY301 - it is repeated
                        return self._read(reply, body, model)
                    except _Again as error:
                        told = error.seconds
                        jitter = random.uniform(0.75, 1.25)  # noqa: S311 - apart, not secret
                        self._rest(attempt.next_wait * jitter if told is None else told)
                        raise
        except _Again as error:
            raise Unavailable(
                f"{error} We asked {self._attempts} times; we will try again by ourselves."
            ) from None
        raise AssertionError("unreachable: the last attempt returns or raises")

    def numbers(self) -> Iterator[int]:
        """Counts a list's pages, from 1, for who stops at the last one. Raises `Unavailable` where none is the last."""
        yield from range(1, PAGES + 1)
        raise Unavailable(
            f"{self._name} gives page after page without an end; we will try again by ourselves."
        )

    def pages(self, ask: Callable[[str | None], T], onward: Callable[[T], str | None]) -> Iterator[T]:
        """A list's pages, as `ask` gives them; `onward` reads where the next one begins, None after the last one.

        Raises `Unavailable` where none is the last, and what `ask` raises. One that points to itself is the last.
        """
        cursor = None
        for _ in self.numbers():
            page = ask(cursor)
            yield page
            following = onward(page)
            if following in {None, cursor}:
                return
            cursor = following

    def close(self) -> None:
        """Closes its connections."""
        self._http.close()

    def _url(self, path: str) -> str:
        if path.startswith("/"):
            return self._base + path
        ours, theirs = urlsplit(self._base), parts_of(path)
        if theirs is None or (theirs.scheme, theirs.netloc) != (ours.scheme, ours.netloc):
            raise Unavailable(f"{self._name} pointed us to another host; we do not go there.")
        return path

    def _once(self, method: str, url: str, **request: Any) -> tuple[Reply, bytes]:
        """One answer and its body; whatever broke on the way is `_Again`."""
        body = bytearray()
        started = time.monotonic()
        request = {name: value for name, value in request.items() if value is not None}
        try:
            with self._http.stream(method, url, **request) as answer:
                reply = Reply(answer.status_code, dict(answer.headers))  # httpx spells them in lower case
                for chunk in answer.iter_bytes():
                    body += chunk
                    if len(body) > LIMIT:
                        raise Unavailable(
                            f"{self._name} sent more than {LIMIT >> 20} MB at once; we stopped."
                        )
                    if time.monotonic() - started > REPLY_SECONDS:
                        raise _Again(
                            f"{self._name} did not finish its answer in {REPLY_SECONDS:.0f} seconds."
                        )
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
            # its own message may carry the address with what we asked for
            raise _Again(f"{self._name} cannot be reached ({type(error).__name__}).") from None
        self.told_at = dated(reply.headers) or self.told_at
        seconds = self._wait(reply, self.now())
        if reply.status in AGAIN or reply.status >= 500:
            raise _Again(f"{self._name} answered {reply.status}.", seconds)
        if seconds:
            self._rest(min(seconds, self._patience))
        return reply, bytes(body)

    def _read(self, reply: Reply, body: bytes, model: TypeAdapter[T]) -> T:
        status = reply.status
        if 200 <= status < 300:
            try:
                return _parsed(model, body)
            except ValidationError as error:
                if body and not _is_json(body):
                    raise _Again(f"{self._name} sent an answer that was cut or is no JSON.") from None
                place = ".".join(str(each) for each in error.errors(include_input=False)[0]["loc"][:3])
                raise _Again(f"{self._name} sent an answer we cannot read ({place or 'empty'}).") from None
        if status in {401, 403}:
            raise Invalid(
                f"{self._name} does not accept {self._setting} ({status}). Make a new one with the permissions "
                "named in docs/helpdesks.md and set it."
            )
        if status in GONE and body and not _is_json(body):  # a gateway's word, not the API's: nothing is gone
            raise Refused(
                f"{self._name} answered {status} with a page for people. Check its address in the settings.",
                status,
            )
        if status in GONE:
            raise NotFound(f"{self._name} does not have it (any more).")
        if 300 <= status < 400:
            raise Moved(
                f"{self._name} sent us elsewhere ({status}). Check the address in the settings.",
                status,
                reply.headers.get("location", ""),
            )
        raise Refused(f"{self._name} did not understand us ({status}).", status)

    def _rest(self, seconds: float) -> None:
        seconds = min(max(seconds, 0.0), LONGEST)
        if seconds > self._patience:
            raise Later(f"{self._name} asks us to wait {seconds:.0f} seconds.", seconds)
        with self._turn:
            until = self.now() + timedelta(seconds=seconds)
            self._free_at = max(until, self._free_at or until)

    def _wait_turn(self) -> None:
        with self._turn:
            free_at, self._free_at = self._free_at, None
        if free_at is not None and (seconds := (free_at - self.now()).total_seconds()) > 0:
            self._sleep(min(seconds, self._patience))  # the clock may have been set back meanwhile


def _repeatable(error: Exception) -> bool | float:
    return 0.0 if isinstance(error, _Again) else False  # the wait is slept before the next attempt


def _parsed(model: TypeAdapter[T], body: bytes) -> T:
    """The body read as `model`. Half an emoji, as a vendor's own cut leaves it, is no reason to refuse a page."""
    try:
        return model.validate_json(body or b"null")
    except ValidationError:
        whole = _ESCAPE.sub(lambda found: rb"\ufffd" if found[1] else found[0], body)
        if whole == body:
            raise
        return model.validate_json(whole)


def _is_json(body: bytes) -> bool:
    try:
        _ANY.validate_json(body)
    except ValidationError:
        return False
    return True


_ANY: TypeAdapter[Any] = TypeAdapter(Any)
