"""`iqs draw`: the sample."""

import json

import click

from bot.commands.examples import examples
from bot.commands.opening import now, opened_store
from iqs.assignments import DrawResult
from iqs.errors import Invalid
from iqs.proof import LISTED, Verdict
from iqs.services import drawing, redrawing, verifying

SAMPLE = "sample"


class _Draw(click.Group):
    """`iqs draw --team …` draws; only what else can be done with a draw has a word of its own."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        first = args[0] if args else ""
        own = first in self.commands or first in ctx.help_option_names
        return super().parse_args(ctx, args if own else [SAMPLE, *args])


@click.group(
    cls=_Draw,
    epilog=examples(
        "iqs draw --team Support --period 2026-W47 --dry-run",
        "iqs draw --team Support --period 2026-W47 --json",
        'iqs draw verify "Support 2026-W47"',
    ),
)
def draw() -> None:
    """Draw a period's random sample, or verify one that was drawn.

    iqs draw --team T --period 2026-W47 [--seed S] [--dry-run] [--redraw] [--json] is short for: iqs draw sample …
    """


@draw.command(SAMPLE)
@click.option("--team", required=True, help="The team's name.")
@click.option(
    "--period", required=True, help='What to draw from, such as "2026-W47"; for a monthly team "2026-11".'
)
@click.option("--seed", help="Same seed, same conversations, same sample.")
@click.option("--dry-run", is_flag=True, help="Show the sample; save nothing, tell nobody.")
@click.option("--redraw", is_flag=True, help="Take the draw back and draw anew; only while nobody has begun.")
@click.option("--json", "as_json", is_flag=True, help="Print the draw as JSON.")
def sample(*, team: str, period: str, seed: str | None, dry_run: bool, redraw: bool, as_json: bool) -> None:
    """Draw a period's random sample and hand it to the reviewers.

    What it is drawn from is fixed first. A period is drawn once; doing it again shows what was drawn.
    """
    if redraw and dry_run:
        raise Invalid("--redraw takes scorecards back, --dry-run saves nothing: give one of them.")
    with opened_store() as store:
        if redraw:
            result = redrawing.redraw(store, team, period, now=now(), seed=seed)
        else:
            result = drawing.draw(store, team, period, now=now(), seed=seed, dry_run=dry_run)
    click.echo(_as_json(result) if as_json else _as_text(result, dry_run=dry_run))


@draw.command(epilog=examples('iqs draw verify "Support 2026-W47"', "iqs draw verify 12 --json"))
@click.argument("draw", metavar="DRAW")
@click.option("--json", "as_json", is_flag=True, help="Print the verdict as JSON.")
@click.pass_context
def verify(ctx: click.Context, *, draw: str, as_json: bool) -> None:
    """Run a draw again from what was fixed before it, and say whether it comes to the same.

    DRAW is its number, or its team and period: "Support 2026-W47". Exit code 0 if it holds, 1 if anything differs.
    """
    with opened_store() as store:
        verdict = verifying.verify(store, draw)
    click.echo(_verdict_as_json(verdict) if as_json else _verdict_as_text(verdict))
    ctx.exit(0 if verdict.holds else 1)


def _verdict_as_json(verdict: Verdict) -> str:
    return json.dumps(
        {
            "verified": verdict.holds,
            "draw": verdict.draw_id,
            "team": verdict.team,
            "period": verdict.period,
            "attempt": verdict.attempt,
            "seed": verdict.seed,
            "seed_sha256": verdict.seed_hash,
            "frame_sha256": verdict.frame_hash,
            "committed_at": verdict.committed_at.isoformat(),
            "drawn_at": verdict.drawn_at.isoformat(),
            "eligible": verdict.eligible,
            "people": verdict.people,
            "positions": verdict.positions,
            "drawn": verdict.drawn,
            "differences": list(verdict.differences),
            "since": list(verdict.since),
        },
        ensure_ascii=False,
    )


def _verdict_as_text(verdict: Verdict) -> str:
    again = f", attempt {verdict.attempt}" if verdict.attempt > 1 else ""
    lines = [
        f"Draw {verdict.draw_id}: {verdict.team}, {verdict.period}{again}",
        f"  seed          {verdict.seed}",
        f"  seed SHA-256  {verdict.seed_hash}",
        f"  frame SHA-256 {verdict.frame_hash}",
        f"  committed     {verdict.committed_at:%Y-%m-%d %H:%M:%S} UTC, drawn {verdict.drawn_at:%Y-%m-%d %H:%M:%S} UTC",
        f"  eligible      {verdict.eligible:,} conversations of {verdict.people:,} agents",
        f"  drawn         {verdict.drawn:,}, coming to {verdict.positions:,} places in seeded order",
    ]
    lines += [f"Since then: {each}." for each in verdict.since[:LISTED]]
    lines += [f"Since then: {len(verdict.since) - LISTED:,} more changes."] * (len(verdict.since) > LISTED)
    if verdict.holds:
        lines.append("Verified: run again from what was fixed before, the draw comes to the same sample.")
    else:
        lines.append(f"NOT verified: {len(verdict.differences):,} differences.")
        lines += [f"  {each}" for each in verdict.differences[:LISTED]]
    return "\n".join(lines)


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
    if result.eligible:
        lines.append(f"{result.eligible} conversations could be drawn.")
    else:
        lines.append(
            f"Nothing to draw from: no agent of {result.team} closed a conversation in {result.period} "
            "that may be reviewed. Is all of it imported?"
        )
    lines += [f"  {count} left out: {reason}" for reason, count in sorted(result.excluded.items())]
    lines += [
        f"{each.conversation}: {each.reviewee}, reviewed by {each.reviewer}" for each in result.assignments
    ]
    if result.unshared:
        why = ", ".join(f"{reason}: {count}" for reason, count in result.unshared_why.items())
        lines.append(f"{result.unshared} more were drawn, but nobody was given them ({why}).")
    if dry_run:
        lines.append("Nothing was saved.")
    elif result.existed:
        lines.append("This period was drawn before; nothing changed.")
    elif result.saved:
        lines.append(f"{len(result.assignments)} scorecards will be sent to their reviewers.")
    elif result.eligible:
        lines.append("There was nothing to hand out.")
    return "\n".join(lines)
