"""The outbox on both databases: each notice has one holder at a time and one end."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from threading import Barrier, BrokenBarrierError

import pytest

from iqs.assignments import SkipReason
from iqs.notices import NoticeKind, NoticeState
from iqs.services import addressing, delivering, enrolling, reviewing
from iqs.storage.repositories import notices, settings
from tests.world import MONDAY

QUARANTINE = timedelta(seconds=60)
DAY = timedelta(days=1)


@pytest.fixture
def queued(world):
    """The world with three digests waiting, each for its channel."""
    with world.store.write() as tx:
        for n in range(3):
            assert notices.add(
                tx,
                key=f"digest:{n}:C{n}",
                kind=NoticeKind.DIGEST,
                object_id=n,
                channel=f"C{n}",
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
    assert sorted(each.key for claim in claims for each in claim) == [f"digest:{n}:C{n}" for n in range(3)]


def test_settled_is_sent_and_stays(queued):
    """Where it was posted is remembered; nobody claims it again."""
    notice, *_ = delivering.claim(queued.store, now=MONDAY, limit=1)
    assert delivering.settle(queued.store, notice, posted_to="C1", ts="1.5", now=MONDAY)
    assert delivering.posted(queued.store, notice.key) == ("C1", "1.5")
    assert notice.key not in [each.key for each in delivering.claim(queued.store, now=MONDAY)]


def test_an_old_token_cannot_settle(queued):
    """Whoever lost the lease cannot write over the one who has it now."""
    stale, *_ = delivering.claim(queued.store, now=MONDAY, limit=1)
    later = MONDAY + delivering.LEASE + QUARANTINE + timedelta(seconds=1)
    (taken,) = delivering.suspects(queued.store, now=later, quarantine=QUARANTINE)
    assert not delivering.settle(queued.store, stale, posted_to="C1", ts="1", now=later)
    assert delivering.settle(queued.store, taken, posted_to="C1", ts="2", now=later)
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


@pytest.fixture
def told(world):
    """Adds notices for people, due at once."""

    def add(*rows, now=MONDAY):
        with world.store.write() as tx:
            for kind, person, number in rows:
                key = f"{kind}:{number}"
                notices.add(
                    tx, key=key, kind=kind, object_id=number, person_id=person.id, not_before=now, now=now
                )

    return add


def feedback(person, *numbers):
    return [(NoticeKind.FEEDBACK, person, number) for number in numbers]


def paced(world, now=MONDAY, **more):
    return delivering.claim(world.store, now=now, paced=True, **more)


def test_gathered_notices_share_one_fate(world, told):
    """Claimed, settled and remembered together: one channel, one ts, and each tells which message told it."""
    told(*feedback(world.ada, 901, 902, 903))
    (message,) = paced(world)
    assert [each.object_id for each in message.all] == [901, 902, 903]
    assert delivering.settle(
        world.store, message, posted_to="D1", ts="1.5", now=MONDAY, untold={message.told[1].id}
    )
    assert delivering.posted(world.store, "feedback:902") == ("D1", "1.5")
    assert delivering.told_with(world.store, "feedback:902") == [901, 902, 903]
    assert state(world, message.told[0]).state is NoticeState.SENT
    assert state(world, message.told[1]).state is NoticeState.CANCELLED


def test_a_definite_no_dissolves_what_was_gathered(world, told):
    """Nothing of it can stand in Slack: the next message is gathered anew, with what came meanwhile."""
    told(*feedback(world.ada, 901, 902))
    (message,) = paced(world)
    assert delivering.postpone(world.store, message, until=MONDAY, error="refused")
    told(*feedback(world.ada, 903))
    (message,) = paced(world)
    assert [each.object_id for each in message.all] == [901, 902, 903]


def test_a_doubt_freezes_what_was_gathered(world, told):
    """After a crash the same notices are looked for and sent again under the same mark, and nothing is added."""
    told(*feedback(world.ada, 901, 902))
    (message,) = paced(world)
    told(*feedback(world.ada, 903))
    late = MONDAY + delivering.LEASE + QUARANTINE + timedelta(seconds=1)
    (suspect,) = delivering.suspects(world.store, now=late, quarantine=QUARANTINE)
    assert [each.object_id for each in suspect.all] == [901, 902]
    assert delivering.resend(world.store, suspect, now=late, error="did not arrive")
    again, fresh = paced(world, now=late)
    assert [each.object_id for each in again.all] == [901, 902]
    assert again.mark_key == message.mark_key
    assert [each.object_id for each in fresh.all] == [903]


def test_what_was_told_with_a_lost_head_goes_on_by_itself(world, told):
    """Whatever becomes of the head, no gathered notice waits for ever."""
    told(*feedback(world.ada, 901, 902))
    (message,) = paced(world)
    late = MONDAY + delivering.LEASE + QUARANTINE + timedelta(seconds=1)
    with world.store.write() as tx:
        notices.mark(tx, [message], state=NoticeState.CANCELLED)
    (orphan,) = delivering.suspects(world.store, now=late, quarantine=QUARANTINE)
    assert (orphan.object_id, orphan.mark_key) == (902, message.key)
    assert delivering.resend(world.store, orphan, now=late, error="did not arrive")
    (again,) = paced(world, now=late)
    assert again.mark_key == again.key == "feedback:902"


def test_a_target_gets_its_notices_in_order(world, told):
    """While one is on its way, in doubt or waiting for its next try, nothing else leaves for the same person."""
    told((NoticeKind.SCORECARD, world.rosa, 901), (NoticeKind.SCORECARD, world.rosa, 902))
    (first,) = delivering.claim(world.store, now=MONDAY, each=1)
    assert delivering.claim(world.store, now=MONDAY) == []
    assert delivering.postpone(world.store, first, until=MONDAY + timedelta(minutes=1), error="refused")
    assert delivering.claim(world.store, now=MONDAY) == []
    later = delivering.claim(world.store, now=MONDAY + timedelta(minutes=1))
    assert [each.object_id for each in later] == [901, 902]


def test_giving_back_leaves_no_trace(world, told):
    """What was claimed and not tried stands where it stood, as if nobody had touched it."""
    told(*feedback(world.ada, 901, 902))
    before = [notices_row(world, key) for key in ("feedback:901", "feedback:902")]
    (message,) = paced(world)
    assert delivering.give_back(world.store, message)
    after = [notices_row(world, key) for key in ("feedback:901", "feedback:902")]
    assert [replace(each, last_try_at=None) for each in after] == before


def notices_row(world, key):
    with world.store.read() as tx:
        return notices.by_key(tx, key)


def test_a_message_waits_for_the_hours_of_its_persons_own_zone(world, told):
    """09:00 in London is night in New York: it waits until it is 09:00 there, also if it was due before."""
    enrolling.link(world.store, world.ada.id, "U1", "America/New_York")
    told(*feedback(world.ada, 901), *feedback(world.ben, 902))
    assert [each.object_id for each in paced(world)] == [902]
    nine = MONDAY + timedelta(hours=5)
    assert notices_row(world, "feedback:901").not_before == nine
    assert [each.object_id for each in paced(world, now=nine)] == [901]


def test_scorecards_come_at_the_reviewers_pace(world, told):
    """Two stand open, the third comes when one is done; in between its row says when it will be looked at again."""
    world.draw()
    mine = sorted(world.tasks(world.rosa))
    first = [each for each in paced(world, at_once=2) if each.person_id == world.rosa.id]
    assert [each.object_id for each in first] == mine[:2]
    for number, each in enumerate(first):
        delivering.settle(world.store, each, posted_to="D1", ts=f"1.{number}", now=MONDAY)
    assert delivering.release(world.store, now=MONDAY, at_once=2) == 0
    assert not [each for each in paced(world, at_once=2) if each.person_id == world.rosa.id]
    reviewing.skip(world.store, world.rosa, mine[0], SkipReason.LANGUAGE, now=MONDAY)
    assert delivering.release(world.store, now=MONDAY, at_once=2) == 1
    (third,) = [each for each in paced(world, at_once=2) if each.person_id == world.rosa.id]
    assert third.object_id == mine[2]


def test_the_queue_keeps_quiet_hours(world):
    """A scorecard is not called up into the reviewer's night, however much room there is."""
    world.draw()
    evening = MONDAY.replace(hour=20)
    assert paced(world, now=evening) == []
    assert delivering.release(world.store, now=evening) == 0
    assert paced(world, now=evening) == []
    assert paced(world, now=MONDAY + timedelta(days=1))


