"""`iqs scorecard`: publish a version, print the current one."""

from pathlib import Path

import click

from bot.commands.examples import examples
from bot.commands.opening import now, opened_store
from iqs.errors import Invalid, NotFound
from iqs.files import scorecards
from iqs.services import configuring, publishing


@click.group(
    epilog=examples(
        "iqs scorecard apply --preset popular --team Support", "iqs scorecard apply scorecard.yml"
    )
)
def scorecard() -> None:
    """What is rated: categories, weights, scales, root causes."""


@scorecard.command()
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--team", "teams", multiple=True, help="A team that uses it; may be given several times.")
@click.option("--preset", help='A scorecard that comes with iqs, in place of a file: "popular".')
def apply(file: Path | None, *, teams: tuple[str, ...], preset: str | None) -> None:
    """Publish a scorecard from a YAML file as a new, immutable version.

    The same content again makes no new version. Reviews keep the version they were made with.
    """
    if (file is None) == (preset is None):
        raise Invalid("Name one: a YAML file, or --preset popular.")
    if file is not None:
        text = file.read_bytes().decode("utf-8-sig", errors="replace")
        read = scorecards.read_scorecard(text, source=file.name)
    else:
        read = scorecards.preset(preset or "")
    with opened_store() as store:
        done = publishing.apply_scorecard(store, read, list(teams), now=now())
    used = ", ".join(done.teams) or "no team yet (name one with --team)"
    word = "is published as" if done.changed else "is unchanged, still"
    click.echo(f"“{read.name}” {word} version {done.version}; used by {used}.")


@scorecard.command(
    epilog=examples(
        "iqs scorecard show --preset popular > scorecard.yml",
        "iqs scorecard show --team Support > scorecard.yml",
    )
)
@click.option("--team", "name", help="Whose scorecard; may be left out with a single team.")
@click.option("--preset", help='Print one that comes with iqs, to start from: "popular".')
def show(*, name: str | None, preset: str | None) -> None:
    """Print a team's current scorecard as YAML, ready to be edited and applied."""
    if preset is not None:
        click.echo(scorecards.write_scorecard(scorecards.preset(preset)), nl=False)
        return
    with opened_store() as store:
        teams = configuring.teams(store)
        found = [each for each in teams if name is None or each.name.casefold() == name.casefold()]
        if len(found) != 1:
            known = ", ".join(each.name for each in teams) or "none yet; add people first"
            raise NotFound(f"Say whose with --team. Teams: {known}.")
        click.echo(scorecards.write_scorecard(publishing.current_scorecard(store, found[0].id)), nl=False)
