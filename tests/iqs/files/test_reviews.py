"""Past reviews are read as spreadsheets write them; each line that cannot be used says why."""

from datetime import UTC, datetime

import pytest

from iqs.errors import Invalid
from iqs.files.reviews import read_reviews

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
HEADER = "conversation_id,reviewer,reviewee,category,value,submitted_at,comment\n"


def read(text, **more):
    return read_reviews(text, zone="Europe/Berlin", now=NOW, **more)


def test_a_line_is_a_rating():
    """Every column arrives as what it is."""
    [each] = read(f"{HEADER}c1,rita@example.com,ada,Tone,4,2026-03-01T10:00:00Z,Kind\n").ratings
    assert (each.conversation, each.reviewer, each.reviewee) == ("c1", "rita@example.com", "ada")
    assert (each.category, each.value, each.comment, each.line) == ("Tone", 4, "Kind", 2)
    assert each.submitted_at == datetime(2026, 3, 1, 10, tzinfo=UTC)


def test_columns_may_be_called_otherwise():
    """`value=score,reviewer=rater` reads another tool's header."""
    text = "conversation_id;rater;category;score\nc1;r1;tone;-2\n"
    [each] = read(text, renamed={"value": "score", "reviewer": "rater"}).ratings
    assert (each.reviewer, each.value, each.reviewee, each.submitted_at) == ("r1", -2, None, None)


def test_a_renamed_column_must_be_there():
    """A renaming that fits nothing is told, not passed over."""
    with pytest.raises(Invalid, match="date"):
        read("conversation_id,reviewer,category,value\n", renamed={"submitted_at": "date"})
    with pytest.raises(Invalid, match="no column score"):
        read(HEADER, renamed={"score": "value"})


@pytest.mark.parametrize(
    ("cell", "instant"),
    [
        ("2026-07-01", datetime(2026, 7, 1, 10, tzinfo=UTC)),
        ("2026-07-01 14:30", datetime(2026, 7, 1, 12, 30, tzinfo=UTC)),
        ("2026-07-01T14:30:00+05:00", datetime(2026, 7, 1, 9, 30, tzinfo=UTC)),
        ("", None),
    ],
)
def test_a_time_without_a_zone_is_the_teams(cell, instant):
    """A date is its noon, a local time the team's; nothing stays nothing."""
    [each] = read(f"{HEADER}c1,r,,Tone,4,{cell},\n").ratings
    assert each.submitted_at == instant


@pytest.mark.parametrize("cell", ["", "N/A", "n/a", "-", "none"])
def test_not_rated_is_not_zero(cell):
    """An empty value and N/A are no rating."""
    [each] = read(f"{HEADER}c1,r,,Tone,{cell},,\n").ratings
    assert each.value is None


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("c1,r,,Tone,good,,", "whole number"),
        ("c1,r,,Tone,3.5,,", "whole number"),
        (",r,,Tone,3,,", "conversation_id is empty"),
        ("c1,,,Tone,3,,", "reviewer is empty"),
        ("c1,r,,,3,,", "category is empty"),
        ("c1,r,,Tone,3,yesterday,", "submitted_at must be"),
        ("c1,r,,Tone,3,2027-01-01,", "future"),
        (f"{'c' * 300},r,,Tone,3,,", "longer"),
        ("c1", "reviewer is empty"),
    ],
)
def test_a_line_that_cannot_be_used_says_why(line, reason):
    """The number and the reason; the others are read."""
    found = read(f"{HEADER}{line}\nc2,r,,Tone,3.0,,\n")
    [(number, told)] = found.rejected
    assert number == 2
    assert reason in told
    assert [each.value for each in found.ratings] == [3]