def test_while_slack_refuses_the_app_nobody_claims(world, told):
    """One process found out, every process stops; one asks, and all go on in the old order."""
    told(*feedback(world.ada, 901))
    delivering.refuse(world.store, error="token_revoked", now=MONDAY)
    later = MONDAY + timedelta(minutes=2)
    delivering.refuse(world.store, error="token_revoked", now=later)
    assert delivering.trouble(world.store) == ("token_revoked", MONDAY)
    assert delivering.claim(world.store, now=later) == []
    minute = timedelta(minutes=1)
    assert not delivering.may_ask(world.store, now=later + timedelta(seconds=59), every=minute)
    assert delivering.may_ask(world.store, now=later + minute, every=minute)
    assert not delivering.may_ask(world.store, now=later + minute, every=minute)
    delivering.accept(world.store, now=later + minute)
    assert delivering.trouble(world.store) is None
    assert len(delivering.claim(world.store, now=later + minute)) == 1


def test_a_relapse_is_the_old_trouble(world):
    """auth.test works, the next post does not: that is one outage, not a new one each minute."""
    delivering.refuse(world.store, error="missing_scope", now=MONDAY)
    delivering.accept(world.store, now=MONDAY + timedelta(minutes=1))
    again = delivering.refuse(world.store, error="missing_scope", now=MONDAY + timedelta(minutes=2))
    assert again.since == MONDAY
    delivering.accept(world.store, now=MONDAY + timedelta(minutes=3))
    fresh = delivering.refuse(world.store, error="missing_scope", now=MONDAY + timedelta(hours=2))
    assert fresh.since == MONDAY + timedelta(hours=2)


