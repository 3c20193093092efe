"""Personal data found in text: by its form, and by what the record knows of its customer.

Linear in the length of the text. What looks like an order number, a price, a date or a version is left alone; in
doubt between a long number and a phone number, the separators or a leading 0 or + decide.
"""

import ipaddress
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import accumulate
from typing import NamedTuple, Protocol

EMAIL, IBAN, CARD, IP, PHONE, NAME, PLACE = MARKS = (
    "[e-mail]", "[IBAN]", "[card]", "[IP]", "[phone]", "[name]", "[place]",
)  # fmt: skip
"""What stands in place of personal data. A mark is never data itself."""

_EMAIL = re.compile(r"(?<![\w.+'-])[\w.+'-]{1,64}(?:@|%40)(?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,24}(?![\w-])")
_IBAN = re.compile(
    r"(?<![A-Za-z0-9])(?:[A-Z]{2}[0-9]{2}(?:[ -]?[A-Z0-9]){11,30}|[a-z]{2}[0-9]{2}(?: ?[0-9]){11,26})(?![A-Za-z0-9])"
)
_CARD = re.compile(r"(?<![\w.,-])[0-9](?:[ -]?[0-9]){12,18}(?![\w-]|[.,][0-9])")
_IPV4 = re.compile(r"(?<![\w.])(?<!version )(?:[0-9]{1,3}\.){3}[0-9]{1,3}(?![\w]|\.[0-9])", re.IGNORECASE)
_IPV6 = re.compile(r"(?<![\w:.])[0-9A-Fa-f:]{6,39}(?![\w:])")
_PHONE = re.compile(
    r"""(?<![\w\#/.,:+-])(?:
        \+[1-9](?:[ ().\-/]{0,2}[0-9]){7,14}                    # +49 (0)30 123-4567
      | \([0-9]{2,5}\)[ -]?[0-9](?:[ .\-/]?[0-9]){4,9}            # (030) 123 4567
      | 0[1-9][0-9]{0,3}[ /-][0-9](?:[ .\-/]?[0-9]){4,10}              # 030 / 123 45 67
      | 0[1-9][0-9]{8,10}                                       # 01701234567
      | 00[1-9](?:[ .\-/]?[0-9]){8,13}                           # 0049 170 1234567
      | [2-9][0-9]{2}(?P<gap>[ .-])[0-9]{3}(?P=gap)[0-9]{4}       # 555-123-4567
    )(?![\w-]|[.,][0-9])""",
    re.VERBOSE,
)
_DATE = re.compile(r"[0-9]{1,2}([./-])[0-9]{1,2}\1[0-9]{2,4}(?![0-9])")
_LONG_NUMBER = re.compile(r"[0-9](?:[ ().\-/]{0,2}[0-9]){5}")  # in every IBAN, card and phone number
_BYTES = ("utf-8", "surrogatepass")
_ASCII = bytes(range(128))
_WITHIN_NUMBERS = b" ().-/"
_DIGITS_ALONE = bytes(48 if 48 <= byte < 58 else 120 for byte in range(256))
_DOUBLED = str.maketrans("0123456789", "0246813579")  # the sum of the digits of a digit's double
_GROUP = re.compile("[^ -]+")
_SHORTEST_NAME = 3
_SAME = str.maketrans(
    "\u00a0\u2002\u2003\u2007\u2009\u202f"
    "\u2010\u2011\u2012\u2013\u2212"
    "\u2019\uff20\uff0e\uff0b"
    + "".join(chr(zero + digit) for zero in (0x660, 0x6F0, 0x966, 0xFF10) for digit in range(10)),
    " " * 6 + "-" * 5 + "'@.+" + "0123456789" * 4,
)
"""Spaces, hyphens, an apostrophe and digits as the forms below write them; one for one, so that places stay."""

