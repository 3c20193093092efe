"""In every IANA zone, over ten years, at four local times: each week comes due once, at the right instant.

The oracle knows a zone only as its offsets from one instant to the next and looks for the first instant at which
the clock on the wall shows the time or a later one. Zones whose clocks agree for all of the ten years are one case
in `make test`; the long run takes every name on every weekday.
"""

from bisect import bisect_right
from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

import pytest

from iqs import schedules
from iqs.schedules import Schedule, ScheduleKind

FIRST, YEARS = date(2020, 1, 1), 10
MINUTES = (0, 2 * 60 + 30, 9 * 60, 23 * 60 + 59)  # two of them are where clocks are changed
NAMES = sorted(available_timezones() - {"localtime", "Factory"})
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
START, END = (
    int((datetime.combine(day, time.min, UTC) - EPOCH).total_seconds())
    for day in (FIRST - timedelta(weeks=2), FIRST.replace(year=FIRST.year + YEARS) + timedelta(weeks=2))
)
WEEK = 7 * 86_400


@cache
def clocks(name):
    """(seconds UTC, offset from then on) of every change of a zone's clock in the ten years."""
    zone = ZoneInfo(name)

    def offset(at):
        return datetime.fromtimestamp(at, zone).utcoffset()

    found = [(START, offset(START))]
    for week in range(START, END, WEEK // 2):
        before = found[-1][1]
        low, high = week, week + WEEK // 2
        if offset(high) == before:
            continue
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if offset(middle) == before else (low, middle)
        found.append((high, offset(high)))
    return tuple((at, int(since.total_seconds())) for at, since in found)


@cache
def alike():
    """Names by what their clocks do."""
    groups = {}
    for name in NAMES:
        groups.setdefault(clocks(name), []).append(name)
    return list(groups.items())


def expected(changes, day, minute):
    """The first second (UTC) at which the wall shows this time of this day or a later one."""
    wall = (day.toordinal() - date(1970, 1, 1).toordinal()) * 86_400 + minute * 60
    place = max(0, bisect_right(changes, (wall - 30 * 3600,)) - 1)
    while True:
        since, offset = changes[place]
        until = changes[place + 1][0] if place + 1 < len(changes) else END * 2
        at = max(since, wall - offset)
        if at < until:
            return at
        place += 1


def sweep(name, changes, weekday):
    """Every due time of ten years at each local time is the expected one, once a week."""
    for minute in MINUTES:
        made = EPOCH + timedelta(seconds=START)
        planned = Schedule(1, 1, ScheduleKind.DIGEST, weekday, minute, name, made)
        day = FIRST + timedelta(days=(weekday - FIRST.weekday()) % 7)
        last = FIRST.replace(year=FIRST.year + YEARS)
        for due in schedules.due_times(planned, after=made):
            if due.local_date < day:
                continue
            if day >= last:
                break
            assert due.local_date == day, (name, minute)
            assert (due.at - EPOCH) == timedelta(seconds=expected(changes, day, minute)), (name, minute, day)
            day += timedelta(weeks=1)
        assert day >= last


def weekday_of_changes(changes):
    """The local weekday on which this zone's clocks are changed most often, where mistakes would be."""
    days = Counter((EPOCH + timedelta(seconds=at + offset)).weekday() for at, offset in changes[1:])
    return days.most_common(1)[0][0] if days else 0


@pytest.mark.parametrize("part", range(4))
def test_one_a_local_date_wherever_clocks_differ(part):
    """Every rule that some zone follows, on the weekday on which its clocks change."""
    for changes, names in alike()[part::4]:
        sweep(names[0], changes, weekday_of_changes(changes))


def test_the_oracle_sees_the_clocks():
    """Berlin's clocks change twice a year, on Sundays; Tokyo's never; there are many rules in the world."""
    assert len(clocks("Europe/Berlin")) == 1 + 2 * YEARS
    assert weekday_of_changes(clocks("Europe/Berlin")) == 6
    assert len(clocks("Asia/Tokyo")) == 1
    assert len(alike()) > 60


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("weekday", range(7))
def test_one_a_local_date_in_every_zone(weekday):
    """Every name, so that with all weekdays each of the 3,653 local dates is asked for at each of four times."""
    for name in NAMES:
        sweep(name, clocks(name), weekday)
