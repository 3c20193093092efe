"""One of every block, with what a person must see of it."""


def plain(text, **more):
    return {"type": "plain_text", "text": text, **more}


def mrkdwn(text, **more):
    return {"type": "mrkdwn", "text": text, **more}


def option(text, value, **more):
    return {"text": plain(text), "value": value, **more}


def words(*parts):
    return {"type": "rich_text_section", "elements": list(parts)}


def word(text, **style):
    return {"type": "text", "text": text, **({"style": style} if style else {})}


def axes(kind, title, series):
    labels = ["W45", "W46", "W47"]
    data = [
        {
            "name": name,
            "data": [{"label": label, "value": v} for label, v in zip(labels, values, strict=True)],
        }
        for name, values in series.items()
    ]
    config = {"categories": labels, "x_label": "Week", "y_label": "IQS %"}
    return {
        "type": "data_visualization",
        "title": title,
        "chart": {"type": kind, "series": data, "axis_config": config},
    }


def cells(*row):
    return [
        {"type": "raw_number", "value": cell, "text": f"{cell} %"}
        if isinstance(cell, int)
        else {"type": "raw_text", "text": cell}
        for cell in row
    ]


ELEMENTS = [
    {
        "type": "button",
        "action_id": "b",
        "text": plain("4"),
        "accessibility_label": "Tone: 4 of 5",
        "style": "primary",
    },
    {"type": "button", "action_id": "l", "text": plain("Site"), "url": "https://example.org"},
    {"type": "overflow", "action_id": "o", "options": [option("Skip", "s"), option("Pass on", "p")]},
    {
        "type": "static_select",
        "action_id": "s",
        "placeholder": plain("Pick"),
        "options": [option("One", "1")],
    },
    {"type": "users_select", "action_id": "u", "placeholder": plain("Who")},
    {"type": "datepicker", "action_id": "d", "initial_date": "2026-11-20"},
    {"type": "timepicker", "action_id": "t", "initial_time": "17:00"},
]

