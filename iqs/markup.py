"""HTML bodies of messages as plain text: lines, lists and link targets kept; nothing fetched, nothing run.

One pass over the tags and no tree. A parser's tree takes quadratic time on deep nesting and multiplies
unclosed formatting without bound; its guard would be longer than this reader, and text needs no tree.
"""

import html
import re
from collections.abc import Iterator
from urllib.parse import urlsplit

SIZE_LIMIT = 400_000
"""Characters of a body that are read; far more than a message keeps."""

_DROPPED = frozenset({"script", "style", "template", "title", "iframe", "object"})
_BLOCKS = frozenset(
    {
        "address",
        "article",
        "aside",
        "br",
        "center",
        "dd",
        "details",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
    }
    | {"figure", "footer", "form", "header", "hr", "main", "nav", "section", "summary", "tr"}
)
_SPACED = frozenset({"blockquote", "h1", "h2", "h3", "h4", "h5", "h6", "ol", "p", "pre", "table", "ul"})

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
    r"""(?:^|[\s"'/])(href|alt)\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s"'>]++))""", re.IGNORECASE
)
_BLANK_LINES = re.compile(r"\n{3,}")


def html_text(body: str) -> str:
    """The text a reader would see: paragraphs and list items on their own lines, links with their address.

    Scripts, styles, templates and comments are dropped; images are named. Linear in the length of `body`.
    The result is not yet clean (`iqs.text.readable` does that).
    """
    lines = (" ".join(line.split()) for line in "".join(_Reader(body[:SIZE_LIMIT]).pieces()).split("\n"))
    text = _BLANK_LINES.sub("\n\n", "\n".join(lines)).strip()
    left_out = len(body) - SIZE_LIMIT
    return text if left_out <= 0 else f"{text}\n… (cut: {left_out:,} characters of HTML left out)"


class _Reader:
    """Walks the tags once, remembering only the link it is in and whether line ends count."""

    def __init__(self, body: str) -> None:
        self._body = body
        self._href = ""
        self._label: list[str] = []
        self._preformatted = 0

    def pieces(self) -> Iterator[str]:
        end = 0
        while (tag := _TAG.search(self._body, end)) is not None:
            yield self._text(end, tag.start())
            end = tag.end()
            if tag["comment"]:
                end = self._after("-->", end)
            elif tag["name"] is not None:
                name = tag["name"].lower()
                if name in _DROPPED and not tag["end"]:
                    end = self._after_element(name, end)
                else:
                    yield self._tag(name, tag["attributes"], closing=bool(tag["end"]))
        yield self._text(end, len(self._body))
        yield self._link_end()

    def _after(self, mark: str, start: int) -> int:
        """Just behind the mark; the end of everything when it never comes, as in a browser."""
        found = self._body.find(mark, start)
        return len(self._body) if found < 0 else found + len(mark)

    def _after_element(self, name: str, start: int) -> int:
        close = re.compile(rf"</{name}\b[^<>]*+>?", re.IGNORECASE).search(self._body, start)
        return close.end() if close else len(self._body)

    def _text(self, start: int, end: int) -> str:
        text = html.unescape(self._body[start:end])
        if not self._preformatted:
            text = text.replace("\r", " ").replace("\n", " ")
        if self._href:
            self._label.append(text)
        return text

    def _tag(self, name: str, attributes: str, *, closing: bool) -> str:
        if name == "a":
            ended = self._link_end()
            if not closing:
                self._href = _address(_attribute(attributes, "href"))
            return ended
        if name == "pre":
            self._preformatted = max(0, self._preformatted + (-1 if closing else 1))
        if name == "img":
            alt = _attribute(attributes, "alt").strip()
            return f"[image: {alt}]" if alt else "[image]"
        if name == "li" and not closing:
            return "\n• "
        if name in {"td", "th"}:
            return " "
        if name in _SPACED:
            return "\n\n"
        return "\n" if name in _BLOCKS else ""

    def _link_end(self) -> str:
        """Where the link that ends here leads, unless its text says so: a reader must see what would open."""
        href, label = self._href, "".join(self._label)
        self._href, self._label = "", []
        return f" ({href})" if href and href not in label else ""


def _attribute(attributes: str, name: str) -> str:
    for key, *values in _ATTRIBUTE.findall(attributes):
        if key.lower() == name:
            return html.unescape("".join(values))
    return ""


def _address(href: str) -> str:
    """An http or https address with a host; anything else (scripts, data, mail) is no link to show."""
    address = href.strip()
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    return address if parts.scheme in {"http", "https"} and parts.netloc else ""