def test_a_direct_message_is_remembered_by_the_slack_user(world):
    """A person who is linked to another Slack user never gets into the direct message of the first."""
    addressing.remember_direct(world.store, "U1", "D1")
    assert addressing.addresses(world.store, [world.ada.id]) == {world.ada.id: ("U1", "D1")}
    ada = world.ada.id
    enrolling.link(world.store, ada, "U77")
    assert addressing.addresses(world.store, [ada]) == {ada: ("U77", None)}


def test_a_deleted_scorecard_comes_anew_only_while_it_is_open(world):
    """With something left to do it is sent once more, an hour later at the soonest; afterwards never."""
    world.draw()
    first = next(each for each in paced(world, each=1) if each.person_id == world.rosa.id)
    delivering.settle(world.store, first, posted_to="D1", ts="1.1", now=MONDAY)
    hour = timedelta(hours=1)
    assert not delivering.renew(world.store, first.key, ts="1.1", now=MONDAY + hour / 2, rest=hour)
    assert delivering.renew(world.store, first.key, ts="1.1", now=MONDAY + hour, rest=hour)
    (again,) = [each for each in paced(world, now=MONDAY + hour) if each.key == first.key]
    delivering.settle(world.store, again, posted_to="D1", ts="2.1", now=MONDAY + hour)
    reviewing.skip(world.store, world.rosa, first.object_id, SkipReason.LANGUAGE, now=MONDAY + hour)
    assert not delivering.renew(world.store, first.key, ts="2.1", now=MONDAY + 3 * hour, rest=hour)


