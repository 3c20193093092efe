"""What a draw is shown from: its commitment, its progress, its verdict, and why a conversation was in it."""

from datetime import UTC, date, datetime, timedelta

from iqs.absences import AbsenceSource, of_days
from iqs.people import Person, Role, Team
from iqs.progress import DrawProgress, Short, Tally
from iqs.proof import Committed, Verdict, Why
from iqs.reminders import Reminder
from iqs.reports import Home
from iqs.reviews import Stream

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
AT = datetime(2026, 11, 16, 8, tzinfo=UTC)

PROGRESS = DrawProgress(
    team=Team(7, "Care"),
    draw_id=3,
    period="2026-W46",
    attempt=1,
    drawn_at=NOW - timedelta(days=4),
    due_at=NOW + timedelta(days=3),
    starts_at=NOW - timedelta(days=11),
    ends_at=NOW - timedelta(days=4),
    by_reviewer=(("Rosa", Tally(10, 4, 1, 1)), ("Sam", Tally(8, 8))),
    beside=2,
    eligible=240,
    excluded={"no customer message": 12, "filtered out by tag": 3},
    short=(Short("Grace", 3, 2, 2),),
    unshared=1,
    seed="5eed",
    seed_hash="a" * 64,
    frame_hash="b" * 64,
    can_redraw=False,
    unreplaced=2,
)

VERDICT = Verdict(
    team="Support", draw_id=7, period="2026-W46", attempt=1, seed="5eed", seed_hash="a" * 64, frame_hash="b" * 64,
    committed_at=AT, drawn_at=AT, eligible=100, people=5, positions=4, drawn=3,
)  # fmt: skip
RANDOM = Why(
    Stream.RANDOM, mine=True, period="2026-W46", team="Support", drawn=3, eligible=40, verdict=VERDICT
)

PICKED = Why(Stream.TARGETED, mine=True, period="2026-W46", team="Support", picked_for="CSAT 50 %")
COMMITTED = Committed(
    id=3, team_id=7, period="2026-W46", attempt=1, starts_at=AT - timedelta(days=7), ends_at=AT,
    seed_hash="a" * 64, frame_hash="b" * 64,
    frame={"people": {"1": {"eligible": 140}, "2": {"eligible": 100}, "3": {"eligible": 0}}},
    eligible=240, excluded={"no customer message": 12, "filtered out by tag": 3}, created_at=AT,
)  # fmt: skip
REMINDER = Reminder(
    Person(1, "Rosa"),
    ((NOW - timedelta(days=2), 1), (NOW + timedelta(hours=8), 2), (NOW + timedelta(days=9), 4)),
    "UTC",
)


def away():
    """The Home of a reviewer who will be out of office."""
    rosa = Person(4, "Rosa", roles={7: frozenset({Role.REVIEWER})})
    absence = of_days(4, date(2026, 11, 23), date(2026, 11, 25), "UTC", now=NOW, source=AbsenceSource.LEAD)
    return Home(rosa, (), absence=absence)
