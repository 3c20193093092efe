"""What the Slack CLI calls through `.slack/hooks.json`: the manifest as JSON, and `slack run`.

The CLI adds `--protocol` and `--boundary` to every hook. With "message-boundaries" an answer stands between
two boundaries, so that whatever else is printed does no harm.
Source: https://docs.slack.dev/tools/slack-cli/reference/hooks
"""

import json
import os
import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path

import yaml

MANIFEST = Path(__file__).parent.parent / "manifest.yml"


def main(arguments: Sequence[str]) -> None:
    """Answers `get-manifest`; `start` becomes `iqs run` in this very process. Unknown flags are the CLI's own."""
    parser = ArgumentParser(prog="bot.slack_cli", allow_abbrev=False)
    parser.add_argument("hook", choices=("get-manifest", "start"))
    parser.add_argument("--protocol", default="default")
    parser.add_argument("--boundary", default="")
    asked, _ = parser.parse_known_args(arguments)
    if asked.hook == "start":
        os.execv(sys.executable, [sys.executable, "-m", "bot.cli", "run"])  # noqa: S606 - ourselves, no shell
    boundary = asked.boundary if asked.protocol == "message-boundaries" else ""
    sys.stdout.write(f"{boundary}{json.dumps(manifest())}{boundary}\n")


def manifest() -> object:
    """The app manifest as the CLI wants it."""
    return yaml.safe_load(MANIFEST.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main(sys.argv[1:])
