"""What is written of a message is what is read of it, and redacting what is stored changes nothing else."""

import json
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from iqs.bodies import Form, Line, Run, plain
from iqs.conversations import Author, Message
from iqs.markup import message
from iqs.storage.repositories import transcripts

words = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=9)
runs = st.builds(Run, words, *[st.booleans()] * 4, st.none() | st.just("https://a.example/x"))
lines = st.builds(
    Line,
    st.lists(runs, max_size=3).map(tuple),
    st.sampled_from(Form),
    st.integers(0, 8),
    st.none() | st.integers(1, 99),
)
bodies = st.lists(lines, max_size=4).map(tuple)
times = st.none() | st.datetimes(timezones=st.just(UTC))
messages = st.lists(
    st.builds(Message, st.sampled_from(Author), words, times, st.none() | words)
    | st.builds(lambda body: Message(Author.CUSTOMER, plain(body), body=body), bodies)
)


@given(messages)
def test_what_is_written_is_read_again(said):
    """Authors, times, texts and bodies come back as they were."""
    assert transcripts.read(json.loads(transcripts.written(said))) == tuple(said)


def test_a_body_is_stored_once():
    """Its text is derived from it, so that the two cannot disagree; what is as usual is not written."""
    said = message(Author.AGENT, html="<ul><li>a <b>b</b></ul>", at=datetime(2026, 11, 18, 9, tzinfo=UTC))
    assert json.loads(transcripts.written([said])) == [
        {
            "author": "agent",
            "at": "2026-11-18T09:00:00Z",
            "body": [{"runs": ["a ", {"text": "b", "bold": True}], "form": "item"}],
        }
    ]


def test_no_transcript_is_no_messages():
    """Text that was never fetched, or is purged, reads as none."""
    assert transcripts.read(None) == ()
