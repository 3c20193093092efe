"""HTML bodies become the text their reader saw, in linear time."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iqs.markup import SIZE_LIMIT, html_text

SOUP = re.findall(
    r"\S+",
    "<div> </div> <p> <b > <!-- --> <script> </script> \" ' < &lt; &#x0; <a href=' https://a.example text <li> </"
    " <img alt=x> </a> <pre>",
)
PIECES = st.lists(st.sampled_from([*SOUP, "\n", " ", "\ud800"]), max_size=40).map("".join)


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("<p>Hi <b>Ann</b>,<br>how are <i>you</i>?</p><p>Bye</p>", "Hi Ann,\nhow are you?\n\nBye"),
        ("<ul><li>one<li>two</ul>", "• one\n• two"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\n\nc"),
        ("a\n  b\tc", "a b c"),
        ("<pre>a\nb</pre>c\nd", "a\nb\n\nc d"),
        ("5 &lt; 6 &amp; 7&nbsp;8", "5 < 6 & 7 8"),
        ("1 < 2 and 3 > 2", "1 < 2 and 3 > 2"),
        ('<img src="https://x.example/p.png" alt="a > cat">', "[image: a > cat]"),
        ("<img src=x>", "[image]"),
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


@given(PIECES)
def test_any_soup_becomes_text(body):
    """Whatever the markup, there is an answer, and no script of it is left as a tag."""
    text = html_text(body)
    assert "\n\n\n" not in text
    assert text == text.strip()


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
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_takes_linear_time(name):
    """Twice the length never takes much more than twice the time: no bomb is worse than its length."""
    body = BOMBS[name][:SIZE_LIMIT]
    half, whole = (min(_timed(part) for _ in range(3)) for part in (body[: len(body) // 2], body))
    assert whole < 3.5 * half + 0.05


def test_a_body_over_the_limit_says_so():
    """What was not read is counted."""
    assert html_text("x" * (SIZE_LIMIT + 5)).endswith("\n… (cut: 5 characters of HTML left out)")


def _timed(body):
    started = time.process_time()
    html_text(body)
    return time.process_time() - started
