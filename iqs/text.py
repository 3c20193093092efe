"""Text of strangers made safe to store and to show: cleaned, cut at a readable place, never silently.

Pure and linear in the length of the text; `clean` is idempotent, and so is `readable`.
"""

import re
import unicodedata
from collections.abc import Collection

import regex

MESSAGE_LIMIT = 20_000
"""Characters kept of one message, the mark of the cut included."""

NO_TEXT = "(no text)"
"""Stands for a message that holds no text, such as a picture alone."""

_MARKS_KEPT = 8  # combining marks on one letter; the fullest real script needs about five
_LOOKAHEAD = 2  # raw characters cleaned for each one kept: enough for much junk, bounded for bombs
_WINDOW = 256  # characters in which the border of a grapheme is sought; a family emoji with skin tones has 11

_LINE_ENDS = regex.compile(r"\r\n?|[\v\f\x85\u2028\u2029]")
# C0 (but tab and newline), DEL, C1, lone surrogates carry nothing; soft hyphens only hint at hyphenation.
_NOTHING = regex.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff\u00ad]|\A\ufeff+")
_PILE = regex.compile(rf"(\p{{M}}{{{_MARKS_KEPT}}})(\p{{M}}+)")

# Scripts that write with joiners (ZWNJ, ZWJ), and those that part words with a zero-width space.
_JOINING = (
    r"\p{Arabic}\p{Syriac}\p{Mongolian}\p{Nko}\p{Devanagari}\p{Bengali}\p{Gurmukhi}\p{Gujarati}\p{Oriya}"
    r"\p{Tamil}\p{Telugu}\p{Kannada}\p{Malayalam}\p{Sinhala}\p{Tibetan}\p{Myanmar}\p{Khmer}\p{Balinese}"
)
_SPACELESS = r"\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}"
_RIGHT_TO_LEFT = regex.compile(r"[\p{Hebrew}\p{Arabic}\p{Syriac}\p{Thaana}\p{Nko}]")
_LEGITIMATE = "|".join(
    (
        r"(?<=[\p{Extended_Pictographic}\p{Emoji_Modifier}\ufe0f])\u200d(?=\p{Extended_Pictographic})",
        rf"(?<=[{_JOINING}])[\u200c\u200d]",
        rf"(?<=[{_SPACELESS}])\u200b",
        r"(?<=\U0001f3f4)[\U000e0020-\U000e007e]{1,8}\U000e007f",  # flags of regions: Scotland, Wales, …
        r"(?<=[\p{L}\p{N}\p{S}\p{P}])[\ufe00-\ufe0f\U000e0100-\U000e01ef]",  # how one character is drawn
    )
)
_IMPLICIT = "\u200e\u200f\u061c"  # direction marks: at home in right-to-left text, out of place elsewhere
_UNSEEN = (
    r"\u200b-\u200d\u2060-\u2064\ufeff\u180e\u034f\u115f\u1160\u3164\uffa0\u206a-\u206f\ufff9-\ufffb"
    r"\u202a-\u202e\u2066-\u2069\U0001d173-\U0001d17a\U000e0000-\U000e007f\ufe00-\ufe0f\U000e0100-\U000e01ef"
)
_HIDDEN, _HIDDEN_BUT_IMPLICIT = (
    # Nearly every letter fails at the first look, and what is fine is passed over without coming back to Python.
    regex.compile(rf"(?=[{unseen}])(?:(?:{_LEGITIMATE})(*SKIP)(*FAIL)|[{unseen}]+)")
    for unseen in (_UNSEEN + _IMPLICIT, _UNSEEN)
)
# Anything but Latin, Greek, Cyrillic, common signs and emoji, which when printable need no closer look.
_RICH_SCRIPTS = re.compile(
    "[^\0-\u02ff\u0391-\u0482\u2010-\u205e\u20a0-\u20cf\u2190-\u2328\u2500-\u2ad9\U0001f000-\U0001faff]"
)
_BYTES = ("utf-8", "surrogatepass")
_USUAL = b"\t\n" + bytes(range(32, 127))
_PRINTABLE_BUT_UNSEEN = regex.compile(r"[\p{M}\u115f\u1160\u3164\uffa0]")  # marks, selectors, fillers
_JOINERS = "\u200c\u200d" + _IMPLICIT
_GRAPHEME = regex.compile(r"\X")


