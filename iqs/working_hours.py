"""Working hours: when a person may be written to."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from iqs.people import Team


def next_working_instant(at: datetime, team: Team, timezone: str | None = None) -> datetime:
    """`at` itself when it falls in the team's working hours, else the next instant that does; UTC.

    The hours are read in `timezone` (the recipient's own IANA zone) or, without one, in the team's. A team without
    working days has no quiet time: `at` is returned.
    """
    if not team.working_days or team.opens >= team.closes:
        return at
    zone = ZoneInfo(timezone or team.timezone)
    local = at.astimezone(zone)
    for ahead in range(8):
        day = local.date() + timedelta(days=ahead)
        if day.weekday() not in team.working_days:
            continue
        opens = datetime.combine(day, team.opens, zone)
        closes = datetime.combine(day, team.closes, zone)
        if local < closes:
            return max(at, opens.astimezone(UTC))
    return at
