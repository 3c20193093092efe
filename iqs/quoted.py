"""Where a mail begins to repeat the mails before it: what a reader may fold away, never what is thrown away."""

import re

import quotequail

SHORTEST = 3
"""Quoted lines at the end of a message that count as history without a line that introduces them."""

_CANDIDATES = 100  # lines of one message that are looked at closely: a mail has a handful
_ENDINGS = (":", ">", "-", "_")  # of every line that introduces quoted mail
_HEADER = re.compile(r"\*?[^\W\d_][\w ]{1,12}:\*?(?:\s|$)")
_WINDOW = 8  # lines in which the headers of a mail stand


def history(text: str) -> range | None:
    """The lines of earlier mails in a message: from the line that introduces them ("On … wrote:") to their end.

    None where there are none, and where the message is nothing else, as a forwarded mail is. Answers written
    below or between quoted lines end it.
    """
    lines = text.split("\n")
    start = _introduced(lines)
    if start is None:
        start = _trailing(lines)
    if start is None or not any(line.strip() for line in lines[:start]):
        return None
    return range(start, _end(lines, start))


def _introduced(lines: list[str]) -> int | None:
    looked = 0
    for number, line in enumerate(lines):
        wraps = number + 1 < len(lines) and lines[number + 1].rstrip().endswith(_ENDINGS)
        if not line.strip() or not (wraps or line.rstrip().endswith(_ENDINGS) or _HEADER.match(line)):
            continue
        looked += 1
        if looked > _CANDIDATES:
            return None
        if _introduces(lines[number : number + 2]) or _heads(lines[number : number + _WINDOW]):
            return number
    return None


def _introduces(lines: list[str]) -> bool:
    """Whether the first of two lines, or both as one, say that a mail follows."""
    parts = quotequail.quote("\n".join(line[:500] for line in lines), quote_intro_line=True)
    return len(parts) == 2 and not parts[0][1]


def _heads(lines: list[str]) -> bool:
    """Whether a mail's headers begin here: from, and when, to whom or what about."""
    if not _HEADER.match(lines[0]):
        return False
    found = quotequail.unwrap("\n".join(line[:500] for line in lines)) or {}
    return "from" in found and not found.get("text_top") and bool(found.keys() & {"date", "to", "subject"})


def _trailing(lines: list[str]) -> int | None:
    """Where the quoted lines begin that a message ends with."""
    start = len(lines)
    while start and (lines[start - 1].startswith(">") or not lines[start - 1].strip()):
        start -= 1
    while start < len(lines) and not lines[start].strip():
        start += 1
    return start if len(lines) - start >= SHORTEST else None


def _end(lines: list[str], start: int) -> int:
    """Where the history ends: with its quoted lines if it has such, else with the message."""
    quoted = next((n for n in range(start, min(start + 4, len(lines))) if lines[n].startswith(">")), None)
    if quoted is None:
        return len(lines)
    end = quoted
    while end < len(lines) and (lines[end].startswith(">") or not lines[end].strip()):
        end += 1
    return end
