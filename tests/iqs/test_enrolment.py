"""Lines become people: one for each address, and an id is never two people's."""

from iqs.enrolment import Enrolled, PersonRow, enrolled
from iqs.people import Person, Role

ADA = Person(1, "Ada", "ada@x.org", "U1")
BEN = Person(2, "Ben", "ben@x.org", "U2")


def row(line, name, *roles, team="Support", slack=None, helpdesk=None):
    return PersonRow(line, team, f"{name.lower()}@x.org", name, frozenset(roles), slack, helpdesk)


def read(*rows, known=(), ids=None):
    return enrolled(rows, known, ids or {})


def test_several_lines_of_one_person_are_one_person():
    """Roles in one team add up, teams stand beside each other, ids from any line count."""
    people, rejected = read(
        row(2, "Ada", Role.AGENT, slack="U1"),
        row(3, "Ada", Role.REVIEWER, team="SUPPORT", helpdesk="h1"),
        row(4, "Ada", Role.LEAD, team="Sales", helpdesk="h2"),
    )
    both = {Role.AGENT, Role.REVIEWER}
    assert people == [
        Enrolled("ada@x.org", "Ada", "U1", {"h1", "h2"}, {"Support": both, "Sales": {Role.LEAD}})
    ]
    assert rejected == []


def test_an_id_claimed_twice_goes_to_the_first():
    """The later line is left out and names the earlier one."""
    people, rejected = read(
        row(2, "Ada", slack="U1"),
        row(3, "Ben", slack="U1"),
        row(4, "Cy", helpdesk="h"),
        row(5, "Di", helpdesk="h"),
    )
    assert [each.name for each in people] == ["Ada", "Cy"]
    assert [number for number, _ in rejected] == [3, 5]
    assert "line 2" in rejected[0][1]
    assert "line 4" in rejected[1][1]


def test_a_second_slack_user_of_one_person_is_left_out():
    """One person is one Slack user."""
    people, rejected = read(row(2, "Ada", slack="U1"), row(3, "Ada", slack="U9"))
    assert people[0].slack_user_id == "U1"
    assert rejected == [(3, "slack_user_id differs from the one of the same person in line 2")]


def test_an_id_held_by_another_address_is_refused():
    """A Slack or helpdesk id that somebody else has, and keeps, cannot be claimed."""
    _, rejected = read(row(2, "Cy", slack="U1"), row(3, "Di", helpdesk="h1"), known=[ADA], ids={"h1": 1})
    assert [number for number, _ in rejected] == [2, 3]
    assert all("already" in reason for _, reason in rejected)
    assert not any("@" in reason for _, reason in rejected)


def test_ids_may_be_swapped():
    """Who gives an id up in the same file frees it."""
    people, rejected = read(
        row(2, "Ada", slack="U2", helpdesk="h2"),
        row(3, "Ben", slack="U1", helpdesk="h1"),
        known=[ADA, BEN],
        ids={"h1": 1, "h2": 2},
    )
    assert [each.slack_user_id for each in people] == ["U2", "U1"]
    assert rejected == []


def test_a_refused_line_frees_nothing():
    """Ada would give up U1 for Ben's U2, which he keeps; so nobody else gets U1 either."""
    people, rejected = read(
        row(2, "Ada", slack="U2"), row(3, "Cy", slack="U1"), row(4, "Ben", Role.AGENT), known=[ADA, BEN]
    )
    assert [number for number, _ in rejected] == [2, 3]
    assert [each.name for each in people] == ["Ben"]


def test_somebody_without_an_address_keeps_their_ids():
    """A person known without an e-mail address still holds what is theirs."""
    _, rejected = read(row(2, "Ada", slack="U7"), known=[Person(7, "Old", None, "U7")])
    assert [number for number, _ in rejected] == [2]
