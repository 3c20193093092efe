"""Delivery against a workspace that fails as Slack and networks do: nothing lost, nothing twice."""

import time
from datetime import timedelta

import pytest
from slack_sdk import WebClient

from blocks import kit, scorecard
from bot.delivery import Delivery, pacing
from bot.delivery.breaking import ASK_EVERY
from bot.delivery.verdicts import CHANNEL_WAIT
from bot.sandbox import Clock
from iqs.notices import scorecard_key
from iqs.services import delivering, enrolling, reviewing, scheduling

REVIEWERS = ("U0RITA", "U0OMAR")


def test_every_scorecard_arrives_once_and_is_remembered(slack, sender, programme, drawn, open_for, told):
    """Each reviewer gets their scorecards, and the place of each is known for later redraws."""
    made = sender()
    assert made.drain() == sum(drawn.values())
    assert made.drain() == 0
    assert told(slack) == drawn
    for number in open_for("U0RITA"):
        channel, ts = delivering.posted(programme, scorecard_key(number))
        assert any(each["ts"] == ts for each in slack.driver("U0RITA").messages(channel))


def test_posts_to_one_channel_keep_a_second_apart(slack, sender, drawn, told):
    """Slack allows one post a second and channel: with our own pace it never has to say so."""
    made = sender(spacing=1.05)
    slack.pacing.on = True
    made.drain()
    assert told(slack) == drawn
    assert not [call for call in slack.calls if call.error == "ratelimited"]


@pytest.mark.parametrize("fault", ["drop", "500", "slow", "reset", "late"])
def test_an_unknown_outcome_gives_exactly_one_message(slack, sender, send, drawn, fault, told):
    """The connection dies after (or before) Slack stored the message: it stands there once, and is not lost."""
    slack.pacing.on = False
    slack.faults.next("chat.postMessage", fault, 2, seconds=5 if fault == "slow" else 0.2)
    made = sender(patience=3)
    made.step()
    if fault == "late":
        slack.driver("U0RITA").wait_for(lambda: sum(call.fault == "landed" for call in slack.calls) == 2)
    send(made)
    assert told(slack) == drawn


def test_a_doubt_from_a_clock_that_ran_ahead_is_found(slack, sender, send, drawn, now, told):
    """A message carries Slack's time: one sent by a clock hours ahead stands there before its own first try."""
    slack.pacing.on = False
    slack.faults.next("chat.postMessage", "drop", 2)
    made = sender()
    slack.clock.now = Clock().now
    now.move(hours=5)
    made.step()
    now.move(minutes=2)
    send(made, rounds=3)
    assert told(slack) == drawn
    assert made.counts.resent == 0


def test_a_storm_of_faults_loses_and_doubles_nothing(slack, sender, send, drawn, told):
    """A third of all calls fail in every way at once; afterwards each message stands there once."""
    slack.pacing.on = False
    for number, fault in enumerate(("drop", "reset", "500")):
        slack.faults.share("*", fault, 0.12, seed=number)
    made = sender()
    send(made, rounds=20)
    slack.faults.clear()
    send(made, rounds=12, seconds=310)
    assert told(slack) == drawn


def test_quarantine_comes_before_the_search(slack, sender, now):
    """Within the quarantine nobody looks and nobody sends again: the message may still be on its way."""
    slack.faults.next("chat.postMessage", "drop", 1)
    made = sender(quarantine=timedelta(seconds=60))
    now.stop()
    made.step()
    now.move(seconds=59)
    made.step()
    assert not [call for call in slack.calls if call.method == "conversations.history"]
    now.move(seconds=2)
    made.step()
    assert [call for call in slack.calls if call.method == "conversations.history"]


def fill(slack, channel):
    """Uses up what Slack lets through to one channel at once, and more does not come for minutes."""
    slack.pacing.per_second = 0.005
    poster = WebClient(token=slack.bot_token, base_url=slack.api_url, retry_handlers=[])
    for _ in range(3):
        poster.chat_postMessage(channel=channel, text="one of three")


