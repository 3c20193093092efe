"""The auditor finds each broken promise, mends the missing ones once, and lets what is in order alone."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, insert, select, update

from iqs.notices import feedback_key, scorecard_key
from iqs.oversight import EVERY, FindingKind
from iqs.reviews import UNDO_WINDOW
from iqs.services import auditing, configuring, delivering, mending, reviewing, scheduling
from iqs.storage import tables
from tests.world import MONDAY, World, build

N = tables.Notice
RELEASED = MONDAY + UNDO_WINDOW + timedelta(minutes=1)


def tell(store):
    world = build(store)
    look(world, MONDAY - timedelta(days=1))
    world.draw(seed="s")
    with world.store.write() as tx:
        tx.execute(update(N).values(state="sent", ts="1.0", posted_to="D1", last_try_at=MONDAY))
    task = world.tasks(world.rosa)[0]
    world.rate_all(world.rosa, task)
    return reviewing.submit(world.store, world.rosa, task, now=MONDAY).review_id, task


@pytest.fixture
def told(store, furnish):
    """A drawn week, one review of it submitted and released; all promises kept; the auditor works since Sunday."""
    world = World(store)
    world.review, world.task = furnish(store, tell)
    return world


def put_back(world):
    """The scorecards wait for the sender again."""
    with world.store.write() as tx:
        scorecards = update(N).where(N.kind == "scorecard")
        tx.execute(scorecards.values(state="pending", ts=None, posted_to=None, last_try_at=None))


def look(world, now=RELEASED):
    found = auditing.audit(world.store, now=now)
    assert found is not None
    return found


def kinds(findings):
    return [each.kind for each in findings]


def change(world, key, **values):
    with world.store.write() as tx:
        tx.execute(update(N).where(N.key == key).values(**values))


def states(world, *keys):
    with world.store.read() as tx:
        return [tx.scalar(select(N.state).where(N.key == key)) for key in keys]


def remove(world, *keys):
    with world.store.write() as tx:
        tx.execute(delete(N).where(N.key.in_(keys)))


def test_what_is_in_order_is_clean(told):
    """A released review with its Notice, open assignments with theirs: nothing is found and nothing written."""
    with told.store.read() as tx:
        before = tx.execute(select(N.key, N.state).order_by(N.id)).all()
    assert look(told).clean
    with told.store.read() as tx:
        assert tx.execute(select(N.key, N.state).order_by(N.id)).all() == before


def test_a_missing_notice_is_written_counted_and_remembered(told):
    """Feedback and scorecard that nobody would ever have sent are there after one look, and it is told for a day."""
    feedback, card = feedback_key(told.review, 1), scorecard_key(told.tasks(told.cleo)[0])
    remove(told, feedback, card)
    found = look(told)
    assert not found.clean
    assert sorted(kinds(found.mended)) == [FindingKind.FEEDBACK_MISSING, FindingKind.SCORECARD_MISSING]
    assert states(told, feedback, card) == ["pending", "pending"]
    assert look(told, RELEASED + EVERY).clean
    with told.store.read() as tx:
        assert auditing.mended_count(tx) == 2
        assert len(auditing.last_audit(tx).mended) == 2
    look(told, RELEASED + timedelta(days=2))
    with told.store.read() as tx:
        assert auditing.last_audit(tx).mended == ()


def test_nothing_is_written_before_the_release(told):
    """Inside the undo window the agent's Notice is not the auditor's business."""
    remove(told, feedback_key(told.review, 1))
    assert look(told, MONDAY + timedelta(minutes=5)).clean


def test_a_notice_cancelled_without_cause_is_woken_once(told):
    """Cancelled though the review stands: it is sent after all; cancelled again, it is only reported."""
    key = feedback_key(told.review, 1)
    change(told, key, state="cancelled", error="NotFound")
    assert kinds(look(told).mended) == [FindingKind.FEEDBACK_MISSING]
    assert states(told, key) == ["pending"]
    change(told, key, state="cancelled", error="NotFound")
    found = look(told, RELEASED + EVERY)
    assert (kinds(found.findings), found.mended) == ([FindingKind.FEEDBACK_MISSING], ())
    assert states(told, key) == ["cancelled"]


def test_what_somebody_gave_up_or_another_message_tells_is_told(told):
    """A Notice cancelled by a person stays cancelled, and so does one whose words another message carries."""
    feedback, card = feedback_key(told.review, 1), scorecard_key(told.tasks(told.rosa)[0])
    mending.cancel(told.store, told.lea, feedback, now=RELEASED)
    change(told, card, state="cancelled", told_with="scorecard:0")
    assert look(told).clean


def test_a_digest_that_was_promised_comes(told):
    """A run of a team with a channel and no Notice gets one; without a channel at the time it gets none."""
    change(told, feedback_key(told.review, 1), state="sent", ts="2.0")
    scheduling.ensure_schedules(told.store, now=MONDAY - timedelta(days=1))
    due = MONDAY + timedelta(hours=1)
    scheduling.tick(told.store, now=due)
    assert look(told, due + EVERY).clean, "no channel, no promise"
    with told.store.write() as tx:
        tx.execute(update(tables.Team).values(channel_id="C1"))
    found = look(told, due + 2 * EVERY)
    assert set(kinds(found.mended)) == {FindingKind.DIGEST_MISSING}
    configuring.configure(told.store, None, "Support", channel_id="C2")
    assert look(told, due + 3 * EVERY).clean


def test_a_late_channel_owes_no_digest_of_the_past(told):
    """A channel given after the run is no reason to post last week's digest."""
    scheduling.ensure_schedules(told.store, now=MONDAY - timedelta(days=1))
    due = MONDAY + timedelta(hours=1)
    scheduling.tick(told.store, now=due)
    with told.store.write() as tx:
        tx.execute(update(tables.Team).values(channel_id="C1"))
        runs = select(tables.ScheduleRun.created_at).limit(1)
        for team in tx.scalars(select(tables.Team.id)).all():
            detail = {"at": tx.scalar(runs) + timedelta(minutes=1), "object": "team", "object_id": team}
            tx.execute(insert(tables.Audit).values(action="configure", detail={}, **detail))
    assert look(told, due + EVERY).clean


