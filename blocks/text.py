"""Making any text fit Slack: what it weighs there, and where it may be cut."""

import regex

from iqs.conversations import Customer
from iqs.privacy import redact
from iqs.text import clean

ELLIPSIS = "…"
NOTHING = "–"
"""Shown in place of an empty text: Slack refuses a whole message for one empty string."""

_BLANK = regex.compile(r"[\s\p{Default_Ignorable_Code_Point}\u2800]*")
_GRAPHEME = regex.compile(r"\X")
_ENTITIES = {"&": 5, "<": 4, ">": 4}
_WINDOW = 256  # characters in which the border of a grapheme is sought


def escape(text: str) -> str:
    """The text with `&`, `<` and `>` as entities: no mention, link or date can be forged with it."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def weight(text: str) -> int:
    """How long a text is at most for Slack: escaped, in UTF-16 units. No documented count is larger."""
    units = len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2
    return units + 4 * text.count("&") + 3 * (text.count("<") + text.count(">"))


def fit(text: str, limit: int) -> str:
    """Any text, ready for Slack: clean, never empty, at most `limit` heavy, "…" where it was cut."""
    head = clean(text[: limit * 2])
    if blank(head):
        return NOTHING
    if len(text) <= limit * 2 and weight(head) <= limit:
        return head
    return head[: _border(head, limit - 1)].rstrip() + ELLIPSIS


def blank(text: str) -> bool:
    """Whether there is nothing to see in a text."""
    return _BLANK.fullmatch(text) is not None


def pieces(text: str, limit: int) -> list[str]:
    """A long text as pieces of at most `limit`, broken at a line or a word where one ends near, all of it."""
    rest = clean(text)
    found = []
    while weight(rest[: limit + 1]) > limit:
        end = _border(rest, limit)
        late = end * 3 // 4
        breaks = (rest.rfind(mark, late, end) for mark in ("\n", " "))
        end = next((place + 1 for place in breaks if place > 0), end)
        found.append(rest[:end])
        rest = rest[end:]
    return [each for each in [*found, rest] if not blank(each)] or [NOTHING]


def _border(text: str, limit: int) -> int:
    """The last border between graphemes that keeps the text within `limit`."""
    end = _fitting(text, limit)
    start = max(0, end - _WINDOW)
    border = start
    for grapheme in _GRAPHEME.finditer(text, start, end + _WINDOW):
        if grapheme.end() > end:
            break
        border = grapheme.end()
    return border if border > start else end


def _fitting(text: str, limit: int) -> int:
    """How many characters from the start weigh at most `limit`."""
    heavy = 0
    for index, character in enumerate(text[: limit + 1]):
        heavy += _ENTITIES.get(character) or (2 if character > "\uffff" else 1)
        if heavy > limit:
            return index
    return len(text)


def masked(text: str, customer: Customer | None = None) -> str:
    """The text without personal data, the customer's own name and address included where they are known."""
    names = (customer.name,) if customer and customer.name else ()
    emails = (customer.email,) if customer and customer.email else ()
    return redact(text, names=names, emails=emails)[0]
