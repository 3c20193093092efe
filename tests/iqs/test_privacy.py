"""Personal data becomes a mark in texts, bodies, links and records, and redacting again finds nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iqs.bodies import Line, Run, plain
from iqs.conversations import Author, Conversation, Customer, HelpdeskAgent, Message
from iqs.markup import message
from iqs.privacy import redact, redact_conversation


def body_of(html, *, name="Ann Lee", email="ann@lee.example"):
    said = (message(Author.CUSTOMER, html=html),)
    conversation = Conversation("x", "1", "email", said, customer=Customer("c1", name, email))
    redacted, count = redact_conversation(conversation)
    (written,) = redacted.messages
    assert written.body is None or plain(written.body) == written.text
    assert redact_conversation(redacted) == (redacted, 0)
    return written, count - 2  # the record's own two marks


@pytest.mark.parametrize(
    ("html", "text", "count"),
    [
        ("<b>4111</b> <i>1111</i> 1111&nbsp;<u>1111</u>!", "[card]!", 1),
        (
            "<p>I am <b>A</b>nn <i>Lee</i>, call <code>+49</code> 170 1234567</p>",
            "I am [name], call [phone]",
            2,
        ),
        ("<ul><li>ann@<b>lee</b>.example</li><li>x</li></ul>", "• [e-mail]\n• x", 1),
        ("<p><b>hi</b> <img src='https://x.example/Ann%20Lee.png'></p>", "hi [image: [name].png]", 1),
        (
            "<b>x</b> <a href='mailto:bo@y.example'>write</a> <a href='tel:+491701234567'>call</a>",
            "x write call",
            0,
        ),
    ],
)
def test_a_body_is_redacted_across_the_borders_of_its_styles(html, text, count):
    """However a number or a name is dressed up, it is found, in the body as in its text."""
    written, found = body_of(html)
    assert (written.text, found) == (text, count)


@pytest.mark.parametrize(
    ("link", "kept"),
    [
        ("https://x.example/a?id=5", "https://x.example/a?id=5"),
        ("https://x.example/a?mail=ann%40lee.example&id=5#top", "https://x.example/a?redacted"),
        ("https://x.example/a?to=bo%2540y.example", "https://x.example/a?redacted"),
        ("https://x.example/bo@y.example/a", "https://x.example/?redacted"),
        ("https://x.example/a?who=Ann%20Lee", "https://x.example/a?redacted"),
        ("http://192.168.0.12/a", None),
    ],
)
def test_a_link_names_nobody(link, kept):
    """What tracks a person goes from an address, the rest of it stays; the host itself may be too much."""
    written, found = body_of(f"<p>see <a href='{link}'>here</a> <b>now</b></p>")
    (line,) = written.body
    assert [run.link for run in line.runs if run.text == "here"] == [kept]
    assert found == (link != kept)


def test_every_part_of_a_conversation_is_redacted_but_the_agents():
    """Subject, tags and the customer's record are; the agent, ids and times are what a review is about."""
    told = Conversation(
        "desk",
        "42",
        "email",
        (Message(Author.AGENT, "Hi Ann, Maya here"), Message(Author.NOTE, "she is at +49 170 1234567")),
        subject="Ann Lee: 4111 1111 1111 1111",
        tags=("vip", "ann@lee.example"),
        agent=HelpdeskAgent("a7", "Maya Okafor", "maya@desk.example"),
        customer=Customer("bo@y.example", "Ann Lee", "ann@lee.example"),
    )
    redacted, count = redact_conversation(told)
    assert [each.text for each in redacted.messages] == ["Hi [name], Maya here", "she is at [phone]"]
    assert redacted.subject == "[name]: [card]"
    assert redacted.tags == ("vip", "[e-mail]")
    assert redacted.agent == told.agent
    assert redacted.customer == Customer("[e-mail]", "[name]", "[e-mail]")
    assert count == 8
    assert redact_conversation(redacted) == (redacted, 0)


def test_what_has_nothing_to_redact_is_the_same_object():
    """Nearly every conversation is: no copy is made of it."""
    told = Conversation("desk", "42", "chat", (Message(Author.CUSTOMER, "Where is order 100234567?"),))
    assert redact_conversation(told)[0] is told


def test_the_quick_look_misses_nothing():
    """Found anywhere in a conversation, personal data is marked: the look at the whole hides no part of it."""
    for text in ("ann@x.example", "+49 170 1234567", "::1234:5678", "10.1.2.3", "Lee", "a%40b.example"):
        told = Conversation(
            "d",
            "1",
            "c",
            (Message(Author.BOT, "hi"), Message(Author.BOT, text)),
            customer=Customer(name="Lee"),
        )
        assert text not in redact_conversation(told)[0].messages[1].text


@given(
    st.lists(st.tuples(st.text(alphabet="An Le1+49@.x", max_size=8), st.booleans()), min_size=1, max_size=8)
)
def test_a_body_in_pieces_says_what_it_says_in_one(parts):
    """Redaction sees the words, not their styles: parted or not, the same text comes out."""
    runs = tuple(Run(text, bold=bold) for text, bold in parts if text)
    whole = "".join(run.text for run in runs)
    said = Message(Author.CUSTOMER, plain([Line(runs)]), body=(Line(runs),))
    told = Conversation("d", "1", "c", (said,), customer=Customer(name="Ann Lee"))
    (written,) = redact_conversation(told)[0].messages
    assert written.text == redact(whole, names=["Ann Lee"])[0].rstrip()
