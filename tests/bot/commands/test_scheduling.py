"""`iqs schedule`: shown, moved, paused and resumed as an operator types it."""

import json
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot import cli
from bot.commands import scheduling as command
from bot.commands.scheduling import lines
from iqs.services import configuring, enrolling, planning, scheduling

NOW = datetime(2026, 10, 22, 12, tzinfo=UTC)  # a Thursday; Berlin's clocks change on Sunday


@pytest.fixture
def iqs(programme, monkeypatch, capsys, tmp_path):
    """Runs a command on the programme's database; (exit code, stdout, stderr)."""
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{programme.path}")
    monkeypatch.chdir(tmp_path)

    def run(*arguments):
        with pytest.raises(SystemExit) as ended:
            cli.main(arguments)
        out, err = capsys.readouterr()
        return ended.value.code, out, err

    return run


def test_it_shows_the_next_three_times_local_and_in_utc(sqlite_store):
    """With the zone's own name for its time, on both sides of a clock change."""
    enrolling.import_people(sqlite_store, "team,email,name,roles\nSupport,a@example.com,Ada,agent\n", now=NOW)
    configuring.configure(sqlite_store, None, "Support", timezone="Europe/Berlin", now=NOW)
    scheduling.ensure_schedules(sqlite_store, now=NOW)
    planning.move(sqlite_store, None, "Support", planning.ScheduleKind.DIGEST, now=NOW, weekday=6, minute=150)
    draw, digest, monthly = planning.planned(sqlite_store, now=NOW + timedelta(hours=1))
    assert list(lines(draw))[:2] == [
        "Support, draw: every Monday 08:00 (Europe/Berlin)",
        "  Mon 2026-10-26 08:00 CET · Mon 2026-10-26 07:00 UTC",
    ]
    assert list(lines(digest)) == [
        "Support, digest: every Sunday 02:30 (Europe/Berlin)",
        "  Sun 2026-10-25 02:30 CEST · Sun 2026-10-25 00:30 UTC",  # the first of the two
        "  Sun 2026-11-01 02:30 CET · Sun 2026-11-01 01:30 UTC",
        "  Sun 2026-11-08 02:30 CET · Sun 2026-11-08 01:30 UTC",
    ]
    assert list(lines(monthly))[:2] == [
        "Support, monthly: the first Monday of the month 10:00 (Europe/Berlin)",
        "  Mon 2026-11-02 10:00 CET · Mon 2026-11-02 09:00 UTC",
    ]
    [_, digest, _] = planning.planned(sqlite_store, now=datetime(2026, 10, 25, 1, tzinfo=UTC))
    assert "due since Sun 2026-10-25 02:30 CEST" in list(lines(digest))[1]


def test_set_prints_the_next_three_times_and_list_agrees(iqs):
    """What was saved is what is shown, as text and as JSON."""
    code, out, _ = iqs(
        "schedule", "set", "--team", "support", "--kind", "digest", "--day", "fri", "--at", "16:30"
    )
    assert code == 0
    head, *times = out.splitlines()
    assert head == "Support, digest: every Friday 16:30 (UTC)"
    assert len(times) == 3
    assert all(line.startswith("  Fri ") and " 16:30 UTC · Fri " in line for line in times)
    assert out in iqs("schedule")[1]
    assert iqs("schedule", "list", "--team", "Support")[1] == iqs("schedule")[1]
    [_, shown, _] = json.loads(iqs("schedule", "list", "--json")[1])
    assert {name: shown[name] for name in ("team", "kind", "day", "at", "zone", "paused", "due")} == {
        "team": "Support", "kind": "digest", "day": "friday", "at": "16:30", "zone": "UTC", "paused": False,
        "due": [],
    }  # fmt: skip
    assert [set(each) for each in shown["next"]] == [{"local", "utc"}] * 3
    first = datetime.fromisoformat(shown["next"][0]["utc"])
    assert (first.strftime("%A %H:%M"), first > datetime.now(UTC)) == ("Friday 16:30", True)


def test_pause_and_resume_say_how_it_stands(iqs):
    """All schedules, or one; a paused one has no next time."""
    code, out, _ = iqs("schedule", "pause", "--team", "Support")
    assert (code, out) == (
        0,
        "Support, draw: paused (UTC)\nSupport, digest: paused (UTC)\nSupport, monthly: paused (UTC)\n",
    )
    assert iqs("schedule")[1] == out
    code, out, _ = iqs("schedule", "resume", "--team", "Support", "--kind", "draw")
    assert (code, len(out.splitlines())) == (0, 4)
    assert "Support, digest: paused" in iqs("schedule")[1]


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["--team", "Support", "--kind", "digest", "--day", "1"], "monday, tuesday"),
        (["--team", "Support", "--kind", "digest", "--day", "someday"], "someday"),
        (["--team", "Support", "--kind", "digest", "--at", "25:00"], "09:00"),
        (["--team", "Support", "--kind", "digest"], "--day"),
        (["--team", "Nowhere", "--kind", "digest", "--at", "09:00"], "Nowhere"),
        (["--team", "Support", "--kind", "party", "--at", "09:00"], "party"),
        (["--kind", "digest", "--at", "09:00"], "--team"),
    ],
)
def test_bad_input_is_one_sentence(iqs, arguments, word):
    """Exit 2, and nothing was changed."""
    before = iqs("schedule")[1]
    code, out, err = iqs("schedule", "set", *arguments)
    assert (code, out, len(err.splitlines())) == (2, "", 1)
    assert word in err
    assert iqs("schedule")[1] == before


def test_a_new_zone_shows_the_times_it_brings(iqs):
    """Saving a team's zone is saving its schedules' times."""
    out = iqs("team", "set", "Support", "--timezone", "Asia/Kathmandu")[1]
    assert out.count("(Asia/Kathmandu)") == 3
    assert "08:00 +0545 · " in out
    assert len(iqs("team", "set", "Support", "--quota", "4")[1].splitlines()) == 1


def test_json_times_read_back():
    """Local times carry their offset, UTC times end in Z."""
    local = datetime(2026, 11, 23, 9, tzinfo=ZoneInfo("Europe/Berlin"))
    assert command._iso(local) == "2026-11-23T09:00+01:00"
    assert command._iso(local.astimezone(UTC)) == "2026-11-23T08:00Z"