def test_a_rate_limit_pauses_only_its_channel(slack, sender, send, drawn, told):
    """429 postpones that channel's notice for Retry-After; nothing sleeps and all arrive."""
    made = sender()
    fill(slack, slack.driver("U0RITA").dm_id())
    before = time.monotonic()
    made.step()
    assert time.monotonic() - before < 60  # it was told to wait for minutes
    assert made.counts.limited == 1
    assert told(slack) == {"U0RITA": 3, "U0OMAR": drawn["U0OMAR"]}
    slack.pacing.on = False
    send(sender())
    assert told(slack) == {"U0RITA": 3 + drawn["U0RITA"], "U0OMAR": drawn["U0OMAR"]}


def test_a_rate_limit_holds_what_waits_for_the_same_channel(slack, sender):
    """After a 429 nothing more is tried in that channel before Retry-After is over."""
    made = sender(spacing=0.05)
    fill(slack, slack.driver("U0RITA").dm_id())
    for _ in range(10):
        made.step()
        time.sleep(0.02)
    assert len([call for call in slack.calls if call.error == "ratelimited"]) == 1


def test_a_rate_limit_is_no_try(slack, sender, programme):
    """Waiting for Slack uses up none of a notice's tries."""
    fill(slack, slack.driver("U0RITA").dm_id())
    sender().step()
    with programme.read() as tx:
        found = tx.exec_driver_sql("SELECT attempts FROM notice WHERE error = 'ratelimited'").scalars().all()
    assert found == [0]


def test_a_revoked_token_keeps_everything_waiting_in_order(slack, sender, drawn, told, programme, now):
    """While Slack refuses the app nothing is lost, tried or moved; any process's readiness says so; then all arrive."""
    slack.pacing.on = False
    slack.revoke_token()
    made, other = sender(), sender()
    made.step()
    assert made.blocked == other.blocked == "token_revoked"
    before = len(slack.calls)
    for _ in range(5):
        other.step()
        made.step()
    assert len(slack.calls) == before
    slack._tokens.revoked = False
    now.move(seconds=ASK_EVERY.total_seconds() + 1)
    for _ in range(4):
        other.step()
        made.step()
    assert [call.method for call in slack.calls[before:]].count("auth.test") == 1
    assert told(slack) == drawn
    assert made.blocked is None
    with programme.read() as tx:
        sent = tx.exec_driver_sql("SELECT id FROM notice WHERE state = 'sent' AND person_id = 1 ORDER BY ts")
        numbers = sent.scalars().all()
    assert numbers == sorted(numbers)


def test_a_token_that_stays_revoked_is_asked_about_once_a_minute(slack, sender, drawn, now, programme):
    """An outage of hours is one question a minute by one process, and since when it lasts is kept."""
    slack.revoke_token()
    made = sender()
    made.step()
    since = delivering.trouble(programme).since
    before = len(slack.calls)
    for _ in range(30):
        now.move(seconds=10)
        made.step()
    assert len(slack.calls) - before == 5
    assert delivering.trouble(programme) == ("token_revoked", since)


def test_a_doubt_about_somebody_who_is_away_stays_a_doubt(slack, sender, send, drawn, now, programme, told):
    """Who left cannot be looked up; when they are back, what had arrived is found and not sent again."""
    slack.pacing.on = False
    slack.faults.next("chat.postMessage", "drop", 99)
    made = sender(quarantine=timedelta(seconds=60))
    made.step()
    slack.faults.clear()
    before = told(slack)
    assert sum(before.values())
    for user in REVIEWERS:
        enrolling.deactivate(programme, user)
    send(made, rounds=3)
    with programme.write() as tx:
        tx.exec_driver_sql("UPDATE person SET active = 1")
    send(made, rounds=12)
    assert told(slack) == drawn


