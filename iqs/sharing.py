"""Sharing out: who reviews what. As much as capacity allows, as evenly as the rules allow, pairs spread over time.

Reviewers are bits of a number here (the first by id is bit 0), so that who may take what is one integer, and a
search for a chain of swaps looks at reviewers, of whom there are few, instead of at conversations.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from iqs.sampling import Candidate, rank

TOOK_PART = "every reviewer took part"
NO_CAPACITY = "no reviewer has room"
NOBODY = "no reviewer is there"

_AGAIN = 1_000
"""How much more another review of the same pair counts than one the other way round."""


@dataclass(frozen=True, slots=True)
class Reviewer:
    """Somebody who can take work. `capacity` is how many conversations more, None without a limit.

    `seen` counts the reviews of each reviewee (by id) that they wrote in the past weeks.
    """

    person_id: int
    capacity: int | None = None
    seen: Mapping[int, int] = field(default_factory=dict)


def may_review(candidate: Candidate, reviewer_id: int) -> bool:
    """Nobody reviews a conversation in which they took part."""
    return reviewer_id != candidate.reviewee_id and reviewer_id not in candidate.participants


def share(drawn: Sequence[Candidate], reviewers: Iterable[Reviewer], *, seed: str) -> dict[int, int]:
    """A reviewer for each conversation (by conversation id); what cannot be shared out is absent (`unshared`).

    1. Nobody gets a conversation they took part in, or more than their capacity.
    2. As many conversations as that allows are shared out; when capacity is short, each reviewee's first in seeded
       order come before anybody's second.
    3. The load is as even as any such sharing could make it: as long as a chain of permitted swaps leads from a
       busier reviewer to one with at least two fewer, it is taken (Harvey, Ladner, Lovász, Tamir: "Semi-matchings
       for bipartite graphs and load balancing", 2006).
    4. Of pairs that are left to choose, those that met least come first, and of equals the one whose other direction
       was seen least; no swap of two conversations between two reviewers improves that any more.

    Ties are broken by the seed: the same inputs give the same answer, in whatever order they come.
    """
    people = {each.person_id: each for each in reviewers}
    sharing = _Sharing([people[number] for number in sorted(people)], seed)
    for task in sharing.tasks(drawn):
        sharing.place(task)
    sharing.even_out()
    sharing.spread()
    return {task.key: sharing.people[bit].person_id for bit, task in sharing.given()}


def unshared(
    drawn: Iterable[Candidate], reviewers: Iterable[Reviewer], shared: Mapping[int, int]
) -> dict[str, int]:
    """How many conversations nobody was given, by reason, in the words of the reasons above."""
    ids = [each.person_id for each in reviewers]
    reasons: Counter[str] = Counter()
    for each in drawn:
        if each.conversation_id not in shared:
            able = any(may_review(each, who) for who in ids)
            reasons[NO_CAPACITY if able else TOOK_PART if ids else NOBODY] += 1
    return dict(sorted(reasons.items()))


class _Task(NamedTuple):
    key: int
    reviewee_id: int
    allowed: int
    place: int  # in seeded order; ties are broken by it, never by the id that a database happened to give


class _Sharing:
    """The state while sharing: who holds what; `reach[u]` is everybody whom some conversation of `u` may go to."""

    def __init__(self, people: Sequence[Reviewer], seed: str) -> None:
        self.people = people
        self._seed = seed
        self._held: list[list[_Task]] = [[] for _ in people]
        self._loads = [(1 << len(people)) - 1]  # who holds 0, 1, 2 …
        self._reach = [0] * len(people)
        self._bits = {each.person_id: bit for bit, each in enumerate(people)}
        self._costs = [{who: _AGAIN * times for who, times in each.seen.items()} for each in people]
        for each in people:
            for reviewee, times in each.seen.items():
                if reviewee in self._bits:
                    self._charge(self._bits[reviewee], each.person_id, min(times, _AGAIN - 1))
        self._free = sum(1 << bit for bit in range(len(people)) if self._has_room(bit))
        self._luck = [rank(seed, f"reviewer|{each.person_id}") for each in people]

    def tasks(self, drawn: Sequence[Candidate]) -> list[_Task]:
        """Each reviewee's first before anybody's second; of those, what fewer may take first."""
        everybody = (1 << len(self.people)) - 1
        ranked = sorted(((rank(self._seed, each.key), each) for each in drawn), key=lambda found: found[0])
        nth: Counter[int] = Counter()
        ordered = []
        for place, (_, each) in enumerate(ranked):
            closed = {self._bits.get(who) for who in {each.reviewee_id, *each.participants}} - {None}
            allowed = everybody & ~sum(1 << bit for bit in closed if bit is not None)
            task = _Task(each.conversation_id, each.reviewee_id, allowed, place)
            ordered.append((nth[each.reviewee_id], allowed.bit_count(), place, task))
            nth[each.reviewee_id] += 1
        return [task for *_, task in sorted(ordered)]

    def place(self, task: _Task) -> None:
        """Gives it to the best reviewer with room, or makes room by a chain of moves; else it stays unshared."""
        open_to = task.allowed & self._free
        if open_to:
            idle = next(open_to & mask for mask in self._loads if open_to & mask)
            self._give(min(_bits(idle), key=lambda bit: (self._cost(task, bit), self._luck[bit])), task)
            return
        came = self._search(task.allowed)
        goal = next((bit for bit in came if self._free >> bit & 1), None)
        if goal is not None:
            self._give(self._shift(came, goal), task)

    def even_out(self) -> None:
        """Takes chains of moves from the busy to those with at least two fewer until there is none."""
        while any(self._relieve(bit) for bit in self._busiest()):
            pass

    def spread(self) -> None:
        """Swaps conversations between two reviewers as long as pairs that met less come of it."""
        changed = set(range(len(self.people)))
        while changed:
            looked_at, changed = changed, set()
            for one in range(len(self.people)):
                for other in range(one):
                    if (one in looked_at or other in looked_at) and self._swap(one, other):
                        changed |= {one, other}

    def given(self) -> Iterator[tuple[int, _Task]]:
        """Every shared conversation with its reviewer's bit."""
        return ((bit, task) for bit, held in enumerate(self._held) for task in held)

    def _busiest(self) -> list[int]:
        return sorted(range(len(self.people)), key=lambda bit: (-len(self._held[bit]), bit))

    def _relieve(self, start: int) -> bool:
        few = len(self._held[start]) - 2
        low = sum(1 << bit for bit, held in enumerate(self._held) if len(held) <= few) & self._free
        if not low:
            return False
        came = self._search(1 << start)
        goal = next((bit for bit in came if low >> bit & 1), None)
        if goal is None:
            return False
        self._shift(came, goal)
        return True

    def _search(self, start: int) -> dict[int, int | None]:
        """Everybody whom work can move on to, from any of `start`: by bit, whom it comes from; the nearest first."""
        came: dict[int, int | None] = dict.fromkeys(_bits(start))
        known, queue = start, list(came)
        for giver in queue:
            for taker in _bits(self._reach[giver] & ~known):
                came[taker] = giver
                queue.append(taker)
            known |= self._reach[giver]
        return came

    def _shift(self, came: Mapping[int, int | None], goal: int) -> int:
        """Moves one conversation along each step of the way to `goal`; returns where the way began."""
        taker, giver = goal, came[goal]
        while giver is not None:
            able = [task for task in self._held[giver] if task.allowed >> taker & 1]
            best = min(able, key=lambda task: (self._cost(task, taker), task.place))
            self._take(giver, best)
            self._give(taker, best)
            taker, giver = giver, came[giver]
        return taker

    def _swap(self, one: int, other: int) -> bool:
        """Swaps between two reviewers what makes pairs meet less, the most telling first; whether anything did."""
        swapped = False
        for (_, _, there), (_, _, back) in zip(
            self._gains(one, other), self._gains(other, one), strict=False
        ):
            if there.reviewee_id == back.reviewee_id:
                continue
            if self._extra(there, one, other) + self._extra(back, other, one) >= 0:
                break
            for giver, taker, task in ((one, other, there), (other, one, back)):
                self._take(giver, task)
                self._give(taker, task)
            swapped = True
        return swapped

    def _gains(self, giver: int, taker: int) -> list[tuple[int, int, _Task]]:
        """What may move from one to the other, what costs least first."""
        here, there, bit = self._costs[giver], self._costs[taker], 1 << taker
        return sorted(
            (there.get(task.reviewee_id, 0) - here[task.reviewee_id], task.place, task)
            for task in self._held[giver]
            if task.allowed & bit
        )

    def _extra(self, task: _Task, giver: int, taker: int) -> int:
        """How much more a conversation costs with the taker than it does with the giver, who holds it."""
        return self._cost(task, taker) - self._cost(task, giver) + _AGAIN

    def _cost(self, task: _Task, bit: int) -> int:
        """How often this pair met, today's included; of equals, how often the other way round."""
        return self._costs[bit].get(task.reviewee_id, 0)

    def _has_room(self, bit: int) -> bool:
        capacity = self.people[bit].capacity
        return capacity is None or len(self._held[bit]) < capacity

    def _move_load(self, bit: int, by: int) -> None:
        load = len(self._held[bit])
        if load + by == len(self._loads):
            self._loads.append(0)
        self._loads[load] &= ~(1 << bit)
        self._loads[load + by] |= 1 << bit

    def _charge(self, bit: int, reviewee_id: int, more: int) -> None:
        self._costs[bit][reviewee_id] = self._costs[bit].get(reviewee_id, 0) + more

    def _give(self, bit: int, task: _Task) -> None:
        self._move_load(bit, +1)
        self._held[bit].append(task)
        self._charge(bit, task.reviewee_id, _AGAIN)
        self._reach[bit] |= task.allowed
        if not self._has_room(bit):
            self._free &= ~(1 << bit)

    def _take(self, bit: int, task: _Task) -> None:
        self._move_load(bit, -1)
        self._held[bit].remove(task)
        self._charge(bit, task.reviewee_id, -_AGAIN)
        self._reach[bit] = 0
        for each in self._held[bit]:
            self._reach[bit] |= each.allowed
        if self._has_room(bit):
            self._free |= 1 << bit


def _bits(mask: int) -> Iterator[int]:
    """The places of the ones in a number, the lowest first."""
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low
