"""What people type is taken apart the same way in every command."""

from datetime import UTC, datetime

import pytest

from bot.listeners import asked
from iqs.errors import Invalid, NotFound
from iqs.people import Team

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
NAMES = ("Product knowledge", "Tone", "May", "Care in Leeds")
TEAMS = [Team(1, "Support"), Team(2, "R&D"), Team(3, "Support East")]


@pytest.mark.parametrize(
    ("text", "name", "words"),
    [
        ("", "", None),
        ("tone", "tone", None),
        ("Product knowledge", "Product knowledge", None),
        ("Product knowledge last week", "Product knowledge", "last week"),
        ("product last 30 days", "product", "last 30 days"),
        ("last week", "", "last week"),
        ("October", "", "October"),
        ("tone 2026-W40", "tone", "2026-W40"),
        ("tone Q3 2026", "tone", "Q3 2026"),
        ("tone 2026-10-01..2026-10-31", "tone", "2026-10-01..2026-10-31"),
        ("tone 2026-10-01 to 2026-10-31", "tone", "2026-10-01 to 2026-10-31"),
        ("may", "may", None),
        ("May May", "May", "May"),
        ("tone someday", "tone", "someday"),
        ("nonsense someday", "nonsense someday", None),
        ("“Product knowledge” last week", "Product knowledge", "last week"),
    ],
)
def test_a_name_and_a_period(text, name, words):
    """A known name is never taken for a period; what stands behind a known name is meant as one."""
    assert asked.split(asked.typed(text), NAMES, "UTC", NOW) == (name, words)


@pytest.mark.parametrize(
    ("text", "error"),
    [("someday", "is not a period"), ("2027-W01", "has not begun yet"), ("2026-W60", "52 or 53 weeks"),
     ("next week", "has not begun yet"), ("2026-11-24", "has not begun"), ("2026-11-20..2026-11-10", "ends"),
     ("9999", "outside the years"), ("<!channel>", "is not a period")],
)  # fmt: skip
def test_a_period_that_cannot_be(text, error):
    """What is no period, has not begun, or runs backwards gets one sentence."""
    with pytest.raises(Invalid, match=error) as told:
        asked.period(text, "UTC", NOW)
    assert len(str(told.value)) < 220


def test_weeks_begin_when_the_teams_do():
    """A team whose week begins on Sunday means that by "last week"."""
    span = asked.period("last week", "UTC", NOW, 6)
    assert span.start == datetime(2026, 11, 15, tzinfo=UTC)
    assert asked.period(None, "UTC", NOW) is None


@pytest.mark.parametrize(
    ("text", "user", "rest"),
    [
        ("<@U123ABC|ada> last week", "U123ABC", "last week"),
        ("<@W99> ", "W99", ""),
        ("last week <@U123ABC>", "U123ABC", "last week"),
        ("&lt;@U123ABC&gt;", None, "<@U123ABC>"),
        ("@ada", None, "@ada"),
        ("<#C123|general>", None, "<#C123|general>"),
    ],
)
def test_a_mention(text, user, rest):
    """Only what Slack made a mention is one; typed brackets arrive escaped and stay words."""
    assert asked.mention(text) == (user, rest)


@pytest.mark.parametrize(
    ("text", "rest", "team"),
    [
        ("Tone in Support last week", "Tone last week", "Support"),
        ("Tone in support east", "Tone", "Support East"),
        ("Tone last week in R&D", "Tone last week", "R&D"),
        ("in Support", "", "Support"),
        ("Tone in Supportive", "Tone in Supportive", None),
        ("Tone", "Tone", None),
    ],
)
def test_a_team_behind_in(text, rest, team):
    """A team after "in" may stand before or behind the period; the longest name wins."""
    left, found = asked.in_team(text, TEAMS)
    assert (left, found.name if found else None) == (rest, team)


def test_which_team_is_meant():
    """The one that was named, the only one, or a question that lists them."""
    assert asked.the_team(TEAMS, "r&d", usage="/iqs team").id == 2
    assert asked.the_team(TEAMS[:1], "", usage="/iqs team").id == 1
    with pytest.raises(Invalid, match="several teams"):
        asked.the_team(TEAMS, "", usage="/iqs team")
    with pytest.raises(NotFound, match="You can ask about: “Support”"):
        asked.the_team(TEAMS, "Sales", usage="/iqs team")
    with pytest.raises(NotFound, match="in no team yet"):
        asked.the_team([], "", usage="/iqs team")


def test_a_list_has_an_end():
    """Hundreds of names are cut, and it is said."""
    assert asked.named(f"Team {n}" for n in range(100)).endswith("and 80 more")
