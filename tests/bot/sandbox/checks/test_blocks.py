"""What Slack takes and refuses of every block: each rule with a case on both sides."""

import copy

import pytest

from bot.sandbox.checks.shape import Found
from bot.sandbox.checks.surface import check_blocks, text_length


def plain(text="Text"):
    return {"type": "plain_text", "text": text}


def mrkdwn(text="*Text*"):
    return {"type": "mrkdwn", "text": text}


def button(action_id="go", **more):
    return {"type": "button", "action_id": action_id, "text": plain("Go"), **more}


def option(value="a", **more):
    return {"text": plain(value), "value": value, **more}


def options(count):
    return [option(str(number)) for number in range(count)]


def actions(*elements):
    return {"type": "actions", "elements": list(elements)}


def section(**more):
    return {"type": "section", "text": mrkdwn(), **more}


def field(element, **more):
    return {"type": "input", "label": plain(), "element": element, **more}


def rich(*inline):
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": list(inline)}]}


def chart(**more):
    points = [{"label": "W45", "value": 88.2}, {"label": "W46", "value": 90.1}]
    axes = {"categories": ["W45", "W46"], "x_label": "Week", "y_label": "IQS %"}
    body = {"type": "line", "series": [{"name": "Team", "data": points}], "axis_config": axes, **more}
    return {"type": "data_visualization", "title": "IQS by week", "chart": body}


def pie(*values):
    segments = [{"label": f"S{number}", "value": value} for number, value in enumerate(values)]
    return {"type": "data_visualization", "title": "Pie", "chart": {"type": "pie", "segments": segments}}


def raw(text):
    return {"type": "raw_text", "text": text}


def number(value, **more):
    return {"type": "raw_number", "value": value, **more}


def data_table(*rows, **more):
    rows = rows or ([raw("Category"), raw("IQS")], [raw("Empathy"), number(93, text="93 %")])
    return {"type": "data_table", "caption": "IQS per category", "rows": list(rows), **more}


def table(*rows, **more):
    return {"type": "table", "rows": list(rows), **more}


def container(*children, **more):
    return {"type": "container", "title": plain("Excerpt"), "child_blocks": list(children), **more}


def card(**more):
    return {"type": "card", "title": mrkdwn("Refund"), **more}


def image(**more):
    return {"type": "image", "image_url": "https://example.com/a.png", "alt_text": "A picture", **more}


def confirm(**more):
    return {"title": plain(), "text": mrkdwn(), "confirm": plain("Yes"), "deny": plain("No"), **more}


def select(**more):
    return {"type": "static_select", "action_id": "s", **more}


def messages_of(blocks, surface="message"):
    found = Found()
    check_blocks(blocks, surface, found)
    return found.messages


