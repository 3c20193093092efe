"""One sender on a SQLite file."""

import subprocess
import sys

import pytest

from bot.commands.alone import alone
from iqs.errors import Conflict

HOLD = """
import sys, time
from pathlib import Path
from bot.commands.alone import alone
with alone(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_second_process_is_refused_and_told_which_one_holds_it(tmp_path):
    """The sentence names the process; when that one dies, however it dies, the file is free."""
    database = tmp_path / "iqs.db"
    holder = subprocess.Popen([sys.executable, "-c", HOLD, str(database)], stdout=subprocess.PIPE, text=True)
    try:
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(Conflict, match=str(holder.pid)), alone(database):
            pass
    finally:
        holder.kill()
        holder.wait()
    with alone(database):
        pass


def test_postgresql_needs_no_lock():
    """Several senders share one PostgreSQL."""
    with alone(None), alone(None):
        pass
