"""For each Notice there is one reason why it is where it is."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from iqs.notices import NoticeKind, NoticeState
from iqs.outbox import STUCK, Entry, Wait, wait_of

NOW = datetime(2026, 11, 16, 9, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
PENDING = Entry(
    id=1, key="feedback:1:v1", kind=NoticeKind.FEEDBACK, object_id=1, state=NoticeState.PENDING, to="Ada", person_id=2,
    team_id=3, team="Support", attempts=0, created_at=NOW, not_before=NOW, slack_user_id="U1",
)  # fmt: skip
SENDING = replace(PENDING, state=NoticeState.SENDING, lease_until=NOW + MINUTE, attempts=1)
DEAD = replace(PENDING, state=NoticeState.DEAD)


@pytest.mark.parametrize(
    ("entry", "wait"),
    [
        (PENDING, Wait.DUE),
        (replace(PENDING, not_before=NOW + MINUTE), Wait.PLANNED),
        (replace(PENDING, error="http_503"), Wait.RETRY),
        (replace(PENDING, slack_user_id=None), Wait.UNLINKED),
        (replace(PENDING, active=False, slack_user_id=None), Wait.LEFT),
        (replace(PENDING, reachable=False, error="cannot_dm_bot"), Wait.UNREACHABLE),
        (replace(PENDING, person_id=None, slack_user_id=None), Wait.DUE),
        (SENDING, Wait.UNDERWAY),
        (replace(SENDING, error="http_503"), Wait.UNDERWAY),
        (replace(SENDING, lease_until=NOW), Wait.IN_DOUBT),
        (replace(SENDING, error="may have arrived; TimeoutError"), Wait.IN_DOUBT),
        (replace(DEAD, error="user_not_found"), Wait.REFUSED),
        (replace(DEAD, error=None), Wait.REFUSED),
        (replace(DEAD, error="may have arrived; history scope missing"), Wait.MAYBE),
        (replace(PENDING, state=NoticeState.SENT), Wait.OVER),
        (replace(PENDING, state=NoticeState.CANCELLED), Wait.OVER),
    ],
)
def test_why_it_waits(entry, wait):
    """State, person, lease and recorded reason decide, in that order."""
    assert wait_of(entry, NOW) is wait


def test_what_flows_is_not_stuck():
    """What leaves by itself, is under way or over is nothing to mend."""
    assert set(Wait) - STUCK == {Wait.PLANNED, Wait.DUE, Wait.UNDERWAY, Wait.OVER}
