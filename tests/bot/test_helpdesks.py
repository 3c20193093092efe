"""Helpdesks as the environment sets them up: connected by their key, sentences for what is missing."""

import pytest

from bot.config import load
from bot.helpdesks import connected
from iqs.errors import Invalid


@pytest.fixture(autouse=True)
def nowhere(monkeypatch, tmp_path):
    """No .env and nothing set."""
    monkeypatch.chdir(tmp_path)


def sources():
    return sorted(connected(load().helpdesks))


def test_without_a_key_nothing_is_connected(monkeypatch):
    """Also with an empty one, or with settings beside it alone."""
    monkeypatch.setenv("INTERCOM_REGION", "eu")
    monkeypatch.setenv("INTERCOM_TOKEN", "")
    assert sources() == []


def test_a_key_connects_from_the_environment_or_a_file(monkeypatch, tmp_path):
    """NAME, NAME_FILE and .env, for several helpdesks at once; secrets show in no repr."""
    monkeypatch.setenv("INTERCOM_TOKEN", "token-of-nobody")
    (tmp_path / "secret").write_text("another-of-nobody\n")
    monkeypatch.setenv("ZENDESK_TOKEN_FILE", str(tmp_path / "secret"))
    (tmp_path / ".env").write_text("ZENDESK_SUBDOMAIN=larkfield\nHUBSPOT_TOKEN=third-of-nobody\n")
    assert sources() == ["hubspot", "intercom", "zendesk"]
    settings = load()
    assert settings.zendesk.token.get_secret_value() == "another-of-nobody"
    assert "of-nobody" not in repr(settings)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"INTERCOM_REGION": "mars"}, "INTERCOM_REGION should be 'us', 'eu' or 'au'"),
        ({"INTERCOM_TOKEN": "two words"}, "INTERCOM_TOKEN has characters that no key has"),
        (
            {"INTERCOM_TOKEN_FILE": "/nowhere/to/be/found", "INTERCOM_TOKEN": ""},
            "INTERCOM_TOKEN_FILE names a file",
        ),
        ({"INTERCOM_BASE_URL": "https://api.intercom.io.evil.example"}, "must be https:// on intercom.io"),
        ({"INTERCOM_BASE_URL": "http://api.intercom.io"}, "must be https:// on intercom.io"),
        ({"ZENDESK_TOKEN": "x"}, "ZENDESK_SUBDOMAIN is missing"),
        (
            {"ZENDESK_TOKEN": "x", "ZENDESK_SUBDOMAIN": "acme.zendesk.com"},
            "ZENDESK_SUBDOMAIN must be the first part of the address alone",
        ),
        (
            {"GORGIAS_TOKEN": "x", "GORGIAS_SUBDOMAIN": "https://acme"},
            "GORGIAS_SUBDOMAIN must be the first part of the address alone",
        ),
        ({"HELPSCOUT_APP_SECRET": "x"}, "HELPSCOUT_APP_ID is missing"),
    ],
)
def test_what_is_wrong_is_named(monkeypatch, given, said):
    """The setting by its name, its value never."""
    for name, value in {"INTERCOM_TOKEN": "token-of-nobody", **given}.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(Invalid) as wrong:
        sources()
    assert said in str(wrong.value)
    assert "two words" not in str(wrong.value)
