"""Delivery against a workspace that fails as Slack and networks do: nothing lost, nothing twice."""

import time
from datetime import timedelta

import pytest
from slack_sdk import WebClient

from blocks import kit, scorecard
from bot import delivery as module
from bot.delivery import Delivery
from bot.sandbox import Sandbox
from iqs.notices import scorecard_key
from iqs.reviews import UNDO_WINDOW
from iqs.services import delivering, enrolling, reviewing, scheduling

NONE = timedelta(0)
REVIEWERS = ("U0RITA", "U0OMAR")


@pytest.fixture
def sender(slack, programme, now):
    """Makes a Delivery on a workspace, without the quarantine's minute and the second between posts."""

    def make(workspace: Sandbox = slack, **more):
        token, url = workspace.bot_token, workspace.api_url
        poster = WebClient(token=token, base_url=url, timeout=2, retry_handlers=[])
        reader = WebClient(token=token, base_url=url, timeout=5, retry_handlers=[])
        settings = {"quarantine": NONE, "spacing": 0, **more}
        return Delivery(store=programme, poster=poster, reader=reader, now=now, **settings)

    return make


@pytest.fixture
def send(now):
    """Steps until nothing should move any more, the programme's time running ahead."""

    def run(made, rounds=12, seconds=70):
        for _ in range(rounds):
            made.step()
            now.move(seconds=seconds)

    return run


@pytest.fixture
def drawn(programme, open_for):
    """How many scorecards each reviewer must get."""
    return {user: len(open_for(user)) for user in REVIEWERS}


def told(slack, *users):
    return {user: len(slack.driver(user).dm()) for user in users or REVIEWERS}


@pytest.fixture
def submitted(programme, now, open_for):
    """A submitted review, its feedback due."""
    rita = enrolling.identify(programme, "U0RITA")
    number = next(
        each
        for each in open_for("U0RITA")
        if reviewing.open_card(programme, rita, each).reviewee_name == "Ada Agent"
    )
    for category in reviewing.open_card(programme, rita, number).scorecard.categories:
        reviewing.rate(programme, rita, number, category.key, category.scale.points, now=now())
    card = reviewing.submit(programme, rita, number, now=now())
    now.move(seconds=UNDO_WINDOW.total_seconds())
    return card


def test_every_scorecard_arrives_once_and_is_remembered(slack, sender, programme, drawn, open_for):
    """Each reviewer gets their scorecards, and the place of each is known for later redraws."""
    made = sender()
    assert made.drain() == sum(drawn.values())
    assert made.drain() == 0
    assert told(slack) == drawn
    for number in open_for("U0RITA"):
        channel, ts = delivering.posted(programme, scorecard_key(number))
        assert any(each["ts"] == ts for each in slack.driver("U0RITA").messages(channel))


def test_posts_to_one_channel_keep_a_second_apart(slack, sender, drawn):
    """Slack allows one post a second and channel: with our own pace it never has to say so."""
    made = sender(spacing=module.POST_SPACING)
    slack.pacing.on = True
    made.drain()
    assert told(slack) == drawn
    assert not [call for call in slack.calls if call.error == "ratelimited"]


@pytest.mark.parametrize("fault", ["drop", "500", "slow", "reset", "late"])
def test_an_unknown_outcome_gives_exactly_one_message(slack, sender, send, drawn, fault):
    """The connection dies after (or before) Slack stored the message: it stands there once, and is not lost."""
    slack.faults.next("chat.postMessage", fault, 2, seconds=3 if fault == "slow" else 0.2)
    made = sender()
    made.step()
    time.sleep(0.5)
    send(made)
    assert told(slack) == drawn


def test_a_storm_of_faults_loses_and_doubles_nothing(slack, sender, send, drawn):
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
    made.step()
    now.move(seconds=59)
    made.step()
    assert not [call for call in slack.calls if call.method == "conversations.history"]
    now.move(seconds=2)
    made.step()
    assert [call for call in slack.calls if call.method == "conversations.history"]


def test_a_rate_limit_pauses_only_its_channel(slack, sender, send, drawn):
    """429 postpones that channel's notice for Retry-After; nothing sleeps and all arrive."""
    made = sender()
    busy = slack.driver("U0RITA").dm_id()
    for _ in range(3):  # fills the channel's bucket
        made._poster.chat_postMessage(channel=busy, text="one of three")
    before = time.monotonic()
    made.step()
    assert time.monotonic() - before < 3
    assert [call for call in slack.calls if call.error == "ratelimited"]
    assert told(slack) == {"U0RITA": 3, "U0OMAR": drawn["U0OMAR"]}
    slack.pacing.on = False
    send(sender())
    assert told(slack) == {"U0RITA": 3 + drawn["U0RITA"], "U0OMAR": drawn["U0OMAR"]}


