"""Importing: exact counts, nothing twice, nothing lost, agents found for certain or not at all."""

import io
import json
import tracemalloc
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from sqlalchemy import func, insert, select

from iqs.conversations import Author, Basis, Conversation, Customer, HelpdeskAgent, Message, SurveyAnswer
from iqs.errors import NotFound
from iqs.files.entries import Rejected
from iqs.privacy import redact_conversation
from iqs.services import importing
from iqs.services.importing import import_conversations, import_stream, map_agents
from iqs.storage import tables
from iqs.storage.repositories import conversations, records

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
CLOSED = datetime(2026, 11, 18, 12, tzinfo=UTC)

FULL = Conversation(
    source="desk",
    external_id="42",
    channel="email",
    messages=(
        Message(Author.CUSTOMER, 'Hi "you" ❤️ % ? :x', datetime(2026, 11, 18, 8, 30, 1, 5, tzinfo=UTC), "c1"),
        Message(Author.AGENT, "On its way", None, "a7"),
        Message(Author.AGENT, "Me too", None, "a8"),
    ),
    subject="Where is it?",
    url="https://desk.example/42",
    opened_at=CLOSED - timedelta(hours=3),
    closed_at=CLOSED,
    agent=HelpdeskAgent("a7", "Ann Lee", "Ann@desk.example"),
    customer=Customer("c1", "Bo", "bo@example.org"),
    csat=SurveyAnswer(Fraction(9, 2), Fraction(1), Fraction(5)),
    bot_rating=SurveyAnswer(Fraction(2), Fraction(1), Fraction(5)),
    ces=SurveyAnswer(Fraction(1, 3), Fraction(0), Fraction(1)),
    first_response_seconds=61,
    first_response_basis=Basis.BUSINESS,
    handle_seconds=600,
    handle_basis=Basis.CALENDAR,
    reopens=2,
    tags=("late", "parcel"),
    language="en",
    others=("a9",),
    updated_at=CLOSED + timedelta(microseconds=7),
)
LEAST = Conversation("desk", "1", "chat", (Message(Author.BOT, "hi"),))


def line(number, **change):
    entry = {
        "id": str(number),
        "source": "s",
        "channel": "chat",
        "messages": [{"author": "agent", "text": f"m{number}"}],
    }
    return json.dumps({**entry, **change}).encode() + b"\n"


def counts(outcome):
    return outcome.new, outcome.updated, outcome.unchanged, outcome.rejected


def add_person(tx, name, email=None, *, active=True):
    return tx.execute(
        insert(tables.Person).values(name=name, email=email, active=active).returning(tables.Person.id)
    ).scalar_one()


def add_identity(tx, person, external_id, source=""):
    tx.execute(
        insert(tables.HelpdeskIdentity).values(source=source, external_id=external_id, person_id=person)
    )


def stored(tx, conversation):
    return conversations.by_key(tx, conversation.source, conversation.external_id)


def reviewee(tx, conversation):
    return tx.execute(
        select(tables.Conversation.reviewee_id).where(tables.Conversation.id == stored(tx, conversation))
    ).scalar_one()


@pytest.mark.parametrize("conversation", [FULL, LEAST], ids=["full", "least"])
def test_what_was_imported_comes_back(store, conversation):
    """A conversation is read as it was stored, to the microsecond and the fraction."""
    import_stream(store, [conversation], now=NOW)
    with store.read() as tx:
        assert conversations.get(tx, stored(tx, conversation)) == redact_conversation(conversation)[0]


def test_absent_answers_are_null_in_the_database(store):
    """What was not asked is SQL's NULL, so that a query can leave it out."""
    import_stream(store, [FULL, LEAST], now=NOW)
    with store.read() as tx:
        asked = select(func.count()).where(tables.Conversation.csat.is_not(None))
        assert tx.execute(asked).scalar_one() == 1


def test_importing_twice_changes_nothing(store):
    """The same content again is counted as unchanged and not written."""
    content = [line(number) for number in range(2500)]
    assert counts(import_conversations(store, content, now=NOW)) == (2500, 0, 0, 0)
    later = NOW + timedelta(days=1)
    assert counts(import_conversations(store, content, now=later)) == (0, 0, 2500, 0)
    with store.read() as tx:
        assert tx.execute(select(func.count()).select_from(tables.Transcript)).scalar_one() == 2500
        assert tx.execute(select(func.max(tables.Conversation.imported_at))).scalar_one() == NOW


