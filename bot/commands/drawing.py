"""`iqs draw`: the sample."""

import json

import click

from bot.commands.examples import examples
from bot.commands.opening import now, opened_store
from iqs.assignments import DrawResult
from iqs.services import assigning


@click.command(
    epilog=examples(
        "iqs draw --team Support --period 2026-W47 --dry-run",
        "iqs draw --team Support --period 2026-W47 --json",
    )
)
@click.option("--team", required=True, help="The team's name.")
@click.option("--period", required=True, help='The week to draw from, such as "2026-W47".')
@click.option("--seed", help="Same seed, same conversations, same sample.")
@click.option("--dry-run", is_flag=True, help="Show the sample; save nothing, tell nobody.")
@click.option("--json", "as_json", is_flag=True, help="Print the draw as JSON.")
def draw(*, team: str, period: str, seed: str | None, dry_run: bool, as_json: bool) -> None:
    """Draw a period's random sample and hand it to the reviewers.

    A period is drawn once; doing it again shows what was drawn.
    """
    with opened_store() as store:
        result = assigning.draw(store, team, period, now=now(), seed=seed, dry_run=dry_run)
    click.echo(_as_json(result) if as_json else _as_text(result, dry_run=dry_run))


def _as_json(result: DrawResult) -> str:
    return json.dumps(
        {
            "team": result.team,
            "period": result.period,
            "seed": result.seed,
            "frame": {"eligible": result.eligible, "excluded": dict(result.excluded)},
            "assignments": [
                {
                    "conversation": each.conversation,
                    "reviewee": each.reviewee,
                    "reviewer": each.reviewer,
                    "stream": each.stream,
                }
                for each in result.assignments
            ],
        },
        ensure_ascii=False,
    )


def _as_text(result: DrawResult, *, dry_run: bool) -> str:
    lines = [f"{result.team}, {result.period}, seed {result.seed}"]
    lines.append(f"{result.eligible} conversations could be drawn.")
    lines += [f"  {count} left out: {reason}" for reason, count in sorted(result.excluded.items())]
    lines += [
        f"{each.conversation}: {each.reviewee}, reviewed by {each.reviewer}" for each in result.assignments
    ]
    if result.unshared:
        lines.append(f"{result.unshared} more were drawn, but every reviewer took part in them.")
    if dry_run:
        lines.append("Nothing was saved.")
    elif result.existed:
        lines.append("This period was drawn before; nothing changed.")
    elif result.saved:
        lines.append(f"{len(result.assignments)} scorecards will be sent to their reviewers.")
    else:
        lines.append("There was nothing to hand out.")
    return "\n".join(lines)
