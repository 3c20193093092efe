"""A body's whole way: read, redacted, stored and read back, drawn; what must hold of any body is asserted here."""

import json

from blocks import transcript
from bot.sandbox.checks.shape import Found
from bot.sandbox.checks.surface import check_blocks
from iqs.bodies import plain
from iqs.conversations import Author, Conversation, Customer
from iqs.markup import message
from iqs.privacy import redact, redact_conversation
from iqs.storage.repositories import transcripts
from iqs.text import MESSAGE_LIMIT, readable
from tests.blocks.judge import walk

CUSTOMER = Customer("c1", "Ann Lee", "ann@lee.example")
VIEW_BYTES = 200_000  # of the 250,000 of a view; the rest is for the scorecard beside it


def travel(body: str, author: Author = Author.CUSTOMER) -> Conversation:
    """Takes a body all the way and asserts what holds of any; returns what is stored."""
    read = message(author, html=body)
    assert len(read.text) <= MESSAGE_LIMIT
    assert read.text == readable(read.text)
    assert read.body is None or read.text == plain(read.body)
    stored, _ = redact_conversation(
        Conversation("x", "1", "email", (read,), subject=read.text[:80], customer=CUSTOMER)
    )
    assert_nothing_new(stored)
    assert transcripts.read(json.loads(transcripts.written(stored.messages))) == stored.messages
    number = 0
    while True:
        page = transcript.page(stored, number, room=80)
        judge(page.blocks)
        number += 1
        if number >= page.pages:
            return stored


def assert_nothing_new(stored: Conversation) -> None:
    """Redacting what was redacted finds nothing, in the tree and in its plain text."""
    again, count = redact_conversation(stored)
    assert (again, count) == (stored, 0)
    for each in stored.messages:
        assert redact(each.text, names=["Ann Lee"], emails=["ann@lee.example"])[1] == 0, each.text


def judge(blocks) -> None:
    """Slack takes it, nothing is parsed, and every link says where it leads."""
    found = Found()
    check_blocks(list(blocks), "modal", found)
    assert not found.messages, found.messages
    assert len(json.dumps(blocks)) <= VIEW_BYTES
    for each in walk(list(blocks)):
        assert each.get("type") not in {
            "mrkdwn",
            "markdown",
            "user",
            "channel",
            "broadcast",
            "emoji",
            "usergroup",
        }
        if each.get("type") == "text":
            assert each["text"].strip()
            assert len(each["text"]) <= 12_000
        if each.get("type") == "link":
            assert each["url"].startswith(("https://", "http://"))
