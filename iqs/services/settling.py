"""Settling: every closed conversation of a known agent gets its place, and keeps it once a draw has counted it.

A place is the number of a conversation among those its reviewee closed on one UTC day, in the order of
(source, external id). As long as no draw has looked at a day, it is numbered anew whenever something comes or goes,
so that the order of imports does not matter. From the first commitment on its numbers stay: what comes later gets the
next one, what leaves (another agent, another day, deleted) leaves a hole. What can never be reviewed has no place
but a reason. Whoever changes a conversation only puts its id on the waiting list; settling again changes nothing.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from iqs.eligibility import never, reviewee
from iqs.people import RevieweeRule
from iqs.sampling import Spot
from iqs.storage.repositories import commitments, conversations, lots, unsettled
from iqs.storage.repositories.conversations import Reviewees
from iqs.storage.repositories.lots import Group
from iqs.storage.repositories.unsettled import Told
from iqs.storage.store import Store, Tx

CHUNK = 200
"""Conversations from the waiting list in one go; with each come all that wait of the same agent and day."""


def settle_some(store: Store, *, chunks: int = 20) -> bool:
    """For the clock: settles what waits, a chunk a transaction, so that no click waits long; whether all is done."""
    return any(store.transact(settle_chunk) == 0 for _ in range(chunks))


def settle_first(store: Store) -> None:
    """Before a draw: as `settle_some`, all that waits, so that the transaction which counts finds little left to do."""
    settle_some(store, chunks=10_000)


def settle(tx: Tx) -> None:
    """Settles all that waits, inside a transaction."""
    while settle_chunk(tx):
        pass


def settle_chunk(tx: Tx) -> int:
    """Settles some of what waits; how many conversations that were, 0 when nothing waited."""
    lots.take_turn(tx)
    first = unsettled.waiting(tx, CHUNK)
    if not first:
        return 0
    rules = _Rules(tx)
    chosen = _with_companions(tx, unsettled.told(tx, first), everybody=rules.anything_else)
    unsettled.take(tx, chosen)
    _Settling(tx, rules, unsettled.told(tx, chosen)).run()
    return len(chosen)


def _with_companions(tx: Tx, known: list[Told], *, everybody: bool) -> set[int]:
    """What is settled together: whole days of an assignee, or of everybody where a place may go to another agent."""
    placeless = {each.id for each in known if each.closed_at is None or each.assignee_id is None}
    groups = sorted({(each.day, each.assignee_id) for each in known if each.id not in placeless})
    if everybody:
        days = {day for day, _ in groups[:1]}
        people = conversations.assignees(tx)
        wanted = [(person, day) for person in people for day in days]
    else:
        wanted = [(person, day) for day, person in groups]  # type: ignore[misc] # the placeless have none
    return placeless | unsettled.companions(tx, wanted)


class _Rules:
    """Whose work a conversation is: by the rule of the team in which its assignee is an agent."""

    def __init__(self, tx: Tx) -> None:
        self._rules = conversations.rules(tx)
        self._people: Reviewees | None = None
        self._tx = tx
        self._mapped: dict[tuple[str, str], int | None] = {}
        self.anything_else = any(each is not RevieweeRule.ASSIGNEE for each in self._rules.values())

    def of(self, each: Told) -> int | None:
        return reviewee(
            self._rules.get(each.assignee_id or 0, RevieweeRule.ASSIGNEE),
            assignee=each.assignee_id,
            most_active=lambda: self._named(each.source, each.most_active),
            last_answer=lambda: self._named(each.source, each.last_answer),
        )

    def _named(self, source: str, external_id: str | None) -> int | None:
        if external_id is None:
            return None
        key = (source, external_id)
        if key not in self._mapped:
            self._people = self._people or Reviewees(self._tx)
            found = self._people.by_id(source, external_id)
            self._mapped[key] = conversations.agent(self._tx, source, external_id) if found is None else found
        return self._mapped[key]


@dataclass
class _Settling:
    """One chunk: who leaves which place, who comes to which day, then the days one by one."""

    tx: Tx
    rules: _Rules
    known: list[Told]
    leaving: dict[Group, set[int]] = field(default_factory=lambda: defaultdict(set))
    coming: dict[Group, list[Told]] = field(default_factory=lambda: defaultdict(list))

    def run(self) -> None:
        ids = [each.id for each in self.known]
        held, out = lots.spots(self.tx, ids), lots.left_out(self.tx, ids)
        reasons: dict[int, tuple[int, int, str]] = {}
        for each in self.known:
            group, reason = self._target(each)
            spot = held.get(each.id)
            stands = None if spot is None else (spot.person_id, spot.day)
            if group is not None and reason is not None:
                reasons[each.id] = (*group, reason)
            wanted = group if reason is None else None
            if stands == wanted:
                continue
            if stands is not None:
                self.leaving[stands].add(each.id)
            if wanted is not None:
                self.coming[wanted].append(each)
        lots.take_in(self.tx, [each for each in out if each not in reasons])
        lots.leave_out(self.tx, {each: why for each, why in reasons.items() if out.get(each) != why})
        self._number(sorted({*self.leaving, *self.coming}))

    def _target(self, each: Told) -> tuple[Group | None, str | None]:
        person = self.rules.of(each)
        if each.closed_at is None or person is None:
            return None, None
        why = never(
            deleted=each.deleted_at is not None,
            customer_messages=each.customer_messages,
            agent_messages=each.agent_messages,
        )
        return (person, each.day), why

    def _number(self, groups: list[Group]) -> None:
        fixed = commitments.counted(self.tx, {day for _, day in groups})
        kept = [group for group in groups if group[1] in fixed]
        anew = [group for group in groups if group[1] not in fixed]
        places: dict[int, Spot] = {}
        counts: dict[Group, tuple[int, int]] = {}
        self._go_on(kept, places, counts)
        self._start_over(anew, places, counts)
        lots.leave(self.tx, {each for group in kept for each in self.leaving.get(group, ())})
        lots.clear(self.tx, anew)
        lots.enter(self.tx, places, counts)

    def _go_on(
        self, groups: Collection[Group], places: dict[int, Spot], counts: dict[Group, tuple[int, int]]
    ) -> None:
        """The numbers go on where they stopped; who left leaves a hole."""
        had: Mapping[Group, tuple[int, int]] = lots.days(self.tx, groups)
        for group in groups:
            total, eligible = had.get(group, (0, 0))
            coming = _in_order(
                (each.source, each.external_id, each.id) for each in self.coming.get(group, ())
            )
            places |= {each: Spot(*group, total + n) for n, each in enumerate(coming)}
            left = len(self.leaving.get(group, ()))
            counts[group] = (total + len(coming), eligible - left + len(coming))

    def _start_over(
        self, groups: Collection[Group], places: dict[int, Spot], counts: dict[Group, tuple[int, int]]
    ) -> None:
        """No draw has counted these days: all of them are numbered anew."""
        standing = lots.members(self.tx, groups)
        for group in groups:
            gone = self.leaving.get(group, set())
            keys = [key for key in standing.get(group, ()) if key[2] not in gone]
            keys += [(each.source, each.external_id, each.id) for each in self.coming.get(group, ())]
            places |= {each: Spot(*group, n) for n, each in enumerate(_in_order(keys))}
            if keys:
                counts[group] = (len(keys), len(keys))


def _in_order(keys: Iterable[tuple[str, str, int]]) -> list[int]:
    """Ids by (source, external id), as Python compares them: databases order words by their own rules."""
    return [number for *_, number in sorted(keys)]
