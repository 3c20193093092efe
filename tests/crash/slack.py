"""Slack's side of a crash run: a process of its own that survives the kills and remembers everything.

What it logs is the judge's evidence: each post, deletion and ack, whatever the bot believes.
"""

import asyncio
import logging
import os
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from bot.sandbox import Clock, Sandbox, SandboxChannel, SandboxUser
from bot.sandbox.log import Log
from tests.crash import programme
from tests.crash.moments import Moments

MANIFEST = Path(__file__).parents[2] / "manifest.yml"
TWICE = 0.05  # the share of interactions that are delivered a second time


class Evidence(Log):
    """What the app called, without the pictures: a long run posts thousands."""

    def note(
        self, method: str, answer: dict[str, Any], fault: str, began: float, args: dict[str, Any]
    ) -> None:
        """Keeps what tells one message from another."""
        kept = {name: args[name] for name in ("channel", "ts", "metadata") if name in args}
        super().note(method, answer, fault, began, kept)


class SharedClock(Clock):
    """The sandbox's clock, which ticks for all."""

    def __init__(self, moments: Moments) -> None:
        super().__init__()
        self.now = moments.now  # type: ignore[method-assign]  # the same question, another source


def live(moments: Moments, door: str, seed: int, ready: Connection) -> None:
    """Runs in the forked process: sends (url, API url, tokens) when it listens, and the evidence when it is asked."""
    logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)  # it complains of the answers we cut off
    everyone = (*programme.REVIEWERS, *programme.AGENTS, programme.ADMIN)
    sandbox = Sandbox(
        MANIFEST,
        users=[
            SandboxUser(id_, id_.lower(), programme.name(id_), email=programme.email(id_), tz="UTC")
            for id_ in everyone
        ],
        channels=[SandboxChannel(programme.CHANNEL, "quality", list(everyone), is_private=True)],
        clock=SharedClock(moments),
        limits=False,  # the run's time is accelerated; 429 comes as a fault
    )
    sandbox.calls = Evidence(sandbox.clock)
    sandbox.start()
    sandbox.connect_http(door)
    sandbox.deliver_twice(TWICE, seed=seed)
    assert sandbox._loop is not None
    asyncio.run_coroutine_threadsafe(moments.tick(), sandbox._loop)
    ready.send((sandbox.url, sandbox.api_url, sandbox.bot_token, sandbox.signing_secret))
    try:
        while ready.recv():
            ready.send([call.as_json() for call in sandbox.calls])
    except EOFError:
        os._exit(0)
