"""Personal data in an excerpt replaced by marks, before it stands in a message that may be searched or forwarded.

Linear in the length of the text. What looks like an order number, a price, a date or a version is left alone; in
doubt between a long number and a phone number, the separators or a leading 0 or + decide.
"""

import ipaddress
import re
from collections.abc import Callable, Iterable

_EMAIL = re.compile(r"(?<![\w.+'-])[\w.+'-]{1,64}@(?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,24}(?![\w-])")
_IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Z]{2}[0-9]{2}(?:[ -]?[A-Z0-9]){11,30}(?![A-Za-z0-9])")
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
_SHORTEST_NAME = 3


def redact(text: str, *, names: Iterable[str] = (), emails: Iterable[str] = ()) -> tuple[str, int]:
    """The text with marks such as "[e-mail]" for personal data, and how many marks were set.

    Found by form: e-mail addresses, phone numbers, card numbers (ISO/IEC 7812 Luhn check), IBANs (ISO 13616,
    mod 97) and IP addresses. Found because the record knows them: `emails`, and `names` with their single parts
    of at least 3 letters, as whole words in the case given. Redacting again finds nothing new.
    """
    found = 0

    def marked(mark: str, accept: Callable[[str], bool] = lambda _: True) -> Callable[[re.Match[str]], str]:
        def replace(match: re.Match[str]) -> str:
            nonlocal found
            if not accept(match[0]):
                return match[0]
            found += 1
            return mark

        return replace

    for email in emails:
        if email.strip():
            text = re.sub(re.escape(email.strip()), marked("[e-mail]"), text, flags=re.IGNORECASE)
    text = _EMAIL.sub(marked("[e-mail]"), text)
    text = _IBAN.sub(marked("[IBAN]", _is_iban), text)
    text = _CARD.sub(marked("[card]", _is_card), text)
    text = _IPV4.sub(marked("[IP]", _is_ip), text)
    text = _IPV6.sub(marked("[IP]", _is_ip), text)
    text = _PHONE.sub(marked("[phone]", lambda number: _DATE.match(number) is None), text)
    for name in _words(names):
        text = re.sub(rf"(?<![\w\[]){re.escape(name)}(?!\w)", marked("[name]"), text)
    return text, found


def _words(names: Iterable[str]) -> list[str]:
    """Each name, then its parts; longest first, so that a full name becomes one mark."""
    whole = {name.strip() for name in names}
    parts = {part for name in whole for part in name.split()}
    return sorted(
        (name for name in whole | parts if len(name) >= _SHORTEST_NAME), key=lambda name: (-len(name), name)
    )


def _is_card(text: str) -> bool:
    """Luhn: doubled from the right, every second digit; the sum of digits is a multiple of 10."""
    digits = [int(each) for each in text if each.isdigit()]
    if len(set(digits)) == 1:
        return False
    doubled = (digit * 2 - 9 if digit > 4 else digit * 2 for digit in digits[-2::-2])
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def _is_iban(text: str) -> bool:
    """Country and check digits moved to the end, letters as 10–35: the number is 1 modulo 97."""
    plain = text.replace(" ", "").replace("-", "")
    return int("".join(str(int(each, 36)) for each in plain[4:] + plain[:4])) % 97 == 1


def _is_ip(text: str) -> bool:
    try:
        return not ipaddress.ip_address(text).is_unspecified
    except ValueError:
        return False
