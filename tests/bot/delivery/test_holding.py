"""The queue of what is claimed: one of a target at a time, in order; among targets by lane."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from bot.delivery.holding import Held, Task
from iqs.notices import LANES, Notice, NoticeKind, NoticeState

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


def task(number, kind, person):
    return Task(Notice(number, f"k{number}", kind, number, NoticeState.SENDING, NOW, person), f"D{person}")


def test_lanes_come_before_age():
    """A scorecard that came last leaves first."""
    held = Held()
    for number, kind in enumerate(reversed(LANES)):
        held.add(task(number, kind, number))
    left = [held.next(lambda _: True).notice.kind for _ in LANES]
    assert left == list(LANES)


def test_a_target_that_is_not_ready_holds_up_no_other():
    """What cannot leave yet is passed over."""
    held = Held()
    held.add(task(1, NoticeKind.SCORECARD, 1))
    held.add(task(2, NoticeKind.DIGEST, 2))
    assert held.next(lambda each: each.channel == "D2").notice.id == 2
    assert held.next(lambda each: each.channel == "D2") is None


class Queue(RuleBasedStateMachine):
    """Adds, lets leave, finishes and drops at random, beside a plain model."""

    def __init__(self):
        super().__init__()
        self.held, self.number = Held(), 0
        self.waiting, self.underway = {}, {}

    @rule(kind=st.sampled_from(NoticeKind), person=st.integers(1, 3))
    def add(self, kind, person):
        self.number += 1
        self.held.add(task(self.number, kind, person))
        self.waiting.setdefault(person, []).append(self.number)

    @rule(ready=st.sets(st.integers(1, 3)))
    def leave(self, ready):
        left = self.held.next(lambda each: each.notice.person_id in ready)
        able = [p for p in ready if self.waiting.get(p) and p not in self.underway]
        assert (left is None) is (not able)
        if left is not None:
            person = left.notice.person_id
            assert person in able
            assert left.notice.id == self.waiting[person].pop(0)
            self.underway[person] = left

    @rule(person=st.integers(1, 3))
    def finish(self, person):
        if person in self.underway:
            self.held.done(self.underway.pop(person))

    @rule(person=st.integers(1, 3))
    def drop(self, person):
        dropped = self.held.drop(lambda each: each.notice.person_id == person)
        assert [each.notice.id for each in dropped] == self.waiting.pop(person, [])

    @invariant()
    def nothing_is_lost(self):
        assert len(self.held) == sum(map(len, self.waiting.values()))


TestQueue = Queue.TestCase


@given(st.lists(st.integers(1, 4), max_size=30))
def test_a_target_is_served_in_order(people):
    """However targets mix, each one's tasks leave as they came."""
    held = Held()
    for number, person in enumerate(people):
        held.add(task(number, NoticeKind.FEEDBACK, person))
    left = []
    while (one := held.next(lambda _: True)) is not None:
        held.done(one)
        left.append(one.notice)
    for person in set(people):
        mine = [each.id for each in left if each.person_id == person]
        assert mine == sorted(mine)
    assert len(left) == len(people)
