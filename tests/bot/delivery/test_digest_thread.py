"""A digest's details follow it into its thread: once, whatever goes wrong, and never without the digest."""

from datetime import timedelta

import pytest

from iqs.notices import SWEEPS
from iqs.services import following, scheduling


@pytest.fixture
def due(slack, programme, now):
    """Monday's digest waits for the sender, and nothing else does."""
    slack.pacing.on = False  # time runs faster here than its buckets fill
    [monday] = [each.due.at for each in scheduling.upcoming(programme, now=now()) if each.kind == "digest"]
    now.move(seconds=(monday - now()).total_seconds() + 60)
    scheduling.tick(programme, now=now())
    with programme.write() as tx:
        tx.exec_driver_sql("UPDATE notice SET state = 'cancelled' WHERE kind <> 'digest'")


@pytest.fixture
def apart(due, monkeypatch):
    """The details follow a minute after the digest, so that a test can come between."""
    monkeypatch.setattr(following, "details_after", lambda _, now: now + timedelta(minutes=1))


def in_channel(slack, thread=None):
    return slack.driver("U0LENA").messages("C0TEAM", thread)


def rows(store, kind="details"):
    with store.read() as tx:
        return tx.exec_driver_sql(f"SELECT state, error FROM notice WHERE kind = '{kind}'").all()


@pytest.mark.usefixtures("due")
def test_details_stand_in_the_digests_thread(slack, sender, programme):
    """One message in the channel; the details answer it, after it, once."""
    sender().step()
    [head] = in_channel(slack)
    parent, answer = in_channel(slack, head["ts"])
    assert parent["ts"] == head["ts"]
    assert answer["text"].startswith("Details of the IQS digest")
    assert float(answer["ts"]) > float(head["ts"])
    assert rows(programme) == [("sent", None)]


@pytest.mark.usefixtures("apart")
@pytest.mark.parametrize("fault", ["drop", "reset", "500"])
def test_details_in_doubt_are_looked_for_in_the_thread(slack, sender, send, programme, fault):
    """Lost on the way or on the way back: they stand there once."""
    made = sender()
    send(made, rounds=1)
    slack.faults.next("chat.postMessage", fault, 1)
    send(made, rounds=6)
    [head] = in_channel(slack)
    assert len(in_channel(slack, head["ts"])) == 2
    assert rows(programme) == [("sent", None)]
    assert "conversations.replies" in [call.method for call in slack.calls]


@pytest.mark.usefixtures("due")
def test_no_digest_no_details(slack, sender, send, programme):
    """A digest that never arrived promises nothing."""
    slack.workspace.conversations["C0TEAM"].is_archived = True
    send(sender(), rounds=3)
    assert rows(programme) == []


@pytest.mark.usefixtures("apart")
def test_details_of_a_deleted_digest_are_given_up(slack, sender, send, programme):
    """Without its message there is no thread, and the channel is not written to in its place."""
    made = sender()
    send(made, rounds=1)
    slack.workspace.conversations["C0TEAM"].messages.clear()
    send(made, rounds=3)
    assert in_channel(slack) == []
    assert rows(programme) == [("dead", "thread_not_found")]


@pytest.mark.usefixtures("due")
def test_details_of_a_digest_sent_again_wait_for_the_last_look(slack, sender, send, programme, now):
    """Should a twin turn up, the younger is deleted: the details must not stand in its thread."""
    slack.faults.next("chat.postMessage", "reset", 1)
    made = sender()
    send(made, rounds=4)
    assert rows(programme, "digest") == [("sent", None)]
    assert rows(programme) == [("pending", None)]
    now.move(seconds=2 * SWEEPS[-1].total_seconds())
    send(made, rounds=2)
    assert rows(programme) == [("sent", None)]
