"""A typed name finds what was meant, and several only where it truly could be several."""

import pytest

from iqs.matching import LONGEST, matches

KNOWN = {
    1: ("Solution", "solution"),
    2: ("Tone and empathy", "tone_and_empathy"),
    3: ("Product knowledge", "product"),
    4: ("Process", "process"),
    5: ("R&D handover", "rnd"),
}


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("Solution", [1]),
        ("  SOLUTION ", [1]),
        ("tone", [2]),
        ("tone_and_empathy", [2]),
        ("empathy", [2]),
        ("pro", [3, 4]),
        ("process", [4]),
        ("product", [3]),
        ("know", [3]),
        ("prodcut knowledge", [3]),
        ("solutoin", [1]),
        ("r&d", [5]),
        ("price", []),
        ("", []),
        (" \t", []),
        ("x" * 5000, []),
    ],
)
def test_what_is_meant(typed, found):
    """The same name, then a beginning, then a word's beginning, then a slip; the first that finds anything."""
    assert matches(KNOWN, typed) == found


def test_the_exact_name_wins():
    """A name that is another one's beginning is found by itself."""
    assert matches({1: ("Tone",), 2: ("Tone and empathy",)}, "tone") == [1]


def test_people_are_never_guessed():
    """Without `near` a slip finds nobody: the next best person would be somebody else."""
    assert matches({1: ("Person 1",)}, "Person 3") == [1]
    assert matches({1: ("Person 1",)}, "Person 3", near=False) == []


def test_a_long_text_is_compared_in_part():
    """However long the typed text is, comparing it costs no more than a name."""
    assert matches({1: ("a" * LONGEST,)}, "a" * 100_000) == [1]
