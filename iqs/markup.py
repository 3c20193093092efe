"""HTML bodies of messages read into lines: paragraphs, lists, quotes, code, links; nothing fetched, nothing run.

One pass over the tags and no tree: lines of text need none, and a tree is what a hostile body attacks. Why no parser
off the shelf reads them is told, with figures, in docs/decisions/11-html.md.
"""

import html
import re
from dataclasses import replace
from datetime import datetime
from itertools import dropwhile
from urllib.parse import unquote, urlsplit

from iqs.bodies import DEEPEST, Body, Form, Line, Run, cut_body, plain, said
from iqs.conversations import Author, Message
from iqs.text import MESSAGE_LIMIT, NO_TEXT, clean, cut, readable

SIZE_LIMIT = 1_000_000
"""Characters of a body that are looked at; pictures that stand inside the mail do not count."""

TAGS_LIMIT = 20_000
TEXT_LIMIT = 40_000
"""Tags read, and characters of text: far more than a message keeps."""

_CHUNK = 20_000  # characters between two tags that are taken at once
_LINE_COST = 10  # characters that a line counts for beside its own
_ATTRIBUTES_LIMIT = 20_000
_RUNS_LIMIT = 2_000  # styles of a body that has more are noise, or an attack
_LINK_LIMIT = 2_000
_NAME_LIMIT = 200

_DROPPED = frozenset({"iframe", "noframes", "object", "script", "style", "template", "textarea", "title"})
_BREAKS = frozenset({
    "address", "article", "aside", "center", "dd", "details", "div", "dl", "dt", "fieldset", "figcaption", "figure",
    "footer", "form", "header", "hr", "main", "nav", "section", "summary", "tr",
})  # fmt: skip
_SPACED = frozenset({"blockquote", "h1", "h2", "h3", "h4", "h5", "h6", "ol", "p", "pre", "table", "ul"})
_BOLD, _ITALIC, _STRIKE, _CODE = range(4)
_STYLES = {
    "b": _BOLD, "strong": _BOLD, "th": _BOLD, "h1": _BOLD, "h2": _BOLD, "h3": _BOLD, "h4": _BOLD, "h5": _BOLD,
    "h6": _BOLD, "i": _ITALIC, "em": _ITALIC, "s": _STRIKE, "strike": _STRIKE, "del": _STRIKE,
    "code": _CODE, "tt": _CODE, "kbd": _CODE, "samp": _CODE,
}  # fmt: skip

# No alternative looks past the next "<", so the scan is linear whatever the quotes do.
_TAG = re.compile(
    r"""<(?:
        (?P<comment>!--(?!-?>))
      | (?P<end>/?)(?P<name>[a-zA-Z][^\s/<>]*+)(?P<attributes>(?:[^<>"']|"[^"<]*+"|'[^'<]*+')*+|[^<>]*+)>
      | [!?/][^<>]*+>
    )""",
    re.VERBOSE,
)
_ATTRIBUTE = re.compile(
    r"""(?:^|[\s"'/])(alt|height|href|src|start|width)\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s"'>]++))""",
    re.IGNORECASE,
)
_INSIDE = re.compile(r"data:[^\s\"'<>)]{200,}+", re.IGNORECASE)  # a picture that stands inside the mail
_LINE_ENDS = re.compile("\r\n?|[\n\v\f\x1c-\x1e\x85\u2028\u2029]")
_SPACES = re.compile(r"\s+")

_Look = tuple[bool, bool, bool, bool, str | None]
"""Bold, italic, strike, code, link: what a `Run` is made of beside its text."""

_PLAIN: _Look = (False, False, False, False, None)


def read_html(body: str) -> Body:
    """The lines a reader would see: clean, without blank ones at the ends, and never two in a row outside code.

    Scripts, styles, templates and comments are dropped; images are named; links are http or https addresses.
    Time is linear in the length of `body`; what lies beyond the limits is counted in a last line.
    """
    lines, left_out = _read(body)
    return (*lines, Line((Run(f"… (cut: {left_out:,} characters of HTML left out)"),))) if left_out else lines


def message(
    author: Author,
    *,
    html: str | None = None,
    text: str | None = None,
    at: datetime | None = None,
    author_id: str | None = None,
) -> Message:
    """A message as it is stored, from its HTML or, without any, its plain text: clean and within limits."""
    if not html:
        return Message(author, readable(text or ""), at, author_id)
    body, left_out = _read(html)
    whole = plain(body)
    if left_out or len(whole) > MESSAGE_LIMIT:
        whole = cut(whole, MESSAGE_LIMIT, left_out=left_out)
        body = cut_body(body, whole)
    if all(line.is_plain for line in body):
        return Message(author, whole or NO_TEXT, at, author_id)
    return Message(author, whole, at, author_id, body)


