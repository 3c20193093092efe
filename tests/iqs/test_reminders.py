"""A reminder comes at the opening of the working day before the deadline, and of the last one, in the reader's zone."""

from datetime import UTC, datetime, timedelta

import pytest

from iqs import reminders
from iqs.people import Team
from iqs.reminders import Open

TEAM = Team(1, "Support", timezone="Europe/Berlin")
DUE = datetime(2026, 11, 23, 17, tzinfo=UTC)  # Monday at six in the evening there


@pytest.mark.parametrize(
    ("zone", "times"),
    [
        ("Europe/Berlin", [(20, 8), (23, 8)]),  # Friday and Monday
        ("America/New_York", [(20, 14), (23, 14)]),
        ("America/Los_Angeles", [(19, 17), (20, 17)]),  # Monday's opening is the deadline itself
        ("Pacific/Auckland", [(19, 20), (22, 20)]),  # Friday and Monday there
    ],
)
def test_the_two_last_openings_before_the_deadline(zone, times):
    """Weekends are no working days; an opening that leaves less than an hour is none."""
    found = reminders.times(DUE, TEAM, zone)
    assert [(each.day, each.hour) for each in found] == times


@pytest.mark.parametrize(
    ("handed", "now", "due"),
    [
        (timedelta(days=7), datetime(2026, 11, 20, 7, 59, tzinfo=UTC), None),
        (timedelta(days=7), datetime(2026, 11, 20, 8, tzinfo=UTC), 20),
        (timedelta(days=7), datetime(2026, 11, 22, 8, tzinfo=UTC), 20),
        (timedelta(days=7), datetime(2026, 11, 23, 16, tzinfo=UTC), 23),
        (timedelta(days=7), DUE, None),
        (timedelta(days=3), datetime(2026, 11, 20, 20, tzinfo=UTC), None),  # handed out that very day
        (timedelta(hours=10), datetime(2026, 11, 23, 9, tzinfo=UTC), None),
    ],
)
def test_the_newest_one_whose_time_has_come(handed, now, due):
    """Never after the deadline, nor about what was handed out on the same day."""
    found = reminders.due(Open(1, 1, DUE, DUE - handed, 1), TEAM, "Europe/Berlin", now=now)
    assert (found and found.day) == due
