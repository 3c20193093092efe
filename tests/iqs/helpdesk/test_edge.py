"""What comes in is forgiven: what makes no sense is None, what is too long is cut, what is no link is none."""

from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction

import pytest
from pydantic import Field, TypeAdapter

from iqs.conversations import Author, Customer, HelpdeskAgent, SurveyAnswer
from iqs.helpdesk.edge import AnyId, Edge, Entries, Listed, Maybe, Moment, answer, message, tidied
from tests.iqs.helpdesk.desks import talk


class Entry(Edge):
    id: AnyId
    at: Maybe[Moment] = None
    words: Listed[str] = Field(default_factory=list)


class Frame(Edge):
    entries: Entries[Entry]


FRAME = TypeAdapter(Frame)
NOON = datetime(2026, 11, 16, 12, tzinfo=UTC)


def read(json):
    return FRAME.validate_json(json).entries


def test_an_entry_that_makes_no_sense_is_none_and_the_others_are_read():
    """Wrong kinds, missing ids, nulls: counted, not fatal; unknown keys are left out."""
    found = read(
        '{"entries": [{"id": 5, "new": 1}, {"id": null}, null, 7, [], {"id": ""}, {"id": "x"}], "more": 1}'
    )
    assert [each and each.id for each in found] == ["5", None, None, None, None, None, "x"]


@pytest.mark.parametrize(
    "written",
    [
        "1794830400",
        "1794830400000",
        '"2026-11-16T12:00:00Z"',
        '"2026-11-16T13:00:00+01:00"',
        '"2026-11-16T12:00:00"',
    ],
)
def test_times_are_utc_however_they_are_written(written):
    """Unix seconds, milliseconds, RFC 3339, and without a zone read as UTC."""
    assert read(f'{{"entries": [{{"id": 1, "at": {written}}}]}}')[0].at == NOON


@pytest.mark.parametrize("written", ["null", '"soon"', "[]", '"2026-02-31T00:00:00Z"', "1e300"])
def test_a_time_that_is_none_is_none(written):
    """The rest of the entry is read."""
    entry = read(f'{{"entries": [{{"id": 1, "at": {written}, "words": null}}]}}')[0]
    assert (entry.id, entry.at, entry.words) == ("1", None, [])


def test_answers_lie_on_their_scale():
    """Anything else is no answer."""
    assert answer(4, 1, 5) == SurveyAnswer(Fraction(4), Fraction(1), Fraction(5))
    assert answer("4.5", 1, 5).value == Fraction(9, 2)
    assert answer("2e0", 1, 5).value == answer(" 2 ", 1, 5).value == 2
    assert [answer(each, 1, 5) for each in (None, 0, 6, "good", "nan", "1/0", True)] == [None] * 7
    # as a number each would be computed for minutes
    assert [answer(each, 1, 5) for each in ("1e9999999999", "1e-9999999999", "9" * 99_999)] == [None] * 3


def test_a_message_names_its_files():
    """Beside HTML and text, and alone."""
    assert (
        message(Author.AGENT, html="<p>See</p>", attachments=["a<b>.pdf"]).text
        == "See\n\n[attachment: a<b>.pdf]"
    )
    assert message(Author.AGENT, text="See", attachments=[None]).text == "See\n[attachment]"
    assert message(Author.AGENT, attachments=["x"]).text == "[attachment: x]"


def test_a_connectors_words_are_cleaned_and_cut():
    """As those of a file are: hidden marks shown, lines joined, lengths those of the table, links only web links."""
    told = replace(
        talk(1), subject="a\x00\n b" + "x" * 600, url="javascript:alert(1)", channel="", language=" ",
        tags=("late", "", "late", "two\nlines"), agent=HelpdeskAgent("h1", "Ada\u202e"),
        customer=Customer("c", "", "bo@example.org"),
    )  # fmt: skip
    tidy = tidied(told)
    assert tidy.subject.startswith("a bxxx")
    assert len(tidy.subject) == 500
    assert (tidy.url, tidy.channel, tidy.language) == (None, "other", None)
    assert tidy.tags == ("late", "two lines")
    assert tidy.agent.name == "Ada[hidden U+202E]"
    assert tidy.customer == Customer("c", None, "bo@example.org")
    assert tidied(tidy) == tidy
