"""The `iqs` command. Each subcommand is imported when it is called, so `iqs --version` answers at once."""

import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any

import click

from bot.commands.examples import examples
from iqs.errors import IQSError

COMMANDS = {
    "run": ("bot.commands.serving:run", "Everything in one process, over Socket Mode."),
    "web": ("bot.commands.serving:web", "The HTTP front door, for several processes."),
    "worker": ("bot.commands.serving:worker", "Delivery and clock, beside `iqs web`."),
    "check": ("bot.commands.checking:check", "Look whether everything is in order, and say what to do."),
    "demo": ("bot.commands.showing:demo", "A living team in your browser, without a Slack workspace."),
    "db": ("bot.commands.storing:db", "The database."),
    "people": ("bot.commands.enrolling:people", "Teams, people and roles."),
    "team": ("bot.commands.enrolling:team", "A team's settings."),
    "scorecard": ("bot.commands.publishing:scorecard", "What is rated."),
    "conversations": ("bot.commands.importing:conversations", "Closed support conversations."),
    "schedule": ("bot.commands.scheduling:schedule", "When each team's draw and digest happen."),
    "sync": ("bot.commands.syncing:sync", "Read the connected helpdesks now."),
    "reviews": ("bot.commands.past:reviews", "The history of a past programme."),
    "draw": ("bot.commands.drawing:draw", "Draw a period's sample and hand it to the reviewers."),
    "report": ("bot.commands.reporting:report", "IQS for team, categories and agents."),
    "outbox": ("bot.commands.outbox:outbox", "Messages that wait: look, send again, give up."),
    "history": ("bot.commands.staffing:history", "What happened to an assignment, step by step."),
    "agreement": ("bot.commands.comparing:agreement", "Whether reviewers agree, and who is lenient."),
    "explain": ("bot.commands.reporting:explain", "The arithmetic of one review's score."),
}
"""Name → where the command stands, and its line in `iqs --help`."""


class _Lazy(click.Group):
    """A group that knows its commands' names without importing them."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - the same
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name][0].partition(":")
        command: click.Command = getattr(import_module(module), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - the same
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])


@click.group(
    cls=_Lazy,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=examples(
        "iqs demo                           look at it, without a Slack workspace",
        "iqs db upgrade                     make the database",
        "iqs people import people.csv       tell who is who",
        "iqs scorecard apply scorecard.yml  say what is rated",
        "iqs check                          see what is missing",
        "iqs run                            start",
        title="First steps",
    ),
)
@click.version_option(package_name="iqs", prog_name="iqs")
@click.option(
    "--traceback", is_flag=True, expose_value=False, help="Show where an unexpected error came from."
)
def cli() -> None:
    """IQS: a support team's quality reviews, in Slack."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs a command; a problem is one line on stderr and exit 2, never a traceback."""
    sys.exit(_run(list(sys.argv[1:] if arguments is None else arguments)))


def _run(arguments: list[str]) -> int:
    try:
        result: Any = cli.main(args=arguments, prog_name="iqs", standalone_mode=False)
    except click.exceptions.Exit as done:
        return done.exit_code
    except click.Abort:
        click.echo("Stopped.", err=True)
        return 130
    except click.ClickException as error:
        asked = getattr(error, "ctx", None)
        help_of = asked.command_path if asked else "iqs"
        click.echo(f"iqs: {error.format_message()} See: {help_of} --help", err=True)
        return 2
    except IQSError as error:
        click.echo(f"iqs: {error}", err=True)
        for problem in _further(error):
            click.echo(f"  {problem}", err=True)
        return 2
    except Exception as error:  # noqa: BLE001 - one line, never a traceback unless it is asked for
        import traceback

        if "--traceback" in arguments:
            traceback.print_exc()
        frame = traceback.extract_tb(error.__traceback__)[-1]
        click.echo(
            f"iqs: something unexpected happened ({type(error).__name__} in {frame.name}, "
            f"line {frame.lineno}). Run again with `iqs --traceback …` and tell us what it shows.",
            err=True,
        )
        return 2
    return result if isinstance(result, int) else 0


def _further(error: IQSError) -> list[str]:
    """What the sentence leaves to be listed, such as the faults of a file."""
    return [each for each in getattr(error, "problems", ()) if each not in str(error)]


if __name__ == "__main__":
    main()
