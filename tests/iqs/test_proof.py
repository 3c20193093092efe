"""What a committed frame says of the places it holds."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from iqs.eligibility import EVERYTHING, Facts, Filters
from iqs.people import RevieweeRule
from iqs.proof import Frame

NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)
instants = st.timedeltas(timedelta(0), timedelta(days=8)).map(NEW_YEAR.__add__)
midnights = st.integers(0, 8).map(lambda n: NEW_YEAR + timedelta(days=n))


def frame(starts_at, ends_at, filters=EVERYTHING):
    """A frame of one team without strata."""
    return Frame(1, "2026-01", starts_at, ends_at, RevieweeRule.ASSIGNEE, filters, 0, {}, {})


@given(instants | midnights, instants | midnights, st.integers(-1, 9))
def test_nothing_is_read_only_where_nothing_could_be_passed_over(start, end, day):
    """A whole day of the period takes all that stands in it: its first and last instant would both be taken."""
    made = frame(*sorted((start, end)))
    first = NEW_YEAR + timedelta(days=day)
    last = first + timedelta(days=1, microseconds=-1)
    ends = [
        made.judge(Facts(1, "desk:1", 1, at, customer_messages=1, agent_messages=1)) for at in (first, last)
    ]
    number = (first - datetime(1970, 1, 1, tzinfo=UTC)).days
    assert made.takes_all_of(number) == (ends == [None, None])


def test_a_filter_is_asked_every_day():
    """Where a team filters, facts decide on whole days as well."""
    year = (NEW_YEAR, NEW_YEAR + timedelta(days=365))
    day = (NEW_YEAR - datetime(1970, 1, 1, tzinfo=UTC)).days + 7
    assert frame(*year).takes_all_of(day)
    assert not frame(*year, Filters(channels=frozenset({"email"}))).takes_all_of(day)
