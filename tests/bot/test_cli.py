"""The `iqs` command as people and scripts meet it."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot import cli
from iqs import periods

PEOPLE = """team,email,name,roles,slack_user_id,helpdesk_id
Support,rita@example.com,Rita,reviewer,U0RITA,
Support,ada@example.com,Ada,agent,U0ADA,h-ada
Support,not an address,Bad,agent,,
"""
LAST_WEEK = periods.last_week(datetime.now(UTC), "UTC")
PERIOD = periods.iso_label(LAST_WEEK.start.date())


@pytest.fixture
def iqs(tmp_path, monkeypatch, capsys):
    """Runs a command in an empty folder; (exit code, stdout, stderr)."""
    monkeypatch.chdir(tmp_path)
    for name in (
        "DATABASE_URL",
        "SLACK_BOT_TOKEN",
        "SLACK_APP_TOKEN",
        "SLACK_SIGNING_SECRET",
        "SLACK_API_URL",
    ):
        monkeypatch.delenv(name, raising=False)

    def run(*arguments):
        with pytest.raises(SystemExit) as ended:
            cli.main(arguments)
        out, err = capsys.readouterr()
        return ended.value.code, out, err

    return run


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("furnished") / "once"


@pytest.fixture
def furnished(iqs, folder, tmp_path):
    """A folder with a migrated database, people, a scorecard and some conversations; the first is copied."""
    if folder.exists():
        shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    else:
        furnish(iqs, tmp_path)
        shutil.copytree(tmp_path, folder)
    return iqs


def furnish(iqs, tmp_path):
    (tmp_path / "people.csv").write_text(PEOPLE)
    closed = LAST_WEEK.start + timedelta(days=1)
    line = {
        "source": "desk", "channel": "email", "opened_at": closed.isoformat(), "closed_at": closed.isoformat(),
        "agent": {"id": "h-ada"},
        "messages": [{"author": "customer", "text": "Hello"}, {"author": "agent", "text": "Hello back"}],
    }  # fmt: skip
    lines = [json.dumps({**line, "id": f"c{number}"}) for number in range(4)]
    (tmp_path / "conversations.jsonl").write_text("\n".join([*lines, "{not json"]) + "\n")
    assert iqs("db", "upgrade")[0] == 0
    assert iqs("people", "import", "people.csv")[0] == 0
    assert iqs("scorecard", "apply", "--preset", "popular")[0] == 0
    assert iqs("conversations", "import", "conversations.jsonl")[0] == 0


def test_from_an_empty_folder_to_a_report(furnished, tmp_path):
    """Every step of the first hour works, twice, and says what it did."""
    iqs = furnished
    code, out, _ = iqs("db", "upgrade")
    assert (code, "already" in out) == (0, True)
    people = json.loads(iqs("people", "import", "people.csv", "--json")[1])
    assert (people["new"], people["unchanged"], people["rejected"]) == (0, 2, 1)
    assert people["reasons"][0]["line"] == 4
    counts = json.loads(iqs("conversations", "import", "conversations.jsonl", "--json")[1])
    assert (counts["new"], counts["unchanged"], counts["rejected"]) == (0, 4, 1)
    assert counts["reasons"][0]["line"] == 5
    code, out, _ = iqs("scorecard", "show")
    (tmp_path / "scorecard.yml").write_text(out)
    assert "unchanged" in iqs("scorecard", "apply", "scorecard.yml")[1]
    assert iqs("team", "set", "support", "--channel", "C0TEAM", "--quota", "2", "--days", "mon tue")[0] == 0
    assert "C0TEAM" in iqs("team", "list")[1]
    dry = json.loads(
        iqs("draw", "--team", "Support", "--period", PERIOD, "--seed", "7", "--dry-run", "--json")[1]
    )
    drawn = json.loads(iqs("draw", "--team", "Support", "--period", PERIOD, "--seed", "7", "--json")[1])
    assert dry == drawn
    assert set(drawn) == {"team", "period", "seed", "frame", "assignments"}
    assert drawn["frame"]["eligible"] == 4
    assert [set(each) for each in drawn["assignments"]] == [
        {"conversation", "reviewee", "reviewer", "stream"}
    ] * 2
    assert "drawn before" in iqs("draw", "--team", "Support", "--period", PERIOD)[1]
    report = json.loads(iqs("report", "--team", "Support", "--format", "json")[1])
    assert report["team"]["iqs"] is None
    assert iqs("report", "--team", "Support", "--agent", "Ada", "--from", "2026-01-01")[0] == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ["draw", "--team", "Nowhere", "--period", "2026-W01"],
        ["draw", "--team", "Support", "--period", "someday"],
        ["draw", "--team", "Support"],
        ["explain", "99"],
        ["explain", "x"],
        ["report", "--team", "Nowhere"],
        ["report", "--team", "Support", "--format", "pdf"],
        ["report", "--team", "Support", "--to", "2026-01-01"],
        ["team", "set", "Support"],
        ["team", "set", "Support", "--timezone", "Mars/Base"],
        ["team", "set", "Support", "--opens", "25:00"],
        ["team", "set", "Support", "--days", "someday"],
        ["people", "import", "nowhere.csv"],
        ["people", "import", "conversations.jsonl"],
        ["scorecard", "apply"],
        ["scorecard", "apply", "people.csv"],
        ["scorecard", "show", "--team", "Nowhere"],
        ["run"],
        ["web"],
        ["worker"],
        ["nonsense"],
        ["--nonsense"],
    ],
    ids=" ".join,
)
def test_a_mistake_is_a_clear_line_and_exit_2(furnished, arguments):
    """Whatever is mistyped or missing: exit 2, words on stderr, never a traceback."""
    code, out, err = furnished(*arguments)
    assert code == 2, (out, err)
    assert err.strip()
    assert "Traceback" not in err
    assert len(err.splitlines()) < 12


def test_a_database_that_was_not_migrated_is_told_how(iqs):
    """Every command that needs the tables names the one that makes them."""
    code, _, err = iqs("report", "--team", "Support")
    assert (code, "iqs db upgrade" in err) == (2, True)


def test_all_missing_settings_are_named_at_once(iqs):
    """`iqs run` in an empty folder says everything it needs in one go."""
    _, _, err = iqs("run")
    assert "SLACK_BOT_TOKEN" in err
    assert "SLACK_APP_TOKEN" in err


def test_something_unexpected_is_still_one_line(iqs, monkeypatch):
    """A fault of ours shows its class and place; the traceback comes only when asked for."""

    def broken(**_):
        raise ZeroDivisionError("ada@example.com")

    monkeypatch.setattr("bot.commands.storing.config.load", broken)
    code, _, err = iqs("db", "upgrade")
    assert code == 2
    assert "ZeroDivisionError" in err
    assert "ada@example.com" not in err
    assert "Traceback" in iqs("--traceback", "db", "upgrade")[2]


@pytest.mark.parametrize("name", sorted(cli.COMMANDS))
def test_help_explains_with_an_example(iqs, name):
    """Each command, and each of a group's, has a sentence and an example that begins with `iqs`."""
    code, out, _ = iqs(name, "--help")
    assert code == 0
    command = cli.cli.get_command(None, name)
    for each in getattr(command, "commands", {}):
        code, out, _ = iqs(name, each, "--help")
        assert code == 0
        assert f"iqs {name} {each}" in out
    if not hasattr(command, "commands"):
        assert f"iqs {name}" in out.split("Example")[1]


