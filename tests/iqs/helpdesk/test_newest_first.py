"""Lists that come newest first."""

from datetime import UTC, datetime, timedelta

from iqs.conversations import Author, Message
from iqs.helpdesk.newest_first import is_past, oldest_first

SINCE = datetime(2026, 11, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def test_only_a_page_that_is_wholly_older_ends_the_reading():
    """The bound itself is within; a page that tells no time, and an empty one, end nothing."""
    assert is_past([SINCE - MINUTE, None, SINCE - 2 * MINUTE], SINCE)
    assert not is_past([SINCE - MINUTE, SINCE], SINCE)
    assert not is_past([SINCE + MINUTE, SINCE - MINUTE], SINCE)
    assert not is_past([None], SINCE)
    assert not is_past([], SINCE)


def test_messages_are_put_in_the_order_they_were_written():
    """By time; of one moment the later listed first; without a time last."""
    told = [("e", None), ("d", 2), ("c", 1), ("b", 1), ("a", 0)]
    listed = [Message(Author.AGENT, text, at and SINCE + at * MINUTE) for text, at in told[:4]]
    listed.append(Message(Author.AGENT, "a", SINCE))
    assert "".join(each.text for each in oldest_first(listed)) == "abcde"
    assert "".join(each.text for each in oldest_first(listed[::-1][2:])) == "cde"
