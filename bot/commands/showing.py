"""`iqs demo`: look at it without a Slack workspace."""

from pathlib import Path

import click

from bot import demo as stage
from bot.commands.examples import examples


@click.command(epilog=examples("iqs demo", "iqs demo --tour"))
@click.option(
    "--tour", is_flag=True, help="Without a browser: drive one person's whole loop and print each step."
)
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8765, show_default=True, help="Of the local page."
)
@click.option("--browser/--no-browser", default=True, help="Open the page in a browser.", show_default=True)
@click.option(
    "--database",
    type=click.Path(dir_okay=False, path_type=Path),
    help="A new file to keep what happens in; without it everything is gone at the end.",
)
def demo(*, tour: bool, port: int, browser: bool, database: Path | None) -> int | None:
    """Open a living team in your browser, without a Slack workspace.

    Everything in it is invented, and gone when you stop it, unless --database keeps it.
    """
    return stage.tour() if tour else stage.run(port=port, browser=browser, database=database)