ACCEPTED = {
    "section": [section()],
    "section with text of 3,000": [{"type": "section", "text": plain("x" * 3000)}],
    "section with 10 fields of 2,000": [
        {"type": "section", "fields": [plain("x" * 2000)] * 4 + [plain()] * 6}
    ],
    "section that expands": [section(expand=True)],
    "section with a button": [section(accessory=button())],
    "header of 150": [{"type": "header", "text": plain("x" * 150)}],
    "divider": [{"type": "divider"}],
    "context of 10": [{"type": "context", "elements": [mrkdwn()] * 9 + [image()]}],
    "25 buttons": [actions(*(button(f"b{n}") for n in range(25)))],
    "button with everything": [
        actions(
            button(
                value="v" * 2000,
                style="primary",
                confirm=confirm(style="danger"),
                accessibility_label="x" * 75,
            )
        )
    ],
    "the same action id in two blocks": [actions(button()), actions(button())],
    "select of 100": [actions(select(options=options(100), placeholder=plain("x" * 150)))],
    "select of groups": [actions(select(option_groups=[{"label": plain(), "options": options(2)}]))],
    "select with an initial option": [actions(select(options=options(3), initial_option=option("1")))],
    "overflow of 5": [actions({"type": "overflow", "action_id": "o", "options": options(5)})],
    "radio of 10": [actions({"type": "radio_buttons", "action_id": "r", "options": options(10)})],
    "checkboxes": [
        actions({"type": "checkboxes", "action_id": "c", "options": [option("a", description=mrkdwn())]})
    ],
    "people": [actions({"type": "users_select", "action_id": "u", "initial_user": "U1"})],
    "date": [actions({"type": "datepicker", "action_id": "d", "initial_date": "2026-11-16"})],
    "input with dispatch": [field({"type": "plain_text_input", "action_id": "t"}, dispatch_action=True)],
    "image": [image(title=plain())],
    "markdown of 12,000": [{"type": "markdown", "text": "x" * 12_000}],
    "rich text": [
        rich({"type": "text", "text": "Hi", "style": {"bold": True}}, {"type": "user", "user_id": "U1"})
    ],
    "a rich list": [
        {
            "type": "rich_text",
            "elements": [
                {"type": "rich_text_list", "style": "bullet", "elements": rich(raw("x"))["elements"]}
            ],
        }
    ],
    "line chart": [chart()],
    "bar chart": [chart(type="bar")],
    "pie chart": [pie(7, 0.5)],
    "two charts": [chart(), pie(1)],
    "data table": [data_table(page_size=10, row_header_column_index=1)],
    "data table of 100 rows": [data_table([raw("A")], *([[number(1)]] * 100))],
    "data table with rich text": [data_table([raw("A")], [rich({"type": "text", "text": "x"})])],
    "table": [table([raw("A"), raw("B")], [raw("1"), rich({"type": "text", "text": "x"})])],
    "container": [
        container(
            rich({"type": "text", "text": "x"}),
            {"type": "header", "text": plain()},
            section(),
            {"type": "divider"},
            {"type": "context", "elements": [plain()]},
            is_collapsible=True,
            default_collapsed=True,
        )
    ],
    "container with a line": [container(section(), has_header_divider=True)],
    "card": [card(subtitle=mrkdwn(), body=mrkdwn("x" * 200), actions=[button(), button("b"), button("c")])],
    "carousel": [{"type": "carousel", "elements": [card(), card()]}],
    "50 blocks": [{"type": "divider"}] * 50,
}
ACCEPTED["a rich list"][0]["elements"][0]["elements"][0]["elements"] = [{"type": "text", "text": "x"}]