_OTHERWISE = re.compile("[" + "".join(map(chr, _SAME)) + "]")
_HAN = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_UNPARTED = re.compile(
    rf"{_HAN.pattern[:-1]}\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]"
)  # words without spaces
_SUFFIXED = re.compile(
    rf"{_UNPARTED.pattern[:-1]}\uac00-\ud7af]"
)  # Korean writes its particles onto the name
_NOBODY = frozenset(
    {"anonymous", "client", "customer", "guest", "unknown", "user", "visitor"}
    | {
        "frau",
        "herr",
        "miss",
        "mrs",
        "prof",
        "the",
        "and",
        "und",
        "company",
        "gmbh",
        "inc",
        "ltd",
        "llc",
        "team",
    }
)


class Found(NamedTuple):
    """Personal data in a text, [start, end), and the mark that goes in its place."""

    start: int
    end: int
    mark: str


@dataclass(frozen=True, slots=True)
class Known:
    """What the record says of its customer: words of the name, longest first, and addresses."""

    words: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()

    @classmethod
    def of(cls, names: Iterable[str], emails: Iterable[str]) -> "Known":
        """Each name, then its single parts of at least 3 letters; what could be anybody ("Guest") is nobody's name."""
        told = {each.strip().lower() for each in emails}
        given = [each for each in names if each]
        addresses = [each for each in told if each and each not in MARKS]
        return cls(tuple(_words(given)) if given else (), tuple(sorted(addresses)))


class Redactor(Protocol):
    """Finds personal data. What it finds may overlap: the first one counts."""

    def find(self, text: str, known: Known) -> Iterable[Found]:
        """Personal data in a text."""


class Patterns:
    """Finds by form, and by what the record knows.

    By form: e-mail addresses, phone numbers, card numbers (ISO/IEC 7812 Luhn check), IBANs (ISO 13616, mod 97) and IP
    addresses.
    """

    def find(self, text: str, known: Known) -> Iterator[Found]:
        """Addresses and numbers first, then names as whole words, where their script parts words."""
        text, raw = _alike(text, text.encode(*_BYTES))  # what a form needs is looked for in bytes, for speed
        if b"@" in raw or b"%40" in raw:
            yield from _known_addresses(text, known)
            yield from _formed(text, _ADDRESSES)
        numbers = raw.translate(_DIGITS_ALONE, _WITHIN_NUMBERS)
        long_numbers = b"000000" in numbers and _LONG_NUMBER.search(text) is not None
        if long_numbers:
            yield from _formed(text, _NUMBERS)
        if raw.count(b".") > 2 or raw.count(b":") > 1:
            yield from _formed(text, _HOSTS)
        if long_numbers:
            yield from _formed(text, _PHONES)
        for word in known.words:
            if word in text:
                for match in re.finditer(_as_word(word), text):
                    yield Found(*match.span(), NAME)


class Together:
    """Several redactors as one; where two find the same, the earlier one's mark counts."""

    def __init__(self, *redactors: Redactor) -> None:
        self._redactors = redactors

    def find(self, text: str, known: Known) -> Iterator[Found]:
        """What any of them finds."""
        for each in self._redactors:
            yield from each.find(text, known)


PATTERNS: Redactor = Patterns()
"""What finds personal data unless an installation says otherwise."""


def _words(names: Iterable[str]) -> list[str]:
    """Longest first, so that a full name becomes one mark; as written, and as people write names."""
    found: set[str] = set()
    for name in map(_written_alike, names):
        parts = [
            part for part in name.split() if part.casefold().strip(".,") not in _NOBODY and part not in MARKS
        ]
        whole = " ".join(parts)
        found |= {whole, whole.lower(), whole.title(), whole.upper()} if len(parts) > 1 else {whole}
        # "von" and "de" stand in every sentence: a part in small letters counts where all of them are
        given = [part for part in parts if not part[0].islower() or whole.islower()]
        found |= {*given, *(part.capitalize() for part in given if part.isupper() or part.islower())}
    long_enough = (word for word in found if len(word) >= _shortest(word) and not word.isdecimal())
    return sorted(long_enough, key=lambda word: (-len(word), word))


def _shortest(word: str) -> int:
    """Two signs are a whole name in Chinese or Japanese."""
    return 2 if word and all(map(_HAN.match, word)) else _SHORTEST_NAME


