"""Block Kit as plain dicts: constructors that keep Slack's limits and take any text.

Words of customers, agents and reviewers, and every name, go in as rich text or plain text without emoji:
Slack parses nothing there. `fixed()` is the only mrkdwn: for our own words, numbers and dates.
Limits: https://docs.slack.dev/reference/block-kit
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, TypedDict
from urllib.parse import urlsplit

from blocks.text import escape, fit, weight
from iqs.text import clean

Block = dict[str, Any]
View = dict[str, Any]
Element = dict[str, Any]
Part = str | Element

MESSAGE_TEXT = 8_000
"""The text of all blocks of a message: no limit is documented, 9,597 characters passed, 11,341 did not."""

MODAL_BLOCKS = 95
TOP_TEXT = 3_000
LATEST = 9_999_999_999


class Message(TypedDict):
    """What is posted: `text` for notifications and screen readers, `blocks` for the eye."""

    text: str
    blocks: list[Block]


def message(text: str, blocks: Iterable[Block | None]) -> Message:
    """A message; `text` says what it is about without personal data, because it reaches lock screens."""
    return Message(text=fit(escape(text.replace("\u00a0", " ")), TOP_TEXT), blocks=_present(blocks))


def modal(
    title: str,
    blocks: Iterable[Block | None],
    *,
    callback: str,
    submit: str | None = None,
    close: str = "Close",
    metadata: str = "",
) -> View:
    """A modal view. Its title, buttons and ids are ours; `metadata` holds ids only."""
    view: View = {
        "type": "modal",
        "callback_id": callback,
        "title": plain(title, 24),
        "close": plain(close, 24),
        "private_metadata": metadata,
        "blocks": _present(blocks),
    }
    if submit is not None:
        view["submit"] = plain(submit, 24)
    return view


def home(blocks: Iterable[Block | None]) -> View:
    """An App Home view."""
    return {"type": "home", "blocks": _present(blocks)}


def _present(blocks: Iterable[Block | None]) -> list[Block]:
    return [block for block in blocks if block is not None]


# Text


def plain(text: str, limit: int) -> Element:
    """A plain text object: shown as it is, `:codes:` and mentions included."""
    return {"type": "plain_text", "text": fit(text, limit), "emoji": False}


def fixed(*parts: str | datetime) -> Element:
    """A mrkdwn object for our own words and times in the reader's zone; never for anybody else's words."""
    text = "".join(part if isinstance(part, str) else _mrkdwn_date(part) for part in parts)
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def _mrkdwn_date(at: datetime) -> str:
    stamp = int(at.timestamp())
    return f"<!date^{stamp}^{DATE_FORMAT}|{_spelled(at)}>" if 0 <= stamp <= LATEST else _spelled(at)


DATE_FORMAT = "{date_short_pretty} {time}"


def date(at: datetime) -> Element:
    """A time in rich text, in the reader's own zone."""
    stamp = int(at.timestamp())
    if not 0 <= stamp <= LATEST:
        return {"type": "text", "text": _spelled(at)}
    return {"type": "date", "timestamp": stamp, "format": DATE_FORMAT, "fallback": _spelled(at)}


