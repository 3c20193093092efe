"""Out of office: who may say so, what is held back meanwhile, and what the work does."""

from datetime import UTC, date, datetime, timedelta

import pytest

from iqs.absences import AbsenceSource
from iqs.errors import Invalid, NotAllowed
from iqs.services import absenting, delivering, handing_on
from iqs.services.absenting import absence_of
from iqs.storage.repositories import notices
from tests.world import MONDAY

TODAY = date(2026, 11, 16)


def known(world, person, now=MONDAY):
    with world.store.read() as tx:
        return absence_of(tx, person, now=now)


@pytest.mark.parametrize(
    ("who", "source"), [("rosa", "self"), ("lea", "lead"), ("max", "lead"), (None, "lead")]
)
def test_oneself_a_lead_or_the_operator_says_so(world, who, source):
    """It stands with its last day and with who said it, and takes the place of what was said before."""
    actor = None if who is None else getattr(world, who)
    for last in (date(2026, 11, 18), date(2026, 11, 17)):
        absenting.away(world.store, actor, world.rosa, TODAY, last, now=MONDAY)
    found = known(world, world.rosa)
    assert found.source is AbsenceSource(source)
    assert found.ends_at == datetime(2026, 11, 18, tzinfo=UTC)
    assert absenting.back(world.store, actor, world.rosa, now=MONDAY)
    assert known(world, world.rosa) is None


@pytest.mark.parametrize("who", ["ada", "cleo", "otto", "vera"])
def test_nobody_else_does(world, who):
    """A colleague, an auditor, a stranger from another team: refused, nothing is changed."""
    with pytest.raises(NotAllowed):
        absenting.away(world.store, getattr(world, who), world.rosa, TODAY, TODAY, now=MONDAY)
    with pytest.raises(NotAllowed):
        absenting.back(world.store, getattr(world, who), world.rosa, now=MONDAY)
    assert known(world, world.rosa) is None


def test_days_that_are_over_are_refused(world):
    """And nothing of what stood before is lost."""
    absenting.away(world.store, world.rosa, world.rosa, TODAY, TODAY, now=MONDAY)
    with pytest.raises(Invalid):
        absenting.away(world.store, world.rosa, world.rosa, date(2026, 11, 1), date(2026, 11, 2), now=MONDAY)
    assert known(world, world.rosa) is not None


def test_no_scorecard_is_sent_while_away(world):
    """What waits, and what is handed out meanwhile, leaves on the first working morning after; or at once when back."""
    world.draw()
    task = world.tasks(world.rosa)[0]
    absenting.away(world.store, world.rosa, world.rosa, TODAY, date(2026, 11, 17), now=MONDAY)
    wednesday = datetime(2026, 11, 18, 9, tzinfo=UTC)
    with world.store.read() as tx:
        assert notices.by_key(tx, f"scorecard:{task}").not_before == wednesday
    assert task not in [
        n.object_id for n in delivering.claim(world.store, now=MONDAY + timedelta(hours=1), limit=99)
    ]
    absenting.back(world.store, world.rosa, world.rosa, now=MONDAY + timedelta(hours=2))
    with world.store.read() as tx:
        assert notices.by_key(tx, f"scorecard:{task}").not_before == MONDAY + timedelta(hours=2)


def test_work_that_would_miss_its_deadline_goes_on(world):
    """Away past the deadline hands on what was not begun; back before it keeps everything."""
    world.draw(seed="some of each")
    mine = world.tasks(world.rosa)
    absenting.away(world.store, world.rosa, world.rosa, TODAY, date(2026, 11, 18), now=MONDAY)
    assert handing_on.hand_on(world.store, now=MONDAY) == []
    absenting.away(world.store, world.rosa, world.rosa, TODAY, date(2026, 12, 18), now=MONDAY)
    moved = handing_on.hand_on(world.store, now=MONDAY)
    assert moved
    assert set(world.tasks(world.rosa)) == set(mine) - set(moved)
    assert handing_on.hand_on(world.store, now=MONDAY) == []


def test_a_slack_status_comes_and_goes(world):
    """The status makes somebody absent, taking it off brings them back; what they said themselves stays."""
    palm = {"status_emoji": ":palm_tree:", "status_expiration": 0}
    assert absenting.status_seen(world.store, world.rosa, palm, now=MONDAY)
    later = MONDAY + timedelta(hours=6)
    absenting.status_seen(world.store, world.rosa, palm, now=later)
    found = known(world, world.rosa, later)
    assert (found.starts_at, found.ends_at) == (MONDAY, later + timedelta(days=1))
    assert absenting.status_seen(world.store, world.rosa, {}, now=later)
    assert known(world, world.rosa, later) is None
    assert not absenting.status_seen(world.store, world.rosa, {}, now=later)
    absenting.away(world.store, world.rosa, world.rosa, TODAY, TODAY, now=later)
    absenting.status_seen(world.store, world.rosa, {}, now=later)
    assert known(world, world.rosa, later).source is AbsenceSource.SELF


def test_who_says_they_are_back_is_back(world):
    """A status that still stands does not make them absent again, until it has been another one."""
    store, rosa = world.store, world.rosa
    palm = {"status_emoji": ":palm_tree:", "status_expiration": 0}
    absenting.status_seen(store, rosa, palm, now=MONDAY)
    later = MONDAY + timedelta(hours=1)
    assert absenting.back(store, rosa, rosa, now=later)
    for hours in (1, 6, 30):
        assert not absenting.status_seen(store, rosa, palm, now=MONDAY + timedelta(hours=hours))
        assert known(world, rosa, MONDAY + timedelta(hours=hours)) is None
    assert not absenting.status_seen(store, rosa, {"status_emoji": ":coffee:"}, now=later)
    assert absenting.status_seen(store, rosa, palm, now=later)
    assert known(world, rosa, later).source is AbsenceSource.SLACK
    absenting.status_seen(store, rosa, {}, now=later)
    absenting.away(store, rosa, rosa, TODAY, TODAY, now=later)
    absenting.back(store, rosa, rosa, now=later)  # of their own days: a status is heard as before
    assert absenting.status_seen(store, rosa, palm, now=later)