def _as_word(word: str) -> str:
    before = "" if _UNPARTED.match(word) else r"(?<!\w)"
    return before + re.escape(word) + ("" if _SUFFIXED.match(word[-1]) else r"(?!\w)")


def _written_alike(text: str) -> str:
    return _alike(text, text.encode(*_BYTES))[0]


def _alike(text: str, raw: bytes) -> tuple[str, bytes]:
    """A text and its bytes, both as the forms write them. Few texts hold any of these signs, and hardly two of them."""
    if not text.isascii():
        for sign in set(_OTHERWISE.findall(raw.translate(None, _ASCII).decode(*_BYTES))):
            usual = chr(_SAME[ord(sign)])
            text, raw = text.replace(sign, usual), raw.replace(sign.encode(), usual.encode())
    return text, raw


_Within = Callable[[str], tuple[int, int] | None]
"""Where in a text that has the form the data stands; None for none."""

_Form = tuple[re.Pattern[str], str, _Within]


def _whole_if(accept: Callable[[str], bool]) -> _Within:
    return lambda text: (0, len(text)) if accept(text) else None


def _card_within(text: str) -> tuple[int, int] | None:
    """The longest run of whole groups that passes: what stands beside a card number is often a number too."""
    groups = [match.span() for match in _GROUP.finditer(text)]
    before = [0, *accumulate(end - start for start, end in groups)]  # digits before each group
    digits = text.replace(" ", "").replace("-", "")
    spans = [
        (before[first] - before[last + 1], first, last)
        for first in range(len(groups))
        for last in range(first, len(groups))
        if before[last + 1] - before[first] >= 13
    ]
    for _, first, last in sorted(spans):
        if _is_card(digits[before[first] : before[last + 1]]):
            return groups[first][0], groups[last][1]
    return None


def _iban_within(text: str) -> tuple[int, int] | None:
    """The longest beginning that passes: capitals behind an IBAN look like more of it."""
    ends = [match.end() for match in _GROUP.finditer(text) if match.end() >= 15]
    return next(((0, end) for end in reversed(ends) if _is_iban(text[:end])), None)


def _is_card(digits: str) -> bool:
    """13–19 digits; Luhn: doubled from the right, every second digit; the sum of digits is a multiple of 10."""
    if not 13 <= len(digits) <= 19 or digits == digits[0] * len(digits):
        return False
    return (sum(map(int, digits[-1::-2])) + sum(map(int, digits[-2::-2].translate(_DOUBLED)))) % 10 == 0


def _is_iban(text: str) -> bool:
    """Country and check digits moved to the end, letters as 10–35: the number is 1 modulo 97."""
    code = text.replace(" ", "").replace("-", "")
    return len(code) >= 15 and int("".join(str(int(each, 36)) for each in code[4:] + code[:4])) % 97 == 1


def _is_ip(text: str) -> bool:
    try:
        return not ipaddress.ip_address(text).is_unspecified
    except ValueError:
        return False


def _known_addresses(text: str, known: Known) -> Iterator[Found]:
    lowered = text.lower() if known.emails else ""
    for email in known.emails:
        if email in lowered:
            for match in re.finditer(re.escape(email), text, re.IGNORECASE):
                yield Found(*match.span(), EMAIL)


def _formed(text: str, forms: tuple[_Form, ...]) -> Iterator[Found]:
    for pattern, mark, within in forms:
        for match in pattern.finditer(text):
            span = within(match[0])
            if span is not None:
                yield Found(match.start() + span[0], match.start() + span[1], mark)


_ADDRESSES: tuple[_Form, ...] = ((_EMAIL, EMAIL, _whole_if(lambda _: True)),)
_NUMBERS: tuple[_Form, ...] = ((_IBAN, IBAN, _iban_within), (_CARD, CARD, _card_within))
_HOSTS: tuple[_Form, ...] = ((_IPV4, IP, _whole_if(_is_ip)), (_IPV6, IP, _whole_if(_is_ip)))
_PHONES: tuple[_Form, ...] = ((_PHONE, PHONE, _whole_if(lambda number: _DATE.match(number) is None)),)
