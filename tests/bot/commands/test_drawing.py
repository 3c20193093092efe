"""`iqs draw verify` on the command line: one screen, and an exit code that scripts can read."""

import json

import pytest
from sqlalchemy import text

from bot.cli import main as iqs
from tests.world import WEEK, build


@pytest.fixture
def drawn(sqlite_store, monkeypatch):
    """Support, drawn for week 46, behind DATABASE_URL."""
    build(sqlite_store).draw(seed="s")
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{sqlite_store.path}")
    return sqlite_store


def main(arguments):
    """The exit code of a command."""
    with pytest.raises(SystemExit) as ended:
        iqs(arguments)
    return ended.value.code or 0


def test_a_draw_that_holds_says_yes(drawn, capsys):
    """Seed, hashes and counts on one screen, exit code 0; as JSON too."""
    assert main(["draw", "verify", f"Support {WEEK}"]) == 0
    shown = capsys.readouterr().out
    assert "Verified" in shown
    assert "seed          s" in shown
    assert len(shown.splitlines()) < 12
    assert main(["draw", "verify", "1", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["verified"], told["drawn"], told["eligible"], told["differences"]) == (True, 9, 24, [])


def test_a_draw_that_was_changed_says_what_differs(drawn, capsys):
    """Exit code 1 and the difference."""
    with drawn.write() as tx:
        tx.execute(text("UPDATE draw SET seed = 'nicer'"))
    assert main(["draw", "verify", f"Support {WEEK}"]) == 1
    shown = capsys.readouterr().out
    assert "NOT verified" in shown
    assert "the seed is not the one that was committed" in shown


def test_an_unknown_draw_is_one_line(drawn, capsys):
    """One line on stderr, exit code 2."""
    assert main(["draw", "verify", "Support 2026-W01"]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_the_short_form_still_draws(drawn, capsys):
    """`iqs draw --team …` needs no further word, and says what is missing."""
    assert main(["draw", "--team", "Support", "--period", WEEK, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["seed"] == "s"
    assert main(["draw", "--team", "Support"]) == 2
    assert "--period" in capsys.readouterr().err


def test_filters_and_the_reviewee_rule_are_set_and_shown(drawn, capsys):
    """What `iqs team set` took, `iqs team list` shows in the same words; a contradiction is one line."""
    assert (
        main(
            [
                "team",
                "set",
                "Support",
                "--filter",
                "channel=email",
                "--filter",
                "csat=0..40",
                "--reviewee",
                "last-answer",
            ]
        )
        == 0
    )
    capsys.readouterr()
    main(["team", "list"])
    shown = next(line for line in capsys.readouterr().out.splitlines() if line.startswith("Support"))
    assert "channel=email csat=0..40" in shown
    assert "last-answer" in shown
    assert main(["team", "set", "Support", "--filter", "csat=60..40"]) == 2
    assert "contradict" in capsys.readouterr().err
    assert main(["team", "set", "Support", "--filter", "none"]) == 0
