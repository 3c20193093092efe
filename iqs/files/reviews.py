"""Reviews of a past programme from CSV, one line a rating: `conversation_id,reviewer,reviewee,category,value,…`."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from iqs import periods
from iqs.errors import Invalid
from iqs.files import spreadsheets
from iqs.past import PastRating
from iqs.reviews import COMMENT_LIMIT
from iqs.text import clean, one_line

REQUIRED = ("conversation_id", "reviewer", "category", "value")
OPTIONAL = ("reviewee", "submitted_at", "comment")

NOON = time(12)
"""A date without a time means its noon: it falls on that day in every zone but the farthest."""

_LONGEST = {"conversation_id": 260, "reviewer": 200, "reviewee": 200, "category": 60}
_NOT_RATED = frozenset({"", "n/a", "na", "-", "–", "null", "none"})
_NUMBER = re.compile(r"[+-]?\d{1,6}(?:[.,]0+)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class ReviewFile:
    """What a file says, the lines that cannot be used with the reason, and which columns it has."""

    ratings: tuple[PastRating, ...]
    rejected: tuple[tuple[int, str], ...]
    columns: frozenset[str]


def read_reviews(
    text: str, *, zone: str, now: datetime, renamed: Mapping[str, str] | None = None
) -> ReviewFile:
    """Reads the file as spreadsheets write it (see `spreadsheets`); `renamed` is {"value": "score", …}.

    Times without a zone are local times of `zone` (IANA). An empty value and "N/A" mean not rated. Raises
    `Invalid` when a column is missing or `renamed` names one that we do not have.
    """
    renamed = dict(renamed or {})
    unknown = [name for name in renamed if name not in REQUIRED + OPTIONAL]
    if unknown:
        raise Invalid(
            f"There is no column {unknown[0]} to rename; there are {', '.join(REQUIRED + OPTIONAL)}."
        )
    lines = spreadsheets.records(text)
    _, header = next(lines, (1, []))
    places = spreadsheets.columns(header, REQUIRED, OPTIONAL, renamed)
    ratings: list[PastRating] = []
    rejected: list[tuple[int, str]] = []
    for number, cells in lines:
        try:
            ratings.append(_rating(number, cells, places, zone, now))
        except Invalid as error:
            rejected.append((number, str(error)))
    return ReviewFile(tuple(ratings), tuple(rejected), frozenset(places))


def _rating(
    number: int, cells: Sequence[str], places: Mapping[str, int], zone: str, now: datetime
) -> PastRating:
    given = {name: cells[place].strip() if place < len(cells) else "" for name, place in places.items()}
    for name, longest in _LONGEST.items():
        if len(given.get(name, "")) > longest:
            raise Invalid(f"{name} is longer than {longest} characters")
    for name in ("conversation_id", "reviewer", "category"):
        if not one_line(given[name], 300):
            raise Invalid(f"{name} is empty")
    return PastRating(
        line=number,
        conversation=one_line(given["conversation_id"], 260),
        reviewer=one_line(given["reviewer"], 200),
        category=one_line(given["category"], 60),
        value=_value(given["value"]),
        reviewee=one_line(given.get("reviewee", ""), 200) or None,
        submitted_at=_time(given.get("submitted_at", ""), zone, now),
        comment=clean(given.get("comment", ""))[:COMMENT_LIMIT],
    )


def _value(cell: str) -> int | None:
    if cell.casefold() in _NOT_RATED:
        return None
    if not _NUMBER.fullmatch(cell):
        raise Invalid("value must be a whole number of the scale, or N/A")
    return int(re.split("[.,]", cell)[0])


def _time(cell: str, zone: str, now: datetime) -> datetime | None:
    if not cell:
        return None
    try:
        moment = datetime.fromisoformat(cell)
        if len(cell) == 10:
            moment = datetime.combine(date.fromisoformat(cell), NOON)
        if moment.tzinfo is None:
            moment = periods.instant(moment.date(), moment.time(), zone)
        moment = moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise Invalid("submitted_at must be a time such as 2026-03-01 or 2026-03-01T14:30:00Z") from None
    if moment > now:
        raise Invalid("submitted_at lies in the future")
    return moment
