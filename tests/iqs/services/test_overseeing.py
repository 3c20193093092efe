"""Who sees what of what keeps things from moving, and what is measured."""

from datetime import timedelta

import pytest
from sqlalchemy import insert, update

from iqs.services import auditing, delivering, overseeing, reporting
from iqs.storage import tables
from tests.world import MONDAY

N = tables.Notice
HOUR = timedelta(hours=1)


@pytest.fixture
def dead(drawn):
    """The week is drawn, and every scorecard died."""
    with drawn.store.write() as tx:
        tx.execute(update(N).values(state="dead", error="is_archived", first_try_at=MONDAY))
    return drawn


def test_admins_see_all_and_leads_their_team(dead):
    """The admin and the team's lead see what is stuck, five of all; everybody else has no such section."""
    for person in (dead.max, dead.lea):
        seen = reporting.home(dead.store, person, now=MONDAY).operations
        assert (len(seen.stuck), seen.stuck_count) == (5, 9)
        assert {each.team for each in seen.stuck} == {"Support"}
    for person in (dead.rosa, dead.ada, dead.otto, dead.vera):
        assert reporting.home(dead.store, person, now=MONDAY).operations is None


def test_a_lead_sees_nothing_of_other_teams(dead):
    """The lead of another team reads that nothing is stuck."""
    with dead.store.write() as tx:
        tx.execute(insert(tables.Membership).values(team_id=2, person_id=dead.vera.id, role="lead"))
    seen = overseeing.operations(dead.store, dead.vera, now=MONDAY)
    assert (seen.stuck, seen.stuck_count) == ((), 0)


def test_helpdesks_and_trouble_are_shown(dead):
    """How far each helpdesk is, whether it is being read now, and why Slack takes nothing."""
    with dead.store.write() as tx:
        for values in (
            {"source": "front", "complete_until": MONDAY, "listed": 3},
            {"source": "gorgias", "listed": 7, "lease_until": MONDAY + HOUR, "lease_token": "t"},
            {"source": "intercom", "listed": 0, "lease_until": MONDAY + HOUR, "error": "401"},
        ):
            tx.execute(insert(tables.Sync).values(**values))
    delivering.refuse(dead.store, error="token_revoked", now=MONDAY)
    seen = overseeing.operations(dead.store, dead.max, now=MONDAY)
    assert seen.trouble == ("token_revoked", MONDAY)
    assert [(each.source, each.running, each.listed, each.error) for each in seen.syncs] == [
        ("front", False, 3, None), ("gorgias", True, 7, None), ("intercom", False, 0, "401"),
    ]  # fmt: skip
    assert overseeing.operations(dead.store, dead.lea, now=MONDAY).syncs == ()


def test_the_figures(dead):
    """Counts by state and kind of what is not over, the oldest due one's age, the last audit's age, each lag."""
    with dead.store.write() as tx:
        tx.execute(update(N).where(N.id == 1).values(state="pending", not_before=MONDAY, error=None))
        tx.execute(update(N).where(N.id == 2).values(state="sent", ts="1.0"))
        tx.execute(insert(tables.Sync).values(source="front", complete_until=MONDAY - HOUR, listed=0))
    auditing.audit(dead.store, now=MONDAY)
    found = overseeing.figures(dead.store, now=MONDAY + timedelta(minutes=1))
    assert found.notices == {("pending", "scorecard"): 1, ("dead", "scorecard"): 7}
    assert (found.oldest_due, found.audit_age, found.findings, found.mended) == (60.0, 60.0, 0, 0)
    assert found.syncs == (("front", 3660.0, False),)
    assert not found.refused