# name → (block, [(selector inside the block, pattern of its text)])
SHOWN = {
    "header": ({"type": "header", "text": plain("Digest :tada:")}, [("h3", "Digest 🎉")]),
    "mrkdwn": (
        {
            "type": "section",
            "text": mrkdwn(
                "*bold* _it_ ~old~ `code` <https://example.org|link> <@U0TOM> <#C0GENERAL> a &amp; b\n"
                "> quoted\n"
                "<!date^0^{date_num}|then> :white_check_mark: snake_case_stays 2*3*4\n```x  = 1```"
            ),
        },
        [
            ("strong", "^bold$"),
            ("em", "^it$"),
            ("s", "^old$"),
            (".code", "^code$"),
            ("a.link", "^link$"),
            (".mention", "^@Tom Lindqvist$"),
            ("a.mention", "^#general$"),
            ("blockquote", "quoted"),
            (".date", "1970-01-01"),
            (".emoji", "✅"),
            ("pre", "x  = 1"),
            (".section-text", "a & b"),
            (".section-text", r"snake_case_stays 2\*3\*4"),
        ],
    ),
    "fields": (
        {"type": "section", "fields": [mrkdwn("*Team*\nSupport"), plain("*Plain*")]},
        [(".field >> nth=0", "Support"), (".field >> nth=1", r"\*Plain\*")],
    ),
    "radio accessory": (
        {
            "type": "section",
            "text": mrkdwn("Pick one"),
            "accessory": {
                "type": "radio_buttons",
                "action_id": "r",
                "options": [option("A", "a", description=plain("first"))],
            },
        },
        [("[role=radiogroup] .choice-note", "first")],
    ),
    "context": ({"type": "context", "elements": [mrkdwn("48 *reviews*")]}, [("strong", "reviews")]),
    "divider": ({"type": "divider"}, [("hr", "")]),
    "actions": (
        {"type": "actions", "elements": ELEMENTS},
        [
            ("[aria-label='Tone: 4 of 5']", "4"),
            ("a.button", "Site"),
            ("[aria-haspopup=menu]", ""),
            ("select", "Pick"),
            ("select >> nth=1", "Maya Okafor"),
            ("input[type=date]", ""),
            ("input[type=time]", ""),
        ],
    ),
    "image": (
        {
            "type": "image",
            "image_url": "https://example.org/none.png",
            "alt_text": "A graph",
            "title": plain("Picture"),
        },
        [("figcaption", "Picture")],
    ),
    "rich_text": (
        {
            "type": "rich_text",
            "elements": [
                words(
                    word("b", bold=True),
                    word("i", italic=True),
                    word("s", strike=True),
                    word("c", code=True),
                    {"type": "link", "url": "https://example.org", "text": "there"},
                    {"type": "user", "user_id": "U0TOM"},
                    {"type": "channel", "channel_id": "C0GENERAL"},
                    {"type": "emoji", "name": "wave"},
                    {"type": "date", "timestamp": 0, "format": "{date_num}", "fallback": "x"},
                ),
                {
                    "type": "rich_text_list",
                    "style": "ordered",
                    "elements": [words(word("first")), words(word("second"))],
                },
                {"type": "rich_text_quote", "elements": [word("quoted")]},
                {"type": "rich_text_preformatted", "elements": [word("x  = 1")]},
            ],
        },
        [
            ("strong", "b"),
            ("em", "i"),
            ("s", "s"),
            (".code", "c"),
            ("a.link", "there"),
            (".mention", "@Tom Lindqvist"),
            ("a.mention", "#general"),
            (".emoji", "👋"),
            ("time", "1970-01-01"),
            ("ol li >> nth=1", "second"),
            ("blockquote", "quoted"),
            ("pre", "x  = 1"),
        ],
    ),
    "table": (
        {
            "type": "table",
            "column_settings": [{"align": "left"}, {"align": "right"}],
            "rows": [cells("Name", "N"), cells("Tone", "12")],
        },
        [("thead th", "Name"), ("td.align-right", "12")],
    ),
    "data_table": (
        {
            "type": "data_table",
            "caption": "IQS per agent",
            "page_size": 2,
            "rows": [cells("Agent", "IQS"), cells("Tom", 93), cells("Aiko", 88), cells("Ines", 97)],
        },
        [
            ("caption", "IQS per agent"),
            ("thead th.align-right", "IQS"),
            ("tbody th[scope=row]", "Tom"),
            ("td.align-right", "93 %"),
            (".pager-place", "1–2 of 3"),
        ],
    ),
    "line": (
        axes("line", "IQS by week", {"Team": [84, 86.5, 88], "Peers": [80, 81, 79]}),
        [
            ("figcaption", "IQS by week"),
            (".axis-label >> nth=0", "IQS %"),
            (".axis-label >> nth=1", "Week"),
            (".legend li >> nth=1", "Peers"),
            (".tick >> text=W46", "W46"),
            (".point title >> nth=1", "Team, W46: 86.5"),
        ],
    ),
    "bar": (
        axes("bar", "Categories", {"Team": [84, 86.5, 88]}),
        [(".point .value >> nth=1", "86.5"), (".point title >> nth=0", "Team, W45: 84")],
    ),
    "pie": (
        {
            "type": "data_visualization",
            "title": "Causes",
            "chart": {
                "type": "pie",
                "segments": [{"label": "Tone", "value": 3}, {"label": "Late", "value": 1}],
            },
        },
        [(".legend li >> nth=0", "Tone.*3 · 75 %"), (".slice >> nth=1", "25 %")],
    ),
    "container": (
        {
            "type": "container",
            "title": plain("Excerpt"),
            "is_collapsible": True,
            "default_collapsed": True,
            "child_blocks": [
                {
                    "type": "rich_text",
                    "elements": [{"type": "rich_text_quote", "elements": [word("Where is my order?")]}],
                }
            ],
        },
        [("button[aria-expanded=false]", "Excerpt")],
    ),
    "card": (
        {
            "type": "card",
            "title": mrkdwn("Refund"),
            "subtitle": mrkdwn("Due Friday"),
            "body": mrkdwn("*49 €*"),
            "actions": [{"type": "button", "action_id": "score", "text": plain("Score")}],
        },
        [
            (".card-title", "Refund"),
            (".card-subtitle", "Due"),
            (".card-text strong", "49"),
            ("button", "Score"),
        ],
    ),
    "markdown": (
        {
            "type": "markdown",
            "text": "# Title\n**bold** and *it* with `code`\n\n- one\n- two\n\n"
            "| A | B |\n|---|---|\n| 1 | 2 |",
        },
        [
            (".md-heading", "Title"),
            ("strong", "bold"),
            ("em", "it"),
            (".code", "code"),
            (".item >> nth=1", "two"),
            ("td", "1"),
        ],
    ),
    "input": (
        {
            "type": "input",
            "label": plain("Reason"),
            "hint": plain("Say why"),
            "optional": True,
            "dispatch_action": True,
            "element": {"type": "plain_text_input", "action_id": "why"},
        },
        [("label", r"Reason \(optional\)"), (".input-hint", "Say why")],
    ),
}