REFUSED = {
    "no section text": (
        [{"type": "section"}],
        "must define either `text` or `fields` [json-pointer:/blocks/0]",
    ),
    "text of 3,001": (
        [{"type": "section", "text": plain("x" * 3001)}],
        "must be less than 3001 characters [json-pointer:/blocks/0/text/text]",
    ),
    "empty text": ([{"type": "section", "text": plain("")}], "must be more than 0 characters"),
    "text that is a string": (
        [{"type": "section", "text": "x"}],
        "must be an object [json-pointer:/blocks/0/text]",
    ),
    "11 fields": ([{"type": "section", "fields": [plain()] * 11}], "no more than 10 items allowed"),
    "field of 2,001": ([{"type": "section", "fields": [plain("x" * 2001)]}], "less than 2001"),
    "an input as accessory": (
        [section(accessory={"type": "plain_text_input", "action_id": "t"})],
        "unsupported type: plain_text_input [json-pointer:/blocks/0/accessory/type]",
    ),
    "unknown key": ([section(colour="red")], "invalid additional property: colour [json-pointer:/blocks/0]"),
    "unknown key inside": ([section(accessory=button(icon="x"))], "invalid additional property: icon"),
    "null": ([section(accessory=None)], "must be an object"),
    "unknown block": ([{"type": "fancy"}], "unsupported type: fancy [json-pointer:/blocks/0/type]"),
    "no type": ([{"text": plain()}], "missing required field: type"),
    "not an object": (["x"], "must be an object [json-pointer:/blocks/0]"),
    "not a list": ({"type": "divider"}, "must be an array"),
    "header of 151": ([{"type": "header", "text": plain("x" * 151)}], "less than 151"),
    "header in mrkdwn": ([{"type": "header", "text": mrkdwn()}], "unsupported type: mrkdwn"),
    "context of 11": ([{"type": "context", "elements": [plain()] * 11}], "no more than 10"),
    "empty context": ([{"type": "context", "elements": []}], "at least 1"),
    "button in context": ([{"type": "context", "elements": [button()]}], "unsupported type: button"),
    "26 buttons": ([actions(*(button(f"b{n}") for n in range(26)))], "no more than 25"),
    "button text of 76": ([actions(button(text=plain("x" * 76)))], "less than 76"),
    "button in mrkdwn": ([actions(button(text=mrkdwn()))], "unsupported type: mrkdwn"),
    "button value of 2,001": ([actions(button(value="x" * 2001))], "less than 2001"),
    "button url of 3,001": ([actions(button(url="https://" + "x" * 2993))], "less than 3001"),
    "button url without http": ([actions(button(url="javascript:alert(1)"))], "must be a valid URL"),
    "style": ([actions(button(style="warning"))], "must be a valid enum value"),
    "label of 76": ([actions(button(accessibility_label="x" * 76))], "less than 76"),
    "action id of 256": ([actions(button("x" * 256))], "less than 256"),
    "action id twice": (
        [actions(button(), button())],
        "action_id go already exists [json-pointer:/blocks/0]",
    ),
    "block id twice": (
        [section(block_id="a"), section(block_id="a")],
        "block_id a already exists [json-pointer:/blocks/1/block_id]",
    ),
    "block id twice, once in a container": (
        [section(block_id="a"), container(section(block_id="a"))],
        "block_id a already exists [json-pointer:/blocks/1/child_blocks/0/block_id]",
    ),
    "block id of 256": ([section(block_id="x" * 256)], "less than 256"),
    "confirm with a type": ([actions(button(confirm=confirm(type="confirm")))], "additional property: type"),
    "confirm title of 101": ([actions(button(confirm=confirm(title=plain("x" * 101))))], "less than 101"),
    "confirm text of 301": ([actions(button(confirm=confirm(text=plain("x" * 301))))], "less than 301"),
    "confirm button of 31": ([actions(button(confirm=confirm(deny=plain("x" * 31))))], "less than 31"),
    "select of 101": ([actions(select(options=options(101)))], "no more than 100"),
    "select of none": ([actions(select(options=[]))], "at least 1"),
    "select without options": ([actions(select())], "must define either `options` or `option_groups`"),
    "initial option of another list": (
        [actions(select(options=options(2), initial_option=option("9")))],
        "initial_option must match an option",
    ),
    "option text of 76": ([actions(select(options=[option("x" * 76)]))], "less than 76"),
    "option description of 76": (
        [actions(select(options=[option(description=plain("x" * 76))]))],
        "less than 76",
    ),
    "option with a type": ([actions(select(options=[option(type="option")]))], "additional property: type"),
    "option with a url in a select": (
        [actions(select(options=[option(url="https://example.com")]))],
        "additional property: url",
    ),
    "mrkdwn option in a select": (
        [actions(select(options=[option(text=mrkdwn())]))],
        "unsupported type: mrkdwn",
    ),
    "placeholder of 151": (
        [actions(select(options=options(1), placeholder=plain("x" * 151)))],
        "less than 151",
    ),
    "overflow of 6": (
        [actions({"type": "overflow", "action_id": "o", "options": options(6)})],
        "no more than 5",
    ),
    "radio of 11": (
        [actions({"type": "radio_buttons", "action_id": "r", "options": options(11)})],
        "no more than 10",
    ),
    "multi select in actions": (
        [actions({"type": "multi_static_select", "action_id": "m", "options": options(2)})],
        "unsupported type: multi_static_select",
    ),
    "two elements in focus": (
        [
            actions(select(options=options(1), focus_on_load=True)),
            actions(select(options=options(1), focus_on_load=True)),
        ],
        "only one element may have focus_on_load",
    ),
    "input without dispatch in a message": (
        [field({"type": "plain_text_input", "action_id": "t"})],
        "input blocks in messages require dispatch_action",
    ),
    "image without alt text": (
        [{"type": "image", "image_url": "https://example.com/a.png"}],
        "required field: alt_text",
    ),
    "image that Slack cannot fetch": (
        [image(image_url="http://localhost/a.png")],
        "downloading image failed",
    ),
    "image alt text of 2,001": ([image(alt_text="x" * 2001)], "less than 2001"),
    "markdown of 12,001 in sum": (
        [{"type": "markdown", "text": "x" * 6001}, {"type": "markdown", "text": "x" * 6000}],
        "markdown text must be less than 12001",
    ),
    "alert in a message": ([{"type": "alert", "text": plain()}], "unsupported type: alert"),
    "empty rich text": ([{"type": "rich_text", "elements": []}], "at least 1"),
    "empty rich section": ([rich()], "at least 1"),
    "empty rich words": ([rich({"type": "text", "text": ""})], "more than 0 characters"),
    "mrkdwn in rich text": ([rich(mrkdwn())], "unsupported type: mrkdwn"),
    "three charts": ([chart(), chart(), chart()], "no more than 2 data_visualization blocks allowed"),
    "chart title of 51": ([{**chart(), "title": "x" * 51}], "less than 51"),
    "chart without axes": (
        [
            {
                "type": "data_visualization",
                "title": "x",
                "chart": {"type": "bar", "series": chart()["chart"]["series"]},
            }
        ],
        "missing required field: axis_config",
    ),
    "seven series": (
        [chart(series=[{**chart()["chart"]["series"][0], "name": f"S{n}"} for n in range(7)])],
        "no more than 6",
    ),
    "series of one name": ([chart(series=chart()["chart"]["series"] * 2)], "series names must be unique"),
    "series name of 21": (
        [chart(series=[{**chart()["chart"]["series"][0], "name": "x" * 21}])],
        "less than 21",
    ),
    "a category missing": (
        [chart(series=[{"name": "T", "data": [{"label": "W45", "value": 1}]}])],
        "every category exactly once",
    ),
    "a category twice": ([chart(axis_config={"categories": ["W45", "W45"]})], "categories must be unique"),
    "21 points": (
        [
            chart(
                series=[{"name": "T", "data": [{"label": str(n), "value": n} for n in range(21)]}],
                axis_config={"categories": [str(n) for n in range(21)]},
            )
        ],
        "no more than 20",
    ),
    "a value in words": (
        [
            chart(
                series=[{"name": "T", "data": [{"label": "W45", "value": "1"}, {"label": "W46", "value": 1}]}]
            )
        ],
        "must be a number",
    ),
    "y label of 51": (
        [chart(axis_config={"categories": ["W45", "W46"], "y_label": "x" * 51})],
        "less than 51",
    ),
    "pie of nothing": ([pie(1, 0)], "must be greater than 0"),
    "pie of seven": ([pie(*range(1, 8))], "no more than 6"),
    "doughnut": ([chart(type="doughnut")], "unsupported type: doughnut"),
    "table without caption": (
        [{"type": "data_table", "rows": data_table()["rows"]}],
        "required field: caption",
    ),
    "table of a header": ([data_table([raw("A")])], "at least 2"),
    "table of 101 rows": ([data_table([raw("A")], *([[number(1)]] * 101))], "no more than 101"),
    "table of 21 columns": ([data_table(*([[raw("A")] * 21] * 2))], "no more than 20"),
    "rows of different length": (
        [data_table([raw("A"), raw("B")], [raw("1")])],
        "all rows must have the same number of cells [json-pointer:/blocks/0/rows/1]",
    ),
    "empty cell": ([data_table([raw("A")], [raw("")])], "more than 0 characters"),
    "rich header": (
        [data_table([rich({"type": "text", "text": "x"})], [raw("1")])],
        "unsupported type: rich_text",
    ),
    "page of 0": ([data_table(page_size=0)], "must be between 1 and 100"),
    "page of 101": ([data_table(page_size=101)], "must be between 1 and 100"),
    "row header of no column": ([data_table(row_header_column_index=2)], "must be the index of a column"),
    "table of 10,001 characters": ([data_table([raw("A")], [raw("x" * 10_000)])], "less than 10001"),
    "two tables": ([table([raw("A")]), table([raw("A")])], "no more than 1 table blocks allowed"),
    "101 table rows": ([table(*([[raw("A")]] * 101))], "no more than 100"),
    "container of 11": ([container(*([section()] * 11))], "no more than 10"),
    "container of none": ([container()], "at least 1"),
    "container without title": (
        [{"type": "container", "child_blocks": [section()]}],
        "must define either `title` or `rich_text_title`",
    ),
    "container title of 151": ([container(section(), title=plain("x" * 151))], "less than 151"),
    "line in a folding container": (
        [container(section(), is_collapsible=True, has_header_divider=True)],
        "has_header_divider is not allowed",
    ),
    "folded but not foldable": ([container(section(), default_collapsed=True)], "requires is_collapsible"),
    "markdown in a container": ([container({"type": "markdown", "text": "x"})], "unsupported type: markdown"),
    "chart in a container": ([container(chart())], "unsupported type: data_visualization"),
    "data table in a container": ([container(data_table())], "unsupported type: data_table"),
    "card of nothing": ([{"type": "card"}], "must define at least one of"),
    "card of four buttons": ([card(actions=[button(str(n)) for n in range(4)])], "no more than 3"),
    "card title of 151": ([card(title=mrkdwn("x" * 151))], "less than 151"),
    "card body of 201": ([card(body=mrkdwn("x" * 201))], "less than 201"),
    "51 blocks": ([{"type": "divider"}] * 51, "no more than 50 items allowed [json-pointer:/blocks]"),
    "51 blocks, some inside": (
        [*[{"type": "divider"}] * 45, container(*[{"type": "divider"}] * 5)],
        "no more than 50 items allowed",
    ),
}