def _spelled(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")


def words(text: str, limit: int = 3000, **style: bool) -> Element:
    """A rich text element: never parsed, so anybody's words may stand in it."""
    element: Element = {"type": "text", "text": fit(text, limit)}
    if style:
        element["style"] = style
    return element


def bold(text: str, limit: int = 300) -> Element:
    """Bold words in rich text."""
    return words(text, limit, bold=True)


def italic(text: str, limit: int = 300) -> Element:
    """Italic words in rich text."""
    return words(text, limit, italic=True)


def line(*parts: Part) -> Element:
    """A paragraph of rich text; a plain string becomes words."""
    return {"type": "rich_text_section", "elements": _elements(parts)}


def quote(*parts: Part) -> Element:
    """A quoted paragraph of rich text."""
    return {"type": "rich_text_quote", "elements": _elements(parts)}


def bullets(
    lines: Sequence[Element], *, depth: int = 0, number: int | None = None, barred: bool = False
) -> Element:
    """A list of `line()`s on a level from 0; `number` is an ordered one's first; `barred` has a quote's bar."""
    element: Element = {"type": "rich_text_list", "style": "bullet", "elements": list(lines)}
    if number is not None:
        element["style"] = "ordered"
        if number > 1:
            element["offset"] = number - 1
    return _bordered(element | ({"indent": depth} if depth else {}), barred=barred)


def code(text: str, *, barred: bool = False) -> Element:
    """Preformatted text, clean and not empty as it is given; `barred` has a quote's bar."""
    element: Element = {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": text}]}
    return _bordered(element, barred=barred)


def _bordered(element: Element, *, barred: bool) -> Element:
    return element | {"border": 1} if barred else element


def link(url: str, text: str, **style: bool) -> Element:
    """A link in rich text, to an address that `web_link` let pass."""
    element: Element = {"type": "link", "url": url, "text": fit(text, 3000)}
    return element | {"style": style} if style else element


def _elements(parts: Iterable[Part]) -> list[Element]:
    return [words(part) if isinstance(part, str) else part for part in parts]


def web_link(url: str | None) -> str | None:
    """The address if it is one of http or https that Slack will take, else None."""
    if not url or len(url) > 2_500 or not url.isprintable() or any(mark in url for mark in ' <>"|\\'):
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme in {"http", "https"} and parts.hostname and not parts.username else None


# Blocks


def header(text: str) -> Block:
    """A headline."""
    return {"type": "header", "text": plain(text, 150)}


def divider() -> Block:
    """A rule across the message."""
    return {"type": "divider"}


def section(text: str | Element, *, accessory: Element | None = None) -> Block:
    """A paragraph, with a button at its side if given. A string is shown as it is."""
    block: Block = {
        "type": "section",
        "text": plain(text, 2_900) if isinstance(text, str) else text,
        "expand": True,
    }
    if accessory is not None:
        block["accessory"] = accessory
    return block


def context(*parts: str | Element) -> Block:
    """Small print; a string is shown as it is."""
    return {
        "type": "context",
        "elements": [plain(part, 1_000) if isinstance(part, str) else part for part in parts],
    }


def rich_text(*elements: Element) -> Block:
    """Paragraphs, lists and quotes of rich text."""
    return {"type": "rich_text", "elements": list(elements)}


def container(title: str, children: Sequence[Block]) -> Block:
    """Blocks behind a title, folded until somebody opens it."""
    return {
        "type": "container",
        "title": plain(title, 150),
        "is_collapsible": True,
        "default_collapsed": True,
        "child_blocks": list(children),
    }


def actions(block_id: str, elements: Sequence[Element]) -> Block:
    """A row of buttons and menus."""
    return {"type": "actions", "block_id": block_id, "elements": list(elements)}


def button(
    text: str,
    action: str,
    value: str | int = "",
    *,
    style: str | None = None,
    label: str | None = None,
    url: str | None = None,
) -> Element:
    """A button. A screen reader says `label` instead of a terse text; `style` is primary or danger."""
    element: Element = {"type": "button", "action_id": action, "text": plain(text, 75)}
    if value != "":
        element["value"] = str(value)
    if style is not None:
        element["style"] = style
    if label is not None:
        element["accessibility_label"] = fit(label, 75)
    if url is not None:
        element["url"] = url
    return element


def overflow(action: str, options: Sequence[Element]) -> Element:
    """The "…" menu."""
    return {"type": "overflow", "action_id": action, "options": list(options)}


def option(text: str, value: str | int, *, description: str | None = None, url: str | None = None) -> Element:
    """One choice of a menu, of radio buttons or checkboxes."""
    element: Element = {"text": plain(text, 75), "value": str(value)}
    if description:
        element["description"] = plain(description, 75)
    if url is not None:
        element["url"] = url
    return element


# Inputs of modals: block and action ids stay the same over redraws, or Slack empties what was typed.


def field(
    block_id: str,
    label: str,
    element: Element,
    *,
    optional: bool = False,
    dispatch: bool = False,
    hint: str = "",
) -> Block:
    """An input with its label; `dispatch` tells us of each change at once."""
    block: Block = {
        "type": "input",
        "block_id": block_id,
        "label": plain(label, 300),
        "element": element,
        "optional": optional,
        "dispatch_action": dispatch,
    }
    if hint.strip():
        block["hint"] = plain(hint, 1_500)
    return block


def radio(action: str, options: Sequence[Element], chosen: str | None) -> Element:
    """Radio buttons; `chosen` is the value of the option that is marked."""
    element: Element = {"type": "radio_buttons", "action_id": action, "options": list(options)}
    for each in options:
        if each["value"] == chosen:
            element["initial_option"] = each
    return element


def several(action: str, options: Sequence[Element], chosen: Sequence[str]) -> Element:
    """Checkboxes, or a menu of many where there are more than checkboxes may have."""
    marked = [each for each in options if each["value"] in chosen]
    kind = "checkboxes" if len(options) <= 10 else "multi_static_select"
    element: Element = {"type": kind, "action_id": action, "options": list(options)[:100]}
    if kind == "multi_static_select":
        element["placeholder"] = plain("Pick what applies", 150)
        marked = [each for each in marked if each in element["options"]]
    if marked:
        element["initial_options"] = marked
    return element


def text_input(action: str, value: str, *, limit: int, multiline: bool, placeholder: str) -> Element:
    """A field to type into, holding `value`."""
    element: Element = {
        "type": "plain_text_input",
        "action_id": action,
        "multiline": multiline,
        "max_length": limit,
        "placeholder": plain(placeholder, 150),
    }
    if value.strip():
        element["initial_value"] = clean(value)[:limit]  # never marked as cut: it would be saved that way
    return element


def text_weight(value: Any) -> int:
    """How heavy all text of some blocks is: what people see, and what screen readers say."""
    if isinstance(value, list):
        return sum(map(text_weight, value))
    if not isinstance(value, dict):
        return 0
    spoken = ("text", "accessibility_label", "fallback")
    return sum(
        weight(each) if key in spoken and isinstance(each, str) else text_weight(each)
        for key, each in value.items()
    )
