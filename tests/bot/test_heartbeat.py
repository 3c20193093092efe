"""The heartbeat beats when told, follows nobody, and keeps its address to itself."""

import logging

import httpx
import pytest
from pydantic import SecretStr

from bot.app import quiet_logs
from bot.config import load
from bot.heartbeat import Heartbeat
from iqs.errors import Invalid

SECRET = "https://beat.example/ping/0c5f-secret"


def beating(handler):
    return Heartbeat(SecretStr(SECRET), transport=httpx.MockTransport(handler))


def test_without_an_address_nothing_happens():
    """Off unless it is set."""
    assert Heartbeat(None).beat() is False


def test_a_beat_is_one_get():
    """The address is asked once, as it is."""
    asked = []

    def answer(request):
        asked.append((request.method, str(request.url)))
        return httpx.Response(200)

    assert beating(answer).beat() is True
    assert asked == [("GET", SECRET)]


def test_a_redirect_is_not_followed():
    """Another place is told nothing; the beat counts as failed."""
    asked = []

    def answer(request):
        asked.append(request.url.host)
        return httpx.Response(302, headers={"location": "https://elsewhere.example/"})

    assert beating(answer).beat() is False
    assert asked == ["beat.example"]


def test_a_failure_is_logged_once_and_never_with_the_address(caplog):
    """Whatever goes wrong, at any log level: one line when it begins, again after it had worked, no address."""
    caplog.set_level(logging.DEBUG)
    quiet_logs()
    answers = iter([500, None, 500, 200, None])

    def answer(request):
        status = next(answers)
        if status is None:
            raise httpx.ConnectError(f"no way to {SECRET}", request=request)
        return httpx.Response(status)

    heartbeat = beating(answer)
    assert [heartbeat.beat() for _ in range(5)] == [False, False, False, True, False]
    assert [record.levelname for record in caplog.records] == ["WARNING", "WARNING"]
    assert "beat.example" not in caplog.text
    assert "secret" not in repr(heartbeat.__dict__)


@pytest.mark.parametrize(
    "address", ["http://beat.example/", "ftp://x", "beat.example", "https://", "javascript:x"]
)
def test_only_https_and_the_address_is_not_repeated(address, monkeypatch, tmp_path):
    """A wrong address is refused without showing it: it may be the secret with a typing error."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HEARTBEAT_URL", address)
    with pytest.raises(Invalid, match="HEARTBEAT_URL must be an https") as refused:
        load()
    assert address not in str(refused.value).replace("https:// address", "")


def test_the_address_may_stand_in_a_file(monkeypatch, tmp_path):
    """HEARTBEAT_URL_FILE is read like every secret."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "url").write_text(SECRET + "\n")
    monkeypatch.setenv("HEARTBEAT_URL_FILE", str(tmp_path / "url"))
    assert load().heartbeat_url.get_secret_value() == SECRET
