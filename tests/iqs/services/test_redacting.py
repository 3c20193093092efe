"""Redacting what was stored unredacted: everything once, and only for teams that want it."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from iqs.conversations import Author, Conversation, Customer, HelpdeskAgent, Message
from iqs.markup import message
from iqs.personal_data import PATTERNS, Found
from iqs.services import configuring, enrolling, redacting
from iqs.services.importing import import_stream
from iqs.storage import tables
from iqs.storage.repositories import conversations

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
PEOPLE = """team,email,name,roles,slack_user_id,helpdesk_id
Open,ann@desk.example,Ann,agent,,a-open
Closed,bob@desk.example,Bob,agent,,a-closed
"""


def told(number, agent):
    said = (
        message(Author.CUSTOMER, html="<p>I am <b>Rosa Marin</b>, <i>+49 170</i> 1234567</p>"),
        Message(Author.AGENT, "Hello Rosa"),
    )
    return Conversation(
        "desk",
        str(number),
        "email",
        said,
        subject="Rosa Marin",
        agent=HelpdeskAgent(agent, "Ann Rosa"),
        customer=Customer("c", "Rosa Marin", "r@x.example"),
        tags=("r@x.example",),
    )


@pytest.fixture
def furnished(store):
    """Two teams whose switch was off when 3 of 5 conversations came; one has it on since."""
    enrolling.import_people(store, PEOPLE)
    for team in ("Open", "Closed"):
        configuring.configure(store, None, team, redacts=False)
    import_stream(store, [told(1, "a-open"), told(2, "a-closed"), told(3, "a-closed")], now=NOW)
    configuring.configure(store, None, "Closed", redacts=True)
    return store


def read(store, number):
    with store.read() as tx:
        found = conversations.by_key(tx, "desk", str(number))
        marks = tx.execute(
            select(tables.Transcript.redactions).where(tables.Transcript.conversation_id == found)
        ).scalar_one()
        return conversations.get(tx, found), marks


def test_what_is_stored_is_redacted_as_an_import_would(furnished):
    """Text, body, subject, tags and record; the marks are counted, the agent keeps the name."""
    done = redacting.redact_stored(furnished)
    assert (done.read, done.changed) == (2, 2)
    conversation, marks = read(furnished, 2)
    assert [each.text for each in conversation.messages] == ["I am [name], [phone]", "Hello [name]"]
    assert conversation.messages[0].body is not None
    assert (conversation.subject, conversation.tags) == ("[name]", ("[e-mail]",))
    assert conversation.customer == Customer("c", "[name]", "[e-mail]")
    assert conversation.agent == HelpdeskAgent("a-closed", "Ann Rosa")
    assert marks == 7
    assert done.marks == 14


def test_a_team_with_the_switch_off_is_left_alone(furnished):
    """Its conversations stay as they came."""
    redacting.redact_stored(furnished)
    assert read(furnished, 1) == (told(1, "a-open"), 0)


def test_doing_it_again_changes_nothing(furnished):
    """The second run finds nothing, and an import of the same content then counts as it should."""
    redacting.redact_stored(furnished)
    assert redacting.redact_stored(furnished).changed == 0
    again = import_stream(furnished, [told(3, "a-closed")], now=NOW)
    assert (again.new, again.rejected) == (0, 0)
    assert read(furnished, 3)[0].messages[1].text == "Hello [name]"


def test_every_batch_is_looked_at(sqlite_store, monkeypatch):
    """More conversations than a batch holds, and the progress tells of each."""
    monkeypatch.setattr(redacting, "BATCH", 2)
    enrolling.import_people(sqlite_store, PEOPLE)
    configuring.configure(sqlite_store, None, "Closed", redacts=False)
    import_stream(sqlite_store, [told(number, "a-closed") for number in range(5)], now=NOW)
    configuring.configure(sqlite_store, None, "Closed", redacts=True)
    seen = []
    assert redacting.stored(sqlite_store) == 5
    assert redacting.redact_stored(sqlite_store, progress=seen.append).changed == 5
    assert seen == [2, 2, 1]


def test_another_redactor_is_asked(furnished):
    """What an installation recognises beside the patterns goes too."""

    class Shy:
        def find(self, text, known):
            yield from PATTERNS.find(text, known)
            at = text.find("Hello")
            if at >= 0:
                yield Found(at, at + 5, "[place]")

    redacting.redact_stored(furnished, by=Shy())
    assert read(furnished, 2)[0].messages[1].text == "[place] [name]"
