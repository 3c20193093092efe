"""The sample: which conversations of a period are reviewed. Seeded, uniform within each agent, reproducible.

Every eligible conversation gets a rank from a keyed hash of its own key, and each agent's `quota` lowest ranks are
drawn. The rank depends on nothing but the seed and the conversation, so the same seed and frame give the same
sample on every machine, in any order, and an unrelated import changes nothing (docs/sampling.md).
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b


@dataclass(frozen=True, slots=True)
class Candidate:
    """A closed conversation of the period as the draw sees it: facts, no text.

    `participants` are the people (ids) who wrote in it; `reviewee_id` the agent whose work would be reviewed.
    A number of messages is None while the helpdesk has told only the header.
    """

    conversation_id: int
    key: str
    reviewee_id: int
    customer_messages: int | None
    agent_messages: int | None
    participants: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Frame:
    """The eligible candidates, and how many fell out for which reason."""

    eligible: tuple[Candidate, ...]
    excluded: dict[str, int]


NO_CUSTOMER = "no customer message"
NO_AGENT = "no agent message"
NO_PERSON = "agent not matched to a person"


def exclusion(candidate: Candidate) -> str | None:
    """Why a conversation cannot be reviewed, or None: it needs at least one customer and one agent message.

    What is not known yet keeps nothing out: only what was drawn is read from the helpdesk.
    """
    if candidate.customer_messages == 0:
        return NO_CUSTOMER
    if candidate.agent_messages == 0:
        return NO_AGENT
    return None


def frame(candidates: Iterable[Candidate], *, unmatched: int = 0) -> Frame:
    """Separates the eligible from the rest, counting the reasons.

    `unmatched` conversations of the period have an agent whom nobody here is known to be, of whichever team.
    """
    reasons: Counter[str] = Counter({NO_PERSON: unmatched} if unmatched else {})
    eligible = []
    for candidate in candidates:
        reason = exclusion(candidate)
        if reason is None:
            eligible.append(candidate)
        else:
            reasons[reason] += 1
    return Frame(tuple(eligible), dict(sorted(reasons.items())))


def rank(seed: str, key: str) -> bytes:
    """A conversation's place in the seeded order: 16 bytes, uniform, compared as bytes."""
    secret = blake2b(seed.encode(), digest_size=32).digest()
    return blake2b(key.encode(), key=secret, digest_size=16).digest()


def seeded_order(candidates: Iterable[Candidate], seed: str) -> list[Candidate]:
    """All candidates in the order in which this seed would draw them."""
    return sorted(candidates, key=lambda each: rank(seed, each.key))


def sample(candidates: Iterable[Candidate], *, quota: int, seed: str) -> tuple[Candidate, ...]:
    """Up to `quota` conversations of each reviewee, each set of that size equally likely; in seeded order."""
    taken: Counter[int] = Counter()
    drawn = []
    for candidate in seeded_order(candidates, seed):
        if taken[candidate.reviewee_id] < quota:
            taken[candidate.reviewee_id] += 1
            drawn.append(candidate)
    return tuple(drawn)
