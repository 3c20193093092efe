"""Who lives, and who may work on one SQLite file."""

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from iqs.replicas import BEAT, DEAD_AFTER, Replica, ReplicaKind, beside, elsewhere

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
RUN, WEB, WORKER = ReplicaKind


def replica(host="here", seen_at=NOW):
    return Replica("r", WORKER, host, 7, NOW, seen_at)


def test_a_replica_may_miss_some_beats():
    """It lives until it has not been seen for a minute; several beats fit into that."""
    assert replica(seen_at=NOW - 5 * BEAT).lives(NOW)
    assert replica(seen_at=NOW - DEAD_AFTER + timedelta(microseconds=1)).lives(NOW)
    assert not replica(seen_at=NOW - DEAD_AFTER).lives(NOW)
    assert replica(seen_at=NOW + timedelta(hours=1)).lives(NOW)  # its clock is ahead


@pytest.mark.parametrize(("one", "other"), list(product(ReplicaKind, repeat=2)))
def test_only_a_front_door_and_a_sender_share_a_file(one, other):
    """Together they do what one `iqs run` does; any other two would do something twice."""
    assert beside(one, other) == ({one, other} == {WEB, WORKER})


def test_another_machine_is_in_the_way():
    """Those of this one are told by the lock, not by what was seen."""
    there = replica("there")
    assert elsewhere("here", [replica(), there]) is there
    assert elsewhere("here", [replica()]) is None
