"""What an admin mends in their App Home: every click authorised on the server, and the Home drawn again."""

import itertools

import pytest
from sqlalchemy import select, update

from blocks.ids import ActionId
from iqs.storage import tables

N = tables.Notice
numbers = itertools.count()


@pytest.fixture
def dead(programme):
    """The programme with one dead scorecard; its number."""
    with programme.write() as tx:
        number = tx.scalar(select(N.id).where(N.kind == "scorecard").order_by(N.id).limit(1))
        tx.execute(update(N).where(N.id == number).values(state="dead", error="user_disabled", attempts=2))
    return number


def state(store, number):
    with store.read() as tx:
        return tx.scalar(select(N.state).where(N.id == number))


def press(payloads, user, action, value, **more):
    body = payloads.click(user, action, value, **more)
    del body["channel"], body["message"]
    return {
        **body,
        "trigger_id": f"{next(numbers)}.2.3",
        "container": {"type": "view", "view_id": "V1"},
        "view": {"type": "home", "id": "V1"},
    }


def home_of(slack, user):
    return str(slack.driver(user).home())


def test_the_lead_sees_and_retries(app, slack, dispatch, payloads, dead, programme):
    """Lena leads: she reads what is stuck, presses Retry, and her Home shows that it moves."""
    dispatch(payloads.home("U0LENA"))
    assert "Their Slack account is switched off" in home_of(slack, "U0LENA")
    dispatch(press(payloads, "U0LENA", ActionId.DELIVERY_RETRY, dead))
    assert state(programme, dead) == "pending"
    assert "switched off" not in home_of(slack, "U0LENA")


def test_the_lead_gives_up(app, slack, dispatch, payloads, dead, programme):
    """Cancel is the end of it."""
    dispatch(press(payloads, "U0LENA", ActionId.DELIVERY_CANCEL, dead))
    assert state(programme, dead) == "cancelled"


@pytest.mark.parametrize("user", ["U0RITA", "U0ADA", "U0STRANGER", "U0FOREIGN"])
def test_nobody_else_mends(app, dispatch, payloads, dead, programme, user):
    """A payload of anybody else, however they came by it, changes nothing."""
    for action in (ActionId.DELIVERY_RETRY, ActionId.DELIVERY_CANCEL):
        assert dispatch(press(payloads, user, action, dead)).status == 200
    assert state(programme, dead) == "dead"


def test_nobody_but_an_admin_maps(app, dispatch, payloads, programme):
    """Mapping an agent is the admin's: a lead's payload changes nothing."""
    with programme.write() as tx:
        tx.execute(update(tables.Conversation).where(tables.Conversation.id == 1).values(reviewee_id=None))
    more = {"block": "map.1", "type": "users_select", "selected_user": "U0ADA"}
    dispatch(press(payloads, "U0LENA", ActionId.DELIVERY_MAP, "", **more))
    with programme.read() as tx:
        assert (
            tx.scalar(select(tables.HelpdeskIdentity.person_id).where(tables.HelpdeskIdentity.source != ""))
            is None
        )
    with programme.write() as tx:
        lena = select(tables.Person.id).where(tables.Person.slack_user_id == "U0LENA").scalar_subquery()
        tx.execute(update(tables.Membership).where(tables.Membership.person_id == lena).values(role="admin"))
    dispatch(press(payloads, "U0LENA", ActionId.DELIVERY_MAP, "", **more))
    with programme.read() as tx:
        assert tx.scalar(
            select(tables.HelpdeskIdentity.external_id).where(tables.HelpdeskIdentity.source == "desk")
        )


def test_what_had_arrived_is_found_and_not_posted_again(live, slack, dispatch, payloads, programme, now):
    """A message given up in doubt though it stands in Slack: whoever retries it gets it found, not doubled."""
    with programme.write() as tx:
        number, user = tx.execute(
            select(N.id, tables.Person.slack_user_id)
            .join(tables.Person, tables.Person.id == N.person_id)
            .where(N.state == "sent")
            .limit(1)
        ).one()
        lost = {"state": "dead", "error": "may have arrived; history scope missing", "ts": None}
        tx.execute(update(N).where(N.id == number).values(**lost))
    before = len(slack.driver(user).dm())
    dispatch(press(payloads, "U0LENA", ActionId.DELIVERY_RETRY, number))
    assert state(programme, number) == "dead", "not without being sure"
    dispatch(press(payloads, "U0LENA", ActionId.DELIVERY_RETRY, f"{number}:sure"))
    assert state(programme, number) == "sending"
    now.move(minutes=5)
    for _ in range(3):
        live.delivery.step()
    assert state(programme, number) == "sent"
    assert len(slack.driver(user).dm()) == before
