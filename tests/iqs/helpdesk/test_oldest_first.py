"""A page begins where the last one ended, so that nobody's work shifts an entry past us."""

from datetime import UTC, datetime, timedelta

from iqs.helpdesk.oldest_first import onward, position

START = datetime(2026, 11, 11, 10, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def following(*seconds, back=0):
    """Where the page after one with entries of these seconds begins: seconds from the start, and its number."""
    moments = [None if each is None else START + each * SECOND for each in seconds]
    start, number = position(None, START)
    start, number = position(onward(moments, start, number, back=back * SECOND), START)
    return (datetime.fromisoformat(start) - START) / SECOND, number


def test_a_page_begins_at_the_time_of_the_last_entry():
    """In whole seconds, downwards, and as far back as the helpdesk needs."""
    assert following(0, 3, 5.9) == (5, 1)
    assert following(0, 3, 5.9, back=1) == (4, 1)


def test_numbers_count_where_time_does_not_go_on():
    """Within one moment, out of order, without a time, on an empty page."""
    assert following(0, 0.5) == (0, 2)
    assert following(0, 1.5, back=1) == (0, 2)
    assert following(5, 3, 4) == (0, 2)
    assert following(3, None, 5) == (0, 2)
    assert following() == (0, 2)
