"""Conversations come by themselves: the clock reads the helpdesk, and texts come when somebody needs them."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr
from sqlalchemy import func, select

from blocks.ids import ActionId
from bot.app import build
from bot.config import Settings
from bot.helpdesks import IntercomSettings
from bot.syncing import Pause, Syncing
from iqs.files import scorecards
from iqs.helpdesk.base import Stopped
from iqs.services import (
    configuring,
    drawing,
    enrolling,
    publishing,
    purging,
    rechecking,
    refreshing,
    syncing,
)
from iqs.storage import tables
from iqs.storage.repositories import oversight
from tests.iqs.helpdesk.desks import CLOSED, Desk, talk
from tests.iqs.helpdesk.standin import StandIn, running, status
from tests.iqs.helpdesk.vendors.intercom import VENDOR

PEOPLE = """team,email,name,roles,slack_user_id,helpdesk_id
Support,rita@example.com,Rita Reviewer,reviewer,U0RITA,
Support,ada@example.com,Ada Agent,agent,U0ADA,
"""


class Time:
    """A Monday on which week 46 is over."""

    def __init__(self):
        self.moment = datetime(2026, 11, 16, 9, tzinfo=UTC)

    def __call__(self):
        return self.moment


@pytest.fixture
def now():
    return Time()


@pytest.fixture
def desk(now):
    with running(StandIn(VENDOR, now)) as standin:
        yield standin


@pytest.fixture
def app(slack, sqlite_store, desk, now):
    """The bot with Intercom connected, Rita to review what Ada wrote."""
    enrolling.import_people(sqlite_store, PEOPLE)
    configuring.configure(
        sqlite_store, None, "Support", opens=datetime.min.time(), closes=datetime.max.time(),
        working_days=range(7), quota=1,
    )  # fmt: skip
    publishing.apply_scorecard(sqlite_store, scorecards.preset(), [], now=now())
    settings = Settings(
        _env_file=None,
        database_url=SecretStr(f"sqlite:///{sqlite_store.path}"),
        slack_bot_token=SecretStr(slack.bot_token),
        slack_app_token=SecretStr(slack.app_token),
        slack_signing_secret=SecretStr(slack.signing_secret),
        slack_api_url=slack.api_url,
        intercom=IntercomSettings(token=SecretStr("token-of-nobody"), base_url=desk.base),
    )
    made = build(settings, now=now)
    made.connect()
    yield made
    made.close()


def draw(app, now):
    """Everything up to Rita's scorecard, which leaves before its text was fetched."""
    app.reading.tick()
    drawing.draw(app.store, "Support", "2026-W46", now=now(), seed="s")
    now.moment += timedelta(minutes=3)
    app.delivery.drain()


def card(app, rita):
    assert app.answers.settle(60)
    return rita.wait_for(lambda: next((each for each in rita.dm() if each["blocks"]), None))


def words(blocks):
    return json.dumps(blocks, ensure_ascii=False)


def test_a_scorecard_gets_its_excerpt_when_the_text_has_come(app, slack, now):
    """It leaves on time; the next tick fetches the text and draws it again."""
    rita = slack.driver("U0RITA")
    draw(app, now)
    assert "Where is parcel" not in words(card(app, rita)["blocks"])
    app.reading.tick()
    assert "Where is parcel" in words(card(app, rita)["blocks"])


def test_opening_what_is_not_here_fetches_it_into_the_window(app, slack, now):
    """The window opens at once, and the text appears in it."""
    rita = slack.driver("U0RITA")
    draw(app, now)
    assert rita.click(card(app, rita), ActionId.READ).ok
    assert app.answers.settle(60)
    assert "On its way" in words(rita.wait_for(lambda: rita.view)["blocks"])


def test_a_helpdesk_that_is_out_is_said_kindly(app, slack, desk, now, monkeypatch):
    """The window stays, everything can be rated, and a sentence says to try again."""
    rita = slack.driver("U0RITA")
    draw(app, now)
    monkeypatch.setattr(Pause, "__call__", lambda _pause, _seconds: None)
    desk.always = status(503)
    assert rita.click(card(app, rita), ActionId.READ).ok
    assert app.answers.settle(30)
    assert rita.view is not None
    assert "Please try again in a minute" in words(rita.dm())


