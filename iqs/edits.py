"""Two windows on one draft: what was entered in one meets what another one stored meanwhile.

Three states of each field decide: what the window was drawn with, what it shows now, and what is stored. What
was touched in one place only counts. What was touched in both is a clash: nothing is stored over the other, and
the person decides once they were told.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from iqs.reviews import Draft, Rating
from iqs.text import clean


class Part(StrEnum):
    """What can be entered for a category, and for the whole review."""

    RATING = "rating"
    CAUSES = "causes"
    NOTE = "note"
    COMMENT = "comment"


class Field(NamedTuple):
    """One input. `category` is a key, "" for the comment."""

    part: Part
    category: str = ""

    def __str__(self) -> str:
        return f"{self.part}.{self.category}" if self.category else str(self.part)


COMMENT = Field(Part.COMMENT)
UNRATED = "unrated"
"""The value of a rating that was not given; None is N/A."""

PRESSED = frozenset({Part.RATING, Part.CAUSES})
"""Saved with each press, not only with the whole form."""

Value = str | int | None | frozenset[str]
EMPTY: Mapping[Part, Value] = {
    Part.RATING: UNRATED,
    Part.CAUSES: frozenset(),
    Part.NOTE: "",
    Part.COMMENT: "",
}


@dataclass(frozen=True, slots=True)
class Edit:
    """What comes back from a window: as it was drawn and as it stands now.

    `told` holds, for a clash that the person was told of, the fingerprint of what was stored then: what they
    enter now is meant to replace that. `chosen` is the input that was just acted on; it counts in any case.
    """

    entered: Draft
    drawn: Draft
    told: Mapping[Field, str] = field(default_factory=dict)
    chosen: Field | None = None


class Merged(NamedTuple):
    """The draft to store; fields changed both here and elsewhere; fields changed elsewhere only, not yet shown here."""

    draft: Draft
    clashes: frozenset[Field]
    unseen: frozenset[Field]


def merged(stored: Draft, edit: Edit) -> Merged:
    """What a draft becomes with an edit. A clash and what was unseen keep what is stored."""
    theirs, was, mine = values(stored), values(edit.drawn), values(edit.entered)
    kept: dict[Field, Value] = {}
    clashes, unseen = set(), set()
    for each in sorted(theirs.keys() | was.keys() | mine.keys()):
        empty = EMPTY[each.part]
        there, here, before = theirs.get(each, empty), mine.get(each, empty), was.get(each, empty)
        kept[each] = there
        if same(here, there):
            continue
        if here == UNRATED and each.part is Part.RATING:  # nobody can take a choice back in Slack
            unseen.add(each)
        elif each == edit.chosen or not _stale(edit, each, there, before):
            kept[each] = here
        elif same(here, before) and each not in edit.told:
            unseen.add(each)
        elif _extends(here, there):
            kept[each] = here
        else:
            clashes.add(each)
    draft = drafted(kept, like=(stored, edit.entered))
    return Merged(draft, frozenset(clashes), frozenset(unseen))


def drafted(fields: Mapping[Field, Value], *, like: Iterable[Draft] = ()) -> Draft:
    """The draft of these fields; root causes stand in the order of the first of `like` that has the same ones."""
    ratings = {}
    for each, rating in fields.items():
        if each.part is Part.RATING and rating != UNRATED:
            causes = fields.get(Field(Part.CAUSES, each.category), frozenset())
            note = fields.get(Field(Part.NOTE, each.category), "")
            ratings[each.category] = Rating(
                rating if isinstance(rating, int) else None,
                _in_order(causes, like, each.category),
                note if isinstance(note, str) else "",
            )
    comment = fields.get(COMMENT, "")
    return Draft(ratings, comment if isinstance(comment, str) else "")


def values(draft: Draft) -> dict[Field, Value]:
    """Each field of a draft by itself."""
    found: dict[Field, Value] = {COMMENT: draft.comment}
    for category, rating in draft.ratings.items():
        found[Field(Part.RATING, category)] = rating.value
        found[Field(Part.CAUSES, category)] = frozenset(rating.causes)
        found[Field(Part.NOTE, category)] = rating.note
    return found


def same(one: Value, other: Value) -> bool:
    """Whether two values of a field are the same to a person: blanks around a text are not seen."""
    if isinstance(one, str) and isinstance(other, str):
        return _plain(one) == _plain(other)
    return one == other


def fingerprint(of: Value) -> str:
    """A short name for a value that tells nothing of it."""
    plain = _plain(of) if isinstance(of, str) else sorted(of) if isinstance(of, frozenset) else of
    return hashlib.blake2b(repr(plain).encode(), digest_size=6).hexdigest()


def _plain(text: str) -> str:
    return clean(text).strip()


def _stale(edit: Edit, each: Field, there: Value, before: Value) -> bool:
    """Whether somebody stored another value since this window last showed or told what was stored.

    What is saved with each press differs from what is stored only when another window was pressed later, even
    when that brought back what this one was drawn with.
    """
    if each in edit.told:
        return edit.told[each] != fingerprint(there)
    if each.part in PRESSED and there != EMPTY[each.part]:
        return True
    return not same(there, before)


def _extends(here: Value, there: Value) -> bool:
    """Whether a text continues the stored one, as when one types on while it is being saved: nothing gets lost."""
    if not isinstance(here, str) or not isinstance(there, str) or there == UNRATED:
        return False
    return bool(_plain(there)) and _plain(here).startswith(_plain(there))


def _in_order(causes: Value, like: Iterable[Draft], category: str) -> tuple[str, ...]:
    for draft in like:
        rating = draft.ratings.get(category)
        if rating is not None and frozenset(rating.causes) == causes:
            return rating.causes
    return tuple(sorted(causes)) if isinstance(causes, frozenset) else ()
