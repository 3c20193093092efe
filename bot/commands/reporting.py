"""`iqs report` and `iqs explain`."""

import sys
from pathlib import Path

import click

from bot.commands.examples import examples
from bot.commands.opening import now, opened_store
from iqs.errors import Invalid
from iqs.files import exports
from iqs.services import configuring, enrolling, reporting, telling


@click.command(
    epilog=examples(
        "iqs report --team Support",
        "iqs report --team Support --from 2026-10-01 --to 2026-10-31 --format csv",
        "iqs report --team Support --period all --format xlsx --output support.xlsx",
    )
)
@click.option("--team", required=True, help="The team's name.")
@click.option("--agent", help="One agent, by e-mail or name.")
@click.option("--from", "first", help="First day, such as 2026-11-01.")
@click.option("--to", "last", help="Last day, included; today when left out.")
@click.option("--period", help='In place of days: "2026-W47", "last week" and the like.')
@click.option("--format", "form", default="text", show_default=True, help="text, json, csv or xlsx.")
@click.option(
    "--output", type=click.Path(dir_okay=False, writable=True, path_type=Path), help="A file to write to."
)
def report(
    *,
    team: str,
    agent: str | None,
    first: str | None,
    last: str | None,
    period: str | None,
    form: str,
    output: Path | None,
) -> None:
    """Print IQS for the team, its categories and its agents, with n and interval.

    Without days it covers the last 30. A workbook (xlsx) has a chart on each sheet and needs --output.
    """
    if form == "xlsx" and output is None and sys.stdout.isatty():
        raise Invalid("A workbook is no text. Name a file for it: --output report.xlsx")
    asked = _asked(first, last, period)
    with opened_store() as store:
        found = configuring.named(store, team)
        if agent is None:
            made: exports.Report = reporting.team_report(store, None, found.id, now=now(), period=asked)
        else:
            person = enrolling.person_by(store, agent, found.name)
            made = reporting.agent_report(store, None, found.id, person.id, now=now(), period=asked)
    _write(made, form, output)


@click.command(epilog=examples("iqs explain 42"))
@click.argument("review_id", type=int)
def explain(review_id: int) -> None:
    """Print the arithmetic of one review's score, line by line."""
    with opened_store() as store:
        for line in telling.explain(store, review_id, now=now()):
            click.echo(line)


def _write(made: exports.Report, form: str, output: Path | None) -> None:
    """To the file, or to the terminal; what is there already is replaced whole or not at all."""
    if form == "xlsx":
        from iqs.files import workbooks  # noqa: PLC0415 - the other forms do without

        body = workbooks.workbook(made)
    else:
        body = (exports.report(made, form).rstrip("\n") + "\n").encode()
    if output is None:
        click.echo(body, nl=False)
        return
    try:
        part = output.with_name(f"{output.name}.part")
        part.write_bytes(body)
        part.replace(output)
    except OSError as error:
        raise Invalid(f"{output} cannot be written ({error.strerror}).") from None
    click.echo(f"Written to {output}.", err=True)


def _asked(first: str | None, last: str | None, period: str | None) -> str | None:
    if period is not None and (first or last):
        raise Invalid("Name either --period or --from and --to.")
    if first is None and last is not None:
        raise Invalid("--to needs --from.")
    return period if first is None else f"{first}..{last or ''}"
