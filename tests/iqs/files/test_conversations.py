"""The JSONL and CSV contract of conversations: good ones typed, bad lines named, nothing fatal."""

import gzip
import io
import json
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iqs.bodies import Line, Run
from iqs.conversations import Author, Conversation, Customer, HelpdeskAgent, Message, SurveyAnswer
from iqs.errors import Invalid
from iqs.files.conversation_csv import CSV_COLUMNS
from iqs.files.conversations import read
from iqs.files.entries import LINE_LIMIT, Rejected

FULL = {
    "id": "42",
    "source": "desk",
    "channel": "email",
    "subject": "Where is it?",
    "url": "https://desk.example/42",
    "opened_at": "2026-11-20T09:30:00+01:00",
    "closed_at": "2026-11-20T12:00:00.5Z",
    "agent": {"id": 7, "name": "Ann Lee", "email": "ann@desk.example"},
    "customer": {"id": "c1", "name": "Bo", "email": "bo@example.org"},
    "csat": {"value": 4.5, "min": 1, "max": 5},
    "ces": {"value": 2, "min": 1, "max": 7},
    "first_response_seconds": 61,
    "handle_seconds": 600.9,
    "tags": ["late", "late", "parcel"],
    "language": "en",
    "messages": [
        {"author": "customer", "text": "Hi", "at": "2026-11-20T08:30:00Z", "author_id": "c1"},
        {"author": "agent", "html": "<p>On its <b>way</b></p>", "author_id": "7"},
    ],
    "colour": "unknown keys are left out",
}
FULL_READ = Conversation(
    source="desk",
    external_id="42",
    channel="email",
    messages=(
        Message(Author.CUSTOMER, "Hi", datetime(2026, 11, 20, 8, 30, tzinfo=UTC), "c1"),
        Message(Author.AGENT, "On its way", None, "7", body=(Line((Run("On its "), Run("way", bold=True))),)),
    ),
    subject="Where is it?",
    url="https://desk.example/42",
    opened_at=datetime(2026, 11, 20, 8, 30, tzinfo=UTC),
    closed_at=datetime(2026, 11, 20, 12, 0, 0, 500_000, tzinfo=UTC),
    agent=HelpdeskAgent("7", "Ann Lee", "ann@desk.example"),
    customer=Customer("c1", "Bo", "bo@example.org"),
    csat=SurveyAnswer(Fraction(9, 2), Fraction(1), Fraction(5)),
    ces=SurveyAnswer(Fraction(2), Fraction(1), Fraction(7)),
    first_response_seconds=61,
    handle_seconds=600,
    tags=("late", "parcel"),
    language="en",
)
LEAST = {"id": "1", "source": "s", "channel": "chat", "messages": [{"author": "bot", "text": "hi"}]}


def lines(*entries):
    return [json.dumps(each).encode() + b"\n" for each in entries]


def only(entry):
    (outcome,) = read(lines(entry), "jsonl")
    return outcome


def test_a_full_line():
    """Every field of the contract arrives typed, in UTC, exact; unknown keys do not."""
    assert only(FULL) == FULL_READ