def test_a_revoked_token_keeps_everything_waiting(slack, sender, send, drawn, programme, now):
    """While Slack refuses the token nothing is lost or buried; readiness says so; then all arrive."""
    slack.faults.next("chat.postMessage", "revoked", 1)
    made = sender()
    made.step()
    assert made.blocked == "token_revoked"
    made._paused_until = 0.0  # a minute later
    now.move(seconds=61)
    send(made)
    assert told(slack) == drawn
    assert made.blocked is None


def test_what_was_claimed_is_given_back_while_the_token_is_refused(slack, sender, drawn, programme, now):
    """A lease runs out in the pause, so another process could send what this one still holds; it holds nothing."""
    slack.pacing.on = False
    slack.faults.next("chat.postMessage", "revoked", 1)
    made = sender()
    made.step()
    other = sender()
    now.move(seconds=200)
    other.drain()
    other._look_into()
    other.drain()
    made._paused_until = 0.0
    made.step()
    assert told(slack) == drawn


def test_a_refusal_that_is_over_is_no_news(slack, sender, drawn, monkeypatch):
    """Readiness comes back even when what was refused is not wanted any more, so that nothing settles it."""
    slack.faults.next("chat.postMessage", "revoked", 1)
    made = sender()
    made.step()
    assert made.blocked == "token_revoked"
    later = time.monotonic() + 3 * module.AUTH_PAUSE
    monkeypatch.setattr(module, "monotonic", lambda: later)
    assert made.blocked is None


def test_a_rate_limit_holds_what_waits_for_the_same_channel(slack, sender):
    """After a 429 nothing more is tried in that channel before Retry-After is over."""
    made = sender(spacing=0.05)
    busy = slack.driver("U0RITA").dm_id()
    for _ in range(3):  # fills the channel's bucket
        made._poster.chat_postMessage(channel=busy, text="one of three")
    for _ in range(10):
        made.step()
        time.sleep(0.02)
    assert len([call for call in slack.calls if call.error == "ratelimited"]) == 1


def test_a_doubt_about_somebody_who_is_away_stays_a_doubt(slack, sender, send, drawn, now, programme):
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
    make_slack, sender, send, submitted, programme
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
    send(made, rounds=3, seconds=module.CHANNEL_WAIT)
    assert len(slack.driver("U0LENA").messages("C0TEAM")) == 1


@pytest.mark.usefixtures("digest_due")
def test_a_digest_without_a_channel_is_given_up_after_a_day(slack, sender, send, programme):
    """It does not ring for ever at a door that stays shut."""
    slack.workspace.conversations["C0TEAM"].is_archived = True
    made = sender()
    made.drain(seconds=5)
    send(made, rounds=60, seconds=module.CHANNEL_WAIT)
    with programme.read() as tx:
        states = tx.exec_driver_sql("SELECT state, error FROM notice WHERE kind = 'digest'").all()
    assert states == [("dead", "is_archived")]


def test_a_picture_that_cannot_be_drawn_holds_up_nobody(slack, sender, send, monkeypatch, drawn, open_for):
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


def test_what_is_skipped_before_it_leaves_is_not_sent(slack, sender, programme, open_for, now):
    """An assignment that is gone sends no scorecard."""
    rita = enrolling.identify(programme, "U0RITA")
    for number in open_for("U0RITA"):
        reviewing.skip(programme, rita, number, "sensitive", now=now())
    sender().drain()
    assert told(slack)["U0RITA"] == 0


def test_a_poster_that_retries_is_refused(programme, now):
    """The SDK's default client posts twice when a connection drops; it cannot be used here."""
    with pytest.raises(ValueError, match="twice"):
        Delivery(store=programme, poster=WebClient(token="xoxb"), reader=WebClient(token="xoxb"), now=now)


def test_stopping_gives_back_what_was_claimed(slack, sender, programme, drawn, now):
    """What was taken and not sent is pending again at once, for the next process."""
    made = sender(spacing=5)
    made._take()
    made.stop()
    made.run()
    assert sum(told(slack).values()) == 0
    assert len(delivering.claim(programme, now=now(), limit=50)) == sum(drawn.values())
