"""Twins, doubts about gathered messages, and people and channels that close: each ends once and in one place."""

import asyncio
from datetime import timedelta
from threading import Event

import pytest
from sqlalchemy import delete, select

from bot.delivery.reconciling import SWEEP_AGAIN
from bot.delivery.verdicts import PERSON_WAIT
from bot.sandbox.webapi.dispatch import WebAPI
from iqs.notices import scorecard_key
from iqs.reviews import UNDO_WINDOW
from iqs.services import addressing, delivering, enrolling, handing_on, reviewing, scheduling
from iqs.storage import tables

MINUTE = timedelta(minutes=1)


@pytest.fixture
def reviewed(programme, now, open_for):
    """All of Ada's conversations are reviewed in one morning; the reviews' ids."""
    done = []
    for user in ("U0RITA", "U0OMAR"):
        reviewer = enrolling.identify(programme, user)
        for number in open_for(user):
            card = reviewing.open_card(programme, reviewer, number)
            if card.reviewee_name != "Ada Agent":
                continue
            for category in card.scorecard.categories:
                reviewing.rate(programme, reviewer, number, category.key, category.scale.points, now=now())
            done.append(reviewing.submit(programme, reviewer, number, now=now()).review_id)
    now.move(seconds=UNDO_WINDOW.total_seconds())
    return done


def rows(store, *columns, kind="feedback"):
    with store.read() as tx:
        found = tx.exec_driver_sql(
            f"SELECT {', '.join(columns)} FROM notice WHERE kind = '{kind}' ORDER BY id"
        )
        return found.all()


def test_reviews_of_one_morning_are_one_message(slack, sender, reviewed, programme):
    """The agent gets one message that names every review; each row knows where it stands."""
    made = sender()
    made.drain()
    (message,) = slack.driver("U0ADA").dm()
    assert len(reviewed) > 1
    assert message["text"].startswith(f"You have feedback on {len(reviewed)} of your conversations")
    assert {(state, ts) for state, ts in rows(programme, "state", "ts")} == {("sent", message["ts"])}
    assert made.counts.gathered == len(reviewed) - 1


@pytest.mark.parametrize("fault", ["drop", "reset", "500"])
def test_a_doubt_about_a_gathered_message_is_one_doubt(slack, sender, send, reviewed, programme, fault):
    """Lost on the way or on the way back: it stands there once, with all that it tells."""
    slack.pacing.on = False
    slack.faults.next("chat.postMessage", fault, 99)
    made = sender()
    made.step()
    slack.faults.clear()
    send(made)
    (message,) = slack.driver("U0ADA").dm()
    assert str(message["blocks"]).count("feedback.actions:") == len(reviewed)
    assert {state for (state,) in rows(programme, "state")} == {"sent"}


def test_what_was_taken_back_meanwhile_is_left_out(slack, sender, reviewed, programme):
    """A review that is gone when the message is drawn is not told, and its notice says so."""
    with programme.write() as tx:
        tx.execute(
            tables.Review.__table__.update()
            .where(tables.Review.id == reviewed[0])
            .values(submitted_at=None, score=None, passed=None, state="draft")
        )
    sender().drain()
    (message,) = slack.driver("U0ADA").dm()
    assert f"feedback.actions:{reviewed[0]}" not in str(message["blocks"])
    states = dict(rows(programme, "object_id", "state"))
    assert states.pop(reviewed[0]) == "cancelled"
    assert set(states.values()) == {"sent"}


@pytest.fixture
def landed_late(slack, sender, now, monkeypatch, drawn, told):
    """A sender; one scorecard's first message landed after the quarantine, when a second one stood there already."""
    land, may_land = WebAPI._land, Event()

    def wait(web_api, *call):
        if may_land.is_set():
            land(web_api, *call)
        else:
            asyncio.get_running_loop().call_later(0.02, wait, web_api, *call)

    monkeypatch.setattr(WebAPI, "_land", wait)
    slack.pacing.on = False
    made = sender()
    slack.faults.next("chat.postMessage", "late", 1, seconds=0)
    made.step()
    now.move(seconds=1)
    made.step()
    made.drain(seconds=5)
    may_land.set()
    slack.driver("U0RITA").wait_for(lambda: sum(told(slack).values()) == sum(drawn.values()) + 1)
    return made


