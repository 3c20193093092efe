"""The sample: which conversations of a period are reviewed. Seeded, uniform within each reviewee, reproducible.

Every eligible conversation has a place among those its reviewee closed on one day (`iqs.services.settling`). A seed
puts the places of each reviewee into an order, every order equally likely, and the draw walks along it: a place that
is empty or not eligible is passed over, the rest is taken until the quota is full. Only as many places are looked
up as are drawn, however long the history is. The proof is in docs/sampling.md.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from itertools import accumulate, islice
from struct import Struct
from typing import NamedTuple

TAKEN = "taken"
HOLE = "empty place"

WORD = 1 << 64
"""A keyed hash gives 64 random bits at a time."""

_EIGHT = Struct(">8Q")

MOST_AT_ONCE = 1_024
"""Places of one reviewee that are looked up together, at most, where many are passed over."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A drawn conversation: facts, no text.

    `participants` are the people (ids) who wrote in it; `reviewee_id` the agent whose work would be reviewed.
    """

    conversation_id: int
    key: str
    reviewee_id: int
    participants: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Stratum:
    """One reviewee's part of a frame: the places of each day from the frame's first one on, and what may be drawn.

    `eligible` counts the conversations that may be drawn (holes and what is filtered out left out), `quota` how many
    of them are wanted.
    """

    eligible: int
    quota: int
    places: tuple[int, ...]

    @property
    def wanted(self) -> int:
        """How many are drawn: the quota, or all there are."""
        return min(self.quota, self.eligible)

    @property
    def size(self) -> int:
        """All places together, whatever stands in them."""
        return sum(self.places)


class Spot(NamedTuple):
    """A place: the n-th of those a reviewee closed on a day (days since 1970, UTC)."""

    person_id: int
    day: int
    place: int


Standing = tuple[Mapping[Spot, int], Mapping[Spot, str]]
"""The conversations (ids) that stand in some places, and why those of them that are passed over are."""


class Stop(NamedTuple):
    """A place that the seeded order came to (`position` 0 = first), what stands there, and what became of it."""

    position: int
    spot: Spot
    conversation_id: int | None
    outcome: str


def rank(seed: str, key: str) -> bytes:
    """A key's place in a seeded order: 16 bytes, uniform, compared as bytes."""
    return blake2b(key.encode(), key=_key(seed), digest_size=16).digest()


def below(bound: int, word: Callable[[], int]) -> int:
    """A number of 0 … bound - 1, each exactly as likely, from words of 64 random bits.

    Words beyond the largest multiple of `bound` are thrown away: a plain remainder would favour small numbers.
    """
    limit = WORD - WORD % bound
    while (drawn := word()) >= limit:
        pass
    return drawn % bound


def seeded_numbers(seed: str, person_id: int, size: int) -> Iterator[int]:
    """The numbers 0 … size - 1 in the order of this seed and reviewee, each order equally likely, made as asked for.

    Fisher and Yates' shuffle (Durstenfeld, 1964), with only the numbers that moved kept in memory.
    """
    word = _words(seed, person_id)
    moved: dict[int, int] = {}
    for position in range(size):
        chosen = position + below(size - position, word)
        here = moved.pop(position, position)
        if chosen == position:
            yield here
        else:
            picked = moved.get(chosen, chosen)
            moved[chosen] = here
            yield picked


def seeded_spots(seed: str, person_id: int, first_day: int, places: Sequence[int]) -> Iterator[Spot]:
    """A reviewee's places in seeded order; `places` are the numbers of each day from `first_day` on."""
    starts = list(accumulate(places, initial=0))
    for number in seeded_numbers(seed, person_id, starts[-1]):
        day = bisect_right(starts, number) - 1
        yield Spot(person_id, first_day + day, number - starts[day])


@dataclass(slots=True)
class Walk:
    """How far along a reviewee's seeded order somebody has come, and how many are still wanted."""

    spots: Iterator[Spot]
    wanted: int
    position: int = 0

    @classmethod
    def of(
        cls,
        seed: str,
        person_id: int,
        first_day: int,
        stratum: Stratum,
        *,
        after: int = 0,
        wanted: int | None = None,
    ) -> "Walk":
        """The walk that goes on after the first `after` places."""
        spots = islice(seeded_spots(seed, person_id, first_day, stratum.places), after, None)
        return cls(spots, stratum.wanted if wanted is None else wanted, after)


def seek(walks: Sequence[Walk], look: Callable[[Sequence[Spot]], Standing]) -> list[Stop]:
    """Goes along each walk until what it wants is taken or its places are used up; every place it came to.

    `look` tells what stands in the places, many at once, and what of it is passed over.
    """
    stops: list[Stop] = []
    factor = 1
    going = [each for each in walks if each.wanted > 0]
    while going:
        asked = [list(islice(each.spots, min(each.wanted * factor, MOST_AT_ONCE))) for each in going]
        standing, passed = look([spot for spots in asked for spot in spots])
        for walk, spots in zip(going, asked, strict=True):
            for spot in spots:
                if not walk.wanted:
                    break
                number = standing.get(spot)
                outcome = HOLE if number is None else passed.get(spot, TAKEN)
                stops.append(Stop(walk.position, spot, number, outcome))
                walk.position += 1
                walk.wanted -= outcome == TAKEN
        going = [walk for walk, spots in zip(going, asked, strict=True) if walk.wanted and spots]
        factor *= 2
    return stops


@lru_cache(maxsize=8)
def _key(seed: str) -> bytes:
    return blake2b(seed.encode(), digest_size=32).digest()


def _words(seed: str, person_id: int) -> Callable[[], int]:
    """Words of 64 bits, one after another: BLAKE2b keyed with the seed, over the reviewee and a counter."""
    start = blake2b(b"%d|" % person_id, key=_key(seed), digest_size=64)
    counter = 0
    waiting: list[int] = []

    def word() -> int:
        nonlocal counter
        if not waiting:
            block = start.copy()
            block.update(b"%d" % counter)
            counter += 1
            waiting.extend(reversed(_EIGHT.unpack(block.digest())))
        return waiting.pop()

    return word
