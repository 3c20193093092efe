"""Admins hear of what stands still: once, at most once an hour, and when it is over."""

from datetime import timedelta
from itertools import pairwise

import pytest
from sqlalchemy import insert, select, update

from iqs.errors import NotFound
from iqs.notices import NoticeKind
from iqs.oversight import ConcernKind
from iqs.services import alerting, delivering, enrolling, mending
from iqs.storage import tables
from tests.world import MONDAY

N = tables.Notice
HOUR = timedelta(hours=1)
START = MONDAY + HOUR


def scorecards(world):
    with world.store.read() as tx:
        return list(tx.scalars(select(N.id).where(N.kind == NoticeKind.SCORECARD).order_by(N.id)))


def kill(world, number=0, error="user_not_found", state="dead"):
    notice_id = scorecards(world)[number]
    with world.store.write() as tx:
        tx.execute(
            update(N).where(N.id == notice_id).values(
                state=state, error=error, first_try_at=MONDAY, last_try_at=MONDAY, attempts=1
            )
        )  # fmt: skip
    return notice_id


def alerts(world):
    """(person, state) of every alert there ever was."""
    with world.store.read() as tx:
        found = tx.execute(select(N.person_id, N.state).where(N.kind == NoticeKind.ALERT).order_by(N.id))
        return [(row.person_id, row.state) for row in found]


def send(world, now):
    """The sender, as far as alerts are concerned; what each one says."""
    told = []
    with world.store.read() as tx:
        waiting = tx.execute(
            select(N.id, N.person_id).where(N.kind == NoticeKind.ALERT, N.state == "pending")
        ).all()
    for row in waiting:
        try:
            told.append(alerting.alert(world.store, row.person_id, now=now))
            values = {"state": "sent", "ts": "1.0", "last_try_at": now}
        except NotFound:
            values = {"state": "cancelled"}
        with world.store.write() as tx:
            tx.execute(update(N).where(N.id == row.id).values(**values))
    return told


def watch(world, now):
    """Writes what is to be told, and sends it."""
    alerting.raise_alerts(world.store, now=now)
    return send(world, now)


def test_nothing_wrong_is_no_alert(drawn):
    """A week that flows is told to nobody."""
    assert alerting.raise_alerts(drawn.store, now=START) == 0
    assert alerts(drawn) == []


def test_an_admin_is_told_once_and_then_that_it_is_over(drawn):
    """A dead message: one alert to the admin; no second one while nothing is new; one line when it is gone."""
    notice_id = kill(drawn)
    (alert,) = watch(drawn, START)
    assert [(each.kind, each.reason) for each in alert.concerns] == [(ConcernKind.DEAD, "user_not_found")]
    assert alerts(drawn) == [(drawn.max.id, "sent")]
    for hours in (1, 2, 30):
        assert watch(drawn, START + hours * HOUR) == []
    mending.cancel(drawn.store, drawn.max, notice_id, now=START + 31 * HOUR)
    (over,) = watch(drawn, START + 31 * HOUR)
    assert (over.concerns, over.since) == ((), MONDAY)
    assert watch(drawn, START + 40 * HOUR) == []
    assert len(alerts(drawn)) == 2


def test_news_waits_until_the_hour_is_over(drawn):
    """Something new within the hour is told with the next alert, an hour after the last one, not before."""
    kill(drawn)
    watch(drawn, START)
    kill(drawn, 1)
    for minutes in (1, 30, 59):
        assert watch(drawn, START + timedelta(minutes=minutes)) == []
    (alert,) = watch(drawn, START + HOUR)
    assert len(alert.concerns) == 2


