"""HTML bodies become the lines their reader saw, in linear time."""

import re
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iqs import markup
from iqs.bodies import Form, Line, Run, plain
from iqs.conversations import Author
from iqs.markup import SIZE_LIMIT, TAGS_LIMIT, TEXT_LIMIT, message, read_html
from iqs.text import MESSAGE_LIMIT, NO_TEXT, readable

SOUP = re.findall(
    r"\S+",
    "<div> </div> <p> <b > <!-- --> <script> </script> \" ' < &lt; &#x0; <a href=' https://a.example text <li> </"
    " <img alt=x> </a> <pre>",
)
PIECES = st.lists(st.sampled_from([*SOUP, "\n", " ", "\ud800"]), max_size=40).map("".join)


def html_text(body):
    return plain(read_html(body))


LIST = "3. x\n  • in\n    more\n  after\n4. y\n  z\n\nend"


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("<p>Hi <b>Ann</b>,<br>how are <i>you</i>?</p><p>Bye</p>", "Hi Ann,\nhow are you?\n\nBye"),
        ("<ul><li>one<li>two</ul>", "• one\n• two"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"),
        ("a\n  b\tc", "a b c"),
        ("<pre>a\n  b\n\n\n\nc</pre>c\nd", "a\n  b\n\n\n\nc\n\nc d"),
        ("<ol start=3><li>x<ul><li>in<br>more</ul>after<li><p>y</p><p>z</p></ol>end", LIST),
        ("<blockquote>q<p>r</p><blockquote>s</blockquote></blockquote>t", "> q\n>\n> r\n>\n> > s\n\nt"),
        ("<div>a</div><div><br></div><div><br></div><div>b</div>", "a\n\nb"),
        ("5 &lt; 6 &amp; 7&nbsp;8", "5 < 6 & 7 8"),
        ("1 < 2 and 3 > 2", "1 < 2 and 3 > 2"),
        ('<img src="https://x.example/p.png" alt="a > cat">', "[image: a > cat]"),
        ("<img src=x>", "[image]"),
        ("<img src='https://x.example/a/in%20voice.png?x=1'>", "[image: in voice.png]"),
        (
            "<img alt='' src='cid:photo.jpg@01D'><img width=1 src='https://x.example/seen.gif'>",
            "[image: photo.jpg]",
        ),
        ("<img src='data:image/png;base64,AAAA.png'>", "[image]"),
        ("x<!-- <b>no</b> -->y<!--[if mso]>z<![endif]-->", "xy"),
        ("<![if !mso]>you<![endif]>", "you"),
    ],
)
def test_what_a_reader_saw(body, text):
    """Paragraphs, lists, tables and line breaks become lines; entities become characters."""
    assert html_text(body) == text


@pytest.mark.parametrize("tag", ["script", "style", "template", "title", "iframe", "SCRIPT"])
def test_what_nobody_saw_is_dropped(tag):
    """Code, styles and templates leave no text, closed or not."""
    assert html_text(f"a<{tag} x=1>hidden</{tag}>b") == "ab"
    assert html_text(f"a<{tag}>hidden <b>for ever") == "a"


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ('<a href="https://evil.example/login">your bank</a>', "your bank (https://evil.example/login)"),
        ("<a href=https://a.example/?x=1&amp;y=2>here</a>.", "here (https://a.example/?x=1&y=2)."),
        ('<a href="https://a.example">https://a.example</a>', "https://a.example"),
        ('<a href="javascript:alert(1)">x</a><a href="data:text/html,x">y</a><a href="//z">z</a>', "xyz"),
        ('<a href="https://[bad">x</a>', "x"),
        ('<a href="https://a.example">open', "open (https://a.example)"),
    ],
)
def test_a_link_says_where_it_leads(body, text):
    """Only http and https addresses are shown, and always when the label says something else."""
    assert html_text(body) == text


def test_looks_are_kept():
    """Styles, inline code, links, list levels and numbers, quotes and code blocks are told apart."""
    body = (
        "<p>a <b>b <i>c</i></b> <s>d</s> <code>e</code> <a href='https://x.example'>f</a></p>"
        "<ol><li>g<ul><li>h</ul></ol><blockquote>i</blockquote><pre>j</pre>"
    )
    runs = [
        Run("a "), Run("b ", bold=True), Run("c", bold=True, italic=True), Run(" "), Run("d", strike=True), Run(" "),
        Run("e", code=True), Run(" "), Run("f", link="https://x.example"),
    ]  # fmt: skip
    assert read_html(body) == (
        Line(tuple(runs)),
        Line(),
        Line((Run("g"),), Form.ITEM, number=1),
        Line((Run("h"),), Form.ITEM, depth=1),
        Line(),
        Line((Run("i"),), quoted=1),
        Line(),
        Line((Run("j"),), Form.CODE),
    )


