"""A headless Chromium, and a sandbox with a tiny app behind it, for tests that look at the page."""

import json
import os
import shutil
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import expect, sync_playwright
from slack_sdk import WebClient

from bot.sandbox import Sandbox, SandboxChannel, SandboxUser

MANIFEST = Path(__file__).parents[2] / "manifest.yml"

PATIENCE = 60_000  # milliseconds for a page on a busy machine
expect.set_options(timeout=PATIENCE)

NAMES = ("chromium", "chromium-browser", "google-chrome")
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="module")
def chromium():
    """One browser a file. Without one the tests skip, but not in CI, where it must be there.

    Not one for all: Playwright keeps an event loop running, and the next file may be one that starts its own.
    """
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        reason = f"No browser on the PATH (looked for {', '.join(NAMES)}); install Chromium to run this."
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(QUIET))
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium):
    """Opens the page at an address, as if on a laptop; afterwards nothing may have gone wrong unseen.

    `open_page(url, expect=("404",))` allows console errors that contain one of these words.
    """
    contexts, trouble, allowed = [], [], []

    def open_at(url, *, width=1280, height=800, expect=()):
        context = chromium.new_context(viewport={"width": width, "height": height}, locale="en-GB")
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        allowed.extend(expect)
        origin = "/".join(url.split("/")[:3])
        # Nothing of the outside world is fetched, even where a machine could.
        context.route(lambda asked: not asked.startswith(origin), lambda route: route.abort())
        page = context.new_page()
        page.on("pageerror", lambda error: trouble.append(f"exception: {error}"))
        page.on("console", lambda line: line.type == "error" and trouble.append(f"console: {line.text}"))
        page.on(
            "request",
            lambda request: (
                request.url.startswith((origin, "data:")) or trouble.append(f"left home: {request.url}")
            ),
        )
        page.goto(url)
        page.locator("#act-as").wait_for()
        return page

    yield open_at
    for context in contexts:
        context.close()
    assert [line for line in trouble if not any(word in line for word in allowed)] == []


class App:
    """What the workspace talks to: remembers every payload and answers as the test says."""

    def __init__(self):
        self.heard, self.answer = [], lambda _payload: None
        app = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"])).decode()
                form = {key: values[0] for key, values in parse_qs(body).items()}
                payload = json.loads(form["payload"]) if "payload" in form else form or json.loads(body)
                app.heard.append(payload)
                said = app.answer(payload)
                status = said if isinstance(said, int) else 200
                reply = json.dumps(said).encode() if isinstance(said, dict) else b""
                self.send_response(status)
                if reply:
                    self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(reply)))
                self.end_headers()
                self.wfile.write(reply)

            def log_message(self, *_args):
                """Quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/slack/events"

    def last(self, kind):
        return next(payload for payload in reversed(self.heard) if payload.get("type") == kind)


@pytest.fixture
def app():
    made = App()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def sandbox(app):
    people = [
        SandboxUser("U0MAYA", "maya", "Maya Okafor", "Reviewer", "maya@example.org", "Europe/Berlin"),
        SandboxUser("U0TOM", "tom", "Tom Lindqvist", "Agent", "tom@example.org", "America/New_York"),
        SandboxUser("U0GONE", "gone", "Gone Person", deleted=True),
    ]
    rooms = [
        SandboxChannel("C0GENERAL", "general", ["U0MAYA", "U0TOM"]),
        SandboxChannel("C0QUALITY", "quality", ["U0MAYA"], is_private=True),
    ]
    with Sandbox(MANIFEST, team_name="Northwind", users=people, channels=rooms, limits=False) as made:
        made.connect_http(app.url)
        yield made


@pytest.fixture
def slack(sandbox):
    return WebClient(sandbox.bot_token, base_url=sandbox.api_url)


@pytest.fixture
def opened_modal(app, slack):
    """Clicks the button that the app answers with a modal; gives the dialog."""

    def click(page, view, label="Press"):
        def answer(payload):
            if payload["type"] == "block_actions" and "view" not in payload:
                slack.views_open(trigger_id=payload["trigger_id"], view=view)

        app.answer = answer
        page.get_by_role("button", name=label).click()
        dialog = page.get_by_role("dialog")
        dialog.wait_for()
        return dialog

    return click


@pytest.fixture
def address(sandbox):
    """The page's address of a place, as a person."""
    return lambda place="C0GENERAL", person="U0MAYA": f"{sandbox.url}/?as={person}#{place}"
