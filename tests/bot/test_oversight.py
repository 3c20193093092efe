"""The clock watches over the rest: it beats while all is well, and tells an admin when it is not."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, select, update

from bot.oversight import Oversight
from iqs.services import auditing, delivering
from iqs.storage import tables
from tests import world

N = tables.Notice


class Beats:
    """A heartbeat that only counts."""

    def __init__(self):
        self.count = 0

    def beat(self):
        self.count += 1


@pytest.fixture
def watched(sqlite_store):
    """The team with its week drawn and sent, and the task with a hand-moved clock."""
    made = world.build(sqlite_store)
    auditing.audit(sqlite_store, now=world.MONDAY - timedelta(days=1))
    made.draw(seed="s")
    with sqlite_store.write() as tx:
        tx.execute(update(N).values(state="sent", ts="1.0"))
    made.at, made.beats, made.woken = world.MONDAY, Beats(), []
    made.task = Oversight(sqlite_store, made.beats, lambda: made.at, lambda: made.woken.append(made.at))
    return made


def tick(watched, minutes=5):
    watched.at += timedelta(minutes=minutes)
    watched.task()


def test_it_beats_every_five_minutes_while_clean(watched):
    """A clean audit beats once; in between, ticks do nothing."""
    for _ in range(20):
        tick(watched, 0.5)
    assert watched.beats.count == 2
    assert watched.woken == []


def test_it_is_silent_when_something_was_missing(watched, caplog):
    """A mended promise is no clean audit: no beat, a line in the log, an alert for the admin, the sender woken."""
    with watched.store.write() as tx:
        tx.execute(delete(N).where(N.id == 1))
    tick(watched)
    assert (watched.beats.count, len(watched.woken)) == (0, 1)
    assert "the auditor found: scorecard missing" in caplog.text
    with watched.store.read() as tx:
        assert tx.scalar(select(N.person_id).where(N.kind == "alert")) == watched.max.id
    tick(watched)
    assert watched.beats.count == 1


def test_it_is_silent_while_slack_refuses_the_app(watched):
    """Nothing is sent then, so nobody outside is told that all is well."""
    delivering.refuse(watched.store, error="token_revoked", now=watched.at)
    tick(watched)
    assert watched.beats.count == 0
    delivering.accept(watched.store, now=watched.at)
    tick(watched)
    assert watched.beats.count == 1


def test_two_replicas_look_once(watched):
    """Of several processes one looks, tells and beats."""
    other = Oversight(watched.store, watched.beats, lambda: watched.at, lambda: None)
    for _ in range(3):
        tick(watched)
        other()
    assert watched.beats.count == 3


def test_a_finding_is_logged_when_it_comes_up(watched, caplog):
    """What stands for an hour is one line, and another one when it comes back."""

    def logged():
        return caplog.text.count("the auditor found: abandoned")

    def become(**values):
        with watched.store.write() as tx:
            tx.execute(update(N).where(N.id == 1).values(**values))

    become(state="sending", lease_token="t", lease_until=watched.at)
    for _ in range(12):
        tick(watched)
    assert logged() == 1
    become(state="sent")
    tick(watched)
    become(state="sending")
    tick(watched)
    assert logged() == 2
