"""Who takes part is what the people file says, however often imported; the door knows them by Slack id."""

import json
from dataclasses import replace
from datetime import UTC, datetime, time

import pytest
from sqlalchemy import select

from iqs.errors import Invalid, NotAllowed, NotFound
from iqs.people import Role
from iqs.services import configuring, enrolling
from iqs.services.importing import import_conversations
from iqs.storage.repositories import audit, people
from iqs.storage.tables import Conversation, Person

NOW = datetime(2026, 11, 16, 9, tzinfo=UTC)
HEADER = "team,email,name,roles,slack_user_id,helpdesk_id\n"
FILE = f"""{HEADER}Support,ada@x.org,Ada,agent,U1,h1
Support,ben@x.org,Ben,agent reviewer,U2,h2
Support,lea@x.org,Lea,lead,,
Sales,ada@x.org,Ada,reviewer,,
"""


def take(store, *lines):
    return enrolling.import_people(store, HEADER + "\n".join(lines), now=NOW)


def counts(done):
    return done.new, done.updated, done.unchanged, [number for number, _ in done.rejected]


def roles(store, slack_id):
    named = {team.id: team.name for team in configuring.teams(store)}
    person = enrolling.identify(store, slack_id)
    return {named[team]: held for team, held in person.roles.items()}


def test_a_file_makes_teams_people_and_roles(store):
    """New teams and people are made; somebody in two teams is one person with roles in both."""
    done = enrolling.import_people(store, FILE, now=NOW)
    assert (done.teams, *counts(done)) == (2, 3, 0, 0, [])
    assert [team.name for team in configuring.teams(store)] == ["Sales", "Support"]
    assert roles(store, "U1") == {"Support": {Role.AGENT}, "Sales": {Role.REVIEWER}}
    assert roles(store, "U2") == {"Support": {Role.AGENT, Role.REVIEWER}}


def test_the_same_file_again_changes_nothing(store):
    """Importing twice is the same as once, also with other case in addresses and team names."""
    enrolling.import_people(store, FILE, now=NOW)
    assert counts(enrolling.import_people(store, FILE, now=NOW)) == (0, 0, 3, [])
    other = FILE.replace("ada@x.org", "Ada@X.ORG").replace("Support", "SUPPORT")
    assert counts(enrolling.import_people(store, other, now=NOW)) == (0, 0, 3, [])
    assert len(configuring.teams(store)) == 2


def test_a_line_sets_exactly_its_roles_in_its_team(store):
    """Roles in the named team become what the line says; other teams and other people stay."""
    enrolling.import_people(store, FILE, now=NOW)
    assert counts(take(store, "Support,ada@x.org,Ada,lead,,")) == (0, 1, 0, [])
    assert roles(store, "U1") == {"Support": {Role.LEAD}, "Sales": {Role.REVIEWER}}
    take(store, "Support,ada@x.org,Ada,,,")
    assert roles(store, "U1") == {"Sales": {Role.REVIEWER}}
    assert roles(store, "U2") == {"Support": {Role.AGENT, Role.REVIEWER}}


def test_changes_of_roles_are_audited(store):
    """Who got and lost which role, and when, is written down, without a name or an address."""
    enrolling.import_people(store, FILE, now=NOW)
    take(store, "Support,ben@x.org,Ben,agent lead,,")
    with store.read() as tx:
        ben = people.by_email(tx, "BEN@x.org")
        (team,) = ben.roles
        first, second = audit.of(tx, "person", ben.id)
    assert (first.at, first.actor_id, first.action) == (NOW, None, "roles")
    assert second.detail == {"given": [[team, "lead"]], "taken": [[team, "reviewer"]]}


def test_a_new_name_and_ids_are_taken_over(store):
    """A changed name counts as an update; an empty id says nothing about the one known."""
    enrolling.import_people(store, FILE, now=NOW)
    assert counts(take(store, "Support,lea@x.org,Lea Young,lead,U3,h3", "Support,ada@x.org,Ada,agent,,")) == (
        0,
        1,
        1,
        [],
    )
    assert enrolling.identify(store, "U3").name == "Lea Young"
    assert enrolling.identify(store, "U1").name == "Ada"


def test_slack_users_may_be_swapped_and_moved(store):
    """Two people's ids swapped in one file, and an id freed for a newcomer, end where the file says."""
    enrolling.import_people(store, FILE, now=NOW)
    take(store, "Support,ada@x.org,Ada,agent,U2,h2", "Support,ben@x.org,Ben,agent,U1,h1")
    assert (enrolling.identify(store, "U1").name, enrolling.identify(store, "U2").name) == ("Ben", "Ada")
    done = take(store, "Support,cy@x.org,Cy,agent,U2,h2", "Support,ada@x.org,Ada,agent,U9,h9")
    assert counts(done) == (1, 1, 0, [])
    assert enrolling.identify(store, "U2").name == "Cy"