def test_other_content_updates_and_keeps_the_id(store):
    """An edited conversation is replaced, header and transcript, under its old id."""
    import_stream(store, [FULL, LEAST], now=NOW)
    with store.read() as tx:
        before = stored(tx, FULL)
    edited = replace(FULL, subject=None, csat=None, messages=FULL.messages[:1])
    assert counts(import_stream(store, [edited, LEAST], now=NOW)) == (0, 1, 1, 0)
    with store.read() as tx:
        assert stored(tx, FULL) == before
        assert conversations.get(tx, before) == redact_conversation(edited)[0]


@pytest.mark.parametrize(
    "change",
    [
        {"tags": ["x"]},
        {"csat": {"value": 1, "min": 1, "max": 5}},
        {"agent": {"id": "a"}},
        {"handle_seconds": 0},
        {"closed_at": "2026-11-20T09:30:00Z"},
        {"customer": {"id": "c"}},
        {"url": "https://x.example"},
        {"messages": [{"author": "note", "text": "m1"}]},
        {"messages": [{"author": "agent", "text": "m1", "author_id": "x"}]},
    ],
)
def test_every_field_counts_as_content(sqlite_store, change):
    """A change in any field is an update."""
    import_conversations(sqlite_store, [line(1)], now=NOW)
    assert counts(import_conversations(sqlite_store, [line(1, **change)], now=NOW)) == (0, 1, 0, 0)


def test_of_two_lines_with_one_id_the_later_counts(store):
    """In one file the last line wins: the same again is unchanged, another content an update."""
    content = [line(1), line(1), line(1, subject="new"), line(2, subject="x"), line(1, subject="newest")]
    assert counts(import_conversations(store, content, now=NOW)) == (2, 2, 1, 0)
    with store.read() as tx:
        assert conversations.get(tx, conversations.by_key(tx, "s", "1")).subject == "newest"
    assert counts(import_conversations(store, content[-2:], now=NOW)) == (0, 0, 2, 0)


def test_one_id_in_two_helpdesks_is_two_conversations(store):
    """The source is part of the identity."""
    content = [line(1), line(1, source="other")]
    assert counts(import_conversations(store, content, now=NOW)) == (2, 0, 0, 0)


def test_bad_lines_never_stop_the_good_ones(store):
    """Rejections carry line and reason; all else is stored, also around the border of a batch."""
    content = [line(number) for number in range(1001)]
    content[999:999] = [b"{\n", b"\n"]
    outcome = import_conversations(store, io.BytesIO(b"".join(content)), now=NOW)
    assert counts(outcome) == (1001, 0, 0, 1)
    assert outcome.read == 1002
    assert outcome.reasons[0].line == 1000


def test_a_file_of_nothing_but_faults_stays_small(sqlite_store):
    """The first thousand reasons are kept, all are counted."""
    outcome = import_conversations(sqlite_store, [b"{}\n"] * 5000, now=NOW)
    assert counts(outcome) == (0, 0, 0, 5000)
    assert outcome.reasons == [Rejected(number, "source is missing") for number in range(1, 1001)]


def test_hostile_text_is_stored_on_both_databases(store):
    """NUL, half characters and hidden marks arrive cleaned, in every field."""
    nasty = "a\x00\ud800\u202e%s?:x'\"\\"
    record = line(
        1, subject=nasty, tags=[nasty], language=nasty[:9],
        agent={"id": nasty, "name": nasty, "email": nasty},
        customer={"id": nasty, "name": "Zo\ud800e\u202eLi"},
        messages=[{"author": "agent", "author_id": nasty, "text": nasty}],
    )  # fmt: skip
    assert counts(import_conversations(store, [record], now=NOW)) == (1, 0, 0, 0)
    with store.read() as tx:
        read = conversations.get(tx, conversations.by_key(tx, "s", "1"))
    assert read.subject == read.messages[0].text == read.agent.id == "a[hidden U+202E]%s?:x'\"\\"


def test_progress_adds_up_to_the_file(sqlite_store):
    """The bar is full at the end, whatever the batches."""
    content = b"".join(line(number) for number in range(2345)) + b"oops\n"
    steps = []
    import_conversations(sqlite_store, io.BytesIO(content), now=NOW, progress=steps.append)
    assert sum(steps) == len(content)
    assert len(steps) == 3


def test_csv_and_jsonl_are_the_same_conversation(sqlite_store):
    """What came as JSONL is unchanged when it comes as CSV."""
    import_conversations(sqlite_store, [line(1)], now=NOW)
    content = io.BytesIO(b"source,id,channel,author,text\ns,1,chat,agent,m1\n")
    assert counts(import_conversations(sqlite_store, content, now=NOW, form="csv")) == (0, 0, 1, 0)