@pytest.mark.parametrize("blocks", ACCEPTED.values(), ids=ACCEPTED)
def test_accepts(blocks):
    """What stands in Slack's documentation passes, and judging changes nothing."""
    before = copy.deepcopy(blocks)
    assert messages_of(blocks) == []
    assert blocks == before


@pytest.mark.parametrize(("blocks", "sentence"), REFUSED.values(), ids=REFUSED)
def test_refuses(blocks, sentence):
    """One fault refuses the whole message, and the sentence says where."""
    messages = messages_of(blocks)
    assert any(sentence in message for message in messages), messages
    assert all(message.startswith("[ERROR] ") for message in messages)


SURFACES = {
    "section": (section(), {"message", "modal", "home"}),
    "card": (card(), {"message", "modal", "home"}),
    "rich_text": (rich({"type": "text", "text": "x"}), {"message", "modal", "home"}),
    "data_visualization": (chart(), {"message"}),
    "data_table": (data_table(), {"message"}),
    "table": (table([raw("A")]), {"message"}),
    "container": (container(section()), {"message"}),
    "markdown": ({"type": "markdown", "text": "x"}, {"message"}),
    "alert": ({"type": "alert", "text": plain("x" * 200), "level": "warning"}, {"modal"}),
}


@pytest.mark.parametrize(("block", "surfaces"), SURFACES.values(), ids=SURFACES)
@pytest.mark.parametrize("surface", ["message", "modal", "home"])
def test_surfaces(block, surfaces, surface):
    """Each block stands only where Slack shows it."""
    assert (messages_of([block], surface) == []) == (surface in surfaces)


