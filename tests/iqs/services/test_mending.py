"""What a person may do about a message that does not move, and that nothing is ever sent twice by it."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from iqs.errors import Conflict, Invalid, NotAllowed, NotFound, TooLate
from iqs.notices import NoticeKind, NoticeState
from iqs.outbox import Wait, wait_of
from iqs.services import delivering, mending
from iqs.storage import tables
from iqs.storage.repositories import audit
from tests.world import MONDAY

N = tables.Notice
LATER = MONDAY + timedelta(hours=1)


def notices(world):
    with world.store.read() as tx:
        return tx.execute(select(N.id, N.key, N.state, N.error).order_by(N.id)).all()


def put(world, notice_id, **values):
    with world.store.write() as tx:
        tx.execute(update(N).where(N.id == notice_id).values(**values))


def kill(world, error="user_not_found", number=0):
    """A dead Notice, as the sender leaves one."""
    notice_id = notices(world)[number].id
    put(
        world, notice_id, state="dead", error=error, attempts=3, lease_token="t", lease_until=MONDAY,
        first_try_at=MONDAY, last_try_at=MONDAY,
    )  # fmt: skip
    return notice_id


def done_to(world, notice_id):
    with world.store.read() as tx:
        return [(row.actor_id, row.action) for row in audit.of(tx, "notice", notice_id)]


def claimed(world, now=LATER, limit=20):
    return [each.id for each in delivering.claim(world.store, now=now, limit=limit)]


def suspected(world, now):
    found = delivering.suspects(world.store, now=now, quarantine=timedelta(seconds=70))
    return [each.id for each in found]


def test_a_refused_message_is_sent_again_and_it_is_written_down(drawn):
    """A dead Notice that certainly did not arrive is pending again, as if it had never been tried."""
    notice_id = kill(drawn)
    entry = mending.retry(drawn.store, drawn.max, notice_id, now=LATER)
    assert (entry.state, entry.attempts, entry.error) == (NoticeState.PENDING, 0, None)
    assert notice_id in claimed(drawn)
    assert done_to(drawn, notice_id) == [(drawn.max.id, "retry")]


def test_what_may_have_arrived_is_never_doubled_silently(drawn):
    """Without being sure nothing changes; with it the Notice goes where delivery looks before it posts."""
    notice_id = kill(drawn, "may have arrived; history scope missing")
    with pytest.raises(Invalid, match=r"may have arrived.*--yes"):
        mending.retry(drawn.store, None, notice_id, now=LATER)
    assert done_to(drawn, notice_id) == []
    entry = mending.retry(drawn.store, None, notice_id, now=LATER, sure=True)
    assert entry.state is NoticeState.SENDING
    assert notice_id not in claimed(drawn, LATER + timedelta(hours=1))
    assert notice_id in suspected(drawn, LATER + timedelta(minutes=2))
    assert done_to(drawn, notice_id) == [(None, "retry")]


def test_all_that_one_message_tells_goes_again_together(drawn):
    """What was gathered into one message follows it, whichever of them was named."""
    head, told = kill(drawn), kill(drawn, number=1)
    put(drawn, told, told_with=notices(drawn)[0].key)
    mending.retry(drawn.store, None, told, now=LATER)
    assert {row.state for row in notices(drawn) if row.id in (head, told)} == {"pending"}


def test_every_dead_one_that_did_not_arrive_at_once(drawn):
    """--all-dead sends again what was refused and leaves what may have arrived to a person."""
    refused, maybe = kill(drawn), kill(drawn, "may have arrived; cannot look", number=1)
    again, left = mending.retry_all_dead(drawn.store, None, now=LATER)
    assert ([each.id for each in again], [each.id for each in left]) == ([refused], [maybe])


def test_dead_ones_that_one_message_told_go_again_together(drawn):
    """Sending one of them again wakes the others with it; --all-dead does not stumble over them."""
    first, second, alone = (kill(drawn, number=number) for number in range(3))
    put(drawn, second, told_with=next(row.key for row in notices(drawn) if row.id == first))
    again, left = mending.retry_all_dead(drawn.store, None, now=LATER)
    assert ([each.id for each in again], left) == ([first, second, alone], [])
    assert {each.state for each in again} == {NoticeState.PENDING}


def test_a_message_given_up_is_never_sent(drawn):
    """Cancelled, it is claimed by nobody, and cannot be revived by a retry."""
    notice_id = notices(drawn)[0].id
    assert mending.cancel(drawn.store, drawn.lea, notice_id, now=LATER).state is NoticeState.CANCELLED
    assert notice_id not in claimed(drawn)
    assert done_to(drawn, notice_id) == [(drawn.lea.id, "cancel")]
    for again in (mending.retry, mending.cancel):
        with pytest.raises(TooLate, match="cancelled already"):
            again(drawn.store, None, notice_id, now=LATER)


def test_many_are_given_up_together_or_none(drawn):
    """The operator's list is cancelled and written down as one by one; nothing of it if one has left meanwhile."""
    listed = mending.listed(drawn.store, states=[NoticeState.PENDING], now=LATER)
    assert len(listed) > 1
    mending.cancel(drawn.store, None, listed[-1].id, now=LATER)
    with pytest.raises(Conflict, match="taken up"):
        mending.cancel_all(drawn.store, listed, now=LATER)
    first = listed[0].id
    assert done_to(drawn, first) == []
    mending.cancel_all(drawn.store, listed[:-1], now=LATER)
    assert {row.state for row in notices(drawn)} == {"cancelled"}
    assert done_to(drawn, first) == [(None, "cancel")]


