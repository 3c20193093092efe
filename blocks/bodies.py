"""A message's lines as rich text: nothing in it is parsed, no link hides where it leads, no limit is broken.

Lines become `Chunk`s of bounded weight, so that a page may end between any two of them, and chunks become elements.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from urllib.parse import urlsplit

from blocks import kit
from blocks.kit import Element
from blocks.text import NOTHING, blank, pieces, weight
from iqs.bodies import Body, Form, Line, Run, labels
from iqs.text import clean

TEXT = 1_000
"""The weight of one text element at most."""

ELEMENT = 30  # what an element weighs beside its text
_LABEL = 300
_NUMBERS = 1_000  # the highest number Slack lets a list begin with
_DOTTED = re.compile(r"(?<![\w-])[\w-]++(?:\.[\w-]++)++")  # linear: nothing is given back
_TOP_LEVEL = re.compile(r"[^\W\d_]{2,24}")


@dataclass(frozen=True, slots=True)
class Chunk:
    """A line, or as much of a long one as is shown together. `first`: it begins its line."""

    line: Line
    elements: tuple[Element, ...]
    first: bool = True

    @property
    def weight(self) -> int:
        """How much of a page it takes."""
        return 1 + sum(map(_heavy, self.elements))


def lines_of(text: str) -> Body:
    """Plain text as lines."""
    return tuple(Line((Run(each),) if each else ()) for each in clean(text).split("\n"))


def chunks(lines: Iterable[Line], limit: int) -> Iterator[Chunk]:
    """The lines, the long ones in chunks of at most about `limit`."""
    for line in lines:
        kept: list[Element] = []
        heavy = 0
        first = True
        for element in _inline(line):
            if kept and heavy + _heavy(element) > limit:
                yield Chunk(line, tuple(kept), first)
                kept, heavy, first = [], 0, False
            kept.append(element)
            heavy += _heavy(element)
        yield Chunk(line, tuple(kept), first)


def elements(shown: Sequence[Chunk], *, barred: bool) -> list[Element]:
    """Paragraphs, lists, quotes and code; `barred` puts a quote's bar beside all of it. Never empty."""
    found: list[Element] = []
    for (form, quoted), group in groupby(shown, key=_shape):
        together = list(group)
        bar = barred or quoted > 0
        inner = "> " * (quoted - (not barred))
        if form is Form.CODE:
            found += _code(together, inner, barred=bar)
        elif form is Form.ITEM:
            found += _lists(together, inner, barred=bar)
        else:
            found += _paragraph(together, inner, barred=bar)
    return found or [kit.line(NOTHING)]


def _shape(chunk: Chunk) -> tuple[Form, int]:
    """What stands together: further lines of an item stand with it."""
    form = Form.ITEM if chunk.line.form is Form.MORE else chunk.line.form
    return form, chunk.line.quoted


def _paragraph(shown: Sequence[Chunk], inner: str, *, barred: bool) -> list[Element]:
    inlines = _joined(shown, inner)
    if not inlines:
        return []
    return [kit.quote(*inlines) if barred else kit.line(*inlines)]


def _code(shown: Sequence[Chunk], inner: str, *, barred: bool) -> list[Element]:
    words = "".join(
        ("\n" if index and chunk.first else "") + inner + "".join(each["text"] for each in chunk.elements)
        for index, chunk in enumerate(shown)
    )
    words = words.strip("\n")
    return [] if blank(words) else [kit.code(words, barred=barred)]


def _lists(shown: Sequence[Chunk], inner: str, *, barred: bool) -> list[Element]:
    """Items of one level and kind together; what continues an item stands inside it."""
    items: list[list[Chunk]] = []
    for chunk in shown:
        if items and (chunk.line.form is Form.MORE or not chunk.first):
            items[-1].append(chunk)
        else:
            items.append([chunk])
    found: list[Element] = []
    for (depth, ordered), group in groupby(items, key=lambda item: _level(item[0])):
        together = list(group)
        sections = [kit.line(*inlines) for item in together if (inlines := _joined(item, inner))]
        if sections:
            number = together[0][0].line.number if ordered else None
            found.append(kit.bullets(sections, depth=depth, number=number, barred=barred))
    return found