def test_an_import_keeps_a_link_made_meanwhile(store, monkeypatch):
    """A Slack user whom the directory found while the file was read stays known, as the file names none."""
    take(store, "Support,lea@x.org,Lea,lead,,")
    enrolling.link(store, enrolling.person_by(store, "lea@x.org").id, "U5")
    every = people.every
    monkeypatch.setattr(people, "every", lambda tx: [replace(each, slack_user_id=None) for each in every(tx)])
    take(store, "Support,lea@x.org,Lea Lind,lead,,")
    assert enrolling.identify(store, "U5").name == "Lea Lind"


def test_bad_lines_are_left_out_and_the_rest_is_stored(store):
    """Lines that cannot be read and lines that claim what is another's come back in order, with numbers."""
    enrolling.import_people(store, FILE, now=NOW)
    done = take(
        store, "Support,cy@x.org,Cy,agent,U1,", "Support,di@x.org,Di,agent,U4,", "Support,nobody,N,agent,,"
    )
    assert counts(done) == (1, 0, 0, [2, 4])
    assert enrolling.identify(store, "U1").name == "Ada"
    assert enrolling.identify(store, "U4").name == "Di"


def test_a_file_without_columns_stores_nothing(store):
    """One sentence, and no half of it."""
    with pytest.raises(Invalid, match="first line"):
        enrolling.import_people(store, "ada@x.org,Ada\n")
    assert configuring.teams(store) == []


def test_only_active_people_with_a_role_are_known_at_the_door(store):
    """Strangers, people without roles and people who left are nobody."""
    enrolling.import_people(store, FILE, now=NOW)
    take(store, "Support,cy@x.org,Cy,,U4,")
    assert enrolling.identify(store, "U4") is None
    assert enrolling.identify(store, "U404") is None
    assert enrolling.deactivate(store, "U2")
    assert enrolling.identify(store, "U2") is None
    assert not enrolling.deactivate(store, "U2")
    assert counts(take(store, "Support,ben@x.org,Ben,agent reviewer,,")) == (0, 1, 0, [])
    assert enrolling.identify(store, "U2").name == "Ben"


def test_people_are_linked_by_what_slack_says(store):
    """Who has an address and no Slack user waits; a link stays one person's; a strange zone is left out."""
    enrolling.import_people(store, FILE, now=NOW)
    (lea,) = enrolling.unlinked(store)
    assert [each.name for each in enrolling.linked(store)] == ["Ada", "Ben"]
    assert not enrolling.link(store, lea.id, "U1", "Europe/Paris")
    assert enrolling.link(store, lea.id, "U3", "Europe/Paris")
    assert enrolling.link(store, lea.id, "U3", "Nowhere/City")
    assert enrolling.link(store, lea.id, "U3")
    found = enrolling.identify(store, "U3")
    assert (found.id, found.timezone) == (lea.id, "Europe/Paris")
    assert enrolling.unlinked(store) == []


def test_somebody_is_found_by_name_or_address(store):
    """A full name or an address, in any case, among all or in one team; two of a name must be told apart."""
    enrolling.import_people(store, FILE, now=NOW)
    ada = enrolling.identify(store, "U1")
    assert enrolling.person_by(store, "ADA") == enrolling.person_by(store, "Ada@x.org", "sales") == ada
    with pytest.raises(NotFound, match="nobody called “Ben” in Sales"):
        enrolling.person_by(store, "Ben", "Sales")
    take(store, "Sales,other@x.org,ada,agent,,")
    with pytest.raises(Invalid, match="2 people"):
        enrolling.person_by(store, "Ada")


def conversation(number, agent):
    return json.dumps(
        {
            "id": f"c{number}",
            "source": "demo",
            "channel": "chat",
            "opened_at": "2026-11-10T08:00:00Z",
            "closed_at": "2026-11-10T09:00:00Z",
            "agent": agent,
            "messages": [{"author": "customer", "text": "?"}, {"author": "agent", "text": "!"}],
        }
    ).encode()


