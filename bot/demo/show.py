"""`iqs demo`: the page, until Ctrl-C."""

import logging
import signal
import socket
import webbrowser
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread
from types import FrameType

import click

from bot.demo.stage import WELCOME, living_team


def run(*, port: int = 8765, browser: bool = True, database: Path | None = None) -> int:
    """Serves the demo's page at `port` (0 or a taken one: any free one) until it is stopped; returns 0.

    `database` keeps what happens in a file; Invalid if it exists already or cannot be made.
    """
    logging.basicConfig(level=logging.ERROR, format="%(levelname)s %(name)s: %(message)s")
    stopped = _when_signalled()
    with living_team(database, port=_free(port), tell=click.echo) as stage:
        click.echo(f"\n  Larkfield's Slack is open at {stage.sandbox.url}\n")
        for line in WELCOME["lines"]:
            click.echo(f"  {line.replace('*', '').replace('`', '')}")
        click.echo("\n  Stop it with Ctrl-C.")
        if browser:
            Thread(target=_open, args=(stage.sandbox.url,), daemon=True).start()
        while not stopped.wait(1.0):
            pass  # waiting without end would keep Python from hearing the signal on some systems
        click.echo("Closing.")
    return 0


def _free(port: int) -> int:
    """The port if nobody listens there, else 0: two demos may run side by side."""
    with socket.socket() as probe:
        return port if probe.connect_ex(("127.0.0.1", port)) else 0


def _when_signalled() -> Event:
    stopped = Event()

    def stop(_number: int, _frame: FrameType | None) -> None:
        stopped.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    return stopped


def _open(url: str) -> None:
    """Opens the browser if there is one; a text browser would take the terminal over."""
    with suppress(webbrowser.Error, OSError):
        browser = webbrowser.get()
        in_terminal = isinstance(browser, webbrowser.GenericBrowser)
        if not in_terminal or isinstance(browser, webbrowser.BackgroundBrowser):
            browser.open(url)
