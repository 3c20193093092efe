"""Settings: read once, everything missing or wrong named at once, secrets never shown."""

import pytest

from bot.config import Need, Settings, load
from iqs.errors import Invalid


@pytest.fixture(autouse=True)
def bare(monkeypatch, tmp_path):
    """No setting but those of the test."""
    monkeypatch.chdir(tmp_path)
    for name in map(str.upper, Settings.model_fields):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(f"{name}_FILE", raising=False)
    return tmp_path


def test_everything_wrong_is_named_at_once(monkeypatch):
    """One run tells all that must be mended, missing or wrong."""
    monkeypatch.setenv("PORT", "seven")
    monkeypatch.setenv("SLACK_API_URL", "http://slack.example")
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxp-of-a-user")
    with pytest.raises(Invalid) as raised:
        load(Need.BOT_TOKEN, Need.APP_TOKEN, Need.SIGNING_SECRET)
    named = " ".join(raised.value.problems)
    for name in ("PORT", "SLACK_API_URL", "SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET"):
        assert name in named
    assert len(raised.value.problems) == 5
    assert "xoxp" not in str(raised.value)


def test_defaults_need_nothing():
    """Without any setting there is a SQLite file in this folder and Slack's own address."""
    settings = load()
    assert settings.url == "sqlite:///iqs.db"
    assert settings.slack_api_url == "https://slack.com/api/"
    assert settings.excerpt_in_messages


@pytest.mark.parametrize("word", ["off", "false", "0", "no", "OFF"])
def test_excerpts_can_be_switched_off_in_words(monkeypatch, word):
    """`EXCERPT_IN_MESSAGES=off` is understood."""
    monkeypatch.setenv("EXCERPT_IN_MESSAGES", word)
    assert not load().excerpt_in_messages


def test_each_name_also_works_as_a_file(monkeypatch, bare):
    """NAME_FILE is read where NAME is not set, its line end cut; NAME wins."""
    (bare / "token").write_text("xoxb-from-a-file\n")
    monkeypatch.setenv("SLACK_BOT_TOKEN_FILE", str(bare / "token"))
    assert load(Need.BOT_TOKEN).slack_bot_token.get_secret_value() == "xoxb-from-a-file"
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-direct")
    assert load(Need.BOT_TOKEN).slack_bot_token.get_secret_value() == "xoxb-direct"


def test_a_dotenv_file_is_read(bare):
    """`.env` counts, its NAME_FILE too; empty lines of the example file mean nothing."""
    (bare / "secret").write_text("of-the-door")
    (bare / ".env").write_text(
        f"SLACK_BOT_TOKEN=xoxb-dotenv\nSLACK_APP_TOKEN=\nSLACK_SIGNING_SECRET_FILE={bare / 'secret'}\n"
    )
    settings = load(Need.BOT_TOKEN, Need.SIGNING_SECRET)
    assert settings.slack_app_token is None
    assert settings.slack_signing_secret.get_secret_value() == "of-the-door"


def test_an_unreadable_file_is_named(monkeypatch, bare):
    """A secret's file that is not there is a sentence, not a traceback."""
    monkeypatch.setenv("SLACK_BOT_TOKEN_FILE", str(bare / "missing"))
    with pytest.raises(Invalid, match="SLACK_BOT_TOKEN_FILE"):
        load(Need.BOT_TOKEN)


@pytest.mark.parametrize("host", ["127.0.0.1:8080", "localhost:1", "[::1]:80"])
def test_http_is_allowed_on_this_machine(monkeypatch, host):
    """A sandbox listens on a loopback address; anything else must be https."""
    monkeypatch.setenv("SLACK_API_URL", f"http://{host}/api")
    assert load().slack_api_url == f"http://{host}/api/"


@pytest.mark.parametrize(
    "url", ["http://10.0.0.1/api/", "ftp://localhost/", "slack.com", "http://127.0.0.1.example/"]
)
def test_http_is_refused_elsewhere(monkeypatch, url):
    """A token never travels in the clear."""
    monkeypatch.setenv("SLACK_API_URL", url)
    with pytest.raises(Invalid, match="SLACK_API_URL"):
        load()


def test_a_token_copied_with_blanks_is_mended_and_a_broken_one_named(monkeypatch):
    """Blank space around a token is cut; characters that no token has are a fault."""
    monkeypatch.setenv("SLACK_BOT_TOKEN", " xoxb-1 \n")
    assert load(Need.BOT_TOKEN).slack_bot_token.get_secret_value() == "xoxb-1"
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-1…")
    with pytest.raises(Invalid, match="copy it again"):
        load(Need.BOT_TOKEN)


def test_secrets_do_not_show(monkeypatch):
    """Neither repr nor str of the settings holds a secret or a database password."""
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-canary")
    monkeypatch.setenv("DATABASE_URL", "postgresql://iqs:canary@db/iqs")
    assert "canary" not in repr(load()) + str(load())


@pytest.mark.parametrize("number", ["0", "11", "-1", "many"])
def test_slack_allows_up_to_ten_connections(monkeypatch, number):
    """Outside of 1 to 10 it is a sentence; two when nobody says."""
    assert load().socket_connections == 2
    monkeypatch.setenv("SOCKET_CONNECTIONS", "10")
    assert load().socket_connections == 10
    monkeypatch.setenv("SOCKET_CONNECTIONS", number)
    with pytest.raises(Invalid, match="SOCKET_CONNECTIONS should be"):
        load()