def test_conversations_find_their_agents_afterwards(store):
    """By helpdesk id, else by address in any case, never by name; a corrected id takes its work along."""
    agents = [{"id": "h1"}, {"id": "h7", "email": "BEN@x.org"}, {"id": "h8", "name": "Ada"}, {"id": "h9"}]
    import_conversations(store, [conversation(n, agent) for n, agent in enumerate(agents)], now=NOW)

    def owners():
        with store.read() as tx:
            rows = tx.execute(Conversation.__table__.select().order_by(Conversation.external_id)).all()
            known = {person.id: person.name for person in people.every(tx)}
        return [known.get(row.reviewee_id) for row in rows]

    assert owners() == [None] * 4
    enrolling.import_people(store, FILE, now=NOW)
    assert owners() == ["Ada", "Ben", None, None]
    take(store, "Support,ada@x.org,Ada,agent,,h9")
    assert owners() == [None, "Ben", None, "Ada"]


def test_a_shared_helpdesk_seat_is_told_apart_by_address(store):
    """Of one agent id with two addresses each conversation goes to the person of its own."""
    lines = [
        json.dumps(
            {
                "id": address,
                "source": "demo",
                "channel": "email",
                "agent": {"id": "seat", "email": address},
                "messages": [{"author": "customer", "text": "Hello"}],
            }
        ).encode()
        for address in ("ada@x.org", "ben@x.org")
    ]
    import_conversations(store, lines, now=NOW)
    take(store, "Support,ada@x.org,Ada,agent,U1,", "Support,ben@x.org,Ben,agent,U2,")
    with store.read() as tx:
        found = tx.execute(
            select(Conversation.external_id, Person.email).join(Person, Person.id == Conversation.reviewee_id)
        )
        assert sorted(map(tuple, found)) == [("ada@x.org", "ada@x.org"), ("ben@x.org", "ben@x.org")]


def test_a_team_is_set_up_piece_by_piece(store):
    """What is not given stays; what is given is stored and audited."""
    enrolling.import_people(store, FILE, now=NOW)
    configuring.configure(store, None, "support", timezone="Europe/Berlin", channel_id="C1", quota=5)
    changed = configuring.configure(
        store, None, "Support", opens=time(8, 30), closes=time(17), working_days={5, 6}, shows_reviewer=False
    )
    assert changed == next(team for team in configuring.teams(store) if team.name == "Support")
    assert (changed.timezone, changed.channel_id, changed.quota) == ("Europe/Berlin", "C1", 5)
    assert (changed.opens, changed.closes) == (time(8, 30), time(17))
    assert (changed.working_days, changed.shows_reviewer) == ({5, 6}, False)
    assert configuring.configure(store, None, "Support", channel_id="").channel_id is None
    with store.read() as tx:
        assert [row.detail["changed"] for row in audit.of(tx, "team", changed.id)][-1] == ["channel_id"]


def test_a_goal_and_whether_people_are_named(store):
    """Both stay as they are until they are set; a goal can be taken away again."""
    enrolling.import_people(store, FILE, now=NOW)
    (team,) = [each for each in configuring.teams(store) if each.name == "Support"]
    assert (team.goal, team.names_people) == (None, False)
    changed = configuring.configure(store, None, "Support", goal=0, names_people=True)
    assert (changed.goal, changed.names_people) == (0, True)
    kept = configuring.configure(store, None, "Support", quota=4)
    assert (kept.goal, kept.names_people) == (0, True)
    assert configuring.configure(store, None, "Support", goal=configuring.NO_GOAL).goal is None
    assert next(each for each in configuring.teams(store) if each.id == team.id).goal is None


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ({"goal": 101}, "0 to 100"),
        ({"names_people": True, "hides_agent": True}, "--name-people off, or --show-agent"),
        ({"timezone": "Berlin"}, "time zone"),
        ({"quota": 0}, "1 to 50"),
        ({"opens": time(18), "closes": time(9)}, "open before they close"),
        ({"working_days": []}, "at least one"),
        ({"working_days": [7]}, "0 \\(Monday\\)"),
    ],
)
def test_a_setting_that_cannot_be_is_refused(store, setting, words):
    """One sentence names it, and nothing is stored."""
    enrolling.import_people(store, FILE, now=NOW)
    before = configuring.teams(store)
    with pytest.raises(Invalid, match=words):
        configuring.configure(store, None, "Support", **setting)
    assert configuring.teams(store) == before


def test_only_an_admin_sets_a_team_up(store):
    """A lead is refused; an unknown team is named with those there are."""
    enrolling.import_people(store, FILE, now=NOW)
    take(store, "Support,lea@x.org,Lea,lead,U3,", "Sales,max@x.org,Max,admin,U5,")
    with pytest.raises(NotAllowed, match="admin"):
        configuring.configure(store, enrolling.identify(store, "U3"), "Support", quota=9)
    assert configuring.configure(store, enrolling.identify(store, "U5"), "Support", quota=9).quota == 9
    with pytest.raises(NotFound, match="Sales, Support"):
        configuring.configure(store, None, "Nowhere", quota=9)
