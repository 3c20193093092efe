"""Sharing out: who reviews what, as evenly as the rules allow."""

from collections import deque
from collections.abc import Iterable, Mapping, Sequence

from iqs.sampling import Candidate, rank


def may_review(candidate: Candidate, reviewer_id: int) -> bool:
    """Nobody reviews a conversation in which they took part."""
    return reviewer_id != candidate.reviewee_id and reviewer_id not in candidate.participants


def share(drawn: Sequence[Candidate], reviewers: Iterable[int], *, seed: str) -> dict[int, int]:
    """A reviewer for each conversation (by conversation id), the load as even as possible.

    Conversations that no reviewer may read are absent. Ties are broken by the seed, so the same inputs give the
    same answer. Evenness is exact: as long as a chain of permitted swaps leads from a busier reviewer to one with
    at least two fewer, it is taken (Harvey, Ladner, Lovász, Tamir: "Semi-matchings for bipartite graphs", 2006).
    """
    people = sorted(set(reviewers))
    allowed = {each.conversation_id: [who for who in people if may_review(each, who)] for each in drawn}
    keys = {each.conversation_id: each.key for each in drawn}
    chosen: dict[int, int] = {}
    load = dict.fromkeys(people, 0)
    for conversation in sorted(allowed, key=lambda each: (len(allowed[each]), rank(seed, keys[each]))):
        if allowed[conversation]:
            who = min(
                allowed[conversation],
                key=lambda person: (load[person], rank(seed, f"{keys[conversation]}|{person}")),
            )
            chosen[conversation] = who
            load[who] += 1
    while (path := _relief(chosen, allowed, load)) is not None:
        for conversation, (giver, taker) in path:
            chosen[conversation] = taker
            load[giver] -= 1
            load[taker] += 1
    return chosen


Move = tuple[int, tuple[int, int]]


def _relief(
    chosen: Mapping[int, int], allowed: Mapping[int, list[int]], load: Mapping[int, int]
) -> list[Move] | None:
    """A chain of moves that takes one conversation from a busy reviewer to one with at least two fewer."""
    held: dict[int, list[int]] = {person: [] for person in load}
    for conversation, person in chosen.items():
        held[person].append(conversation)
    for start in sorted(load, key=lambda person: (-load[person], person)):
        came: dict[int, tuple[int, Move] | None] = {start: None}
        queue = deque([start])
        while queue:
            giver = queue.popleft()
            for conversation in held[giver]:
                for taker in allowed[conversation]:
                    if taker in came:
                        continue
                    came[taker] = (giver, (conversation, (giver, taker)))
                    if load[taker] <= load[start] - 2:
                        return _back(came, taker)
                    queue.append(taker)
    return None


def _back(came: Mapping[int, tuple[int, Move] | None], end: int) -> list[Move]:
    path: list[Move] = []
    step = came[end]
    while step is not None:
        before, move = step
        path.append(move)
        step = came[before]
    return path
