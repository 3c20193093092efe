"""People are written to in their own working hours."""

from datetime import UTC, datetime

import pytest

from iqs.people import Team
from iqs.working_hours import next_working_instant

TEAM = Team(1, "Support", timezone="Europe/Berlin")


@pytest.mark.parametrize(
    ("at", "zone", "expected"),
    [
        ("2026-11-18T10:00", None, "2026-11-18T10:00"),  # Wednesday 11:00 in Berlin
        ("2026-11-18T05:00", None, "2026-11-18T08:00"),  # before nine
        ("2026-11-18T17:00", None, "2026-11-19T08:00"),  # at closing time
        ("2026-11-20T22:00", None, "2026-11-23T08:00"),  # Friday night → Monday
        ("2026-11-18T10:00", "America/New_York", "2026-11-18T14:00"),  # the agent's own zone
        ("2026-10-24T12:00", None, "2026-10-26T08:00"),  # over the end of summer time
    ],
)
def test_next_working_instant(at, zone, expected):
    """A message waits for the recipient's next working hour and no longer."""
    moment = datetime.fromisoformat(at).replace(tzinfo=UTC)
    assert next_working_instant(moment, TEAM, zone) == datetime.fromisoformat(expected).replace(tzinfo=UTC)


def test_no_working_days_means_no_quiet_time():
    """A team without working days is written to at once."""
    moment = datetime(2026, 11, 21, 23, tzinfo=UTC)
    assert next_working_instant(moment, Team(1, "Night", working_days=frozenset()), None) == moment