def clean(text: str) -> str:
    r"""Text without what breaks a database or deceives a reader, in NFC, with `\n` as its only line end.

    Control characters and lone surrogates are removed. Invisible and direction-changing characters become a
    mark such as `[hidden U+202E]`, except where a script or an emoji needs them (ZWNJ in Persian, ZWJ in a
    family emoji).
    Piles of more than 8 combining marks on one letter are cut with a mark too. Idempotent.
    """
    if _is_clean(text):
        return text
    text = _LINE_ENDS.sub("\n", text)
    text = _NOTHING.sub("", text)
    text = _PILE.sub(lambda pile: pile[1] + _hidden(pile[2]), text)
    text = unicodedata.normalize("NFC", text)
    return unicodedata.normalize("NFC", _shown(text))


def cut(text: str, limit: int, *, left_out: int = 0) -> str:
    """At most `limit` characters, ending on a whole grapheme and saying how much is missing.

    `left_out` counts characters already missing from `text`. The mark is part of the limit, so cutting again
    changes nothing. ValueError for a limit too small to hold the mark.
    """
    if len(text) <= limit and not left_out:
        return text
    longest = len(_cut_mark(len(text) + left_out))
    if limit <= longest:
        raise ValueError("the limit is too small to hold the mark of the cut")
    end = min(len(text), limit - longest)
    if end < len(text):
        end = _border(text, end)
    kept = (
        text[:end].rstrip().rstrip(_JOINERS)
    )  # a joiner left without its second half would be a hidden mark
    return kept + _cut_mark(len(text) - len(kept) + left_out)


def readable(text: str, limit: int = MESSAGE_LIMIT) -> str:
    """A message's text as stored: cleaned, its outer blank space removed, cut to `limit`; never empty."""
    head = text[: limit * _LOOKAHEAD]
    cleaned = clean(head).strip()
    if len(text) <= limit >= len(cleaned) > 0:
        return cleaned
    return cut(cleaned, limit, left_out=len(text) - len(head)) or NO_TEXT


def all_readable(texts: Collection[str]) -> list[str]:
    """Each text as `readable`; one look at all of a conversation's messages spares nearly every one its own."""
    if not _is_clean("\n".join(texts)):
        return [readable(each) for each in texts]
    return [each.strip() or NO_TEXT if len(each) <= MESSAGE_LIMIT else readable(each) for each in texts]


def one_line(text: str, limit: int) -> str:
    """A name, subject or word: cleaned, on one line, at most `limit` characters, "…" where it was cut."""
    head = text[: limit * _LOOKAHEAD]
    line = " ".join((head if head.isascii() and head.isprintable() else clean(head)).split())
    if len(line) <= limit:
        return line
    return line[: _border(line, limit - 1)].rstrip() + "…"


def _is_clean(text: str) -> bool:
    """The quick look that spares nearly every message the rest: printable, composed, no tall piles."""
    unusual = text.encode(errors="surrogatepass").translate(
        None, _USUAL
    )  # by bytes: ten times as fast as by letters
    if not unusual:
        return True
    letters = unusual.decode(errors="surrogatepass")
    if not letters.isprintable():
        return False
    if _RICH_SCRIPTS.search(letters) is None:
        return True
    return _PRINTABLE_BUT_UNSEEN.search(text) is None and unicodedata.is_normalized("NFC", text)


def _shown(text: str) -> str:
    """Direction marks are at home from the first right-to-left letter on, and just before it."""
    first = _RIGHT_TO_LEFT.search(text)
    start = len(text[: first.start()].rstrip(_IMPLICIT)) if first else len(text)
    return _marked(_HIDDEN, text[:start]) + _marked(_HIDDEN_BUT_IMPLICIT, text[start:])


def _marked(pattern: regex.Pattern[str], text: str) -> str:
    marked: str = pattern.sub(lambda found: _hidden(found[0]), text)
    return marked


def _hidden(run: str) -> str:
    """One mark for a run of hidden characters: marketing mail pads its preview with hundreds of them."""
    first = f"[hidden U+{ord(run[0]):04X}"
    return f"{first}]" if len(run) == 1 else f"{first} and {len(run) - 1:,} more]"


def _cut_mark(left_out: int) -> str:
    return f"… (cut: {left_out:,} characters left out)"


def _border(text: str, end: int) -> int:
    """The last grapheme border at or before `end`; `end` itself inside a grapheme longer than the window."""
    # Only the last stretch is looked at: `\X` takes quadratic time on long runs of flags.
    start = max(0, end - _WINDOW)
    border = start
    for match in _GRAPHEME.finditer(text, start, end + _WINDOW):
        if match.end() > end:
            break
        border = match.end()
    return border if border > start else end
