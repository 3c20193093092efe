"""Text safety: nothing that breaks a database or deceives a reader, nothing lost in silence."""

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iqs.text import MESSAGE_LIMIT, NO_TEXT, all_readable, clean, cut, one_line, readable

ANY = st.text(alphabet=st.characters(), max_size=300)  # lone surrogates too
TRICKY = st.text(
    alphabet=st.sampled_from(
        "a é\u0301\u0323\u200b\u200c\u200d\u202e\u2066\u2069\ufeff\ufe0f\u00ad\u034f\U000e0067\U000e007f🏴👩🚒🏽❤🇩🇪"
        "م\u0915\u094dש\u0e01\u200e\u200f\x00\x85\r\n\t\ud800\u1100\u1161\u3164\u0340\u2adc"
    ),
    max_size=60,
)


@given(ANY | TRICKY)
def test_cleaning_twice_is_cleaning_once(text):
    """Cleaning is idempotent, so an export can be imported again."""
    assert clean(clean(text)) == clean(text)


@given(ANY | TRICKY)
def test_clean_text_can_be_stored_anywhere(text):
    """Clean text is UTF-8, in NFC, without control characters but tab and newline."""
    cleaned = clean(text)
    cleaned.encode()
    assert unicodedata.is_normalized("NFC", cleaned)
    assert not [each for each in cleaned if unicodedata.category(each) == "Cc" and each not in "\n\t"]


@given(ANY | TRICKY)
def test_no_direction_control_stays(text):
    """Overrides, embeddings and isolates never reach a reader's screen."""
    assert not set(clean(text)) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@given(ANY | TRICKY, st.integers(60, 200))
def test_readable_text_is_bounded_and_stable(text, limit):
    """What is stored fits its limit with the mark, is never empty, and stays the same when made readable again."""
    made = readable(text, limit)
    assert 0 < len(made) <= limit
    assert readable(made, limit) == made


@pytest.mark.parametrize(
    "text",
    [
        "plain\n\ttext",
        "Übergröße naïve Ωμέγα Привет 你好 こんにちは 한국어 ไทย हिन्दी",
        "👩‍🚒 👨‍👩‍👧‍👦 🏴󠁧󠁢󠁳󠁣󠁴󠁿 ❤️ 👍🏽 🇩🇪 ☎️ ❤️‍🔥",
        "می\u200cخواهم",
        "क्\u200dष",
        "שלום\u200f (1)",
    ],
)
def test_what_people_write_is_left_alone(text):
    """Scripts and emoji keep the invisible characters that they need."""
    assert clean(text) == unicodedata.normalize("NFC", text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\x00b\ud800c\x1bd", "abcd"),
        ("one\r\ntwo\rthree\u2028four", "one\ntwo\nthree\nfour"),
        ("\ufeffstart", "start"),
        ("soft\u00adhyphen", "softhyphen"),
        ("e\u0301", "é"),
        ("abc\u202etxt.exe", "abc[hidden U+202E]txt.exe"),
        ("pass\u200bword", "pass[hidden U+200B]word"),
        ("a\u200b\u200c\u2060b", "a[hidden U+200B and 2 more]b"),
        ("left\u200eright", "left[hidden U+200E]right"),
        ("no\u200djoin", "no[hidden U+200D]join"),
        ("a" + "\u0323" * 9, "ạ" + "\u0323" * 7 + "[hidden U+0323]"),
    ],
)
def test_what_hides_or_breaks_is_removed_or_shown(text, shown):
    """Noise goes; what could deceive becomes a mark that a reader sees."""
    assert clean(text) == shown


@given(ANY | TRICKY, st.integers(50, 100))
def test_a_cut_says_exactly_how_much_is_missing(text, limit):
    """Kept and missing characters add up to the whole."""
    made = cut(text, limit)
    if len(text) <= limit:
        assert made == text
    else:
        kept, _, rest = made.rpartition("… (cut: ")
        assert len(kept) + int(rest.removesuffix(" characters left out)").replace(",", "")) == len(text)
        assert text.startswith(kept)
        assert len(made) <= limit


def test_the_mark_reads_well():
    """The mark is what the reader needs to know, with thousands set apart."""
    assert cut("x" * 100_000, 1_000).endswith("x… (cut: 99,036 characters left out)")


def test_a_cut_never_splits_a_grapheme():
    """A family, a flag or an accented letter stays whole or goes."""
    for limit in range(48, 70):
        kept = cut("👩‍👩‍👧‍👦" * 40, limit).partition("…")[0]
        assert kept == "👩‍👩‍👧‍👦" * (len(kept) // 7)


def test_a_limit_too_small_for_the_mark_is_an_error():
    """A cut that could not be told is refused."""
    with pytest.raises(ValueError, match="too small"):
        cut("x" * 100, 10)


def test_no_text_is_said():
    """A message of nothing but noise reads as one without text."""
    assert readable(" \x00\u00ad\n ") == NO_TEXT


@given(ANY | TRICKY, st.integers(2, 40))
def test_one_line_is_one_line(text, limit):
    """Names and subjects have no line ends, no outer space, and fit."""
    line = one_line(text, limit)
    assert len(line) <= limit
    assert "\n" not in line
    assert line == line.strip()


@pytest.mark.parametrize(
    "bomb",
    [
        "a b\n" * 1_000_000,
        "\u200b" * 5_000_000,
        "\u200bx" * 500_000,
        "a" + "\u0301\u0323" * 500_000,
        "👩‍🚒" * 100_000,
        "🇩🇪" * 100_000,
        "👩\u200d" * 100_000,
        "\u0cc6\u0cd5" * 100_000,
        "\u1100" * 100_000,
        "\ud800" * 1_000_000,
    ],
    ids=["plain", "zero-width", "mixed", "pile", "emoji", "flags", "chain", "marks", "jamo", "surrogates"],
)
def test_a_bomb_takes_a_moment(bomb):
    """No text, however made, holds up an import: under 200 ms of work each."""
    started = time.process_time()
    made = readable(bomb)
    assert time.process_time() - started < 0.2
    assert len(made) <= MESSAGE_LIMIT


@given(
    st.lists(
        st.text() | st.sampled_from(["", " a ", "naïve ’ 👍", "a\u0301", "e\u0301" * 20_000, "x" * 20_001]),
        max_size=5,
    )
)
def test_texts_together_read_as_each_alone(texts):
    """One look at all of a conversation's messages tells nothing else than a look at each."""
    assert all_readable(texts) == [readable(each) for each in texts]
