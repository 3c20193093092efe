"""Roles count in their team; admin and auditor count everywhere; nobody inactive holds any."""

from dataclasses import replace

import pytest

from iqs.people import Person, Role

ANN = Person(
    1,
    "Ann",
    roles={1: frozenset({Role.AGENT, Role.REVIEWER}), 2: frozenset({Role.LEAD}), 3: frozenset({Role.ADMIN})},
)


@pytest.mark.parametrize("role", [Role.AGENT, Role.REVIEWER, Role.LEAD])
def test_a_role_counts_in_its_team_alone(role):
    """Agent, reviewer and lead are held team by team."""
    assert [ANN.has(role, team) for team in (1, 2, 3, 4)] == [
        role in ANN.roles.get(n, ()) for n in (1, 2, 3, 4)
    ]


def test_admin_and_auditor_count_everywhere():
    """An admin of one team is admin of the installation; so is an auditor."""
    assert ANN.is_admin
    assert all(ANN.has(Role.ADMIN, team) for team in (1, 2, 99))
    auditor = replace(ANN, roles={1: frozenset({Role.AUDITOR})})
    assert auditor.has(Role.AUDITOR, 99)
    assert not auditor.is_admin


def test_teams_are_listed_by_role():
    """The teams where one of the roles is held, in order."""
    assert ANN.teams(Role.LEAD, Role.AGENT) == (1, 2)
    assert ANN.teams(*Role) == (1, 2, 3)
    assert ANN.teams(Role.AUDITOR) == ()


def test_nobody_inactive_holds_a_role():
    """Deactivation takes every role away at once."""
    gone = replace(ANN, active=False)
    assert not any(gone.has(role, team) for role in Role for team in (1, 2, 3))
    assert (gone.teams(*Role), gone.is_admin) == ((), False)
