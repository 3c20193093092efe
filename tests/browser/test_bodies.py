"""What customers write with lists, code, links and quoted mail looks like itself, and like nothing else."""

import pytest
from playwright.sync_api import expect

from blocks import review
from iqs.conversations import Author
from iqs.markup import message
from tests.blocks import cases

WRITTEN = [
    (
        Author.CUSTOMER,
        (
            "<p>Hi,<br>the <b>grinder</b> is <i>loud</i>:</p><ol><li>unplug it<ul><li>the red plug</li></ul></li>"
            "<li>wait</li></ol><pre>E42: motor\n  stalled</pre><p>&lt;!channel&gt; see <a href='https://evil.example/x'>"
            "https://bank.example</a> and <a href='https://help.example/a/1'>the guide</a>.</p>"
            "<p><img src='cid:photo.png@1'></p><div>On Tue, Nov 18, 2026 at 9:00 AM Support wrote:</div>"
            "<blockquote>How can we help?<br>Yours</blockquote>"
        ),
    ),
    (Author.BOT, "<p>We got it.</p>"),
    (Author.NOTE, "<p>Try <code>reset --hard</code> first.</p>"),
    (
        Author.AGENT,
        (
            "<p>Please do this:</p><ul><li>open <a href='https://www.help.example'>help.example</a></li></ul>"
            "<blockquote>a loud motor</blockquote><p>That is <s>bad</s> normal.</p>"
        ),
    ),
]


@pytest.fixture
def dialog(open_page, slack, address, opened_modal):
    """The review modal of a conversation with everything in it."""
    messages = tuple(message(author, html=body, at=cases.NOW) for author, body in WRITTEN)
    view = review.modal(cases.card(conversation=cases.replace(cases.conversation(), messages=messages)))
    press = {"type": "button", "action_id": "open", "text": {"type": "plain_text", "text": "Press"}}
    slack.chat_postMessage(
        channel="C0GENERAL", text="x", blocks=[{"type": "actions", "block_id": "a", "elements": [press]}]
    )
    return opened_modal(open_page(address()), view)


def test_a_rich_body_is_drawn(dialog):
    """Lists with their numbers, code, quotes and styles are there; pictures are named, bots and notes marked."""
    expect(dialog.locator("ol li").first).to_have_text("unplug it")
    expect(dialog.locator("ul li").first).to_have_text("the red plug")
    expect(dialog.locator("ol").nth(1)).to_have_attribute("start", "2")
    expect(dialog.locator("pre").first).to_have_text("E42: motor  stalled")
    expect(dialog.locator("code, .code").filter(has_text="reset --hard")).to_have_count(1)
    expect(dialog.locator("blockquote").filter(has_text="a loud motor")).to_have_count(1)
    for words in ("[image: photo.png]", "Bot, automatic message", "Internal note, not seen by the customer"):
        expect(dialog).to_contain_text(words)


def test_no_link_hides_where_it_leads(dialog):
    """A link's host stands beside it; words that look like another address are no link at all; nobody is pinged."""
    expect(dialog).to_contain_text("https://bank.example → https://evil.example/x")
    expect(dialog.get_by_role("link", name="https://bank.example")).to_have_count(0)
    expect(dialog.get_by_role("link", name="the guide")).to_have_attribute("href", "https://help.example/a/1")
    expect(dialog).to_contain_text("the guide (help.example)")
    expect(dialog).to_contain_text("<!channel> see")
    expect(dialog.locator(".mention")).to_have_count(0)


def test_quoted_mail_is_folded_and_can_be_read(dialog):
    """One line tells of it, and where it stands in full."""
    expect(dialog).to_contain_text("Earlier messages quoted: 3 lines, below")
    expect(dialog).to_contain_text("Customer · earlier messages, quoted")
    expect(dialog).to_contain_text("How can we help?")
