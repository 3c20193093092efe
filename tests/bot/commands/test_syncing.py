"""`iqs sync`: one clear line, counts as JSON, a sentence for what is wrong."""

import json
from datetime import UTC, datetime

import pytest

from bot import cli
from tests.iqs.helpdesk.standin import StandIn, running, status
from tests.iqs.helpdesk.vendors.intercom import VENDOR


@pytest.fixture
def desk():
    with running(StandIn(VENDOR, lambda: datetime.now(UTC))) as standin:
        yield standin


@pytest.fixture
def iqs(monkeypatch, sqlite_store, desk, tmp_path, capsys):
    """Runs a command; (exit code, stdout, stderr)."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{sqlite_store.path}")
    monkeypatch.setenv("INTERCOM_TOKEN", "token-of-nobody")
    monkeypatch.setenv("INTERCOM_BASE_URL", desk.base)

    def run(*arguments):
        with pytest.raises(SystemExit) as left:
            cli.main(arguments)
        told = capsys.readouterr()
        return left.value.code, told.out, told.err

    return run


def test_a_sync_says_what_it_did(iqs):
    """And the same again finds nothing new."""
    code, told, _ = iqs("sync", "--since", "2026-11-01")
    assert (code, told) == (
        0,
        "intercom: 7 read since 2026-11-01 00:00 UTC: 7 new, 0 updated, 0 unchanged, 1 with a late survey answer.\n",
    )
    _, told, _ = iqs("sync", "Intercom", "--since", "2026-11-01", "--json")
    counts = json.loads(told)["intercom"]
    assert (counts["read"], counts["new"], counts["unchanged"]) == (7, 0, 7)
    assert counts["complete_until"]


def test_what_is_wrong_is_one_sentence(iqs, desk, monkeypatch):
    """Exit 2, and no key in it."""
    desk.always = status(403)
    code, _, told = iqs("sync")
    assert code == 2
    assert told.startswith("iqs: intercom: Intercom does not accept INTERCOM_TOKEN (403).")
    assert "token-of-nobody" not in told
    code, printed, _ = iqs("sync", "--json")
    assert (code, list(json.loads(printed)["intercom"])) == (2, ["error"])
    assert iqs("sync", "--since", "0001-01-01")[::2] == (
        2, "iqs: --since 0001-01-01 lies before 2000; no helpdesk goes back so far.\n",
    )  # fmt: skip
    assert iqs("sync", "zendesk")[2].startswith(
        "iqs: There is no connected helpdesk “zendesk”. Connected: intercom."
    )
    assert "future" in iqs("sync", "--since", "2999-01-01")[2]
    monkeypatch.setenv("INTERCOM_BASE_URL", "https://evil.example")
    assert "intercom.io" in iqs("sync")[2]
    monkeypatch.delenv("INTERCOM_TOKEN")
    code, _, told = iqs("sync")
    assert (code, "INTERCOM_TOKEN" in told) == (2, True)
