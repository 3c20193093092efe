"""A message's lines as Slack shows them: looks kept, nothing parsed, no link that hides where it leads."""

import random
import time

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings

from blocks.bodies import ELEMENT, chunks, elements, lines_of
from blocks.text import NOTHING, weight
from iqs.bodies import Form, Line, Run
from iqs.conversations import Author
from iqs.markup import read_html
from tests.blocks.journey_of_a_body import judge, travel
from tests.blocks.soup import TOKENS, WHOLE, body


def shown(html, *, barred=False):
    return drawn(read_html(html), barred=barred)


def drawn(lines, *, barred=False):
    made = elements(list(chunks(lines, 2_000)), barred=barred)
    judge([{"type": "rich_text", "elements": made}])
    return made


def texts(element):
    return "".join(each["text"] for each in element["elements"])


def test_lines_of_one_kind_stand_together():
    """Paragraphs are one section with line ends, code is one block, a quote has its bar."""
    section, quote, code = shown("<p>a<br>b</p><p>c</p><blockquote>d<br>e</blockquote><pre>x\n  y</pre>")
    assert (section["type"], texts(section)) == ("rich_text_section", "a\nb\n\nc")
    assert (quote["type"], texts(quote)) == ("rich_text_quote", "d\ne")
    assert (code["type"], texts(code)) == ("rich_text_preformatted", "x\n  y")


def test_lists_keep_their_levels_and_numbers():
    """Each level is a list of its own; what continues an item stands inside it, and numbers go on."""
    first, inner, rest = shown("<ol start=3><li>a<br>more<ul><li>b</li></ul></li><li>c</li></ol>")
    assert (first["style"], first["offset"], texts(first["elements"][0])) == ("ordered", 2, "a\nmore")
    assert (inner["style"], inner["indent"], texts(inner["elements"][0])) == ("bullet", 1, "b")
    assert (rest["style"], rest["offset"], texts(rest["elements"][0])) == ("ordered", 3, "c")


def test_a_list_beyond_slacks_numbers_says_them():
    """Slack begins a list at 1,001 at most; a higher number is written out."""
    (item,) = drawn([Line((Run("x"),), Form.ITEM, number=1_500)])
    assert (item["style"], texts(item["elements"][0])) == ("bullet", "1500. x")


def test_a_bar_stands_beside_all_of_a_customers_words():
    """Sections, lists and code have it; a quote in a quote is marked by a sign."""
    paragraph, listed, code, quoted = shown(
        "<p>a</p><ul><li>b</li></ul><pre>c</pre><blockquote>d</blockquote>", barred=True
    )
    assert (paragraph["type"], texts(paragraph)) == ("rich_text_quote", "a")
    assert listed["border"] == code["border"] == 1
    assert (quoted["type"], texts(quoted)) == ("rich_text_quote", "> d")


def test_styles_are_kept():
    """Bold, italic, struck and code words stay what they are; plain ones have no style."""
    (section,) = shown("a <b>b</b> <i>c</i> <s>d</s> <code>e</code>")
    styled = {each["text"].strip(): each.get("style") for each in section["elements"]}
    assert styled == {
        "a": None, "b": {"bold": True}, "c": {"italic": True}, "d": {"strike": True}, "e": {"code": True},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("html", "reads", "link"),
    [
        ("<a href='https://a.example/x'>here</a>", "here (a.example)", ("here", "https://a.example/x")),
        (
            "<a href='https://a.example'>https://a.example</a>",
            "https://a.example",
            ("https://a.example",) * 2,
        ),
        (
            "<a href='https://www.a.example/'>a.example</a>",
            "a.example (www.a.example)",
            ("a.example", "https://www.a.example/"),
        ),
        (
            "<a href='https://evil.example/x'>https://bank.example</a>",
            "https://bank.example → https://evil.example/x",
            ("https://evil.example/x",) * 2,
        ),
        (
            "<a href='https://evil.example'>me@bank.example</a>",
            "me@bank.example → https://evil.example",
            ("https://evil.example",) * 2,
        ),
        (
            "<a href='https://\u0430pple.com'>shop</a>",
            "shop (xn--pple-43d.com)",
            ("shop", "https://\u0430pple.com"),
        ),
        ("<a href='https://bank.example@evil.example'>x</a>", "x (https://bank.example@evil.example)", None),
        ("<a href='https://a.example/|x'>x</a>", "x (https://a.example/|x)", None),
        ("<a href='javascript:alert(1)'>x</a>", "x", None),
    ],
)
def test_a_link_says_where_it_leads(html, reads, link):
    """Its host stands beside it; words that look like another address are not linked; what is no safe link is text."""
    (section,) = shown(html)
    assert texts(section) == reads
    links = [(each["text"], each["url"]) for each in section["elements"] if each["type"] == "link"]
    assert links == ([link] if link else [])