def test_of_two_messages_the_younger_one_goes(slack, landed_late, now, programme, drawn, told):
    """What lands beyond the quarantine is a twin: the sweep deletes the younger, and the row points to what stays."""
    made = landed_late
    assert made.counts.resent == 1
    now.move(seconds=280)
    made.step()
    assert made.counts.swept == 0
    now.move(seconds=30)
    made.step()
    assert made.counts.swept == 1
    assert told(slack) == drawn
    for number in range(1, sum(drawn.values()) + 1):
        channel, ts = delivering.posted(programme, scorecard_key(number))
        assert slack.workspace.conversations[channel].find(ts) is not None
    before = len(slack.calls)
    now.move(hours=1)
    made.step()
    assert [call.method for call in slack.calls[before:]].count("conversations.history") == 1
    now.move(hours=24)
    made.step()
    assert [call.method for call in slack.calls[before:]].count("conversations.history") == 1


def test_the_older_of_two_stays_even_if_the_row_knew_the_younger(slack, sender, now, programme, drawn, told):
    """The row is pointed to the message that stays before the other one is deleted."""
    slack.pacing.on = False
    made = sender()
    made.drain()
    with programme.write() as tx:
        tx.exec_driver_sql("UPDATE notice SET resent_at = last_try_at, sweep_at = last_try_at WHERE id = 1")
    channel, ts = delivering.posted(programme, scorecard_key(1))
    conversation = slack.workspace.conversations[channel]
    ours = conversation.find(ts)
    from dataclasses import replace

    conversation.messages.insert(0, replace(ours, ts=f"{float(ts) - 1:.6f}"))
    made.step()
    assert delivering.posted(programme, scorecard_key(1)) == (channel, f"{float(ts) - 1:.6f}")
    assert conversation.find(ts) is None
    assert told(slack) == drawn


def test_a_sweep_that_cannot_look_is_tried_again(slack, landed_late, now, drawn, told):
    """A twin is not forgotten because Slack did not answer once."""
    made = landed_late
    now.move(seconds=310)
    slack.faults.next("conversations.history", "reset", 2)
    made.step()
    assert made.counts.swept == 0
    slack.faults.clear()
    now.move(seconds=SWEEP_AGAIN.total_seconds() + 1)
    made.step()
    assert told(slack) == drawn


def test_somebody_unreachable_is_noted_and_their_work_goes_on(slack, sender, programme, drawn, told, now):
    """Slack knows Rita no more: since when is kept, Omar gets what he may, and nothing goes anywhere else."""
    slack.pacing.on = False
    slack.workspace.users["U0RITA"].deleted = True
    before = {channel: len(each.messages) for channel, each in slack.workspace.conversations.items()}
    made = sender(at_once=99)
    made.step()
    made.step()
    handing_on.hand_on(programme, now=now())  # the clock's task
    made.drain()
    with programme.read() as tx:
        since = tx.exec_driver_sql(
            "SELECT unreachable_since FROM person WHERE slack_user_id = 'U0RITA'"
        ).scalar()
    assert since is not None
    assert told(slack, "U0OMAR") == {"U0OMAR": sum(drawn.values())}
    grown = {
        channel
        for channel, each in slack.workspace.conversations.items()
        if len(each.messages) > before[channel]
    }
    assert grown == {slack.driver("U0OMAR").dm_id()}


def test_what_goes_on_with_somebody_else_says_so_where_it_stood(app, slack, programme):
    """Rita is no reviewer any more: with the clock's next tick her scorecards say to whom they were passed on."""
    slack.pacing.on = False
    app.delivery.drain()
    with programme.write() as tx:
        rita = select(tables.Person.id).where(tables.Person.slack_user_id == "U0RITA").scalar_subquery()
        tx.execute(delete(tables.Membership).where(tables.Membership.person_id == rita))
    app.clock.tick()
    assert app.answers.settle(30)
    words = [str(each["blocks"]) for each in slack.driver("U0RITA").dm()]
    assert words
    assert all("Passed on to Omar" in each for each in words)


def test_who_can_be_reached_again_is_written_to_again(slack, sender, programme, reviewed, now):
    """Feedback for somebody who was away waits; a day later it gets through, and they count as reachable."""
    slack.pacing.on = False
    slack.workspace.users["U0ADA"].deleted = True
    made = sender()
    made.drain()
    assert {state for (state,) in rows(programme, "state")} == {"pending"}
    slack.workspace.users["U0ADA"].deleted = False
    now.move(seconds=PERSON_WAIT + 1)
    made.drain()
    assert len(slack.driver("U0ADA").dm()) == 1
    with programme.read() as tx:
        assert not tx.exec_driver_sql("SELECT count(unreachable_since) FROM person").scalar()


