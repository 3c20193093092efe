"""The transcript of a conversation: its pages, and the mails it quotes folded behind them."""

from blocks import transcript
from iqs.bodies import plain
from iqs.conversations import Author, Message
from iqs.markup import message
from tests.blocks import cases
from tests.blocks.journey_of_a_body import judge
from tests.blocks.judge import read

INTRO = "On Tue, Nov 18, 2026 at 9:00 AM Support wrote:"


def pages(*messages):
    told = cases.replace(cases.conversation(), messages=messages)
    first = transcript.page(told, 0, room=80)
    made = [transcript.page(told, number, room=80) for number in range(first.pages)]
    for each in made:
        judge(each.blocks)
    return [read(list(each.blocks)) for each in made]


def test_quoted_mail_is_told_in_one_line_and_stands_behind():
    """The message says what it says itself; the mails it repeats can be read behind the last message."""
    quoting = Message(Author.CUSTOMER, f"Thanks!\n\n{INTRO}\n> How can\n> we help?")
    (page,) = pages(quoting, Message(Author.AGENT, "You are welcome."))
    before, _, behind = page.partition("You are welcome.")
    assert "Thanks!" in before
    assert "Earlier messages quoted: 3 lines, below" in before
    assert "How can" not in before
    assert "Customer · earlier messages, quoted" in behind
    assert f"{INTRO}\n> How can\n> we help?" in behind


def test_the_line_names_the_page_where_they_stand():
    """In a long conversation the quoted mails are pages away: the line says how far."""
    quoting = Message(Author.CUSTOMER, f"Thanks!\n\n{INTRO}\n> {'old ' * 900}")
    filler = [Message(Author.AGENT, "word " * 400) for _ in range(9)]
    shown = pages(quoting, *filler)
    assert len(shown) > 2
    place = next(number for number, page in enumerate(shown, start=1) if "earlier messages, quoted" in page)
    assert f"Earlier messages quoted: 2 lines, on page {place}" in shown[0]


def test_an_answer_below_the_quote_is_not_folded_away():
    """What somebody writes under the mail they quote is shown where the message is."""
    (page,) = pages(Message(Author.CUSTOMER, f"See below.\n{INTRO}\n> What is it?\nA grinder."))
    before, _, behind = page.partition("earlier messages, quoted")
    assert "See below." in before
    assert "A grinder." in before
    assert "What is it?" in behind


def test_quoted_html_is_folded_with_its_looks():
    """The quote of an HTML mail is folded like a plain one."""
    html = (
        f"<p>Yes, <b>please</b>.</p><div>{INTRO}</div><blockquote><p>Shall we?</p><p>Yours</p></blockquote>"
    )
    (page,) = pages(message(Author.CUSTOMER, html=html))
    assert "Earlier messages quoted: 3 lines, below" in page
    assert page.index("please") < page.index("Earlier messages") < page.index("Shall we?")


def test_an_excerpt_shows_what_was_said_not_what_was_quoted():
    """Excerpts have little room, and none for mails that stand elsewhere."""
    told = cases.replace(
        cases.conversation(),
        messages=(Message(Author.CUSTOMER, f"Where is it?\n{INTRO}\n> old mail\n> old\n"),),
    )
    said = read([transcript.excerpt(told, 1_500)])
    assert "Where is it?" in said
    assert "old mail" not in said


def test_rich_pages_hold_every_word():
    """Lists, code and styles over many pages lose nothing and stay within a view."""
    items = "".join(
        f"<li><b>item{number}</b> <a href='https://a.example/{number}'>go</a></li>" for number in range(400)
    )
    said = message(Author.CUSTOMER, html=f"<ol>{items}</ol><pre>{'code ' * 1_000}</pre>")
    whole = "".join(pages(said))
    assert len(pages(said)) > 3
    for number in range(400):
        assert (f"item{number}" in whole) == (f"item{number}" in plain(said.body))
