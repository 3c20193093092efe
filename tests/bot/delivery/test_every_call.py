"""Whichever call to Slack fails, each message stands there once in the end: the N-th fails, for N = 1, 2 and so on."""

from datetime import timedelta
from itertools import count

import pytest

MOMENT = timedelta(seconds=1)


def begin_anew(store, slack):
    """One scorecard each and the feedback wait unsent; no direct message is known, no message stands anywhere."""
    with store.write() as tx:
        tx.exec_driver_sql(
            "UPDATE notice SET state = 'pending', attempts = 0, first_try_at = NULL, lease_token = NULL, "
            "lease_until = NULL, posted_to = NULL, ts = NULL, error = NULL, told_with = NULL, resent_at = NULL, "
            "sweep_at = NULL"
        )
        tx.exec_driver_sql(
            "UPDATE notice SET state = 'cancelled' WHERE id NOT IN (SELECT MIN(id) FROM notice GROUP BY person_id)"
        )
        tx.exec_driver_sql("DELETE FROM setting WHERE name LIKE 'direct_message:%'")
    for each in slack.workspace.conversations.values():
        each.messages.clear()


@pytest.mark.parametrize(
    "faults",
    [
        ("drop", "reset"),
        pytest.param(("reset", "drop"), marks=pytest.mark.long),
        pytest.param(("cut", "500"), marks=pytest.mark.long),
        pytest.param(("503", "cut"), marks=pytest.mark.long),
    ],
    ids=" and ".join,
)
def test_whichever_call_fails_nothing_is_lost_or_doubled(
    slack, sender, send, programme, submitted, told, monkeypatch, faults
):
    """Stored or not, answered or not: opening, posting and looking may each fail once, at any place; by turns."""
    slack.pacing.on = False
    take = slack.faults.take
    called = 0

    def nth(method):
        nonlocal called
        called += 1
        if called == failing:
            slack.faults.next(method, faults[failing % 2], 1, seconds=1)
        return take(method)

    monkeypatch.setattr(slack.faults, "take", nth)
    everybody = ("U0RITA", "U0OMAR", "U0ADA")
    expected = None
    for failing in count(0):
        begin_anew(programme, slack)
        called = 0
        made = sender(quarantine=MOMENT)
        send(made, rounds=5, seconds=75)
        made.close()
        found = told(slack, *everybody)
        expected = expected or found  # of the first run, in which nothing fails
        assert found == expected, failing
        if failing > called:
            break
    assert failing > sum(expected.values())