def test_hours_of_trouble_are_never_more_than_one_alert_an_hour(drawn):
    """With something new every ten minutes for six hours, two alerts are never less than an hour apart."""
    sent = []
    cards = scorecards(drawn)
    for step in range(6 * 6):
        now = START + step * timedelta(minutes=10)
        kill(drawn, step % len(cards), state=("dead", "pending")[step // len(cards) % 2])
        if watch(drawn, now):
            sent.append(now)
    assert len(sent) > 3
    assert all(later - earlier >= HOUR for earlier, later in pairwise(sent))


def test_an_alert_that_waits_tells_the_news_itself(drawn):
    """While Slack refuses the app, one alert waits, whatever goes wrong; when it leaves it tells how things stand."""
    delivering.refuse(drawn.store, error="token_revoked", now=MONDAY)
    for hours in range(24):
        alerting.raise_alerts(drawn.store, now=START + hours * HOUR)
    assert alerts(drawn) == [(drawn.max.id, "pending")]
    delivering.accept(drawn.store, now=START + 24 * HOUR)
    alerting.raise_alerts(drawn.store, now=START + 24 * HOUR)
    (told,) = send(drawn, START + 24 * HOUR)
    assert (told.concerns, told.since) == ((), MONDAY)
    for hours in range(25, 30):
        assert watch(drawn, START + hours * HOUR) == []


def test_what_comes_back_is_news(drawn):
    """A thing that was over counts anew when it happens again."""
    for hours in (0, 4):
        delivering.refuse(drawn.store, error="token_revoked", now=START + hours * HOUR)
        (alert,) = watch(drawn, START + hours * HOUR)
        assert [each.kind for each in alert.concerns] == [ConcernKind.WORKSPACE]
        delivering.accept(drawn.store, now=START + (hours + 2) * HOUR)
        (over,) = watch(drawn, START + (hours + 2) * HOUR)
        assert over.concerns == ()


def test_without_an_admin_the_leads_are_told_of_their_teams(drawn):
    """No admin in Slack: Support's lead hears of Support, and of what concerns everybody; other teams hear nothing."""
    with drawn.store.write() as tx:
        tx.execute(update(tables.Person).where(tables.Person.id == drawn.max.id).values(slack_user_id=None))
    people = "team,email,name,roles,slack_user_id,helpdesk_id\nSales,sam@example.com,Sam,lead,U9,\n"
    enrolling.import_people(drawn.store, people)
    kill(drawn)
    watch(drawn, START)
    assert [person for person, _ in alerts(drawn)] == [drawn.lea.id]
    delivering.refuse(drawn.store, error="token_revoked", now=START)
    watch(drawn, START + HOUR)
    assert len(alerts(drawn)) == 3


def test_a_dead_alert_raises_no_alert(drawn):
    """An admin who cannot be reached is no reason for an alert an hour."""
    kill(drawn)
    alerting.raise_alerts(drawn.store, now=START)
    with drawn.store.write() as tx:
        tx.execute(update(N).where(N.kind == NoticeKind.ALERT).values(state="dead", error="user_not_found"))
    for hours in range(1, 5):
        assert alerting.raise_alerts(drawn.store, now=START + hours * HOUR) == 0


def test_people_who_cannot_be_reached_are_told_after_a_day(drawn):
    """Messages that wait for somebody without a Slack account are one concern, once they have waited a day."""
    with drawn.store.write() as tx:
        tx.execute(update(tables.Person).where(tables.Person.id == drawn.rosa.id).values(slack_user_id=None))
    assert watch(drawn, START) == []
    (alert,) = watch(drawn, START + 25 * HOUR)
    (concern,) = alert.concerns
    assert (concern.kind, concern.what) == (ConcernKind.UNREACHABLE, "Rosa")
    assert concern.count > 1


def test_a_helpdesk_that_cannot_be_read_is_told(drawn):
    """Once it is an hour behind; at once when its key never worked; and when it works again, that it is over."""
    with drawn.store.write() as tx:
        rows = [
            {"source": "intercom", "complete_until": START, "error": "The key was refused.", "listed": 5},
            {"source": "zendesk", "complete_until": None, "error": "It asked us to wait.", "listed": 5},
        ]
        tx.execute(insert(tables.Sync), rows)
    assert watch(drawn, START + HOUR / 2) == []
    (alert,) = watch(drawn, START + HOUR)
    assert [(each.kind, each.what) for each in alert.concerns] == [(ConcernKind.HELPDESK, "intercom")]
    with drawn.store.write() as tx:
        tx.execute(update(tables.Sync).values(listed=0, error=None))
        tx.execute(
            update(tables.Sync).where(tables.Sync.source == "zendesk").values(error="The key was refused.")
        )
    (alert,) = watch(drawn, START + 2 * HOUR)
    assert [each.what for each in alert.concerns] == ["zendesk"]
    with drawn.store.write() as tx:
        tx.execute(update(tables.Sync).values(error=None))
    (over,) = watch(drawn, START + 3 * HOUR)
    assert over.concerns == ()


@pytest.mark.parametrize("back", [timedelta(minutes=5), HOUR, timedelta(days=400)])
def test_a_clock_set_back_silences_nobody(drawn, back):
    """An alert of an hour that is still to come holds none back: what is new is told at once, and once."""
    kill(drawn)
    assert watch(drawn, START)
    assert watch(drawn, START - back) == []
    kill(drawn, 1)
    (alert,) = watch(drawn, START - back)
    assert len(alert.concerns) == 2
    kill(drawn, 2)
    assert watch(drawn, START - back + timedelta(minutes=1)) == []
    assert len(watch(drawn, START - back + HOUR)) == 1


def test_an_alert_that_waits_for_a_wrong_hour_leaves_now(drawn):
    """Written while the clock was ahead, it would leave when that time comes."""
    kill(drawn)
    alerting.raise_alerts(drawn.store, now=START + timedelta(days=1))
    alerting.raise_alerts(drawn.store, now=START)
    with drawn.store.read() as tx:
        assert tx.scalars(select(N.not_before).where(N.kind == NoticeKind.ALERT)).all() == [START]
