"""Whole days away in the person's own zone, and whether somebody can still work before a deadline."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iqs import absences
from iqs.absences import Absence, AbsenceSource, can_work, of_days, of_status
from iqs.errors import Invalid
from iqs.people import Team

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)  # a Monday
BERLIN = Team(1, "Support", timezone="Europe/Berlin")
FRIDAY = datetime(2026, 11, 27, 17, tzinfo=UTC)


def days(first, last, zone="Europe/Berlin", now=NOW):
    return of_days(1, first, last, zone, now=now, source=AbsenceSource.SELF)


@pytest.mark.parametrize(
    ("zone", "starts", "ends"),
    [
        ("Europe/Berlin", datetime(2026, 11, 23, 23, tzinfo=UTC), datetime(2026, 11, 25, 23, tzinfo=UTC)),
        (
            "Pacific/Kiritimati",
            datetime(2026, 11, 23, 10, tzinfo=UTC),
            datetime(2026, 11, 25, 10, tzinfo=UTC),
        ),
        ("America/Los_Angeles", datetime(2026, 11, 24, 8, tzinfo=UTC), datetime(2026, 11, 26, 8, tzinfo=UTC)),
    ],
)
def test_days_are_the_persons_own(zone, starts, ends):
    """Tuesday to Wednesday is from the midnight before to the midnight after, where the person is."""
    made = days(date(2026, 11, 24), date(2026, 11, 25), zone)
    assert (made.starts_at, made.ends_at) == (starts, ends)
    assert absences.last_day(made, zone) == date(2026, 11, 25)


def test_a_day_of_25_hours_is_a_whole_day():
    """The day on which Berlin's clocks go back is away from its first to its last minute."""
    now = datetime(2026, 10, 20, tzinfo=UTC)
    made = days(date(2026, 10, 25), date(2026, 10, 25), now=now)
    assert made.ends_at - made.starts_at == timedelta(hours=25)


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        (date(2026, 11, 25), date(2026, 11, 24), "before the first"),
        (date(2026, 11, 20), date(2026, 11, 22), "over already"),
        (date(2026, 11, 24), date(2028, 11, 24), "a year at most"),
        (date(9999, 12, 31), date(9999, 12, 31), "a year at most"),
        (date(1, 1, 1), date(1, 1, 1), "over already"),
    ],
)
def test_days_that_cannot_be_are_refused(first, last, said):
    """Backwards, over already, or for years: each has its sentence."""
    with pytest.raises(Invalid, match=said):
        days(first, last)


def test_who_is_back_before_the_deadline_can_work():
    """Back on Friday morning is enough for Friday evening; away until Sunday is not."""
    back_on_friday = days(date(2026, 11, 23), date(2026, 11, 26))
    assert can_work([back_on_friday], BERLIN, None, now=NOW, until=FRIDAY)
    away_till_sunday = days(date(2026, 11, 23), date(2026, 11, 29))
    assert not can_work([away_till_sunday], BERLIN, None, now=NOW, until=FRIDAY)
    assert can_work([], BERLIN, None, now=NOW, until=FRIDAY)


def test_absences_that_meet_leave_no_hour_between():
    """Two absences one after the other count as one; a free weekend after the last working day does not help."""
    both = [days(date(2026, 11, 23), date(2026, 11, 25)), days(date(2026, 11, 26), date(2026, 11, 27))]
    sunday = datetime(2026, 11, 29, 20, tzinfo=UTC)
    assert not can_work(both, BERLIN, None, now=NOW, until=sunday)
    monday = datetime(2026, 11, 30, 12, tzinfo=UTC)
    assert can_work(both, BERLIN, None, now=NOW, until=monday)


def test_hours_are_read_where_the_person_is():
    """Back at midnight in Kiritimati: the night there, but a working morning for somebody who sits in Berlin."""
    away = days(date(2026, 11, 23), date(2026, 11, 26), "Pacific/Kiritimati")
    until = away.ends_at + timedelta(hours=1)
    assert not can_work([away], BERLIN, "Pacific/Kiritimati", now=NOW, until=until)
    assert can_work([away], BERLIN, "Europe/Berlin", now=NOW, until=until)


def test_without_a_deadline_it_counts_who_is_there_now():
    """Also for work that is late already."""
    away = [days(date(2026, 11, 23), date(2026, 11, 24))]
    assert not can_work(away, BERLIN, None, now=NOW, until=None)
    assert not can_work(away, BERLIN, None, now=NOW, until=NOW - timedelta(days=1))
    assert can_work(away, BERLIN, None, now=NOW + timedelta(days=3), until=None)


@given(
    st.lists(st.tuples(st.integers(0, 200), st.integers(1, 60)), max_size=4),
    st.integers(1, 240),
    st.sampled_from(["UTC", "Asia/Kathmandu", "America/St_Johns", "Pacific/Apia"]),
)
def test_can_work_is_what_an_hour_by_hour_look_says(spans, hours, zone):
    """Some quarter of an hour in the team's hours, there, before the deadline, and not away: exactly then."""
    team = Team(1, "Support", opens=time(9), closes=time(17))
    away = [Absence(1, NOW + timedelta(hours=a), NOW + timedelta(hours=a + n)) for a, n in spans]
    until = NOW + timedelta(hours=hours)

    def works(at):
        local = at.astimezone(ZoneInfo(zone))
        return local.weekday() < 5 and time(9) <= local.time() < time(17) and not absences.is_away(away, at)

    looked = any(works(NOW + timedelta(minutes=15 * step)) for step in range(4 * hours))
    assert can_work(away, team, zone, now=NOW, until=until) == looked


def test_a_slack_status_says_until_when():
    """Vacation and illness count until they expire; a status without an end for a day at a time; others not at all."""
    ends = NOW + timedelta(days=3)
    palm = {"status_emoji": ":palm_tree:", "status_expiration": int(ends.timestamp())}
    assert of_status(1, palm, known=None, now=NOW) == Absence(1, NOW, ends, AbsenceSource.SLACK)
    endless = of_status(
        1, {"status_emoji": ":face_with_thermometer:", "status_expiration": 0}, known=None, now=NOW
    )
    assert endless.ends_at == NOW + timedelta(days=1)
    later = NOW + timedelta(hours=6)
    again = of_status(1, {"status_emoji": ":face_with_thermometer:"}, known=endless, now=later)
    assert (again.starts_at, again.ends_at) == (NOW, later + timedelta(days=1))
    over = {"status_emoji": ":palm_tree:", "status_expiration": int(NOW.timestamp()) - 1}
    for profile in ({"status_emoji": ":spiral_calendar_pad:"}, {"status_emoji": ""}, {}, over):
        assert of_status(1, profile, known=None, now=NOW) is None
