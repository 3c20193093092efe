"""What headers say of time, in each way that is in use."""

from datetime import UTC, datetime

import pytest

from iqs.helpdesk.headers import retry_after, spread, until

NOW = datetime(2026, 11, 16, 9, tzinfo=UTC)


def test_the_dialects_of_waiting():
    """Numbers, HTTP dates and unix times; nonsense is None, the past is 0."""
    assert retry_after("7", NOW) == 7
    assert retry_after("Mon, 16 Nov 2026 09:00:30 GMT", NOW) == 30
    assert retry_after("Mon, 16 Nov 2026 08:00:00 GMT", NOW) == 0
    assert [retry_after(each, NOW) for each in (None, "", "soon", "nan", "inf")] == [None] * 5
    assert until(str(int(NOW.timestamp()) + 9), NOW) == 9
    assert until("1", NOW) == 0
    assert until("x", NOW) is None


def test_what_remains_is_spread_when_nine_of_ten_are_used():
    """Plenty: no pause. Then the seconds to the reset, shared by the calls that remain."""
    assert spread(500, 1000, 10) is None
    assert spread(100, 1000, 10) == pytest.approx(10 / 101)
    assert spread(0, 1000, 10) == spread(-1, 1000, 10) == spread(-9, 1000, 10) == 10
    assert spread(None, 1000, 10) is None
    assert spread(5, None, 10) is None
