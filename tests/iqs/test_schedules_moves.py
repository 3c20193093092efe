"""Whatever admins and clocks do to a schedule, each week comes at most once and its windows leave no gap."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from iqs import periods, schedules
from iqs.schedules import CATCH_UP, Last, Outcome, Schedule, ScheduleKind

MADE = datetime(2026, 3, 20, 12, tzinfo=UTC)  # a Friday, a week before Europe's clocks change
ZONES = (
    "UTC", "Europe/Berlin", "America/New_York", "America/Los_Angeles", "America/Santiago", "Africa/Cairo",
    "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Apia", "Pacific/Kiritimati", "Pacific/Niue",
)  # fmt: skip


class Moves(RuleBasedStateMachine):
    """A schedule as the services keep it: ticked, moved, paused, its clock set forward and back."""

    def __init__(self):
        super().__init__()
        self.now = MADE
        self.schedule = Schedule(1, 1, ScheduleKind.DIGEST, 0, 540, "UTC", MADE)
        self.runs = []

    @property
    def last(self):
        return Last(self.runs[-1].due.local_date, self.runs[-1].window.end) if self.runs else None

    def steps(self):
        return schedules.to_do(self.schedule, now=self.now, last=self.last)

    @rule(minutes=st.integers(1, 3 * 24 * 60))
    def wait(self, minutes):
        """Time passes; nobody ticks."""
        self.now += timedelta(minutes=minutes)

    @rule(minutes=st.integers(1, 10 * 24 * 60))
    def set_back(self, minutes):
        """The machine's clock is set back."""
        self.now -= timedelta(minutes=minutes)

    @rule(weeks=st.integers(1, 6))
    def jump(self, weeks):
        """It is set forward, or the process was off."""
        self.now += timedelta(weeks=weeks)

    @rule()
    def tick(self):
        """What is due is recorded, as by `scheduling.tick`."""
        steps = self.steps()
        self.runs += steps
        for each in steps[:-1]:
            assert each.outcome is Outcome.SKIPPED
        for each in steps:
            late = self.now - max(each.due.at, self.schedule.starts_after)
            assert (each.outcome is Outcome.SKIPPED) == (each is not steps[-1] or late > CATCH_UP)
        assert self.steps() == ()

    @rule(zone=st.sampled_from(ZONES))
    def move_zone(self, zone):
        """As `configuring.configure`."""
        if zone != self.schedule.zone:
            since = self.now if self.runs else self.schedule.starts_after
            self.schedule = replace(self.schedule, zone=zone, starts_after=since)

    @rule(weekday=st.integers(0, 6), minute=st.sampled_from([0, 150, 540, 1439]))
    def move_time(self, weekday, minute):
        """As `planning.move`."""
        if (weekday, minute) != (self.schedule.weekday, self.schedule.minute):
            self.schedule = replace(self.schedule, weekday=weekday, minute=minute, starts_after=self.now)

    @precondition(lambda self: not self.schedule.paused)
    @rule()
    def pause(self):
        """As `planning.pause`."""
        self.schedule = replace(self.schedule, paused=True)
        assert self.steps() == ()

    @precondition(lambda self: self.schedule.paused)
    @rule()
    def resume(self):
        """As `planning.resume`: what came due meanwhile is skipped."""
        self.schedule = replace(self.schedule, paused=False)
        self.runs += [replace(each, outcome=Outcome.SKIPPED) for each in self.steps()]
        assert self.steps() == ()

    @invariant()
    def one_a_week_and_a_date(self):
        """No local date twice, no ISO week twice, and none left out between the first and the last."""
        mondays = [each.due.local_date - timedelta(days=each.due.local_date.weekday()) for each in self.runs]
        assert all(later - earlier == periods.WEEK for earlier, later in pairwise(mondays))

    @invariant()
    def windows_leave_no_gap_and_no_overlap(self):
        """Every instant is in one window; each is a week, give or take the hours between two zones."""
        for earlier, later in pairwise(self.runs):
            assert later.window.start == earlier.window.end
        for each in self.runs:
            length = each.window.end - each.window.start
            assert timedelta(days=7, hours=-28) <= length <= timedelta(days=7, hours=28)
            assert each.window.end <= each.due.at

    @invariant()
    def what_comes_is_still_to_come(self):
        """The next times are later than now, a week apart by the calendar, in weeks not done yet."""
        coming = schedules.upcoming(self.schedule, now=self.now, last=self.last)
        assert len(coming) == (0 if self.schedule.paused else 3)
        for each in coming:
            assert each.at > self.now
            assert each.local_date.weekday() == self.schedule.weekday
            assert self.last is None or each.local_date > self.last.local_date


Moves.TestCase.settings = settings(max_examples=40, stateful_step_count=40, deadline=None)
TestMoves = Moves.TestCase
