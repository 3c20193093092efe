"""Tokens, scopes, rate limits, faults and the log of the Web API."""

import http.client
import time

import httpx
import pytest
from slack_sdk.errors import SlackApiError


def test_tokens(sandbox, client_of, refusal):
    """No token, a wrong one, the wrong kind and a revoked one are told apart."""
    assert client_of(sandbox).auth_test()["team"] == "Sandbox"
    assert httpx.post(f"{sandbox.api_url}auth.test").json() == {"ok": False, "error": "not_authed"}
    assert refusal(client_of(sandbox, "xoxb-wrong").auth_test) == "invalid_auth"
    assert refusal(client_of(sandbox, sandbox.app_token).auth_test) == "not_allowed_token_type"
    assert (
        refusal(client_of(sandbox).apps_connections_open, app_token=sandbox.bot_token)
        == "not_allowed_token_type"
    )
    sandbox.revoke_token()
    assert refusal(client_of(sandbox).auth_test) == "token_revoked"


def test_arguments_in_forms_and_json(sandbox):
    """Arguments come as a form, with blocks as a JSON string, or as JSON; broken JSON is named."""
    headers = {"authorization": f"Bearer {sandbox.bot_token}"}
    url = f"{sandbox.api_url}chat.postMessage"
    form = {"channel": "U0ADA", "text": "x", "blocks": '[{"type": "divider"}]'}
    assert httpx.post(url, data=form, headers=headers).json()["message"]["blocks"][0]["type"] == "divider"
    assert httpx.post(url, json={"channel": "U0ADA", "text": "x"}, headers=headers).json()["ok"]
    assert httpx.post(url, data={**form, "token": sandbox.bot_token}).json()["ok"]
    headers["content-type"] = "application/json"
    assert httpx.post(url, content=b"{", headers=headers).json()["error"] == "invalid_json"
    assert httpx.post(url, content=b"[]", headers=headers).json()["error"] == "json_not_object"
    assert httpx.post(url, content=b"{}", headers=headers).json()["error"] == "invalid_arguments"
    assert httpx.post(f"{sandbox.api_url}chat.shout", headers=headers).json()["error"] == "unknown_method"


def test_scopes(new_sandbox, client_of):
    """A method without its scope says which one is needed and which were granted."""
    sandbox = new_sandbox(without_scopes=frozenset({"im:history"}))
    client = client_of(sandbox)
    channel = client.conversations_open(users="U0ADA")["channel"]["id"]
    with pytest.raises(SlackApiError) as refused:
        client.conversations_history(channel=channel)
    assert refused.value.response["error"] == "missing_scope"
    assert refused.value.response["needed"] == "im:history"
    assert "chat:write" in refused.value.response["provided"].split(",")
    assert "im:history" not in client.auth_test().headers["x-oauth-scopes"]


def test_post_limit(new_sandbox, client_of):
    """A channel takes a small burst, then one post a second, and 429 says how long to wait; others go on."""
    client = client_of(new_sandbox(limits=True))
    for _ in range(3):
        client.chat_postMessage(channel="U0ADA", text="x")
    with pytest.raises(SlackApiError) as refused:
        client.chat_postMessage(channel="U0ADA", text="x")
    assert refused.value.response.status_code == 429
    assert refused.value.response["error"] == "ratelimited"
    client.chat_postMessage(channel="U0BOB", text="x")
    time.sleep(int(refused.value.response.headers["Retry-After"]))
    client.chat_postMessage(channel="U0ADA", text="x")


def test_method_limit(new_sandbox, client_of, refusal):
    """A tier 2 method passes 20 times a minute; with limits off there is no end."""
    strict, free = client_of(new_sandbox(limits=True)), client_of(new_sandbox(limits=False))
    assert [refusal(strict.users_list) for _ in range(21)] == [""] * 20 + ["ratelimited"]
    assert {refusal(free.users_list) for _ in range(25)} == {""}


def test_drop(sandbox, client):
    """Dropped after accepting: no answer, but the message is there."""
    sandbox.faults.next("chat.postMessage", "drop")
    with pytest.raises(http.client.RemoteDisconnected):
        client.chat_postMessage(channel="C0GENERAL", text="x")
    assert len(client.conversations_history(channel="C0GENERAL")["messages"]) == 1


