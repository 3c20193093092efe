"""Durations computed from the messages' times."""

from datetime import UTC, datetime, timedelta

from iqs.conversations import Author, Message
from iqs.helpdesk.timings import first_response

NINE = datetime(2026, 11, 2, 9, tzinfo=UTC)


def said(author, minutes):
    return Message(author, "…", None if minutes is None else NINE + timedelta(minutes=minutes))


def test_the_first_response_is_the_first_agents_answer_to_the_first_question():
    """Bots and notes between them are no response, and later questions do not start it anew."""
    messages = (
        said(Author.CUSTOMER, 0),
        said(Author.BOT, 1),
        said(Author.NOTE, 2),
        said(Author.CUSTOMER, 3),
        said(Author.AGENT, 7),
        said(Author.AGENT, 8),
    )
    assert first_response(messages) == 7 * 60


def test_what_cannot_be_known_is_none_never_zero():
    """No answer, no question before it, or a missing time: nothing is claimed."""
    assert first_response(()) is None
    assert first_response((said(Author.CUSTOMER, 0), said(Author.BOT, 1))) is None
    assert first_response((said(Author.AGENT, 0), said(Author.CUSTOMER, 1), said(Author.AGENT, 2))) is None
    assert first_response((said(Author.CUSTOMER, None), said(Author.AGENT, 2))) is None
    assert first_response((said(Author.CUSTOMER, 0), said(Author.AGENT, None))) is None


def test_clocks_that_disagree_never_give_a_negative_time():
    """An answer stamped before its question counts as immediate."""
    assert first_response((said(Author.CUSTOMER, 5), said(Author.AGENT, 4))) == 0
