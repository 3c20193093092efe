"""A draw as its lead sees it: who has done how much, what it was drawn from, and why it came out smaller."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from blocks import figures, ids, kit
from blocks.ids import ActionId
from blocks.kit import Block, Element, Message, Part
from blocks.text import fit
from iqs.progress import DrawProgress, Short, Tally
from iqs.proof import Verdict
from iqs.streams import spoken

BAR = 10
REVIEWERS = 15
SHORT = 6
REASONS = 6
DIFFERENCES = 5


def message(progress: DrawProgress) -> Message:
    """The answer to `/iqs draw`, on one screen, for those who may draw."""
    whole = progress.whole
    text = f"{progress.team.name}, {progress.period}: {whole.done} of {whole.drawn} reviews done."
    again = f", attempt {progress.attempt}" if progress.attempt > 1 else ""
    rows = progress.by_reviewer
    lines: list[Element] = [kit.line(*_reviewer(name, tally)) for name, tally in rows[:REVIEWERS]]
    if len(rows) > REVIEWERS:
        rest = sum((tally for _, tally in rows[REVIEWERS:]), Tally())
        lines.append(kit.line(*_reviewer(f"{len(rows) - REVIEWERS} more", rest)))
    return kit.message(
        text,
        [
            kit.header(f"Draw of {fit(progress.team.name, 60)}, {progress.period}{again}"),
            kit.rich_text(kit.line(*summary(progress)), *lines),
            kit.rich_text(*_frame(progress), *_short(progress), *_others(progress)),
            kit.rich_text(*_proof(progress)),
            _buttons(progress),
        ],
    )


def section(found: Sequence[DrawProgress]) -> list[Block]:
    """The same in short, a line a team, for the App Home of leads; nothing when nothing was drawn."""
    if not found:
        return []
    lines = [
        kit.line(
            kit.bold(f"{fit(each.team.name, 60)}, {each.period}", 100), ": ", *summary(each), *_late(each)
        )
        for each in found
    ]
    more = kit.context(kit.fixed("By reviewer, and what it was drawn from: `/iqs draw`"))
    return [kit.header("This cycle's reviews"), kit.rich_text(*lines), more]


def summary(progress: DrawProgress) -> list[Part]:
    """Done of drawn, with what is late, skipped and expired, and until when."""
    whole = progress.whole
    parts: list[Part] = [f"{_bar(whole)} {whole.done} of {figures.count(whole.drawn, 'review')} done"]
    parts += _rest(whole)
    if progress.due_at is not None:
        parts += [" · due ", kit.date(progress.due_at)]
    return parts


def verdict(found: Verdict) -> Message:
    """What came of running a draw again."""
    what = f"{found.team}, {spoken(found.period)}"
    if found.holds:
        text = f"✓ {what}: run again, the draw came to the same conversations."
        lines = [
            kit.line(
                f"{found.drawn:,} of {figures.count(found.eligible, 'conversation')}, found at "
                f"{figures.count(found.positions, 'place')} of the random order. Fixed ",
                kit.date(found.committed_at),
                ", drawn ",
                kit.date(found.drawn_at),
                ".",
            )
        ]
    else:
        text = f"✗ {what}: run again, the draw did not come to the same."
        lines = [kit.line(fit(each, 300)) for each in found.differences[:DIFFERENCES]]
        if len(found.differences) > DIFFERENCES:
            lines.append(kit.line(f"and {len(found.differences) - DIFFERENCES} more: iqs draw verify"))
    lines += [kit.line(f"Since then: {fit(each, 300)}") for each in found.since[:DIFFERENCES]]
    return kit.message(text, [kit.rich_text(kit.line(kit.bold(text)), kit.bullets(lines))])


class Pressed(NamedTuple):
    """Which draw a button speaks of: the attempt is the one that was shown with it."""

    team_id: int
    period: str
    attempt: int


def read(action: dict[str, Any]) -> Pressed:
    """The draw that a button speaks of; Invalid if it is none of ours."""
    number, _, rest = str(action.get("value")).partition(":")
    period, _, attempt = rest.partition(":")
    if not period:
        raise ids.unreadable()
    return Pressed(ids.number(number), period, ids.number(attempt))


def _reviewer(name: str, tally: Tally) -> list[Part]:
    return [f"{_bar(tally)} ", kit.bold(name, 60), f": {tally.done} of {tally.drawn}", *_rest(tally)]


def _rest(tally: Tally) -> list[Part]:
    named = ((tally.late, "late"), (tally.skipped, "skipped"), (tally.expired, "expired"))
    return [f" · {count} {word}" for count, word in named if count]


def _bar(tally: Tally) -> str:
    """Ten squares: what is done, and what ended without a review."""
    if not tally.drawn:
        return "▱" * BAR
    done = tally.done * BAR // tally.drawn
    ended = (tally.done + tally.skipped + tally.expired) * BAR // tally.drawn - done
    return "▰" * done + "▨" * ended + "▱" * (BAR - done - ended)


def _frame(progress: DrawProgress) -> list[Element]:
    left_out = sorted(progress.excluded.items(), key=lambda each: (-each[1], each[0]))
    all_drawn = ", all of them" if progress.all_drawn else ""
    parts: list[Part] = [f"Drawn from {figures.count(progress.eligible, 'conversation')}{all_drawn}"]
    if left_out:
        told = [f"{count:,} {reason}" for reason, count in left_out[:REASONS]]
        rest = sum(count for _, count in left_out[REASONS:])
        parts.append(
            fit(f"; left out: {', '.join(told)}{f', {rest:,} for other reasons' if rest else ''}", 500)
        )
    lines = [kit.line(*parts, ".")]
    if progress.beside:
        lines.append(
            kit.line(
                f"Beside the sample: {figures.count(progress.beside, 'review')} for coaching or read twice."
            )
        )
    return lines


def _short(progress: DrawProgress) -> list[Element]:
    told = [_why(each) for each in progress.short[:SHORT]]
    if len(progress.short) > SHORT:
        told.append(f"and {len(progress.short) - SHORT} more")
    lines = [kit.line(f"Fewer than asked for: {fit('; '.join(told), 600)}.")] if told else []
    if progress.unshared:
        what = figures.count(progress.unshared, "conversation")
        lines.append(kit.line(f"{what} went to nobody: their reviewers took part or have no room."))
    if progress.unreplaced:
        what = f"{progress.unreplaced:,} skipped without a replacement"
        lines.append(kit.line(f"{what}: nothing was left, or nobody could take it."))
    return lines


def _others(progress: DrawProgress) -> list[Element]:
    if not progress.others:
        return []
    late = f", {progress.others_late:,} of them late" if progress.others_late else ""
    what = f"{figures.count(progress.others, 'review')} of other draws or picked by a lead"
    return [kit.line(f"Open beside this draw: {what}{late}. All open work is in your App Home.")]


def _late(progress: DrawProgress) -> list[Part]:
    """What waits from before, in the short form."""
    return [f" · {progress.others_late:,} late from before"] if progress.others_late else []


def _why(each: Short) -> str:
    reason = f"only {each.eligible} eligible" if each.eligible < each.wanted else "the rest went to nobody"
    return f"{fit(each.name, 40)}: {each.drawn} of {each.wanted}, {reason}"


def _proof(progress: DrawProgress) -> list[Element]:
    lines = [
        kit.line(
            "Drawn ", kit.date(progress.drawn_at), " with seed ", kit.words(progress.seed, 200, code=True)
        )
    ]
    if progress.seed_hash and progress.frame_hash:
        lines.append(
            kit.line(
                "Fixed before: seed ",
                kit.words(progress.seed_hash[:16], code=True),
                ", frame ",
                kit.words(progress.frame_hash[:16], code=True),
                " (first 16 digits of SHA-256)",
            )
        )
    return lines


def _buttons(progress: DrawProgress) -> Block | None:
    value = f"{progress.team.id}:{progress.period}:{progress.attempt}"
    buttons = []
    if progress.seed_hash:
        buttons.append(
            kit.button("Verify", ActionId.DRAW_VERIFY, value, label="Run the draw again and compare")
        )
    if progress.can_redraw:
        redraw = kit.button(
            "Draw anew", ActionId.DRAW_REDRAW, value, label="Take the draw back and draw anew"
        )
        redraw["confirm"] = {
            "title": kit.plain("Draw anew?", 100),
            "text": kit.plain(
                f"Nobody has begun. {figures.count(progress.whole.drawn, 'scorecard')} will be taken back, and a "
                "new sample drawn.",
                300,
            ),
            "confirm": kit.plain("Draw anew", 30),
            "deny": kit.plain("Keep it", 30),
        }
        buttons.append(redraw)
    return kit.actions("draw.actions", buttons) if buttons else None
