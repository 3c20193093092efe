"""response_url: five uses, thirty minutes, and what may be done with it."""

import httpx
import pytest

from bot.sandbox.tickets import ResponseURL


@pytest.fixture
def response_url(sandbox, ada):
    """A response URL of Ada's direct message, for a message at `ts` if given."""

    def make(ts=None):
        ticket = ResponseURL("U0ADA", ada.dm_id(), ts, sandbox.clock.now())
        return f"{sandbox.url}/actions/{sandbox.workspace.tickets.response_url(ticket)}"

    return make


def test_five_uses(response_url, ada):
    """The sixth answer is refused."""
    url = response_url()
    codes = [httpx.post(url, json={"text": str(n)}).status_code for n in range(6)]
    assert codes == [200] * 5 + [404]
    assert httpx.post(url, json={"text": "x"}).json() == {"ok": False, "error": "used_url"}
    assert [(m["text"], m["ephemeral"]) for m in ada.dm()] == [(str(n), True) for n in range(5)]


def test_thirty_minutes(response_url, sandbox):
    """After thirty minutes of the sandbox's clock it is over; an invented one never was."""
    url = response_url()
    sandbox.clock.move("+29m")
    assert httpx.post(url, json={"text": "x"}).json() == {"ok": True}
    sandbox.clock.move("+2m")
    assert httpx.post(url, json={"text": "x"}).json()["error"] == "expired_url"
    assert httpx.post(f"{sandbox.url}/actions/x", json={"text": "x"}).json()["error"] == "expired_url"


def test_replaces_and_deletes(response_url, client, ada):
    """It replaces or deletes the message acted on, without an "edited" mark."""
    ts = client.chat_postMessage(channel="U0ADA", text="old")["ts"]
    url = response_url(ts)
    assert httpx.post(url, json={"text": "new", "replace_original": True}).json()["ok"]
    assert [(m["ts"], m["text"], m["edited"]) for m in ada.dm()] == [(ts, "new", False)]
    assert httpx.post(url, json={"delete_original": True}).json()["ok"]
    assert ada.dm() == []
    assert httpx.post(url, json={"delete_original": True}).json()["error"] == "message_not_found"


def test_for_all(response_url, ada):
    """in_channel answers stay after a reload, ephemeral ones do not."""
    url = response_url()
    httpx.post(url, json={"text": "all", "response_type": "in_channel"})
    httpx.post(url, json={"text": "me"})
    ada.reload()
    assert [m["text"] for m in ada.dm()] == ["all"]


REFUSED = {
    "nothing": ({}, "no_text"),
    "wrong blocks": ({"text": "x", "blocks": [{"type": "header"}]}, "invalid_blocks"),
    "wrong type": ({"text": "x", "response_type": "shout"}, "invalid_response_type"),
    "not an object": (["x"], "invalid_payload"),
}


@pytest.mark.parametrize(("body", "error"), REFUSED.values(), ids=REFUSED)
def test_refuses(response_url, body, error):
    """A wrong answer is refused like a wrong post."""
    answer = httpx.post(response_url(), json=body)
    assert (answer.status_code, answer.json()["error"]) == (400, error)


def test_faults(response_url, sandbox, ada):
    """A dropped answer was still shown; a reset one was not."""
    sandbox.faults.next("response_url", "drop")
    with pytest.raises(httpx.RemoteProtocolError):
        httpx.post(response_url(), json={"text": "dropped"})
    sandbox.faults.next("response_url", "reset")
    with pytest.raises(httpx.ReadError):
        httpx.post(response_url(), json={"text": "reset"})
    assert [m["text"] for m in ada.dm()] == ["dropped"]
    sandbox.faults.next("response_url", "429")
    assert httpx.post(response_url(), json={"text": "limited"}).status_code == 429
    sandbox.faults.next("response_url", "503")
    assert httpx.post(response_url(), json={"text": "unavailable"}).status_code == 503
    assert [m["text"] for m in ada.dm()] == ["dropped"]
