"""Why this conversation: each origin has its own plain answer, and no name it should not have."""

from dataclasses import replace

from blocks import why
from iqs.proof import Why
from iqs.reviews import Stream
from tests.blocks.draw_cases import RANDOM, VERDICT


def said(found):
    return str(why.message(found))


def test_chance_is_explained_and_checked():
    """One of how many, the chance, the seed, and that it was checked just now."""
    shown = said(RANDOM)
    for words in (
        "Chance chose it",
        "3 drawn from your 40",
        "3 in 40",
        "✓ Checked just now",
        "seed 5eed",
        "a" * 16,
    ):
        assert words in shown
    assert "this agent's 40" in said(replace(RANDOM, mine=False))
    assert "had been skipped" in said(replace(RANDOM, replaced=True))


def test_a_draw_that_does_not_hold_is_not_glossed_over():
    """The first difference stands there."""
    assert "✗" in said(replace(RANDOM, verdict=replace(VERDICT, differences=("the seed is another",))))


def test_what_was_picked_says_by_whom_and_why():
    """A lead's pick is called that; a hidden lead stays hidden; history says what is not known."""
    picked = Why(Stream.TARGETED, mine=True, picked_by="Lea", picked_for="low CSAT")
    assert "Lea picked it: low CSAT." in said(picked)
    assert "never counts" in said(picked)
    assert "A lead picked it." in said(replace(picked, picked_by=None, picked_for="link"))
    assert "past programme" in said(Why(Stream.IMPORTED, mine=True))
    assert "random sample" in said(Why(Stream.RANDOM, mine=True))


def test_one_and_all_read_well():
    """One drawn, all drawn, and the only one are said in words that fit."""
    assert "It is the one drawn from your 40 conversations of week 46." in said(replace(RANDOM, drawn=1))
    assert "Your 3 conversations of week 46 were all drawn." in said(replace(RANDOM, eligible=3))
    assert "Your only conversation of week 46 was drawn." in said(replace(RANDOM, drawn=1, eligible=1))