def test_without_history_a_scorecard_may_come_again_and_feedback_stops(
    make_slack, sender, send, submitted, programme, told
):
    """Without the history scope nobody can look: only what does no harm twice is sent again."""
    bare = make_slack(without_scopes=frozenset({"im:history"}))
    made = sender(bare)
    bare.pacing.on = False
    made.drain()
    ada = bare.driver("U0ADA")
    before = told(bare, "U0ADA", "U0RITA")
    assert before["U0ADA"] == 1

    # The same again, with the answers lost on the way.
    with programme.write() as tx:
        tx.exec_driver_sql(
            "UPDATE notice SET state = 'pending', ts = NULL, lease_token = NULL WHERE kind <> 'digest'"
        )
    bare.faults.next("chat.postMessage", "reset", 99)
    send(made, rounds=2)
    bare.faults.clear()
    send(made)
    with programme.read() as tx:
        states = dict(tx.exec_driver_sql("SELECT kind, MIN(state) FROM notice GROUP BY kind").all())
    assert states["feedback"] == "dead"
    assert states["scorecard"] == "sent"
    assert len(ada.dm()) == 1


def test_feedback_leaves_after_the_window_and_holds_no_ids_of_people(slack, sender, submitted):
    """The agent's message comes to the agent alone; its notification text names nobody."""
    sender().drain()
    [message] = slack.driver("U0ADA").dm()
    assert "feedback" in message["text"]
    assert "Ada" not in message["text"]
    assert "Rita" not in message["text"]


def test_metadata_is_opaque(slack, sender, programme):
    """Every app can read metadata: the mark is a keyed hash, never an id."""
    sender().drain()
    [*posts] = [call for call in slack.calls if call.method == "chat.postMessage"]
    marks = {str(call.args["metadata"]) for call in posts}
    assert len(marks) == len(posts)
    assert not any("scorecard:" in mark for mark in marks)


def test_a_refused_picture_goes_out_plainly_once(slack, sender, monkeypatch, drawn):
    """`invalid_blocks` is a definite no: the plain words follow, once, without blocks."""
    monkeypatch.setattr(
        scorecard,
        "message",
        lambda *_, **__: kit.Message(text="A review waits.", blocks=[{"type": "nonsense"}]),
    )
    slack.pacing.on = False
    sender().drain()
    messages = slack.driver("U0RITA").dm()
    assert len(messages) == drawn["U0RITA"]
    assert all(each["text"].startswith("A review waits.") and not each["blocks"] for each in messages)


def test_a_digest_slack_refuses_comes_without_charts(slack, sender, programme, now, monkeypatch):
    """The digest's plain form has every number in words and no chart."""
    from blocks import digest

    real = digest.message
    monkeypatch.setattr(
        digest,
        "message",
        lambda made: {**real(made), "blocks": [*real(made)["blocks"], {"type": "nonsense"}]},
    )
    [monday] = [each.due.at for each in scheduling.upcoming(programme, now=now()) if each.kind == "digest"]
    now.move(seconds=(monday - now()).total_seconds() + 60)
    scheduling.tick(programme, now=now())
    made = sender()
    made.drain()
    [message] = slack.driver("U0LENA").messages("C0TEAM")
    assert message["blocks"]
    assert "data_visualization" not in str(message["blocks"])


@pytest.fixture
def digest_due(slack, programme, now):
    """Monday's digest waits for the sender."""
    slack.pacing.on = False  # time runs faster here than its buckets fill
    [monday] = [each.due.at for each in scheduling.upcoming(programme, now=now()) if each.kind == "digest"]
    now.move(seconds=(monday - now()).total_seconds() + 60)
    scheduling.tick(programme, now=now())


@pytest.mark.usefixtures("digest_due")
@pytest.mark.parametrize("away", ["archived", "not a member"])
def test_a_digest_waits_until_its_channel_lets_the_app_in(slack, sender, send, now, away):
    """Who forgot to invite the app, or archived the channel, has a day to mend it."""
    channel = slack.workspace.conversations["C0TEAM"]
    members = list(channel.members)
    if away == "archived":
        channel.is_archived = True
    else:
        channel.members[:] = ["U0LENA"]
    made = sender()
    made.drain(seconds=5)
    channel.is_archived, channel.members[:] = False, members
    send(made, rounds=3, seconds=CHANNEL_WAIT)
    assert len(slack.driver("U0LENA").messages("C0TEAM")) == 1


