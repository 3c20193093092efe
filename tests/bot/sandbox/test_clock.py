"""The clock moves forward, to words that a person would use."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.sandbox import Clock

WEDNESDAY = datetime(2026, 11, 18, 12, 0, tzinfo=UTC)

MOVES = {
    "next monday": ("monday 09:00", "UTC", "2026-11-23 09:00"),
    "tomorrow": ("tomorrow 08:30", "UTC", "2026-11-19 08:30"),
    "later today": ("Wednesday 15:30", "UTC", "2026-11-18 15:30"),
    "a weekday whose time has passed": ("wednesday 09:00", "UTC", "2026-11-25 09:00"),
    "on the wall of a zone": ("monday 09:00", "America/New_York", "2026-11-23 14:00"),
    "a time of day": ("11:00", "UTC", "2026-11-19 11:00"),
    "minutes": ("+10m", "UTC", "2026-11-18 12:10"),
    "weeks": ("+2w", "UTC", "2026-12-02 12:00"),
    "ISO with an offset": ("2026-11-20T10:00+01:00", "UTC", "2026-11-20 09:00"),
    "ISO on the wall of a zone": ("2026-11-20T10:00", "Europe/Paris", "2026-11-20 09:00"),
    "across the end of summer time": ("2027-03-29 09:00", "Europe/Paris", "2027-03-29 07:00"),
}


@pytest.mark.parametrize(("words", "zone", "expected"), MOVES.values(), ids=MOVES)
def test_moves(words, zone, expected):
    """Each way to name a moment reaches it, and the clock goes on ticking."""
    clock = Clock(WEDNESDAY)
    reached = clock.move(words, zone)
    assert f"{reached:%Y-%m-%d %H:%M}" == expected
    assert timedelta(0) <= clock.now() - reached < timedelta(seconds=5)


@pytest.mark.parametrize("words", ["yesterday", "2026-11-01T09:00", "monday 25:00", "", "+m"])
def test_refuses(words):
    """Unknown words and times that lie behind are refused, and the clock stays."""
    clock = Clock(WEDNESDAY)
    with pytest.raises(ValueError, match=r"clock|read|hour"):
        clock.move(words)
    assert clock.now() - WEDNESDAY < timedelta(seconds=5)


def test_reads_like_a_clock():
    """A person reads the time of their own zone."""
    clock = Clock(WEDNESDAY)
    assert clock.text("Europe/Paris") == "Wed 18 Nov 13:00"
    assert clock.moved
    assert not Clock().moved
