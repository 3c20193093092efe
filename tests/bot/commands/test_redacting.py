"""The switch for personal data and the command for what is stored, as an operator meets them."""

import io
import json

import pytest

from bot import cli
from iqs.services import importing
from iqs.storage.repositories import conversations
from tests import world


@pytest.fixture
def iqs(sqlite_store, tmp_path, monkeypatch, capsys):
    """Runs a command on a small team's database; (exit code, stdout, stderr)."""
    world.build(sqlite_store)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{sqlite_store.path}")

    def run(*arguments):
        with pytest.raises(SystemExit) as ended:
            cli.main(list(arguments))
        out, err = capsys.readouterr()
        return ended.value.code, out, err

    return run


def first_words(store, number):
    with store.read() as tx:
        return conversations.get(tx, conversations.by_key(tx, "demo", f"c{number}")).messages[0].text


def bring(store, number):
    entry = world.conversation(number, "h1", at=world.MONDAY)
    entry["messages"][0]["text"] = "I am ann@x.example"
    importing.import_conversations(store, [json.dumps(entry).encode()], now=world.MONDAY)


def test_the_switch_warns_and_is_told(iqs, sqlite_store):
    """Off stores text as it comes and says so plainly; on tells of what is stored already; the list shows it."""
    bring(sqlite_store, 900)
    assert first_words(sqlite_store, 900) == "I am [e-mail]"
    code, out, _ = iqs("team", "set", "Support", "--redact", "off")
    assert (code, "Careful" in out) == (0, True)
    assert "Support: " in iqs("team", "list")[1]
    assert iqs("team", "list")[1].count("stored as it comes") == 1
    bring(sqlite_store, 901)
    assert first_words(sqlite_store, 901) == "I am ann@x.example"
    code, out, _ = iqs("team", "set", "Support", "--redact", "on")
    assert (code, "iqs conversations redact" in out) == (0, True)
    assert iqs("conversations", "redact", "--yes")[1].endswith(" 1 changed, 1 marks set.\n")
    assert first_words(sqlite_store, 901) == "I am [e-mail]"


def test_nothing_is_changed_unasked(iqs, sqlite_store, monkeypatch):
    """Without a yes the stored text stays."""
    monkeypatch.setattr("sys.stdin", io.StringIO("no\n"))
    iqs("team", "set", "Support", "--redact", "off")
    bring(sqlite_store, 901)
    iqs("team", "set", "Support", "--redact", "on")
    assert iqs("conversations", "redact")[0] == 130
    assert first_words(sqlite_store, 901) == "I am ann@x.example"
