"""What was typed behind `/iqs review`: a link or key, a person, a team."""

import pytest

from bot.listeners import asked, picking


@pytest.mark.parametrize(
    ("typed", "wanted", "mentioned", "name", "team"),
    [
        ("desk:c1", "desk:c1", None, "", ""),
        ("desk:c1 <@U0ROSA|rosa>", "desk:c1", "U0ROSA", "", ""),
        ("<@U0ROSA> desk:c1 in Support", "desk:c1", "U0ROSA", "", "Support"),
        ("desk:c1 @Rosa Delgado in R&amp;D", "desk:c1", None, "@Rosa Delgado", "R&D"),
        ("https://desk.example.com/t/1?a=b&amp;c=d", "https://desk.example.com/t/1?a=b&c=d", None, "", ""),
        ("<https://desk.example.com/t/1|desk.example.com/t/1> rosa@example.com",
         "https://desk.example.com/t/1", None, "rosa@example.com", ""),
        ("", None, None, "", ""),
        ("Support", None, None, "Support", ""),
    ],
)  # fmt: skip
def test_what_was_typed_is_understood(typed, wanted, mentioned, name, team):
    """Links as Slack sends them, keys, a mention or a name before or behind it, and the team behind "in"."""
    found, rest = picking._wanted(typed)
    slack_id, words = asked.mention(rest)
    assert (found, slack_id, *picking._in_team(words)) == (wanted, mentioned, name, team)