def test_the_least_line():
    """Without times and agent a conversation is stored all the same."""
    assert only(LEAST) == Conversation("s", "1", "chat", (Message(Author.BOT, "hi"),))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"id": None}, "id is missing"),
        ({"id": "  "}, "id is empty"),
        ({"id": 1.5}, "id must be text"),
        ({"id": True}, "id must be text"),
        ({"id": "x" * 201}, "id is longer than 200 characters"),
        ({"source": []}, "source must be text"),
        ({"channel": None}, "channel is missing"),
        ({"subject": 3}, "subject must be text"),
        ({"url": 3}, "url must be text"),
        (
            {"opened_at": "2026-11-20T09:30:00"},
            "opened_at has no zone; add Z for UTC or an offset such as +01:00",
        ),
        ({"opened_at": "2026-11-20"}, "opened_at has no zone; add Z for UTC or an offset such as +01:00"),
        ({"closed_at": "yesterday"}, "closed_at must be a time such as 2026-11-20T09:30:00Z"),
        ({"closed_at": 1_700_000_000}, "closed_at must be a time such as 2026-11-20T09:30:00Z"),
        ({"closed_at": "2026-02-30T09:30:00Z"}, "closed_at is not a time that exists"),
        ({"closed_at": "0001-01-01T00:00:00+05:00"}, "closed_at is not a time that exists"),
        ({"agent": "Ann"}, "agent must be an object"),
        ({"agent": {"name": "Ann"}}, "agent.id is missing"),
        ({"agent": {"id": "x" * 201}}, "agent.id is longer than 200 characters"),
        ({"customer": []}, "customer must be an object"),
        ({"csat": 4}, 'csat must be an object such as {"value": 4, "min": 1, "max": 5}'),
        ({"csat": {"value": 4, "min": 1}}, "csat needs value, min and max"),
        ({"csat": {"value": 4, "min": 5, "max": 5}}, "csat.min must be below csat.max"),
        ({"csat": {"value": 6, "min": 1, "max": 5}}, "csat.value must lie between csat.min and csat.max"),
        ({"csat": {"value": "4", "min": 1, "max": 5}}, "csat.value must be a number"),
        ({"csat": {"value": float("nan"), "min": 1, "max": 5}}, "csat.value must be a number"),
        ({"ces": {"value": 1, "min": 1, "max": float("inf")}}, "ces.max must be a number"),
        ({"handle_seconds": -1}, "handle_seconds must be 0 or more"),
        ({"handle_seconds": True}, "handle_seconds must be a number"),
        ({"handle_seconds": 10**12}, "handle_seconds is too large"),
        ({"tags": "late"}, "tags must be a list of words"),
        ({"tags": [1]}, "tags must be a list of words"),
        ({"messages": None}, "messages is missing"),
        ({"messages": {}}, "messages must be a list"),
        ({"messages": []}, "messages is empty"),
        ({"messages": [{"author": "agent", "text": " \u0000"}]}, "no message has any text"),
        ({"messages": ["hi"]}, "message 1: must be an object"),
        ({"messages": [{"text": "hi"}]}, "message 1: author must be customer, agent, bot or note"),
        (
            {"messages": [{"author": "boss", "text": "hi"}]},
            "message 1: author must be customer, agent, bot or note",
        ),
        (
            {"messages": [{"author": [], "text": "hi"}]},
            "message 1: author must be customer, agent, bot or note",
        ),
        ({"messages": [{"author": "bot", "text": 3}]}, "message 1: text and html must be text"),
        ({"messages": [{"author": "bot", "html": ["x"]}]}, "message 1: text and html must be text"),
        (
            {
                "messages": [
                    {"author": "bot", "text": "x"},
                    {"author": "bot", "text": "x", "at": "2026-11-20T09:30"},
                ]
            },
            "message 2: at has no zone; add Z for UTC or an offset such as +01:00",
        ),
    ],
)
def test_what_is_wrong_is_named(change, reason):
    """A rejection names the field and what to write instead, and quotes nothing of the file."""
    assert only({**LEAST, **change}) == Rejected(1, reason)


@pytest.mark.parametrize(
    ("time", "read_as"),
    [
        ("2026-11-20t09:30:00z", datetime(2026, 11, 20, 9, 30, tzinfo=UTC)),
        ("2026-11-20 09:30:00-03:30", datetime(2026, 11, 20, 13, tzinfo=UTC)),
        ("2026-11-20T09:30:00.1234567Z", datetime(2026, 11, 20, 9, 30, 0, 123456, tzinfo=UTC)),
        ("2026-12-31T23:59:60Z", datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC)),
        ("", None),
    ],
)
def test_times_of_any_offset_are_utc(time, read_as):
    """All forms of RFC 3339 are read, a leap second too."""
    assert only({**LEAST, "closed_at": time}).closed_at == read_as


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "ftp://x", "https://a b", "https://x\n", "https://" + "x" * 2000]
)
def test_only_web_links_are_kept(url):
    """What could not be a link button is left out, the conversation is kept."""
    assert only({**LEAST, "url": url}).url is None