def test_cleaning_reaches_across_styles():
    """An accent in another style joins its letter: then the line keeps its words and loses its looks."""
    assert read_html("<b>e</b>\u0301") == (Line((Run("é"),)),)
    right_to_left = (
        "a <a href='https://x.example'>b\u200f</a>\u05d0"  # a mark that needs its letter beside it
    )
    assert read_html(right_to_left) == (Line((Run("a b\u200f\u05d0"),)),)


def test_a_message_keeps_a_body_only_where_it_says_more():
    """Paragraphs alone are plain text; with a style or a list the body stands beside the text it makes."""
    assert message(Author.AGENT, html="<p>a</p><p>b</p>").body is None
    rich = message(Author.AGENT, html="<p>a <b>b</b></p>", author_id="a1")
    assert (rich.text, rich.author_id) == ("a b", "a1")
    assert plain(rich.body) == "a b"
    assert message(Author.BOT, text=" x ").text == "x"
    assert message(Author.BOT, html="<p> </p>").text == NO_TEXT


def test_a_long_message_is_cut_body_and_text_alike():
    """20,000 characters are kept, and the cut says how much is missing, HTML that was not read included."""
    long = message(Author.CUSTOMER, html="<b>x</b><br>" + "word " * 9_000)
    assert len(long.text) <= MESSAGE_LIMIT
    assert long.text.endswith(" characters left out)")
    assert plain(long.body) == long.text


def test_a_picture_inside_the_mail_does_not_crowd_out_its_words():
    """Megabytes of a picture between two paragraphs count for nothing."""
    body = f"<p>before</p><img alt=map src='data:image/png;base64,{'A' * 3 * SIZE_LIMIT}'><p>after</p>"
    assert html_text(body) == "before\n\n[image: map]\n\nafter"


@given(PIECES)
def test_any_soup_becomes_text(body):
    """Whatever the markup, the text is clean as it is, and the body says the same."""
    made = message(Author.CUSTOMER, html=body)
    assert readable(made.text) == made.text
    assert made.body is None or plain(made.body) == made.text


BOMBS = {
    "depth": "<div>" * 80_000 + "x",
    "formatting": "<p>" + "".join(f"<b id={number}>" for number in range(190)) + "<p>x" * 90_000,
    "brackets": "<" * SIZE_LIMIT,
    "half tags": "<a" * (SIZE_LIMIT // 2),
    "quotes": '<a "' * 100_000 + ">",
    "crossed quotes": "<a \"'<a '\"" * 40_000,
    "comments": "<!--" * 100_000,
    "scripts": "<script></scrip" * 25_000,
    "attributes": "<a " + "href= " * 60_000 + ">x</a>",
    "links": '<a href="http://a.example">q</a>' * 12_000,
    "entities": "&#x1;&" * 66_000,
    "tables": "<table>" * 190 + "x<tr>" * 80_000,
    "size": "<p>hello <b>x</b>" * 300_000,
    "lines": "x<br>" * 200_000,
    "blank code": "<pre>" + "\n" * SIZE_LIMIT,
    "bidi": "\u202e a" * 300_000,
    "quotes in quotes": "<blockquote>x" * 80_000,
    "lists": "<ul><li>x" * 100_000,
    "hidden links": ("<a href='https://a.example/" + "é\u0301" * 900 + "'>y</a>") * 500,
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_worth_no_more_than_its_length(name, monkeypatch):
    """What is done for a body is bounded by its length and by fixed limits: counted, not timed."""
    counted = Counter()
    _count(monkeypatch, counted, "words", "_append", "_taken")
    body = BOMBS[name]
    made = message(Author.CUSTOMER, html=body)
    assert len(made.text) <= MESSAGE_LIMIT
    assert counted["words"] <= TAGS_LIMIT
    assert counted["_taken"] <= TAGS_LIMIT + TEXT_LIMIT
    assert counted["_append"] <= 3 * TAGS_LIMIT + TEXT_LIMIT


def _count(monkeypatch, counted, *names):
    for name in names:
        done = getattr(markup._Page, name)

        def counting(*given, _name=name, _done=done, **named):
            counted[_name] += 1
            return _done(*given, **named)

        monkeypatch.setattr(markup._Page, name, counting)


def test_a_body_over_the_limit_says_so():
    """What was not read is counted, and no torn tag is shown."""
    assert html_text("<p>x</p>" + " " * SIZE_LIMIT + "abc").endswith(
        "\n… (cut: 11 characters of HTML left out)"
    )
    assert html_text("<p>x</p><a title='" + "y" * SIZE_LIMIT + "'>z</a>").startswith("x\n… (cut: ")
