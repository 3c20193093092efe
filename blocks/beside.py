"""An agent's own view and a colleague's review of the same conversation, side by side: where they differ."""

from blocks import figures, kit
from blocks.kit import Block, Element
from blocks.text import fit
from iqs.assignments import View
from iqs.reviews import Draft
from iqs.scorecards import Scorecard

LISTED = 12


def block(scorecard: Scorecard, title: str, view: View, other: Draft, whose: str) -> Block:
    """The view's score under its title, and each category that `whose` `other` ratings see differently."""
    score = "no score" if view.score.percent is None else figures.percent(view.score.percent)
    differing = [
        line for each in scorecard.categories if (line := _line(scorecard, each.key, view, other, whose))
    ]
    lines: list[Element] = [kit.line(kit.bold(title), f": {score}.")]
    if not differing:
        lines.append(kit.line("Every rating is the same."))
    else:
        lines.append(kit.bullets(differing[:LISTED]))
        if len(differing) > LISTED:
            lines.append(kit.line(f"and {len(differing) - LISTED} more that differ"))
    comment = view.draft.comment.strip()
    if comment:
        lines.append(kit.quote(kit.words(comment, 300)))
    return kit.rich_text(*lines)


def _line(scorecard: Scorecard, key: str, view: View, other: Draft, whose: str) -> Element | None:
    category = scorecard.category(key)
    mine, theirs = view.draft.ratings.get(key), other.ratings.get(key)
    if mine is None or theirs is None or mine.value == theirs.value:
        return None
    points = category.scale.points
    seen = f"{figures.rating(mine.value, points)}, {whose}: {figures.rating(theirs.value, points)}"
    return kit.line(f"{fit(category.name, 80)}: {seen}")
