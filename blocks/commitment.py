"""What a draw will be made from, told to the team's channel before it is made: counts and two hashes, no names."""

from blocks import figures, kit
from blocks.kit import Message
from iqs.proof import Committed
from iqs.streams import spoken

REASONS = 12
"""Reasons that are listed; the rest is added up."""


def message(committed: Committed, team: str) -> Message:
    """The commitment's message. It says nothing that could not stand in any channel."""
    again = f", attempt {committed.attempt}" if committed.attempt > 1 else ""
    when = spoken(committed.period)
    title = f"Sample of {team}, {when}{again}"
    left_out = sorted(committed.excluded.items(), key=lambda each: (-each[1], each[0]))
    shown, rest = left_out[:REASONS], sum(count for _, count in left_out[REASONS:])
    lines = [kit.line(kit.words(f"{count:,} left out: {reason}", 120)) for reason, count in shown]
    if rest:
        lines.append(kit.line(f"{rest:,} left out for other reasons"))
    people = sum(each["eligible"] > 0 for each in committed.frame["people"].values())
    counted = f"{figures.count(committed.eligible, 'conversation')} of {figures.count(people, 'agent')} can be drawn"
    return kit.message(
        f"{team}, {when}: {counted}. What the sample will be is fixed.",
        [
            kit.header(title),
            kit.rich_text(
                kit.line(kit.bold(f"{counted}.", 200), " All of one agent's are equally likely."),
                *([kit.bullets(lines)] if lines else []),
            ),
            kit.rich_text(
                kit.line(
                    "Fixed ",
                    kit.date(committed.created_at),
                    ", before the draw, by two SHA-256 fingerprints:",
                ),
                kit.line("seed ", kit.words(committed.seed_hash, code=True)),
                kit.line("frame ", kit.words(committed.frame_hash, code=True)),
            ),
            kit.context(
                "So nobody can pick or exchange what is drawn, and anybody can run the draw again: with “Why this "
                "conversation?” under a review, or iqs draw verify."
            ),
        ],
    )