HOSTILE = [
    {"type": "header", "text": plain("<script>boom()</script>", emoji=False)},
    {"type": "rich_text", "elements": [words(word("<!channel> *stars* stay <@U0TOM>"))]},
    {"type": "section", "text": mrkdwn("&lt;script&gt;boom()&lt;/script&gt; <javascript:boom()|x>")},
    {"type": "table", "rows": [cells("<img src=x onerror=boom()>"), cells("<b>b</b>")]},
]


def button(action, label="Press", **more):
    return {"type": "button", "action_id": action, "value": "7", "text": plain(label), **more}


def actions(*elements, block="row"):
    return {"type": "actions", "block_id": block, "elements": list(elements)}


def modal(*, dispatch=False, note="note", extra=False):
    """A form with one input of each kind; `extra` adds one more in the middle."""

    def field(block_id, label, element, **more):
        return {"type": "input", "block_id": block_id, "label": plain(label), "element": element, **more}

    more = [
        field("extra", "Why not the top?", {"type": "plain_text_input", "action_id": "text"}, optional=True)
    ]
    grades = [option("Excellent", "top", description=plain("Right at once")), option("Good", "good")]
    groups = [
        {"label": plain("Written"), "options": [option("Chat", "chat")]},
        {"label": plain("Spoken"), "options": [option("Phone", "phone")]},
    ]
    blocks = [
        {"type": "alert", "level": "info", "text": plain("Saved as you go.")},
        field(
            "summary",
            "Summary",
            {"type": "plain_text_input", "action_id": "text"},
            hint=plain("One sentence."),
        ),
        field(
            "grade",
            "Grade",
            {"type": "radio_buttons", "action_id": "pick", "options": grades},
            optional=True,
            **({"dispatch_action": True} if dispatch else {}),
        ),
        *(more if extra else []),
        field(
            "causes",
            "Causes",
            {
                "type": "checkboxes",
                "action_id": "pick",
                "options": [option("Late", "late"), option("Rude", "rude")],
            },
            optional=True,
        ),
        field(
            "channel",
            "Channel",
            {"type": "static_select", "action_id": "pick", "option_groups": groups},
            optional=True,
        ),
        field("colleague", "Colleague", {"type": "users_select", "action_id": "pick"}, optional=True),
        field("day", "Day", {"type": "datepicker", "action_id": "pick"}, optional=True),
        field("time", "Time", {"type": "timepicker", "action_id": "pick"}, optional=True),
        field(
            note, "Note", {"type": "plain_text_input", "action_id": "text", "multiline": True}, optional=True
        ),
    ]
    return {
        "type": "modal",
        "callback_id": "form",
        "title": plain("Score"),
        "submit": plain("Save"),
        "close": plain("Cancel"),
        "blocks": blocks,
    }