def _read(body: str) -> tuple[Body, int]:
    """The lines, and how many characters of HTML were not read."""
    page = _Page()
    body = _INSIDE.sub("data:", body)
    left_out = len(body) - _walk(_beginning(body), page)
    page.end_line()
    while page.lines and not page.lines[-1].runs:
        page.lines.pop()
    if page.lines:  # a text begins with its first word, be it code
        runs = list(dropwhile(lambda run: run.text.isspace(), page.lines[0].runs))
        runs[0] = replace(runs[0], text=runs[0].text.lstrip())
        page.lines[0] = replace(page.lines[0], runs=tuple(runs))
    return tuple(page.lines), left_out


def _walk(body: str, page: "_Page") -> int:
    """Goes over the tags of the body, once; how far it came within the limits."""
    end = 0
    for _ in range(TAGS_LIMIT):
        tag = _TAG.search(body, end)
        stop = tag.start() if tag else len(body)
        start, end = end, min(stop, end + _CHUNK)
        page.words(html.unescape(body[start:end]))
        if page.room <= 0 or (tag is None and end == stop):
            break
        if tag is None or end < stop:
            continue
        end = tag.end()
        if tag["comment"]:
            end = _after("-->", body, end)
        elif tag["name"] is not None:
            name = tag["name"].lower()
            if name in _DROPPED and not tag["end"]:
                end = _after_element(name, body, end)
            elif tag["end"]:
                page.close(name)
            else:
                page.open(name, tag["attributes"])
    return end


def _beginning(body: str) -> str:
    """As much as is looked at; a tag that would be torn is left out."""
    if len(body) <= SIZE_LIMIT:
        return body
    last = body.rfind("<", 0, SIZE_LIMIT)
    return body[: SIZE_LIMIT if last < 0 or body.find(">", last, SIZE_LIMIT) > 0 else last]


def _after(mark: str, body: str, start: int) -> int:
    """Just behind the mark; the end of everything when it never comes, as in a browser."""
    found = body.find(mark, start)
    return len(body) if found < 0 else found + len(mark)


def _after_element(name: str, body: str, start: int) -> int:
    close = re.compile(rf"</{name}\b[^<>]*+>?", re.IGNORECASE).search(body, start)
    return close.end() if close else len(body)


