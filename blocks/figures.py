"""Numbers in words: "87 % (81–92, n = 24)". Rounded half up, never without n, honest about noise."""

import re
from collections.abc import Sequence
from fractions import Fraction

from iqs import streams
from iqs.assignments import Progress
from iqs.conversations import SurveyAnswer
from iqs.reports import Point, ReviewLine, Unit
from iqs.reviews import Stream
from iqs.scorecards import Criticality, RatingCategory, Scorecard
from iqs.scoring import Score, show, whole
from iqs.statistics import Change, Estimate, Word, more_reviews

BARS = "▁▂▃▄▅▆▇█"
KINDS = streams.KINDS
GAP = "\u00a0"
"""A space at which no line ends: what belongs to a number stays beside it."""

_BEFORE_PERCENT = re.compile(r"(?<=\d) (?=%)")


def percent(value: Fraction | float) -> str:
    """A percent without decimals: "87 %"."""
    return f"{whole(value)}{GAP}%"


def kept(sentence: str) -> str:
    """A sentence of ours in which no line ends between a number and its "%"."""
    return _BEFORE_PERCENT.sub(GAP, sentence)


def counted(label: str, value: float, n: int) -> str:
    """A point of a trend with how many stand behind it: "W47 87 % (24)"; no line ends in it."""
    return f"{label} {percent(value)} ({n})".replace(" ", GAP)


def origin(line: ReviewLine) -> str:
    """What a review is, in a list: "peer review", "manager review, picked for coaching"."""
    picked = f", {streams.STREAMS[line.stream]}" if line.stream is Stream.TARGETED else ""
    return f"{KINDS[line.kind]}{picked}"


def estimate(figure: Estimate) -> str:
    """A mean with its interval and n, or that there is not enough to say and how many reviews more would do."""
    if figure.mean is None or not figure.enough:
        return f"not enough reviews yet (n = {figure.n}{_more(figure)})"
    if figure.low is None or figure.high is None:
        return f"{percent(figure.mean)} (n = {figure.n})"
    if figure.low == figure.high:  # equal scores estimate no spread; "100–100" would promise certainty
        return f"{percent(figure.mean)} (all {figure.n} alike)"
    return f"{percent(figure.mean)} ({whole(figure.low)}–{whole(figure.high)}, n = {figure.n})"


def _more(figure: Estimate) -> str:
    told = more_reviews(figure)
    if told is None:
        return ""
    more, margin = told
    return f"; {count(more, 'more review')} {'gives' if more == 1 else 'give'} ±{margin} points"


def interval(figure: Estimate) -> str:
    """Only the interval, for a table's cell: "81–92"."""
    if not figure.enough or figure.low is None or figure.high is None:
        return "–"
    if figure.low == figure.high:
        return "all alike"
    return f"{whole(figure.low)}–{whole(figure.high)}"


def change(difference: Change | None) -> str:
    """A change in words: what moved beyond chance is up or down, all else is called what it is."""
    if difference is None or difference.points is None:
        return "nothing to compare with yet"
    if difference.word is Word.HIGHER:
        return f"up {points(difference.points)}"
    if difference.word is Word.LOWER:
        return f"down {points(difference.points)}"
    if difference.word is Word.TOO_FEW:
        return "too few reviews to compare"
    return f"no clear change ({_signed(difference.points)})"


def points(value: float) -> str:
    """A distance in percentage points, without its sign: "4 points", "0.4 points"."""
    size = abs(value)
    shown = show(size, 1) if size < 1 else whole(size)
    return f"{shown} point" if shown == "1" else f"{shown} points"


def _signed(value: float) -> str:
    size = show(abs(value), 1) if abs(value) < 1 else whole(abs(value))
    size = size.removesuffix(".0")
    return "0" if size == "0" else f"{'+' if value > 0 else '−'}{size}"


def rating(value: int | None, scale: int) -> str:
    """A rating in words: "4 of 5", "met", "N/A"."""
    if value is None:
        return "N/A"
    if scale == 2:
        return "met" if value == 2 else "not met"
    return f"{value} of {scale}"