def test_blank_and_empty_messages():
    """A picture without words is a message without text, not an error, as long as somebody said something."""
    entry = {**LEAST, "messages": [{"author": "customer"}, {"author": "agent", "text": "hi"}]}
    assert [each.text for each in only(entry).messages] == ["(no text)", "hi"]


def test_bad_lines_are_numbered_and_the_good_ones_stay():
    """Broken JSON, other values, broken UTF-8 and depth reject their own line; blank lines do not count as lines."""
    good = lines(LEAST)[0]
    outcomes = list(
        read(
            [
                b"\xef\xbb\xbf" + good,
                b"\n",
                b"{oops\n",
                b"[1]\n",
                b'{"id": "\xff"}\n',
                b"[" * 100_000,
                b"9" * 5000,
                good,
            ],
            "jsonl",
        )
    )
    assert [type(each) for each in outcomes] == [Conversation, *[Rejected] * 5, Conversation]
    assert [each.line for each in outcomes[1:-1]] == [3, 4, 5, 6, 7]
    assert [each.reason for each in outcomes[2:5]] == [
        "is not a JSON object",
        "is not UTF-8",
        "is nested too deeply",
    ]
    assert outcomes[1].reason.startswith("is not JSON: Expecting property name")


def test_lone_surrogates_are_cleaned_not_refused():
    """JSON may carry half a character; the message is kept without it."""
    line = (
        b'{"id":"1","source":"s","channel":"chat","messages":[{"author":"bot","text":"a\\ud800b\\u0000c"}]}'
    )
    (outcome,) = read([line], "jsonl")
    assert outcome.messages[0].text == "abc"


def test_an_enormous_line_is_passed_over():
    """A line over the limit is rejected, and the next one is read."""
    file = io.BytesIO(b"x" * (2 * LINE_LIMIT + 10) + b"\n" + lines(LEAST)[0])
    huge, good = read(file, "jsonl")
    assert huge == Rejected(1, "is longer than 5,000,000 bytes")
    assert isinstance(good, Conversation)


def test_gzip_is_read_as_it_is(tmp_path):
    """An exported .gz needs no unpacking; a damaged one is one clear sentence."""
    packed = gzip.compress(b"".join(lines(*[{**LEAST, "id": str(number)} for number in range(500)])))
    path = tmp_path / "conversations.jsonl.gz"
    path.write_bytes(packed)
    with path.open("rb") as file:
        assert sum(isinstance(each, Conversation) for each in read(file, "jsonl")) == 500
    path.write_bytes(packed[: len(packed) // 2])
    with path.open("rb") as file, pytest.raises(Invalid, match="damaged"):
        list(read(file, "jsonl"))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from([*FULL, "text", "author", "value"]), inner, max_size=6)
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(list(FULL)), JSON))
def test_any_json_is_read_or_rejected(change):
    """No value in any field is fatal."""
    outcome = only({**FULL, **change})
    assert isinstance(outcome, Conversation | Rejected)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_rejected(content):
    """No content of a file is fatal."""
    assert all(isinstance(each, Conversation | Rejected) for each in read(io.BytesIO(content), "jsonl"))


CSV = """\ufeff\
source,id,Channel,opened_at,agent_id,agent_email,csat_value,csat_min,csat_max,tags,extra,author,author_id,at,\
text,html
desk,1,email,2026-11-20T09:30:00Z,a1,ann@desk.example,4,1,5,late; parcel,x,customer,c1,2026-11-20T09:30:00Z,"Hello,
two ""lines"".",
desk,1,,,,,,,,,,agent,a1,,,<p>Hi</p>
desk,2,chat,,,,,,,,,customer,,,Hi
"""