def test_what_is_on_its_way_is_left_to_the_sender(drawn):
    """A claimed Notice, one in doubt and one whose time has not come are not touched, and it is said why."""
    (first,) = claimed(drawn, limit=1)
    with pytest.raises(Conflict, match="being sent this moment"):
        mending.cancel(drawn.store, None, first, now=LATER)
    put(drawn, first, error="TimeoutError", lease_until=LATER)
    with pytest.raises(Conflict, match="being looked for"):
        mending.retry(drawn.store, None, first, now=LATER + timedelta(minutes=1))
    resting = next(row.id for row in notices(drawn) if row.state == "pending")
    with pytest.raises(Conflict, match="leaves by itself"):
        mending.retry(drawn.store, None, resting, now=LATER)
    assert done_to(drawn, first) == done_to(drawn, resting) == []


def test_leads_mend_their_teams_and_nobody_elses(drawn):
    """A lead may, an admin may, the recipient and strangers may not; the answer tells them no more than that."""
    notice_id = kill(drawn)
    for person in (drawn.rosa, drawn.ada, drawn.otto, drawn.vera):
        for do in (mending.retry, mending.cancel):
            with pytest.raises(NotAllowed, match="no such message"):
                do(drawn.store, person, notice_id, now=LATER)
    mending.retry(drawn.store, drawn.lea, notice_id, now=LATER)


def test_a_message_is_found_by_number_and_key(drawn):
    """Both name the same Notice; anything else is not found."""
    row = notices(drawn)[0]
    assert mending.shown(drawn.store, row.key) == mending.shown(drawn.store, str(row.id))
    for unknown in ("scorecard:0", "0", "99999999999999999999", "", "×"):
        with pytest.raises(NotFound):
            mending.shown(drawn.store, unknown)


def test_the_list_shows_what_is_stuck_and_says_why(drawn):
    """Without a state: the dead, the doubtful, the unreachable, and what is tried for long; nothing that flows."""
    assert mending.listed(drawn.store, now=LATER) == []
    rows = notices(drawn)
    dead = kill(drawn)
    put(drawn, rows[1].id, state="pending", error="is_archived", first_try_at=MONDAY, not_before=LATER)
    put(drawn, rows[2].id, state="sending", error="TimeoutError", first_try_at=MONDAY, lease_until=LATER)
    found = mending.listed(drawn.store, now=LATER)
    assert found[0].id == dead
    assert {each.id: wait_of(each, LATER) for each in found} == {
        dead: Wait.REFUSED, rows[1].id: Wait.RETRY, rows[2].id: Wait.IN_DOUBT,
    }  # fmt: skip
    assert [each.id for each in mending.listed(drawn.store, states=[NoticeState.DEAD], now=LATER)] == [dead]
    assert mending.listed(drawn.store, kinds=[NoticeKind.DIGEST], now=LATER) == []
    assert {each.team for each in found} == {"Support"}


def test_somebody_not_in_slack_yet_is_named(drawn):
    """A due message for a person without a Slack account waits, and says for what; a retry does not help."""
    notice_id = notices(drawn)[0].id
    with drawn.store.write() as tx:
        person = tx.scalar(select(N.person_id).where(N.id == notice_id))
        tx.execute(update(tables.Person).where(tables.Person.id == person).values(slack_user_id=None))
    found = [each for each in mending.listed(drawn.store, now=LATER) if each.id == notice_id]
    assert [wait_of(each, LATER) for each in found] == [Wait.UNLINKED]
    with pytest.raises(Conflict, match="not linked to Slack yet"):
        mending.retry(drawn.store, None, notice_id, now=LATER)
