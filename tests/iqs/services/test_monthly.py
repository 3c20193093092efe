"""The month's digest: posted once, about the calendar month before, beside the month before that."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, select

from iqs.notices import NoticeKind
from iqs.reports import Unit
from iqs.schedules import ScheduleKind
from iqs.services import configuring, planning, reporting, scheduling
from iqs.storage import tables

MADE = datetime(2026, 11, 12, tzinfo=UTC)
FIRST = datetime(2026, 12, 7, 9, tzinfo=UTC)  # ten o'clock in Berlin
SECOND = datetime(2027, 1, 4, 9, tzinfo=UTC)


@pytest.fixture
def planned(world):
    """Support in Berlin with a channel and nothing but the month's digest."""
    configuring.configure(world.store, None, "Support", channel_id="C1", timezone="Europe/Berlin", now=MADE)
    scheduling.ensure_schedules(world.store, now=MADE)
    with world.store.write() as tx:
        tx.execute(delete(tables.Schedule).where(tables.Schedule.kind != ScheduleKind.MONTHLY))
    return world.store


def digests(store):
    with store.read() as tx:
        wanted = select(tables.Notice.object_id, tables.Notice.channel)
        return tx.execute(
            wanted.where(tables.Notice.kind == NoticeKind.DIGEST).order_by(tables.Notice.id)
        ).all()


def test_it_comes_on_the_first_monday_and_compares_months(planned):
    """December's stands beside November's, over the year's end; the trend goes by months."""
    assert not any(each.told for each in scheduling.tick(planned, now=FIRST - timedelta(minutes=1)))
    assert [each.told for each in scheduling.tick(planned, now=FIRST) if each.team == "Support"] == [True]
    scheduling.tick(planned, now=FIRST + timedelta(hours=1))
    scheduling.tick(planned, now=SECOND)
    first, second = digests(planned)
    assert (first.channel, second.channel) == ("C1", "C1")
    november, december = (
        reporting.digest(planned, each.object_id, now=SECOND).report for each in (first, second)
    )
    assert (november.period.label, december.period.label) == ("November 2026", "December 2026")
    assert december.period.start == november.period.end == datetime(2026, 11, 30, 23, tzinfo=UTC)
    assert [(point.unit, point.label) for point in december.trend][-2:] == [
        (Unit.MONTH, "Nov 2026"),
        (Unit.MONTH, "Dec 2026"),
    ]
    assert len(december.trend) == 12


def test_the_preview_of_a_month_is_the_digest_of_that_month(planned):
    """What a lead looks at beforehand compares the same months and has the same trend as what is posted."""
    scheduling.tick(planned, now=FIRST)
    (posted,) = digests(planned)
    shown = reporting.digest(planned, posted.object_id, now=FIRST)
    team = shown.report.team
    preview = reporting.preview_digest(planned, None, team.id, now=FIRST, period="last month")
    assert preview == shown
    assert len(preview.report.trend) == 12


def test_it_can_be_moved_and_paused_like_the_others(planned):
    """To the first Wednesday; a pause keeps it away."""
    moved = planning.move(planned, None, "Support", ScheduleKind.MONTHLY, now=MADE, weekday=2)
    assert [each.local_date.day for each in moved.coming] == [2, 6, 3]
    planning.pause(planned, None, "Support", ScheduleKind.MONTHLY, now=MADE)
    scheduling.tick(planned, now=SECOND + timedelta(days=3))
    assert digests(planned) == []


@pytest.mark.parametrize("week_start", [6, 5])
def test_reports_and_digests_count_the_teams_own_weeks(planned, week_start):
    """Last week is the last complete one that begins on the day the team chose; so is each point of the trend."""
    store = planned
    configuring.configure(store, None, "Support", week_start=week_start, now=MADE)
    team = next(each for each in configuring.teams(store) if each.name == "Support")
    now = datetime(2026, 11, 18, 12, tzinfo=UTC)
    report = reporting.team_report(store, None, team.id, now=now, period="last week")
    starts = {point.start.weekday() for point in report.trend}
    assert starts == {week_start}
    assert report.period.label == f"week of Nov {8 if week_start == 6 else 7}"
    iso = reporting.team_report(store, None, team.id, now=now, period="2026-W46")
    assert iso.period.label == "week 46"
