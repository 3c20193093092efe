"""`iqs agreement`: do the reviewers agree, and is one of them kinder than the others?"""

import click

from bot.commands.examples import examples
from bot.commands.opening import now, opened_store
from iqs.files import comparisons
from iqs.services import comparing, configuring


@click.command(
    epilog=examples("iqs agreement --team Support", 'iqs agreement --team Support --period "last 90 days"')
)
@click.option("--team", required=True, help="The team's name.")
@click.option("--period", help='"2026-W47", "last 90 days" and the like; of all time when left out.')
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
def agreement(*, team: str, period: str | None, as_json: bool) -> None:
    """Print how far reviewers of the same conversations agree, and each reviewer's leniency.

    Krippendorff's alpha is 1 for full agreement and 0 for chance. Leniency is in points above (kinder) or below
    the other reviewers, given whom they reviewed, with its 95 % interval.
    """
    with opened_store() as store:
        found = comparing.compare(store, None, configuring.named(store, team).id, now=now(), period=period)
    click.echo(comparisons.as_json(found) if as_json else comparisons.text(found))
