"""Fitting any text into Slack: nothing forged, nothing empty, nothing torn, nothing lost."""

import hypothesis.strategies as st
from hypothesis import given

from blocks.text import NOTHING, fit, pieces, weight
from tests.blocks.judge import wide

texts = st.text(max_size=400) | st.lists(
    st.sampled_from(
        ["&", "<", ">", "👨‍👩‍👧‍👦", "é", "e\u0301", "\u202e", "\x00", "\ud800", " ", "\n", "a", "🏴", "ß"]
    ),
    max_size=300,
).map("".join)


@given(texts, st.integers(1, 300))
def test_fit_never_exceeds_and_is_never_empty(text, limit):
    """Counted in the widest way, the result fits; and there is always something to read."""
    shown = fit(text, limit)
    assert 0 < wide(shown) <= limit
    assert shown.strip()


@given(texts)
def test_weight_is_the_widest_count(text):
    """`weight` equals the UTF-16 length of the escaped text."""
    sendable = text.encode("utf-8", "ignore").decode()
    assert weight(sendable) == wide(sendable)


@given(texts, st.integers(20, 200))
def test_pieces_lose_nothing(text, limit):
    """All pieces fit, and together they are the text but for blank ones."""
    shown = pieces(text, limit)
    assert all(0 < wide(each) <= limit for each in shown)
    if shown != [NOTHING]:
        whole = pieces(text, 10**6)[0]
        assert "".join("".join(shown).split()) == "".join(whole.split())


def test_a_family_is_not_torn():
    """A cut falls between graphemes."""
    assert fit("👨‍👩‍👧‍👦" * 9, 30) == "👨‍👩‍👧‍👦👨‍👩‍👧‍👦…"


def test_blank_text_becomes_a_dash():
    """Empty, blank and invisible texts are shown as a dash, because Slack refuses empty ones."""
    for blank in ("", "  \n", "\x00", "\u2800", "\u00ad"):
        assert fit(blank, 10) == NOTHING


def test_long_pieces_break_between_words():
    """A piece ends at a line or word where one is near."""
    shown = pieces("word " * 100, 52)
    assert all(each.endswith("word ") for each in shown[:-1])
