"""A helpdesk's webhook: believed only with its signature, stored before it is answered, told twice no matter."""

import asyncio
import hmac
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from pydantic import SecretStr
from sqlalchemy import select

from bot.door import Door
from bot.webhooks import routes
from iqs.helpdesk.intercom import Intercom
from iqs.storage import tables
from tests.iqs.helpdesk.desks import Desk

NOW = datetime(2026, 11, 16, 9, tzinfo=UTC)
CLOSED = json.dumps(
    {
        "type": "notification_event",
        "topic": "conversation.admin.closed",
        "data": {"item": {"type": "conversation", "id": "42"}},
    }
).encode()


def apart(answer):
    """Runs it in a thread of its own: a browser that an earlier test drives holds this one's event loop."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, answer).result()


def signature(body, secret=b"hook"):
    return "sha1=" + hmac.new(secret, body, "sha1").hexdigest()


@pytest.fixture
def call(sqlite_store):
    """Posts to the door; returns the status."""

    def post(body, signed=None, *, path="/helpdesk/intercom", secret="hook", method="POST"):
        helpdesk = Intercom(
            SecretStr("t"), base="http://127.0.0.1:1", client_secret=SecretStr(secret) if secret else None
        )
        with ThreadPoolExecutor(1) as executor:
            door = Door(
                secret="s",
                dispatch=lambda _: None,
                ready=list,
                executor=executor,
                also=routes(sqlite_store, {"intercom": helpdesk, "desk": Desk()}, executor, now=lambda: NOW),
            )
            headers = [(b"Content-Length", str(len(body)).encode())]
            if signed is not None:
                headers.append((b"X-Hub-Signature", signed.encode("latin-1")))
            scope = {"type": "http", "method": method, "path": path, "headers": headers, "query_string": b""}
            answers = []

            async def receive():
                return {"type": "http.request", "body": body, "more_body": False}

            async def send(message):
                answers.append(message)

            apart(door(scope, receive, send))
        return answers[0]["status"]

    return post


def wanted(store):
    with store.read() as tx:
        return tx.execute(select(tables.FetchRequest.source, tables.FetchRequest.external_id)).all()


def test_a_signed_webhook_is_stored_once(call, sqlite_store):
    """However often it is delivered."""
    for _ in range(3):
        assert call(CLOSED, signature(CLOSED)) == 200
    assert wanted(sqlite_store) == [("intercom", "42")]


@pytest.mark.parametrize(
    "signed",
    [
        None,
        "",
        "sha1=",
        signature(CLOSED, b"other"),
        signature(CLOSED).upper(),
        signature(CLOSED + b" "),
        "sha1=é",
    ],
)
def test_what_is_not_signed_by_them_is_refused(call, sqlite_store, signed):
    """401, and nothing is stored."""
    assert call(CLOSED, signed) == 401
    assert wanted(sqlite_store) == []


def test_without_a_secret_nobody_is_believed(call, sqlite_store):
    """An empty secret would let everybody sign."""
    assert call(CLOSED, signature(CLOSED, b""), secret=None) == 401
    assert wanted(sqlite_store) == []


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{}", 400),
        (b"\xff", 400),
        (b'{"topic": "contact.created", "data": {"item": {"id": "1"}}}', 200),
        (b'{"topic": "ping", "data": null}', 200),
        (b'{"topic": "conversation.deleted", "data": {"item": null}}', 200),
    ],
)
def test_other_topics_say_nothing(call, sqlite_store, body, status):
    """Answered, so that they are not sent again; nonsense is 400."""
    assert call(body, signature(body)) == status
    assert wanted(sqlite_store) == []


def test_only_those_that_call_have_a_route(call):
    """A helpdesk without webhooks has none; another method is refused."""
    assert call(CLOSED, path="/helpdesk/desk") == 404
    assert call(CLOSED, method="GET") == 405