def verdict(score: Score, scorecard: Scorecard) -> str:
    """Score against pass mark: "reaches the pass mark of 80 %".

    Close calls say so: 79.6 reads "80 %" and is "just below".
    """
    if score.percent is None:
        return "no score: nothing that counts was rated"
    mark = trimmed(scorecard.pass_mark)
    if score.passed:
        return f"reaches the pass mark of {mark}{GAP}%"
    if score.failed_critical and score.percent >= scorecard.pass_mark:
        return "not passed: a critical category was rated below half"
    just = "just " if Fraction(whole(score.percent)) >= scorecard.pass_mark else ""
    return f"{just}below the pass mark of {mark}{GAP}%"


def trimmed(number: Fraction | float) -> str:
    """A number without decimals that say nothing: 4, 4.5, 66.67."""
    shown = show(number, 2)
    return shown.rstrip("0").rstrip(".")


def satisfaction(answer: SurveyAnswer | None) -> str | None:
    """The customer's own rating: "CSAT 4 of 5", "CSAT good"; None without one."""
    if answer is None:
        return None
    if answer.low == 0 and answer.high == 1:
        return f"CSAT {'good' if answer.percent >= 50 else 'bad'}"
    return f"CSAT {trimmed(answer.value)} of {trimmed(answer.high)}"


def marks(category: RatingCategory, scorecard: Scorecard) -> str:
    """What is special about a category: " · critical", " · not scored", or nothing."""
    if not category.scored:
        return " · not scored"
    critical = scorecard.criticality(category)
    if critical is Criticality.REVIEW:
        return " · critical"
    return " · critical for its group" if critical is Criticality.GROUP else ""


def group_heads(scorecard: Scorecard) -> dict[str, str]:
    """The group's name for each category (by key) before which it is announced: where the group changes."""
    names = {group.key: group.name for group in scorecard.groups}
    heads, before = {}, None
    for category in scorecard.categories:
        if category.group != before and category.group in names:
            heads[category.key] = names[category.group]
        before = category.group
    return heads


def spark(trend: Sequence[Point]) -> str:
    """The trend as bars of text from the lowest to the highest week, a dot where there were no reviews."""
    means = [point.estimate.mean for point in trend if point.estimate.mean is not None]
    if len(means) < 2:
        return ""
    low, span = min(means), max(means) - min(means)
    bars = []
    for point in trend:
        mean = point.estimate.mean
        step = 0 if mean is None or not span else int((mean - low) / span * (len(BARS) - 1) + 0.5)
        bars.append("·" if mean is None else BARS[step if span else 3])
    return "".join(bars)


def trend_words(trend: Sequence[Point]) -> str:
    """The trend for people who do not see bars: first and last week with reviews, lowest and highest."""
    told = [(point.label, point.estimate.mean) for point in trend if point.estimate.mean is not None]
    unit = trend[0].unit if trend else Unit.WEEK
    if len(told) < 2:
        return f"A trend needs at least two {unit}s with reviews."
    (first, start), (last, end) = told[0], told[-1]
    means = [mean for _, mean in told]
    return (
        f"{first} {percent(start)}, {last} {percent(end)}; "
        f"lowest {unit} {percent(min(means))}, highest {percent(max(means))}"
    )


def bar(value: float) -> str:
    """A percent as ten blocks of text, for messages without charts."""
    full = min(10, max(0, int(value / 10 + 0.5)))
    return "█" * full + "░" * (10 - full)


def progress(done: Progress | None) -> str | None:
    """How far the reviewers are: "18 of 24 reviews done, 2 skipped (8 %)"."""
    if done is None or not done.drawn:
        return None
    share = percent(Fraction(100 * done.skipped, done.drawn))
    skipped = f", {done.skipped} skipped ({share})" if done.skipped else ""
    return f"{done.submitted} of {done.drawn} reviews done{skipped}"


def count(number: int, noun: str) -> str:
    """A number with its noun: "1 review", "3 reviews"."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