def test_views_hold_a_hundred():
    """A modal or Home tab has 100 blocks, not 101."""
    assert messages_of([{"type": "divider"}] * 100, "modal") == []
    assert messages_of([{"type": "divider"}] * 101, "home") != []


INPUTS = {
    "lengths agree": ({"min_length": 1, "max_length": 10, "initial_value": "x" * 10}, ""),
    "lengths cross": ({"min_length": 5, "max_length": 4}, "min_length must be less than max_length"),
    "starts too long": ({"max_length": 4, "initial_value": "xxxxx"}, "no longer than max_length"),
    "3,000": ({"max_length": 3000, "multiline": True}, ""),
    "3,001": ({"max_length": 3001}, "must be between 1 and 3000"),
}


@pytest.mark.parametrize(("more", "sentence"), INPUTS.values(), ids=INPUTS)
def test_text_inputs(more, sentence):
    """A text input's lengths fit each other and Slack's 3,000."""
    messages = messages_of([field({"type": "plain_text_input", "action_id": "t", **more})], "modal")
    assert bool(messages) == bool(sentence)
    assert sentence in "".join(messages)


def test_text_length_counts_words_not_tables():
    """The text of a message counts nested words; tables and charts have limits of their own."""
    blocks = [section(text=plain("12345")), container(section(text=plain("678"))), chart(), data_table()]
    assert text_length(blocks) == 5 + len("Excerpt") + 3
