"""`iqs outbox` as an operator meets it: what waits and why, one line an answer, no customer's word."""

import json
from datetime import UTC, datetime

import pytest
from sqlalchemy import select, update

from bot import cli
from iqs.storage import tables
from iqs.storage.repositories import audit
from tests import world

N = tables.Notice


@pytest.fixture
def team(sqlite_store):
    """The team, its week drawn: nine scorecards wait."""
    made = world.build(sqlite_store)
    made.draw(seed="s")
    return made


@pytest.fixture
def iqs(team, tmp_path, monkeypatch, capsys):
    """Runs a command on that database; (exit code, stdout, stderr)."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{team.store.path}")

    def run(*arguments):
        with pytest.raises(SystemExit) as ended:
            cli.main(["outbox", *arguments])
        out, err = capsys.readouterr()
        return ended.value.code, out, err

    return run


def put(team, *ids, **values):
    with team.store.write() as tx:
        tx.execute(update(N).where(N.id.in_(ids)).values(**values))


def state(team, notice_id):
    with team.store.read() as tx:
        return tx.scalar(select(N.state).where(N.id == notice_id))


def kill(team, *ids, error="user_disabled"):
    now = datetime.now(UTC)
    put(team, *ids, state="dead", error=error, attempts=2, first_try_at=now, last_try_at=now, lease_token="t")


def test_nothing_stuck_is_said(iqs, team):
    """An empty answer is a sentence."""
    put(team, *range(1, 10), state="sent", ts="1.0")
    assert iqs("list") == (0, "Nothing is stuck.\n", "")
    assert iqs("list", "--state", "dead") == (0, "There are none.\n", "")
    assert iqs("retry", "--all-dead") == (0, "Nothing is dead.\n", "")


def test_a_stuck_message_tells_all_a_person_needs(iqs, team):
    """What, to whom, since when, why, what to do, and never a word of a customer."""
    kill(team, 1)
    code, out, _ = iqs("list")
    assert code == 0
    assert "    1  refused      Scorecard to " in out
    assert "Their Slack account is switched off. Look whether they are still here" in out
    code, out, _ = iqs("show", "1")
    assert out.splitlines()[0].startswith("Message:   1, scorecard:")
    assert "State:     dead (refused)" in out
    assert "Tried:     2 times, last 20" in out
    assert "Question" not in out
    assert "Subject" not in out


def test_json_is_one_object_a_message(iqs, team):
    """A script reads the same, with stable words and RFC 3339 times."""
    kill(team, 1, 2)
    listed = [json.loads(line) for line in iqs("list", "--json", "--state", "dead")[1].splitlines()]
    assert [(each["id"], each["state"], each["wait"]) for each in listed] == [
        (1, "dead", "refused"),
        (2, "dead", "refused"),
    ]
    assert json.loads(iqs("show", listed[0]["key"], "--json")[1]) == listed[0]
    assert datetime.fromisoformat(listed[0]["not_before"]).utcoffset().total_seconds() == 0


def test_a_long_list_is_cut_and_says_so(iqs):
    """More than the limit is not shown, but said."""
    code, out, _ = iqs("list", "--state", "pending", "--limit", "2")
    assert (code, out.count("Scorecard to")) == (0, 2)
    assert "There are more" in out
    assert iqs("list", "--state", "pending", "--kind", "digest")[1] == "There are none.\n"


def test_retry_and_cancel_by_number_and_key(iqs, team):
    """Each does what it says, and it is in the audit as the operator's doing."""
    kill(team, 1, 2)
    key = json.loads(iqs("show", "1", "--json")[1])["key"]
    assert iqs("retry", key)[:2] == (0, iqs_line(team, 1, "is sent again."))
    assert iqs("cancel", "2")[:2] == (0, iqs_line(team, 2, "will not be sent."))
    assert (state(team, 1), state(team, 2)) == ("pending", "cancelled")
    with team.store.read() as tx:
        assert [(row.actor_id, row.action) for row in audit.of(tx, "notice", 1)] == [(None, "retry")]


def iqs_line(team, notice_id, then):
    with team.store.read() as tx:
        name = tx.scalar(
            select(tables.Person.name).join(N, N.person_id == tables.Person.id).where(N.id == notice_id)
        )
    return f"{notice_id}: Scorecard to {name} (Support) {then}\n"


def test_what_may_have_arrived_needs_a_yes(iqs, team):
    """Without --yes nothing changes and the way is said; with it, it is looked for first."""
    kill(team, 1, error="may have arrived; history scope missing")
    code, _, err = iqs("retry", "1")
    assert code == 2
    assert "look into the conversation" in err
    assert "--yes" in err
    assert state(team, 1) == "dead"
    kill(team, 2)
    code, out, _ = iqs("retry", "--all-dead")
    assert code == 0
    assert "may have arrived and stays" in out
    assert (state(team, 1), state(team, 2)) == ("dead", "pending")
    assert "is looked for, then sent if it is not there" in iqs("retry", "1", "--yes")[1]
    assert state(team, 1) == "sending"


def test_one_that_cannot_be_done_keeps_no_other_waiting(iqs, team):
    """Of several, each is tried; the exit code tells that one failed."""
    kill(team, 1, 2)
    code, out, err = iqs("retry", "1", "nowhere", "2")
    assert (code, out.count("is sent again")) == (2, 2)
    assert "no message “nowhere”" in err


@pytest.mark.parametrize(
    "arguments",
    [
        ["retry"], ["retry", "1", "--all-dead"], ["cancel"], ["show"], ["show", "nowhere"], ["retry", "99"],
        ["retry", "1"], ["list", "--state", "lost"], ["list", "--limit", "0"], ["nowhere"],
    ],
    ids=" ".join,
)  # fmt: skip
def test_mistakes_are_one_line_and_exit_2(iqs, arguments):
    """Nobody sees a traceback."""
    code, _, err = iqs(*arguments)
    assert (code, err.count("\n"), err[:5]) == (2, 1, "iqs: "), err