def test_the_younger_of_two_that_was_deleted_brings_no_third(world):
    """A deleted twin says nothing about the message that stayed; nor does a try that a clock set back put ahead."""
    world.draw()
    first = next(each for each in paced(world, each=1) if each.person_id == world.rosa.id)
    delivering.settle(world.store, first, posted_to="D1", ts="1.1", now=MONDAY)
    later, hour = MONDAY + timedelta(hours=3), timedelta(hours=1)
    assert not delivering.renew(world.store, first.key, ts="1.2", now=later, rest=hour)
    assert delivering.renew(world.store, first.key, ts="1.1", now=MONDAY - timedelta(days=1), rest=hour)


def test_who_is_seen_in_slack_again_is_tried_at_once(world, told):
    """The directory sees somebody active who was unreachable: what waited a day for them is due now."""
    told(*feedback(world.ada, 901))
    (message,) = paced(world)
    delivering.postpone(world.store, message, until=MONDAY + timedelta(days=1), error="user_disabled")
    hour = MONDAY + timedelta(hours=1)
    assert not delivering.seen(world.store, world.ada.id, now=hour)
    delivering.unreachable(world.store, world.ada.id, now=MONDAY)
    assert delivering.seen(world.store, world.ada.id, now=hour)
    assert [each.object_id for each in paced(world, now=hour)] == [901]
    assert not delivering.seen(world.store, world.ada.id, now=hour)


def test_what_nobody_can_find_out_about_keeps_no_other_suspect_waiting(queued):
    """While a conversation cannot be read, the other doubts have their turn before it comes again."""
    delivering.claim(queued.store, now=MONDAY)
    now, looked = MONDAY + delivering.LEASE, []
    for _ in range(6):
        now += timedelta(minutes=5)
        [found] = delivering.suspects(queued.store, now=now, quarantine=timedelta(0), limit=1)
        looked.append(found.id)
        delivering.doubt(queued.store, found, until=now, error="may have arrived; http_503")
    assert looked[:3] == sorted(set(looked))
    assert looked[3:] == looked[:3]


def test_a_clock_that_was_wrong_keeps_nobody_from_asking(queued):
    """A refusal noted by a clock that ran ahead is asked about as soon as the clock is right."""
    minute = timedelta(minutes=1)
    delivering.refuse(queued.store, error="token_revoked", now=MONDAY + timedelta(days=30))
    assert delivering.may_ask(queued.store, now=MONDAY, every=minute)
    assert not delivering.may_ask(queued.store, now=MONDAY, every=minute)


def test_a_clock_that_was_set_back_leaves_no_doubt_waiting(queued):
    """What a wrong clock claimed or put off counts as done now: the quarantine begins, and the rest is due."""
    wrong = MONDAY + timedelta(days=30)
    under_way, left, failed = delivering.claim(queued.store, now=wrong)
    delivering.postpone(queued.store, failed, until=wrong + DAY, error="x")
    assert delivering.redate(queued.store, now=MONDAY) == 3
    assert delivering.redate(queued.store, now=MONDAY) == 0
    assert [each.id for each in delivering.claim(queued.store, now=MONDAY)] == [failed.id]
    over = MONDAY + QUARANTINE
    assert delivering.suspects(queued.store, now=over, quarantine=QUARANTINE) == []
    assert delivering.settle(queued.store, under_way, posted_to="C", ts="1.1", now=MONDAY)
    over += timedelta(seconds=1)
    assert [each.id for each in delivering.suspects(queued.store, now=over, quarantine=QUARANTINE)] == [
        left.id
    ]


def test_the_queue_is_read_for_those_who_have_room(queued):
    """Reviewers whose open scorecards are as many as may be are not looked through every second."""
    queued.draw(seed="s")
    with queued.store.read() as tx:
        before = {
            each.notice.person_id for each in notices.queued_scorecards(tx, now=MONDAY - DAY, at_once=1)
        }
    assert len(before) > 1
    [sent] = delivering.claim(queued.store, now=MONDAY, limit=1)
    with queued.store.read() as tx:
        left = {each.notice.person_id for each in notices.queued_scorecards(tx, now=MONDAY - DAY, at_once=1)}
        both = {each.notice.person_id for each in notices.queued_scorecards(tx, now=MONDAY - DAY, at_once=9)}
    assert left == before - {sent.person_id}
    assert both == before
