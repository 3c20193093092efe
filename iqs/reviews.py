"""Reviews: kinds, ratings, drafts and the rules of submitting, editing and taking back."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from iqs.errors import Invalid
from iqs.people import Person, Role
from iqs.scorecards import Scorecard

UNDO_WINDOW = timedelta(minutes=10)
"""A submitted review can be edited or undone this long; the agent is told after it."""

COMMENT_LIMIT = 3000
NOTE_LIMIT = 500


class ReviewKind(StrEnum):
    """Who looks: a manager, a peer, the agent themself, or a calibration group."""

    MANAGER = "manager"
    PEER = "peer"
    SELF = "self"
    CALIBRATION = "calibration"


BY_OTHERS = (ReviewKind.MANAGER, ReviewKind.PEER)
"""Reviews of somebody else's work; only these can count for IQS."""


class Stream(StrEnum):
    """Why the conversation was picked. IQS counts the random stream, and imported history apart."""

    RANDOM = "random"
    TARGETED = "targeted"
    DOUBLE = "double"
    IMPORTED = "imported"


COUNTED_STREAMS = (Stream.RANDOM, Stream.IMPORTED)
"""The streams that IQS counts: what chance picked, and history brought in."""


@dataclass(frozen=True, slots=True)
class Rating:
    """One category's rating: `value` 1 … points, or None for N/A; causes are keys; `note` is for the agent."""

    value: int | None
    causes: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """What a reviewer has entered so far; saved on each click. Categories not yet rated are absent."""

    ratings: Mapping[str, Rating] = field(default_factory=dict)
    comment: str = ""


def undo_until(submitted_at: datetime) -> datetime:
    """The last instant (exclusive) at which the review may be edited or undone."""
    return submitted_at + UNDO_WINDOW


def kind_of(reviewer: Person, team_id: int) -> ReviewKind:
    """A reviewer who is also an agent of the team reviews as a peer, anyone else as a manager."""
    return ReviewKind.PEER if reviewer.has(Role.AGENT, team_id) else ReviewKind.MANAGER


def checked(scorecard: Scorecard, ratings: Mapping[str, Rating]) -> dict[str, Rating]:
    """The ratings as the scorecard allows them: causes that a rating does not ask for are dropped.

    Invalid, with a sentence for each field, for an unknown category or cause, a value outside the scale, N/A where
    the category must be rated, or a note longer than `NOTE_LIMIT`.
    """
    fields: dict[str, str] = {}
    kept: dict[str, Rating] = {}
    known = {category.key: category for category in scorecard.categories}
    for key, rating in ratings.items():
        category = known.get(key)
        if category is None:
            fields[key] = "This scorecard has no such category."
            continue
        if rating.value is None and not category.skippable:
            fields[key] = "This category needs a rating; N/A is not offered."
        elif rating.value is not None and rating.value not in category.scale.values:
            fields[key] = f"Choose 1 to {category.scale.points}."
        elif len(rating.note) > NOTE_LIMIT:
            fields[key] = f"The note may have {NOTE_LIMIT} characters; this one has {len(rating.note)}."
        elif unknown := set(rating.causes) - {cause.key for cause in category.causes}:
            fields[key] = f"Not a root cause of this category: {', '.join(sorted(unknown))}."
        elif category.offers_causes(rating.value):
            kept[key] = rating
        else:
            kept[key] = replace(rating, causes=())
    if fields:
        raise Invalid("These ratings cannot be saved as they are.", fields=fields)
    return kept