@pytest.mark.parametrize("label", ["a" * 20_000, "a-" * 10_000, "a." * 10_000, "a.b1." * 4_000])
def test_a_link_of_a_long_word_is_judged_in_linear_time(label):
    """Twice the word, about twice the time: a regular expression that gives back took ten seconds for these."""
    line = [Line((Run(label, link="https://shop.example/x"),))]
    started = time.process_time()
    assert list(chunks(line, 2_500))
    assert time.process_time() - started < 1


@pytest.mark.parametrize(
    "label", ["www.bank.example", "go to bank.example-1", "x.bank.com1", "a..bank.example"]
)
def test_any_name_of_a_host_counts_as_an_address(label):
    """Then it is no label: the true address is shown as the link."""
    (section,) = elements(
        list(chunks([Line((Run(label, link="https://evil.example/"),))], 2_500)), barred=False
    )
    assert [each["text"] for each in section["elements"] if each["type"] == "link"] == [
        "https://evil.example/"
    ]


def test_words_that_slack_would_parse_are_text():
    """Mentions, emoji codes and markup typed by a customer are characters of a text element."""
    (section,) = shown("&lt;!channel&gt; &lt;@U1&gt; :tada: *b* &lt;https://x.example|y&gt;")
    assert section["elements"] == [
        {"type": "text", "text": "<!channel> <@U1> :tada: *b* <https://x.example|y>"}
    ]


def test_blank_lines_alone_are_a_dash():
    """Slack refuses what is empty."""
    assert texts(drawn(lines_of(" \n\u200b"))[0]) != ""
    assert drawn([Line()]) == [{"type": "rich_text_section", "elements": [{"type": "text", "text": NOTHING}]}]


def test_long_lines_are_parted_and_nothing_is_lost():
    """A line of 20,000 characters comes in chunks within the limit, between graphemes, all of it."""
    family = "👨‍👩‍👧‍👦 & "
    lines = (Line((Run(family * 800, bold=True), Run("x" * 9_000, link="https://a.example"))),)
    parted = list(chunks(lines, 2_500))
    assert len(parted) > 3
    assert all(each.weight <= 2_500 + ELEMENT + 2_000 for each in parted)
    said = "".join(element["text"] for each in parted for element in each.elements)
    assert said.count("👨‍👩‍👧‍👦") == 800
    assert said.count("x") == 9_000 + 1  # the address has one


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.sampled_from(TOKENS + WHOLE) | st.text(max_size=6), max_size=30), st.sampled_from(Author))
def test_any_body_goes_all_the_way(parts, author):
    """Whatever is sent is read, redacted, stored and drawn within Slack's limits; again, it changes nothing."""
    travel("".join(parts), author)


@pytest.mark.parametrize("lot", range(3))
def test_broken_bodies_go_all_the_way(lot):
    """300 whole bodies with parts cut, doubled, reversed and put elsewhere; `-m long` takes 100,000."""
    for number in range(100):
        rng = random.Random(f"short-{lot}-{number}")
        travel(body(rng), rng.choice(list(Author)))


def test_weight_counts_what_a_view_holds():
    """A chunk weighs its text, its addresses and what each styled element costs, so that no page outgrows a view."""
    (chunk,) = chunks(read_html("<b>&amp;</b> <a href='https://a.example/x'>y</a>"), 2_500)
    assert chunk.weight == 1 + weight("&") + ELEMENT + 1 + len("y" + "https://a.example/x") + ELEMENT + len(
        " (a.example)"
    )
