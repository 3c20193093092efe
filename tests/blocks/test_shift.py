"""A fall of a score: what, since when, how far, and the reviews to read first."""

from blocks import shift
from iqs.falls import Turn
from tests.blocks import report_cases
from tests.blocks.judge import read


def test_a_fall_says_what_fell_and_from_where():
    """Both levels, the number of reviews, and the lowest ones to open."""
    message = shift.message(report_cases.shift())
    said = read(message)
    assert message["text"] == "Care: Product knowledge has fallen, 71 % after 84 %."
    assert "over the last 9 reviews since" in said
    assert "40 % · Where is my order?" in said
    assert "63 % · Conversation" in said


def test_a_recovery_asks_for_nothing():
    """It is back, and there is nothing to read."""
    message = shift.message(report_cases.shift(turn=Turn.RECOVERY, category=None, mean=85.0, usual=84.0))
    assert message["text"] == "Care: IQS is back, 85 % after 84 %."
    assert not [each for each in message["blocks"] if each.get("accessory")]
    assert "Nothing to do" in read(message)