def test_a_sender_that_does_nothing_is_found_at_the_second_look(told):
    """Due for ten minutes and not tried is a finding; what came due while nobody looked is not yet."""
    put_back(told)
    later = RELEASED + timedelta(days=1)
    look(told, MONDAY)
    assert look(told, later).clean, "the sender had no chance since the last look"
    found = look(told, later + timedelta(minutes=10))
    assert set(kinds(found.findings)) == {FindingKind.OVERDUE}
    assert found.mended == ()


def test_a_queue_that_moves_is_not_overdue(told):
    """While others are being sent, a due message may wait for two hours; then it is reported."""
    put_back(told)
    start = MONDAY + timedelta(hours=1)
    look(told, start)
    for minutes in (15, 30):
        moment = start + timedelta(minutes=minutes)
        taken = delivering.claim(told.store, now=moment, limit=1)
        for notice in taken:
            delivering.settle(told.store, notice, posted_to="D1", ts=f"{minutes}.0", now=moment)
        assert look(told, moment).clean
    late = start + timedelta(hours=3)
    delivering.claim(told.store, now=late, limit=1)
    assert set(kinds(look(told, late).findings)) == {FindingKind.OVERDUE}


def test_a_refused_app_is_a_reason(told):
    """While Slack takes nothing from the app, what waits is not overdue."""
    put_back(told)
    look(told, RELEASED)
    delivering.refuse(told.store, error="token_revoked", now=RELEASED)
    assert look(told, RELEASED + timedelta(hours=5)).clean


def test_a_message_nobody_looks_after_is_found(told):
    """In `sending` with a lease long gone, over two looks: reported, and left for the sender."""
    key = scorecard_key(told.tasks(told.rosa)[0])
    change(
        told,
        key,
        state="sending",
        lease_token="t",
        lease_until=MONDAY,
        first_try_at=MONDAY,
        last_try_at=MONDAY,
    )
    look(told, MONDAY + timedelta(minutes=1))
    found = look(told, RELEASED)
    assert kinds(found.findings) == [FindingKind.ABANDONED]
    assert states(told, key) == ["sending"]


def in_doubt(told, key, lease, error=None):
    change(told, key, state="sending", lease_token="t", lease_until=lease, first_try_at=MONDAY, error=error)


def test_what_nobody_looks_into_while_slack_refuses_the_app_is_no_finding(told):
    """Looking is not possible then; that is told already, and each doubt has its turn afterwards."""
    in_doubt(told, scorecard_key(told.tasks(told.cleo)[0]), MONDAY)
    change(told, feedback_key(told.review, 1), state="cancelled", error="given up by the operator")
    look(told, RELEASED)
    delivering.refuse(told.store, error="token_revoked", now=RELEASED)
    assert look(told, RELEASED + timedelta(hours=5)).clean
    delivering.accept(told.store, now=RELEASED + timedelta(hours=5))
    assert kinds(look(told, RELEASED + timedelta(hours=6)).findings) == [FindingKind.ABANDONED]


def test_doubts_wait_longer_while_others_are_looked_into(told):
    """An outage leaves many, and each look takes its time; only what has no turn for hours is a finding."""
    first, second = (scorecard_key(each) for each in told.tasks(told.cleo)[:2])
    change(told, feedback_key(told.review, 1), state="cancelled", error="given up by the operator")
    look(told, RELEASED)
    for minutes in (30, 60, 90, 150):
        now = RELEASED + timedelta(minutes=minutes)
        in_doubt(told, first, RELEASED)
        in_doubt(told, second, now - timedelta(seconds=30), "may have arrived; http_503")
        found = look(told, now)
        assert kinds(found.findings) == ([FindingKind.ABANDONED] if minutes == 150 else [])


def test_it_looks_once_every_five_minutes_whoever_asks(told):
    """Of several replicas one looks; the next look comes five minutes later, or after a clock was set back."""
    look(told, RELEASED)
    for seconds in (0, 30, 299):
        assert auditing.audit(told.store, now=RELEASED + timedelta(seconds=seconds)) is None
    assert look(told, RELEASED + EVERY)
    assert auditing.audit(told.store, now=RELEASED) is not None


def test_what_was_there_before_its_first_look_is_history(world):
    """A past that was brought in promises nobody anything: no Notice is written for it."""
    world.draw(seed="s")
    with world.store.write() as tx:
        tx.execute(delete(N))
    assert look(world).clean
    assert look(world, RELEASED + EVERY).clean


def test_history_is_left_alone(told):
    """What was promised more than a week ago is never looked at again."""
    remove(told, feedback_key(told.review, 1))
    assert look(told, RELEASED + timedelta(days=8)).mended == ()


def test_self_reviews_and_imported_history_are_told_to_nobody(told):
    """No Notice is owed for a review somebody wrote of themself, nor for one that was imported."""
    with told.store.write() as tx:
        tx.execute(update(tables.Review).where(tables.Review.id == told.review).values(kind="self"))
    remove(told, feedback_key(told.review, 1))
    assert look(told).clean
    with told.store.write() as tx:
        tx.execute(
            update(tables.Review)
            .where(tables.Review.id == told.review)
            .values(kind="manager", assignment_id=None)
        )
    assert look(told, RELEASED + EVERY).clean
