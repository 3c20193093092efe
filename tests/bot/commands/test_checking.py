"""The doctor: every fault is found, and each line says what to do."""

import pytest

from bot.commands.checking import examine
from bot.commands.opening import now
from iqs.replicas import ReplicaKind
from iqs.services import configuring, enrolling, living

SETTINGS = ("DATABASE_URL", "SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET", "SLACK_API_URL")


@pytest.fixture
def environment(monkeypatch, tmp_path):
    """Sets exactly these settings, in an empty folder."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    monkeypatch.chdir(folder)

    def put(**values):
        for name in SETTINGS:
            monkeypatch.delenv(name, raising=False)
        for name, value in values.items():
            monkeypatch.setenv(name, value)

    return put


@pytest.fixture
def good(slack, programme):
    return {
        "DATABASE_URL": f"sqlite:///{programme.path}",
        "SLACK_BOT_TOKEN": slack.bot_token,
        "SLACK_APP_TOKEN": slack.app_token,
        "SLACK_API_URL": slack.api_url,
    }


def wrong():
    return [each.text for each in examine() if each.ok is False]


def test_a_healthy_installation_has_nothing_wrong(environment, good):
    """All findings are fine; somebody not linked yet is a note, not a fault."""
    environment(**good)
    assert wrong() == []
    assert any("Ben Agent" in each.text for each in examine() if each.ok is None)


def test_an_empty_folder_names_everything_at_once(environment):
    """Token, way in and database, in one go."""
    environment()
    found = " ".join(wrong())
    for word in ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "iqs db upgrade"):
        assert word in found


def test_a_refused_token_is_told(environment, good, slack):
    """A revoked token says where to get a new one."""
    slack.revoke_token()
    environment(**good)
    assert any("token_revoked" in each and "OAuth & Permissions" in each for each in wrong())


def test_missing_scopes_are_named(environment, good, make_slack):
    """Needed scopes are faults, optional ones are notes with their reason."""
    bare = make_slack(without_scopes=frozenset({"im:write", "im:history"}))
    environment(**good | {"SLACK_API_URL": bare.api_url})
    assert any("im:write" in each for each in wrong())
    assert any("im:history" in each.text for each in examine() if each.ok is None)


@pytest.mark.parametrize(
    ("channel", "word"), [("C0NOWHERE", "does not exist"), ("C0QUIET", "/invite"), ("C0OLD", "archived")]
)
def test_a_channel_that_cannot_be_posted_to(environment, good, slack, programme, channel, word):
    """Unknown, not joined, archived: each with its own mend."""
    from bot.sandbox.workspace import Conversation

    slack.workspace.conversations["C0QUIET"] = Conversation("C0QUIET", "quiet", "public", ["U0LENA"])
    joined = [*slack.workspace.conversations["C0TEAM"].members]
    slack.workspace.conversations["C0OLD"] = Conversation("C0OLD", "old", "public", joined, is_archived=True)
    configuring.configure(programme, None, "Support", channel_id=channel)
    environment(**good)
    assert any(word in each for each in wrong()), wrong()


def test_a_team_without_reviewers_or_scorecard(environment, good, programme):
    """A team that cannot review says what it lacks."""
    enrolling.import_people(programme, "team,email,name,roles\nNew team,new@example.com,Nel,agent\n")
    environment(**good)
    found = " ".join(wrong())
    assert "New team has no scorecard" in found
    assert "New team has no reviewers" in found


def test_it_says_who_lives(environment, good, programme):
    """Nobody is a note; a front door without a sender is a fault, and so is the other way round."""
    environment(**good)
    assert any("No process runs" in each.text for each in examine() if each.ok is None)
    web = living.enter(programme, ReplicaKind.WEB, host="door1", process=7, now=now())
    assert ["Only `iqs web` runs" in each for each in wrong()] == [True]
    living.enter(programme, ReplicaKind.WORKER, host="door1", process=8, now=now())
    assert wrong() == []
    lines = [each.text for each in examine() if each.ok and "runs on" in each.text]
    assert ["`iqs web` runs on door1 (process 7)" in lines[0], "process 8" in lines[1]] == [True, True]
    living.leave(programme, web)
    assert ["Only `iqs worker` runs" in each for each in wrong()] == [True]