def test_a_remembered_channel_that_is_gone_is_opened_afresh(slack, sender, programme, drawn, told):
    """Nobody is called unreachable because of a direct message remembered from another time."""
    slack.pacing.on = False
    addressing.remember_direct(programme, "U0RITA", "D0OLD")
    made = sender()
    made.drain()
    assert told(slack) == drawn
    with programme.read() as tx:
        assert not tx.exec_driver_sql("SELECT count(unreachable_since) FROM person").scalar()


def test_a_channel_is_asked_about_once_and_waits_with_the_reason(slack, sender, programme, now):
    """One fresh conversations.info tells whether it is archived or the app was removed; nothing goes elsewhere."""
    slack.pacing.on = False
    [monday] = [each.due.at for each in scheduling.upcoming(programme, now=now()) if each.kind == "digest"]
    now.move(seconds=(monday - now()).total_seconds() + 60)
    scheduling.tick(programme, now=now())
    slack.workspace.conversations["C0TEAM"].is_archived = True
    made = sender()
    made.drain(seconds=5)
    made.drain(seconds=5)
    assert [call.method for call in slack.calls].count("conversations.info") == 1
    assert rows(programme, "state", "error", kind="digest") == [("pending", "is_archived")]


def test_a_scorecard_deleted_by_hand_comes_anew(app, slack, programme, now, open_for, payloads, dispatch):
    """Its reviewer goes on in the App Home: the redraw finds no message, and it is sent once more while it is open."""
    app.delivery.drain()
    number = open_for("U0RITA")[0]
    channel, ts = delivering.posted(programme, scorecard_key(number))
    conversation = slack.workspace.conversations[channel]
    conversation.messages.remove(conversation.find(ts))
    now.move(hours=2)
    from bot.answers import Place

    app.answers.redraw(scorecard_key(number), Place(channel, ts), lambda: {"text": "again", "blocks": []})
    assert app.answers.settle(60)
    app.delivery.drain()
    _, new = delivering.posted(programme, scorecard_key(number))
    assert new != ts
    assert conversation.find(new) is not None


def test_kinds_have_their_lanes(programme, now, sender, slack, reviewed):
    """Scorecards leave before feedback: somebody waits to work with them."""
    slack.pacing.on = False
    for user in ("U0RITA", "U0OMAR", "U0ADA"):
        addressing.remember_direct(programme, user, slack.driver(user).dm_id())
    sender(threads=1).drain()
    posted = [call.args["text"] for call in slack.calls if call.method == "chat.postMessage"]
    told = [text.startswith("You have feedback") for text in posted]
    assert told == sorted(told)
    assert any(told)


@pytest.mark.parametrize("arrived", [True, False])
def test_a_long_conversation_is_read_through_every_limit(
    slack, sender, send, now, programme, monkeypatch, arrived
):
    """A limit within a history is waited for as Slack says; the read goes on at its page, and reads none twice."""
    slack.pacing.on = False
    monkeypatch.setattr("bot.marks.A_PAGE", 3)
    for each in ("sender", "looking", "calls"):  # half a minute is over at once
        monkeypatch.setattr(f"bot.delivery.{each}.monotonic", lambda: now().timestamp())
    with programme.write() as tx:
        tx.exec_driver_sql("UPDATE notice SET state = 'cancelled' WHERE id > 1")
        user = tx.exec_driver_sql(
            "SELECT slack_user_id FROM person JOIN notice ON person.id = person_id WHERE notice.id = 1"
        ).scalar()
    made, reviewer = sender(quarantine=MINUTE), slack.driver(user)
    slack.faults.next("chat.postMessage", "drop" if arrived else "reset")
    made.step()
    for number in range(9):
        reviewer.say(f"Did it come? {number}")
    take, looked = slack.faults.take, []

    def every_second(method):
        if method == "conversations.history":
            looked.append(now())
            if len(looked) % 2 == 0:
                slack.faults.next(method, "429", seconds=30)
        return take(method)

    monkeypatch.setattr(slack.faults, "take", every_second)
    send(made, rounds=9, seconds=31)
    pages = [call for call in slack.calls if call.method == "conversations.history" and not call.error]
    cursors = [call.args.get("cursor") for call in pages]
    assert len(cursors) == len(set(cursors)) == (4 if arrived else 3)
    limited = [call for call in slack.calls if call.error == "ratelimited"]
    assert len(limited) == len(pages) - 1
    assert len([each for each in reviewer.dm() if each["blocks"]]) == 1
    assert (made.counts.found, made.counts.resent) == ((1, 0) if arrived else (0, 1))
