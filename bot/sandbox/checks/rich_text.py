"""rich_text: sections, lists, quotes and code; nothing in it may be empty."""

from bot.sandbox.checks.shape import (
    Check,
    array,
    boolean,
    by_type,
    choice,
    integer,
    shape,
    string,
    web_address,
)

LONGEST_TEXT = 12_000  # no figure is documented; the message's own text limit is reached long before

_style = shape({}, dict.fromkeys(("bold", "italic", "strike", "code", "underline"), boolean))
_mention_style = shape(
    {}, dict.fromkeys(("bold", "italic", "strike", "highlight", "client_highlight", "unlink"), boolean)
)


def _inline(kind: str, required: dict[str, Check], optional: dict[str, Check] | None = None) -> Check:
    return shape({"type": choice(kind), **required}, optional)


_text = _inline("text", {"text": string(LONGEST_TEXT)}, {"style": _style})
_link = _inline(
    "link", {"url": web_address()}, {"text": string(LONGEST_TEXT), "unsafe": boolean, "style": _style}
)
INLINE: dict[str, Check] = {
    "text": _text,
    "link": _link,
    "emoji": _inline(
        "emoji",
        {"name": string(100)},
        {"unicode": string(100), "skin_tone": integer(1, 6), "style": _style},
    ),
    "user": _inline("user", {"user_id": string(255)}, {"style": _mention_style}),
    "channel": _inline("channel", {"channel_id": string(255)}, {"style": _mention_style}),
    "usergroup": _inline("usergroup", {"usergroup_id": string(255)}, {"style": _mention_style}),
    "broadcast": _inline("broadcast", {"range": choice("here", "channel", "everyone")}, {"style": _style}),
    "color": _inline("color", {"value": string(20)}, {"style": _style}),
    "date": _inline(
        "date",
        {"timestamp": integer(0, 9_999_999_999), "format": string(1000)},
        {"url": web_address(), "fallback": string(LONGEST_TEXT), "style": _style},
    ),
}

_inlines = array(by_type(INLINE), 1, 10_000)
_section = shape({"type": choice("rich_text_section"), "elements": _inlines})
ELEMENTS: dict[str, Check] = {
    "rich_text_section": _section,
    "rich_text_list": shape(
        {
            "type": choice("rich_text_list"),
            "style": choice("bullet", "ordered"),
            "elements": array(by_type({"rich_text_section": _section}), 1, 1000),
        },
        {"indent": integer(0, 8), "offset": integer(0, 1000), "border": integer(0, 1)},
    ),
    "rich_text_quote": shape(
        {"type": choice("rich_text_quote"), "elements": _inlines}, {"border": integer(0, 1)}
    ),
    "rich_text_preformatted": shape(
        {
            "type": choice("rich_text_preformatted"),
            "elements": array(by_type({"text": _text, "link": _link}), 1, 10_000),
        },
        {"border": integer(0, 1), "language": string(100)},
    ),
}

rich_text = shape(
    {"type": choice("rich_text"), "elements": array(by_type(ELEMENTS), 1, 1000)}, {"block_id": string(255)}
)
