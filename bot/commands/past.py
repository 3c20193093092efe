"""`iqs reviews`: the history of a past programme."""

import json
import sys
from pathlib import Path

import click

from bot.commands.examples import examples
from bot.commands.opening import now, opened_store
from iqs.errors import Invalid
from iqs.files import scorecards
from iqs.past import PastScale
from iqs.services import configuring, recalling
from iqs.services.recalling import PastImport

SHOWN = 20
"""Rejected lines that are told one by one."""


@click.group(
    epilog=examples("iqs reviews import reviews.csv --team Support --scale -2..2 --columns value=score")
)
def reviews() -> None:
    """Reviews of a past programme."""


@reviews.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--team", required=True, help="The team whose history it is.")
@click.option("--columns", default="", help="What the file calls our columns: value=score,reviewer=rater.")
@click.option("--scale", help="The old scale, worst to best: 1..5 (when left out), -2..2, 0..100.")
@click.option(
    "--scorecard",
    "card",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A YAML file with the old weights; without it all categories weigh the same.",
)
@click.option("--name", default=recalling.NAME, show_default=True, help="What to call the old scorecard.")
@click.option("--json", "as_json", is_flag=True, help="Print the counts as JSON.")
def import_reviews(
    file: Path, *, team: str, columns: str, scale: str | None, card: Path | None, name: str, as_json: bool
) -> None:
    """Import a past programme's reviews from CSV, one line a rating, as history of a team.

    Columns: conversation_id, reviewer, category, value, and if known reviewee, submitted_at, comment. Who or when
    the file does not tell stays unknown. Doing it again changes nothing; nobody gets a message.
    """
    asked, renamed = _scale(scale), _renamed(columns)
    given = None
    if card is not None:
        given = scorecards.read_scorecard(
            card.read_text(encoding="utf-8-sig", errors="replace"), source=card.name
        )
    text = file.read_bytes().decode("utf-8-sig", errors="replace")
    with (
        opened_store() as store,
        click.progressbar(
            label="Importing", length=1, file=sys.stderr, hidden=not sys.stderr.isatty()
        ) as bar,
    ):

        def told(done: int, of: int) -> None:
            bar.length = of
            bar.update(done - bar.pos)

        done = recalling.import_reviews(
            store,
            text,
            configuring.named(store, team),
            now=now(),
            scale=asked,
            renamed=renamed,
            scorecard=given,
            name=name,
            progress=told,
        )
    if as_json:
        click.echo(json.dumps(_counts(done), ensure_ascii=False))
        return
    for line in _words(done):
        click.echo(line)
    for number, reason in done.rejected[:SHOWN]:
        click.echo(f"  line {number}: {reason}", err=True)
    if len(done.rejected) > SHOWN:
        click.echo(f"  and {len(done.rejected) - SHOWN} more; --json lists them all.", err=True)


def _words(done: PastImport) -> list[str]:
    counts = f"{done.new} new, {done.updated} updated, {done.unchanged} unchanged"
    told = [
        f"{done.read} reviews: {counts}; {len(done.rejected)} lines rejected.",
        f"They stand under “{done.scorecard}”, version {done.version}.",
    ]
    if done.without_time:
        told.append(
            f"{done.without_time} have no time: they count in reports of all time (--period all), in no trend."
        )
    if done.without_reviewee:
        told.append(
            f"{done.without_reviewee} do not say whose work it was: they count for the team, for no agent."
        )
    if done.unknown_conversations:
        told.append(
            f"{done.unknown_conversations} conversations were never imported; only their ids are kept."
        )
    if done.strangers:
        listed = ", ".join(sorted(done.strangers)[:10])
        more = f" and {len(done.strangers) - 10} more" if len(done.strangers) > 10 else ""
        told.append(f"Not enrolled here, kept by name: {listed}{more}.")
    return told


def _counts(done: PastImport) -> dict[str, object]:
    return {
        "team": done.team,
        "scorecard": done.scorecard,
        "version": done.version,
        "read": done.read,
        "new": done.new,
        "updated": done.updated,
        "unchanged": done.unchanged,
        "rejected": len(done.rejected),
        "without_reviewee": done.without_reviewee,
        "without_time": done.without_time,
        "unknown_conversations": done.unknown_conversations,
        "strangers": sorted(done.strangers),
        "reasons": [{"line": line, "reason": reason} for line, reason in done.rejected],
    }


def _scale(text: str | None) -> PastScale | None:
    if text is None:
        return None
    low, _, high = text.replace("…", "..").partition("..")
    try:
        return PastScale(int(low), int(high))
    except ValueError:
        raise Invalid(
            f"“{text}” is no scale. Write its worst and best value: 1..5, -2..2 or 0..100."
        ) from None


def _renamed(text: str) -> dict[str, str]:
    renamed: dict[str, str] = {}
    for pair in filter(None, (each.strip() for each in text.split(","))):
        ours, equals, theirs = (part.strip() for part in pair.partition("="))
        if not (ours and equals and theirs) or ours in renamed:
            raise Invalid(f"“{pair}” renames nothing. Write ours=theirs, such as value=score,reviewer=rater.")
        renamed[ours] = theirs
    return renamed
