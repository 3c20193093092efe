"""Linking people to Slack users, and following who leaves."""

from http.client import IncompleteRead, RemoteDisconnected

import pytest
from slack_sdk.errors import SlackApiError

from bot.directory import BATCH, OUT, is_member
from iqs.services import enrolling


def test_people_are_linked_by_email_with_their_time_zone(app, programme):
    """Somebody without a Slack id is found by their address; their zone comes along."""
    assert [each.name for each in enrolling.unlinked(programme)] == ["Ben Agent"]
    app.directory.sync()
    ben = enrolling.identify(programme, "U0BEN")
    assert (ben.name, ben.timezone) == ("Ben Agent", "UTC")


def test_guests_bots_and_strangers_are_not_linked(app, programme):
    """An address that belongs to a guest leaves the person without Slack."""
    enrolling.import_people(
        programme,
        "team,email,name,roles\nSupport,guest@example.com,Gus,agent\nSupport,foreign@example.com,Fay,agent\n",
    )
    app.directory.sync()
    assert {each.name for each in enrolling.unlinked(programme)} == {"Gus", "Fay"}


@pytest.mark.parametrize("change", [{"deleted": True}, {"is_restricted": True}, {"is_bot": True}])
def test_who_leaves_or_becomes_a_guest_is_deactivated_at_once(live, slack, programme, change):
    """A `user_change` event is enough; nobody waits for the next look."""
    slack.change_user("U0RITA", **change)
    slack.driver("U0LENA").wait_for(lambda: enrolling.identify(programme, "U0RITA") is None)


def test_a_moved_time_zone_is_followed(live, slack, programme):
    """Working hours follow the person."""
    slack.change_user("U0RITA", tz="Asia/Tokyo")
    slack.driver("U0LENA").wait_for(lambda: enrolling.identify(programme, "U0RITA").timezone == "Asia/Tokyo")


def test_somebody_who_vanished_is_deactivated(app, slack, programme):
    """A linked user that Slack does not know any more may do nothing."""
    del slack.workspace.users["U0OMAR"]
    app.directory.sync()
    assert enrolling.identify(programme, "U0OMAR") is None


def test_it_asks_little_and_keeps_the_pace(app, slack, programme, monkeypatch):
    """At most a batch of calls in a tick, nobody twice within hours, and Retry-After is kept without sleeping."""
    lines = [f"Support,p{number}@example.com,Person {number},agent" for number in range(40)]
    enrolling.import_people(programme, "\n".join(["team,email,name,roles", *lines]))
    before = len(slack.calls)
    app.directory.sync()
    assert len(slack.calls) - before == BATCH

    def limited(**_):
        refusal = SlackApiError("slow", {"ok": False, "error": "ratelimited"})
        calls.append(refusal)
        raise refusal

    calls = []
    monkeypatch.setattr(app.client, "users_lookupByEmail", limited)
    app.directory.sync()
    app.directory.sync()
    assert len(calls) == 1


@pytest.mark.parametrize(
    ("user", "member"),
    [
        ({"id": "U1", "team_id": "T1"}, True),
        ({"id": "U1"}, True),
        ({"id": "U1", "team_id": "T2"}, False),
        ({"id": "U1", "team_id": "T2", "enterprise_user": {"enterprise_id": "E1"}}, True),
        ({"id": "U1", "team_id": "T2", "enterprise_user": {"enterprise_id": "E2"}}, False),
        ({"id": "USLACKBOT", "team_id": "T1"}, False),
        ({"id": "U1", "team_id": "T1", "is_ultra_restricted": True}, False),
        ({"id": "U1", "team_id": "T1", "is_stranger": True}, False),
    ],
)
def test_a_member_is_a_full_one_of_our_house(user, member):
    """Everybody else is outside, whatever the people file says."""
    assert is_member(user, "T1", "E1") is member


@pytest.mark.parametrize("failure", [IncompleteRead(b""), RemoteDisconnected(), TimeoutError()])
def test_an_answer_cut_off_is_a_warning(app, now, monkeypatch, caplog, failure):
    """However Slack is out of reach, the look ends quietly at the first call, and a later one asks again."""
    asked = []

    def cut(**_):
        asked.append(now())
        raise failure

    monkeypatch.setattr(app.client, "users_lookupByEmail", cut)
    monkeypatch.setattr(app.client, "users_info", cut)
    assert app.directory.sync() == 0
    assert {each.levelname for each in caplog.records if each.name == "bot.directory"} == {"WARNING"}
    app.directory.sync()
    assert len(asked) == 1
    now.move(seconds=OUT.total_seconds() + 1)
    app.directory.sync()
    assert len(asked) == 2
