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


def outcome(call, **arguments):
    """What the caller sees: an error's name, a status, or nothing out of the ordinary."""
    try:
        call(**arguments)
    except SlackApiError as failed:
        return failed.response.status_code
    except (OSError, http.client.HTTPException) as failed:
        return type(failed)
    return None


@pytest.mark.parametrize(
    ("fault", "seen", "stored"),
    [
        ("429", 429, 0),
        ("429-bare", 429, 0),
        ("503", 503, 0),
        ("500", 500, 1),
        ("reset", ConnectionResetError, 0),
        ("broken", ConnectionResetError, 1),
        ("drop", http.client.RemoteDisconnected, 1),
        ("cut", http.client.IncompleteRead, 1),
        ("silent", http.client.RemoteDisconnected, 0),
    ],
)
def test_what_a_fault_shows_and_what_it_stores(sandbox, client, fault, seen, stored):
    """Each fault shows the caller its own failure, stores the message or not, and hits one call."""
    sandbox.faults.next("chat.postMessage", fault, seconds=0.05)
    assert outcome(client.chat_postMessage, channel="C0GENERAL", text="x") == seen
    assert len(client.conversations_history(channel="C0GENERAL")["messages"]) == stored
    assert outcome(client.chat_postMessage, channel="C0GENERAL", text="x") is None


@pytest.mark.parametrize(("fault", "told"), [("429", "7"), ("429-bare", None)])
def test_retry_after(sandbox, client, fault, told):
    """A 429 says how long to wait, or keeps that to itself."""
    sandbox.faults.next("chat.postMessage", fault, seconds=6.2)
    with pytest.raises(SlackApiError) as refused:
        client.chat_postMessage(channel="C0GENERAL", text="x")
    assert refused.value.response["error"] == "ratelimited"
    assert refused.value.response.headers.get("Retry-After") == told


def test_a_timeout_stores_nothing_when_slack_is_silent(sandbox, client):
    """Silence longer than the caller's patience is a timeout with nothing behind it."""
    sandbox.faults.next("chat.postMessage", "silent", seconds=0.4)
    client.timeout = 0.1
    assert outcome(client.chat_postMessage, channel="C0GENERAL", text="x") is TimeoutError
    client.timeout = 10
    assert client.conversations_history(channel="C0GENERAL")["messages"] == []


def test_one_of_several_faults(new_sandbox, client_of):
    """A share may pick among several faults; the same seed picks the same ones for the same calls."""

    def run():
        sandbox = new_sandbox()
        sandbox.faults.share("auth.test", ("429", "503", "cut"), 0.5, seed=3)
        for _ in range(30):
            outcome(client_of(sandbox).auth_test)
        return [call.fault for call in sandbox.calls]

    assert set(run()) == {"", "429", "503", "cut"}
    assert run() == run()


def test_an_outage_ends(sandbox, client):
    """A span of faults hits every call while it lasts, and none after it."""
    sandbox.faults.span("*", "503", 0.3)
    began = time.monotonic()
    while time.monotonic() < began + 0.2:
        assert outcome(client.auth_test) == 503
    time.sleep(0.3)
    assert outcome(client.auth_test) is None


def test_an_archived_channel_and_one_without_the_app(sandbox, client, refusal):
    """Archived or left in the middle of work, a channel refuses posts; brought back, it takes them again."""
    sandbox.archive("C0GENERAL")
    assert refusal(client.chat_postMessage, channel="C0GENERAL", text="x") == "is_archived"
    sandbox.archive("C0GENERAL", archived=False)
    assert refusal(client.chat_postMessage, channel="C0GENERAL", text="x") == ""
    sandbox.remove_bot("C0GENERAL")
    assert refusal(client.chat_postMessage, channel="C0GENERAL", text="x") == "not_in_channel"


def test_a_token_comes_back(sandbox, client, refusal):
    """After the app is installed anew its calls are accepted again."""
    sandbox.uninstall()
    assert refusal(client.auth_test) == "token_revoked"
    sandbox.restore_token()
    assert refusal(client.auth_test) == ""


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
    with pytest.raises(ValueError, match="No fault"):
        sandbox.faults.share("auth.test", (), 0.5, seed=1)


def test_log(sandbox, client, refusal):
    """The log has every call with its error, and neither token nor address."""
    refusal(client.users_lookupByEmail, email="x@example.com")
    httpx.post(f"{sandbox.api_url}auth.test", data={"token": sandbox.bot_token})
    last, test = sandbox.calls[-2:]
    assert (last.method, last.ok, last.error) == ("users.lookupByEmail", False, "users_not_found")
    assert (test.method, test.ok) == ("auth.test", True)
    assert sandbox.calls[-1].ts == ""
    posted = httpx.post(
        f"{sandbox.api_url}chat.postMessage",
        data={"token": sandbox.bot_token, "channel": "U0ADA", "text": "x"},
    )
    assert sandbox.calls[-1].ts == posted.json()["ts"]
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
