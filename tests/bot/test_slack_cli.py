"""What the Slack CLI gets when it calls the hooks of `.slack/hooks.json`."""

import json
from pathlib import Path

import pytest

from bot import slack_cli

HOOKS = json.loads((Path(__file__).parents[2] / ".slack" / "hooks.json").read_text())


@pytest.mark.parametrize(
    "flags",
    [
        ["--protocol=message-boundaries", "--boundary=<>", "--other"],
        ["--boundary", "<>", "--protocol", "message-boundaries"],
    ],
)
def test_the_manifest_stands_between_boundaries(capsys, flags):
    """The CLI finds the manifest as JSON between the two boundaries it named."""
    slack_cli.main(["get-manifest", *flags])
    _, answer, _ = capsys.readouterr().out.split("<>")
    assert json.loads(answer)["settings"]["socket_mode_enabled"] is True


def test_an_older_cli_gets_bare_json(capsys):
    """Without a protocol the answer is the JSON alone."""
    slack_cli.main(["get-manifest"])
    assert json.loads(capsys.readouterr().out) == slack_cli.manifest()


def test_start_runs_everything(monkeypatch):
    """`slack run` is `iqs run`, whatever flags the CLI adds."""
    called = []

    def become(_program, arguments):
        called.append(arguments[1:])
        raise SystemExit

    monkeypatch.setattr(slack_cli.os, "execv", become)
    with pytest.raises(SystemExit):
        slack_cli.main(["start", "--protocol=default"])
    assert called == [["-m", "bot.cli", "run"]]


def test_the_hooks_call_what_exists():
    """Both commands of hooks.json name this module and a hook that it knows."""
    for hook, command in HOOKS["hooks"].items():
        assert command.endswith(f"-m bot.slack_cli {hook}")