class _Page:
    """Lines as they come to be, and what is open: styles, the link, lists, quotes, code."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.room = TEXT_LIMIT
        self._runs: list[tuple[list[str], _Look]] = []
        self._run_count = 0
        self._styles = [0, 0, 0, 0]
        self._link: str | None = None
        self._look = _PLAIN
        self._lists: list[int | None] = []  # the number of an ordered list's item
        self._form = Form.TEXT
        self._quoted = 0
        self._code = 0
        self._gap = False

    def words(self, text: str) -> None:
        """Text as it stands between two tags."""
        if not self._code:
            self._append(_SPACES.sub(" ", text))
            return
        first, *others = _LINE_ENDS.split(text)
        self._append(first)
        for other in others:
            if self.room <= 0:
                break
            self.room -= 1
            self.end_line(keep=True)
            self._append(other)

    def open(self, name: str, attributes: str) -> None:
        """A tag begins an element."""
        self._border(name)
        if name in _STYLES:
            self._style(_STYLES[name], 1)
        elif name == "a":
            self._follow(_address(_attributes(attributes).get("href", "")))
        elif name == "br":
            self.end_line(keep=True)
        elif name == "img":
            self._append(_picture(_attributes(attributes)))
        elif name == "blockquote":
            self._quoted += 1
        elif name == "pre":
            self._code += 1
        elif name in {"ul", "ol"}:
            self._begin_list(None if name == "ul" else _number(_attributes(attributes).get("start", "")))
        elif name == "li":
            self._next_item()

    def close(self, name: str) -> None:
        """A tag ends an element; one that was never begun changes nothing."""
        self._border(name)
        if name in _STYLES:
            self._style(_STYLES[name], -1)
        elif name == "a":
            self._follow(None)
        elif name == "blockquote":
            self._quoted = max(0, self._quoted - 1)
        elif name == "pre":
            self._code = max(0, self._code - 1)
        elif name in {"ul", "ol"} and self._lists:
            self._lists.pop()
            self._form = Form.MORE if self._lists else Form.TEXT
            self._gap = not self._lists
        elif name == "li" and not self._lists:
            self._form = Form.TEXT

    def end_line(self, *, keep: bool = False) -> None:
        """Ends the line. One without words is left out, unless it is to be kept: a blank line."""
        runs = self._taken()
        form = Form.CODE if self._code else self._form
        blank = not runs
        if blank and not keep:
            return
        if blank and form is not Form.CODE:
            self._gap = True
            return
        if self._gap and self.lines and self.lines[-1].runs:
            self.lines.append(Line(quoted=min(self._level, self.lines[-1].quoted)))
        self._gap = False
        if self.lines or not blank:
            self._add(runs, form)

    def _add(self, runs: tuple[Run, ...], form: Form) -> None:
        if form in {Form.TEXT, Form.CODE} or (form is Form.MORE and not self.lines):
            line = Line(runs, Form.TEXT if form is Form.MORE else form, quoted=self._level)
        else:
            depth = min(max(0, len(self._lists) - 1), DEEPEST) if self.lines else 0
            number = self._lists[-1] if self._lists and form is Form.ITEM else None
            line = Line(runs, form, depth, number, self._level)
            self._form = Form.MORE
        self.lines.append(line)
        self.room -= len(line.mark) + _LINE_COST

    @property
    def _level(self) -> int:
        return min(self._quoted, DEEPEST)

    def _border(self, name: str) -> None:
        """Where a block begins or ends, so does a line."""
        if name in _SPACED:
            self.end_line()
            self._gap = self._gap or not self._lists  # a list stands close together
        elif name in _BREAKS or name == "li":
            self.end_line()
        elif name in {"td", "th"}:
            self._append(" ")

    def _begin_list(self, number: int | None) -> None:
        self._lists.append(None if number is None else number - 1)
        if self._form is Form.ITEM:  # an item that begins with a list has no words of its own
            self._form = Form.MORE

    def _next_item(self) -> None:
        self._form = Form.ITEM
        if self._lists and (number := self._lists[-1]) is not None:
            self._lists[-1] = number + 1

    def _style(self, style: int, change: int) -> None:
        self._styles[style] = max(0, self._styles[style] + change)
        self._see()

    def _follow(self, link: str | None) -> None:
        self._link = link
        self.room -= len(link or "")
        self._see()

    def _see(self) -> None:
        bold, italic, strike, code = self._styles
        self._look = (bold > 0, italic > 0, strike > 0, code > 0, self._link)

    def _append(self, text: str) -> None:
        if not self._code and (not self._runs or self._runs[-1][0][-1].endswith(" ")):
            text = text.removeprefix(" ")
        if not text:
            return
        self.room -= len(text)
        look = self._look if self._run_count < _RUNS_LIMIT else _PLAIN
        if self._runs and self._runs[-1][1] == look:
            self._runs[-1][0].append(text)
        else:
            self._run_count += 1
            self._runs.append(([text], look))

    def _taken(self) -> tuple[Run, ...]:
        """The line's runs, clean; where cleaning reaches across their borders they lose their looks."""
        if not self._runs:
            return ()
        runs = [("".join(parts), look) for parts, look in self._runs]
        self._runs = []
        joined = "".join(text for text, _ in runs)
        if len(runs) == 1:
            runs = [(clean(joined), runs[0][1])]
        elif clean(joined) != joined:
            runs = [(clean(text), look) for text, look in runs]
            rest = "".join(text for text, _ in runs)
            whole = clean(rest)
            if whole != rest:
                runs = [(whole, _PLAIN)]
        if not self._code:
            while runs and not runs[0][0].strip():
                del runs[0]
            runs[:1] = [(text.lstrip(), look) for text, look in runs[:1]]
        while runs and not runs[-1][0].strip():
            runs.pop()
        runs[-1:] = [(text.rstrip(), look) for text, look in runs[-1:]]
        made = tuple(Run(text, *look) for text, look in runs if text)
        if any(run.link for run in made):  # plain text puts an address between what stood side by side
            parted = "".join(said(made))
            if clean(parted) != parted:
                return (Run("".join(run.text for run in made)),)
        return made


def _attributes(text: str) -> dict[str, str]:
    """The attributes that say anything here; of two with one name the first counts."""
    found: dict[str, str] = {}
    for name, *values in _ATTRIBUTE.findall(text[:_ATTRIBUTES_LIMIT]):
        found.setdefault(name.lower(), html.unescape("".join(values)))
    return found


def _number(start: str) -> int:
    return max(1, int(start)) if start.isascii() and start.isdecimal() and len(start) < 6 else 1


def _picture(attributes: dict[str, str]) -> str:
    """A picture's name; nothing for the invisible ones that report that a mail was read."""
    if {attributes.get("width"), attributes.get("height")} & {"0", "1"}:
        return ""
    name = attributes.get("alt", "")[:_NAME_LIMIT].strip() or _file_name(attributes.get("src", ""))
    return f"[image: {_SPACES.sub(' ', name)}]" if name else "[image]"


def _file_name(address: str) -> str:
    """The name of the file at an address; none where an address holds the picture itself or names no file."""
    if address.lower().startswith("data:"):
        return ""
    name = unquote(address.partition("?")[0].rpartition("/")[2]).removeprefix("cid:").partition("@")[0]
    return name if "." in name.strip(".") and len(name) <= _NAME_LIMIT else ""


def _address(href: str) -> str | None:
    """An http or https address with a host, fit to be shown; anything else (scripts, data, mail) is no link."""
    address = href.strip()
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        return None
    if len(address) > _LINK_LIMIT:
        address = parts._replace(query="", fragment="").geturl()
    if len(address) > _LINK_LIMIT or not address.isprintable() or " " in address or clean(address) != address:
        return None
    return address
