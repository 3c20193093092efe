"""Which notices one message tells: nothing left out, nothing told twice, nothing frozen changed."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from iqs.notices import GATHERED, TOGETHER, Notice, NoticeKind, NoticeState, gather, next_sweep

START = datetime(2026, 11, 23, 9, tzinfo=UTC)


def notice(number, kind=NoticeKind.FEEDBACK, person=1, **more):
    return Notice(
        number,
        f"k{number}",
        kind,
        number,
        NoticeState.PENDING,
        START + timedelta(minutes=number),
        person,
        **more,
    )


def test_reviews_of_one_morning_are_one_message():
    """Several that are due for one agent go with the oldest; another agent has their own."""
    due = [notice(1), notice(2), notice(3, person=2)]
    first, second = gather(due, [notice(4)])
    assert (first.id, [each.id for each in first.told]) == (1, [2, 4])
    assert (second.id, second.told) == (3, ())


def test_the_oldest_is_the_head_even_if_it_was_found_late():
    """The message goes under the key of its oldest notice."""
    (message,) = gather([notice(5)], [notice(2)])
    assert [each.id for each in message.all] == [2, 5]


def test_scorecards_stay_apart():
    """A scorecard is redrawn with every click: it is a message of its own."""
    due = [notice(n, NoticeKind.SCORECARD) for n in range(3)]
    assert gather(due, []) == due


def test_a_message_has_room_for_a_dozen():
    """What does not fit is left for the next message."""
    (message,) = gather([notice(n) for n in range(20)], [])
    assert len(message.all) == TOGETHER


def test_what_was_in_doubt_goes_as_it_was():
    """A message that may have arrived is sent again with exactly what it told; what is new goes by itself."""
    head = notice(1, resent_at=START)
    frozen = replace(notice(2), told_with="k1", resent_at=START)
    again, fresh = gather([head, notice(3)], [frozen, notice(4)])
    assert [each.id for each in again.all] == [1, 2]
    assert [each.id for each in fresh.all] == [3, 4]


@given(
    st.lists(
        st.tuples(
            st.sampled_from(NoticeKind),
            st.integers(1, 3),
            st.booleans(),
            st.sampled_from(["due", "other"]),
        ),
        max_size=40,
    )
)
def test_nothing_is_told_twice_and_nobody_hears_of_others(rows):
    """Each notice is in one message at most, each message is for one person and kind, and every due target gets one."""
    due, others = [], []
    for number, (kind, person, resent, where) in enumerate(rows):
        made = notice(number, kind, person, resent_at=START if resent and where == "due" else None)
        if where == "due":
            due.append(made)
        elif kind in GATHERED:
            others.append(made)
    messages = gather(due, others)
    told = [each.id for message in messages for each in message.all]
    assert len(told) == len(set(told))
    for message in messages:
        assert {(each.person_id, each.kind) for each in message.all} == {(message.person_id, message.kind)}
        assert message.kind in GATHERED or not message.told
        assert message.resent_at is None or not message.told
    assert {(each.person_id, each.kind) for each in due} == {(each.person_id, each.kind) for each in messages}


def test_twins_are_looked_for_twice():
    """Five minutes after it was sent again, and an hour after; then no more."""
    first = next_sweep(START, START)
    second = next_sweep(START, first)
    assert (first, second) == (START + timedelta(minutes=5), START + timedelta(hours=1))
    assert next_sweep(START, second) is None
