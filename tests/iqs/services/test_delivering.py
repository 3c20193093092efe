"""The outbox on both databases: each notice has one holder at a time and one end."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from threading import Barrier, BrokenBarrierError

import pytest

from iqs.notices import NoticeKind, NoticeState
from iqs.services import delivering, enrolling
from iqs.storage.repositories import notices, settings
from tests.world import MONDAY

QUARANTINE = timedelta(seconds=60)


@pytest.fixture
def queued(world):
    """The world with three digests waiting for channels."""
    with world.store.write() as tx:
        for n in range(3):
            assert notices.add(
                tx,
                key=f"digest:{n}:C1",
                kind=NoticeKind.DIGEST,
                object_id=n,
                channel="C1",
                not_before=MONDAY,
                now=MONDAY,
            )
    return world


def state(world, notice):
    with world.store.read() as tx:
        return notices.by_id(tx, notice.id)


def test_a_key_is_queued_once(queued):
    """The same cause never queues twice."""
    with queued.store.write() as tx:
        assert not notices.add(
            tx,
            key="digest:1:C1",
            kind=NoticeKind.DIGEST,
            object_id=1,
            channel="C1",
            not_before=MONDAY,
            now=MONDAY,
        )


def test_nothing_is_claimed_before_its_time(queued):
    """A notice waits for its `not_before`."""
    assert delivering.claim(queued.store, now=MONDAY - timedelta(seconds=1)) == []


def test_ten_senders_claim_each_notice_once(queued):
    """Senders that race share the notices out."""
    with ThreadPoolExecutor(10) as pool:
        claims = list(pool.map(lambda _: delivering.claim(queued.store, now=MONDAY, limit=1), range(10)))
    assert sorted(each.key for claim in claims for each in claim) == [f"digest:{n}:C1" for n in range(3)]


def test_settled_is_sent_and_stays(queued):
    """Where it was posted is remembered; nobody claims it again."""
    notice, *_ = delivering.claim(queued.store, now=MONDAY, limit=1)
    assert delivering.settle(queued.store, notice, posted_to="C1", ts="1.5")
    assert delivering.posted(queued.store, notice.key) == ("C1", "1.5")
    assert notice.key not in [each.key for each in delivering.claim(queued.store, now=MONDAY)]


def test_an_old_token_cannot_settle(queued):
    """Whoever lost the lease cannot write over the one who has it now."""
    stale, *_ = delivering.claim(queued.store, now=MONDAY, limit=1)
    later = MONDAY + delivering.LEASE + QUARANTINE + timedelta(seconds=1)
    (taken,) = delivering.suspects(queued.store, now=later, quarantine=QUARANTINE)
    assert not delivering.settle(queued.store, stale, posted_to="C1", ts="1")
    assert delivering.settle(queued.store, taken, posted_to="C1", ts="2")
    assert delivering.posted(queued.store, stale.key) == ("C1", "2")


def test_a_crashed_claim_is_a_suspect_only_after_the_quarantine(queued):
    """What may have been sent is neither claimed again nor judged too early."""
    delivering.claim(queued.store, now=MONDAY, limit=1)
    early = MONDAY + delivering.LEASE + QUARANTINE
    assert delivering.suspects(queued.store, now=early, quarantine=QUARANTINE) == []
    late = early + timedelta(seconds=1)
    assert len(delivering.claim(queued.store, now=late)) == 2
    assert len(delivering.suspects(queued.store, now=late, quarantine=QUARANTINE)) == 1


def test_postponed_waits_and_comes_back(queued):
    """A definite no is tried again later, with its reason."""
    notice, *_ = delivering.claim(queued.store, now=MONDAY, limit=1)
    later = MONDAY + timedelta(minutes=5)
    assert delivering.postpone(queued.store, notice, until=later, error="ratelimited")
    assert state(queued, notice).error == "ratelimited"
    assert notice.key not in [each.key for each in delivering.claim(queued.store, now=MONDAY)]
    assert [each.key for each in delivering.claim(queued.store, now=later)] == [notice.key]


@pytest.mark.parametrize(("end", "final"), [("bury", NoticeState.DEAD), ("cancel", NoticeState.CANCELLED)])
def test_dead_and_cancelled_are_final(queued, end, final):
    """Neither is sent again."""
    notice, *_ = delivering.claim(queued.store, now=MONDAY, limit=1)
    assert getattr(delivering, end)(queued.store, notice, error="channel_not_found")
    assert state(queued, notice).state is final
    assert not delivering.postpone(queued.store, notice, until=MONDAY, error="")


def test_people_who_left_get_nothing(world):
    """A scorecard for somebody who was deactivated meanwhile stays pending, until they are back."""
    world.draw()
    rosa = world.rosa
    enrolling.deactivate(world.store, rosa.slack_user_id)
    claimed = delivering.claim(world.store, now=MONDAY, limit=100)
    assert claimed
    assert rosa.id not in {each.person_id for each in claimed}
    enrolling.import_people(world.store, "team,email,name,roles\nSupport,rosa@example.com,Rosa,reviewer\n")
    assert {each.person_id for each in delivering.claim(world.store, now=MONDAY, limit=100)} == {rosa.id}


def test_people_without_slack_wait(world):
    """A notice for somebody whose Slack account is not known yet stays pending."""
    enrolling.import_people(
        world.store, "team,email,name,roles,slack_user_id,helpdesk_id\nSupport,new@example.com,New,agent,,\n"
    )
    (person,) = enrolling.unlinked(world.store)
    with world.store.write() as tx:
        notices.add(
            tx,
            key="k",
            kind=NoticeKind.FEEDBACK,
            object_id=1,
            person_id=person.id,
            not_before=MONDAY,
            now=MONDAY,
        )
    assert delivering.claim(world.store, now=MONDAY) == []
    enrolling.link(world.store, person.id, "U99", "Europe/Berlin")
    assert [each.key for each in delivering.claim(world.store, now=MONDAY)] == ["k"]


def test_processes_that_start_together_agree_on_the_secret(world, monkeypatch):
    """A mark made by one replica is recognised by every other, though each found no secret yet."""
    together = Barrier(4)
    real = settings.get

    def slow(tx, name):
        found = real(tx, name)
        if found is None:
            with suppress(BrokenBarrierError):  # on SQLite a second writer never comes this far
                together.wait(1)
        return found

    monkeypatch.setattr(settings, "get", slow)
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _: delivering.secret(world.store), range(4)))
    assert len(set(made)) == 1


def test_the_secret_is_made_once(world):
    """Marks made before a restart are recognised after it."""
    assert delivering.secret(world.store) == delivering.secret(world.store)
    assert len(delivering.secret(world.store)) == 32
