"""The page's API: state, unread counts, the stream, the clock, faults and the log."""

import json
import threading

import httpx
import pytest


@pytest.fixture
def page(sandbox):
    """An HTTP client of the page's API."""
    with httpx.Client(base_url=sandbox.url) as http:
        yield http


def test_state(ada, sandbox):
    """The state says who and what there is, as one person sees it."""
    sandbox.start_page = {"title": "Welcome", "lines": ["Try this."]}
    state = ada.state()
    assert state["me"]["id"] == "U0ADA"
    assert [(c["name"], c["kind"], c["is_member"]) for c in state["channels"]] == [
        ("general", "public", True),
        ("leads", "private", True),
        ("far", "public", True),
        ("IQS", "im", True),
    ]
    assert state["channels"][-1]["user"] == state["app"]["user_id"]
    assert state["app"]["commands"][0]["command"] == "/iqs"
    assert state["start_page"]["title"] == "Welcome"
    assert httpx.get(f"{sandbox.url}/sandbox/state").json()["me"]["id"] == "U0ADA"
    assert [c["name"] for c in sandbox.driver("U0BOB").state()["channels"]] == ["general", "far", "IQS"]


def test_unread(client, ada):
    """Messages count as unread until they are read."""
    client.chat_postMessage(channel="U0ADA", text="x")
    client.chat_postMessage(channel="U0ADA", text="y")
    assert ada.state()["channels"][-1]["unread"] == 2
    ada.dm()
    assert ada.state()["channels"][-1]["unread"] == 0


def test_stream(sandbox, client):
    """The stream tells who may see it what changed; the last page that closes takes the ephemerals along."""
    seen, ready = [], threading.Event()
    stop = threading.Event()

    def listen():
        with httpx.stream(
            "GET", f"{sandbox.url}/sandbox/events", params={"as": "U0ADA"}, timeout=60
        ) as stream:
            for line in stream.iter_lines():
                ready.set()
                if line.startswith("data: "):
                    seen.append(json.loads(line.removeprefix("data: ")))
                if len(seen) == 3 or stop.is_set():
                    return

    thread = threading.Thread(target=listen)
    thread.start()
    ready.wait(5)
    client.chat_postMessage(channel="U0BOB", text="not for Ada")
    client.chat_postEphemeral(channel="C0GENERAL", user="U0ADA", text="psst")
    client.views_publish(user_id="U0ADA", view={"type": "home", "blocks": []})
    sandbox.driver("U0ADA").move_clock("+1m")
    thread.join(5)
    assert seen == [{"kind": "messages", "channel": "C0GENERAL"}, {"kind": "home"}, {"kind": "clock"}]
    driver = sandbox.driver("U0ADA")
    driver.wait_for(lambda: driver.messages("C0GENERAL") == [])


def test_times_come_from_the_clock(client, ada):
    """Messages carry the moved time, and each is later than the one before."""
    first = float(client.chat_postMessage(channel="U0ADA", text="x")["ts"])
    ada.move_clock("+2h")
    second = float(client.chat_postMessage(channel="U0ADA", text="x")["ts"])
    third = float(client.chat_postMessage(channel="U0ADA", text="x")["ts"])
    assert 7200 <= second - first < 7260
    assert third > second
    assert ada.state()["clock"]["moved"]
    with pytest.raises(ValueError, match="Cannot read the time"):
        ada.move_clock("soon")


def test_faults_and_log(page, client, refusal):
    """Faults are switched on and off, and the log shows what came of them."""
    page.post("/sandbox/faults", json={"method": "auth.test", "fault": "revoked", "count": 5})
    assert refusal(client.auth_test) == "token_revoked"
    page.post("/sandbox/faults", json={})
    assert refusal(client.auth_test) == ""
    calls = page.get("/sandbox/log").json()["calls"]
    assert [(call["method"], call["error"]) for call in calls[-2:]] == [
        ("auth.test", "token_revoked"),
        ("auth.test", ""),
    ]
    assert page.post("/sandbox/faults", json={"method": "x", "fault": "nonsense"}).status_code == 400
    share = {"method": "auth.test", "fault": ["revoked"], "share": 1, "seed": 4}
    assert page.post("/sandbox/faults", json=share).json()["ok"]
    assert [refusal(client.auth_test) for _ in range(3)] == ["token_revoked"] * 3


def test_messages_after_one(page, client, sandbox):
    """A page may ask only for what came later than a message it knows."""
    first, second = (client.chat_postMessage(channel="U0ADA", text=text) for text in ("one", "two"))
    ada = sandbox.driver("U0ADA")
    assert [m["text"] for m in ada.messages(first["channel"], after=first["ts"])] == ["two"]
    assert ada.messages(first["channel"], after=second["ts"]) == []


def test_refuses_other_sites(page):
    """Only JSON is taken, so that a page of another site cannot act here without asking."""
    body = json.dumps({"as": "U0ADA", "kind": "home"})
    assert page.post("/sandbox/act", content=body, headers={"content-type": "text/plain"}).status_code == 400
    assert (
        page.post("/sandbox/act", json={"as": "U0ADA", "kind": "dance"}).json()["error"] == "invalid_request"
    )
    assert page.post("/sandbox/act", json=["home"]).status_code == 400
    assert page.get("/sandbox/state", params={"as": "U0NOBODY"}).status_code == 404


def test_serves_the_page(page):
    """The page and its files come from the sandbox."""
    assert "<html" in page.get("/").text.lower()
    assert page.get("/static/index.html").status_code == 200
    assert page.get("/static/nothing.js").status_code == 404


def test_say(client, ada):
    """People talk in channels and to the app; history shows it."""
    assert ada.say("hello", "C0GENERAL").ok
    assert client.conversations_history(channel="C0GENERAL")["messages"][0]["user"] == "U0ADA"
    assert ada.say("to the app").ok
    assert ada.say("not here", "D0BOB").error == "channel_not_found"


def test_commands_from_the_manifest(new_sandbox, tmp_path):
    """The messages tab that is read only takes no messages, and Home that is off does not open."""
    manifest = tmp_path / "manifest.yml"
    manifest.write_text("display_information: {name: Quiet}\n")
    ada = new_sandbox(manifest=manifest).driver("U0ADA")
    assert ada.say("x").error == "messages_tab_disabled"
    assert ada.home(wait=0) is None
    assert ada.state()["app"]["commands"] == []
