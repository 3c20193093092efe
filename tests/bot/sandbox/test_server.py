"""Starting, stopping, and living alone on a port."""

import socket
import subprocess
import sys

import httpx
import pytest

from bot.sandbox import Sandbox, SandboxUser


def test_start_and_stop(new_sandbox):
    """A sandbox listens on a free port until it is stopped."""
    sandbox = new_sandbox()
    assert httpx.get(f"{sandbox.url}/sandbox/log").status_code == 200
    sandbox.stop()
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{sandbox.url}/sandbox/log")


def test_taken_port(new_sandbox):
    """A port in use is an OSError at once."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(OSError, match="in use"):
            Sandbox("manifest.yml", users=[SandboxUser("U1", "a", "A")]).start(port=taken.getsockname()[1])


def test_judges_from_outside():
    """The sandbox imports nothing of the bot, the blocks or iqs."""
    code = "import sys, bot.sandbox; print([m for m in sys.modules if m.split('.')[0] in ('iqs', 'blocks', 'slack_bolt', 'slack_sdk', 'sqlalchemy') or (m.startswith('bot.') and not m.startswith('bot.sandbox'))])"  # noqa: E501
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
