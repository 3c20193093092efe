"""What somebody could work on next, in one concrete sentence: where points are lost, and by what most often."""

from collections.abc import Iterable, Mapping, Sequence

from iqs import figures
from iqs.reports import CategoryFigure
from iqs.scorecards import RatingCategory, Scorecard

OFTEN = 2
"""A root cause picked less often than this is no habit yet, and is not named."""


def next_step(
    focus: str | None,
    categories: Sequence[CategoryFigure],
    cards: Iterable[Scorecard],
    counts: Mapping[tuple[str, str], int],
) -> str | None:
    """One sentence about the category that `focus` names ("Solution (64 %)"), with its most frequent root cause.

    `counts` are picks by (category key, cause key), of this person alone. None without a focus.
    """
    found = next((each for each in categories if focus and focus.startswith(f"{each.name} (")), None)
    if focus is None or found is None:
        return None
    picked = {cause: times for (key, cause), times in counts.items() if key == found.key}
    every, most = sum(picked.values()), max(picked.values(), default=0)
    if most < OFTEN:
        return f"{focus}: read your latest reviews with an eye on it."
    cause = min(key for key, times in picked.items() if times == most)
    return f"{focus}: watch for “{_name(found.key, cause, cards)}”, noted {most} of {every} times there."


def _name(category: str, cause: str, cards: Iterable[Scorecard]) -> str:
    known: list[RatingCategory] = [each for card in cards for each in card.categories if each.key == category]
    return next(
        (each.name for of in known for each in of.causes if each.key == cause), figures.readable(cause)
    )