def test_reset(sandbox, client):
    """Reset before storing: no answer and no message."""
    sandbox.faults.next("chat.postMessage", "reset")
    with pytest.raises(ConnectionResetError):
        client.chat_postMessage(channel="C0GENERAL", text="x")
    assert client.conversations_history(channel="C0GENERAL")["messages"] == []


def test_500(sandbox, client):
    """500 after storing: an error, and the message is there."""
    sandbox.faults.next("chat.postMessage", "500")
    with pytest.raises(SlackApiError) as failed:
        client.chat_postMessage(channel="C0GENERAL", text="x")
    assert failed.value.response.status_code == 500
    assert len(client.conversations_history(channel="C0GENERAL")["messages"]) == 1


def test_slow_and_late(sandbox, client):
    """Slow answers after its seconds; late closes at once and stores after its seconds."""
    sandbox.faults.next("chat.postMessage", "slow", seconds=0.2)
    began = time.monotonic()
    client.chat_postMessage(channel="C0GENERAL", text="slow")
    assert time.monotonic() - began >= 0.2
    sandbox.faults.next("chat.postMessage", "late", seconds=0.3)
    with pytest.raises(http.client.RemoteDisconnected):
        client.chat_postMessage(channel="C0GENERAL", text="late")
    assert len(client.conversations_history(channel="C0GENERAL")["messages"]) == 1
    driver = sandbox.driver("U0ADA")
    driver.wait_for(lambda: len(driver.messages("C0GENERAL")) == 2)
    assert [call.fault for call in sandbox.calls if call.method == "chat.postMessage"] == [
        "slow",
        "late",
        "landed",
    ]


def test_revoked_for_some_calls(sandbox, client, refusal):
    """A counted fault hits so many calls of its method and no other."""
    sandbox.faults.next("auth.test", "revoked", 2)
    assert refusal(client.users_list) == ""
    assert [refusal(client.auth_test) for _ in range(3)] == ["token_revoked", "token_revoked", ""]


def test_share_of_calls(new_sandbox, client_of, refusal):
    """A share of calls drawn from a seed fails, the same ones each time, until cleared."""

    def run():
        sandbox = new_sandbox()
        client = client_of(sandbox)
        sandbox.faults.share("auth.test", "revoked", 0.5, seed=7)
        errors = [refusal(client.auth_test) for _ in range(20)]
        sandbox.faults.clear()
        return errors, refusal(client.auth_test)

    errors, after = run()
    assert 3 < errors.count("token_revoked") < 17
    assert after == ""
    assert run()[0] == errors


def test_unknown_fault(sandbox):
    """A misspelt fault is refused at once."""
    with pytest.raises(ValueError, match="Unknown fault 'dorp'"):
        sandbox.faults.next("auth.test", "dorp")
    with pytest.raises(ValueError, match="at least one"):
        sandbox.faults.next("auth.test", "drop", 0)


def test_log(sandbox, client, refusal):
    """The log has every call with its error, and neither token nor address."""
    refusal(client.users_lookupByEmail, email="x@example.com")
    httpx.post(f"{sandbox.api_url}auth.test", data={"token": sandbox.bot_token})
    last, test = sandbox.calls[-2:]
    assert (last.method, last.ok, last.error) == ("users.lookupByEmail", False, "users_not_found")
    assert (test.method, test.ok) == ("auth.test", True)
    written = str([call.as_json() for call in sandbox.calls])
    assert sandbox.bot_token not in written
    assert "x@example.com" not in written


def test_validates_blocks(client, refusal):
    """blocks.validate judges without posting."""
    client.api_call("blocks.validate", json={"blocks": [{"type": "divider"}]})
    client.api_call("blocks.validate", json={"view": {"type": "home", "blocks": []}})
    assert (
        refusal(client.api_call, "blocks.validate", json={"blocks": [{"type": "header"}]}) == "invalid_blocks"
    )
    assert refusal(client.api_call, "blocks.validate", json={"message": {"blocks": [{}]}}) == "invalid_blocks"
    assert refusal(client.api_call, "blocks.validate", json={}) == "invalid_arguments"