def _level(item: Chunk) -> tuple[int, bool]:
    number = item.line.number
    return item.line.depth, number is not None and number <= _NUMBERS and item.first


def _joined(shown: Sequence[Chunk], inner: str) -> list[Element]:
    """The inline elements of several lines, with line ends between them."""
    parts: list[Element] = []
    for index, chunk in enumerate(shown):
        before = "\n" if index and chunk.first else ""
        if inner and chunk.first:
            before += inner
        if before:
            parts.append(_text(before))
        parts += chunk.elements
    return _solid(parts)


def _solid(parts: Iterable[Element]) -> list[Element]:
    """Texts of one style in one element, and none of blank alone: Slack refuses what is empty."""
    found: list[Element] = []
    space = ""
    for part in parts:
        if blank(part["text"]):
            space += part["text"]
            continue
        last = found[-1] if found else None
        if last and _is_text(last) and space:
            last["text"] += space
            space = ""
        if last and _is_text(last) and _is_text(part) and last.get("style") == part.get("style"):
            last["text"] += part["text"]
        else:
            found.append(part | {"text": (space if found else "") + part["text"]})
        space = ""
    return found


def _is_text(element: Element) -> bool:
    return bool(element["type"] == "text")


def _text(text: str, run: Run | None = None) -> Element:
    element: Element = {"type": "text", "text": text}
    style = _style(run) if run else {}
    return element | {"style": style} if style else element


def _style(run: Run) -> dict[str, bool]:
    return {name: True for name in ("bold", "italic", "strike", "code") if getattr(run, name)}


def _inline(line: Line) -> Iterator[Element]:
    """The elements of one line, each within `TEXT`; blank ones are settled when lines are joined."""
    if line.form is Form.ITEM and line.number is not None and line.number > _NUMBERS:
        yield _text(f"{line.number}. ")
    for address, group in labels(line.runs):
        if address is None or line.form is Form.CODE:
            yield from _words(group)
        else:
            yield from _link(address, group)


def _words(runs: Iterable[Run]) -> Iterator[Element]:
    for run in runs:
        words = clean(run.text).replace("\n", " ")
        if blank(words):
            yield _text(words)
        else:
            yield from (_text(each, run) for each in pieces(words, TEXT))


def _link(address: str, runs: Sequence[Run]) -> Iterator[Element]:
    """The words as a link and the host it leads to; both addresses where the words look like another one."""
    label = clean("".join(run.text for run in runs)).replace("\n", " ")
    url, host = kit.web_link(address), _host(address)
    if blank(label):
        yield from _words(runs)
    elif url is None or host is None:  # no link that Slack would take, or that a reader could judge
        yield from _words(runs)
        yield from _words([Run(f" ({address})")])
    elif label.strip() == url:
        yield kit.link(url, label)
    elif _leads_elsewhere(label, host) or weight(label) > _LABEL:
        yield from _words(runs)
        yield _text(" → ")
        yield kit.link(url, url)
    else:
        style = _style(runs[0]) if len(runs) == 1 else {}
        yield kit.link(url, label, **style)
        yield _text(f" ({host})")


def _host(address: str) -> str | None:
    """The host in the letters that name servers use: look-alikes of other scripts show as xn--…."""
    try:
        host = urlsplit(address).hostname or ""
        return host.encode("idna").decode() or None
    except (ValueError, UnicodeError):
        return None


def _leads_elsewhere(label: str, host: str) -> bool:
    named = (each.removeprefix("www.") for each in _hosts_in(label.lower()))
    return any(each != host.removeprefix("www.") for each in named)


def _hosts_in(label: str) -> Iterator[str]:
    """What looks like the name of a host: parts between dots, up to the last one that begins with two letters."""
    for dotted in _DOTTED.findall(label):
        parts = dotted.split(".")
        for last in range(len(parts) - 1, 0, -1):
            top = _TOP_LEVEL.match(parts[last])
            if top:
                yield ".".join((*parts[:last], top[0]))
                break


def _heavy(element: Element) -> int:
    beside = 0 if element["type"] == "text" and "style" not in element else ELEMENT
    return weight(element["text"]) + weight(element.get("url", "")) + beside