def test_what_was_deleted_leaves_slack_too(app, slack, desk, now):
    """The excerpt goes from the message, also if `iqs sync` found it; the assignment is off the list."""
    rita = slack.driver("U0RITA")
    draw(app, now)
    app.reading.tick()
    assert "Where is parcel" in words(card(app, rita)["blocks"])
    for each in VENDOR.entries:
        purging.purge(app.store, "intercom", each["id"], now=now())
    app.reading.tick()
    left = words(card(app, rita)["blocks"])
    assert "parcel" not in left
    assert "Taken off your list" in left


def test_what_is_deleted_there_without_a_word_leaves_slack_by_the_clock_alone(
    app, slack, now, monkeypatch, caplog
):
    """No webhook is set up: within a week the clock asks for it, and again a day later, and takes it off the list."""
    rita = slack.driver("U0RITA")
    draw(app, now)
    app.reading.tick()
    assert "Where is parcel" in words(card(app, rita)["blocks"])
    with app.store.read() as tx:
        sighting, conversation = tables.Sighting, tables.Conversation
        told = select(conversation.external_id).join(sighting, sighting.conversation_id == conversation.id)
        gone = tx.scalars(told).one()
    monkeypatch.setattr(VENDOR, "entries", [each for each in VENDOR.entries if each["id"] != gone])
    for _ in range(rechecking.PERIOD // timedelta(hours=12)):
        now.moment += timedelta(hours=12)
        app.reading.tick()
    left = words(card(app, rita)["blocks"])
    assert "parcel" not in left
    assert "Taken off your list" in left
    assert "still has" not in caplog.text


def test_another_account_is_logged_once_and_shown_to_admins(app, slack, now, monkeypatch, caplog):
    """Its key finds nothing of ours: nothing is purged, the log says it once, and App Home until it is mended."""
    draw(app, now)
    app.reading.tick()
    theirs = [{**each, "id": f"7{each['id']}"} for each in VENDOR.entries]
    monkeypatch.setattr(VENDOR, "entries", theirs)
    for _ in range(rechecking.PERIOD // timedelta(hours=12)):
        now.moment += timedelta(hours=12)
        app.reading.tick()
    assert caplog.text.count("whether intercom still has what is here is not known") == 1
    with app.store.read() as tx:
        assert tx.scalar(select(func.count()).select_from(tables.Transcript)) == 1
        (state,) = oversight.helpdesks(tx, now())
    assert state.doubt == rechecking.DOUBT


def test_a_review_that_was_taken_back_is_no_fault(app):
    """What was remembered may be gone when a process with Slack comes to draw it."""
    app.store.transact(lambda tx: refreshing.remember(tx, reviews=[404]))
    app.reading._tasks["the helpdesks"]()  # a tick would log what it raises
    assert refreshing.taken(app.store) == refreshing.Stale()


def test_a_problem_is_logged_when_it_comes_up(app, desk, caplog, now):
    """Once, not at every tick, and without the key; in the database it stands for App Home."""
    desk.always = status(401)
    for _ in range(3):
        app.reading.tick()
        now.moment += timedelta(minutes=20)
    assert caplog.text.count("does not accept INTERCOM_TOKEN") == 1
    assert "token-of-nobody" not in caplog.text
    assert "INTERCOM_TOKEN" in syncing.standings(app.store)[0].error


def test_a_fault_in_one_connector_keeps_no_other_from_being_read(sqlite_store):
    """What nobody foresaw is raised after all have been read; the clock logs it without values."""
    broken, fine = Desk(), Desk(talk(1))
    broken.source = "broken"
    broken.fails = [ZeroDivisionError()]
    reading = Syncing(
        sqlite_store, {"broken": broken, "desk": fine}, now=lambda: CLOSED + timedelta(days=3), pause=Pause(),
        redraw=lambda _assignments, _reviews: None, wake=lambda: None,
    )  # fmt: skip
    with pytest.raises(ExceptionGroup) as found:
        reading()
    assert [type(each) for each in found.value.exceptions] == [ZeroDivisionError]
    assert {each.source: each.listed for each in syncing.standings(sqlite_store)} == {"broken": 0, "desk": 1}


def test_a_process_that_stops_waits_for_no_helpdesk():
    """A sleep of an hour ends at once."""
    pause = Pause()
    pause.stop()
    with pytest.raises(Stopped):
        pause(3600)