def test_the_version_comes_without_importing_the_world():
    """`iqs --version` wakes neither Slack's SDK nor the database nor numbers."""
    script = (
        "import sys\nfrom bot import cli\n"
        "try:\n    cli.main(['--version'])\nexcept SystemExit as end:\n    assert end.code == 0\n"
        "print([m for m in ('slack_sdk', 'slack_bolt', 'sqlalchemy', 'pydantic', 'scipy', 'yaml') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[1] == "[]"


def resident(pid):
    """Bytes of memory a process holds."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+) kB", status)[1]) * 1024


def environment(slack, store):
    return {
        "PATH": os.environ["PATH"], "DATABASE_URL": f"sqlite:///{store.path}", "SLACK_API_URL": slack.api_url,
        "SLACK_BOT_TOKEN": slack.bot_token, "SLACK_APP_TOKEN": slack.app_token,
        "SLACK_SIGNING_SECRET": slack.signing_secret,
    }  # fmt: skip


def test_run_lives_serves_and_ends_on_sigterm(slack, programme, tmp_path):
    """`iqs run` connects, delivers, stays small, refuses a second one, and finishes what is in hand."""
    command = [sys.executable, "-m", "bot.cli", "run"]
    env = environment(slack, programme)
    process = subprocess.Popen(command, cwd=tmp_path, env=env, stderr=subprocess.PIPE, text=True)
    try:
        rita = slack.driver("U0RITA")
        rita.wait_for(lambda: len(rita.dm()) == 3)
        assert resident(process.pid) < 120_000_000
        second = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
        assert second.returncode == 2
        assert str(process.pid) in second.stderr
        assert "What IQS does" in json.dumps(rita.command("/iqs help").ephemerals)
    finally:
        process.send_signal(signal.SIGTERM)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    assert "connected" in err


def test_web_answers_and_ends_on_sigterm(slack, programme, tmp_path, free_port):
    """`iqs web` is healthy and ready, and stops when asked to."""
    import httpx

    process = subprocess.Popen(
        [sys.executable, "-m", "bot.cli", "web"],
        cwd=tmp_path,
        env={**environment(slack, programme), "PORT": str(free_port)},
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                if httpx.get(f"http://127.0.0.1:{free_port}/readyz", trust_env=False).status_code == 200:
                    break
            except httpx.TransportError:
                time.sleep(0.1)
        else:
            pytest.fail("it never became ready")
    finally:
        process.send_signal(signal.SIGTERM)
    process.communicate(timeout=60)
    assert process.returncode == 0