@pytest.mark.usefixtures("digest_due")
def test_a_digest_without_a_channel_is_given_up_after_a_day(slack, sender, send, programme):
    """It does not ring for ever at a door that stays shut."""
    slack.workspace.conversations["C0TEAM"].is_archived = True
    made = sender()
    made.drain(seconds=5)
    send(made, rounds=14, seconds=4 * CHANNEL_WAIT)
    with programme.read() as tx:
        states = tx.exec_driver_sql("SELECT state, error FROM notice WHERE kind = 'digest'").all()
    assert states == [("dead", "is_archived")]


def test_a_picture_that_cannot_be_drawn_holds_up_nobody(
    slack, sender, send, monkeypatch, drawn, open_for, told
):
    """A fault of ours in one notice is logged and tried later; the others leave."""
    real, broken = scorecard.message, open_for("U0RITA")[0]

    def draw(card, **more):
        if card.assignment.id == broken:
            raise RuntimeError("a customer's words")
        return real(card, **more)

    monkeypatch.setattr(scorecard, "message", draw)
    made = sender()
    made.drain(seconds=5)
    assert sum(told(slack).values()) == sum(drawn.values()) - 1
    monkeypatch.setattr(scorecard, "message", real)
    send(made, seconds=310)
    assert told(slack) == drawn


def test_what_is_skipped_before_it_leaves_is_not_sent(slack, sender, programme, open_for, now, told):
    """An assignment that is gone sends no scorecard; what it was replaced by does."""
    rita = enrolling.identify(programme, "U0RITA")
    skipped = open_for("U0RITA")
    for number in skipped:
        reviewing.skip(programme, rita, number, "sensitive", now=now())
    sender().drain()
    assert [delivering.posted(programme, scorecard_key(number)) for number in skipped] == [None] * len(
        skipped
    )
    assert told(slack)["U0RITA"] == len(open_for("U0RITA"))


def test_a_poster_that_retries_is_refused(programme, now):
    """The SDK's default client posts twice when a connection drops; it cannot be used here."""
    with pytest.raises(ValueError, match="twice"):
        Delivery(store=programme, poster=WebClient(token="xoxb"), reader=WebClient(token="xoxb"), now=now)


def test_stopping_gives_back_what_was_claimed(slack, sender, programme, drawn, told, now):
    """What was taken and not sent is pending again at once, for the next process, as if nobody had tried."""
    made = sender(spacing=30)
    made.step()
    assert sum(told(slack).values()) == len(drawn)
    made.stop()
    made.run()
    left = delivering.claim(programme, now=now(), limit=50)
    assert len(left) == sum(drawn.values()) - len(drawn)
    assert {each.attempts for each in left} == {1}


def test_an_outage_leaves_what_waits_in_peace(slack, sender, programme, drawn, monkeypatch):
    """When Slack answers nothing, what was not tried stays untried: nobody has to look for it afterwards."""
    monkeypatch.setattr(pacing, "SILENCE", 1)
    slack.faults.share("chat.postMessage", "500", 1.0, seed=1)
    sender(threads=1).step()
    with programme.read() as tx:
        tries = tx.exec_driver_sql("SELECT attempts FROM notice ORDER BY attempts").scalars().all()
    assert tries == [0] * (sum(drawn.values()) - 1) + [1]


def test_one_that_cannot_be_written_down_holds_up_no_other(
    slack, sender, send, programme, drawn, monkeypatch, told
):
    """What stands in Slack is written in one transaction; one that fails there fails alone, and is found later."""
    real, broken = delivering.settle_all, []

    def settle_all(store, messages, *, now):
        broken.append(messages[0].notice.id)
        if any(each.notice.id == broken[0] for each in messages) and len(broken) < 9:
            raise ValueError("a row that cannot be written")
        return real(store, messages, now=now)

    slack.pacing.on = False
    monkeypatch.setattr(delivering, "settle_all", settle_all)
    made = sender()
    made.step()
    monkeypatch.setattr(delivering, "settle_all", real)
    send(made)
    assert told(slack) == drawn
    assert made.counts.found == 1
