"""The people file is read as spreadsheets write it, and each line that cannot be used says why."""

import pytest

from iqs.enrolment import NO_LIMIT, PersonRow
from iqs.errors import Invalid
from iqs.files.people import read_people
from iqs.people import Role

HEADER = "team,email,name,roles,slack_user_id,helpdesk_id\n"
LINE = "Support,ada@example.com,Ada,agent reviewer,U012AB,h 1"
SHUFFLED = "helpdesk_id,roles,ignored,slack_user_id,name,team,email"
ADA = PersonRow(
    2, "Support", "ada@example.com", "Ada", frozenset({Role.AGENT, Role.REVIEWER}), "U012AB", "h 1"
)


@pytest.mark.parametrize(
    "text",
    [
        f"{HEADER}{LINE}\n",
        f"\ufeff{HEADER}{LINE}",
        f"{HEADER}{LINE}\n".replace(",", ";").replace("\n", "\r\n"),
        f"Team,E-Mail,Name,Roles,Slack User ID,Helpdesk-ID\n{LINE}\n".replace(",", "\t"),
        f"{SHUFFLED}\nh 1,Reviewer AGENT agent,x,u012ab, Ada ,  Support ,ADA@Example.COM\n",
        f'{HEADER}"Support","mailto:ada@example.com","Ada","agent, reviewer","U012AB","h 1"\n\n,,,,,\n',
    ],
    ids=["plain", "byte order mark", "semicolons", "tabs and case", "any order", "quoted"],
)
def test_the_same_line_however_it_is_written(text):
    """Order, case, delimiter, line ends, blanks, quotes and further columns make no difference."""
    assert read_people(text).rows == (ADA,)
    assert read_people(text).rejected == ()


@pytest.mark.parametrize(
    ("roles", "word", "read"),
    [("reviewer", "0", 0), ("reviewer", " 12 ", 12), ("reviewer", "None", NO_LIMIT), ("agent", "", None)],
)
def test_a_reviewers_capacity(roles, word, read):
    """A whole number or none; empty says nothing about it."""
    text = f"team,email,name,roles,capacity\nSupport,ada@example.com,Ada,{roles},{word}\n"
    assert read_people(text).rows[0].capacity == read


@pytest.mark.parametrize(
    ("roles", "word", "reason"),
    [
        ("agent", "3", "a reviewer's"),
        *(("reviewer", word, "0 to 1000") for word in ("-1", "2.5", "1001", "٣")),
    ],
)
def test_a_capacity_that_cannot_be(roles, word, reason):
    """The line is left out, with the reason."""
    text = f"team,email,name,roles,capacity\nSupport,ada@example.com,Ada,{roles},{word}\n"
    [(number, said)] = read_people(text).rejected
    assert number == 2
    assert reason in said


def test_the_last_columns_may_be_absent_or_empty():
    """Somebody's Slack and helpdesk ids may be unknown, in a line or in the whole file."""
    short = read_people("team,email,name,roles\nSupport,ada@example.com,Ada,agent\n").rows[0]
    empty = read_people(f"{HEADER}Support,ada@example.com,Ada,agent,,\n").rows[0]
    cut = read_people(f"{HEADER}Support,ada@example.com,Ada,agent\n").rows[0]
    assert short == empty == cut
    assert (short.slack_user_id, short.helpdesk_id) == (None, None)


def test_no_role_is_a_line_too():
    """An empty roles cell takes somebody out of the team."""
    assert read_people(f"{HEADER}Support,ada@example.com,Ada,,,\n").rows[0].roles == frozenset()


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("Support,ada@example.com,Ada,boss,,", "no role “boss”"),
        ("Support,ada,Ada,agent,,", "email is not an address"),
        ("Support,ada@example,Ada,agent,,", "email is not an address"),
        ("Support,a da@example.com,Ada,agent,,", "email is not an address"),
        ("Support,,Ada,agent,,", "email is empty"),
        (",ada@example.com,Ada,agent,,", "team is empty"),
        ("Support,ada@example.com,,agent,,", "name is empty"),
        ("Support,ada@example.com,Ada,agent,@ada,", "no member ID"),
        ("Support,ada@example.com", "too short: name, roles missing"),
        (f"Support,ada@example.com,{'A' * 201},agent,,", "name is longer than 200"),
        (f"Support,{'a' * 250}@example.com,Ada,agent,,", "email is longer than 254"),
        (f"Support,ada@example.com,Ada,agent,,{'9' * 201}", "helpdesk_id is longer than 200"),
        (f"Support,ada@example.com,{'A' * 200_000},agent,,", "name is longer than 200"),
    ],
)
def test_a_bad_line_is_left_out_with_its_number_and_reason(line, reason):
    """The good lines around it are read."""
    read = read_people(f"{HEADER}Support,b@example.com,B,agent,,\n{line}\nSupport,c@example.com,C,agent,,\n")
    assert [row.line for row in read.rows] == [2, 4]
    ((number, said),) = read.rejected
    assert number == 3
    assert reason in said


def test_lines_are_counted_as_an_editor_counts_them():
    """Empty lines and quoted line breaks do not shift the numbers."""
    read = read_people(f'{HEADER}\n"Sup\nport",ada@example.com,Ada,agent,,\n\nSupport,b,B,agent,,\n')
    assert [row.line for row in read.rows] == [3]
    assert read.rows[0].team == "Sup port"
    assert [number for number, _ in read.rejected] == [6]


def test_hostile_text_is_cleaned():
    """What breaks a database or deceives a reader does not get in."""
    read = read_people(f"{HEADER}Support,ada@example.com,A\x00d\ud800a\u202e,agent,,\n")
    assert "\x00" not in read.rows[0].name
    assert "\u202e" not in read.rows[0].name
    read.rows[0].name.encode()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "does not name team, email, name, roles"),
        ("ada@example.com,Ada\n", "does not name"),
        ("team,name,roles\n", "does not name email"),
        ("team,email,email,name,roles\n", "names email twice"),
    ],
)
def test_a_file_without_its_columns_is_refused(text, words):
    """The first line names the columns; if it does not, one sentence says what it must read."""
    with pytest.raises(Invalid, match=words):
        read_people(text)
