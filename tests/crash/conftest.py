"""Runs of the harness, each in a fresh process that may fork: pytest's own has threads."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.crash.run import Report

ROOT = Path(__file__).parents[2]


@pytest.fixture
def crash_run(database_url, tmp_path):
    """Makes one run on this test's database and returns its `Report`."""

    def run(**options):
        asked = json.dumps({"url": database_url, "keep": str(tmp_path), **options})
        done = subprocess.run(
            [sys.executable, "-m", "tests.crash.supervisor", asked],
            cwd=ROOT, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"seed {options.get('seed', 1)}, {tmp_path}:\n{done.stderr[-3000:]}"
        return Report(**json.loads(done.stdout))

    return run