def test_csv_rows_of_one_conversation_stand_together():
    """The first row heads the conversation, each row is a message; short rows and other columns do no harm."""
    first, second = read(io.BytesIO(CSV.encode()), "csv")
    assert first == Conversation(
        "desk",
        "1",
        "email",
        (
            Message(Author.CUSTOMER, 'Hello,\ntwo "lines".', datetime(2026, 11, 20, 9, 30, tzinfo=UTC), "c1"),
            Message(Author.AGENT, "Hi", None, "a1"),
        ),
        opened_at=datetime(2026, 11, 20, 9, 30, tzinfo=UTC),
        agent=HelpdeskAgent("a1", None, "ann@desk.example"),
        csat=SurveyAnswer(Fraction(4), Fraction(1), Fraction(5)),
        tags=("late", "parcel"),
    )
    assert second == Conversation("desk", "2", "chat", (Message(Author.CUSTOMER, "Hi"),))


@pytest.mark.parametrize(
    ("rows", "rejected"),
    [
        (["s,1,chat,bot,hi", "s,2,chat,bot,hi", "s,1,chat,bot,again"], (4, "must stand together")),
        (["s,1,chat,bot,hi,more"], (2, "more cells than")),
        (["s,1,chat,boss,hi"], (2, "message 1: author must be")),
        (["s,1,chat,bot,hi", "s,1,chat,bot,\udcff"], (3, "is not UTF-8")),
        (["s,1,chat,bot,hi", '"' + "x" * (LINE_LIMIT + 1)], (3, "is longer than")),
        (["s,1,,bot,hi"], (2, "channel is missing")),
    ],
)
def test_csv_faults_are_named_by_their_row(rows, rejected):
    """One bad row rejects its conversation, with the row's line in the file."""
    content = "\n".join(["source,id,channel,author,text", *rows, "s,9,chat,bot,fine"])
    outcomes = list(read(io.BytesIO(content.encode(errors="surrogateescape")), "csv"))
    (fault,) = [each for each in outcomes if isinstance(each, Rejected)]
    assert (fault.line, rejected[1] in fault.reason) == (rejected[0], True)
    assert outcomes[-1].external_id == "9"


def test_a_csv_number_that_is_none():
    """A rating in words is named by its column."""
    content = b"source,id,channel,author,text,csat_value,csat_min,csat_max\ns,1,chat,bot,hi,good,1,5\n"
    assert list(read(io.BytesIO(content), "csv")) == [Rejected(2, "csat_value must be a number")]


def test_a_csv_without_its_columns_is_of_no_use():
    """The sentence names every missing column."""
    with pytest.raises(Invalid, match="no column channel, author, text"):
        list(read(io.BytesIO(b"source,id\ns,1\n"), "csv"))


def test_the_examples_of_the_page_can_be_imported():
    """docs/import.md shows files that work."""
    page = Path(__file__).parents[3].joinpath("docs", "import.md").read_text(encoding="utf-8")
    shown = page.partition("```json\n")[2].partition("```")[0]
    (one,) = read([shown.replace("\n", " ").encode()], "jsonl")
    assert one.messages[1].text == "On its way!"
    table = page.partition("```csv\n")[2].partition("```")[0]
    first, second = read(io.BytesIO(table.encode()), "csv")
    assert (first.csat, len(first.messages), second.agent.id) == (one.csat, 2, "a8")
    assert all(f"`{column}`" in page for column in CSV_COLUMNS)


def test_the_csv_contract_is_the_json_contract():
    """Every field of the JSON contract has its columns."""
    flat = {name.partition("_")[0] for name in CSV_COLUMNS} | set(CSV_COLUMNS)
    assert set(FULL) - {"messages", "colour"} <= flat


@given(st.binary(max_size=200))
def test_any_csv_bytes_are_read_or_rejected(content):
    """No content behind a header is fatal."""
    file = io.BytesIO(b"source,id,channel,author,text\n" + content)
    assert all(isinstance(each, Conversation | Rejected) for each in read(file, "csv"))