def test_an_agent_is_found_by_id_first_then_by_mail(store):
    """An id of this helpdesk goes before a bare one, that before an active person's e-mail; a name never counts."""
    with store.write() as tx:
        own, bare, mailed = (add_person(tx, name) for name in ("Own", "Bare", "Ann Lee"))
        tx.execute(
            tables.Person.__table__.update()
            .where(tables.Person.id == mailed)
            .values(email="ann@desk.example")
        )
        add_identity(tx, own, "a1", "desk")
        add_identity(tx, bare, "a1")
        add_person(tx, "Gone", "gone@desk.example", active=False)
    mail = "ann@desk.example"
    cases = {
        "a": (HelpdeskAgent("a1", None, mail), "desk", own),
        "b": (HelpdeskAgent("a1", None, mail), "other", bare),
        "c": (HelpdeskAgent("a2", None, "ANN@Desk.Example"), "desk", mailed),
        "d": (HelpdeskAgent("a2", "Ann Lee"), "desk", None),
        "e": (HelpdeskAgent("a3", None, "gone@desk.example"), "desk", None),
        "f": (None, "desk", None),
    }
    made = {
        key: replace(FULL, external_id=key, agent=agent, source=source)
        for key, (agent, source, _) in cases.items()
    }
    import_stream(store, made.values(), now=NOW)
    with store.read() as tx:
        assert {key: reviewee(tx, each) for key, each in made.items()} == {
            key: person for key, (_, _, person) in cases.items()
        }


def test_people_imported_later_are_found_later(store):
    """After the people come, their earlier conversations are theirs; the others stay open."""
    other = replace(FULL, external_id="43", agent=HelpdeskAgent("a9", None, "x@desk.example"))
    import_stream(store, [FULL, other, LEAST], now=NOW)
    assert map_agents(store) == 0
    with store.write() as tx:
        ann = add_person(tx, "Ann", "ann@desk.example")
    assert map_agents(store) == 1
    assert map_agents(store) == 0
    with store.read() as tx:
        assert [reviewee(tx, each) for each in (FULL, other, LEAST)] == [ann, None, None]


def test_everybody_who_took_part_is_known(store):
    """Colleagues who wrote in a conversation are found by id, or by the mail of a conversation of their own."""
    with store.write() as tx:
        ann = add_person(tx, "Ann")
        add_identity(tx, ann, "a7")
        ben = add_person(tx, "Ben", "ben@desk.example")
    own = replace(
        FULL, external_id="b", agent=HelpdeskAgent("a8", None, "ben@desk.example"), messages=FULL.messages[2:]
    )
    late = replace(FULL, external_id="late", closed_at=CLOSED + timedelta(days=1))
    still_open = replace(FULL, external_id="open", closed_at=None)
    import_stream(store, [FULL, own, late, still_open, replace(FULL, external_id="x", agent=None)], now=NOW)
    with store.read() as tx:
        ids = {key: conversations.by_key(tx, "desk", key) for key in ("42", "b")}
        handed = conversations.candidates(tx, {ids["42"]: ann, ids["b"]: ben})
        assert {each.key: each.participants for each in handed} == {"desk:42": {ann, ben}, "desk:b": {ben}}
        assert conversations.participants(tx, ids["42"]) == {ann, ben}
        assert conversations.participants(tx, 0) == frozenset()
        period = {"starts_at": CLOSED, "ends_at": CLOSED + timedelta(days=1)}
        assert conversations.unmapped(tx, **period) == 1


def test_an_unknown_conversation_is_not_found(store):
    """Asking for what is not there is a kind error."""
    with store.read() as tx, pytest.raises(NotFound):
        conversations.get(tx, 1)


def test_the_columns_written_are_the_table():
    """A new column of the table cannot be forgotten by the import."""
    columns = {column.name for column in tables.Conversation.__table__.columns}
    assert set(records.HEADER) == columns - {"id", "deleted_at"}  # only the helpdesk's word deletes one


def test_memory_stays_flat(sqlite_store, monkeypatch, ear):
    """Ten times the file takes no more memory."""
    monkeypatch.setattr(importing, "BATCH", 100)
    monkeypatch.setattr(ear, "mark", lambda _: None)  # it would remember every word of them

    def peak(count):
        tracemalloc.start()
        import_conversations(
            sqlite_store, (line(number, subject="x" * 500) for number in range(count)), now=NOW
        )
        _, highest = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return highest

    peak(300)
    assert peak(2500) < 1.5 * peak(250)
